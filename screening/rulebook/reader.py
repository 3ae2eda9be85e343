"""The rulebook in: instruments, vocabulary, tables and rules, every problem at once with its file and line."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from screening.decision import canonical_json
from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import Problem, RulebookError, suggest
from screening.rulebook.conditions import read_condition
from screening.rulebook.model import (
    AllOf,
    Citation,
    Condition,
    Effect,
    Instrument,
    Level,
    Not,
    Op,
    Period,
    Rule,
    Test,
    tests_of,
)
from screening.rulebook.reading import Reading
from screening.rulebook.vocabulary import Type, Vocabulary
from screening.rulebook.words import MAX_BYTES, fill, read_csv, read_vocabulary
from screening.text import NOTHING, Text

_RULE_KEYS: Final = (
    "id", "title", "jurisdiction", "effective", "for_each", "basis", "when", "unless", "outcome", "classifies",
    "message", "remedy", "question", "checked", "readings", "not_encoded",
)  # fmt: skip
_REQUIRED: Final = ("id", "title", "jurisdiction", "effective", "basis", "when", "outcome", "checked")
RULE_ID: Final = re.compile(r"[a-z0-9][a-zA-Z0-9_.\-]{2,119}")
_JURISDICTION: Final = re.compile(r"CN|\d{2}|\d{4}|\d{6}|(basin|region)_[a-z_]+|ZH\d{6}[123]\d{4,5}")
PLACE: Final = re.compile(r"\{([^{}]*)\}")
EVERYWHERE: Final = "CN"
JURISDICTIONS: Final = "site.jurisdictions"


@dataclass(frozen=True)
class Rulebook:
    """All rules, whatever their dates, with the vocabulary and the instruments they rest on."""

    rules: tuple[Rule, ...]
    vocabulary: Vocabulary
    instruments: Mapping[str, Instrument]
    root: str = ""

    @classmethod
    def load(cls, folder: str | Path) -> Rulebook:
        """The rulebook under `folder`. Raises RulebookError with every problem found."""
        return read_rulebook(Path(folder))

    def in_force(self, day: date) -> tuple[Rule, ...]:
        """The rules in force on a day, in the order of their ids."""
        return tuple(rule for rule in self.rules if rule.effective.covers(day))

    def find(self, rule_id: str, day: date | None = None) -> Rule | None:
        """A rule by id: the version in force on `day`, else the latest."""
        versions = [rule for rule in self.rules if rule.id == rule_id]
        if day is not None:
            return next((rule for rule in versions if rule.effective.covers(day)), None)
        return max(versions, key=lambda rule: rule.effective.start or date.min, default=None)

    def only(self, rules: Iterable[Rule]) -> Rulebook:
        """The same rulebook with only some of its rules, or with others."""
        return Rulebook(tuple(sorted(rules, key=_order)), self.vocabulary, self.instruments, self.root)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the digests of all rules, with the level and the period they have here, in order of their ids."""
        lines = (f"{rule.id} {rule.digest} {rule.level} {rule.effective}" for rule in self.rules)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _order(rule: Rule) -> tuple[str, date]:
    return rule.id, rule.effective.start or date.min


def rule_files(folder: Path) -> Iterator[Path]:
    """Every rule file under a folder: YAML that is neither cases, vocabulary nor the instrument register."""
    for path in sorted(folder.rglob("*.yaml")):
        inside = path.relative_to(folder)
        if (
            inside.parts[0] != "vocabulary"
            and inside.as_posix() != "instruments.yaml"
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
    rules: list[Rule] = []
    for path in rule_files(folder):
        shown = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            root = parse_yaml(read_text(path, MAX_BYTES), shown)
        except DocumentError as error:
            reading.problems.extend(error.problems)
            continue
        for node in _rows(root, path.parent, folder, reading):
            rule = _rule(node, shown, vocabulary, instruments, reading)
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
    return Rulebook(tuple(rules), vocabulary, instruments, str(folder))


def _by_line(problem: Problem) -> tuple[str, int, str]:
    path, _, line = problem.where.rpartition(":")
    return (path, int(line), problem.what) if line.isdecimal() else (problem.where, 0, problem.what)


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


def _rows(root: Node, here: Path, folder: Path, reading: Reading) -> Iterator[Node]:
    """The rule itself, or with `for_each` one filled copy for every row of its table."""
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
    family = reading.text(mapping.get("id"))
    for row in chosen:
        yield fill(body, {**row, "__family__": family})


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


def _rule(
    node: Node, path: str, vocabulary: Vocabulary, instruments: Mapping[str, Instrument], reading: Reading
) -> Rule | None:
    before = len(reading.problems)
    parts = reading.mapping(node, _RULE_KEYS, _REQUIRED)
    rule_id = reading.text(parts.get("id"))
    if rule_id and not RULE_ID.fullmatch(rule_id):
        reading.problem(
            node, f'"{rule_id[:60]}" is not a rule id', "use letters, digits, - and . (and a column, with for_each)"
        )
    jurisdiction = reading.text(parts.get("jurisdiction"))
    if jurisdiction and not _JURISDICTION.fullmatch(jurisdiction):
        reading.problem(
            parts["jurisdiction"],
            f'"{jurisdiction}" is no jurisdiction',
            "CN, a 2, 4 or 6 digit code, basin_x or a unit code",
        )
    effective = reading.period(parts.get("effective"))
    if "effective" in parts and effective.start is None:
        reading.problem(parts["effective"], "has no first day", "write from: DAY")
    when = read_condition(parts["when"], vocabulary, reading) if "when" in parts else None
    unless = read_condition(parts["unless"], vocabulary, reading, negated=True) if "unless" in parts else None
    effect, classifies = _effect(parts, node, vocabulary, (*tests_of(when), *tests_of(unless)), reading)
    basis = _basis(parts.get("basis"), effective, instruments, reading)
    level, checked_on = _checked(parts.get("checked"), reading)
    message, remedy = reading.bilingual(parts.get("message")), reading.bilingual(parts.get("remedy"))
    question = reading.bilingual(parts.get("question"))
    for text_node in (parts.get("message"), parts.get("remedy"), parts.get("question"), parts.get("title")):
        _places(text_node, vocabulary, reading)
    if effect is not Effect.CLASSIFY and message == NOTHING and question == NOTHING:
        reading.problem(node, "says nothing to the applicant", "write message: {zh: ..., en: ...}")
    if question != NOTHING and effect is not Effect.REVIEW:
        reading.problem(
            node, "a question belongs to a rule whose outcome is review", "change the outcome or drop the question"
        )
    if len(reading.problems) > before or when is None or effect is None:
        return None
    if jurisdiction != EVERYWHERE:
        when = AllOf(
            (
                Test(JURISDICTIONS, Op.HAS, frozenset({jurisdiction}), jurisdiction),
                *(when.parts if isinstance(when, AllOf) else (when,)),
            )
        )
    meaning = {"words": node.plain(), "when": _plain(when), "unless": _plain(unless) if unless else None}
    return Rule(
        id=rule_id,
        title=reading.bilingual(parts.get("title"), needed=True),
        jurisdiction=jurisdiction,
        effective=effective,
        basis=basis,
        when=when,
        unless=unless,
        effect=effect,
        classifies=classifies,
        message=message,
        remedy=remedy,
        question=question,
        level=level,
        checked_on=checked_on,
        readings=reading.texts(parts.get("readings")),
        not_encoded=reading.texts(parts.get("not_encoded")),
        path=path,
        line=node.line,
        digest=hashlib.sha256(canonical_json(meaning)).hexdigest(),
    )


def _effect(
    parts: Mapping[str, Node], node: Node, vocabulary: Vocabulary, tests: Iterable[Test], reading: Reading
) -> tuple[Effect | None, str]:
    try:
        effect = Effect(reading.text(parts.get("outcome")))
    except ValueError:
        if "outcome" in parts:
            reading.problem(parts["outcome"], "unknown outcome", f"use {', '.join(Effect)}")
        return None, ""
    classifies = reading.text(parts.get("classifies"))
    if (effect is Effect.CLASSIFY) != bool(classifies):
        reading.problem(node, "classifies and `outcome: classify` belong together", "write both or neither")
    if classifies:
        term = vocabulary.terms.get(classifies)
        if term is None or term.type is not Type.FLAG or not classifies.startswith("class."):
            known = [key for key in vocabulary.terms if key.startswith("class.")]
            reading.problem(parts["classifies"], f'"{classifies}" is no class.* flag', suggest(classifies, known))
    if effect is Effect.REJECT and any(test.op in (Op.MISSING, Op.GIVEN) for test in tests):
        reading.problem(node, "a missing fact cannot reject a project", "make the outcome review, or drop `given`")
    return effect, classifies


def _basis(
    node: Node | None, effective: Period, instruments: Mapping[str, Instrument], reading: Reading
) -> tuple[Citation, ...]:
    found: list[Citation] = []
    for item in (node.items or ()) if node is not None else ():
        parts = reading.mapping(item, ("instrument", "clause"), ("instrument", "clause"))
        key = reading.text(parts.get("instrument"))
        instrument = instruments.get(key)
        if instrument is None:
            reading.problem(
                item, f'unknown instrument "{key}"', suggest(key, instruments) or "add it to rules/instruments.yaml"
            )
        elif effective.start is not None and not effective.within(instrument.life):
            life = f"{instrument.life.start} to {instrument.life.until or 'now'}"
            reading.problem(
                item, f'"{key}" is law only from {life}', "cite what was in force, or bound the rule with from / until"
            )
        found.append(Citation(key, reading.text(parts.get("clause"))))
    if node is not None and not found:
        reading.problem(node, "rests on nothing", "list {instrument: ..., clause: ...}")
    return tuple(found)


def _checked(node: Node | None, reading: Reading) -> tuple[Level, date | None]:
    parts = reading.mapping(node, ("level", "on", "note"), ("level",)) if node is not None else {}
    try:
        return Level(reading.text(parts.get("level"), "memory")), reading.day(parts.get("on"))
    except ValueError:
        reading.problem(parts["level"], "unknown level", f"use {', '.join(Level)}")
        return Level.MEMORY, None


def _places(node: Node | None, vocabulary: Vocabulary, reading: Reading) -> None:
    for part in (node.mapping or {}).values() if node is not None else ():
        for key in PLACE.findall(part.text or ""):
            if key not in vocabulary.terms:
                reading.problem(
                    part,
                    f'"{{{key}}}" is neither a column nor a fact',
                    suggest(key, vocabulary.terms) or "write a fact key",
                )


def _plain(condition: Condition) -> Any:
    """A condition as plain JSON data, sets sorted and numbers exact: what the digest of a rule is made over."""
    match condition:
        case Test():
            value = sorted(condition.value) if isinstance(condition.value, frozenset) else str(condition.value)
            return [condition.fact, condition.op.value, value]
        case Not():
            return {"not": _plain(condition.part)}
        case AllOf():
            return {"all": [_plain(part) for part in condition.parts]}
        case _:
            return {"any": [_plain(part) for part in condition.parts]}


def title_of(instruments: Mapping[str, Instrument], citation: Citation) -> Text:
    """The name of what a citation cites."""
    instrument = instruments.get(citation.instrument)
    return instrument.name if instrument else Text(citation.instrument, citation.instrument)
