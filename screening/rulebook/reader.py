"""The rulebook in: instruments, vocabulary, tables and rules, every problem at once with its file and line."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, KeysView, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

from screening.decision import canonical_json
from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import Problem, RulebookError, suggest
from screening.rulebook.lists.access_list import CARD, FOLDER, AccessList, read_lists
from screening.rulebook.model import (
    Instrument,
    Period,
    Rule,
)
from screening.rulebook.reading import Reading
from screening.rulebook.rulefile import PLACE, read_rule
from screening.rulebook.vocabulary import Vocabulary
from screening.rulebook.words import MAX_BYTES, fill, read_csv, read_vocabulary

ALWAYS: Final = Period()


@dataclass(frozen=True)
class Rulebook:
    """All rules, whatever their dates, with the vocabulary and the instruments they rest on.

    `rules` are those of rule files. The clauses of `lists` become rules when a unit is asked for (`rules_of_units`).
    """

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    instruments: Mapping[str, Instrument]
    root: str = ""
    words: str = ""
    """SHA-256 over the vocabulary and the instruments, whose words stand in every decision."""
    kept: Period = ALWAYS
    """The days for which the rulebook was read against the law; outside it no decision passes without a person."""
    lists: tuple[AccessList, ...] = ()
    """The published access lists, in the order of their ids."""

    @classmethod
    def load(cls, folder: str | Path) -> Rulebook:
        """The rulebook under `folder`. Raises RulebookError with every problem found."""
        return read_rulebook(Path(folder))

    def in_force(self, day: date) -> tuple[Rule, ...]:
        """The rules in force on a day, in the order of their ids; those of access lists are not among them."""
        return tuple(rule for rule in self.rules if rule.effective.covers(day))

    def find(self, rule_id: str, day: date | None = None) -> Rule | None:
        """A rule by id, of a rule file or of a list: the version in force on `day`, else the latest."""
        versions = list(self._by_id.get(rule_id, ()))
        versions.extend(rule for one in self.lists if (rule := one.find(rule_id)) is not None)
        if day is not None:
            return next((rule for rule in versions if rule.effective.covers(day)), None)
        return max(versions, key=lambda rule: rule.effective.start or date.min, default=None)

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[Rule, ...]]:
        found: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            found[rule.id] = (*found.get(rule.id, ()), rule)
        return found

    def only(self, rules: Iterable[Rule]) -> Rulebook:
        """The same rulebook with only some of its rules, or with others. Its access lists stay."""
        return replace(self, rules=tuple(sorted(rules, key=_order)))

    def lists_of(self, unit: str, day: date) -> tuple[AccessList, ...]:
        """The lists in force on a day that say something of a control unit."""
        return tuple(one for one in self._lists_by_unit.get(unit, ()) if one.in_force(day))

    @cached_property
    def _lists_by_unit(self) -> Mapping[str, tuple[AccessList, ...]]:
        # Made once: a nation has hundreds of lists, and every decision asks for a few places.
        found: dict[str, tuple[AccessList, ...]] = {}
        for one in self.lists:
            for unit in one.units:
                found[unit] = (*found.get(unit, ()), one)
        return found

    def rules_of_unit(self, unit: str, day: date) -> tuple[Rule, ...]:
        """The rules that the lists in force on a day have for a control unit, in the order of their ids.

        Raises AccessListError when a list's clauses cannot be read, which loading it has ruled out.
        """
        return tuple(rule for one in self.lists_of(unit, day) for rule in one.rules(unit))

    def listed_units(self, day: date) -> tuple[KeysView[str], ...]:
        """The units of every list in force on a day, a set for each list."""
        return tuple(one.units.keys() for one in self.lists if one.in_force(day))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all rules in order of their ids, with the level and period they have here, over the lists, and
        over `words`."""
        lines = [f"{rule.id} {rule.digest} {rule.level} {rule.effective}" for rule in self.rules]
        lines.extend(f"{one.id} {one.digest}" for one in self.lists)
        return hashlib.sha256("\n".join((self.words, str(self.kept), *lines)).encode()).hexdigest()


def _order(rule: Rule) -> tuple[str, date]:
    return rule.id, rule.effective.start or date.min


def rule_files(folder: Path) -> Iterator[Path]:
    """Every rule file under a folder: YAML that is neither cases, vocabulary, an access list nor a register of the book."""
    for path in sorted(folder.rglob("*.yaml")):
        inside = path.relative_to(folder)
        if (
            inside.parts[0] != "vocabulary"
            and not (path.name == CARD and FOLDER in inside.parts[:-2])
            and inside.as_posix() not in ("instruments.yaml", "rulebook.yaml", "lint.yaml")
            and not path.name.endswith(".cases.yaml")
        ):
            yield path


def read_rulebook(folder: Path) -> Rulebook:
    """The rulebook under `folder`. Raises RulebookError with every problem found."""
    reading = Reading()
    if not folder.is_dir():
        reading.problem(str(folder), "is not a folder of rules", "name the folder that holds instruments.yaml")
        raise RulebookError(reading.problems)
    vocabulary = read_vocabulary(folder / "vocabulary", reading, f"{folder.name}/vocabulary")
    instruments = _instruments(folder / "instruments.yaml", f"{folder.name}/instruments.yaml", reading)
    kept = _kept(folder / "rulebook.yaml", f"{folder.name}/rulebook.yaml", reading)
    lists, instruments = read_lists(folder, vocabulary, instruments, reading)
    rules: list[Rule] = []
    for path in rule_files(folder):
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            root = parse_yaml(read_text(path, MAX_BYTES), shown)
        except DocumentError as error:
            reading.problems.extend(error.problems)
            continue
        for node in expanded(root, path.parent, folder, reading):
            rule = read_rule(node, shown, vocabulary, instruments, reading)
            if rule is not None:
                rules.append(rule)
    rules.sort(key=_order)
    for one, other in itertools.pairwise(rules):
        if one.id == other.id and one.effective.overlaps(other.effective):
            reading.problem(
                other.where,
                f'"{other.id}" is in force twice on some days (see {one.where})',
                "end the older with `until`",
            )
    if reading.problems:
        raise RulebookError(sorted(set(reading.problems), key=_by_line))
    return Rulebook(tuple(rules), vocabulary, instruments, str(folder), _words(vocabulary, instruments), kept, lists)


def _words(vocabulary: Vocabulary, instruments: Mapping[str, Instrument]) -> str:
    terms = [
        [term.key, term.type, term.unit, term.supplier, *term.label, *term.question, sorted(term.choices.items())]
        for _, term in sorted(vocabulary.items())
    ]
    cited = [[item.id, *item.name, item.number, item.url, str(item.life)] for _, item in sorted(instruments.items())]
    measures = [[one.id, *one.label, *one.media, sorted(one.figures)] for one in vocabulary.measures.values()]
    return hashlib.sha256(canonical_json([terms, cited, measures])).hexdigest()


def _by_line(problem: Problem) -> tuple[str, int, str]:
    path, _, line = problem.where.rpartition(":")
    return (path, int(line), problem.what) if line.isdecimal() else (problem.where, 0, problem.what)


def _kept(path: Path, shown: str, reading: Reading) -> Period:
    """The days the rulebook is kept for, from `rulebook.yaml` where there is one."""
    if not path.exists():
        return Period()
    try:
        parts = reading.mapping(parse_yaml(read_text(path, MAX_BYTES), shown), ("kept", "note"), ("kept",))
    except DocumentError as error:
        reading.problems.extend(error.problems)
        return Period()
    return reading.period(parts.get("kept"))


def _instruments(path: Path, shown: str, reading: Reading) -> dict[str, Instrument]:
    try:
        root = parse_yaml(read_text(path, MAX_BYTES), shown)
    except DocumentError as error:
        reading.problems.extend(error.problems)
        return {}
    found: dict[str, Instrument] = {}
    for key, node in (root.mapping or {}).items():
        parts = reading.mapping(
            node,
            ("name", "number", "issuer", "url", "in_force", "repealed_by", "source"),
            ("name", "issuer", "in_force"),
        )
        life = reading.period(parts.get("in_force"))
        if life.start is None:
            reading.problem(node, f'"{key}" has no day of entry into force', "write in_force: {from: DAY}")
        found[key] = Instrument(
            key,
            reading.bilingual(parts.get("name"), needed=True),
            reading.text(parts.get("number")),
            reading.text(parts.get("issuer")),
            reading.text(parts.get("url")),
            life,
            reading.text(parts.get("repealed_by")),
            reading.text(parts.get("source")),
        )
    for key, instrument in found.items():
        if instrument.repealed_by and instrument.repealed_by not in found:
            reading.problem(
                (root.mapping or {})[key],
                f'"{key}" is repealed by unknown "{instrument.repealed_by}"',
                suggest(instrument.repealed_by, found),
            )
    return found


def expanded(root: Node, here: Path, folder: Path, reading: Reading) -> Iterator[Node]:
    """The rule (or the case) itself, or with `for_each` one filled copy for every row of its table."""
    mapping = root.mapping or {}
    if "for_each" not in mapping:
        yield root
        return
    node = mapping["for_each"]
    parts = {"table": node} if node.text is not None else reading.mapping(node, ("table", "where", "given"), ("table",))
    file = here / reading.text(parts.get("table")).replace("\0", "?")
    if not file.resolve().is_relative_to(folder.resolve()):
        reading.problem(node, "names a table outside the rulebook", "keep the CSV beside the rules")
        return
    try:
        rows = read_csv(file)
    except DocumentError as error:
        reading.problems.extend(error.problems)
        return
    where = (
        {key: reading.text(value) for key, value in (parts["where"].mapping or {}).items()} if "where" in parts else {}
    )
    given = reading.texts(parts.get("given"))
    columns = set(rows[0][1]) if rows else set()
    for column in (*where, *given):
        if column not in columns:
            reading.problem(node, f'the table has no column "{column}"', suggest(column, columns))
            return
    absent = [(place, name) for place, name in _columns_named(root) if name not in columns]
    for place, name in absent:
        reading.problem(place, f'the table has no column "{name}"', suggest(name, columns))
    if absent:
        return
    chosen = [
        row
        for _, row in rows
        if all(row[key] in value.split("|") for key, value in where.items()) and all(row[key] for key in given)
    ]
    if not chosen:
        reading.problem(node, "no row of the table is left", "check where and given")
    body = Node({key: value for key, value in mapping.items() if key != "for_each"}, root.line, root.source)
    for row in chosen:
        yield fill(body, row)


def _columns_named(node: Node) -> Iterator[tuple[Node, str]]:
    """Every `{column}` written under a node. A `{fact.key}` has a dot in it and is no column."""
    if isinstance(node.value, dict):
        for key, part in node.value.items():
            yield from ((part, name) for name in PLACE.findall(key) if "." not in name)
            yield from _columns_named(part)
    elif isinstance(node.value, list):
        for part in node.value:
            yield from _columns_named(part)
    else:
        yield from ((node, name) for name in PLACE.findall(node.text or "") if "." not in name)
