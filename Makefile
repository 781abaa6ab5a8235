PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
TOOLS := .tools/bin
OUT ?= demo
GPU ?= docs/benchmarks/gpu.json

# Tests start this program some hundred times: where Python may keep no bytecode, each start compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-locked demo quick test lint lock licences sbom audit docs gpu-check page-check clean

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv and install everything into it, Lava included

# Lava 0.10.0 is archived and refuses this Python and numpy in its metadata only; hence the two flags.
# evt3 (MIT), with which our reader of EVT 3.0 is compared, has no source package, and on Linux wheels for x86-64 with
# glibc 2.34 or later only: elsewhere the set-up goes on without it and those tests skip.
# NeuroBench (Apache-2.0), to whose harness our figures are held, asks for packages that the harness never calls, one of
# them GPL; it needs snnTorch (MIT) at import. Without the two, tests of the harness skip.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/pip install --quiet --no-deps --ignore-requires-python lava-nc==0.10.0
	-$(BIN)/pip install --quiet --constraint constraints.txt evt3
	-$(BIN)/pip install --quiet --no-deps neurobench==2.3.0 snntorch==1.0.0
	@touch $@

# Torch and what it alone brings has no hashes: its wheels for CPUs and for each CUDA are of several indexes.
setup-locked: requirements.lock lava.lock ## the same, taking only files whose hashes are in the lock (Linux, Python 3.11)
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --no-deps --requirement requirements.lock
	$(BIN)/pip install --quiet --require-hashes --no-deps --ignore-requires-python --requirement lava.lock
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: $(STAMP) ## search, compile and verify a network on real data (a minute or two)
	$(BIN)/motifc demo --out $(OUT)

quick: $(STAMP) ## run all tests but the slow ones
	$(BIN)/pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder -m "not slow"

test: $(STAMP) ## run all tests (nine to twenty minutes on two cores)
	$(BIN)/pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder

lint: $(STAMP) ## ruff, mypy --strict, import-linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# uv (Apache-2.0), pip-licenses (MIT), cyclonedx-bom and pip-audit (both Apache-2.0)
.tools/.installed:
	$(PYTHON) -m venv .tools
	$(TOOLS)/pip install --quiet "uv>=0.8" "pip-licenses>=5" "cyclonedx-bom>=7" "pip-audit>=2.9"
	@touch $@

COMPILE := $(TOOLS)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --no-emit-index-url

lock: .tools/.installed ## write requirements.lock and lava.lock anew from pyproject.toml and constraints.txt
	echo 'torch ; sys_platform == "never"' > .tools/without.txt
	$(COMPILE) pyproject.toml --extra dev --constraint constraints.txt --override .tools/without.txt \
		--python-version 3.11 --python-platform x86_64-manylinux_2_34 --output-file requirements.lock
	echo lava-nc==0.10.0 > .tools/lava.in
	$(COMPILE) .tools/lava.in --no-deps --python-version 3.10 --output-file lava.lock

licences: $(STAMP) .tools/.installed ## write the table of docs/licences.md anew
	sed -i '/^|/,$$d' docs/licences.md
	$(TOOLS)/pip-licenses --python $(BIN)/python --from=mixed --order=name --format=markdown --ignore-packages motifc \
		| sed 's/  */ /g; s/-\{4,\}/---/g' >> docs/licences.md

sbom: $(STAMP) .tools/.installed ## write sbom.json, what is installed in .venv as CycloneDX
	$(TOOLS)/cyclonedx-py environment $(BIN)/python --output-reproducible --pyproject pyproject.toml --output-file sbom.json

audit: .tools/.installed ## ask the advisory database of Python about the lock; needs the internet
	$(TOOLS)/pip-audit --requirement requirements.lock --require-hashes --disable-pip

# mkdocs-material (MIT) and mkdocstrings-python (ISC), which reads the sources and imports nothing
.tools/.docs: .tools/.installed
	$(TOOLS)/pip install --quiet "mkdocs-material>=9.7,<10" "mkdocstrings-python>=2" "ruff>=0.9"
	@touch $@

docs: $(STAMP) .tools/.docs ## build the site of the documents into site/, which opens from disk
	$(BIN)/python -m benchmarks.reference
	NO_MKDOCS_2_WARNING=1 $(TOOLS)/mkdocs build --quiet

gpu-check: ## check and measure what runs on a GPU in five minutes; PYTHON has torch, triton, numba, networkx
	$(PYTHON) -m benchmarks.gpu --out $(GPU)

page-check: $(STAMP) ## open pages of reports in Chromium with axe-core; needs Chromium, node and npm
	$(BIN)/python -m benchmarks.page --folder build/page --packages .tools/page --shots build/page/shots \
		--out docs/results/page-check.md

clean: ## remove what was made
	rm -rf .venv .tools $(OUT) build dist site sbom.json
