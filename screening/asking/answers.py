"""What can still be answered, cut into cells: between two answers of one cell no rule sees a difference.

A number has a cell for every threshold and for every stretch between two; a choice one for every lot of words that all
tests accept alike. Each is one variable; a set is one variable (no, yes) for every such lot. A state holds, for the
variables that were answered, the cells left: an applicant may answer with a range, so any narrowing is an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import Final

from screening.asking.trees import Leaf, State, Tree, joined
from screening.engine.truth import Truth, truth_of
from screening.facts import NO, YES, Choice, Interval, Members, Value
from screening.rulebook.model import Op, Test
from screening.rulebook.terms import Term, Type

NOTHING_WORDS: Final = frozenset({"none", "none_of_these"})
"""Words that stand alone: nobody uses `none` and coal."""
HAS_NOT: Final = 1
HAS: Final = 2


@dataclass(frozen=True)
class Answers:
    """The answers one fact still allows. `cells` of a number, `lots` of words of a choice or set; `first` is its (first) variable."""

    term: Term
    value: Value
    first: int
    cells: tuple[Interval, ...] = ()
    lots: tuple[tuple[str, ...], ...] = ()

    @property
    def several(self) -> bool:
        """True for a set, which may have several of its words."""
        return self.term.type is Type.SET

    @cached_property
    def variables(self) -> range:
        return range(self.first, self.first + (len(self.lots) if self.several else 1))

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """How many of the vocabulary's words each answer stands for; of a set, the answers that have one word."""
        return tuple(len(lot) for lot in self.lots) or (1,) * len(self.cells)

    @property
    def full(self) -> int:
        """Every cell of a variable."""
        return HAS_NOT | HAS if self.several else (1 << len(self.weights)) - 1

    def tree(self, test: Test) -> Tree:
        """A test of this fact that is open today."""
        wanted = test.value if isinstance(test.value, frozenset) else frozenset[str]()
        if self.several:
            some = test.op is Op.HAS
            mark = HAS if some else HAS_NOT
            return joined([Leaf(self.first + at, mark) for at, lot in enumerate(self.lots) if lot[0] in wanted], some)
        cells: Iterable[Value] = self.cells or (Choice(frozenset(lot)) for lot in self.lots)
        return Leaf(self.first, sum(1 << at for at, cell in enumerate(cells) if truth_of(test, cell) is Truth.TRUE))

    def impossible(self) -> Iterator[Tree]:
        """What no application may state: `none` beside another word; of a set, nothing at all."""
        if not self.several:
            return
        had = isinstance(self.value, Members) and bool(self.value.certain)
        rest = joined([Leaf(at, HAS) for at, lot in self._numbered() if lot[0] not in NOTHING_WORDS], some=True)
        for at, lot in self._numbered():
            if lot[0] in NOTHING_WORDS:
                yield Leaf(at, HAS) if had else joined([Leaf(at, HAS), rest], some=False)
        if not had:
            yield joined([Leaf(at, HAS_NOT) for at in self.variables], some=False)

    def stated(self, state: State) -> Value:
        """The value a state gives this fact."""
        if isinstance(self.value, Members):
            certain = self.value.certain.union(lot[0] for at, lot in self._numbered() if state.get(at) == HAS)
            return Members(certain, certain.union(*(lot for at, lot in self._numbered() if state.get(at) != HAS_NOT)))
        mask = state[self.first]
        left = [at for at in range(len(self.weights)) if mask >> at & 1]
        if self.cells:
            return Interval(self.cells[left[0]].lo, self.cells[left[-1]].hi)
        return Choice(frozenset(word for at in left for word in self.lots[at]))

    def _numbered(self) -> Iterable[tuple[int, tuple[str, ...]]]:
        return enumerate(self.lots, self.first)


def answers_of(term: Term, value: Value, tests: Iterable[Test], first: int) -> Answers | None:
    """The answers of a fact under the tests asked of it; None where it is known, or no answer is left."""
    if value.known:
        return None
    if isinstance(value, Interval):
        cells = tuple(_cells(term, value, tests))
        return Answers(term, value, first, cells=cells) if cells else None
    lots = _lots(term, value, tests)
    return Answers(term, value, first, lots=lots) if lots else None


def _cells(term: Term, value: Interval, tests: Iterable[Test]) -> Iterator[Interval]:
    """Every threshold and one number of every stretch between; a whole one where there is one, as for a day."""
    lo, hi = max(value.lo, term.low), min(value.hi, term.high)
    if lo > hi:
        return
    bounds = {test.value for test in tests if isinstance(test.value, Fraction) and lo <= test.value <= hi}
    marks = sorted(bounds | {Fraction(end) for end in (lo, hi) if end not in (inf, -inf)}) or [Fraction(0)]
    found = [marks[0] - 1] if lo == -inf else []
    for one, other in pairwise(marks):
        middle = (one + other) / 2
        whole = Fraction(middle.__floor__())
        between = whole if one < whole < other else middle
        found.extend([one] if term.type is Type.DATE and between != whole else [one, between])
    found.append(marks[-1])
    if hi == inf:
        found.append(marks[-1] + 1)
    yield from (Interval(point, point) for point in found)


def _lots(term: Term, value: Choice | Members, tests: Iterable[Test]) -> tuple[tuple[str, ...], ...]:
    """The words that may be answered, those that all tests treat alike together; of a set, words it is not known to have."""
    words = list(term.choices) if term.type is not Type.FLAG else [YES, NO]
    if value.possible is not None:
        words = sorted(value.possible)
    had = value.certain if isinstance(value, Members) else frozenset[str]()
    asked = dict.fromkeys(test.value for test in tests if isinstance(test.value, frozenset))
    seen: dict[str, list[int]] = {word: [] for word in words if word not in had}
    for number, wanted in enumerate(asked):
        for word in wanted & seen.keys():
            seen[word].append(number)
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for word, by in seen.items():
        found.setdefault((word if word in NOTHING_WORDS else "", tuple(by)), []).append(word)
    return tuple(tuple(lot) for lot in found.values())
