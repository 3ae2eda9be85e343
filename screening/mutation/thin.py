"""Rules that decide but are tried too little."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from screening.engine.conditions import fires_when
from screening.engine.explain import Explainer
from screening.engine.program import Prepared
from screening.engine.truth import Truth, truth
from screening.engine.verdicts import State
from screening.rulebook.cases import Case
from screening.rulebook.model import Effect, Rule
from screening.rulebook.reader import Rulebook

FEWEST: Final = 5
_DECIDING: Final = (Effect.REJECT, Effect.REVIEW)


@dataclass(frozen=True, slots=True)
class ThinRule:
    """A deciding rule with the number of its cases and what none of them tries."""

    rule: Rule
    cases: int
    lacks: tuple[str, ...]


def thin_rules(rulebook: Rulebook, cases: Iterable[Case], fewest: int = FEWEST) -> tuple[ThinRule, ...]:
    """The rules that reject or review and have fewer than `fewest` cases, or of which no case tries that it fires, that a
    fact is missing, the first day, the day before it, the day it ends, or its proviso."""
    of_rule: dict[str, list[Case]] = {}
    for case in cases:
        of_rule.setdefault(case.rule, []).append(case)
    found: list[ThinRule] = []
    for rule in rulebook.rules:
        if rule.effect not in _DECIDING:
            continue
        others = [one for one in rulebook.rules if one.id == rule.id and one is not rule]
        own = [
            case for case in of_rule.get(rule.id, ()) if not any(other.effective.covers(case.as_of) for other in others)
        ]
        lacks = tuple(_lacks(rule, own, of_rule.get(rule.id, []), rulebook))
        if len(own) < fewest or lacks:
            found.append(ThinRule(rule, len(own), lacks))
    return tuple(found)


def _lacks(rule: Rule, own: list[Case], all_cases: list[Case], rulebook: Rulebook) -> Iterable[str]:
    asked = Prepared(rule, fires_when(rule))
    states: dict[State, list[Case]] = {}
    for case in own:
        if rule.effective.covers(case.as_of):
            state = Explainer(case.facts, rulebook.vocabulary).verdict(asked).state
            states.setdefault(state, []).append(case)
    for state, said in (
        (State.FIRES, "it fires"),
        (State.DOUBTFUL, "a fact is missing"),
        (State.SILENT, "it is silent"),
    ):
        if state not in states:
            yield f"none in which {said}"
    days = {case.as_of for case in states.get(State.FIRES, ())}
    every_day = {case.as_of for case in all_cases}
    if rule.effective.start is not None:
        if rule.effective.start not in days:
            yield f"none on its first day {rule.effective.start}"
        if rule.effective.start - timedelta(1) not in every_day:
            yield f"none the day before {rule.effective.start}"
    if rule.effective.until is not None:
        if rule.effective.until - timedelta(1) not in days:
            yield f"none on its last day {rule.effective.until - timedelta(1)}"
        if rule.effective.until not in every_day:
            yield f"none on {rule.effective.until}, when it has ended"
    if rule.unless is not None and not any(
        truth(rule.unless, rulebook.vocabulary, {key: fact.value for key, fact in case.facts.items()}) is Truth.TRUE
        for case in states.get(State.SILENT, ())
    ):
        yield "none in which the proviso saves the project"
