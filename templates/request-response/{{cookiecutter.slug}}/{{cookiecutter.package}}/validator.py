{% include [cookiecutter.task ~ "/" ~ cookiecutter.answers ~ "/validator.py", cookiecutter.task ~ "/validator.py"] %}
