# make train: install into .venv and learn digits.   make test: the same with the test suite.
# PYTHON=/path/to/python3.12 chooses the interpreter, ARGS="..." is passed on, WORKERS=1 tests one by one.

MINIMUM := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c "$(MINIMUM)" 2>/dev/null && echo $$python && break; done)
VENV ?= .venv
ARGS ?=
WORKERS ?= 2
RUN := $(VENV)/bin/python
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check

.PHONY: train test docs lint clean
.DELETE_ON_ERROR:

train: $(VENV)/.installed
	$(RUN) scripts/train_mlp.py $(ARGS)

# Two tests at a time; the threads of two BLAS would wait for each other.
test: $(VENV)/.installed-test
	OPENBLAS_NUM_THREADS=1 $(RUN) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

docs: $(VENV)/.installed-docs
	$(RUN) -m sphinx -W --keep-going -b html docs docs/_build/html $(ARGS)
	@echo "open docs/_build/html/index.html"

lint: $(VENV)/.installed-test
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

clean:
	rm -rf $(VENV) build dist *.egg-info docs/_build .pytest_cache .ruff_cache

$(RUN):
	@"$(PYTHON)" -c "$(MINIMUM)" 2>/dev/null || { \
		echo "error: dltut needs Python 3.11 or later; found: $(or $(PYTHON),none)." \
			"Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "making $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "error: $(PYTHON) cannot make a virtual environment;" \
			"on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: pyproject.toml | $(RUN)
	@echo "installing dltut and what it stands on (a minute or two)"
	@$(INSTALL) -e .
	@touch $@

$(VENV)/.installed-%: pyproject.toml | $(RUN)
	@echo "installing dltut with its $* extra (a minute or two)"
	@$(INSTALL) -e ".[$*]"
	@touch $@ $(VENV)/.installed
