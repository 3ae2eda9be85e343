"""The commands of those who keep lists, as they are typed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from screening.cli.lists import lists
from screening.rulebook.reader import Rulebook
from tests.rulebook.lists import synthetic
from tests.rulebook.lists.conftest import HEADER as STRUCTURED
from tests.rulebook.lists.conftest import UNIT, clause, write_rows
from tests.rulebook.minimal import rule_text, write_book


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_book(tmp_path, {"rule1.yaml": rule_text()})


def run(rules: Path, *args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(lists, [*args, "--rules", str(rules), "--lang", "en"], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def said(path: Path, *more: str) -> tuple[str, ...]:
    return ("import", str(path), "--id", "made-2021", "--jurisdiction", "9999", "--effective", "2021-07-01", *more)


def test_a_list_is_imported_counted_checked_shown_and_exported(rules: Path, tmp_path: Path) -> None:
    path = synthetic.write_list(tmp_path / "made.csv")
    result = run(rules, *said(path, "--title", "虚构市清单", "--number", "虚构〔2021〕1号", "--level", "text"))
    assert "240 rows: 20 units, 240 clauses" in result.output and "14 characters" in result.output
    assert "made-2021  虚构市清单  9999  2021-07-01" in run(rules, "count").output
    assert "made-2021: 240 = " in run(rules, "check").output and "1 lists: no errors" in run(rules, "check").output
    shown = run(rules, "show", "zh99990120001").output
    assert "untagged → for an officer to judge" in shown and "单元内各环境要素细类管控区内" in shown
    out = run(rules, "export", "made-2021", str(tmp_path / "back.csv")).output
    assert "byte for byte" in out and (tmp_path / "back.csv").read_bytes() == path.read_bytes()


def test_trying_an_import_writes_nothing(rules: Path, tmp_path: Path) -> None:
    path = synthetic.write_list(tmp_path / "made.csv")
    assert "240 rows" in run(rules, *said(path, "--try")).output
    assert not (rules / "lists").exists()


def test_a_list_is_replaced_with_what_was_said_of_it_before(rules: Path, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "list.csv", [STRUCTURED, clause(type="不许", dimension="布局"), clause(number="2")])
    run(rules, *said(path, "--title", "甲", "--level", "text", "--map", "类型=clause_type", "--type", "不许=prohibition",
                     "--dimension", "布局=spatial_layout", "--until", "2030-01-01", "--source", "网站"))  # fmt: skip
    before = Rulebook.load(rules).lists[0].card
    run(rules, "export", "made-2021", str(tmp_path / "out.xlsx"), "--structured")
    made = openpyxl.load_workbook(tmp_path / "out.xlsx")
    made.active.cell(3, 7).value = "26"
    made.active.cell(3, 12).value = "reject"
    made.save(tmp_path / "filled.xlsx")
    run(rules, "import", str(tmp_path / "filled.xlsx"), "--id", "made-2021", code=2)
    run(rules, "import", str(tmp_path / "filled.xlsx"), "--id", "made-2021", "--replace")
    after = Rulebook.load(rules).lists[0]
    assert (after.card.title, after.card.effective, after.card.declared, after.card.source) == (
        before.title,
        before.effective,
        before.declared,
        "网站",
    )
    assert after.card.dimensions == before.dimensions and after.card.clause_types == before.clause_types
    assert [rule.effect.value for rule in after.rules(UNIT)] == ["reject", "review"]


def test_a_list_ends_on_the_day_that_is_said_later(rules: Path, tmp_path: Path) -> None:
    path = synthetic.write_list(tmp_path / "made.csv")
    run(rules, *said(path, "--title", "甲"))
    run(
        rules,
        "import",
        str(path),
        "--id",
        "made-2021",
        "--replace",
        "--effective",
        "2021-01-01",
        "--until",
        "2024-12-06",
    )
    period = Rulebook.load(rules).lists[0].card.effective
    assert (str(period.start), str(period.until)) == ("2021-01-01", "2024-12-06")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("show", "ZH99990129999"), "no list has this unit"),
        (("export", "made-2020", "x.csv"), "is no list"),
        (
            ("import", "none.csv", "--id", "made-2021", "--jurisdiction", "9999", "--effective", "2021-07-01"),
            "cannot be opened",
        ),
        (("import", "none.csv", "--id", "made-2021"), "is no jurisdiction"),
        (("import", "none.csv", "--id", "made-2021", "--map", "text"), "write NAME=MEANING"),
        (("import", "none.csv", "--id", "made-2021", "--type", "甲=乙"), "use prohibition"),
        (("import", "none.csv", "--id", "made-2021", "--dimension", "甲=乙"), "use spatial_layout"),
    ],
)
def test_what_is_asked_wrongly_ends_in_one_message(rules: Path, args: tuple[str, ...], words: str) -> None:
    assert words in run(rules, *args, code=2).output


def test_a_refused_list_shows_every_problem_and_writes_nothing(rules: Path, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "list.csv", [STRUCTURED, clause(sector="9999"), clause(works="拆")])
    out = run(rules, *said(path), code=2).output
    assert 'list.csv row 2, column "行业"' in out and 'list.csv row 3, column "建设性质"' in out
    assert not (rules / "lists").exists()
