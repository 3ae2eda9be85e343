"""Cases beside the rules: facts and what one rule must say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import InputError, QuantityError, RulebookError, suggest
from screening.facts import Fact, Facts, exactly
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook
from screening.rulebook.reading import Reading
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.values import parse_day, read_value
from screening.rulebook.words import MAX_BYTES

EXPECTATIONS: Final = ("pass", "review", "reject", "obligation", "perhaps", "yes", "maybe", "no")


@dataclass(frozen=True, slots=True)
class Case:
    """One case: on `as_of`, with these facts, `rule` alone says `expect` and (where given) waits for `needs`."""

    rule: str
    name: str
    as_of: date
    facts: Facts
    expect: str
    needs: tuple[str, ...] | None
    path: str
    line: int

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
            cases.extend(_file(parse_yaml(read_text(path, MAX_BYTES), shown), shown, rulebook, reading))
        except DocumentError as error:
            reading.problems.extend(error.problems)
    if reading.problems:
        raise RulebookError(reading.problems)
    return tuple(cases)


def _file(root: Node, shown: str, rulebook: Rulebook, reading: Reading) -> list[Case]:
    parts = reading.mapping(root, ("rule", "base", "cases"), ("rule", "cases"))
    base = parts["base"].mapping or {} if "base" in parts else {}
    cases: list[Case] = []
    for node in (parts["cases"].items or ()) if "cases" in parts else ():
        fields = reading.mapping(node, ("name", "rule", "with", "without", "expect", "needs"), ("name", "expect"))
        rule_id = reading.text(fields.get("rule"), reading.text(parts.get("rule")))
        rule = rulebook.find(rule_id)
        if rule is None:
            known = [item.id for item in rulebook.rules]
            reading.problem(node, f'no rule has the id "{rule_id}"', suggest(rule_id, known))
            continue
        expect = reading.text(fields.get("expect"))
        if expect not in EXPECTATIONS:
            reading.problem(
                fields.get("expect", node), f'unknown expectation "{expect}"', f"use {', '.join(EXPECTATIONS)}"
            )
            continue
        stated = {**base, **((fields["with"].mapping or {}) if "with" in fields else {})}
        for key in reading.texts(fields.get("without")):
            if stated.pop(key, None) is None:
                reading.problem(node, f'"{key}" is left out but was not stated', suggest(key, stated))
        facts, as_of = _facts(stated, rule, rulebook, reading)
        if as_of is None:
            reading.problem(node, "has no as_of", "write as_of: 2026-11-22 in the base")
            continue
        needs = reading.texts(fields["needs"]) if "needs" in fields else None
        cases.append(Case(rule_id, reading.text(fields.get("name")), as_of, facts, expect, needs, shown, node.line))
    if "cases" in parts and not cases and not reading.problems:
        reading.problem(root, "has no cases", "list some")
    return cases


def _facts(stated: Mapping[str, Node], rule: Rule, rulebook: Rulebook, reading: Reading) -> tuple[Facts, date | None]:
    facts: dict[str, Fact] = {}
    as_of: date | None = None
    if rule.jurisdiction != EVERYWHERE:
        facts[JURISDICTIONS] = Fact(JURISDICTIONS, exactly(EVERYWHERE, rule.jurisdiction))
    for key, node in stated.items():
        try:
            if key == "as_of":
                as_of = parse_day(reading.text(node))
                continue
            term = rulebook.vocabulary.terms.get(key)
            if term is None:
                reading.problem(node, f'unknown fact "{key}"', suggest(key, rulebook.vocabulary.terms))
                continue
            raw: Any = node.plain()
            facts[key] = Fact(key, read_value(term, raw))
        except (InputError, QuantityError) as error:
            reading.problems.extend(
                type(problem)(node.where, f"{key}: {problem.what}", problem.remedy) for problem in error.problems
            )
    return Facts({key: fact for key, fact in facts.items() if not fact.value.missing}), as_of
