{% if cookiecutter.task == "numbers" and cookiecutter.answers == "plain" %}{% include "numbers/plain/rival.py" %}
{% endif %}