# Everything a newcomer, a developer and CI run. `make demo` and `make test` need Python 3.11+ and either Java with
# Maven or a running Kafka (FENGQIAO_KAFKA); nothing has to be installed by hand.
SHELL := /bin/bash
# What is compiled once is kept: else every service, worker and tool compiles everything again whenever it starts.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: help demo up down test test-long check format generate screenshot bench clean
help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/  —/'

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@echo "installing into $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

# Ends on Ctrl-C at a terminal, after DEMO_SECONDS (default 120) without one, or with it set.
demo: $(STAMP) ## a county at work, with the board in your browser
	@$(BIN)/fengqiao demo $(if $(DEMO_SECONDS),--seconds $(DEMO_SECONDS))

up: $(STAMP) ## the house on this machine: Kafka, PostgreSQL, twelve services
	@$(BIN)/fengqiao up

down: $(STAMP) ## stop it; the data stays
	@$(BIN)/fengqiao down

test: check ## everything, on a real broker and a real database
	@$(BIN)/pytest -m "system and not long" -n 2 --dist loadfile

test-long: $(STAMP) ## the longer proofs: crashes, tiers, real data
	@$(BIN)/pytest -m long --timeout 3600

check: $(STAMP) ## format, lint, types, import contracts, generated files, pure tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m schemas.generate --check
	@$(BIN)/python -m schemas.compatibility
	@$(BIN)/pytest -q -m "not system and not long" -n 2

format: $(STAMP) ## let the tools write what they can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

generate: $(STAMP) ## JSON Schema and AsyncAPI from the models and the topic table
	@$(BIN)/python -m schemas.generate

screenshot: $(STAMP) ## the pictures of the README, of a county at work for two minutes
	@$(BIN)/python -m tests.board.picture docs

bench: $(STAMP) ## floors, our figures, side by side in one run
	@$(BIN)/python -m bench

clean: ## remove what was installed and built here
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .import_linter_cache
