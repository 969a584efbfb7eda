{% include cookiecutter.store ~ "/test_store.py" %}
