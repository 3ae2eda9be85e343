"""Rules that another covers, and what is harmless about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.analysis import Kind
from tests.analysis.finding import book, of_kind, shown

WIDE = {"when": "{project.works: {in: new_works}}"}
NARROW = {"when": "{project.works: new_build, project.in_park: no}"}
OTHER_GROUND = {"basis": "[{instrument: river-law, clause: 第27条}]"}


def test_a_narrower_rule_on_the_same_ground_adds_nothing(tmp_path: Path) -> None:
    rulebook = book(tmp_path, WIDE, NARROW)
    (fault,) = of_kind(rulebook, Kind.ADDS_NOTHING)
    assert fault.about == ("r2-rule", "r1-rule")
    assert shown(rulebook, fault) == {"project.in_park": "no", "project.works": "new_build"}


@pytest.mark.parametrize("change", [OTHER_GROUND, {"jurisdiction": '"42"'}])
def test_another_ground_or_another_tier_is_only_a_note(tmp_path: Path, change: dict[str, str]) -> None:
    rulebook = book(tmp_path, WIDE, NARROW | change)
    assert of_kind(rulebook, Kind.ADDS_NOTHING) == []
    (fault,) = of_kind(rulebook, Kind.RESTATES)
    assert not fault.kind.fails


@pytest.mark.parametrize(
    "change",
    [
        {"when": "{project.in_park: no}"},
        {"effective": "{from: 2021-02-28}", "basis": "[{instrument: water-law, clause: 第1条}]"},
        {"checked": "{level: text}", "outcome": "reject", "when": "{project.works: {in: [new_build, alteration]}}"},
    ],
)
def test_a_rule_that_fires_for_more_or_on_more_days_is_not_covered(tmp_path: Path, change: dict[str, str]) -> None:
    if "effective" in change:
        change = {**change, "effective": "{from: 2021-02-28, until: 2026-08-15}"}
    rulebook = book(tmp_path, WIDE, NARROW | change)
    assert of_kind(rulebook, Kind.ADDS_NOTHING) == of_kind(rulebook, Kind.RESTATES) == []


def test_a_milder_or_less_certain_rule_covers_nothing(tmp_path: Path) -> None:
    milder = WIDE | {"outcome": "review"}
    unsure = WIDE | {"checked": "{level: memory}"}
    rulebook = book(tmp_path, milder, unsure, NARROW)
    assert [fault for fault in of_kind(rulebook, Kind.ADDS_NOTHING) if fault.about[0] == "r3-rule"] == []


def test_two_versions_cover_a_rule_between_them(tmp_path: Path) -> None:
    first = WIDE | {"id": "the-wide", "effective": "{from: 2021-03-01, until: 2024-01-01}"}
    second = WIDE | {"id": "the-wide", "effective": "{from: 2024-01-01}"}
    assert [fault.about for fault in of_kind(book(tmp_path, first, second, NARROW), Kind.ADDS_NOTHING)] == [
        ("r3-rule", "the-wide")
    ]


def test_two_versions_with_days_between_them_do_not(tmp_path: Path) -> None:
    first = WIDE | {"id": "the-wide", "effective": "{from: 2021-03-01, until: 2024-01-01}"}
    second = WIDE | {"id": "the-wide", "effective": "{from: 2024-01-02}"}
    assert of_kind(book(tmp_path, first, second, NARROW), Kind.ADDS_NOTHING) == []


def test_a_duty_laid_only_on_rejected_projects_contradicts(tmp_path: Path) -> None:
    rulebook = book(tmp_path, WIDE, NARROW | OTHER_GROUND | {"outcome": "obligation"})
    (fault,) = of_kind(rulebook, Kind.OBLIGES_THE_REJECTED)
    assert fault.kind.fails and fault.about == ("r2-rule", "r1-rule")


def test_two_duties_stand_beside_each_other(tmp_path: Path) -> None:
    rulebook = book(tmp_path, WIDE | {"outcome": "obligation"}, NARROW | {"outcome": "obligation"})
    assert of_kind(rulebook, Kind.ADDS_NOTHING) == of_kind(rulebook, Kind.RESTATES) == []


def test_two_rules_that_say_the_same_are_told_once(tmp_path: Path) -> None:
    assert len(of_kind(book(tmp_path, WIDE, WIDE), Kind.ADDS_NOTHING)) == 1
