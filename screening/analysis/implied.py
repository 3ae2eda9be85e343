"""Rules that another rule makes idle: whenever the one fires the other does, with an outcome as grave.

A duty or a question is never idle beside another duty or question, for they say different things; beside a rejection
it is. What is harmless (a second ground, a tier that repeats a higher one) is a note. It is an error when both rest on the
same clause for the same place, when an obligation is laid only on projects that are rejected, or when a proviso of a
lower tier spares what a higher one rejects all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from screening.analysis.example import Example
from screening.analysis.fault import Fault, Kind
from screening.analysis.study import Study, asked_by, gravity, tier
from screening.engine.verdicts import State
from screening.rulebook.model import AllOf, Condition, Effect, Level, Rule, Test


@dataclass(frozen=True, slots=True)
class Edition:
    """The versions of one rule id, the earliest first."""

    id: str
    rules: tuple[Rule, ...]

    def on(self, day: date) -> Rule | None:
        return next((rule for rule in self.rules if rule.effective.covers(day)), None)


def editions(rules: Sequence[Rule]) -> tuple[Edition, ...]:
    """The rules by id, each with its versions in the order of their days."""
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.id, []).append(rule)
    return tuple(
        Edition(name, tuple(sorted(versions, key=lambda rule: rule.effective.start or date.min)))
        for name, versions in found.items()
    )


def implied_rules(study: Study) -> Iterator[Fault]:
    """Every rule that another covers on every day of its period, once for a pair of files."""
    all_editions = editions(study.rulebook.rules)
    pairs: dict[tuple[Kind, str, int, str, int], list[tuple[Rule, Rule]]] = {}
    for rule in study.rulebook.rules:
        witness = study.witnesses.get(id(rule))
        if witness is None:
            continue
        for other in _candidates(study, rule, witness, all_editions):
            if (cover := _covers(study, rule, other)) is not None:
                kind = _kind(rule, cover)
                pairs.setdefault((kind, rule.path, rule.line, cover.path, cover.line), []).append((rule, cover))
    told: set[frozenset[int]] = set()
    for (kind, *_), found in pairs.items():
        rule, cover = found[0]
        both = frozenset({id(rule), id(cover)})
        if both in told:  # they imply each other: once is enough
            continue
        told.add(both)
        yield Fault(
            kind,
            rule.where,
            (rule.id, cover.id, *(one.id for one, _ in found[1:])),
            f"whenever it fires, {cover.id} ({cover.where}) does too and brings {cover.effect.value}"
            + (f"; so for {len(found)} rules of this file" if len(found) > 1 else ""),
            (study.witnesses[id(rule)],),
        )


def _candidates(study: Study, rule: Rule, witness: Example, all_editions: Sequence[Edition]) -> Iterator[Edition]:
    """The rules as grave that fire for the leanest project for which this one fires: no other can cover it."""
    known = witness.values.keys()
    possible = [
        (edition, found)
        for edition in all_editions
        if edition.id != rule.id
        and (found := edition.on(witness.day)) is not None
        and _as_grave(found, rule)
        and all(key in known or key.startswith("class.") for key in _required(found.when))
    ]
    states = study.bench.states(tuple(found for _, found in possible), witness) if possible else ()
    for (edition, _), state in zip(possible, states, strict=True):
        if state is State.FIRES:
            yield edition


def _as_grave(cover: Rule, rule: Rule) -> bool:
    """Whether the one brings all that the other brings: two duties, or two questions, stand beside each other."""
    if rule.effect is Effect.CLASSIFY:
        return cover.classifies == rule.classifies and _as_sure(cover, rule)
    if rule.effect is Effect.OBLIGATION or rule.judgement:
        return cover.effect is Effect.REJECT and cover.level is Level.TEXT
    return gravity(cover) >= gravity(rule) and _as_sure(cover, rule)


def _as_sure(cover: Rule, rule: Rule) -> bool:
    return cover.level is Level.TEXT or rule.level is not Level.TEXT or cover.effect is Effect.REVIEW


def _required(condition: Condition) -> frozenset[str]:
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    return frozenset(part.fact for part in parts if isinstance(part, Test))


def _covers(study: Study, rule: Rule, other: Edition) -> Rule | None:
    """The first version of `other` met, when its versions cover the rule's period and each implies it; else None."""
    solver = study.solver
    day = rule.effective.start or date.min
    first: Rule | None = None
    while True:
        version = other.on(day)
        if version is None or not _as_grave(version, rule):
            return None
        first = first or version
        for when in study.days(rule, version):
            if solver.example(solver.fires(rule, when), solver.denied(solver.fires(version, when))) is not None:
                return None
        if version.effective.until is None:
            return first
        if rule.effective.until is not None and rule.effective.until <= version.effective.until:
            return first
        day = version.effective.until


def _kind(rule: Rule, cover: Rule) -> Kind:
    if rule.effect is Effect.OBLIGATION and cover.effect is Effect.REJECT:
        return Kind.OBLIGES_THE_REJECTED
    grounds = {(one.instrument, one.clause) for one in rule.basis} & {
        (one.instrument, one.clause) for one in cover.basis
    }
    same = rule.jurisdiction == cover.jurisdiction and rule.effect is cover.effect
    if rule.list_row is not None and cover.list_row not in (None, rule.list_row):
        same = False  # a decision names every row of a list by which a project is what it is
    return Kind.ADDS_NOTHING if same and grounds else Kind.RESTATES


def provisos_that_promise_too_much(study: Study) -> Iterator[Fault]:
    """Provisos of a lower tier under which a higher tier rejects all the same, for it says the same without a proviso."""
    all_editions = editions([rule for rule in study.rulebook.rules if rule.effect is Effect.REJECT])
    for rule in study.rulebook.rules:
        if rule.unless is None or rule.effect is Effect.CLASSIFY or id(rule) not in study.witnesses:
            continue
        bare = replace(rule, unless=None)
        spared = replace(rule, when=AllOf((rule.when, rule.unless)), unless=None)
        higher = [one for one in all_editions if tier(one.rules[0]) < tier(rule)]
        for edition in higher:
            fault = _promised(study, rule, bare, spared, edition)
            if fault is not None:
                yield fault


def _promised(study: Study, rule: Rule, bare: Rule, spared: Rule, higher: Edition) -> Fault | None:
    if not _required(higher.rules[-1].when) <= asked_by(rule) | frozenset({"site.jurisdictions"}):
        return None
    cover = _covers(study, bare, higher)
    if cover is None:
        return None
    for day in study.days(spared, cover):
        values = study.solver.example(study.solver.fires(spared, day))
        if values is not None:
            example = study.bench.confirm(
                rule.id,
                Example(day, values),
                lambda one: study.bench.states((spared, cover), one) == (State.FIRES, State.FIRES),
            )
            return Fault(
                Kind.LOOSER_PROVISO,
                rule.where,
                (rule.id, cover.id),
                f"its proviso spares a project that {cover.id} ({cover.where}) rejects all the same",
                (example,),
            )
    return None
