"""Facts that tell two conditions apart, or the proof that none can."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import inf, prod
from typing import Final

from screening.engine.truth import truth
from screening.facts import NO, YES, Choice, Interval, Members, Supplier, Value
from screening.rulebook.cases import step_of
from screening.rulebook.model import Condition, Test, facts_of, tests_of
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Vocabulary

MOST_WORLDS: Final = 50_000
"""How many combinations of values are gone through before the question is left undecided."""
_PAIRED: Final = 3
"""Around how many of the given worlds two facts are changed at once; around every one, each fact alone."""
_NONE_WORDS: Final = frozenset({"none", "none_of_these"})


@dataclass(frozen=True, slots=True)
class Apart:
    """`values` under which the two conditions differ; None with `exhausted` proves that nothing tells them apart.

    `near`: the number of the given world that the values are close to.
    """

    values: Mapping[str, Value] | None
    exhausted: bool
    near: int | None = None


def tell_apart(
    one: Condition, other: Condition, vocabulary: Vocabulary, near: Sequence[Mapping[str, Value]] = ()
) -> Apart:
    """Values under which two conditions differ in truth, found near one of `near` (one or two facts changed) if possible.

    Exact: between two neighbouring thresholds all numbers answer alike, and so do all words that stand in the same
    asked sets, so that a finite number of values stands for every possible one, the bounded and the missing among them.
    """
    asked = sorted(facts_of(one) | facts_of(other))
    tests = (*tests_of(one), *tests_of(other))
    values = {fact: tuple(_values(vocabulary[fact], [t for t in tests if t.fact == fact])) for fact in asked}

    def differ(world: Mapping[str, Value]) -> bool:
        known = dict(world)
        return truth(one, vocabulary, known) is not truth(other, vocabulary, known)

    for how, worlds in ((_one_changed, near), (_two_changed, near[:_PAIRED])):
        for number, world in enumerate(worlds):
            for changed in how(world, values):
                if differ(changed):
                    return Apart(changed, False, number)
    if prod(len(options) for options in values.values()) > MOST_WORLDS:
        values = {fact: tuple(value for value in options if value.known) for fact, options in values.items()}
        exhaustive = False
    else:
        exhaustive = True
    if prod(len(options) for options in values.values()) > MOST_WORLDS:
        return Apart(None, False)
    for chosen in itertools.product(*values.values()):
        world = dict(zip(values, chosen, strict=True))
        if differ(world):
            return Apart(world, False)
    return Apart(None, exhaustive)


def _one_changed(world: Mapping[str, Value], values: Mapping[str, tuple[Value, ...]]) -> Iterator[Mapping[str, Value]]:
    for fact, options in values.items():
        for value in options:
            yield {**world, fact: value}


def _two_changed(world: Mapping[str, Value], values: Mapping[str, tuple[Value, ...]]) -> Iterator[Mapping[str, Value]]:
    for one, other in itertools.combinations(values, 2):
        if len(values[one]) * len(values[other]) > 400:
            continue
        for first, second in itertools.product(values[one], values[other]):
            yield {**world, one: first, other: second}


def _values(term: Term, tests: list[Test]) -> Iterator[Value]:
    """Values that stand for all: the known ones first, then missing, then the bounded ones."""
    if term.type in (Type.NUMBER, Type.DATE):
        yield from _numbers(term, sorted({t.value for t in tests if isinstance(t.value, Fraction)}))
        return
    sets = [t.value for t in tests if isinstance(t.value, frozenset)]
    words = _representatives(term, sets)
    if term.type is Type.SET:
        yield from _member_sets(term, words)
        return
    yield from (Choice(frozenset({word})) for word in words)
    yield Choice()
    for size in range(2, len(words) + 1):
        yield from (Choice(frozenset(some)) for some in itertools.combinations(words, size))


def _numbers(term: Term, thresholds: list[Fraction]) -> Iterator[Value]:
    points: set[Fraction] = set(thresholds)
    if term.type is Type.DATE:
        points |= {bound + days for bound in thresholds for days in (-1, 1)}
    else:
        points |= {(low + high) / 2 for low, high in itertools.pairwise(thresholds)}
        if thresholds:
            first, last = thresholds[0], thresholds[-1]
            points |= {first - step_of(first), last + step_of(last)}
    inside = sorted(point for point in points if term.low <= point <= term.high)
    yield from (Interval(point, point) for point in inside)
    yield Interval()
    for low, high in itertools.combinations(inside, 2):
        yield Interval(low, high)
    yield from (Interval(-inf, point) for point in inside)
    yield from (Interval(point, inf) for point in inside)


def _representatives(term: Term, sets: list[frozenset[str]]) -> list[str]:
    """One word for every way of standing in the asked sets."""
    asked = reduce(frozenset.union, sets, frozenset[str]())
    words = [YES, NO] if term.type is Type.FLAG else [*term.choices]
    if not words:
        words = [*sorted(asked), "elsewhere"]
    elif not asked <= set(words):
        words += sorted(asked - set(words))
    found: dict[tuple[bool, ...], str] = {}
    for word in words:
        sign = tuple(word in one for one in sets)
        if sign not in found or found[sign] in _NONE_WORDS:
            found[sign] = word
    return list(found.values())


def _member_sets(term: Term, words: list[str]) -> Iterator[Value]:
    some = [
        frozenset(chosen)
        for size in range(len(words) + 1)
        for chosen in itertools.combinations(words, size)
        if size < 2 or _NONE_WORDS.isdisjoint(chosen)
    ]
    known = [chosen for chosen in some if chosen or term.supplier is not Supplier.APPLICANT]
    yield from (Members(chosen, chosen) for chosen in known)
    yield Members()
    for certain, possible in itertools.product(some, some):
        if certain < possible:
            yield Members(certain, possible)
    yield from (Members(certain) for certain in some if certain)
