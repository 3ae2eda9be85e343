"""A project for which a condition holds, found by hand: the first way through every `any`, a value for every fact.

Most conditions are met so, in a fraction of the time the solver takes. What is found is only a proposal: the engine
must confirm it, and where there is none the solver has the word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Final

from screening.analysis.domains import Domains
from screening.analysis.places import tiers_of
from screening.engine.conditions import fires_when
from screening.engine.truth import Truth, truth_of
from screening.facts import YES, Choice, Interval, Members, Supplier, Value
from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Op, Rule, Test
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.terms import Type

MOST_WAYS: Final = 12
"""How many ways through the branches of one rule are tried."""


def sketches(rule: Rule, day: date, classifying: Sequence[Rule], domains: Domains) -> Iterator[Mapping[str, Value]]:
    """Facts that may make a rule fire on a day; `classifying` are the rules by which a class may come about."""
    for tests in islice(_ways(fires_when(rule), day, classifying), MOST_WAYS):
        by_fact: dict[str, list[Test]] = {}
        for test in tests:
            by_fact.setdefault(test.fact, []).append(test)
        found = {fact: _value(fact, asked, domains) for fact, asked in by_fact.items() if not _left_out(asked)}
        values = {fact: value for fact, value in found.items() if value is not None}
        if len(values) == len(found):
            yield values


def _left_out(tests: Sequence[Test]) -> bool:
    return any(test.op is Op.MISSING for test in tests)


def _ways(condition: Condition, day: date, classifying: Sequence[Rule]) -> Iterator[tuple[Test, ...]]:
    """The tests that must hold, for every way through the branches."""
    match condition:
        case Test():
            if not condition.fact.startswith("class."):
                yield (condition,)
                return
            for rule in classifying if condition.value == frozenset({YES}) and condition.op is Op.IN else ():
                if rule.classifies == condition.fact and rule.effective.covers(day):
                    yield from _ways(fires_when(rule), day, classifying)
        case AnyOf():
            for part in condition.parts:
                yield from _ways(part, day, classifying)
        case AllOf():
            yield from _together(condition.parts, day, classifying)
        case Not():
            raise ValueError("push negations down first")


def _together(parts: Sequence[Condition], day: date, classifying: Sequence[Rule]) -> Iterator[tuple[Test, ...]]:
    if not parts:
        yield ()
        return
    for first in _ways(parts[0], day, classifying):
        for rest in _together(parts[1:], day, classifying):
            yield (*first, *rest)


def _value(fact: str, tests: Sequence[Test], domains: Domains) -> Value | None:
    """A known value for which all tests are true, if there is one."""
    return next(
        (value for value in _tries(fact, tests, domains) if all(truth_of(test, value) is Truth.TRUE for test in tests)),
        None,
    )


def _tries(fact: str, tests: Sequence[Test], domains: Domains) -> Iterator[Value]:
    term = domains.vocabulary[fact]
    if term.type in (Type.NUMBER, Type.DATE):
        yield from (Interval(point, point) for point in domains.points(fact))
    elif term.type is not Type.SET:
        yield from (Choice(frozenset({cell[0]})) for cell in domains.cells[fact])
    else:
        barred = _words(tests, Op.LACKS)
        certain: set[str] = {EVERYWHERE} if fact == JURISDICTIONS else set()
        for test in tests:
            wanted = test.value if test.op is Op.HAS and isinstance(test.value, frozenset) else frozenset()
            if wanted and certain.isdisjoint(wanted):
                certain |= set(sorted(wanted - barred)[:1])
        if fact == JURISDICTIONS:
            certain |= {tier for place in tuple(certain) for tier in tiers_of(place)}
        if not certain and term.supplier is Supplier.APPLICANT:
            certain = {next((cell[0] for cell in domains.cells[fact] if cell[0] not in barred), "")} - {""}
        yield Members(frozenset(certain), frozenset(certain))


def _words(tests: Sequence[Test], op: Op) -> frozenset[str]:
    return frozenset[str]().union(
        *(test.value for test in tests if test.op is op and isinstance(test.value, frozenset))
    )
