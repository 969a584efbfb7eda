{% include cookiecutter.task ~ "/" ~ cookiecutter.answers ~ "/test_subnet.py" %}
