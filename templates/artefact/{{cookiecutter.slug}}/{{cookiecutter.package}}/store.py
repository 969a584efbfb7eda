{% include cookiecutter.store ~ "/store.py" %}
