PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

ROOTS ?= /tmp/sac-desk-benchmark

.PHONY: run test lint bench bench-pages

run: $(VENV)/.installed
	$(BIN)/sac-desk

test: lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks.speed

bench-pages: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.pages --roots $(ROOTS)
	$(BIN)/python -m benchmarks.dashboard --roots $(ROOTS)

$(VENV)/.created:
	$(PYTHON) -c "import sys; sys.exit('SAC Desk needs Python 3.11 or newer: make PYTHON=python3.12' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.created
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(VENV)/.created
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml $(VENV)/.created
	$(BIN)/python -m pip install --quiet --editable ".[bench]"
	touch $@ $(VENV)/.installed
