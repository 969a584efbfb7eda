{% include cookiecutter.option ~ "/test_store.py" %}
