"""Rules that can never fire, and parts of a condition that change nothing: a proviso never met, a branch never needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from screening.analysis.example import Example
from screening.analysis.fault import Fault, Kind
from screening.analysis.solver import Formula
from screening.analysis.study import Study, asked_by
from screening.engine.conditions import fires_when
from screening.engine.truth import Truth
from screening.engine.verdicts import State
from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Rule, Test
from screening.rulebook.sentences import condition_in_words


def rules_that_never_fire(study: Study) -> Iterator[Fault]:
    """Every rule no project can make fire, with the tests that exclude each other and a project that meets the rest."""
    for rule in study.rulebook.rules:
        if id(rule) not in study.witnesses:
            yield _dead(study, rule)


def _dead(study: Study, rule: Rule) -> Fault:
    whole = fires_when(rule)
    core = list(whole.parts if isinstance(whole, AllOf) else (whole,))
    days = study.days(rule)
    for part in tuple(core):
        fewer = [one for one in core if one is not part]
        if fewer and not any(
            study.solver.example(study.solver.holds(AllOf(tuple(fewer)), day)) is not None for day in days
        ):
            core = fewer
    words = " | ".join(condition_in_words(part, study.rulebook.vocabulary, "en") for part in core)
    return Fault(
        Kind.NEVER_FIRES,
        rule.where,
        (rule.id,),
        f"no project can make it fire, for these exclude each other: {words}",
        tuple(_nearest(study, rule, core)),
    )


def _nearest(study: Study, rule: Rule, core: list[Condition]) -> Iterator[Example]:
    """A project that meets all of the core but its last part, and for which the engine finds the rule silent."""
    solver, kept = study.solver, core[:-1]
    for day in study.days(rule):
        asked = [*(solver.holds(part, day) for part in kept), solver.denied(solver.may(core[-1], day))]
        values = solver.example(*asked)
        if values is not None:
            yield study.bench.confirm(
                rule.id,
                Example(day, values),
                lambda example: (
                    study.bench.state(rule, example) is State.SILENT
                    and all(study.bench.truth(part, example) is Truth.TRUE for part in kept)
                ),
            )
            return


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a rule that could be left out: its words, the rule without it, and where it stands in the tree."""

    path: tuple[int, ...]
    condition: Condition
    without: Rule
    name: str


def parts_that_change_nothing(study: Study) -> Iterator[Fault]:
    """Provisos, exclusions and branches without which a rule fires for the same projects.

    Of a rule written for every row of a table an idle part is an error when it is idle in every row.
    """
    idle: dict[tuple[str, int, tuple[int, ...], str], list[tuple[Rule, Part]]] = {}
    rows: dict[tuple[str, int], int] = {}
    for rule in study.rulebook.rules:
        rows[rule.path, rule.line] = rows.get((rule.path, rule.line), 0) + 1
        if id(rule) not in study.witnesses:
            continue
        for part in _parts_of(rule):
            if not _matters(study, rule, part):
                idle.setdefault((rule.path, rule.line, part.path, part.name), []).append((rule, part))
    for (path, line, _, name), found in idle.items():
        rule, part = found[0]
        every = len(found) == rows[path, line]
        of = "" if len(found) == 1 and every else f" (in {len(found)} of {rows[path, line]} rows)"
        words = condition_in_words(part.condition, study.rulebook.vocabulary, "en")
        yield Fault(
            Kind.IDLE_PART if every else Kind.IDLE_ROW,
            rule.where,
            tuple(dict.fromkeys(one.id for one, _ in found)),
            f"{name} changes nothing{of}: {words}",
            (study.witnesses[id(rule)],),
        )


def _matters(study: Study, rule: Rule, part: Part) -> bool:
    """Whether some project meets the rule with the part and not without it, or the other way round.

    What a rule excludes matters only where its facts are known: not knowing them is a doubt and no exclusion.
    """
    solver = study.solver
    for day in study.days(rule):
        one, other = solver.fires(rule, day), solver.fires(part.without, day)
        known: tuple[Formula, ...] = () if part.name == "a branch" else (solver.given(asked_by(rule)),)
        if solver.example(*known, one, solver.denied(other)) is not None:
            return True
        if solver.example(*known, other, solver.denied(one)) is not None:
            return True
    return False


def _parts_of(rule: Rule) -> Iterator[Part]:
    for path, condition, without, excluding in _parts(rule.when, (0,), False):
        yield Part(path, condition, replace(rule, when=without), "an exclusion" if excluding else "a branch")
    if rule.unless is not None:
        yield Part((1,), rule.unless, replace(rule, unless=None), "the proviso")
        for path, condition, without, _ in _parts(rule.unless, (1,), True):
            yield Part(path, condition, replace(rule, unless=without), "a branch of the proviso")


def _parts(
    condition: Condition, path: tuple[int, ...], excluding: bool
) -> Iterator[tuple[tuple[int, ...], Condition, Condition, bool]]:
    """Every alternative of an `any` and every `none` beside other tests, with the whole condition less that part."""
    match condition:
        case Test():
            return
        case Not():
            for inner, part, without, out in _parts(condition.part, (*path, 0), not excluding):
                yield inner, part, Not(without), out
        case AllOf() | AnyOf():
            for number, part in enumerate(condition.parts):
                here = (*path, number)
                others = (*condition.parts[:number], *condition.parts[number + 1 :])
                if isinstance(condition, AnyOf) and others:
                    yield here, part, others[0] if len(others) == 1 else AnyOf(others), excluding
                elif isinstance(part, Not) and others and not excluding:
                    yield here, part.part, AllOf(others), True
                for inner, found, without, out in _parts(part, here, excluding):
                    replaced = (*condition.parts[:number], without, *condition.parts[number + 1 :])
                    yield inner, found, type(condition)(replaced), out
