"""What a rulebook can tell apart: cells of words that every test treats alike, and the thresholds of every figure.

Two sectors that stand in the same groups decide every rule alike, so one of them speaks for both; between two
neighbouring thresholds every number decides alike. With this a question about all projects is a question about
finitely many, and its answer is exact.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil, inf
from typing import Final

from screening.analysis.places import layer_of_place, tiers_of
from screening.facts import NO, YES, Number
from screening.rulebook.model import Test, tests_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Vocabulary

NOTHING_WORDS: Final = frozenset({"none", "none_of_these"})
"""The words by which an applicant says that a list is empty."""


_SOME_DAY: Final = Fraction(date(2020, 1, 1).toordinal())
"""A day for those facts whose day no rule compares with anything."""


@dataclass(frozen=True, slots=True)
class Domains:
    """`cells` are the words of a fact, gathered; `thresholds` the numbers it is compared with, sorted, zero (or some day) among them."""

    vocabulary: Vocabulary
    cells: Mapping[str, tuple[tuple[str, ...], ...]]
    thresholds: Mapping[str, tuple[Fraction, ...]]

    @classmethod
    def of(cls, rulebook: Rulebook) -> Domains:
        """Everything the rules of the rulebook, and what its vocabulary forbids, can tell apart."""
        asked: dict[str, set[frozenset[str]]] = {}
        compared: dict[str, set[Fraction]] = {}
        for test in _tests(rulebook):
            if isinstance(test.value, Fraction):
                compared.setdefault(test.fact, set()).add(test.value)
            elif isinstance(test.value, frozenset):
                asked.setdefault(test.fact, set()).add(test.value)
        for one in rulebook.vocabulary.implications:
            asked.setdefault(one.fact, set()).add(frozenset({one.word}))
            asked.setdefault(one.other, set()).add(one.words)
        cells = {
            key: _cells(
                _words_of(term, asked.get(key, set()), rulebook.vocabulary),
                asked.get(key, set()),
                apart=key == JURISDICTIONS,
            )
            for key, term in rulebook.vocabulary.items()
            if term.type not in (Type.NUMBER, Type.DATE)
        }
        thresholds = {
            key: tuple(sorted(compared.get(key, set()) | ({Fraction(0)} if term.type is Type.NUMBER else {_SOME_DAY})))
            for key, term in rulebook.vocabulary.items()
            if term.type in (Type.NUMBER, Type.DATE)
        }
        return cls(rulebook.vocabulary, cells, thresholds)

    def inside(self, fact: str, words: frozenset[str]) -> tuple[int, ...]:
        """The numbers of the cells that lie in `words`; a cell lies wholly inside or wholly outside."""
        return tuple(number for number, cell in enumerate(self.cells[fact]) if cell[0] in words)

    def points(self, fact: str) -> tuple[Fraction, ...]:
        """A number for every way the rules can tell figures of a fact apart, from low to high, within its bounds."""
        steps = self.thresholds[fact]
        ends: tuple[Number, ...] = (-inf, *steps, inf)
        between = [self._plain_between(fact, low, high) for low, high in pairwise(ends)]
        term = self.vocabulary[fact]
        return tuple(
            sorted(point for point in {*steps, *between} if point is not None and term.low <= point <= term.high)
        )

    def plainest(self, fact: str, number: Fraction) -> Fraction:
        """The number with fewest digits that every rule treats as it treats this one."""
        steps = self.thresholds[fact]
        place = bisect_left(steps, number)
        if place < len(steps) and steps[place] == number:
            return number
        below: Number = steps[place - 1] if place else -inf
        above: Number = steps[place] if place < len(steps) else inf
        found = self._plain_between(fact, below, above)
        return number if found is None else found

    def _plain_between(self, fact: str, low: Number, high: Number) -> Fraction | None:
        """The number with fewest decimals strictly between two, and within the bounds of the fact; None when there is none."""
        term = self.vocabulary[fact]
        if high > term.high >= low and low != -inf and term.high != inf:
            return Fraction(term.high) if term.high > low else None
        if low == -inf:
            if high == inf or high <= term.low:
                return Fraction(0) if high == inf else None
            back = Fraction(31) if term.type is Type.DATE else max(abs(Fraction(high)), Fraction(2))
            low = max(Fraction(high) - back, term.low - 1)
        for digits in range(1 if term.type is Type.DATE else 40):
            step = Fraction(1, 10**digits)
            found = (ceil(Fraction(low) / step + Fraction(1, 10**60))) * step
            if low < found < high:
                return found
        return None


def _tests(rulebook: Rulebook) -> Iterator[Test]:
    for rule in rulebook.rules:
        yield from tests_of(rule.when)
        yield from tests_of(rule.unless)


def _words_of(term: Term, asked: Iterable[frozenset[str]], vocabulary: Vocabulary) -> tuple[str, ...]:
    if term.type is Type.FLAG:
        return YES, NO
    if term.choices:
        return tuple(term.choices)
    words = frozenset[str]().union(*asked)
    if term.key == JURISDICTIONS:
        words |= {kind for key in vocabulary if (kind := layer_of_place(key))}
        words |= {EVERYWHERE, *(tier for place in words for tier in tiers_of(place))}
    return tuple(sorted(words))


def _cells(words: tuple[str, ...], asked: Iterable[frozenset[str]], apart: bool) -> tuple[tuple[str, ...], ...]:
    groups = sorted(asked, key=sorted)
    gathered: dict[tuple[object, ...], list[str]] = {}
    for word in words:
        mark = (word if word in NOTHING_WORDS or apart else "", *(word in group for group in groups))
        gathered.setdefault(mark, []).append(word)
    return tuple(tuple(cell) for cell in gathered.values())
