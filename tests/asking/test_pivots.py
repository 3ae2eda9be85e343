"""Which answers the outcome hangs on: against every answer there is."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.asking.pivots import Hinge
from screening.decision import Outcome
from screening.facts import Choice, Value
from screening.rulebook.model import AllOf, AnyOf, Effect, Level, Op, Rule, Test

from ..engine.drawing import make_rule
from .small import (
    BIG,
    BIG_YES,
    BOUND,
    CHOICE,
    FLAG,
    MAP,
    NUMBER,
    SET,
    books,
    knowledge,
    open_case,
    outcome_of,
    pivots_by_trial,
    whole,
)

A = frozenset({"a"})
YES = frozenset({"yes"})
PARK = Test(FLAG, Op.IN, YES)
OVER = Test(NUMBER, Op.OVER, BOUND)
PAIR = [
    make_rule(1, Test(CHOICE, Op.IN, A)),
    make_rule(2, AllOf((Test(CHOICE, Op.IN, A), Test(NUMBER, Op.OVER, BOUND)))),
]


NOT_BOTH = [make_rule(1, AllOf((Test(SET, Op.HAS, frozenset({"none"})), Test(SET, Op.HAS, A), PARK)))]
"""Nobody makes nothing and `a`."""
NOT_THERE = [make_rule(1, AllOf((Test(SET, Op.HAS, A), Test(CHOICE, Op.IN, frozenset({"c"})), PARK)))]
"""Who makes `a` does works `a` or `b`: the vocabulary refuses the rest."""
NOTHING_MADE = [make_rule(1, AllOf((Test(SET, Op.LACKS, frozenset({"none", "a", "b"})), PARK)))]
"""An answer of no word at all is none."""
EITHER = [make_rule(1, AnyOf((Test(CHOICE, Op.IN, A), AllOf((PARK, OVER)))))]


def _by_class(level: Level) -> list[Rule]:
    return [
        make_rule(1, AllOf((BIG_YES, PARK))),
        make_rule(90, OVER, effect=Effect.CLASSIFY, classifies=BIG, level=level),
    ]


@given(books(), knowledge, st.booleans())
@example(PAIR, {}, True)
@example(PAIR, {}, False)
@example(NOT_BOTH, {}, True)
@example(NOT_THERE, {}, True)
@example(NOTHING_MADE, {}, True)
@example(EITHER, {}, True)
@example(_by_class(Level.TEXT), {}, True)
@example(_by_class(Level.MEMORY), {}, True)
@example(_by_class(Level.MEMORY), {}, False)
@settings(max_examples=60)
def test_a_fact_is_asked_exactly_when_some_answer_to_it_can_change_the_outcome(
    rules: list[Rule], values: dict[str, Value], stays: bool
) -> None:
    before = outcome_of(rules, whole(values), stays)
    if before is Outcome.REJECT:
        return
    hinge = Hinge(open_case(rules, values, stays))
    pivots = [pivot for answers in hinge.candidates if (pivot := hinge.pivot(answers)) is not None]
    assert all(pivot.proved for pivot in pivots)
    assert {pivot.fact for pivot in pivots} == pivots_by_trial(rules, values, stays)
    for pivot in pivots:
        known = {**whole(values), **pivot.answers}
        without = {**known, pivot.fact: whole(values)[pivot.fact]}
        assert outcome_of(rules, known, stays) is pivot.outcome
        assert outcome_of(rules, without, stays) is not pivot.outcome


@given(books(), knowledge, st.booleans(), st.integers(0, 6))
@settings(max_examples=60)
def test_a_search_that_gives_up_asks_too_much_and_never_too_little(
    rules: list[Rule], values: dict[str, Value], stays: bool, steps: int
) -> None:
    if outcome_of(rules, whole(values), stays) is Outcome.REJECT:
        return
    hinge = Hinge(open_case(rules, values, stays), steps)
    asked = {answers.term.key for answers in hinge.candidates if hinge.pivot(answers) is not None}
    assert asked >= pivots_by_trial(rules, values, stays)


def test_a_rule_that_another_makes_needless_asks_nothing() -> None:
    """Who builds `a` is forbidden already; whether it is large is never asked."""
    hinge = Hinge(open_case(PAIR, {}, stays=True))
    assert [answers.term.key for answers in hinge.candidates if hinge.pivot(answers)] == [CHOICE]


def test_with_no_steps_everything_open_is_asked_and_nothing_called_proved() -> None:
    hinge = Hinge(open_case(PAIR, {}), steps=0)
    found = [hinge.pivot(answers) for answers in hinge.candidates]
    assert [pivot is not None and pivot.proved for pivot in found] == [False, False]
    assert hinge.outcomes == {Outcome.REJECT, Outcome.PASS}


def test_a_rule_that_only_the_map_can_silence_leaves_only_what_may_reject() -> None:
    on_the_map = make_rule(1, Test(MAP, Op.IN, YES), effect=Effect.REVIEW)
    small = make_rule(2, Test(FLAG, Op.IN, YES), effect=Effect.REVIEW)
    large = make_rule(3, Test(NUMBER, Op.OVER, BOUND))
    hinge = Hinge(open_case([on_the_map, small, large], {}))
    assert hinge.outcomes == {Outcome.REJECT}
    assert [answers.term.key for answers in hinge.candidates if hinge.pivot(answers)] == [NUMBER]


def test_a_rule_on_left_out_facts_makes_every_open_fact_asked_even_where_it_rejects() -> None:
    """An answer may undo what such a rule was certain of, so nothing is proved needless."""
    left_out = make_rule(1, Test(FLAG, Op.MISSING, None))
    case = open_case([left_out, *PAIR], {})
    hinge = Hinge(case)
    assert case.unsteady
    assert {answers.term.key for answers in hinge.candidates if hinge.pivot(answers)} >= {FLAG, NUMBER, CHOICE}


def test_an_answer_already_given_is_not_asked_again() -> None:
    hinge = Hinge(open_case(PAIR, {CHOICE: Choice(A)}))
    assert [answers.term.key for answers in hinge.candidates] == [NUMBER]
