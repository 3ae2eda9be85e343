"""Bands of one figure with a hole between them: the rows of a table that leave out some values in the middle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import PurePosixPath

from screening.analysis.example import Example
from screening.analysis.fault import Fault, Kind
from screening.analysis.study import Study, asked_by
from screening.engine.verdicts import State
from screening.facts import Interval
from screening.quantity import render
from screening.rulebook.model import Effect, Rule
from screening.rulebook.terms import Type


@dataclass(frozen=True, slots=True)
class Band:
    """The figures for which a rule fires, all else as in its witness: those of `points` it fires for."""

    rule: Rule
    points: tuple[Fraction, ...]


def holes_between_bands(study: Study) -> Iterator[Fault]:
    """Values between two bands of one figure, of the rules of one folder, for which none of them fires.

    A smallest band open below and a largest open above leave a window that is allowed, and are no fault.
    """
    for (_, fact), rules in sorted(_families(study).items()):
        places = study.domains.points(fact)
        bands = [band for rule in rules if (band := _band(study, rule, fact, places)) is not None]
        for one, other in combinations(bands, 2):
            low, high = sorted((one, other), key=lambda band: band.points[0])
            if low.points[0] == places[0] and high.points[-1] == places[-1]:
                continue
            between = [place for place in places if low.points[-1] < place < high.points[0]]
            fault = _hole(study, fact, low, high, between, rules)
            if fault is not None:
                yield fault


def _families(study: Study) -> dict[tuple[str, str], list[Rule]]:
    """The rules that bring something of their own to an applicant, by folder and by each figure they ask."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in study.rulebook.rules:
        if rule.effect is not Effect.CLASSIFY and id(rule) in study.witnesses:
            for fact in asked_by(rule):
                if study.rulebook.vocabulary[fact].type is Type.NUMBER:
                    found.setdefault((str(PurePosixPath(rule.path).parent), fact), []).append(rule)
    return {key: rules for key, rules in found.items() if len(rules) > 1}


def _band(study: Study, rule: Rule, fact: str, places: Sequence[Fraction]) -> Band | None:
    witness = study.witnesses[id(rule)]
    if fact not in witness.values:
        return None
    points = tuple(
        place
        for place in places
        if study.bench.state(rule, witness.with_value(fact, Interval(place, place))) is State.FIRES
    )
    return Band(rule, points) if points else None


def _hole(
    study: Study, fact: str, low: Band, high: Band, between: Sequence[Fraction], rules: Sequence[Rule]
) -> Fault | None:
    """A project within the scope of both bands and a figure between them for which no rule of the folder fires."""
    solver = study.solver
    for day in study.days(low.rule, high.rule) if between else ():
        here = [rule for rule in rules if rule.effective.covers(day)]
        for place in between:
            values = solver.example(
                solver.at(solver.fires(low.rule, day), fact, low.points[-1]),
                solver.at(solver.fires(high.rule, day), fact, high.points[0]),
                *(solver.denied(solver.at(solver.fires(rule, day), fact, place)) for rule in here),
            )
            if values is None:
                continue
            hole, below, above = (Interval(point, point) for point in (place, low.points[-1], high.points[0]))

            def shown(
                one: Example, here: Sequence[Rule] = here, ends: tuple[Interval, ...] = (below, above, hole)
            ) -> bool:
                under, over, inside = (one.with_value(fact, end) for end in ends)
                return (
                    study.bench.state(low.rule, under) is State.FIRES
                    and study.bench.state(high.rule, over) is State.FIRES
                    and State.FIRES not in study.bench.states(tuple(here), inside)
                )

            example = study.bench.confirm(low.rule.id, Example(day, {**values, fact: hole}), shown)
            figure = render(place, study.rulebook.vocabulary[fact].unit)
            return Fault(
                Kind.HOLE_IN_BANDS,
                high.rule.where,
                (high.rule.id, low.rule.id, fact),
                f"leaves out {fact} of {figure}: {low.rule.id} ({low.rule.where}) stops below it and this rule starts above",
                (example.with_value(fact, hole),),
            )
    return None
