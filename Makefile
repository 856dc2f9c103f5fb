# The two commands: `make run` sets up everything and serves; `make test` sets up everything and passes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help run test check unit lock format readme audit

help:
	@echo "make run    install, migrate, make the first administrator and serve"
	@echo "make test   install, then lint, types and all tests"

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

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

readme: .venv/test.stamp
	$(BIN)/python -m portsip_api.ops.readme
	$(BIN)/python -m tests.contract.sipxcom.totals

# Asks an advisory database, and so needs the network; what could not be asked about counts as a failure.
audit: .venv/test.stamp
	$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements.txt

lock: .venv/test.stamp
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml
