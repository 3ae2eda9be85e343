"""A rulebook made ready for a day: its rules in force, in the order they must run, with their conditions flattened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from screening.engine.conditions import Scale, fires_when
from screening.errors import Problem, RulebookError
from screening.rulebook.model import AllOf, AnyOf, Condition, Effect, Not, Op, Rule, Test, facts_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS

GROUP_SIZE: Final = 30
MOST_UNITS: Final = 2_000
"""How many units keep the program of their access lists."""
_SECTOR: Final = "project.sector"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rule with the condition under which it fires (no negations)."""

    rule: Rule
    condition: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Rules that are all silent when one of the `gates` is false: each rule asks every gate, or a narrower one, itself.

    `own` holds, for each gate, the narrower test by which each rule is told to be silent.
    """

    gates: tuple[Test, ...]
    prepared: tuple[Prepared, ...]
    own: tuple[tuple[Test, ...], ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """Rules that may run together: none needs a class another of them sets."""

    groups: tuple[Group, ...]
    sets: frozenset[str]


@dataclass(frozen=True, eq=False)
class Program:
    """The rules in force on a day, classification first."""

    strata: tuple[Stratum, ...]
    scale: Scale
    classes: frozenset[str]
    listed: frozenset[str]
    """The jurisdictions that have at least one rule in force."""


def prepare(rulebook: Rulebook, day: date) -> Program:
    """The program for a day; the same one for every day on which the same rules are in force."""
    return _prepare_day(_Shared(rulebook), day)


class _Shared:
    """A rulebook as a cache key: by identity of its content, not by comparing thousands of rules."""

    __slots__ = ("digest", "rulebook")

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.digest = rulebook.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shared) and other.digest == self.digest


@lru_cache(maxsize=512)
def _prepare_day(shared: _Shared, day: date) -> Program:
    rules = shared.rulebook.in_force(day)
    return _prepare_rules(rules, frozenset(rule.classifies for rule in shared.rulebook.rules if rule.classifies))


def prepare_units(rulebook: Rulebook, units: Iterable[str], day: date) -> tuple[Program, ...]:
    """A program for each of these control units that the access lists in force on a day have rules for.

    Each has its own scale, so that a unit no decision has met before leaves what is compiled for the others as it is.
    They set no classes: they run after the program of the day, over the facts it leaves.
    """
    shared = _Shared(rulebook)
    found = (
        _prepare_unit(shared, unit, tuple(one.id for one in rulebook.lists_of(unit, day))) for unit in sorted(units)
    )
    return tuple(program for program in found if program.strata)


@lru_cache(maxsize=MOST_UNITS)
def _prepare_unit(shared: _Shared, unit: str, lists: tuple[str, ...]) -> Program:
    rules = tuple(rule for one in shared.rulebook.lists if one.id in lists for rule in one.rules(unit))
    return _build(rules, frozenset())


_programs: dict[tuple[tuple[str, ...], frozenset[str]], Program] = {}


def _prepare_rules(rules: tuple[Rule, ...], classes: frozenset[str]) -> Program:
    # An office that adopts or doubts a rule changes its level, not its text: a program must not outlive that.
    name = tuple(f"{rule.digest} {rule.level} {rule.effective}" for rule in rules), classes
    if name not in _programs:
        if len(_programs) >= 64:
            _programs.pop(next(iter(_programs)), None)
        _programs[name] = _build(rules, classes)
    return _programs[name]


def _build(rules: tuple[Rule, ...], classes: frozenset[str]) -> Program:
    pool: dict[tuple[str, Op, object], Test] = {}
    prepared = [Prepared(rule, _pooled(fires_when(rule), pool)) for rule in rules]
    level = _levels(rules, classes)
    strata: list[Stratum] = []
    for number in range(max(level.values(), default=0) + 1):
        here = [item for item in prepared if item.rule.classifies and level[item.rule.classifies] == number]
        strata.append(_stratum(here, frozenset(name for name, at in level.items() if at == number)))
    strata.append(_stratum([item for item in prepared if not item.rule.classifies], frozenset()))
    return Program(
        tuple(stratum for stratum in strata if stratum.groups or stratum.sets),
        Scale.of(item.condition for item in prepared),
        classes,
        frozenset(rule.jurisdiction for rule in rules),
    )


def _pooled(condition: Condition, pool: dict[tuple[str, Op, object], Test]) -> Condition:
    """The same condition with one object for every test that is asked more than once: its answer is then kept by identity."""
    match condition:
        case Test():
            return pool.setdefault((condition.fact, condition.op, condition.value), condition)
        case AllOf() | AnyOf():
            return type(condition)(tuple(_pooled(part, pool) for part in condition.parts))
        case Not():
            return Not(_pooled(condition.part, pool))


def _stratum(prepared: list[Prepared], sets: frozenset[str]) -> Stratum:
    """Group rules by place and by sector, so that a project runs only through those that can concern it."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Prepared]] = {}
    for item in prepared:
        gate = _gate(item.condition)
        # Sectors are told apart exactly; other words are gathered, and the gate is the union of what the rules ask.
        words = _words(gate) if gate is not None and gate.fact == _SECTOR else ()
        groups.setdefault((item.rule.jurisdiction, gate.fact if gate else "", words), []).append(item)
    made: list[Group] = []
    for (jurisdiction, fact, _), items in sorted(groups.items(), key=lambda entry: entry[0]):
        place = () if jurisdiction == EVERYWHERE else (Test(JURISDICTIONS, Op.HAS, frozenset({jurisdiction})),)
        for chunk in (items[at : at + GROUP_SIZE] for at in range(0, len(items), GROUP_SIZE)):
            gates = (*place, *_union(fact, chunk))
            made.append(Group(gates, tuple(chunk), tuple(tuple(_own(gate, item) for item in chunk) for gate in gates)))
    return Stratum(tuple(made), sets)


def _gate(condition: Condition) -> Test | None:
    """The test of a rule, if it has one that must hold, on what tells projects apart best."""
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    for fact in (_SECTOR, "project.products", "project.processes", "project.activity"):
        for part in parts:
            if isinstance(part, Test) and part.fact == fact and part.op in (Op.IN, Op.HAS):
                return part
    return None


def _own(gate: Test, item: Prepared) -> Test:
    parts = item.condition.parts if isinstance(item.condition, AllOf) else (item.condition,)
    return next(
        (part for part in parts if isinstance(part, Test) and (part.fact, part.op) == (gate.fact, gate.op)), gate
    )


def _words(gate: Test) -> tuple[str, ...]:
    return tuple(sorted(gate.value)) if isinstance(gate.value, frozenset) else ()


def _union(fact: str, items: list[Prepared]) -> tuple[Test, ...]:
    gates = [gate for item in items if (gate := _gate(item.condition)) is not None and gate.fact == fact]
    if not gates:
        return ()
    return (Test(fact, gates[0].op, frozenset(word for gate in gates for word in _words(gate))),)


def _levels(rules: tuple[Rule, ...], classes: frozenset[str]) -> dict[str, int]:
    """How many classifications must come before each class. Raises RulebookError when they go round in a circle."""
    needs: dict[str, set[str]] = {name: set() for name in classes}
    for rule in rules:
        if rule.effect is Effect.CLASSIFY:
            asked = facts_of(rule.when) | facts_of(rule.unless)
            needs[rule.classifies] |= asked & classes
    level: dict[str, int] = {}
    while len(level) < len(needs):
        ready = [name for name, first in needs.items() if name not in level and first <= level.keys()]
        if not ready:
            circle = sorted(needs.keys() - level.keys())
            raise RulebookError(
                Problem(
                    "rules",
                    f"classes wait for each other: {', '.join(circle)}",
                    "let one of their rules not ask a class",
                )
            )
        for name in ready:
            level[name] = 1 + max((level[other] for other in needs[name]), default=-1)
    return level
