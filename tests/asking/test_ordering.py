"""In which order questions are asked, and which of them an earlier answer may spare."""

from __future__ import annotations

from screening.asking.ordering import in_order
from screening.asking.pivots import Hinge
from screening.rulebook.model import AllOf, Condition, Effect, Op, Test

from ..engine.drawing import make_rule
from .small import BOUND, CHOICE, FLAG, NUMBER, SET, open_case

A = frozenset({"a"})
YES = frozenset({"yes"})
OVER = Test(NUMBER, Op.OVER, BOUND)
PARK = Test(FLAG, Op.IN, YES)
WORKS = Test(CHOICE, Op.IN, A)


def _guarded(*others: Condition) -> list[Condition]:
    return [AllOf((WORKS, other)) for other in others]


def test_the_question_that_settles_most_comes_first_and_those_it_may_spare_name_it() -> None:
    rules = [make_rule(n, when) for n, when in enumerate(_guarded(OVER, PARK, Test(SET, Op.HAS, A)))]
    case = open_case(rules, {})
    order = in_order(case, Hinge(case).candidates)
    assert order[0].answers.term.key == CHOICE
    assert [one.after for one in order] == [(), (CHOICE,), (CHOICE,), (CHOICE,)]
    assert order[0].rules == ("rule-0", "rule-1", "rule-2")


def test_a_question_that_some_rule_asks_of_everyone_is_spared_by_nothing() -> None:
    rules = [make_rule(n, when) for n, when in enumerate((*_guarded(OVER, PARK, Test(SET, Op.HAS, A)), OVER))]
    case = open_case(rules, {})
    after = {one.answers.term.key: one.after for one in in_order(case, Hinge(case).candidates)}
    assert after == {CHOICE: (), NUMBER: (), FLAG: (CHOICE,), SET: (CHOICE,)}


def test_a_prohibition_is_settled_before_a_review() -> None:
    rules = [make_rule(1, PARK, effect=Effect.REVIEW), make_rule(2, OVER)]
    case = open_case(rules, {})
    assert [one.answers.term.key for one in in_order(case, Hinge(case).candidates)] == [NUMBER, FLAG]


def test_the_order_does_not_depend_on_how_the_facts_were_listed() -> None:
    case = open_case([make_rule(1, PARK), make_rule(2, OVER)], {})
    candidates = Hinge(case).candidates
    assert in_order(case, candidates) == in_order(case, reversed(candidates))
