SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
export PYTHON
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
# one more than processors: tests wait for servers, databases and browsers for a fifth of their time
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 1) + 1)
WHEEL := tests/house/test_wheel.py

.PHONY: help demo run test chromium wheel sure lint types contracts deps fix bench migration locks

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- Use it ------------------------------------------------------------------

demo: $(RUNTIME)  ## Set everything up, fill it with made-up responses, serve it on 127.0.0.1:8000
	$(BIN)/cxsurvey demo

run: $(RUNTIME)  ## Serve the installation under ./data
	$(BIN)/cxsurvey serve

# --- Check it ----------------------------------------------------------------

# what was compiled is kept: every process of the tests, and every server they start, would compile it all again
test: chromium $(DEV)  ## Run every test, on SQLite and Postgres, browser included
	PYTHONDONTWRITEBYTECODE= CXSURVEY_CHROMIUM="$$(scripts/find-chromium)" $(BIN)/pytest -n $(WORKERS) --dist worksteal --ignore $(WHEEL)

chromium:
	@scripts/find-chromium >/dev/null

wheel: $(DEV)  ## Build the wheel as the Dockerfile does, install it into an empty environment, open a page
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest $(WHEEL)

sure: lint types contracts deps test wheel  ## Everything that must hold before a change goes in

lint: $(DEV)  ## Style and common mistakes
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(DEV)  ## Types, strictly
	$(BIN)/mypy

contracts: $(DEV)  ## Who may import whom
	$(BIN)/lint-imports

deps: $(DEV)  ## Declared dependencies against used ones
	$(BIN)/deptry src

# --- Work on it --------------------------------------------------------------

fix: $(DEV)  ## Format, and repair what can be repaired mechanically
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV)  ## Measure the promises; fails when one falls short
	@status=0; for script in bench/[a-z]*.py; do \
		echo "== $$script"; $(BIN)/python -m "bench.$$(basename "$$script" .py)" || status=1; \
	done; exit $$status

migration: $(DEV)  ## Draft a migration from the models: make migration name="add a column"
	@test -n "$(name)" || { echo 'usage: make migration name="what changes"' >&2; exit 2; }
	$(BIN)/alembic revision --autogenerate -m "$(name)"
	$(BIN)/ruff check --fix migrations
	$(BIN)/ruff format migrations

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url
locks: $(DEV)  ## Write the locks anew from pyproject.toml; UPGRADE=1 takes newer versions
	export UV_CUSTOM_COMPILE_COMMAND="make locks" UV_PYTHON_DOWNLOADS=never; \
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra postgres --extra speed -o requirements/runtime.lock; \
	$(LOCK) $(if $(UPGRADE),--upgrade) --group build -c requirements/runtime.lock -o requirements/build.lock; \
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra postgres --extra speed --group dev \
		-c requirements/runtime.lock -c requirements/build.lock -o requirements/dev.lock

# --- The environment ---------------------------------------------------------

$(RUNTIME): requirements/build.lock requirements/runtime.lock
	@scripts/make-environment runtime

$(DEV): requirements/build.lock requirements/runtime.lock requirements/dev.lock
	@scripts/make-environment dev
