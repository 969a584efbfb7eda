{% include cookiecutter.option ~ "/miner.py" %}
