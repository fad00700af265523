# The two commands are `make run` and `make test`. `make help` tells the others.
.DEFAULT_GOAL := help
.NOTPARALLEL:

ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
BIN := .venv/bin
UI := gridsvc/web/ui
# Stopping needs no installed package.
ANY_PYTHON = $(if $(wildcard $(BIN)/python),$(BIN)/python,python3)
# Node from PATH; .ci/install put one into .venv if that is missing or too old.
export PATH := $(if $(wildcard $(BIN)/node),$(ROOT)$(BIN):$(PATH),$(PATH))

.PHONY: run
run: ## start all of gridsvc with a demo county; Ctrl-C stops it (PORT=8000, DATABASE_URL=)
	@.ci/install $(if $(DATABASE_URL),,postgis) python web
	@exec $(BIN)/python -m gridsvc.serve run

.PHONY: stop
stop: ## stop what `make run` started here
	@$(ANY_PYTHON) -m gridsvc.serve stop

.PHONY: database
database: ## start the private PostgreSQL alone, to restore a backup into it
	@exec $(ANY_PYTHON) -m gridsvc.serve database

.PHONY: clean
clean: ## stop it and delete var/: private databases, photos, keys, logs
	@$(ANY_PYTHON) -m gridsvc.serve clean

.PHONY: test
test: ## run all tests on a private database: web clients, Python, browser
	@.ci/install postgis browser python-dev web
	@npm --prefix $(UI) test
	@$(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder --durations=15

.PHONY: prove
prove: ## the heavy forms of what `make test` proves in short: three years of transfers, the storm, patrol days that never were; memory over ten minutes
	@.ci/install postgis python-dev
	@PROVE=full STORM=full $(BIN)/python -m pytest -s tests/accountability/test_three_years.py tests/sync/test_orders.py tests/test_likeness.py tests/storm tests/patrols/test_due_county.py tests/rules/test_golden.py tests/signin/test_lock.py
	@$(BIN)/python -m tests.simulator
	@$(BIN)/python -m bench.memory 600

.PHONY: storm
storm: ## run the whole storm: 200 phones, 10,000 records, 20 kills; nothing lost, nothing twice
	@.ci/install postgis python-dev
	@STORM=full $(BIN)/python -m pytest tests/storm --durations=3

.PHONY: bench
bench: ## measure push, photos, pull and two hundred phones at once beside the bare database, memory under load, and what the trail costs beside the disk
	@.ci/install postgis python-dev
	@$(BIN)/python -m bench.push
	@$(BIN)/python -m bench.due
	@$(BIN)/python -m bench.pull
	@$(BIN)/python -m bench.morning
	@$(BIN)/python -m bench.memory
	@$(BIN)/python -m bench.audit 100000

.PHONY: check
check: ## ruff, mypy --strict, import contracts, vue-tsc, oxlint
	@.ci/install python-dev node
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm --prefix $(UI) run types
	npm --prefix $(UI) run lint

.PHONY: help
help: ## print this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 16
