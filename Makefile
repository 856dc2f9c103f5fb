# The two commands: `make run` sets up everything and serves; `make test` sets up everything and passes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
OTHER_PYTHON = Debian and Ubuntu have it in the packages python3 and python3-venv; another one is named by PYTHON=PATH.
BIN := .venv/bin
WORKERS ?= auto
FUZZ_MINUTES ?= 10
# Tests start hundreds of processes, which would each compile all modules.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test check unit quick coverage live faults bench fuzz audit lock format readme voice

help:
	@echo "make run    install, migrate, make the first administrator and serve"
	@echo "make demo   install, and serve made-up people whose statuses and calls move, on a data folder of its own"
	@echo "make test   install, then lint, types and all tests"
	@echo "make quick  install, then the tests that start no server"
	@echo "make coverage install, then all tests, and which lines of the program they run"
	@echo "make bench  install, then measure everything (12 minutes on a machine that has nothing else to do);"
	@echo "            with FREESWITCH=PROGRAM also calls of phones over that engine"
	@echo "make faults install, then the tests of faults in their long form"
	@echo "make fuzz   install, then attack: 100 minutes and a table (FUZZ_MINUTES of each target)"

# The program itself is linked and not copied; it comes without dependencies, so that nothing is without a hash.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
.venv/run.stamp: requirements.txt requirements-build.txt pyproject.toml portsip_api/__init__.py
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no Python: $(OTHER_PYTHON)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than 3.11, which is needed: $(OTHER_PYTHON)" >&2; exit 1; }
	@echo "Installing the libraries into .venv, which takes up to a minute ..."
	@$(BIN)/python -c 'import pip' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv || \
		{ echo "Python cannot make .venv; on Debian and Ubuntu it needs the package python3-venv." >&2; exit 1; }
	@$(INSTALL) --require-hashes -r requirements.txt
	@$(INSTALL) --require-hashes -r requirements-build.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.txt
	@echo "Installing what the tests need ..."
	@$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@

# What makes a client in TypeScript of the OpenAPI documents, and a phone for browsers. Without it a few tests are passed
# over.
.venv/clients.stamp: tests/clients/package.json tests/clients/package-lock.json .venv/test.stamp
	@mkdir -p .venv/clients && cp tests/clients/package*.json .venv/clients/
	@if ! command -v npm >/dev/null; then touch $@; \
	elif (cd .venv/clients && npm ci --silent --ignore-scripts --no-audit --no-fund); then touch $@; \
	else echo "npm could not install a generator of clients; its tests are passed over." >&2; fi

run: .venv/run.stamp
	@$(BIN)/pbx init
	@exec $(BIN)/pbx serve

demo: .venv/run.stamp
	@exec $(BIN)/pbx demo

test: check unit

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: .venv/test.stamp .venv/clients.stamp
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

quick: .venv/test.stamp
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not servers"

# The processes that tests start are measured too, but for those that end without a word, as killed ones do.
coverage: .venv/test.stamp .venv/clients.stamp
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Calls on a real engine, which FREESWITCH names: make live FREESWITCH=/usr/bin/freeswitch
# With FAULTS=long a hundred of them are cut short by kill -9.
live: .venv/test.stamp .venv/clients.stamp
	FREESWITCH=$(FREESWITCH) $(BIN)/pytest -n 0 tests/live

bench: .venv/run.stamp
	FREESWITCH=$(FREESWITCH) $(BIN)/python -m bench

faults: .venv/test.stamp
	FAULTS=long $(BIN)/pytest -n0 tests/faults

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

readme: .venv/test.stamp
	$(BIN)/python -m portsip_api.ops.readme
	$(BIN)/python -m tests.contract.sipxcom.totals

# The PBX's own voice, from its texts; needs the program espeak-ng.
voice: .venv/run.stamp
	$(BIN)/python -m portsip_api.ops.speak

.venv/fuzz.stamp: .venv/test.stamp requirements-fuzz.txt
	@$(INSTALL) --require-hashes -r requirements-fuzz.txt
	@touch $@

fuzz: .venv/fuzz.stamp
	$(BIN)/python -m fuzz --minutes $(FUZZ_MINUTES)

# Asks an advisory database, and so needs the network; what could not be asked about counts as a failure.
audit: .venv/test.stamp
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

LOCK = $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host pyproject.toml
lock: .venv/test.stamp
	$(LOCK) -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) --extra dev --extra fuzz -c requirements-dev.txt -o requirements-fuzz.txt
	$(LOCK) --all-build-deps --only-build-deps -c requirements-dev.txt -o requirements-build.txt
