"""Access lists in a decision: only the lists of units the site may lie in are asked, and none of them clears a project."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Outcome, Project, Rulebook, screen
from screening.atlas import read_atlas
from screening.decision import Decision, Reason
from screening.engine.program import prepare
from screening.rulebook.lists import access_list
from screening.rulebook.lists.importing import write_list
from screening.rulebook.model import Period
from tests.atlas.conftest import Sheet, box, polygon, write_atlas
from tests.rulebook.lists import synthetic
from tests.rulebook.lists.conftest import HEADER, clause, write_rows
from tests.rulebook.minimal import rule_text, write_book

DAY = date(2026, 11, 22)
NATION = rule_text(id="nation", when="{project.works: {in: new_works}, project.in_park: yes}", outcome="obligation")
TWO_HIGH = rule_text(
    id="two-high",
    when="{project.sector: {in: chemicals}}",
    outcome="classify",
    classifies="class.two_high",
    message=None,
)
UNITS = {"ZH99990120001": (-10, 0), "ZH99990120002": (0, 10), "ZH99990120003": (10, 20)}
"""Three units side by side, each twenty kilometres high: name, and its west and east ends in kilometres."""
ROWS = (
    clause(unit="ZH99990120001", number="1", type="禁止类", text="禁止甲。"),
    clause(unit="ZH99990120001", number="2", type="限制类", text="限制乙。"),
    clause(unit="ZH99990120001", number="3", type="综合类", text="推进丙。"),
    clause(unit="ZH99990120001", number="4", type="鼓励引导类", text="鼓励丁。"),
    clause(unit="ZH99990120002", number="1", type="禁止类", when="{class.two_high: yes}", outcome="reject"),
    clause(unit="ZH99990120002", number="2", type="鼓励引导类", text="鼓励丁。"),
    clause(unit="ZH99990120009", number="1", type="禁止类"),
)


def atlas(folder: Path, units: dict[str, tuple[float, float]]) -> Atlas:
    drawn = [
        (polygon(box(west, -10, east, 10)), {"code": code, "name": code, "class": "key_control"})
        for code, (west, east) in units.items()
    ]
    admin = [(polygon(box(-20, -20, 20, 20)), {"code": "999901", "name": "虚构县"})]
    sheets = (Sheet("units", "units", drawn, "units"), Sheet("counties", "counties", admin, "admin"))
    return read_atlas(write_atlas(folder, *sheets))


@pytest.fixture(scope="module")
def map_of_units(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    return atlas(tmp_path_factory.mktemp("zones"), UNITS)


def book_of(folder: Path, *lists: dict[str, Any]) -> Rulebook:
    root = write_book(folder, {"nation.yaml": NATION, "two-high.yaml": TWO_HIGH})
    bare = Rulebook.load(root)
    for number, changes in enumerate(lists):
        rows = changes.pop("rows", ROWS)
        path = write_rows(folder / f"list{number}.csv", [HEADER, *rows])
        write_list(synthetic.imported(path, bare, **{"meanings": {"类型": "clause_type"}, **changes}), root / "lists")
    return Rulebook.load(root)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return book_of(tmp_path_factory.mktemp("book"), {})


def decide(book: Rulebook, where: Atlas, west: float, east: float, sector: str = "2614", as_of: date = DAY) -> Decision:
    geometry = polygon(box(west, -1, east, 1))
    text = json.dumps({"id": "a", "project": {"sector": sector, "works": "new_build", "in_park": "yes"},
                       "site": {"geometry": geometry}})  # fmt: skip
    return screen(Project.parse(text, "a"), book, where, as_of=as_of)


def said(decision: Decision) -> dict[str, tuple[Reason, Outcome]]:
    return {finding.rule: (finding.reason, finding.outcome) for finding in decision.findings}


def test_many_clauses_of_a_unit_are_one_question_and_one_obligation(book: Rulebook, map_of_units: Atlas) -> None:
    decision = decide(book, map_of_units, -6, -5)
    assert said(decision) == {
        "made-2021.ZH99990120001.judgement": (Reason.JUDGEMENT, Outcome.REVIEW),
        "made-2021.ZH99990120001.duties": (Reason.OBLIGATION, Outcome.PASS),
        "nation": (Reason.OBLIGATION, Outcome.PASS),
    }
    asked = next(finding for finding in decision.findings if finding.question.zh)
    assert all(words in asked.question.zh for words in ("禁止甲。", "限制乙。")) and "推进丙" not in asked.question.zh
    assert asked.grounds[0].clause.endswith("空间布局约束 1、2")


def test_an_encoded_clause_decides_over_the_classes_of_the_nation(book: Rulebook, map_of_units: Atlas) -> None:
    assert decide(book, map_of_units, 4, 5).outcome is Outcome.REJECT
    assert said(decide(book, map_of_units, 4, 5))["made-2021.ZH99990120002.1"] == (Reason.FIRED, Outcome.REJECT)
    assert decide(book, map_of_units, 4, 5, sector="3011").outcome is Outcome.PASS


def test_a_site_that_only_may_touch_a_unit_is_asked_its_clauses_as_doubtful(tmp_path: Path, book: Rulebook) -> None:
    rough = [
        (polygon(box(west, -10, east, 10)), {"code": code, "name": code, "class": "key_control"})
        for code, (west, east) in UNITS.items()
    ]
    sheets = (
        Sheet("units", "units", rough, "units", tolerance="50 m"),
        Sheet("counties", "counties", [(polygon(box(-20, -20, 20, 20)), {"code": "999901"})], "admin"),
    )
    where = read_atlas(write_atlas(tmp_path / "zones", *sheets))
    found = said(decide(book, where, -1, -0.02, sector="2614"))
    assert found["made-2021.ZH99990120002.1"] == (Reason.DOUBTFUL, Outcome.REVIEW)
    assert found["made-2021.ZH99990120001.judgement"][0] is Reason.JUDGEMENT


def test_a_unit_of_which_no_list_says_anything_is_still_a_review(book: Rulebook, map_of_units: Atlas) -> None:
    found = said(decide(book, map_of_units, 14, 15))
    assert found["no-access-list.ZH99990120003"] == (Reason.NO_ACCESS_LIST, Outcome.REVIEW)
    assert not any(rule.startswith("no-access-list") for rule in said(decide(book, map_of_units, 4, 5)))


def test_a_list_not_in_force_that_day_is_no_list(tmp_path: Path, map_of_units: Atlas) -> None:
    ended = book_of(tmp_path, {"effective": Period(date(2021, 7, 1), date(2024, 1, 1))})
    assert said(decide(ended, map_of_units, 4, 5))["no-access-list.ZH99990120002"][1] is Outcome.REVIEW
    assert decide(ended, map_of_units, 4, 5, as_of=date(2023, 12, 31)).outcome is Outcome.REJECT


def test_two_lists_for_one_unit_both_count(tmp_path: Path, map_of_units: Atlas) -> None:
    row = clause(unit="ZH99990120002", type="限制类", text="限制戊。")
    both = book_of(tmp_path, {}, {"list_id": "province-2021", "rows": [row]})
    found = said(decide(both, map_of_units, 4, 5))
    assert {"made-2021.ZH99990120002.1", "province-2021.ZH99990120002.judgement"} <= set(found)


def test_a_code_the_map_writes_otherwise_has_no_list(tmp_path: Path, book: Rulebook) -> None:
    where = atlas(tmp_path / "zones", {"zh99990120002": (-10, 10)})
    assert said(decide(book, where, 4, 5))["no-access-list.zh99990120002"][1] is Outcome.REVIEW


def test_a_site_that_may_lie_anywhere_is_one_review_for_all_units_not_drawn(
    tmp_path: Path, map_of_units: Atlas, book: Rulebook
) -> None:
    # East of the last unit the frame ends: the county there, and its units, are not known.
    decision = decide(book, map_of_units, 19.5, 22)
    assert said(decision)["access-lists-elsewhere"] == (Reason.DOUBTFUL, Outcome.REVIEW)
    assert "site.jurisdictions" in {need.fact for need in decision.needs}
    assert not any(rule.startswith("made-2021.ZH99990120009") for rule in decision.receipt.rules)
    assert "access-lists-elsewhere" not in said(decide(book, map_of_units, 4, 5))


def test_the_receipt_names_the_clause_rules_by_hash_and_no_other_unit_s(book: Rulebook, map_of_units: Atlas) -> None:
    decision = decide(book, map_of_units, -6, -5)
    own = {rule.id: rule.digest for rule in book.rules_of_unit("ZH99990120001", DAY)}
    listed = {name: digest for name, digest in decision.receipt.rules.items() if name.startswith("made-2021.")}
    assert listed == own and set(decision.receipt.rules) == {*own, "nation", "two-high"}
    assert decision.receipt.rulebook == book.digest
    assert {rule for entry in decision.considered for rule in entry.rules} == set(decision.receipt.rules)


def test_a_site_outside_a_list_is_decided_without_reading_it(
    book: Rulebook, map_of_units: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Rulebook.load(book.root)

    def refuse(*_: object) -> Any:
        raise AssertionError("a clause was read")

    monkeypatch.setattr(access_list, "read_rows", refuse)
    assert prepare(fresh, DAY).strata
    assert decide(fresh, map_of_units, 14, 15).outcome is Outcome.REVIEW


def test_the_same_list_gives_the_same_bytes(book: Rulebook, map_of_units: Atlas) -> None:
    again = Rulebook.load(book.root)
    assert decide(again, map_of_units, -1, 1).canonical() == decide(book, map_of_units, -1, 1).canonical()
