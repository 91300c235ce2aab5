# Two commands do everything on a machine that has Python 3.11+, make and a package index:
#   make demo    the whole job once, on this machine, with no credentials
#   make test    lint, types, import contract and all tests; installs what the tests need
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup setup-dev demo test quick boot test-faults test-real test-pictures soak audit sbom lint format docs bench quality lock clean

# .venv with .venv/bin/clerkwatch; a second call does nothing twice.
setup: $(VENV)/.run
$(VENV)/.run: requirements.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(PYTHON) $(VENV) run

setup-dev: $(VENV)/.dev
$(VENV)/.dev: requirements-dev.lock pyproject.toml scripts/setup.sh
	@scripts/setup.sh $(PYTHON) $(VENV) dev

# The main job on loopback platforms and a real SMTP server, all on this machine.
demo: setup
	@$(BIN)/clerkwatch demo

# Lint, types, import contract, then every test; says at the end what was not run.
test: setup-dev
	@scripts/test.sh $(BIN)

# The part that is quick enough to run all the time.
quick: setup-dev
	@$(BIN)/pytest -q tests/unit tests/property tests/spec

# The service for real: this machine's own root under an overlay, booted in a container (root,
# systemd-container). Says plainly when it cannot run here.
boot: setup
	@tests/faults/boot.sh

# Faults injected for real, and a table of what was lost, doubled, and told of it; at most a quarter of
# an hour. The seed is printed: CLERKWATCH_FAULT_SEED=N repeats a run.
test-faults: setup-dev
	@scripts/test-faults.sh $(BIN)

# Connectors against real servers from the distribution's packages; says plainly what cannot run here.
test-real: setup-dev
	@scripts/test-real.sh $(BIN)

# Words in pictures with the real reader, which an environment of its own gets; and how well it reads.
test-pictures: setup-dev
	@scripts/test-pictures.sh $(BIN)

# Thirty days in minutes by a virtual clock, with random faults; prints the month's table. Longer, or
# the same again: make soak DAYS=90 SEED=7 (EVERY: minutes between two readings; FIRST: the first date).
DAYS ?= 30
EVERY ?= 30
soak: setup-dev
	@$(BIN)/python -m tests.soak --days $(DAYS) --pull-every $(EVERY) $(if $(SEED),--seed $(SEED)) $(if $(FIRST),--first $(FIRST))

# Known advisories against what runs and what builds it. Exit 4: no advisory service could be reached,
# and nothing was audited. CLERKWATCH_OSV_URL: a mirror.
audit: setup-dev
	@$(BIN)/python scripts/audit.py requirements.lock requirements-dev.lock

# The bill of materials of what runs (CycloneDX, JSON), checked against its schema.
sbom: setup-dev
	@mkdir -p dist && $(BIN)/python scripts/sbom.py requirements.lock > dist/clerkwatch.cdx.json && echo dist/clerkwatch.cdx.json

lint: setup-dev
	@scripts/lint.sh $(BIN)

format: setup-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# Writes the pages that are made from the code: commands, configuration, clauses.
docs: setup-dev
	@scripts/docs.sh

# Medians of several runs beside something named; writes benchmarks/results.md.
bench: setup-dev
	@PYTHONPATH=. $(BIN)/python -m benchmarks.run

# The goals' table, row by row, and docs/quality.md; fails when a figure falls below the one reached.
# CLERKWATCH_SETS=FOLDER adds the sets that are not in the project.
quality: setup-dev
	@PYTHONPATH=. $(BIN)/python -m benchmarks.quality

# Resolves the locks again; no index address ever stands in them.
lock: setup-dev
	@scripts/lock.sh $(BIN)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
