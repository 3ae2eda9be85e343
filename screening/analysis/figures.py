"""Figures no rule leaves a value for, and lower tiers that set a figure looser than a higher one.

Both ask the same of a figure the applicant chooses: with everything else as it is, which of its values are rejected?
The rules tell finitely many values apart, so "every value" is a finite conjunction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Final

from screening.analysis.example import Example
from screening.analysis.fault import Fault, Kind
from screening.analysis.solver import Formula
from screening.analysis.study import Study, asked_by, gravity, tier
from screening.engine.conditions import push_down
from screening.engine.verdicts import State
from screening.facts import Choice, Interval, Supplier, Value
from screening.quantity import render
from screening.rulebook.model import Effect, Op, Rule, tests_of
from screening.rulebook.terms import Type

IDENTITY: Final = frozenset({"project.sector", "project.works"})
"""What a project is, not what its applicant may choose: that every kind of works is refused somewhere is plain law."""
MOST_WAYS: Final = 20_000
"""How many rules times ways to choose are gone through; a choice of more is left alone."""
_UPWARD: Final = frozenset({Op.AT_LEAST, Op.OVER})
_DOWNWARD: Final = frozenset({Op.AT_MOST, Op.UNDER})


def figures_without_a_way_out(study: Study) -> Iterator[Fault]:
    """Projects for which every value of some fact is rejected, though no single rule rejects them all."""
    told: set[frozenset[str]] = set()
    figures_first = sorted(
        _rejecting(study).items(),
        key=lambda item: (study.rulebook.vocabulary[item[0]].type not in (Type.NUMBER, Type.DATE), item[0]),
    )
    for fact, rules in figures_first:
        seen: set[frozenset[int]] = set()
        for day in _days(rules):
            here = [rule for rule in rules if rule.effective.covers(day)]
            if len(here) < 2 or frozenset(map(id, here)) in seen:
                continue
            seen.add(frozenset(map(id, here)))
            fault = _without_a_way_out(study, fact, here, day)
            if fault is not None and frozenset(fault.about[:-1]) not in told:
                told.add(frozenset(fault.about[:-1]))  # the same rules, whichever fact shows it
                yield fault


def _rejecting(study: Study) -> dict[str, list[Rule]]:
    """The rules that reject, by each fact an applicant may choose a value of."""
    found: dict[str, list[Rule]] = {}
    for rule in study.rulebook.rules:
        if rule.effect is not Effect.REJECT:
            continue
        for fact in asked_by(rule) - IDENTITY:
            term = study.rulebook.vocabulary[fact]
            if term.supplier is Supplier.APPLICANT and term.type is not Type.SET:
                found.setdefault(fact, []).append(rule)
    return found


def _days(rules: Sequence[Rule]) -> list[date]:
    return sorted({rule.effective.start for rule in rules if rule.effective.start is not None})


def _without_a_way_out(study: Study, fact: str, rules: Sequence[Rule], day: date) -> Fault | None:
    solver = study.solver
    chosen = _chosen_together(study, fact, rules)
    ways = list(product(*(_places(study, key) for key in chosen)))
    if len(ways) * len(rules) > MOST_WAYS:
        return None
    table = [[_at_all(study, solver.fires(rule, day), chosen, way) for way in ways] for rule in rules]
    everywhere = [solver.some(row[number] for row in table) for number in range(len(ways))]
    spared = [solver.some(solver.denied(one) for one in row) for row in table]
    values = solver.example(*everywhere, *spared)
    if values is None:
        return None
    tried = [{key: _value(study, key, place) for key, place in zip(chosen, way, strict=True)} for way in ways]

    def fires(example: Example) -> list[tuple[State, ...]]:
        return [study.bench.states(tuple(rules), Example(day, {**example.values, **one})) for one in tried]

    def rejected(example: Example) -> bool:
        found = fires(example)
        alone = any(all(states[number] is State.FIRES for states in found) for number in range(len(rules)))
        return not alone and all(State.FIRES in states for states in found)

    context = {key: value for key, value in values.items() if key not in chosen}
    example = study.bench.confirm(fact, Example(day, context), rejected)
    found = fires(example)
    by = [rule for number, rule in enumerate(rules) if any(states[number] is State.FIRES for states in found)]
    names = ", ".join(rule.id for rule in by[:6]) + (f" and {len(by) - 6} more" if len(by) > 6 else "")
    return Fault(
        Kind.NO_WAY_OUT,
        by[0].where,
        (*(rule.id for rule in by), fact),
        f"no value of {' and '.join(chosen)} is admitted for this project: {names} reject them all between them",
        (example,),
    )


def _chosen_together(study: Study, fact: str, rules: Sequence[Rule]) -> tuple[str, ...]:
    """The fact; and for one that only says which case it is (a word, yes or no), the figures the same rules ask.

    Every case has its own threshold, so a bad figure would look as if no case were open.
    """
    terms = study.rulebook.vocabulary
    if terms[fact].type in (Type.NUMBER, Type.DATE):
        return (fact,)
    figures = {
        key
        for rule in rules
        for key in asked_by(rule)
        if terms[key].supplier is Supplier.APPLICANT and terms[key].type in (Type.NUMBER, Type.DATE)
    }
    return (fact, *sorted(figures))


def _at_all(study: Study, formula: Formula, facts: Sequence[str], way: Sequence[Fraction | int]) -> Formula:
    for fact, place in zip(facts, way, strict=True):
        formula = study.solver.at(formula, fact, place)
    return formula


def _places(study: Study, fact: str) -> tuple[Fraction | int, ...]:
    if study.rulebook.vocabulary[fact].type in (Type.NUMBER, Type.DATE):
        return study.domains.points(fact)
    return tuple(range(len(study.domains.cells[fact])))


def _value(study: Study, fact: str, place: Fraction | int) -> Value:
    if study.rulebook.vocabulary[fact].type in (Type.NUMBER, Type.DATE):
        return Interval(Fraction(place), Fraction(place))
    return Choice(frozenset({study.domains.cells[fact][int(place)][0]}))


def figures_set_looser_below(study: Study) -> Iterator[Fault]:
    """Figures that a lower tier restates with a threshold which lets pass what a higher tier does not."""
    by_fact: dict[str, list[Rule]] = {}
    for rule in study.rulebook.rules:
        if rule.effect is not Effect.CLASSIFY and id(rule) in study.witnesses:
            for fact in asked_by(rule):
                if study.rulebook.vocabulary[fact].type in (Type.NUMBER, Type.DATE):
                    by_fact.setdefault(fact, []).append(rule)
    for fact, rules in sorted(by_fact.items()):
        for lower in rules:
            for higher in rules:
                if (
                    tier(higher) < tier(lower)
                    and higher.effect is Effect.REJECT
                    and gravity(lower) >= 2
                    and (side := _side(lower, fact)) is not None
                    and side == _side(higher, fact)
                    and (fault := _looser(study, fact, lower, higher)) is not None
                ):
                    yield fault


def _side(rule: Rule, fact: str) -> bool | None:
    """True where a rule fires above a threshold of the fact, False where below, None where it does neither or both."""
    tests = [*tests_of(push_down(rule.when))]
    tests.extend(tests_of(push_down(rule.unless, negated=True)) if rule.unless is not None else ())
    signs = {test.op for test in tests if test.fact == fact}
    return True if signs and signs <= _UPWARD else False if signs and signs <= _DOWNWARD else None


def _looser(study: Study, fact: str, lower: Rule, higher: Rule) -> Fault | None:
    """A project both rules concern, with a figure that the higher rejects and the lower lets pass.

    The lower restates the higher only where every project it concerns is one whose figure the higher rejects from some
    value on; a rule on another matter that asks the same figure is nothing to compare with.
    """
    solver, places = study.solver, _places(study, fact)
    for day in study.days(lower, higher):
        low, high, may_low = solver.fires(lower, day), solver.fires(higher, day), solver.may_fire(lower, day)
        beside = (solver.denied(solver.at(high, fact, other)) for other in places)
        if solver.example(low, *beside) is not None:
            continue
        for place in places:
            spared: tuple[Formula, ...] = (
                solver.denied(solver.at(may_low, fact, place)),
                solver.at(high, fact, place),
                solver.some(solver.at(low, fact, other) for other in places),
            )
            values = solver.example(*spared)
            if values is None:
                continue
            value = _value(study, fact, place)
            others = [_value(study, fact, other) for other in places]

            def shown(one: Example, value: Value = value, others: Sequence[Value] = others) -> bool:
                here = study.bench.states((lower, higher), one.with_value(fact, value))
                return here == (State.SILENT, State.FIRES) and any(
                    study.bench.state(lower, one.with_value(fact, other)) is State.FIRES for other in others
                )

            example = study.bench.confirm(lower.id, Example(day, {**values, fact: value}), shown)
            figure = render(Fraction(place), study.rulebook.vocabulary[fact].unit)
            return Fault(
                Kind.LOOSER_FIGURE,
                lower.where,
                (lower.id, higher.id, fact),
                f"lets pass {fact} of {figure}, which {higher.id} ({higher.where}) of a higher tier rejects",
                (example.with_value(fact, value),),
            )
    return None
