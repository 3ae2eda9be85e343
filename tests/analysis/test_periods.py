"""Gaps in time and citations out of force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from screening.analysis import Kind
from screening.rulebook.model import Citation, Period
from tests.analysis.finding import book, of_kind


@pytest.mark.parametrize(("second", "days"), [("2024-01-01", 0), ("2024-01-02", 1)])
def test_days_between_two_versions_are_found(tmp_path: Path, second: str, days: int) -> None:
    versions = (
        {"id": "the-rule", "effective": "{from: 2021-03-01, until: 2024-01-01}"},
        {"id": "the-rule", "effective": f"{{from: {second}}}"},
    )
    faults = of_kind(book(tmp_path, *versions), Kind.GAP_IN_TIME)
    assert len(faults) == days
    for fault in faults:
        assert fault.where == "rules/rule2.yaml:1" and "for 1 days" in fault.what
        assert fault.examples[0].day == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"effective": Period(date(2021, 3, 1), None)}, 0),
        ({"effective": Period(date(2021, 2, 28), None)}, 1),
        ({"basis": (Citation("water-law", "第1条"),), "effective": Period(date(2010, 1, 1), date(2026, 8, 15))}, 0),
        ({"basis": (Citation("water-law", "第1条"),), "effective": Period(date(2010, 1, 1), date(2026, 8, 16))}, 1),
        ({"basis": (Citation("lost-law", "第1条"),)}, 1),
    ],
)
def test_a_citation_out_of_force_on_any_day_is_found(tmp_path: Path, change: dict[str, object], found: int) -> None:
    rulebook = book(tmp_path, {})
    rulebook = rulebook.only([replace(rulebook.rules[0], **change)])  # type: ignore[arg-type]
    assert len(of_kind(rulebook, Kind.CITATION)) == found


def test_a_law_repealed_by_one_not_yet_in_force_is_noted(tmp_path: Path) -> None:
    registers = [
        "old: {name: {zh: 旧, en: Old}, issuer: 部, in_force: {from: 2001-01-01, until: 2020-01-01}, repealed_by: river-law}\n"
        "river-law: {name: {zh: 新, en: New}, issuer: 部, in_force: {from: 2021-03-01}}\n",
        "old: {name: {zh: 旧, en: Old}, issuer: 部, in_force: {from: 2001-01-01, until: 2021-03-01}, repealed_by: river-law}\n"
        "river-law: {name: {zh: 新, en: New}, issuer: 部, in_force: {from: 2021-03-01}}\n",
    ]
    found = [
        [
            fault.about
            for fault in of_kind(book(tmp_path / str(n), {}, files={"instruments.yaml": text}), Kind.SUCCESSION)
        ]
        for n, text in enumerate(registers)
    ]
    assert found == [[("old",)], []]


def test_an_instrument_no_rule_rests_on_is_noted(tmp_path: Path) -> None:
    assert [fault.about for fault in of_kind(book(tmp_path, {}), Kind.UNCITED)] == [("water-law",)]
