"""Conditions in: YAML tests to a condition tree, checked against the vocabulary."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from screening.documents import Node
from screening.errors import InputError, QuantityError, suggest
from screening.facts import NO, YES, Supplier
from screening.quantity import parse_quantity
from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Op, Test
from screening.rulebook.reading import Reading
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import parse_day
from screening.rulebook.vocabulary import Vocabulary

_BOUNDS: Final = {"at_least": Op.AT_LEAST, "at_most": Op.AT_MOST, "over": Op.OVER, "under": Op.UNDER}
_TESTS: Final = ("is", "in", "has", *_BOUNDS, "given")
_FITS: Final = {
    Type.NUMBER: (*_BOUNDS, "given"),
    Type.DATE: (*_BOUNDS, "given"),
    Type.FLAG: ("is", "given"),
    Type.CHOICE: ("is", "in", "given"),
    Type.SECTOR: ("is", "in", "given"),
    Type.SET: ("has", "given"),
}


def read_condition(node: Node, vocabulary: Vocabulary, reading: Reading, negated: bool = False) -> Condition | None:
    """A mapping of facts to tests, with `any`, `all` and `none` nesting, as a condition.

    None when nothing could be read (the problems are in `reading`). `negated` is true under an odd number of
    negations, where `given: no` would let a missing fact clear a project and is refused.
    """
    if node.items:
        return _joined(node, [read_condition(part, vocabulary, reading, negated) for part in node.items], AllOf)
    if not node.mapping:
        reading.problem(node, f"{node.kind()} where a condition belongs", "write FACT: {TEST: VALUE}")
        return None
    parts: list[Condition | None] = []
    for key, value in node.mapping.items():
        if key in ("any", "all", "none"):
            inner = negated ^ (key == "none")
            items = value.items if value.items is not None else [value]
            if key != "all" and len(value.mapping or {}) > 1:
                reading.problem(value, f'"{key}" of several facts in one mapping', "list them: [{...}, {...}]")
                continue
            if not items:
                reading.problem(value, f'"{key}" lists nothing', "list at least one condition")
                continue
            found = [read_condition(item, vocabulary, reading, inner) for item in items]
            joined = _joined(value, found, AllOf if key == "all" else AnyOf)
            parts.append(Not(joined) if key == "none" and joined is not None else joined)
            continue
        term = vocabulary.terms.get(key)
        if term is None:
            known = [*vocabulary.terms, "any", "all", "none"]
            reading.problem(value, f'unknown fact "{key}"', suggest(key, known) or "add it to rules/vocabulary first")
            continue
        parts.append(_fact(term, value, vocabulary, reading, negated))
    return _joined(node, parts, AllOf)


def _joined(
    node: Node, parts: list[Condition | None], how: Callable[[tuple[Condition, ...]], Condition]
) -> Condition | None:
    found = tuple(part for part in parts if part is not None)
    if not found:
        return None
    return found[0] if len(found) == 1 else how(found)


def _fact(term: Term, node: Node, vocabulary: Vocabulary, reading: Reading, negated: bool) -> Condition | None:
    tests = node.mapping
    if tests is None:
        tests = {"is" if node.items is None else "in": node}
    if not tests:
        reading.problem(node, f"nothing is asked of {term.key}", f"use {', '.join(_FITS[term.type])}")
    parts: list[Condition | None] = []
    for name, value in tests.items():
        if name not in _TESTS:
            reading.problem(
                value, f'unknown test "{name[:40]}"', suggest(name, _TESTS) or f"tests: {', '.join(_TESTS)}"
            )
        elif name not in _FITS[term.type]:
            reading.problem(
                value, f'"{name}" does not fit {term.key}, a {term.type}', f"use {', '.join(_FITS[term.type])}"
            )
        else:
            parts.append(_test(term, name, value, vocabulary, reading, negated))
    return _joined(node, parts, AllOf)


def _test(
    term: Term, name: str, node: Node, vocabulary: Vocabulary, reading: Reading, negated: bool
) -> Condition | None:
    try:
        if name in _BOUNDS:
            return Test(term.key, _BOUNDS[name], _bound(term, node, reading), reading.text(node))
        if name == "given":
            if reading.text(node) not in (YES, NO):
                reading.problem(node, '"given" takes yes or no', "write `given: no`")
                return None
            wants = reading.text(node) == YES
            if wants ^ negated:
                reading.problem(
                    node,
                    "a fact that is not given would make this rule silent",
                    "ask `given: no` outside `none` and `unless`",
                )
                return None
            return Test(term.key, Op.GIVEN if wants else Op.MISSING, None)
        words = [reading.text(item) for item in (node.items if node.items is not None else [node])]
        if name == "is" and len(words) != 1:
            reading.problem(node, '"is" takes one word', 'use "in" for several')
            return None
        if not words:
            reading.problem(node, f'"{name}" lists nothing', "list at least one word")
            return None
        members = _members(term, words, vocabulary)
        if term.supplier is Supplier.CLASSIFICATION and (NO in members) ^ negated:
            reading.problem(node, "a class must not excuse a project", "ask for `yes`, and outside `none` and `unless`")
            return None
        if name == "has":
            return Test(term.key, Op.HAS, members, ", ".join(words))
        return Test(term.key, Op.IN, members, ", ".join(words))
    except (InputError, QuantityError) as error:
        reading.problem(node, error.problems[0].what, error.problems[0].remedy)
        return None


def _bound(term: Term, node: Node, reading: Reading) -> Fraction:
    text = reading.text(node)
    if term.type is Type.DATE:
        return Fraction(parse_day(text).toordinal())
    return parse_quantity(text, term.unit)


def _members(term: Term, words: list[str], vocabulary: Vocabulary) -> frozenset[str]:
    first = vocabulary.groups.get(words[0])
    if len(words) == 1 and first is not None and first.of == term.key:
        return first.members  # one object for every rule that names the group
    members: set[str] = set()
    for word in words:
        group = vocabulary.groups.get(word)
        if group is not None and group.of == term.key:
            members |= group.members
        elif term.type is Type.SECTOR:
            try:
                members |= term.sector_codes(word)
            except InputError as error:
                problem = error.problems[0]
                groups = [name for name, group in vocabulary.groups.items() if group.of == term.key]
                from screening.errors import Problem

                raise InputError(Problem("", problem.what, suggest(word, groups) or problem.remedy)) from None
        else:
            members.add(term.word(word))
    return frozenset(members)
