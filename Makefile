# demo: the whole product on this machine.  test: every check.  lint, bench, load: parts of it.
# format: lay everything out as lint wants it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Tests at once, each process with servers of its own. A worker that is done takes half of what
# the other has left, so that neighbours, which share what is costly to start, stay together.
AT_ONCE ?= -n auto --maxprocesses 4 --dist worksteal
QUICK := --quick -p no:schemathesis
WEB := node_modules/.bin
TORCH := $(shell grep '^torch==' constraints.txt)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Without bytecode each process of the tests compiles the product and half of its libraries again.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help demo check test test-postgres lint lint-web format format-web bench load screenshots clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else \
	  "Python 3.11 or newer is needed. Set it with: make PYTHON=python3.11 ...")'
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# torch comes first and pinned: an open range would bring gigabytes that a CPU never uses.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the application (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt "$(TORCH)"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing what the checks need"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt -e ".[dev]"
	@touch $@

demo: $(VENV)/.installed ## Install, fill a demo campus, start web and worker (PORT, DEMO_PASSWORD)
	@exec $(BIN)/python manage.py demo

# Both packages are pinned and need no other, so that a lock file would say nothing more.
node_modules/.installed: package.json
	@echo "Installing what checks scripts and styles"
	@npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

ifeq ($(shell command -v npm),)
lint-web format-web:
	@echo "Left out, since npm is not installed: layout of scripts and styles, and their linter"
else
lint-web: node_modules/.installed
	$(WEB)/prettier --check --log-level=warn .
	$(WEB)/biome lint --error-on-warnings

format-web: node_modules/.installed
	$(WEB)/prettier --write --log-level=warn .
endif

lint: $(VENV)/.installed-dev lint-web ## Style, spelling, types, import contracts, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -exec $(BIN)/djade --check {} +
	$(BIN)/codespell
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py messages --check

# djade ends with 1 where it changed a file, as if that were an error.
format: $(VENV)/.installed-dev format-web ## Lay out code, templates, scripts and styles
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	find templates -name '*.html' -exec $(BIN)/djade {} + || \
	  find templates -name '*.html' -exec $(BIN)/djade --check {} +

check: lint ## Lint, and each test that needs no browser, process, model or server
	$(BIN)/python -m pytest $(AT_ONCE) $(QUICK) $(ARGS)

test: lint ## Everything that .ci/run checks
	$(BIN)/python -m pytest $(AT_ONCE) --cov --cov-report=term $(ARGS)
	@echo "What PostgreSQL could answer otherwise, on PostgreSQL"
	$(BIN)/python -m tests.support.servers.postgres \
	  $(BIN)/python -m pytest $(AT_ONCE) $(QUICK) -m both_databases $(ARGS)

test-postgres: $(VENV)/.installed-dev ## The whole test suite on a PostgreSQL of its own
	$(BIN)/python -m tests.support.servers.postgres $(BIN)/python -m pytest $(AT_ONCE) $(ARGS)

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	@echo "Installing what ours is measured beside"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt -e ".[bench]"
	@touch $@

bench: $(VENV)/.installed-bench ## The target table (ARGS="--quick --json FILE --only NAME")
	@$(BIN)/python -m bench $(ARGS)

load: $(VENV)/.installed-bench ## The real server under mixed load (ARGS="--seconds 20 --postgres")
	@$(BIN)/python -m bench.load $(ARGS)

screenshots: $(VENV)/.installed-dev ## Draw docs/screenshots again from the demo
	$(BIN)/python -m tests.browser.screenshots

clean: ## Remove what demo and test made, but not the virtual environment
	rm -rf var build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
