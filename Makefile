# Enerscope. `make run` starts it, `make test` tests it, `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
CODE := app.py pages callbacks components portal data tests

# The stamps say which requirements are installed, so that a second start installs nothing.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.PHONY: help run install test check format bench load charts lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(INSTALLED) ## install, start the database, load the demo desk once, serve on HOST:PORT
	@ENERSCOPE_FOLLOW_PARENT=$$PPID exec $(BIN)/enerscope run

install: $(INSTALLED) ## build .venv with the command .venv/bin/enerscope

test: $(INSTALLED_DEV) ## install what tests need and run them in two halves; PYTEST_ARGS narrows them to one process
	@.ci/system-packages
	@$(BIN)/python -m compileall -q -j 2 $(CODE)
	@exec $(BIN)/python -m $(if $(strip $(PYTEST_ARGS)),pytest $(PYTEST_ARGS),tests.halves)

check: $(INSTALLED_DEV) ## lint, types, floors, versions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check

format: $(INSTALLED_DEV) ## format the code and fix what ruff can fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(INSTALLED_DEV) ## measure imports, queries and pages; BENCH_ARGS=--json for programs
	@.ci/system-packages
	@exec $(BIN)/python -m tests.bench $(BENCH_ARGS)

load: $(INSTALLED_DEV) ## fifty sessions at once for two minutes, compared with /metrics; LOAD_ARGS narrows
	@exec $(BIN)/python -m tests.load $(LOAD_ARGS)

charts: $(INSTALLED) ## build the small plotly.js again, after an upgrade of plotly or a new kind of chart (needs npm)
	@.ci/charts $(BIN)/python

lock: ## pin again what the requirements bring along (needs uv)
	@{ echo '# Versions of everything that requirements.txt and requirements-dev.txt bring along. Made by `make lock`.'; \
	   uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
	     requirements-dev.txt; } > constraints.new
	@mv constraints.new constraints.txt

clean: ## remove .venv and caches, never data
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .grimp_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.txt constraints.txt pyproject.toml .ci/install
	@.ci/install requirements.txt
	@.ci/charts --try $(BIN)/python
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	@.ci/install requirements-dev.txt
	@touch $@
