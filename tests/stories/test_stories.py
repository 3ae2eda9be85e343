"""Twenty sample applications of the invented district, each decided as the law and not merely the rule would have it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Decision, Project, Rulebook, screen
from screening.decision import Outcome, Reason
from screening.documents import parse_yaml
from screening.report.text import explain

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "zones" / "demo"
APPLICATIONS = sorted((DEMO / "applications").glob("*.yaml"))
TODAY = date(2026, 11, 22)
DAY_BEFORE_THE_CODE, FIRST_DAY_OF_THE_CODE = date(2026, 8, 14), date(2026, 8, 15)
ABOUT_PLACE = ("site.", "class.")

Decide = Callable[[str, date], Decision]


@dataclass(frozen=True)
class Story:
    """One expectation of expected.yaml."""

    application: str
    as_of: date
    outcome: Outcome
    grounds: frozenset[str]
    needs: frozenset[str]
    never: frozenset[str]
    why: str


def read_stories() -> list[Story]:
    path = HERE / "expected.yaml"
    data: dict[str, Any] = parse_yaml(path.read_text("utf-8"), path.name).plain()
    return [
        Story(
            application=entry["application"],
            as_of=date.fromisoformat(str(entry["as_of"])),
            outcome=Outcome(entry["outcome"]),
            grounds=frozenset(entry["grounds"]),
            needs=frozenset(entry.get("needs", ())),
            never=frozenset(entry.get("not", ())),
            why=entry["why"],
        )
        for entry in data["stories"]
    ]


STORIES = read_stories()
each_story = pytest.mark.parametrize(
    "story", STORIES, ids=[f"{story.application} {story.as_of}: {story.why}" for story in STORIES]
)
each_application = pytest.mark.parametrize("application", [path.stem for path in APPLICATIONS])


@pytest.fixture(scope="session")
def decide(rulebook: Rulebook, atlas: Atlas) -> Decide:
    """The decision on a sample application as of a day, made once."""

    @cache
    def decided(application: str, as_of: date) -> Decision:
        project = Project.read(DEMO / "applications" / f"{application}.yaml")
        return screen(project, rulebook, atlas, as_of=as_of)

    return decided


def rings() -> dict[str, dict[str, Any]]:
    """The polygons of PLACES.md by the id of their place."""
    text = (DEMO / "PLACES.md").read_text("utf-8")
    return {name: json.loads(ring) for name, ring in re.findall(r"\*\*([a-z0-9-]+)\*\*\n```json\n(.+)\n", text)}


@each_story
def test_a_story_ends_as_the_law_has_it(story: Story, decide: Decide, rulebook: Rulebook) -> None:
    decision = decide(story.application, story.as_of)
    assert decision.outcome is story.outcome, [finding.rule for finding in decision.of(decision.outcome)]
    assert story.grounds <= {finding.rule for finding in decision.of(story.outcome)}
    assert story.needs <= {need.fact for need in decision.needs}
    assert not story.never & {finding.rule for finding in decision.findings}
    assert story.grounds | story.never <= {rule.id for rule in rulebook.rules}, "a rule named here is not in the book"


def test_every_application_has_a_story_and_every_outcome_enough_of_them() -> None:
    assert len(APPLICATIONS) == 20
    assert {story.application for story in STORIES} == {path.stem for path in APPLICATIONS}
    outcomes = Counter(story.outcome for story in STORIES if story.as_of == TODAY)
    assert outcomes[Outcome.PASS] >= 5 and outcomes[Outcome.REJECT] >= 6 and outcomes[Outcome.REVIEW] >= 5


@each_application
def test_an_application_says_it_is_invented_and_bears_the_name_of_its_file(application: str) -> None:
    path = DEMO / "applications" / f"{application}.yaml"
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# ") and "虚构" in first and "nvented" in first
    assert Project.read(path).id == application


@pytest.mark.parametrize("lang", ["zh", "en"])
@each_application
def test_an_explanation_leaves_no_place_holder(application: str, lang: str, decide: Decide) -> None:
    text = explain(decide(application, TODAY), lang)
    assert re.findall(r"\{[^{}]*\}|\bNone\b|\bFraction\(|\binf\b", text) == []


@each_application
def test_a_decision_asks_the_applicant_only_what_has_a_question(application: str, decide: Decide) -> None:
    for need in decide(application, TODAY).needs:
        if not need.fact.startswith(ABOUT_PLACE):
            assert need.fact.startswith("project.")
            assert need.question.zh and need.question.en, need.fact


@each_application
def test_a_certain_finding_says_in_both_languages_what_it_rests_on(application: str, decide: Decide) -> None:
    for finding in decide(application, TODAY).findings:
        assert finding.title.zh and finding.title.en
        assert all((finding.message.get(lang) or finding.question.get(lang)) for lang in ("zh", "en")), finding.rule
        assert finding.grounds, finding.rule


@each_application
def test_a_pass_leaves_no_question_open(application: str, decide: Decide) -> None:
    decision = decide(application, TODAY)
    if decision.outcome is Outcome.PASS:
        assert decision.needs == ()
        assert all(finding.certain for finding in decision.findings)


def instruments(decision: Decision, rule: str) -> set[str]:
    return {ground.instrument for finding in decision.findings if finding.rule == rule for ground in finding.grounds}


def test_the_same_solar_station_is_barred_before_and_by_the_code(decide: Decide) -> None:
    """The Code came into force on 2026-08-15; the redline was protected the day before, on another ground."""
    before, after = (decide("06-solar-redline", day) for day in (DAY_BEFORE_THE_CODE, FIRST_DAY_OF_THE_CODE))
    assert before.outcome is after.outcome is Outcome.REJECT
    assert "eco-code" not in instruments(before, "redline-development")
    assert "eco-code" in instruments(after, "redline-development")


def test_the_old_water_law_barred_the_hotel_but_is_not_yet_compared(decide: Decide) -> None:
    """A provisional text turns a ban into a review, never into a pass."""
    before, after = (decide("18-hotel-water-source", day) for day in (DAY_BEFORE_THE_CODE, FIRST_DAY_OF_THE_CODE))
    assert (before.outcome, after.outcome) == (Outcome.REVIEW, Outcome.REJECT)
    assert {f.reason for f in before.findings if f.rule == "drinking-water-2"} == {Reason.PROVISIONAL}
    assert not instruments(before, "drinking-water-2") & instruments(after, "drinking-water-2")


@each_application
def test_the_code_loosened_nothing_for_the_samples(application: str, decide: Decide) -> None:
    before, after = (decide(application, day) for day in (DAY_BEFORE_THE_CODE, FIRST_DAY_OF_THE_CODE))
    assert before.outcome.gravity <= after.outcome.gravity


FULLY_STATED = {"activity": ["none_of_these"], "equipment": ["none_of_these"], "works": "new_build"}
ORDINARY: dict[str, dict[str, Any]] = {
    "food": {
        "sector": "1432",
        "products": ["food"],
        "processes": ["none_of_these"],
        "fuels": ["natural_gas", "electricity"],
        "energy": {"total": "1320 tce/a", "electricity": "4800000 kWh/a", "coal": "0 t/a"},
        "releases": ["wastewater_sewer", "air_pollutants", "industrial_noise"],
    },
    "machinery": {
        "sector": "3431",
        "products": ["machinery"],
        "processes": ["machining_assembly", "surface_coating"],
        "fuels": ["natural_gas", "electricity"],
        "energy": {"total": "780 tce/a", "electricity": "4200000 kWh/a", "coal": "0 t/a"},
        "releases": ["wastewater_sewer", "air_pollutants", "vocs", "industrial_noise"],
        "high_voc_materials": "no",
    },
    "warehouse": {
        "sector": "5920",
        "products": ["other"],
        "fuels": ["electricity"],
        "energy": {"total": "210 tce/a", "electricity": "1700000 kWh/a", "coal": "0 t/a"},
        "releases": ["wastewater_sewer"],
    },
}
PLAIN_PLACES = ["general-out-of-air", "general-in-air", "key-out-of-air", "key-in-air", "industrial-park"]


@pytest.mark.parametrize("place", PLAIN_PLACES)
@pytest.mark.parametrize("kind", ORDINARY)
def test_an_ordinary_project_fully_stated_passes_with_nothing_left_to_ask(
    kind: str, place: str, rulebook: Rulebook, atlas: Atlas
) -> None:
    application = {"project": {**FULLY_STATED, **ORDINARY[kind]}, "site": {"geometry": rings()[place]}}
    decision = screen(Project.of(application), rulebook, atlas, as_of=TODAY)
    assert decision.outcome is Outcome.PASS
    assert decision.needs == ()
    assert all(finding.certain for finding in decision.findings)


@pytest.mark.parametrize("left_out", ["fuels", "energy"])
def test_a_food_factory_that_leaves_out_what_no_rule_of_its_place_asks_still_passes(
    left_out: str, rulebook: Rulebook, atlas: Atlas
) -> None:
    """In a plain general unit nothing hangs on one of these alone, so asking for it would be needless."""
    project = {key: value for key, value in {**FULLY_STATED, **ORDINARY["food"]}.items() if key != left_out}
    application = {"project": project, "site": {"geometry": rings()["general-out-of-air"]}}
    decision = screen(Project.of(application), rulebook, atlas, as_of=TODAY)
    assert decision.outcome is Outcome.PASS, [(finding.rule, finding.needs) for finding in decision.of(Outcome.REVIEW)]


CLAIMED_EXEMPTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("15-tailings-2500m", "yangtze-pond-upgrade", {"works": "alteration", "upgrade_purpose": "yes"}),
    ("16-coal-boiler-town", "fuel-ban-coal", {"works": "alteration"}),
    ("16-coal-boiler-town", "coal-boiler-exception", {"coal_boiler.exception": "yes"}),
    ("17-paper-captive-coal", "captive-coal-unit-exception", {"captive_coal_permitted": "yes"}),
    ("06-solar-redline", "redline-national-major", {"activity": ["national_major"]}),
    ("20-road-farmland", "permanent-farmland-key-project", {"activity": ["national_key_infrastructure"]}),
    ("18-hotel-water-source", "drinking-water-2-other", {"releases": ["none_of_these"]}),
    ("02-clinker-1.5", "replacement-kind.clinker", {"replacement.kind": "same_site", "replacement.ratio": "1:1"}),
    ("02-clinker-1.5", "replacement-kind.clinker", {"replacement.kind": "merger", "replacement.ratio": "0.1:1"}),
]


@pytest.mark.parametrize(("application", "rule", "changed"), CLAIMED_EXEMPTIONS)
def test_an_exemption_that_is_only_claimed_goes_to_a_person(
    application: str, rule: str, changed: dict[str, Any], rulebook: Rulebook, atlas: Atlas
) -> None:
    project = Project.read(DEMO / "applications" / f"{application}.yaml")
    claims = json.loads(json.dumps(project.claims, default=str))
    for key, value in changed.items():
        *path, last = key.split(".")
        inner = claims
        for part in path:
            inner = inner[part]
        inner[last] = value
    decision = screen(project.model_copy(update={"claims": claims}), rulebook, atlas, as_of=TODAY)
    assert rule in {finding.rule for finding in decision.of(Outcome.REVIEW)}
    assert decision.outcome is not Outcome.PASS
