{% include cookiecutter.option ~ "/store.py" %}
