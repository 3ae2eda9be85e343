"""`screening rules mutate`: would the cases notice a slip of the pen?"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import inf
from pathlib import Path

import click

from screening.cli.common import clear_errors, rules_option, settings_of
from screening.errors import InputError, Problem
from screening.facts import Choice, Interval, Members, Number, Value
from screening.mutation import Fate, Kill, Kind, Score, check_mutants, score
from screening.quantity import render
from screening.rulebook.cases import read_cases
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import show_value


@click.command()
@click.argument("part", required=False, default="")
@click.option("--at-least", type=click.FloatRange(0, 100), default=100.0, show_default=True, help="Per cent to reach.")
@rules_option
@clear_errors
def mutate(part: str, at_least: float, rules: Path | None) -> None:
    """Change one thing at a time in every rule whose path or id holds PART, and see whether a case fails.

    Lists the mutants no case notices, each with facts that would tell it from the rule. Ends in 1 below --at-least.
    """
    folder = settings_of(rules).rules
    rulebook = Rulebook.load(folder)
    chosen = [rule for rule in rulebook.rules if part in rule.path or part in rule.id]
    if not chosen:
        raise InputError(Problem(part, "is in no rule's path or id", "see `screening rules list`", "没有这样的规则"))
    fates = check_mutants(rulebook, read_cases(folder, rulebook), chosen)
    for fate in fates:
        if fate.kill in (Kill.SURVIVES, Kill.EQUIVALENT):
            click.echo(f"{fate.mutant.rule.where}: {fate.mutant.rule.id}: {fate.mutant.what}: {_said(fate, rulebook)}")
    every, sober = score(fates), score(fates, without=[Kind.OUTCOME])
    for kind, line in _table(fates):
        click.echo(f"{kind:11} {line}")
    click.echo(f"{len(chosen)} rules: {_in_words(every)}")
    click.echo(f"without outcomes (which any case that fires notices): {_in_words(sober)}")
    sys.exit(1 if every.share * 100 < at_least else 0)


def _said(fate: Fate, rulebook: Rulebook) -> str:
    if fate.kill is Kill.EQUIVALENT:
        return fate.kill.value
    if fate.like is None and not fate.values:
        return f"survives{': ' + fate.by if fate.by else ''}"
    facts = ", ".join(f"{key}: {_written(rulebook.vocabulary[key], value)}" for key, value in fate.values.items())
    like = f' the case "{fate.like.name}" with' if fate.like else ""
    return f"survives; told apart by{like} {{{facts}}}"


def _written(term: Term, value: Value) -> str:
    """A value as a case states it."""
    match value:
        case Interval():
            if value.known:
                return _end(term, value.lo)
            return f"[{_end(term, value.lo)}, {_end(term, value.hi)}]"
        case Choice():
            words = sorted(value.possible or ())
            return "unknown" if not words else words[0] if len(words) == 1 else f"[{', '.join(words)}]"
        case Members():
            has = ", ".join(sorted(value.certain))
            if value.known:
                return f"[{has}]"
            may = "anything" if value.possible is None else f"[{', '.join(sorted(value.possible - value.certain))}]"
            return f"{{has: [{has}], may_have: {may}}}"


def _end(term: Term, number: Number) -> str:
    if number in (-inf, inf):
        return "unknown"
    exact = Fraction(number)
    return show_value(term, Interval(exact, exact)) if term.type is Type.DATE else render(exact, term.unit)


def _table(fates: tuple[Fate, ...]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for kind in Kind:
        counted: Mapping[Kill, int] = Counter(fate.kill for fate in fates if fate.mutant.kind is kind)
        if counted:
            rows.append((kind.value, ", ".join(f"{number} {kill.value}" for kill, number in sorted(counted.items()))))
    return rows


def _in_words(found: Score) -> str:
    parts = ", ".join(f"{number} {kill.value}" for kill, number in sorted(found.by.items()))
    return f"{found.total} mutants, {found.share:.2%} noticed ({parts})"
