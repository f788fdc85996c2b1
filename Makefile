# Needs only make and Python >= 3.11 with venv. Everything is installed into .venv, locked by hash.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--python-version 3.11 --custom-compile-command 'make lock'
LOCK := $(COMPILE) pyproject.toml --group build
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run demo setup test check bench chaos lock docs examples reference evidence picture clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

run: .venv/run.stamp ## Watch the live venues
	@$(BIN)/python -m arbwatch run $(ARGS)

demo: .venv/run.stamp ## Watch simulated venues: no network, no keys
	@$(BIN)/python -m arbwatch demo $(ARGS)

setup: .venv/dev.stamp ## Install everything that developers need

test: .venv/dev.stamp ## Run all tests but the long ones
	$(BIN)/python -m pytest -n $(WORKERS) -m "not chaos" --cov --cov-report=term:skip-covered $(ARGS)

check: .venv/dev.stamp ## Lint, format, types, layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

chaos: .venv/dev.stamp ## Kills, floods and the fault matrix (minutes)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m chaos --timeout 1200 $(ARGS)

bench: .venv/dev.stamp ## Measure against peers in the same run
	$(BIN)/python -m benchmarks $(ARGS)

lock: .venv/dev.stamp ## Lock the newest allowed versions again
	$(LOCK) --upgrade --extra dev --extra bench -o requirements-dev.lock
	$(LOCK) --upgrade -c requirements-dev.lock -o requirements.lock
	$(COMPILE) --upgrade --group docs -c requirements-dev.lock -o requirements-docs.lock

docs: .venv/docs.stamp ## Build the pages as a site, into site/
	$(BIN)/zensical build --strict --clean

examples: .venv/run.stamp ## Write the example settings and their page again
	$(BIN)/python -m arbwatch.config.examples

reference: .venv/run.stamp ## Write the reference pages of commands, events and venues again
	$(BIN)/python -m arbwatch.cli.reference

evidence: .venv/dev.stamp ## Write what every channel's reading rests on again
	$(BIN)/python -m tests.evidence.table
	$(BIN)/python -m arbwatch.cli.reference

picture: .venv/run.stamp ## Draw the board's picture again
	$(BIN)/python docs/images/make_board.py

clean: ## Remove what was installed and built
	rm -rf .venv build dist site .cache .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

.venv/made.stamp:
	@test -n "$(PYTHON)" || { echo "arbwatch needs Python 3.11 or newer with venv; name it: make PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: .venv/made.stamp requirements.lock pyproject.toml
	$(PIP) -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	@touch $@

.venv/docs.stamp: .venv/dev.stamp requirements-docs.lock
	$(PIP) -r requirements-docs.lock
	@touch $@
