PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
OUT ?= demo

.DEFAULT_GOAL := help
.PHONY: help setup demo quick test lint clean

help: ## list what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-7s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv and install everything into it, Lava included

# Lava 0.10.0 is archived and refuses this Python and numpy in its metadata only; hence the two flags.
# evt3 (MIT), with which our reader of EVT 3.0 is compared, has no source package, and on Linux wheels for x86-64 with
# glibc 2.34 or later only: elsewhere the set-up goes on without it and those tests skip.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/pip install --quiet --no-deps --ignore-requires-python lava-nc==0.10.0
	-$(BIN)/pip install --quiet --constraint constraints.txt evt3
	@touch $@

demo: $(STAMP) ## search, compile and verify a network on real data (a few minutes)
	$(BIN)/motifc demo --out $(OUT)

quick: $(STAMP) ## run all tests but the slow ones
	$(BIN)/pytest -n auto --maxprocesses 8 --dist loadfile -m "not slow"

test: $(STAMP) ## run all tests (about eight minutes)
	$(BIN)/pytest -n auto --maxprocesses 8 --dist loadfile

lint: $(STAMP) ## ruff, mypy --strict, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## remove what was made
	rm -rf .venv $(OUT) build dist
	find . -name "*.nb[ci]" -delete  # kernels that numba compiled: one of a type since renamed cannot be read
