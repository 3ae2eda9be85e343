"""Rules that never fire and parts that change nothing, each beside a neighbour that is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.analysis import Kind
from tests.analysis.finding import book, of_kind, shown


@pytest.mark.parametrize(
    "when",
    [
        "{project.capacity: {under: 5 t/a, at_least: 5 t/a}}",
        "{project.works: new_build, any: [{project.works: expansion}, {project.works: alteration}]}",
        "{project.capacity: {under: 0}}",
        "{project.ratio: {over: 1}, none: {project.ratio: {over: 0.5}}}",
        "{project.fuels: {has: coal}, none: {project.fuels: {has: solid_fuels}}}",
        "{project.started: {over: 2026-01-01, under: 2026-01-02}}",
        "{site.overlaps.redline: yes, site.distance.redline: {over: 1 m}}",
    ],
)
def test_a_rule_whose_tests_exclude_each_other_is_found_with_its_line(tmp_path: Path, when: str) -> None:
    rulebook = book(tmp_path, {"when": when})
    (fault,) = of_kind(rulebook, Kind.NEVER_FIRES)
    assert fault.where == "rules/rule1.yaml:1" and fault.about == ("r1-rule",)
    assert fault.kind.fails


@pytest.mark.parametrize(
    "when",
    [
        "{project.capacity: {at_most: 5 t/a, at_least: 5 t/a}}",
        "{project.works: new_build, any: [{project.works: expansion}, {project.works: new_build}]}",
        "{project.capacity: {at_most: 0}}",
        "{project.change: {under: 0}}",
        "{project.ratio: {over: 0.5}, none: {project.ratio: {over: 1}}}",
        "{project.fuels: {has: gas}, none: {project.fuels: {has: solid_fuels}}}",
        "{project.started: {at_least: 2026-01-01, under: 2026-01-02}}",
        "{site.overlaps.redline: yes, site.distance.redline: {at_most: 1 m}}",
    ],
)
def test_a_rule_that_some_project_meets_is_not_found(tmp_path: Path, when: str) -> None:
    assert of_kind(book(tmp_path, {"when": when}), Kind.NEVER_FIRES) == []


def test_the_example_of_a_dead_rule_meets_all_but_one_of_the_tests_that_exclude_each_other(tmp_path: Path) -> None:
    when = "{project.in_park: yes, project.capacity: {under: 5 t/a, over: 7 t/a}}"
    rulebook = book(tmp_path, {"when": when})
    (fault,) = of_kind(rulebook, Kind.NEVER_FIRES)
    assert "under 5 t/a" in fault.what and "over 7 t/a" in fault.what and "park" not in fault.what
    assert set(shown(rulebook, fault)) == {"project.capacity"}


def test_a_proviso_as_wide_as_the_rule_leaves_nothing(tmp_path: Path) -> None:
    wide = {"when": "{project.works: new_build}", "unless": "{project.works: {in: new_works}}"}
    narrow = {"when": "{project.works: {in: new_works}}", "unless": "{project.works: new_build}"}
    faults = of_kind(book(tmp_path, wide, narrow), Kind.NEVER_FIRES)
    assert [fault.about for fault in faults] == [("r1-rule",)]


def test_what_the_vocabulary_refuses_is_no_project(tmp_path: Path) -> None:
    files = {
        "vocabulary/claims.yaml": "implies: [{fact: project.fuels, words: [coal], other: project.sector, means: [chemicals]}]"
    }
    cement, chemicals = (
        {"when": f'{{project.fuels: {{has: coal}}, project.sector: "{code}"}}'} for code in ("3011", "2611")
    )
    faults = of_kind(book(tmp_path, cement, chemicals, files=files), Kind.NEVER_FIRES)
    assert [fault.about for fault in faults] == [("r1-rule",)]


def test_a_county_lies_in_its_province(tmp_path: Path) -> None:
    jurisdiction = {"jurisdiction": '"420500"'}
    outside = jurisdiction | {"when": '{none: {site.jurisdictions: {has: ["42"]}}}'}
    inside = jurisdiction | {"when": '{none: {site.jurisdictions: {has: ["43"]}}}'}
    faults = of_kind(book(tmp_path, outside, inside), Kind.NEVER_FIRES)
    assert [fault.about for fault in faults] == [("r1-rule",)]


def test_a_class_that_is_set_only_before_the_rule_holds_makes_it_dead(tmp_path: Path) -> None:
    sets = {
        "outcome": "classify",
        "classifies": "class.big",
        "message": None,
        "when": "{project.capacity: {over: 5 t/a}}",
    }
    early = sets | {"effective": "{from: 2021-03-01, until: 2022-01-01}"}
    asks = {"when": "{class.big: yes}"}
    late = asks | {"effective": "{from: 2022-01-01}"}
    faults = of_kind(book(tmp_path, early, asks, late), Kind.NEVER_FIRES)
    assert [fault.about for fault in faults] == [("r3-rule",)]


def test_a_rule_that_excludes_what_makes_the_class_is_dead(tmp_path: Path) -> None:
    sets = {
        "outcome": "classify",
        "classifies": "class.big",
        "message": None,
        "when": "{project.capacity: {over: 5 t/a}}",
    }
    dead = {"when": "{class.big: yes, project.capacity: {at_most: 5 t/a}}"}
    alive = {"when": "{class.big: yes, project.capacity: {at_most: 6 t/a}}"}
    faults = of_kind(book(tmp_path, sets, dead, alive), Kind.NEVER_FIRES)
    assert [fault.about for fault in faults] == [("r2-rule",)]


def test_a_branch_that_another_covers_changes_nothing(tmp_path: Path) -> None:
    idle = {"when": "{any: [{project.capacity: {over: 5 t/a}}, {project.capacity: {over: 9 t/a}}]}"}
    needed = {"when": "{any: [{project.capacity: {over: 5 t/a}}, {project.ratio: {over: 9}}]}"}
    (fault,) = of_kind(book(tmp_path, idle, needed), Kind.IDLE_PART)
    assert fault.about == ("r1-rule",) and "over 9 t/a" in fault.what


def test_a_proviso_that_is_never_met_changes_nothing(tmp_path: Path) -> None:
    idle = {"when": "{project.works: new_build}", "unless": "{project.works: expansion, project.in_park: yes}"}
    needed = {"when": "{project.works: {in: new_works}}", "unless": "{project.works: expansion, project.in_park: yes}"}
    faults = of_kind(book(tmp_path, idle, needed), Kind.IDLE_PART)
    assert [fault.about for fault in faults] == [("r1-rule",)]
    assert faults[0].what.startswith("the proviso changes nothing")


def test_one_branch_of_a_proviso_may_be_idle(tmp_path: Path) -> None:
    rule = {
        "when": "{project.works: new_build}",
        "unless": "{any: [{project.in_park: yes}, {project.works: expansion}]}",
    }
    (fault,) = of_kind(book(tmp_path, rule), Kind.IDLE_PART)
    assert fault.what.startswith("a branch of the proviso changes nothing") and "expansion" in fault.what


def test_an_exclusion_that_excludes_nobody_changes_nothing(tmp_path: Path) -> None:
    idle = {"when": "{project.works: new_build, none: {project.works: expansion}}"}
    needed = {"when": "{project.works: {in: new_works}, none: {project.works: expansion}}"}
    faults = of_kind(book(tmp_path, idle, needed), Kind.IDLE_PART)
    assert [fault.about for fault in faults] == [("r1-rule",)]


@pytest.mark.parametrize(("second", "kind"), [("9", Kind.IDLE_PART), ("3", Kind.IDLE_ROW)])
def test_a_part_idle_in_some_rows_of_a_table_is_a_note_and_in_all_an_error(
    tmp_path: Path, second: str, kind: Kind
) -> None:
    rule = {
        "id": "row-{key}",
        "for_each": "rows.csv",
        "when": '{any: [{project.capacity: {over: 5 t/a}}, {project.capacity: {over: "{limit} t/a"}}]}',
    }
    rulebook = book(tmp_path, rule, files={"rows.csv": f"key,limit\none,9\ntwo,{second}\n"})
    assert [fault.kind for kind_ in (Kind.IDLE_PART, Kind.IDLE_ROW) for fault in of_kind(rulebook, kind_)] == (
        [kind] if kind is Kind.IDLE_PART else [Kind.IDLE_ROW] * 2
    )
