PYTHON ?= python3
T ?= tests
ROOTS ?= /tmp/sac-desk-benchmark
# Empty, `make test CONSTRAINTS=`: the newest releases that pyproject.toml admits.
CONSTRAINTS ?= --constraint constraints.txt

VENV := .venv
BENCH := .venv-bench
BIN := $(VENV)/bin
INSTALL = -m pip install --quiet $(CONSTRAINTS) --editable
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
COVERED := $(if $(COVERAGE),--cov --cov-report=term:skip-covered)

.PHONY: help run dev test quick lint types fix lock mutants bench bench-pages

help:  ## these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.installed  ## install into .venv and open the desk on http://localhost:8501
	$(BIN)/sac-desk

dev: $(VENV)/.installed  ## a desk that reloads its pages when you change them
	$(BIN)/sac-desk --server.fileWatcherType poll

test: lint types  ## what CI runs: lint, types, every test; T=tests/sac/registry for a part, COVERAGE=1 to measure
	$(PYTEST) $(COVERED) $(T)

quick: $(VENV)/.installed-dev  ## tests in a good minute: no browser, no Ray, no faults; T=tests/sac/registry for a part
	$(PYTEST) -m "not slow and not e2e and not faults" $(T)

lint: $(VENV)/.installed-dev  ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev  ## mypy
	$(BIN)/mypy

fix: $(VENV)/.installed-dev  ## what ruff can correct by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.installed-dev  ## constraints.txt anew: the newest releases that pyproject.toml admits
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --upgrade \
		--all-extras --no-annotate --custom-compile-command "make lock" --quiet --output-file constraints.txt

mutants: $(VENV)/.installed-dev  ## small faults in the modules that decide: do their tests notice?
	$(BIN)/python -m benchmarks.mutation

bench: $(BENCH)/.installed  ## speed against other libraries, in .venv-bench: they bring JAX
	$(BENCH)/bin/python -m pytest tests/benchmarks/test_libraries.py
	$(BENCH)/bin/python -m benchmarks.speed

bench-pages: $(VENV)/.installed-dev  ## times of pages and of the server, on roots kept in ROOTS
	$(BIN)/python -m benchmarks.pages --roots $(ROOTS)
	$(BIN)/python -m benchmarks.dashboard --roots $(ROOTS)

%/.created:
	$(PYTHON) -c "import sys; sys.exit('SAC Desk needs Python 3.11 or newer: make PYTHON=python3.12' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $*
	$*/bin/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.created
	$(BIN)/python $(INSTALL) .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt $(VENV)/.created
	$(BIN)/python $(INSTALL) ".[dev]"
	touch $@ $(VENV)/.installed

$(BENCH)/.installed: pyproject.toml constraints.txt $(BENCH)/.created
	$(BENCH)/bin/python $(INSTALL) ".[bench]"
	touch $@
