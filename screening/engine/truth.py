"""Three-valued truth of a test over what is known (Kleene): true, false, or not yet known.

A value is a set of possibilities, so a test is TRUE when it holds for all of them, FALSE when for none, else UNKNOWN.
Widening a value can only move a test towards UNKNOWN; `and`, `or` and `not` keep that order, and so does every condition.
"""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction

from screening.facts import Choice, Interval, Members, Value
from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Op, Test
from screening.rulebook.vocabulary import Vocabulary


class Truth(IntEnum):
    """Ordered so that `and` is the least and `or` the greatest."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2

    def __invert__(self) -> Truth:
        return _INVERSE[self]


_INVERSE = (Truth.TRUE, Truth.UNKNOWN, Truth.FALSE)


def truth_of(test: Test, value: Value) -> Truth:
    """The truth of one test over one value."""
    if test.op is Op.MISSING:
        return Truth.TRUE if value.missing else Truth.FALSE
    if test.op is Op.GIVEN:
        return Truth.FALSE if value.missing else Truth.TRUE
    match value:
        case Interval():
            return _of_number(test, value)
        case Choice():
            return _of_choice(test, value)
        case Members():
            return _of_members(test, value)


def _of_number(test: Test, value: Interval) -> Truth:
    bound = test.value
    if not isinstance(bound, Fraction):
        raise TypeError(f"{test.fact}: a number is compared with {type(bound).__name__}")
    match test.op:
        case Op.AT_LEAST:
            return _between(value.lo >= bound, value.hi >= bound)
        case Op.AT_MOST:
            return _between(value.hi <= bound, value.lo <= bound)
        case Op.OVER:
            return _between(value.lo > bound, value.hi > bound)
        case Op.UNDER:
            return _between(value.hi < bound, value.lo < bound)
    raise TypeError(f"{test.fact}: {test.op} does not ask a number")


def _of_choice(test: Test, value: Choice) -> Truth:
    wanted = test.value
    if not isinstance(wanted, frozenset) or test.op not in (Op.IN, Op.NOT_IN):
        raise TypeError(f"{test.fact}: {test.op} does not ask a choice")
    if value.possible is None:
        truth = Truth.UNKNOWN
    else:
        truth = _between(value.possible <= wanted, bool(value.possible & wanted))
    return truth if test.op is Op.IN else ~truth


def _of_members(test: Test, value: Members) -> Truth:
    wanted = test.value
    if not isinstance(wanted, frozenset) or test.op not in (Op.HAS, Op.LACKS):
        raise TypeError(f"{test.fact}: {test.op} does not ask a set")
    truth = _between(bool(wanted & value.certain), value.possible is None or bool(wanted & value.possible))
    return truth if test.op is Op.HAS else ~truth


def _between(certain: bool, possible: bool) -> Truth:
    return Truth.TRUE if certain else Truth.UNKNOWN if possible else Truth.FALSE


def truth(condition: Condition, vocabulary: Vocabulary, values: dict[str, Value]) -> Truth:
    """The truth of a whole condition; a fact absent from `values` is missing. The plain reading of design.md section 2."""
    match condition:
        case Test():
            value = values.get(condition.fact)
            return truth_of(condition, vocabulary[condition.fact].missing if value is None else value)
        case Not():
            return ~truth(condition.part, vocabulary, values)
        case AllOf():
            return min((truth(part, vocabulary, values) for part in condition.parts), default=Truth.TRUE)
        case AnyOf():
            return max((truth(part, vocabulary, values) for part in condition.parts), default=Truth.FALSE)
