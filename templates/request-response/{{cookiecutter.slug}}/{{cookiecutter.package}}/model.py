{% if cookiecutter.task == "text" %}{% include "text/model.py" %}
{% endif %}