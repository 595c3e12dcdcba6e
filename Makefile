# demo: the whole product on this machine.  check: lint and quick tests.  test: everything.
# format: format everything as lint expects.  bench, load: benchmarks.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Parallel test processes, each with its own servers. A process that is done takes over half of the
# tests of another, so that neighbours, which share costly fixtures, stay together.
AT_ONCE ?= -n auto --maxprocesses 4 --dist worksteal
QUICK := --quick -p no:schemathesis
# What these need is mostly waited for, so that more of them run at once than there are cores.
STARTS := browser or server or model or processes
NEEDS := $(STARTS) or slow
MOST_AT_ONCE ?= 3
WEB := node_modules/.bin
TORCH := $(shell grep '^torch==' constraints.txt)
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Without bytecode, each test process compiles the product and half of its libraries again.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help demo check test test-postgres lint lint-web lint-style lint-types lint-project format format-web bench load screenshots clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else \
	  "Python 3.11 or newer is needed. Set it with: make PYTHON=python3.11 ...")'
	@echo "Creating a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

# torch comes first and pinned: an open range would install gigabytes that a CPU never uses.
$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the application (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt "$(TORCH)"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@echo "Installing the dependencies of the checks"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt -e ".[dev]"
	@touch $@

demo: $(VENV)/.installed ## Install, fill a demo campus, start web and worker (PORT, DEMO_PASSWORD)
	@exec $(BIN)/python manage.py demo

# Both packages are pinned and have no dependencies, so a lock file would add nothing.
node_modules/.installed: package.json
	@echo "Installing the linters for scripts and styles"
	@npm install --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@

ifeq ($(shell command -v npm),)
lint-web format-web:
	@echo "Skipped because npm is not installed: formatter and linter of scripts and styles"
else
lint-web: node_modules/.installed
	$(WEB)/prettier --check --cache --cache-location=build/prettier --log-level=warn .
	$(WEB)/biome lint --error-on-warnings

format-web: node_modules/.installed
	$(WEB)/prettier --write --log-level=warn .
endif

lint: $(VENV)/.installed-dev ## Style, spelling, types, import contracts, migrations, translations
	@$(MAKE) --no-print-directory --jobs=2 lint-web lint-style lint-types lint-project

lint-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -exec $(BIN)/djade --check {} +
	$(BIN)/codespell

lint-types:
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-project:
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py messages --check

# djade exits with 1 if it has changed a file, as if that were an error.
format: $(VENV)/.installed-dev format-web ## Format code, templates, scripts and styles
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	find templates -name '*.html' -exec $(BIN)/djade {} + || \
	  find templates -name '*.html' -exec $(BIN)/djade --check {} +

check: lint ## Lint, and every test that needs no browser, processes, model or server
	$(BIN)/python -m pytest $(AT_ONCE) $(QUICK) --hypothesis-profile=quick $(ARGS)

test: lint ## All tests and checks
	@echo "Quick tests, with the coverage of lines and branches"
	$(BIN)/python -m pytest $(AT_ONCE) $(QUICK) --cov --cov-report=term $(ARGS)
	@echo "Tests that need a browser, processes, a model, a server or time"
	$(BIN)/python -m pytest $(AT_ONCE) -n $(MOST_AT_ONCE) -m "$(NEEDS)" $(ARGS)
	@echo "Database-dependent tests on PostgreSQL"
	$(BIN)/python -m tests.support.servers.postgres \
	  $(BIN)/python -m pytest $(AT_ONCE) -m "both_databases and not ($(STARTS))" $(ARGS)

test-postgres: $(VENV)/.installed-dev ## The whole test suite on a temporary PostgreSQL
	$(BIN)/python -m tests.support.servers.postgres $(BIN)/python -m pytest $(AT_ONCE) $(ARGS)

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	@echo "Installing the libraries that the benchmarks compare with"
	@$(BIN)/python -m pip install --quiet --progress-bar on -c constraints.txt -e ".[bench]"
	@touch $@

bench: $(VENV)/.installed-bench ## Benchmarks against targets (ARGS="--quick --json FILE --only NAME")
	@$(BIN)/python -m bench $(ARGS)

load: $(VENV)/.installed-bench ## The real server under mixed load (ARGS="--seconds 20 --postgres")
	@$(BIN)/python -m bench.load $(ARGS)

screenshots: $(VENV)/.installed-dev ## Take docs/screenshots again, from the demo
	$(BIN)/python -m tests.browser.screenshots

clean: ## Remove the files of demo and tests, but not the virtual environment
	rm -rf var build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
