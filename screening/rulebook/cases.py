"""Cases beside the rules: facts and what one rule must say of them.

A case with `for_each`, or a whole file with it, is written once for every row of a table, as a rule is. `just over 5 km`, `just under 5 km` and
`day before 2026-08-15` are the nearest values beyond a threshold that still matter (see `step_of`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import InputError, QuantityError, RulebookError, suggest
from screening.facts import Fact, Facts, Interval, Value, exactly
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook, expanded
from screening.rulebook.reading import Reading
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import parse_day, read_value
from screening.rulebook.words import MAX_BYTES

EXPECTATIONS: Final = ("pass", "review", "reject", "obligation", "perhaps", "yes", "maybe", "no")
_CASE_KEYS: Final = ("name", "for_each", "rule", "with", "without", "expect", "needs")
_BEYOND: Final = re.compile(r"just (over|under)\s+(.+)")
_BEFORE: Final = re.compile(r"day before\s+(.+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: on `as_of`, with these facts, `rule` alone says `expect` and (where given) waits for `needs`.

    `sets`: the class that the rule must set, where the case says so.
    """

    rule: str
    name: str
    as_of: date
    facts: Facts
    expect: str
    needs: tuple[str, ...] | None
    path: str
    line: int
    sets: str = ""

    @property
    def where(self) -> str:
        return f"{self.path}:{self.line}"


def read_cases(folder: Path, rulebook: Rulebook) -> tuple[Case, ...]:
    """Every case under a rulebook folder. Raises RulebookError with all problems, including cases of no rule."""
    reading = Reading()
    cases: list[Case] = []
    for path in sorted(folder.rglob("*.cases.yaml")):
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            root = parse_yaml(read_text(path, MAX_BYTES), shown)
        except DocumentError as error:
            reading.problems.extend(error.problems)
            continue
        cases.extend(_file(root, path.parent, folder, rulebook, reading))
    if reading.problems:
        raise RulebookError(list(dict.fromkeys(reading.problems)))  # a line of `for_each` is read once a row
    return tuple(cases)


def step_of(number: Fraction, kind: Type = Type.NUMBER) -> Fraction:
    """The smallest step that matters: a thousandth of the number (of zero, a thousandth of its unit), or a day."""
    if kind is Type.DATE:
        return Fraction(1)
    return (abs(number) or 1) * Fraction(1, 1000)


def _file(root: Node, here: Path, folder: Path, rulebook: Rulebook, reading: Reading) -> list[Case]:
    cases = [
        case for one in expanded(root, here, folder, reading) for case in _cases(one, here, folder, rulebook, reading)
    ]
    if not cases and not reading.problems:
        reading.problem(root, "has no cases", "list some")
    return cases


def _cases(root: Node, here: Path, folder: Path, rulebook: Rulebook, reading: Reading) -> list[Case]:
    parts = reading.mapping(root, ("rule", "sets", "base", "cases"), ("rule", "cases"))
    base = parts["base"].mapping or {} if "base" in parts else {}
    sets = reading.text(parts.get("sets"))
    cases: list[Case] = []
    for written in (parts["cases"].items or ()) if "cases" in parts else ():
        for node in expanded(written, here, folder, reading):
            case = _case(node, reading.text(parts.get("rule")), base, sets, rulebook, reading)
            if case is not None:
                cases.append(case)
    return cases


def _case(
    node: Node, rule_id: str, base: Mapping[str, Node], sets: str, rulebook: Rulebook, reading: Reading
) -> Case | None:
    fields = reading.mapping(node, _CASE_KEYS, ("name", "expect"))
    rule_id = reading.text(fields.get("rule"), rule_id)
    rule = rulebook.find(rule_id)
    if rule is None:
        known = [item.id for item in rulebook.rules]
        reading.problem(node, f'no rule has the id "{rule_id}"', suggest(rule_id, known))
        return None
    expect = reading.text(fields.get("expect"))
    if expect not in EXPECTATIONS:
        reading.problem(fields.get("expect", node), f'unknown expectation "{expect}"', f"use {', '.join(EXPECTATIONS)}")
        return None
    stated = {**base, **((fields["with"].mapping or {}) if "with" in fields else {})}
    for key in reading.texts(fields.get("without")):
        if stated.pop(key, None) is None:
            reading.problem(node, f'"{key}" is left out but was not stated', suggest(key, stated))
    facts, as_of = _facts(stated, rule, rulebook, reading)
    if as_of is None:
        reading.problem(node, "has no as_of", "write as_of: 2026-11-22 in the base")
        return None
    needs = reading.texts(fields["needs"]) if "needs" in fields else None
    name = reading.text(fields.get("name"))
    return Case(rule_id, name, as_of, facts, expect, needs, node.source, node.line, sets)


def _facts(stated: Mapping[str, Node], rule: Rule, rulebook: Rulebook, reading: Reading) -> tuple[Facts, date | None]:
    facts: dict[str, Fact] = {}
    as_of: date | None = None
    if rule.jurisdiction != EVERYWHERE:
        facts[JURISDICTIONS] = Fact(JURISDICTIONS, exactly(EVERYWHERE, rule.jurisdiction))
    for key, node in stated.items():
        try:
            if key == "as_of":
                as_of = _day(reading.text(node))
                continue
            term = rulebook.vocabulary.terms.get(key)
            if term is None:
                reading.problem(node, f'unknown fact "{key}"', suggest(key, rulebook.vocabulary.terms))
                continue
            raw: Any = node.plain()
            facts[key] = Fact(key, _value(term, raw))
        except (InputError, QuantityError) as error:
            reading.problems.extend(
                type(problem)(node.where, f"{key}: {problem.what}", problem.remedy) for problem in error.problems
            )
    return Facts({key: fact for key, fact in facts.items() if not fact.value.missing}), as_of


def _day(text: str) -> date:
    before = _BEFORE.fullmatch(text)
    return parse_day(before[1]) - timedelta(1) if before else parse_day(text)


def _value(term: Term, raw: Any) -> Value:
    """The value written for a fact; `just over` and `just under` a number are a step beyond it, `day before` a day."""
    text = raw.strip() if isinstance(raw, str) else ""
    if term.type is Type.DATE and _BEFORE.fullmatch(text):
        return read_value(term, _day(text).isoformat())
    if term.type is not Type.NUMBER or not (beyond := _BEYOND.fullmatch(text)):
        return read_value(term, raw)
    number = read_value(term, beyond[2])
    if not isinstance(number, Interval) or not isinstance(number.lo, Fraction):
        return number
    moved = number.lo + step_of(number.lo) * (1 if beyond[1] == "over" else -1)
    return Interval(moved, moved)
