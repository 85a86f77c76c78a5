# `make` lists the targets. For GNU make 3.81 (macOS) and newer.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test web web-test policies mutants mutants-python steps orders lints scale-test bench check clean types lock faults instructions

VENV := .venv
BIN := $(VENV)/bin
# created last, so that an interrupted setup starts again
PYTHON_PACKAGES := $(VENV)/.complete
NODE_PACKAGES := node_modules/.complete
EXAMPLE := examples/nextjs
CLIENT := clients/typescript
EXAMPLE_PACKAGES := $(EXAMPLE)/node_modules/.complete
# packages for building and testing the TypeScript client; `make run` does not need them
CLIENT_PACKAGES := $(CLIENT)/node_modules/.complete
# a separate environment: the project does not use the contenders' libraries
BENCHMARK := .local/benchmark/venv
BENCHMARK_PACKAGES := $(BENCHMARK)/.complete
# so have the linters that `make lints` runs
LINTS := tests/lints
LINTERS := .local/lints/venv
LINTER_PACKAGES := $(LINTERS)/.complete
SCALE ?= 1
SECONDS ?= 4
ROUNDS ?= 5

IS_PYTHON := import sys; sys.exit(sys.version_info < (3, 11))
IS_NODE := process.exit(Number(process.versions.node.split(".")[0] < 20))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if $$python -c '$(IS_PYTHON)' 2>/dev/null; then echo $$python; break; fi; done)
NEED_PYTHON = "$(PYTHON)" -c '$(IS_PYTHON)' 2>/dev/null || \
	{ echo 'Python 3.11 or newer is needed: install it, or say where it is with PYTHON=…' >&2; exit 1; }
UV_COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url $(LOCK_ARGS)

help: ## list the targets
	@echo 'make <target> [NAME=value …]'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1    	\2/p' $(firstword $(MAKEFILE_LIST))

run: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## serve the API on a local stack (API_PORT, REST_PORT, DB_PORT, DATA_DIR, BACKEND)
	@$(BIN)/python -m local run

test: $(NODE_PACKAGES) $(CLIENT_PACKAGES) $(PYTHON_PACKAGES) ## run all tests, on four stacks side by side (PYTEST_ARGS)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

web: $(EXAMPLE_PACKAGES) $(PYTHON_PACKAGES) ## serve the Next.js example beside `make run` (API_PORT, REST_PORT, WEB_PORT)
	@ENVIRONMENT=development SUPABASE_URL=http://127.0.0.1:$(or $(REST_PORT),54321) $(BIN)/python -m api env \
		--api-url http://127.0.0.1:$(or $(API_PORT),8000) > $(EXAMPLE)/.env.local
	@cd $(EXAMPLE) && exec node_modules/.bin/next dev --hostname 127.0.0.1 --port $(or $(WEB_PORT),3000)

web-test: $(EXAMPLE_PACKAGES) $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## test the example in Chromium, on a separate stack (CHROMIUM)
	@$(BIN)/python -m pytest -m web tests/web

policies: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## write the migration for a change of supabase/policies/
	@$(BIN)/python -m tools.policies

mutants: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## change the schema in thousands of ways; the tests must notice each
	@$(BIN)/python -m tests.policies.mutants

mutants-python: $(PYTHON_PACKAGES) ## change the Python rules in hundreds of ways; the tests must notice (PROCESSES)
	@$(BIN)/python -m tests.python_mutants --processes $(or $(PROCESSES),2)

steps: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## let every call to the database fail in every way, and repeat the request
	@$(BIN)/python -m pytest -n auto --dist worksteal -m steps tests/steps

orders: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## play requests at the same time, in every order
	@$(BIN)/python -m pytest -n auto --dist worksteal -m orders tests/interleavings

lints: $(NODE_PACKAGES) $(PYTHON_PACKAGES) $(LINTER_PACKAGES) ## run linters and a prover on policies, migrations and OpenAPI
	@$(BIN)/python -m pytest -m lints $(LINTS)

scale-test: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## check what the policies cost with millions of sessions and messages (MILLIONS)
	@$(BIN)/python -m pytest -m scale tests/policies/test_plans.py

bench: $(NODE_PACKAGES) $(BENCHMARK_PACKAGES) ## compare the speed with the usual alternatives (SCALE, SECONDS, ROUNDS, BENCH_ARGS)
	@$(BENCHMARK)/bin/python -m benchmarks --scale $(SCALE) --seconds $(SECONDS) --rounds $(ROUNDS) \
		--results benchmarks/results $(BENCH_ARGS)

instructions: $(PYTHON_PACKAGES) ## count the instructions per request, the same in every run (needs valgrind)
	@$(BIN)/python -m benchmarks.instructions $(INSTRUCTIONS_ARGS)

faults: $(NODE_PACKAGES) $(PYTHON_PACKAGES) ## break parts of a running site under load; nothing may be lost (FAULTS_ARGS)
	@$(BIN)/python -m tests.faults $(FAULTS_ARGS)

check: $(PYTHON_PACKAGES) ## lint, and check format, types and the layers of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -c 'from importlinter.cli import lint_imports_command as run; run()' --no-cache

clean: ## remove the local stack's data (DATA_DIR) and the tools' caches
	@if [ -e $(PYTHON_PACKAGES) ]; then $(BIN)/python -m local clean; fi
	rm -rf mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache

types: $(NODE_PACKAGES) $(CLIENT_PACKAGES) $(PYTHON_PACKAGES) ## write the files generated from the schema and the routes
	@$(BIN)/python -m tools.generated

lock: $(PYTHON_PACKAGES) ## write the lock files after a change of dependencies (LOCK_ARGS=--upgrade)
	$(UV_COMPILE) --extra redis --extra otel -o requirements/production.txt pyproject.toml
	$(UV_COMPILE) --extra dev -o requirements/development.txt pyproject.toml
	$(UV_COMPILE) -c requirements/development.txt -o benchmarks/requirements.txt benchmarks/requirements.in
	$(UV_COMPILE) -c requirements/development.txt -o $(LINTS)/requirements.txt $(LINTS)/requirements.in
	npm install --package-lock-only --omit-lockfile-registry-resolved
	node requirements/hashes.mjs package-lock.json
	cd $(LINTS) && npm install --package-lock-only --omit-lockfile-registry-resolved
	cd tests/local/javascript && npm install --package-lock-only --omit-lockfile-registry-resolved
	cd $(CLIENT) && npm install --package-lock-only --omit-lockfile-registry-resolved
	node requirements/hashes.mjs $(CLIENT)/package-lock.json
	cd $(EXAMPLE) && npm install --package-lock-only --omit-lockfile-registry-resolved

$(PYTHON_PACKAGES): requirements/development.txt pyproject.toml
	@$(NEED_PYTHON)
	@echo '==> Installing the Python packages into $(VENV)'
	@rm -f $@
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements/development.txt
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation -e .
	@pwd -P > $@

# installed scripts contain this folder's path: reinstall if it has moved
ifneq ($(shell cat $(PYTHON_PACKAGES) 2>/dev/null),$(CURDIR))
.PHONY: $(PYTHON_PACKAGES)
endif

$(BENCHMARK_PACKAGES): requirements/development.txt benchmarks/requirements.txt
	@$(NEED_PYTHON)
	@echo '==> Installing the benchmark into $(BENCHMARK)'
	@rm -f $@
	@$(BENCHMARK)/bin/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(BENCHMARK)
	@$(BENCHMARK)/bin/python -m pip install --disable-pip-version-check --require-hashes \
		-r requirements/development.txt -r benchmarks/requirements.txt
	@touch $@

$(LINTER_PACKAGES): $(LINTS)/requirements.txt $(LINTS)/package-lock.json
	@$(NEED_PYTHON)
	@echo '==> Installing the linters into $(LINTERS) and $(LINTS)/node_modules'
	@rm -f $@
	@$(LINTERS)/bin/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(LINTERS)
	@$(LINTERS)/bin/python -m pip install --disable-pip-version-check --require-hashes -r $(LINTS)/requirements.txt
	@cd $(LINTS) && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(EXAMPLE_PACKAGES): $(EXAMPLE)/package-lock.json $(CLIENT)/package-lock.json $(wildcard $(CLIENT)/src/*.ts)
	@node -e '$(IS_NODE)' 2>/dev/null || \
		{ echo 'Node 20 or newer is needed: install it from nodejs.org' >&2; exit 1; }
	@echo '==> Installing the Next.js example into $(EXAMPLE)'
	@cd $(EXAMPLE) && npm ci --no-audit --no-fund
	@[ -e $(CLIENT)/node_modules/openapi-fetch ] || (cd $(CLIENT) && npm ci --omit=dev --no-audit --no-fund)
	@$(EXAMPLE)/node_modules/.bin/tsc -p $(CLIENT)/tsconfig.build.json
	@touch $@

# before the Python packages, where both are needed: report what is missing before anything slow
$(NODE_PACKAGES): package.json package-lock.json
	@$(BIN)/python -c '' 2>/dev/null || $(NEED_PYTHON)
	@node -e '$(IS_NODE)' 2>/dev/null || \
		{ echo 'Node 20 or newer is needed, for the Supabase CLI and PostgREST: install it from nodejs.org' >&2; exit 1; }
	@command -v npm >/dev/null || { echo 'npm is needed: it comes with Node from nodejs.org' >&2; exit 1; }
	@echo '==> Installing the Supabase CLI and PostgREST into node_modules'
	@npm ci --no-audit --no-fund
	@touch $@

$(CLIENT_PACKAGES): $(CLIENT)/package.json $(CLIENT)/package-lock.json | $(NODE_PACKAGES)
	@echo '==> Installing what the TypeScript client is made and tested with into $(CLIENT)/node_modules'
	@cd $(CLIENT) && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@
