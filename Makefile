# Two commands on a fresh machine: `make run` and `make test`. Works with GNU make 3.81 and newer (Debian, macOS).

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV ?= .venv
PY := $(VENV)/bin/python
RUN_STAMP := $(VENV)/.run-installed
DEV_STAMP := $(VENV)/.dev-installed
PIP_INSTALL = $(PY) -m pip install --quiet --no-input --disable-pip-version-check --only-binary :all: --require-hashes
ARGS ?=
export REQUIRE_BROWSER

.PHONY: help run env test offline check browser fuzz bench pins messages clean

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{printf "make %-8s %s\n", $$1, $$2}'

run: $(RUN_STAMP) ## Serve the app at http://localhost:8501 (ARGS="--server.port 8600")
	@$(PY) -m streamlit run app.py $(ARGS)

env: $(DEV_STAMP) ## Make the environment in .venv from pinned, hash-checked requirements

$(PY):
	@test -n "$(PYTHON)" || { echo "Cartera needs Python 3.11 or newer; say where it is with make PYTHON=/path/to/python3"; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(PY) install --quiet --disable-pip-version-check pip; \
	else echo "$(PYTHON) lacks venv; install it first (Debian, Ubuntu: sudo apt-get install python3-venv)"; exit 1; fi

$(RUN_STAMP): requirements.txt | $(PY)
	@echo "Installing the app's packages (once, a minute or two) ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP) | $(PY)
	@echo "Installing the packages for tests (once) ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

test: check browser ## Check, then run all tests (REQUIRE_BROWSER=1: fail without a browser; ARGS="tests/store -x")
	@$(PY) -m pytest -n 3 --dist loadgroup $(ARGS)

offline: check browser ## Run all tests without a network (Linux), else record what reaches for one
	@$(PY) -m scripts.offline -n 3 --dist loadgroup $(ARGS)

check: $(DEV_STAMP) ## Lint, types and the direction of imports
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(VENV)/bin/lint-imports

browser: $(DEV_STAMP) ## Find a Chromium, else install one
	@$(PY) -m tests.browser.chromium >/dev/null || { \
		echo "Installing Chromium for the browser tests (once) ..."; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core libatomic1 >/dev/null; \
		else $(PY) -m playwright install chromium; fi; } || echo "No Chromium could be installed."

fuzz: $(DEV_STAMP) ## Long random testing; uploads for ten minutes (FUZZ_SECONDS=60 FUZZ_SEED=1)
	@$(PY) -m pytest -m fuzz $(ARGS)

bench: $(DEV_STAMP) ## Measure imports, pages and memory (ARGS="--help")
	@$(PY) -m bench $(ARGS)

pins: ## Write requirements*.txt anew from pyproject.toml (needs uv)
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet pyproject.toml -o requirements.txt >/dev/null
	@uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet pyproject.toml --group dev -o requirements-dev.txt >/dev/null

clean: ## Remove the environment and caches; your portfolio stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

messages: $(DEV_STAMP) ## Bring the Spanish catalogue and the generated documents in step with the code
	@$(PY) -m scripts.messages; $(PY) -m scripts.documents
