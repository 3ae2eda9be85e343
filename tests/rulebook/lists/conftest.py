"""What the tests of lists share: a small rulebook, and lists made from a few rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from screening.rulebook.lists.importing import Imported
from screening.rulebook.lists.sheet import csv_text
from screening.rulebook.reader import Rulebook
from tests.rulebook.lists.synthetic import imported
from tests.rulebook.minimal import load, rule_text

UNIT = "ZH99990120001"
HEADER = (
    "单元编码",
    "单元名称",
    "维度",
    "序号",
    "类型",
    "条款内容",
    "行业",
    "建设性质",
    "阈值",
    "条件",
    "除外",
    "结论",
    "问题",
    "可改进",
    "核对程度",
)
"""A list with structured columns. `类型` is no name we know: tests say what it means."""
PLACES = {"unit": 0, "name": 1, "dimension": 2, "number": 3, "type": 4, "text": 5, "sector": 6, "works": 7, "threshold": 8,
          "when": 9, "unless": 10, "outcome": 11, "question": 12, "remedy": 13, "level": 14}  # fmt: skip

MakeList = Callable[..., Imported]


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load(tmp_path_factory.mktemp("book"), rule_text())


def clause(**cells: str) -> tuple[str, ...]:
    """One row of that header."""
    said = {
        "unit": UNIT,
        "name": "虚构一号单元",
        "dimension": "空间布局约束",
        "number": "1",
        "text": "禁止虚构。",
        **cells,
    }
    row = [""] * len(HEADER)
    for name, cell in said.items():
        row[PLACES[name]] = cell
    return tuple(row)


def write_rows(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    path.write_bytes(csv_text(rows).encode(encoding))
    return path


@pytest.fixture
def make_list(tmp_path: Path, book: Rulebook) -> MakeList:
    """Imports rows (header first) as a list; a row may be what `clause` makes, under HEADER."""

    def make(*rows: Sequence[str], header: Sequence[str] = HEADER, **changes: object) -> Imported:
        meanings = {"类型": "clause_type"} if "类型" in header else {}
        path = write_rows(tmp_path / "list.csv", [header, *rows])
        return imported(path, book, **{"meanings": meanings, **changes})

    return make
