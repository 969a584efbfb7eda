{% include cookiecutter.option ~ "/messages.py" %}
