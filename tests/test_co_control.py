"""The co-control sheet: what each measure asks of a two-high project, what meets it, what is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening import Atlas, Decision, Project, Rulebook, screen
from screening.co_control import Standing
from screening.documents import parse_yaml
from screening.report.text import explain
from screening.rulebook.measures import Medium
from screening.rulebook.model import Effect, facts_of
from screening.settings import read_settings

DAY = date(2026, 11, 22)


def application(name: str, **claims: Any) -> Any:
    source = read_settings({}).applications / f"{name}.yaml"
    data = parse_yaml(source.read_text(encoding="utf-8"), name).plain()
    assert isinstance(data, dict)
    for key, value in claims.items():
        if value is None:
            data["project"].pop(key, None)
        else:
            data["project"][key] = value
    return data


@pytest.fixture
def sheet(rulebook: Rulebook, atlas: Atlas) -> Any:
    def of(name: str, **claims: Any) -> Any:
        return decided(name, **claims).co_control

    def decided(name: str, **claims: Any) -> Decision:
        return screen(Project.of(application(name, **claims)), rulebook, atlas, as_of=DAY)

    return of


def measure(sheet: Any, name: str) -> Any:
    return next(one for one in sheet["measures"] if one["measure"] == name)


def standing(sheet: Any, name: str, rule: str) -> str | None:
    return next((one["state"] for one in measure(sheet, name)["requirements"] if one["rule"] == rule), None)


def test_a_project_that_is_not_two_high_has_no_sheet(sheet: Any) -> None:
    assert sheet("05-food") is None


def test_a_two_high_project_has_a_sheet_over_all_five_media(sheet: Any) -> None:
    found = sheet("02-clinker-1.5")
    assert found["state"] == "yes"
    assert [one["medium"] for one in found["media"]] == [medium.value for medium in Medium]


def test_a_project_that_may_be_two_high_has_a_sheet_that_says_so(sheet: Any) -> None:
    found = sheet("02-clinker-1.5", sector=None, products=None, processes=None)
    assert found["state"] == "maybe"


def test_every_measure_stands_on_the_sheet_whether_asked_or_not(sheet: Any, rulebook: Rulebook) -> None:
    found = sheet("02-clinker-1.5")
    assert [one["measure"] for one in found["measures"]] == list(rulebook.vocabulary.measures)


def test_a_replacement_ratio_below_the_one_required_is_not_met_and_shows_the_figure(sheet: Any) -> None:
    found = measure(sheet("02-clinker-1.5"), "capacity_replacement")
    assert found["state"] == "not_met"
    (failed,) = (one for one in found["requirements"] if one["state"] == "not_met")
    assert [(one["fact"], one["value"]["en"]) for one in failed["figures"]] == [("project.replacement.ratio", "1.5")]


def test_a_replacement_ratio_as_required_is_met(sheet: Any) -> None:
    assert standing(sheet("03-clinker-2"), "capacity_replacement", "capacity-replacement.clinker-key") == "met"


def test_a_ratio_not_stated_leaves_the_measure_open_and_names_it(sheet: Any) -> None:
    claims = application("02-clinker-1.5")["project"]
    replacement = {key: value for key, value in claims["replacement"].items() if key != "ratio"}
    found = measure(sheet("02-clinker-1.5", replacement=replacement), "capacity_replacement")
    waiting = [one for one in found["requirements"] if one["rule"] == "capacity-replacement.clinker-key"]
    assert [one["state"] for one in waiting] == ["open"]
    assert waiting[0]["missing"] == ["project.replacement.ratio"]


@pytest.mark.parametrize(
    ("name", "expected"), [("coal_replacement", "met"), ("energy_intensity", "met"), ("energy_review", "due")]
)
def test_coal_energy_and_review_stand_on_the_sheet_of_a_clinker_line(sheet: Any, name: str, expected: str) -> None:
    assert measure(sheet("03-clinker-2"), name)["state"] == expected


def test_a_replacement_kind_that_is_not_claimed_is_not_asked(sheet: Any) -> None:
    assert standing(sheet("02-clinker-1.5"), "capacity_replacement", "capacity-replacement.clinker-cross-key") is None


def test_a_measure_not_asked_says_which_test_does_not_hold(sheet: Any) -> None:
    found = measure(sheet("02-clinker-1.5"), "water_use")
    assert found["state"] == "not_asked" and not found["requirements"]
    assert any("Yellow River" in text["en"] for text in found["because"])


def test_a_duty_is_to_be_done_and_never_counts_as_met(sheet: Any, rulebook: Rulebook) -> None:
    duties = {rule.id for rule in rulebook.rules if rule.effect is Effect.OBLIGATION}
    for name in ("01-chemical-600m", "02-clinker-1.5", "04-aluminium-13100"):
        for one in sheet(name)["measures"]:
            assert all(item["state"] != "met" for item in one["requirements"] if item["rule"] in duties)


def test_a_medium_stands_as_badly_as_its_worst_measure(sheet: Any) -> None:
    found = sheet("02-clinker-1.5")
    order = [one.value for one in Standing]
    for medium in found["media"]:
        states = [one["state"] for one in found["measures"] if medium["medium"] in one["media"]]
        assert medium["state"] == min(states, key=order.index)


def test_what_is_met_would_not_be_without_the_figures(sheet: Any, rulebook: Rulebook) -> None:
    """Leaving out every figure that meets a requirement makes it open."""
    found = measure(sheet("03-clinker-2"), "coal_replacement")
    assert {one["state"] for one in found["requirements"]} == {"met"}
    blank = measure(sheet("03-clinker-2", coal_replacement=None), "coal_replacement")
    assert {one["rule"] for one in blank["requirements"] if one["state"] == "open"} == {
        one["rule"] for one in found["requirements"]
    }


def test_the_sheet_is_told_in_both_languages(rulebook: Rulebook, atlas: Atlas) -> None:
    decision = screen(Project.of(application("02-clinker-1.5")), rulebook, atlas, as_of=DAY)
    assert "减污降碳协同" in explain(decision, "zh") and "未达到：水泥熟料（重点区域）产能置换比例" in explain(
        decision, "zh"
    )
    assert "Pollution and carbon together" in explain(decision, "en")


def test_every_measure_has_rules_and_its_figures_are_asked_by_them(rulebook: Rulebook) -> None:
    for one in rulebook.vocabulary.measures.values():
        rules = [rule for rule in rulebook.rules if rule.measure == one.id]
        assert rules, one.id
        asked = frozenset[str]().union(*(facts_of(rule.when) | facts_of(rule.unless) for rule in rules))
        families = {figure.split(".")[1] for figure in one.figures}
        assert families <= {fact.split(".")[1] for fact in asked}, one.id


def test_a_rule_that_turns_on_the_figure_of_a_measure_belongs_to_it(rulebook: Rulebook) -> None:
    """Otherwise the sheet would leave it out."""
    own = {
        "project.replacement.ratio": "capacity_replacement",
        "project.coal_replacement.ratio": "coal_replacement",
        "project.regional_offset.ratio": "regional_offset",
        "project.environmental_grade": "ultra_low_emission",
    }
    for rule in rulebook.rules:
        asked = facts_of(rule.when) | facts_of(rule.unless)
        for fact, name in own.items():
            assert fact not in asked or rule.measure == name, rule.id
        if any(fact.startswith("project.energy_intensity.") for fact in asked):
            assert rule.measure == "energy_intensity", rule.id
