# One command each: `make demo` sets up and runs the main job, `make test` sets up and runs every check.
PYTHON ?= $(shell for p in python3.12 python3.11 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
APPLICATION ?= zones/demo/applications/01-chemical-600m.yaml

.PHONY: demo test check bench thorough endurance nation setup page serve lock clean tools

demo: setup
	@$(BIN)/screening demo

test: setup page
	@PYTHON_VENV=$(VENV) sh scripts/check.sh

check: setup
	@$(BIN)/screening check $(APPLICATION)

serve: setup page
	@$(BIN)/screening serve

# The properties of every rule on 20,000 draws each: about a quarter of an hour.
thorough: setup
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/test_properties.py -n 2

bench: setup
	@$(BIN)/python -m pytest benchmarks/bench_screen.py -s -q --benchmark-only --benchmark-columns=median,max,stddev,rounds -o addopts=""

endurance: setup
	@$(BIN)/python benchmarks/endurance.py

# An invented nation of 44,604 control units, and what it costs: peers beside us, and all compared with plain shapely.
NATION ?= build/nation
nation: setup
	@$(BIN)/python -m pip install -q --disable-pip-version-check --use-pep517 --require-hashes -r requirements-bench.lock
	@$(BIN)/python -m benchmarks.nation --to $(NATION) --check
	@sh benchmarks/nation/zone_set.sh $(BIN) $(NATION) $(NATION)/zones
	@$(BIN)/python -m benchmarks.bench_nation points $(NATION)
	@$(BIN)/python -m benchmarks.bench_nation sites $(NATION) --atlas $(NATION)/zones
	@$(BIN)/python -m benchmarks.nation.exact $(NATION)

setup: $(VENV)/.installed

# The page, from its pinned packages; nothing is done where it is built already.
page: setup
	@$(BIN)/python -m screening.web.build

tools:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found. On Debian or Ubuntu: sudo apt-get install -y python3 python3-venv python3-dev"; exit 1; }
	@command -v cc >/dev/null || command -v gcc >/dev/null || { \
	  echo "No C compiler found; durable_rules is compiled at install. On Debian or Ubuntu: sudo apt-get install -y gcc python3-dev"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python lacks its venv module. On Debian or Ubuntu: sudo apt-get install -y python3-venv"; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' || { \
	  echo "Python's C headers are missing. On Debian or Ubuntu: sudo apt-get install -y python3-dev"; exit 1; }

$(VENV)/.installed: requirements.lock pyproject.toml | tools
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --use-pep517 --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements.lock
	uv pip compile pyproject.toml --extra dev --extra bench -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements-bench.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
