"""The threat model names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PAGE = Path("docs/threat-model.md")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE.read_text(encoding="utf-8"))


def test_every_answer_names_a_test_and_every_named_test_exists() -> None:
    missing = [f"{path}::{name}" for path, name in NAMED if name not in functions(path)]
    assert missing == [] and len(NAMED) > 30


def test_every_threat_has_an_answer_and_where_it_is_shown() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Threats and answers")[1].split("## What remains")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 25 and all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)


def functions(path: str) -> set[str]:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
