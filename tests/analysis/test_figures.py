"""Figures without a way out, figures and provisos looser below, holes between bands."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.analysis import Kind
from tests.analysis.finding import book, of_kind, shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("project.ratio: {under: 2}", "project.ratio: {at_least: 2}"),
        ("project.ratio: {under: 2}", "project.ratio: {over: 1}"),
        ("project.in_park: no", "project.in_park: yes"),
        ("project.started: {under: 2026-01-02}", "project.started: {over: 2026-01-01}"),
    ],
)
def test_two_rules_that_leave_no_value_contradict(tmp_path: Path, one: str, other: str) -> None:
    rulebook = book(
        tmp_path,
        {"when": f"{{project.works: new_build, {one}}}"},
        {"when": f"{{project.works: {{in: new_works}}, {other}}}"},
    )
    (fault,) = of_kind(rulebook, Kind.NO_WAY_OUT)
    assert fault.about[:2] == ("r1-rule", "r2-rule")
    assert shown(rulebook, fault) == {"project.works": "new_build"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("project.ratio: {under: 2}", "project.ratio: {over: 2}"),
        ("project.ratio: {under: 2}", "project.ratio: {under: 3}"),
        ("project.in_park: no", "project.in_park: no"),
        ("project.started: {under: 2026-01-01}", "project.started: {over: 2026-01-01}"),
    ],
)
def test_two_rules_that_leave_one_value_do_not_contradict(tmp_path: Path, one: str, other: str) -> None:
    when = "{{project.works: new_build, {0}}}"
    rulebook = book(tmp_path, {"when": when.format(one)}, {"when": when.format(other)})
    assert of_kind(rulebook, Kind.NO_WAY_OUT) == []


def test_rules_for_different_projects_or_different_days_do_not_contradict(tmp_path: Path) -> None:
    low, high = "project.ratio: {under: 2}", "project.ratio: {at_least: 2}"
    rulebook = book(
        tmp_path,
        {"when": f"{{project.works: new_build, {low}}}"},
        {"when": f"{{project.works: expansion, {high}}}"},
        {"when": f"{{project.works: alteration, {low}}}", "effective": "{from: 2021-03-01, until: 2022-01-01}"},
        {"when": f"{{project.works: alteration, {high}}}", "effective": "{from: 2022-01-01}"},
    )
    assert of_kind(rulebook, Kind.NO_WAY_OUT) == []


def test_a_rule_that_rejects_every_value_by_itself_is_a_plain_ban(tmp_path: Path) -> None:
    ban = {"when": "{project.works: new_build, any: [{project.in_park: no}, {project.in_park: yes}]}"}
    assert of_kind(book(tmp_path, ban, {"when": "{project.in_park: no}"}), Kind.NO_WAY_OUT) == []


def test_a_bad_figure_does_not_make_every_case_look_closed(tmp_path: Path) -> None:
    in_park = {"when": "{project.in_park: yes, project.ratio: {under: 1}}"}
    outside = {"when": "{project.in_park: no, project.ratio: {under: 2}}"}
    assert of_kind(book(tmp_path, in_park, outside), Kind.NO_WAY_OUT) == []


def test_a_province_that_sets_a_figure_looser_than_the_nation_is_found(tmp_path: Path) -> None:
    nation = {"when": "{project.works: {in: new_works}, project.ratio: {under: 1.5}}"}
    looser = {"when": "{project.works: new_build, project.ratio: {under: 1.2}}", "jurisdiction": '"42"'}
    tighter = {"when": "{project.works: new_build, project.ratio: {under: 1.8}}", "jurisdiction": '"43"'}
    rulebook = book(tmp_path, nation, looser, tighter)
    (fault,) = of_kind(rulebook, Kind.LOOSER_FIGURE)
    assert fault.about == ("r2-rule", "r1-rule", "project.ratio") and fault.where == "rules/rule2.yaml:1"
    assert shown(rulebook, fault)["project.ratio"] == "1.2"


def test_a_figure_of_another_scope_or_another_side_is_not_looser(tmp_path: Path) -> None:
    nation = {"when": "{project.works: new_build, project.ratio: {under: 1.5}}"}
    elsewhere = {"when": "{project.works: expansion, project.ratio: {under: 1.2}}", "jurisdiction": '"42"'}
    above = {"when": "{project.works: new_build, project.ratio: {over: 9}}", "jurisdiction": '"42"'}
    assert of_kind(book(tmp_path, nation, elsewhere, above), Kind.LOOSER_FIGURE) == []


def test_a_rule_on_another_matter_with_a_smaller_figure_is_not_looser(tmp_path: Path) -> None:
    coal = {"when": "{project.fuels: {has: coal}, site.distance.shoreline: {at_most: 3 km}}"}
    coke = {"when": "{project.fuels: {has: coke}, site.distance.shoreline: {at_most: 1 km}}", "jurisdiction": '"42"'}
    assert of_kind(book(tmp_path, coal, coke), Kind.LOOSER_FIGURE) == []


def test_a_proviso_under_which_the_nation_rejects_all_the_same_is_found(tmp_path: Path) -> None:
    nation = {"when": "{project.works: new_build}"}
    promises = {"when": "{project.works: new_build}", "unless": "{project.in_park: yes}", "jurisdiction": '"42"'}
    rulebook = book(tmp_path, nation, promises)
    (fault,) = of_kind(rulebook, Kind.LOOSER_PROVISO)
    assert fault.about == ("r2-rule", "r1-rule")
    assert shown(rulebook, fault)["project.in_park"] == "yes"


def test_a_proviso_of_a_rule_that_says_more_than_the_nation_is_sound(tmp_path: Path) -> None:
    nation = {"when": "{project.works: new_build}"}
    more = {
        "when": "{project.works: {in: new_works}}",
        "unless": "{project.in_park: yes}",
        "jurisdiction": '"42"',
    }
    assert of_kind(book(tmp_path, nation, more), Kind.LOOSER_PROVISO) == []


@pytest.mark.parametrize(("start", "found"), [("over", 0), ("at_least", 0), ("over: 6 t/a, at_least", 1)])
def test_bands_that_leave_out_some_values_are_found(tmp_path: Path, start: str, found: int) -> None:
    low = {"when": "{project.works: new_build, project.capacity: {at_most: 5 t/a}}"}
    high = {"when": f"{{project.works: new_build, project.capacity: {{{start}: 5 t/a, under: 10 t/a}}}}"}
    rulebook = book(tmp_path, low, high)
    faults = of_kind(rulebook, Kind.HOLE_IN_BANDS)
    assert len(faults) == found
    for fault in faults:
        assert shown(rulebook, fault)["project.capacity"] in ("5.1 t/a", "5.5 t/a", "6 t/a")


def test_bands_that_both_leave_out_their_common_end_have_a_hole_of_one_point(tmp_path: Path) -> None:
    low = {"when": "{project.capacity: {under: 5 t/a}}"}
    high = {"when": "{project.capacity: {over: 5 t/a, under: 10 t/a}}"}
    rulebook = book(tmp_path, low, high)
    (fault,) = of_kind(rulebook, Kind.HOLE_IN_BANDS)
    assert shown(rulebook, fault) == {"project.capacity": "5 t/a"}


def test_too_little_and_too_much_leave_a_window_and_no_hole(tmp_path: Path) -> None:
    low = {"when": "{project.capacity: {under: 5 t/a}}"}
    high = {"when": "{project.capacity: {over: 10 t/a}}"}
    assert of_kind(book(tmp_path, low, high), Kind.HOLE_IN_BANDS) == []
