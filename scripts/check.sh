#!/bin/sh
# Every check a contributor must pass, in the order of how fast they fail.
set -eu
bin="${PYTHON_VENV:-.venv}/bin"
step() { printf '\n== %s\n' "$1"; }

step "ruff";             "$bin/ruff" check . && "$bin/ruff" format --check -q .
step "types";            "$bin/mypy"
step "import contracts"; "$bin/lint-imports"
step "rule lint";        "$bin/screening" rules lint
step "rule cases";       "$bin/screening" rules test
step "tests";            "$bin/python" -m pytest -n 2
# The other interpreters that are installed: the tests again, each in an environment of its own.
for version in 3.11 3.12 3.13; do
  [ "${CHECK_ONE_PYTHON:-}" = "" ] || continue
  other=$(command -v "python$version" || true)
  [ -n "$other" ] && "$other" -c 'import sys, venv, ensurepip' 2>/dev/null || continue
  [ "$("$bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" != "$version" ] || continue
  step "tests on Python $version"
  venv=".venv-$version"
  [ -x "$venv/bin/python" ] || "$other" -m venv "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  "$venv/bin/python" -m pytest -n 2
done
