{% include [cookiecutter.task ~ "/" ~ cookiecutter.answers ~ "/messages.py", cookiecutter.task ~ "/messages.py"] %}
