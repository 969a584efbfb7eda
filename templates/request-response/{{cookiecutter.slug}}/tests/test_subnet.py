{% include cookiecutter.option ~ "/test_subnet.py" %}
