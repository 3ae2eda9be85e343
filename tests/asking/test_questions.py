"""The questions of real decisions: each can change it, none that is left out can, and each says where to look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Outcome, Project, Rulebook
from screening.asking.pivots import Hinge, Pivot
from screening.asking.questions import open_cases, questions, questions_of, read_plain
from screening.atlas import locate
from screening.decision import Decision
from screening.facts import FLAG_NO, FLAG_YES, Choice, Fact, Facts, Interval, Members, Supplier, Value, exactly
from screening.places import SYSTEM
from screening.rulebook.terms import Term, Type
from screening.screen import decide, plain_value, screen
from screening.settings import read_settings
from screening.siting import draw, footprint_of

from ..rulebook.minimal import problems, rule_text
from .small import CHOICE, NUMBER, SET, VOCABULARY

DAY = date(2026, 11, 22)
SITES = read_settings({}).applications


def _project(name: str, claims: Mapping[str, Any] | None = None) -> Project:
    project = Project.read(SITES / f"{name}.yaml")
    return project if claims is None else project.model_copy(update={"claims": dict(claims)})


def _decided(project: Project, rulebook: Rulebook, atlas: Atlas, answers: Mapping[str, Value]) -> Outcome:
    """The outcome with answers added as facts, ranges as they are."""
    facts = rulebook.vocabulary.read_claims(project.claims)
    drawing = draw(project.site, None)
    assert drawing.readings.certain is not None
    placement = locate(footprint_of(drawing, drawing.readings.certain), atlas, DAY)
    sited = [fact for fact in placement.facts.values() if fact.key in rulebook.vocabulary.terms]
    stated = [Fact(key, value) for key, value in answers.items()]
    return decide(project, facts.and_also([*sited, *stated]), placement, rulebook, as_of=DAY).outcome


def _pivots(decision: Decision, rulebook: Rulebook) -> list[Pivot]:
    (case,) = open_cases(decision, rulebook)
    hinge = Hinge(case)
    return [pivot for one in hinge.candidates if (pivot := hinge.pivot(one)) is not None]


@pytest.mark.parametrize(
    ("name", "claims", "every"),
    [
        ("11-tiles-half-stated", None, 1),
        ("12-point-only", None, 4),
        ("06-solar-redline", {"sector": "4416"}, 3),
        ("05-food", {"sector": "3011"}, 12),
    ],
)
def test_every_question_of_a_real_decision_has_answers_that_change_it(
    name: str, claims: dict[str, Any] | None, every: int, rulebook: Rulebook, atlas: Atlas
) -> None:
    project = _project(name, claims)
    pivots = _pivots(screen(project, rulebook, atlas, as_of=DAY), rulebook)
    assert pivots
    for pivot in pivots[::every]:
        assert pivot.proved
        without = {key: value for key, value in pivot.answers.items() if key != pivot.fact}
        known = rulebook.vocabulary.read_claims(project.claims).value(pivot.fact)
        if known is not None:
            without[pivot.fact] = known
        assert _decided(project, rulebook, atlas, pivot.answers) is pivot.outcome, pivot.fact
        assert _decided(project, rulebook, atlas, without) is not pivot.outcome, pivot.fact


def test_no_answer_to_a_fact_that_is_not_asked_changes_a_real_decision(rulebook: Rulebook, atlas: Atlas) -> None:
    project = _project("11-tiles-half-stated")
    decision = screen(project, rulebook, atlas, as_of=DAY)
    found = questions_of(decision, rulebook)
    assert found.needless
    for fact in found.needless:
        for value in _some_answers(rulebook.vocabulary[fact]):
            assert _decided(project, rulebook, atlas, {fact: value}) is decision.outcome, (fact, value)


def _some_answers(term: Term) -> list[Value]:
    if term.type is Type.FLAG:
        return [FLAG_YES, FLAG_NO]
    if term.type is Type.CHOICE:
        return [Choice(frozenset({word})) for word in term.choices]
    if term.type is Type.SET:
        return [exactly(word) for word in term.choices]
    return [Interval(Fraction(x), Fraction(x)) for x in (0, 1, 20)]


def test_a_certain_reject_asks_nothing_and_can_become_nothing_else(rulebook: Rulebook, atlas: Atlas) -> None:
    found = questions(_project("07-coking-by-school"), rulebook, atlas, DAY)
    assert found.outcome is Outcome.REJECT
    assert (found.questions, found.may_become, found.perhaps) == ((), (), ())
    assert found.needless


def test_a_complete_application_is_asked_nothing(rulebook: Rulebook, atlas: Atlas) -> None:
    found = questions(_project("05-food"), rulebook, atlas, DAY)
    assert found.outcome is Outcome.PASS
    assert (found.questions, found.may_become, found.needless) == ((), (), ())


def test_a_review_that_no_answer_lifts_is_asked_only_what_could_reject_it(rulebook: Rulebook, atlas: Atlas) -> None:
    found = questions(_project("11-tiles-half-stated"), rulebook, atlas, DAY)
    assert found.stays
    assert found.may_become == (Outcome.REJECT,)
    assert {question.outcome for question in found.questions} == {Outcome.REJECT}


def test_where_the_map_must_speak_first_no_answer_is_promised_to_pass(rulebook: Rulebook, atlas: Atlas) -> None:
    found = questions(_project("12-point-only"), rulebook, atlas, DAY)
    assert found.map_facts
    assert found.may_become == (Outcome.REJECT,)
    assert len(found.questions) < len(found.needless)


def test_the_first_questions_are_the_same_with_a_limit(rulebook: Rulebook, atlas: Atlas) -> None:
    decision = screen(_project("12-point-only"), rulebook, atlas, as_of=DAY)
    every, some = questions_of(decision, rulebook), questions_of(decision, rulebook, 3)
    assert some.questions == every.questions[:3]
    assert {one.fact for one in every.questions[3:]} <= set(some.perhaps)
    assert every.perhaps == ()


def test_what_is_answered_is_not_asked_again(rulebook: Rulebook, atlas: Atlas) -> None:
    """Beside the Yangtze the kind of works decides; an alteration leaves other questions than a new build."""
    claims = _project("01-chemical-600m").claims
    without = {key: raw for key, raw in claims.items() if key != "works"}
    first, altered, built = (
        [one.fact for one in questions(_project("01-chemical-600m", stated), rulebook, atlas, DAY).questions]
        for stated in (without, {**without, "works": "改建"}, {**without, "works": "新建"})
    )
    assert first[0] == "project.works"
    assert "project.works" not in altered
    assert built == []


def test_a_bounded_figure_says_what_is_known_of_it(rulebook: Rulebook, atlas: Atlas) -> None:
    project = _project("11-tiles-half-stated")
    bounded = project.model_copy(update={"claims": {**project.claims, "energy.coal": ["", "5 t/a"]}})
    (coal,) = (one for one in questions(bounded, rulebook, atlas, DAY).questions if one.fact == "project.energy.coal")
    assert coal.known.zh == "≤ 5 t/a"


def test_of_a_site_in_an_uncertain_system_the_system_is_asked_first(rulebook: Rulebook, atlas: Atlas) -> None:
    site = {"geometry": {"type": "Point", "coordinates": [112.39, 30.19]}, "crs": "unknown"}
    found = questions(Project.of({"project": {}, "site": site}), rulebook, atlas, DAY, 5)
    assert found.outcome is Outcome.REVIEW
    assert found.questions[0].fact == SYSTEM
    assert found.questions[0].found.zh and found.questions[0].why.en
    assert len(found.questions) == 5
    assert {one.fact for one in found.questions[1:]} <= rulebook.vocabulary.keys()


def test_the_questions_are_plain_json_with_all_a_page_needs(rulebook: Rulebook, atlas: Atlas) -> None:
    found = questions(_project("11-tiles-half-stated"), rulebook, atlas, DAY)
    data = json.loads(json.dumps(found.plain(), ensure_ascii=False))
    assert data["questions"][1] == found.questions[1].plain()
    coal = next(one for one in data["questions"] if one["fact"] == "project.energy.coal")
    term = rulebook.vocabulary["project.energy.coal"]
    assert (coal["unit"], coal["type"], coal["found"]["zh"]) == ("t/a", "number", term.found.zh)
    works = next(one for one in data["questions"] if one["fact"] == "project.activity")
    assert works["choices"].keys() == rulebook.vocabulary["project.activity"].choices.keys()


def test_the_order_of_the_findings_does_not_change_the_questions(rulebook: Rulebook, atlas: Atlas) -> None:
    decision = screen(_project("11-tiles-half-stated"), rulebook, atlas, as_of=DAY)
    shuffled = replace(decision, findings=tuple(reversed(decision.findings)))
    asked, again = ([one.fact for one in questions_of(d, rulebook).questions] for d in (decision, shuffled))
    assert asked == again


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (VOCABULARY[NUMBER], Interval(Fraction(1, 3), Fraction(7))),
        (VOCABULARY[NUMBER], Interval(hi=Fraction(2))),
        (VOCABULARY[NUMBER], Interval(Fraction(2), Fraction(2))),
        (VOCABULARY[CHOICE], Choice(frozenset({"a", "b"}))),
        (VOCABULARY[CHOICE], Choice(frozenset({"a"}))),
        (VOCABULARY[CHOICE], Choice()),
        (VOCABULARY[SET], Members(frozenset({"a"}), frozenset({"a", "b"}))),
        (VOCABULARY[SET], Members(frozenset({"a"}), None)),
        (VOCABULARY[SET], Members()),
        (VOCABULARY[SET], exactly("a")),
    ],
)
def test_a_value_is_read_back_from_a_receipt_as_it_was(term: Term, value: Value) -> None:
    assert read_plain(term, json.loads(json.dumps(plain_value(value)))) == value


# --- the vocabulary ---------------------------------------------------------------------------------------------------


def _stated(rulebook: Rulebook) -> list[Term]:
    return [term for term in rulebook.vocabulary.values() if term.supplier is Supplier.APPLICANT]


def test_every_fact_an_applicant_states_has_its_question_where_to_find_it_and_why(rulebook: Rulebook) -> None:
    stated = _stated(rulebook)
    assert len(stated) > 100
    assert [term.key for term in stated if not all((*term.label, *term.question, *term.found, *term.why))] == []


def test_every_number_an_applicant_states_has_a_unit_or_is_a_ratio(rulebook: Rulebook) -> None:
    bare = {term.key for term in _stated(rulebook) if term.type is Type.NUMBER and not term.unit}
    assert {key for key in bare if not key.endswith((".ratio", ".share", "_share", ".count"))} == set()


def test_every_choice_an_applicant_has_is_named_in_both_languages(rulebook: Rulebook) -> None:
    named = {(term.key, word): label for term in _stated(rulebook) for word, label in term.choices.items()}
    assert [key for key, label in named.items() if not label.zh] == []
    assert [key for key, label in named.items() if not label.en and key[0] != "project.sector"] == []


ASKING = "asking:\n  project.{key}: {{found: {{zh: 图纸, en: the drawing}}, why: {{zh: 有关, en: it matters}}}}\n"


def test_where_to_find_a_fact_nobody_knows_is_refused_with_its_line(tmp_path: Path) -> None:
    files = {"vocabulary/asking.yaml": ASKING.format(key="capacty")}
    found = problems(tmp_path, rule_text(), files=files)
    assert [line for line in found if "asking.yaml:2" in line and "project.capacity" in line]


def test_where_to_find_a_fact_is_told_once(tmp_path: Path) -> None:
    files = {f"vocabulary/{name}.yaml": ASKING.format(key="capacity") for name in ("one", "two")}
    assert any("twice" in line for line in problems(tmp_path, rule_text(), files=files))


def test_an_empty_rulebook_leaves_nothing_to_ask() -> None:
    """What no rule asks for is no question, however little is known."""
    from screening.asking.open_rules import open_of

    hinge = Hinge(open_of([], [], Facts(), VOCABULARY))
    assert (hinge.candidates, hinge.may_reject) == ((), False)
