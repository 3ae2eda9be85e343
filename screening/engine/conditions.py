"""The two forms of a rule: *certain* (it fires, whatever the unknowns are) and *possible* (it may).

Negations are pushed down to single tests; then each test becomes one comparison with an integer key. A number has two
keys, the ranks of its low and high end among the thresholds the rules compare it with: between two neighbouring
thresholds every number decides alike, so ranks are exact for any size and precision. A choice, a member or "missing"
has one mark: 0 no, 1 maybe, 2 yes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from screening.facts import Choice, Interval, Members, Number, Value
from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Op, Rule, Test, tests_of

NO_MARK: Final = 0
MAYBE_MARK: Final = 1
YES_MARK: Final = 2


def push_down(condition: Condition, negated: bool = False) -> Condition:
    """The same condition without `Not`: negations end in the opposite tests."""
    match condition:
        case Test():
            if not negated:
                return condition
            return Test(condition.fact, condition.op.opposite, condition.value, condition.written)
        case Not():
            return push_down(condition.part, not negated)
        case AllOf():
            parts = tuple(push_down(part, negated) for part in condition.parts)
            return AnyOf(parts) if negated else AllOf(parts)
        case AnyOf():
            parts = tuple(push_down(part, negated) for part in condition.parts)
            return AllOf(parts) if negated else AnyOf(parts)


def fires_when(rule: Rule) -> Condition:
    """`when` and not `unless`, without negations, nested ands flattened."""
    when = push_down(rule.when)
    if rule.unless is None:
        return when
    spared = push_down(rule.unless, negated=True)
    return AllOf((*_parts(when), *_parts(spared)))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, AllOf) else (condition,)


class End(StrEnum):
    """Which side of a fact a key stands for."""

    LO = "lo"
    HI = "hi"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Key:
    """An integer key of the compiled rules: an end of a number, or the mark of a question to a fact (`asked`)."""

    fact: str
    end: End
    asked: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Compare:
    """`key sign bound`, on integers. `sign` is one of >= <= > <."""

    key: Key
    sign: str
    bound: int


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Form, ...]


Form = Compare | Every | Some

_SIGNS: Final = {Op.AT_LEAST: ">=", Op.AT_MOST: "<=", Op.OVER: ">", Op.UNDER: "<"}
_MARKS: Final = {
    # op: (certain, possible)
    Op.IN: ((">=", YES_MARK), (">=", MAYBE_MARK)),
    Op.HAS: ((">=", YES_MARK), (">=", MAYBE_MARK)),
    Op.NOT_IN: (("<=", NO_MARK), ("<=", MAYBE_MARK)),
    Op.LACKS: (("<=", NO_MARK), ("<=", MAYBE_MARK)),
    Op.MISSING: ((">=", YES_MARK), (">=", YES_MARK)),
    Op.GIVEN: (("<=", NO_MARK), ("<=", NO_MARK)),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """The thresholds of every number the rules compare, sorted, by fact."""

    thresholds: Mapping[str, tuple[Fraction, ...]]

    @classmethod
    def of(cls, conditions: Iterable[Condition]) -> Scale:
        found: dict[str, set[Fraction]] = {}
        for condition in conditions:
            for test in tests_of(condition):
                if isinstance(test.value, Fraction):
                    found.setdefault(test.fact, set()).add(test.value)
        return cls({fact: tuple(sorted(values)) for fact, values in found.items()})

    def rank(self, fact: str, number: Number) -> int:
        """2i+1 for the i-th threshold itself, 2i for what lies below it and above the one before."""
        steps = self.thresholds[fact]
        place = bisect_left(steps, number)
        return 2 * place + (1 if place < len(steps) and steps[place] == number else 0)

    def highest(self, fact: str) -> int:
        return 2 * len(self.thresholds[fact])


def compile_form(condition: Condition, scale: Scale, certain: bool) -> Form:
    """The certain or the possible form of a condition without `Not`."""
    match condition:
        case Test():
            return _compare(condition, scale, certain)
        case AllOf():
            return Every(tuple(compile_form(part, scale, certain) for part in condition.parts))
        case AnyOf():
            return Some(tuple(dict.fromkeys(compile_form(part, scale, certain) for part in condition.parts)))
        case Not():
            raise ValueError("push negations down before compiling")


def _compare(test: Test, scale: Scale, certain: bool) -> Compare:
    if test.op in _SIGNS:
        if not isinstance(test.value, Fraction):
            raise TypeError(f"{test.fact}: compared with {type(test.value).__name__}")
        upward = test.op in (Op.AT_LEAST, Op.OVER)
        end = End.LO if upward == certain else End.HI
        return Compare(Key(test.fact, end), _SIGNS[test.op], scale.rank(test.fact, test.value))
    if isinstance(test.value, Fraction):
        raise TypeError(f"{test.fact}: {test.op} takes words")
    sign, bound = _MARKS[test.op][0 if certain else 1]
    return Compare(Key(test.fact, End.MARK, test.value), sign, bound)


def keys_of(form: Form) -> frozenset[Key]:
    """Every key a form reads."""
    if isinstance(form, Compare):
        return frozenset({form.key})
    return frozenset[Key]().union(*(keys_of(part) for part in form.parts))


def encode(key: Key, value: Value, scale: Scale) -> int:
    """The integer a value puts under a key."""
    if isinstance(value, Interval) and key.end is not End.MARK:
        return scale.rank(key.fact, value.lo if key.end is End.LO else value.hi)
    if key.end is End.MARK and key.asked is None:
        return YES_MARK if value.missing else NO_MARK
    if key.asked is not None and isinstance(value, Choice):
        return _mark_choice(key.asked, value)
    if key.asked is not None and isinstance(value, Members):
        if not key.asked.isdisjoint(value.certain):
            return YES_MARK
        return NO_MARK if value.possible is not None and key.asked.isdisjoint(value.possible) else MAYBE_MARK
    raise TypeError(f"{key.fact}: a {type(value).__name__} has no {key.end}")


def _mark_choice(asked: frozenset[str], value: Choice) -> int:
    if value.possible is None:
        return MAYBE_MARK
    inside = len(value.possible & asked)
    return NO_MARK if inside == 0 else YES_MARK if inside == len(value.possible) else MAYBE_MARK


def holds(form: Form, keys: Mapping[Key, int]) -> bool:
    """Plain evaluation of a form over encoded keys: the oracle the compiled rulesets are tested against at load."""
    match form:
        case Compare():
            found = keys[form.key]
            match form.sign:
                case ">=":
                    return found >= form.bound
                case "<=":
                    return found <= form.bound
                case ">":
                    return found > form.bound
                case _:
                    return found < form.bound
        case Every():
            return all(holds(part, keys) for part in form.parts)
        case Some():
            return any(holds(part, keys) for part in form.parts)


def branches(form: Form) -> int:
    """How many ways a form can be met: what one fact may cost the rule engine at most."""
    match form:
        case Compare():
            return 1
        case Some():
            return sum(branches(part) for part in form.parts)
        case Every():
            product = 1
            for part in form.parts:
                product *= branches(part)
            return product
