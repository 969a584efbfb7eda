{% include [cookiecutter.task ~ "/" ~ cookiecutter.answers ~ "/miner.py", cookiecutter.task ~ "/miner.py"] %}
