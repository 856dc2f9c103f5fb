# The two commands: `make run` sets up everything and serves; `make test` sets up everything and passes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
WORKERS ?= auto
FUZZ_MINUTES ?= 10
# Tests start hundreds of processes, which would each compile all modules.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check unit faults bench fuzz audit lock format readme

help:
	@echo "make run    install, migrate, make the first administrator and serve"
	@echo "make test   install, then lint, types and all tests"
	@echo "make bench  install, then measure everything (12 minutes on a machine that has nothing else to do)"
	@echo "make faults install, then the tests of faults in their long form"
	@echo "make fuzz   install, then attack: 100 minutes and a table (FUZZ_MINUTES of each target)"

.venv/run.stamp: requirements.txt
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	test -x $(BIN)/python || "$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: .venv/run.stamp
	@$(BIN)/flask --app app pbx init
	@exec $(BIN)/gunicorn app:app

test: check unit

check: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

unit: .venv/test.stamp
	$(BIN)/pytest -n $(WORKERS)

bench: .venv/run.stamp
	$(BIN)/python -m bench

faults: .venv/test.stamp
	FAULTS=long $(BIN)/pytest -n0 tests/faults

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

readme: .venv/test.stamp
	$(BIN)/python -m portsip_api.ops.readme
	$(BIN)/python -m tests.contract.sipxcom.totals

.venv/fuzz.stamp: .venv/test.stamp requirements-fuzz.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-fuzz.txt
	@touch $@

fuzz: .venv/fuzz.stamp
	$(BIN)/python -m fuzz --minutes $(FUZZ_MINUTES)

# Asks an advisory database, and so needs the network; what could not be asked about counts as a failure.
audit: .venv/test.stamp
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

lock: .venv/test.stamp
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--extra dev --extra fuzz -c requirements-dev.txt -o requirements-fuzz.txt pyproject.toml
