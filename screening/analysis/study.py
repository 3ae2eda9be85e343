"""What every analysis shares: the rulebook, what it tells apart, the solver, the engine, and a witness for every rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from screening.analysis.domains import Domains
from screening.analysis.example import Bench, Example
from screening.analysis.sketch import sketches
from screening.analysis.solver import Solver
from screening.engine.verdicts import State
from screening.rulebook.model import Effect, Rule, facts_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import EVERYWHERE

_GRAVITY: Final = {Effect.CLASSIFY: 0, Effect.OBLIGATION: 1, Effect.REVIEW: 2, Effect.REJECT: 3}


@dataclass(frozen=True)
class Study:
    """One rulebook under analysis."""

    rulebook: Rulebook
    domains: Domains
    solver: Solver
    bench: Bench

    @classmethod
    def of(cls, rulebook: Rulebook) -> Study:
        domains = Domains.of(rulebook)
        return cls(rulebook, domains, Solver(rulebook, domains), Bench(rulebook))

    def days(self, *rules: Rule) -> tuple[date, ...]:
        """See `Solver.days`: on these days these rules meet every state of the classification."""
        return self.solver.days(rules, [condition for rule in rules for condition in (rule.when, rule.unless)])

    @cached_property
    def witnesses(self) -> Mapping[int, Example]:
        """A project for which a rule fires, in as few facts as can be, by the identity of the rule. Dead rules have none."""
        found = ((id(rule), self._witness(rule)) for rule in self.rulebook.rules)
        return {key: example for key, example in found if example is not None}

    def _witness(self, rule: Rule) -> Example | None:
        def fires(example: Example) -> bool:
            return self.bench.state(rule, example) is State.FIRES

        days = self.days(rule)
        for day in days[:1]:
            for values in sketches(rule, day, self.classifying, self.domains):
                example = Example(day, values)
                if fires(example) and self.bench.admits(example):
                    return self.bench.confirm(rule.id, example, fires)
        for day in days:
            asked = self.solver.example(self.solver.fires(rule, day))
            if asked is not None:
                return self.bench.confirm(rule.id, Example(day, asked), fires)
        return None

    @cached_property
    def classifying(self) -> tuple[Rule, ...]:
        """The rules that set a class."""
        return tuple(rule for rule in self.rulebook.rules if rule.classifies)


def asked_by(rule: Rule) -> frozenset[str]:
    """Every fact a rule asks."""
    return facts_of(rule.when) | facts_of(rule.unless)


def gravity(rule: Rule) -> int:
    """How grave the outcome is that a rule, once adopted, brings when it fires: 3 reject, 2 review, 1 duty, 0 a class."""
    return _GRAVITY[rule.effect]


def tier(rule: Rule) -> int:
    """0 the nation, 1 a basin or region, 2 a province, 3 a city, 4 a county, 5 a control unit."""
    place = rule.jurisdiction
    if place == EVERYWHERE:
        return 0
    if place.startswith("ZH"):
        return 5
    return 1 + len(place) // 2 if place.isdigit() else 1
