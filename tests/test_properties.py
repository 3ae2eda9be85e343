"""What holds for every rule of the carried rulebook and every project that can be drawn."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening import Outcome, Rulebook
from screening.atlas import Placement
from screening.decision import Decision
from screening.engine.judge import judge
from screening.engine.program import prepare
from screening.facts import Fact, Facts
from screening.project import Project
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.screen import decide
from screening.settings import read_settings

from .drawing import projects, widened

BOOK = Rulebook.load(read_settings({}).rules)
DAYS = (date(2020, 6, 1), date(2024, 9, 1), date(2026, 8, 14), date(2026, 8, 15), date(2026, 11, 22))
PROJECT = Project.of({"site": {"geometry": {}}})

days = st.sampled_from(DAYS)
cases = days.flatmap(lambda day: st.tuples(st.just(day), projects(BOOK, prepare(BOOK, day))))


def decision(facts: Facts, day: date, book: Rulebook = BOOK) -> Decision:
    return decide(PROJECT, facts, Placement(Facts(), (), (), (), (), ()), book, as_of=day)


@given(cases)
def test_both_engines_agree_on_every_rule(case: tuple[date, Facts]) -> None:
    day, facts = case
    judgement = judge(prepare(BOOK, day), facts, BOOK.vocabulary)
    assert judgement.failure == ""
    assert [item.rule.id for item in judgement.rules if not item.agreed] == []


@given(cases, st.data())
def test_taking_a_fact_away_never_turns_review_or_reject_into_pass(
    case: tuple[date, Facts], data: st.DataObject
) -> None:
    day, facts = case
    if not facts:
        return
    before = decision(facts, day).outcome
    after = decision(facts.without(data.draw(st.sampled_from(sorted(facts)))), day).outcome
    if before is not Outcome.PASS:
        assert after is not Outcome.PASS


@given(cases, st.data())
def test_widening_a_bound_never_turns_review_into_reject_or_pass(case: tuple[date, Facts], data: st.DataObject) -> None:
    day, facts = case
    if not facts:
        return
    key = data.draw(st.sampled_from(sorted(facts)))
    wider = data.draw(widened(facts[key].value))
    assert wider.widens(facts[key].value)  # type: ignore[arg-type]
    before = decision(facts, day).outcome
    after = decision(facts.and_also([Fact(key, wider)]), day).outcome
    if before is Outcome.REVIEW:
        assert after is Outcome.REVIEW
    elif before is Outcome.REJECT:
        assert after is not Outcome.PASS


@given(cases, st.data())
def test_adding_a_rule_never_loosens_a_decision(case: tuple[date, Facts], data: st.DataObject) -> None:
    day, facts = case
    left_out = data.draw(st.sampled_from(BOOK.in_force(day)))
    fewer = BOOK.only(rule for rule in BOOK.rules if rule is not left_out)
    assert decision(facts, day, fewer).outcome.gravity <= decision(facts, day).outcome.gravity


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_project_of_which_nothing_is_known_never_passes(day: date) -> None:
    assert decision(Facts(), day).outcome is Outcome.REVIEW


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_no_rule_of_the_book_rejects_on_missing_facts_alone(day: date) -> None:
    from screening.facts import exactly

    facts = Facts.of([Fact(JURISDICTIONS, exactly(EVERYWHERE))])
    assert not decision(facts, day).of(Outcome.REJECT)
