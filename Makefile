# Everything a newcomer, a developer and CI run. `make demo` and `make test` need Python 3.11+ and either Java with
# Maven or a running Kafka (FENGQIAO_KAFKA); nothing has to be installed by hand.
SHELL := /bin/bash
# What is compiled once is kept: else every service, worker and tool compiles everything again whenever it starts.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: help demo up down test test-long check format generate screenshot bench lock sbom licences audit image image-pins clean
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

# One more than cores that people have: half of the time a worker waits, for processes that it has started or for time to
# pass. With two more, what they start keeps each other from starting.
WORKERS ?= 3
# What `make test` runs beyond `make check` is in some two files of five: to read the others takes each worker six seconds.
MARKED := grep -rlE --include='test_*.py' 'mark\.(system|wide)' tests
test: check ## everything, on a real broker and a real database
	@$(BIN)/pytest -m "(system or wide) and not long" -n $(WORKERS) --dist loadfile $$($(MARKED))

test-long: $(STAMP) ## the longer proofs: crashes, tiers, real data
	@$(BIN)/pytest -m long --timeout 3600

check: $(STAMP) ## format, lint, types, import contracts, generated files, pure tests
	@$(MAKE) --no-print-directory -j 4 $(SYNC) static pure-of-the-bus pure-of-the-doors pure-of-the-others

# Pure tests are three processes that each read their own part: workers that share them out read everything, each of
# them, which took a third of the time. Those of the bus mostly wait. What is in no part by name is in the last.
PURE := $(BIN)/pytest -q -m "not system and not wide and not long"
BUS := tests/messaging tests/schemas
DOORS := tests/deploy tests/doors tests/images
# Files that are marked as a whole have nothing pure in them.
NONE := $$(grep -rlE --include='test_*.py' '^pytestmark = .*mark\.(system|wide)' tests | sed 's/^/--ignore=/')
# Where make can, each of the four is told in one piece, as it ends.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: static pure-of-the-bus pure-of-the-doors pure-of-the-others
static: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m schemas.generate --check
	@$(BIN)/python -m doors.generate --check
	@$(BIN)/python -m deploy.k8s.generate --check
	@$(BIN)/python -m schemas.compatibility

pure-of-the-bus: $(STAMP)
	@$(PURE) $(BUS) $(NONE)

pure-of-the-doors: $(STAMP)
	@$(PURE) $(DOORS) $(NONE)

pure-of-the-others: $(STAMP)
	@$(PURE) $(BUS:%=--ignore=%) $(DOORS:%=--ignore=%) $(NONE)

format: $(STAMP) ## let the tools write what they can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

generate: $(STAMP) ## JSON Schema, AsyncAPI, Kubernetes objects and permissions from the models and the tables
	@$(BIN)/python -m schemas.generate
	@$(BIN)/python -m doors.generate
	@$(BIN)/python -m deploy.k8s.generate

screenshot: $(STAMP) ## the pictures of the README, of a county at work for two minutes
	@$(BIN)/python -m tests.board.picture docs

bench: $(STAMP) ## floors, our figures, side by side in one run
	@$(BIN)/python -m bench

LOCK := $(BIN)/uv pip compile --generate-hashes --universal --no-emit-index-url --no-header --python-version 3.11 -q

lock: $(STAMP) ## versions and hashes of everything, and of what an image runs and is built with
	@$(LOCK) pyproject.toml --extra local --extra dev -o requirements.lock
	@$(LOCK) pyproject.toml --no-annotate -c requirements.lock -o requirements-run.lock
	@echo setuptools | $(LOCK) - --no-annotate -c requirements.lock -o deploy/images/requirements-build.lock

sbom: $(STAMP) ## the bill of materials of what an image runs, as CycloneDX
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements requirements-run.lock --pyproject pyproject.toml --output-reproducible --output-file build/fengqiao.cdx.json

licences: $(STAMP) ## under which licence each package of an image is, and whether it is allowed
	@$(BIN)/python -m deploy.supply.licences

audit: $(STAMP) ## whether anything is known against the packages of the lock files (needs a network)
	@$(BIN)/python -m deploy.supply.audit $(AUDIT_SOURCE)

# An archive by default, because a county's network seldom reaches a registry of ours. For one of yours:
# make image IMAGE=registry.example/fengqiao:0.1.0 IMAGE_OUTPUT=type=registry,rewrite-timestamp=true
IMAGE ?= fengqiao:$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
IMAGE_OUTPUT ?= type=oci,dest=build/fengqiao.oci.tar,rewrite-timestamp=true
image: ## the image of every service, with its bill of materials and its provenance attached (needs Docker)
	@mkdir -p build
	@docker buildx build --file deploy/images/Dockerfile --tag $(IMAGE) --sbom=true --provenance=mode=max \
	  --build-arg SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) --build-arg REVISION=$$(git rev-parse HEAD) \
	  --build-arg VERSION=$(lastword $(subst :, ,$(IMAGE))) --output $(IMAGE_OUTPUT) .

# What stands without a digest is named too, with that of today: a person looks at it and pins it.
image-pins: ## the digests that are pinned, and what their tags are at today (needs Docker)
	@sed -n 's/^ *imageName: //p' deploy/k8s/components/cloudnativepg/every/durable.yaml | grep -v @ | while read -r tag; do \
	  today=$$(docker buildx imagetools inspect "$$tag" --format '{{.Manifest.Digest}}') || exit 1; echo "$$tag not pinned, today $$today"; done
	@grep -ohE '[a-z0-9./-]+:[a-z0-9.-]+@sha256:[0-9a-f]{64}' deploy/images/Dockerfile compose.yaml deploy/k8s/components/cloudnativepg/every/durable.yaml | sort -u | while IFS=@ read -r tag pinned; do \
	  today=$$(docker buildx imagetools inspect "$$tag" --format '{{.Manifest.Digest}}') || exit 1; \
	  [ "$$pinned" = "$$today" ] && echo "$$tag as pinned" || echo "$$tag pinned $$pinned, today $$today"; done

clean: ## remove what was installed and built here
	@rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .import_linter_cache
