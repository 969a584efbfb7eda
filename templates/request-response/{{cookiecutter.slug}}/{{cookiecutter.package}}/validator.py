{% include cookiecutter.option ~ "/validator.py" %}
