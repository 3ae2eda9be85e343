"""Facts: what is known, what is only bounded, what is missing, and where each came from.

Every value is a set of possibilities. A number is a closed interval, a choice the set of choices still possible, a
set-valued fact the members it certainly and possibly has. Missing is the widest value of its kind; there is no other
"unknown". Less knowledge is always a wider value, which is what lets a rule be sound: see `engine/truth.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import inf
from typing import Final

Number = Fraction | float
"""An exact number, or `inf` / `-inf` as an open end. No other float is ever stored."""

YES: Final = "yes"
NO: Final = "no"


@dataclass(frozen=True, slots=True)
class Interval:
    """A number in [lo, hi], in the fact's canonical unit. Equal ends: known. Dates are days since 0001-01-01."""

    lo: Number = -inf
    hi: Number = inf

    def __post_init__(self) -> None:
        if not self.lo <= self.hi:
            raise ValueError(f"an interval runs from low to high, not from {self.lo} to {self.hi}")

    @property
    def known(self) -> bool:
        return self.lo is self.hi or self.lo == self.hi

    @property
    def missing(self) -> bool:
        return self.lo == -inf and self.hi == inf

    def widens(self, other: Interval) -> bool:
        """True when every number `other` allows is allowed here too."""
        return self.lo <= other.lo and other.hi <= self.hi


@dataclass(frozen=True, slots=True)
class Choice:
    """One of `possible`; None means any. One possibility: known. A flag is a choice between "yes" and "no"."""

    possible: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.possible is not None and not self.possible:
            raise ValueError("a choice with no possibility left")

    @property
    def known(self) -> bool:
        return self.possible is not None and len(self.possible) == 1

    @property
    def missing(self) -> bool:
        return self.possible is None

    def widens(self, other: Choice) -> bool:
        """True when every choice `other` allows is allowed here too."""
        return self.possible is None or (other.possible is not None and other.possible <= self.possible)


@dataclass(frozen=True, slots=True)
class Members:
    """A set that has all of `certain` and nothing outside `possible` (None: could have anything)."""

    certain: frozenset[str] = frozenset()
    possible: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.possible is not None and not self.certain <= self.possible:
            raise ValueError("a set cannot certainly have what it cannot possibly have")

    @property
    def known(self) -> bool:
        return self.possible == self.certain

    @property
    def missing(self) -> bool:
        return not self.certain and self.possible is None

    def widens(self, other: Members) -> bool:
        """True when every set `other` allows is allowed here too."""
        if not self.certain <= other.certain:
            return False
        return self.possible is None or (other.possible is not None and other.possible <= self.possible)


Value = Interval | Choice | Members

FLAG_YES: Final = Choice(frozenset({YES}))
FLAG_NO: Final = Choice(frozenset({NO}))
FLAG_MAYBE: Final = Choice(None)


def flag(certain: bool, possible: bool) -> Choice:
    """yes when `certain`, no when not even `possible`, else undecided."""
    return FLAG_YES if certain else FLAG_MAYBE if possible else FLAG_NO


def exactly(*members: str) -> Members:
    """A set known to hold just these."""
    return Members(frozenset(members), frozenset(members))


class Supplier(StrEnum):
    """Who a fact comes from."""

    APPLICANT = "applicant"
    ATLAS = "atlas"
    CLASSIFICATION = "classification"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact came from: who supplied it, from which source (layer id, rule id, application), and a remark."""

    supplier: Supplier
    source: str = ""
    note: str = ""


CLAIMED: Final = Origin(Supplier.APPLICANT)
UNSUPPLIED: Final = Origin(Supplier.NOBODY)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its key in the vocabulary, its value and its origin."""

    key: str
    value: Value
    origin: Origin = CLAIMED


@dataclass(frozen=True, slots=True)
class Facts(Mapping[str, Fact]):
    """Facts by key. A key that is absent is missing; asking for it is no error, see `value`."""

    by_key: Mapping[str, Fact] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Facts:
        """Facts by key; of two facts with one key the later stands."""
        return cls({fact.key: fact for fact in facts})

    def __getitem__(self, key: str) -> Fact:
        return self.by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_key)

    def __len__(self) -> int:
        return len(self.by_key)

    def value(self, key: str) -> Value | None:
        """The value of a fact, or None where nothing is known of it."""
        fact = self.by_key.get(key)
        return None if fact is None else fact.value

    def and_also(self, more: Iterable[Fact]) -> Facts:
        """These facts and more; where a key stands in both, the later wins."""
        return Facts({**self.by_key, **{fact.key: fact for fact in more}})

    def without(self, *keys: str) -> Facts:
        """These facts less some: what is left out becomes missing."""
        return Facts({key: fact for key, fact in self.by_key.items() if key not in keys})
