"""The vocabulary files in: `rules/vocabulary/*.yaml` and the CSV lists they name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import InputError, QuantityError, suggest
from screening.facts import Supplier
from screening.quantity import check_unit, parse_quantity
from screening.rulebook.measures import read_measures
from screening.rulebook.reading import Reading
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Group, Implication, Vocabulary
from screening.text import Text

MAX_BYTES: Final = 5_000_000
_KEY: Final = re.compile(r"(project|site|class)(\.[a-z][a-z0-9_]*){1,4}")
_TERM_KEYS: Final = (
    "type",
    "unit",
    "supplied_by",
    "label",
    "question",
    "choices",
    "choices_from",
    "min",
    "max",
    "aliases",
)
_FAMILY_KEYS: Final = (*_TERM_KEYS, "members_from", "where")


def read_csv(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV with a header, each with its line. Raises DocumentError for a file that is not one."""
    from screening.errors import Problem

    text = read_text(path, MAX_BYTES)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        header = reader.fieldnames or []
        if len(set(header)) != len(header) or any(not name for name in header):
            raise DocumentError(
                Problem(f"{path}:1", "the header has an empty or repeated column", "name each column once")
            )
        for row in reader:
            if None in row or any(value is None for value in row.values()):
                raise DocumentError(
                    Problem(
                        f"{path}:{reader.line_num}",
                        "this row has not as many cells as the header",
                        "check its commas and quotes",
                    )
                )
            rows.append((reader.line_num, {key: value.strip() for key, value in row.items()}))
    except csv.Error as error:
        raise DocumentError(Problem(f"{path}:{reader.line_num}", f"is not CSV: {error}", "check its quotes")) from None
    return rows


def read_vocabulary(folder: Path, reading: Reading, name: str) -> Vocabulary:
    """Every term and group under `folder`; problems go to `reading`. `name` is how paths are shown."""
    terms: dict[str, Term] = {}
    groups: dict[str, Group] = {}
    pending_groups: list[tuple[str, Node]] = []
    pending_asking: list[tuple[str, Node]] = []
    pending_implications: list[Node] = []
    pending_measures: dict[str, Node] = {}
    for path in sorted(folder.glob("*.yaml")):
        shown = f"{name}/{path.name}"
        try:
            root = parse_yaml(read_text(path, MAX_BYTES), shown)
        except DocumentError as error:
            reading.problems.extend(error.problems)
            continue
        parts = reading.mapping(root, ("facts", "families", "groups", "implies", "asking", "measures"))
        for key, node in (parts["facts"].mapping or {}).items() if "facts" in parts else ():
            _add(terms, _term(key, node, folder, reading), node, reading)
        for key, node in (parts["families"].mapping or {}).items() if "families" in parts else ():
            for term in _family(key, node, folder, reading):
                _add(terms, term, node, reading)
        pending_groups.extend((parts["groups"].mapping or {}).items() if "groups" in parts else ())
        pending_asking.extend((parts["asking"].mapping or {}).items() if "asking" in parts else ())
        pending_measures.update((parts["measures"].mapping or {}) if "measures" in parts else {})
        pending_implications.extend((parts["implies"].items or ()) if "implies" in parts else ())
    for key, node in pending_groups:
        group = _group(key, node, terms, reading)
        if group is None:
            continue
        if key in groups:
            reading.problem(node, f'the group "{key}" stands twice', "keep one")
        groups[key] = group
    for key, node in pending_asking:
        _say_where_and_why(key, node, terms, reading)
    implied = [one for node in pending_implications for one in _implications(node, terms, groups, reading)]
    return Vocabulary(terms, groups, tuple(implied), read_measures(pending_measures, terms, reading))


def _say_where_and_why(key: str, node: Node, terms: dict[str, Term], reading: Reading) -> None:
    """Where an applicant finds a fact, or every member of a family, and why it is asked."""
    parts = reading.mapping(node, ("found", "why"), ("found", "why"))
    found, why = reading.bilingual(parts.get("found")), reading.bilingual(parts.get("why"))
    about = [name for name in terms if name == key] or [name for name in terms if name.startswith(f"{key}.")]
    if not about:
        reading.problem(node, f'"{key[:60]}" is no fact or family', suggest(key, terms) or "check its name")
    for name in about:
        if terms[name].found.zh:
            reading.problem(node, f'"{name}" is told twice where to find', "keep one")
        terms[name] = replace(terms[name], found=found, why=why)


def _implications(
    node: Node, terms: dict[str, Term], groups: dict[str, Group], reading: Reading
) -> Iterator[Implication]:
    """`{fact, words, other, means}`: who states one of `words` for `fact` has one of `means` for `other`."""
    parts = reading.mapping(node, ("fact", "words", "other", "means"), ("fact", "words", "other", "means"))
    fact, other = terms.get(reading.text(parts.get("fact"))), terms.get(reading.text(parts.get("other")))
    if fact is None or other is None:
        reading.problem(node, "names a fact the vocabulary does not have", "check fact and other")
        return
    means: set[str] = set()
    try:
        for word in reading.texts(parts.get("means")):
            group = groups.get(word)
            if group is not None and group.of == other.key:
                means |= group.members
            else:
                means |= other.sector_codes(word) if other.type is Type.SECTOR else {other.word(word)}
        for word in reading.texts(parts.get("words")):
            yield Implication(fact.key, fact.word(word), other.key, frozenset(means))
    except InputError as error:
        reading.problem(node, error.problems[0].what, error.problems[0].remedy)


def _add(terms: dict[str, Term], term: Term | None, node: Node, reading: Reading) -> None:
    if term is None:
        return
    if term.key in terms:
        reading.problem(node, f'the fact "{term.key}" stands twice', "keep one")
    terms[term.key] = term


def _term(key: str, node: Node, folder: Path, reading: Reading) -> Term | None:
    parts = reading.mapping(node, _TERM_KEYS, ("type", "supplied_by", "label"))
    if not _KEY.fullmatch(key):
        reading.problem(node, f'"{key[:60]}" is not a fact key', "write project.x, site.x or class.x in lower case")
        return None
    return _build(key, node, parts, folder, reading)


def _build(key: str, node: Node, parts: dict[str, Node], folder: Path, reading: Reading) -> Term | None:
    try:
        kind = Type(reading.text(parts.get("type"), "?"))
        supplier = Supplier(reading.text(parts.get("supplied_by"), "?"))
    except ValueError:
        kinds, suppliers = ", ".join(Type), ", ".join(item for item in Supplier if item is not Supplier.NOBODY)
        reading.problem(node, "the type or the supplier is not known", f"types: {kinds}; suppliers: {suppliers}")
        return None
    unit = reading.text(parts.get("unit"))
    try:
        check_unit(unit)
    except QuantityError as error:
        reading.problem(parts.get("unit", node), error.problems[0].what, "use a unit of screening/quantity.py")
        return None
    choices, aliases = _choices(parts, folder, reading)
    for alias, target in (parts["aliases"].mapping or {}).items() if "aliases" in parts else ():
        aliases[alias] = reading.text(target)
    if kind in (Type.CHOICE, Type.SECTOR) and not choices:
        reading.problem(node, f'the {kind} "{key}" has no choices', "list them under choices or choices_from")
    if (unit != "" and kind is not Type.NUMBER) or (choices and kind in (Type.NUMBER, Type.DATE, Type.FLAG)):
        reading.problem(node, f"a {kind} has no unit or choices of that kind", "remove what does not belong")
    least = reading.text(parts.get("min"), "0")
    if least not in ("0", "none"):
        reading.problem(
            parts.get("min", node), '"min" is 0 or none', "write `min: none` where a figure may be negative"
        )
    most = float("inf") if "max" not in parts else _most(parts["max"], unit, reading)
    return Term(
        key=key,
        type=kind,
        unit=unit,
        supplier=supplier,
        label=reading.bilingual(parts.get("label"), needed=True),
        question=reading.bilingual(parts.get("question")),
        choices=choices,
        aliases={name: word for name, word in aliases.items() if name not in choices},
        low=Fraction(0) if kind is Type.NUMBER and least == "0" else float("-inf"),
        high=most,
    )


def _most(node: Node, unit: str, reading: Reading) -> Fraction | float:
    try:
        return parse_quantity(reading.text(node), unit)
    except QuantityError as error:
        reading.problem(node, error.problems[0].what, error.problems[0].remedy)
        return float("inf")


def _choices(parts: dict[str, Node], folder: Path, reading: Reading) -> tuple[dict[str, Text], dict[str, str]]:
    choices: dict[str, Text] = {}
    aliases: dict[str, str] = {}
    for word, node in (parts["choices"].mapping or {}).items() if "choices" in parts else ():
        choices[word] = reading.bilingual(node, needed=True)
    if "choices_from" in parts:
        for _, row in _rows(parts["choices_from"], folder, reading):
            choices[row.get("key", "")] = Text(row.get("zh", ""), row.get("en", ""))
            for alias in filter(None, row.get("aliases", "").split("|")):
                aliases[alias] = row.get("key", "")
    for word, label in choices.items():
        aliases.setdefault(label.zh, word)
        aliases.setdefault(label.en, word)
    aliases.pop("", None)
    return choices, aliases


def _rows(node: Node, folder: Path, reading: Reading) -> list[tuple[int, dict[str, str]]]:
    file = folder / reading.text(node).replace("\0", "?")
    try:
        if not file.resolve().is_relative_to(folder.resolve().parent):
            raise InputError([])
        return read_csv(file)
    except DocumentError as error:
        reading.problems.extend(error.problems)
    except InputError:
        reading.problem(node, "names a file outside the rulebook", "name a CSV of the rulebook")
    return []


def _family(key: str, node: Node, folder: Path, reading: Reading) -> Iterator[Term]:
    """`site.overlaps` over a CSV: one term a row, `{zh}`, `{en}` and `{unit}` filled from it."""
    parts = reading.mapping(node, _FAMILY_KEYS, ("type", "supplied_by", "label", "members_from"))
    if "members_from" not in parts:
        return
    where = (
        {name: reading.text(value) for name, value in (parts["where"].mapping or {}).items()}
        if "where" in parts
        else {}
    )
    rows = [
        row
        for _, row in _rows(parts["members_from"], folder, reading)
        if all(row.get(name, "") in wanted.split("|") for name, wanted in where.items())
    ]
    if not rows:
        reading.problem(node, f'the family "{key}" has no members', "check members_from and where")
    for row in rows:
        filled = {name: fill(value, row) for name, value in parts.items() if name not in ("members_from", "where")}
        term = _build(f"{key}.{row.get('key', '')}", node, filled, folder, reading)
        if term is not None:
            yield term


def fill(node: Node, row: dict[str, str]) -> Node:
    """A node with every `{column}` of a table row filled in, in text and in keys."""

    def filled(text: str) -> str:
        return re.sub(r"\{([a-z][a-z0-9_]*)\}", lambda match: row.get(match.group(1), match.group()), text)

    if isinstance(node.value, dict):
        return Node({filled(key): fill(value, row) for key, value in node.value.items()}, node.line, node.source)
    if isinstance(node.value, list):
        return Node([fill(value, row) for value in node.value], node.line, node.source)
    if node.value is None:
        return node
    text = filled(node.value)
    return Node(text or None, node.line, node.source, node.quoted)


def _group(key: str, node: Node, terms: dict[str, Term], reading: Reading) -> Group | None:
    parts = reading.mapping(node, ("of", "label", "members"), ("of", "label", "members"))
    of = reading.text(parts.get("of"))
    term = terms.get(of)
    if term is None or term.type not in (Type.SECTOR, Type.CHOICE, Type.SET):
        reading.problem(
            node, f'the group "{key}" is of "{of}", which has no choices', "name a choice, set or sector fact"
        )
        return None
    members: set[str] = set()
    for item in parts["members"].items or () if "members" in parts else ():
        try:
            text = reading.text(item)
            members |= term.sector_codes(text) if term.type is Type.SECTOR else {term.word(text)}
        except InputError as error:
            reading.problem(item, error.problems[0].what, error.problems[0].remedy)
    if not members:
        reading.problem(node, f'the group "{key}" has no members', "list them")
    return Group(key, of, reading.bilingual(parts.get("label"), needed=True), frozenset(members))
