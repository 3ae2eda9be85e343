"""A rule as frozen data. What it says is here; what it means for a project is the engine's business."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from screening.text import Text


class Op(StrEnum):
    """What a test asks of a fact. The second half are the opposites of the first, which only negation produces."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    IN = "in"
    HAS = "has"
    MISSING = "missing"
    UNDER = "under"
    OVER = "over"
    NOT_IN = "not_in"
    LACKS = "lacks"
    GIVEN = "given"

    @property
    def opposite(self) -> Op:
        return _OPPOSITES[self]


_PAIRS = (
    (Op.AT_LEAST, Op.UNDER),
    (Op.AT_MOST, Op.OVER),
    (Op.IN, Op.NOT_IN),
    (Op.HAS, Op.LACKS),
    (Op.MISSING, Op.GIVEN),
)
_OPPOSITES = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}


@dataclass(frozen=True, slots=True)
class Test:
    """One question to one fact. `value`: a number in the fact's unit, a set of words (of `in`: one of them; of `has`: at
    least one of them), or nothing (`missing`).

    `written` keeps what the author wrote (`1 km`, `chemical_manufacturing`), for sentences.
    """

    __test__: ClassVar[bool] = False  # not a pytest class

    fact: str
    op: Op
    value: Fraction | frozenset[str] | None
    written: str = ""


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when some part is."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is false."""

    part: Condition


Condition = Test | AllOf | AnyOf | Not


class Effect(StrEnum):
    """What a rule brings when it fires."""

    REJECT = "reject"
    REVIEW = "review"
    OBLIGATION = "obligation"
    CLASSIFY = "classify"


class Level(StrEnum):
    """How far a rule's text was compared with a published one. Only `text` (or adoption by an office) can reject."""

    TEXT = "text"
    SECONDARY = "secondary"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Period:
    """From a day on, until the day it no longer holds (that day not included). None: open."""

    start: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)

    def within(self, other: Period) -> bool:
        """True when every day of this lies in `other`."""
        starts = other.start is None or (self.start is not None and other.start <= self.start)
        ends = other.until is None or (self.until is not None and self.until <= other.until)
        return starts and ends

    def overlaps(self, other: Period) -> bool:
        return (self.until is None or other.start is None or other.start < self.until) and (
            other.until is None or self.start is None or self.start < other.until
        )


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, notice, standard or list, held once. `life` runs from its entry into force to its repeal."""

    id: str
    name: Text
    number: str
    issuer: str
    url: str
    life: Period
    repealed_by: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause of an instrument."""

    instrument: str
    clause: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """The row of a list by which a rule classifies. `list` is an instrument (one edition of the list), `row` its row number
    or name. `rest`: the row stands for what the list says and the rulebook does not hold.
    """

    list: str
    row: str
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in force for `effective`, in `jurisdiction` ("CN", "42", "4205", a unit code or a basin).

    `effect` CLASSIFY sets the flag `classifies`; a REVIEW with a `question` is a judgement rule. `measure` is
    the co-control measure it belongs to, "" for none. `list_row` is the row of a list it classifies by. `digest` is the SHA-256
    of the rule's meaning and words, the same wherever the file lies.
    """

    id: str
    title: Text
    jurisdiction: str
    effective: Period
    basis: tuple[Citation, ...]
    when: Condition
    unless: Condition | None
    effect: Effect
    classifies: str
    message: Text
    remedy: Text
    question: Text
    level: Level
    checked_on: date | None
    readings: tuple[str, ...]
    not_encoded: tuple[str, ...]
    path: str
    line: int
    digest: str
    measure: str = ""
    list_row: ListRow | None = None

    @property
    def judgement(self) -> bool:
        return self.effect is Effect.REVIEW and bool(self.question.zh)

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"


def facts_of(condition: Condition | None) -> frozenset[str]:
    """The keys of every fact a condition asks."""
    match condition:
        case None:
            return frozenset()
        case Test():
            return frozenset({condition.fact})
        case Not():
            return facts_of(condition.part)
        case AllOf() | AnyOf():
            return frozenset[str]().union(*(facts_of(part) for part in condition.parts))


def tests_of(condition: Condition | None) -> tuple[Test, ...]:
    """Every test in a condition, in the order written."""
    match condition:
        case None:
            return ()
        case Test():
            return (condition,)
        case Not():
            return tests_of(condition.part)
        case AllOf() | AnyOf():
            return tuple(test for part in condition.parts for test in tests_of(part))
