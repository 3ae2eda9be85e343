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
# Three at once on two cores: many wait for a browser, a server or a process of their own.
step "tests";            "$bin/python" -m pytest -n 3
# The other interpreters that are installed (a pyenv's among them), each in an environment of its own: what may differ
# between Pythons, with fewer draws. The rest ran above, and is the same for all. CHECK_PYTHONS names others (3.13).
brief="tests/engine tests/audit tests/api/test_api.py tests/rulebook/test_reader.py tests/rulebook/test_vocabulary.py
  tests/rulebook/test_conditions.py tests/atlas/guard tests/test_decision.py tests/test_documents.py tests/test_facts.py
  tests/test_project.py tests/test_quantity.py tests/test_screen.py tests/test_classes.py tests/stories/test_stories.py"
runs() { "$1" -c 'import sys, venv, ensurepip; sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])' "$2" 2>/dev/null; }
find_python() {
  for candidate in "$(command -v "python$1" || true)" "$(pyenv root 2>/dev/null)"/versions/"$1".*/bin/python; do
    if [ -x "$candidate" ] && runs "$candidate" "$1"; then echo "$candidate"; return; fi
  done
}
[ -z "${CHECK_ONE_PYTHON:-}" ] || exit 0
for version in ${CHECK_PYTHONS:-3.11 3.12}; do
  ! runs "$bin/python" "$version" || continue
  other=$(find_python "$version")
  if [ -z "$other" ]; then echo "(no Python $version here)"; continue; fi
  step "tests on Python $version"
  venv=".venv-$version"
  [ -x "$venv/bin/python" ] || "$other" -m venv "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --use-pep517 --require-hashes -r requirements.lock
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
  HYPOTHESIS_PROFILE=brief "$venv/bin/python" -m pytest -n 2 $brief
done
