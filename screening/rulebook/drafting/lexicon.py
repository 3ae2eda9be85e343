"""The lexicon in: words of published clauses, and what each says in facts of the vocabulary.

A word that is in no entry is unread. A fact the vocabulary does not have yet is declared under `wanted`; words that need
it are read, and narrow nothing until the vocabulary has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import RulebookError
from screening.rulebook.conditions import read_condition
from screening.rulebook.reading import Reading
from screening.rulebook.terms import Type
from screening.rulebook.vocabulary import Vocabulary

FOLDER: Final = "vocabulary/lexicon"
MAX_BYTES: Final = 2_000_000
SECTOR: Final = "project.sector"
_MADE: Final = ("制造", "加工", "生产", "冶炼", "开采", "采选", "养殖", "发电")

Tests = Mapping[str, Any]
"""A condition as a rule file writes it: `{project.fuels: {has: [coal]}}`, with `any` and `all`."""


class Kind(StrEnum):
    """What a word does in a clause.

    `place` and `subject` narrow; `works` narrows by the kind of works; `bar` says that something is barred, `only` that
    all else is; `that` speaks of the place named before; `lead` begins a part that
    encourages or plans; `then` begins a part that says what follows for whom the part before spoke of; `plain` says
    nothing about who is meant.
    """

    PLACE = "place"
    SUBJECT = "subject"
    WORKS = "works"
    BAR = "bar"
    ONLY = "only"
    THAT = "that"
    LEAD = "lead"
    THEN = "then"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Entry:
    """A word and what it says. `tests` None: it narrows nothing (everyone, everywhere). `wants`: facts not there yet."""

    word: str
    kind: Kind
    tests: Tests | None = None
    wants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """Every entry by its word; `names` are patterns of proper names, which say nothing about who is meant."""

    entries: Mapping[str, Entry]
    names: tuple[re.Pattern[str], ...]
    wanted: Mapping[str, str]
    """Facts that clauses speak of and the vocabulary does not have, with their Chinese names."""

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.entries), default=0)

    def at(self, text: str, place: int) -> Entry | None:
        """The longest entry that begins at a place of a text."""
        for length in range(min(self.longest, len(text) - place), 0, -1):
            found = self.entries.get(text[place : place + length])
            if found is not None:
                return found
        return None


def read_lexicon(folder: Path, vocabulary: Vocabulary) -> Lexicon:
    """The lexicon of a rulebook folder. Raises RulebookError with every problem.

    The names of the sectors are words too: `水泥制造`. A word written in the lexicon goes before them.
    """
    reading = Reading()
    entries: dict[str, Entry] = {}
    names: list[re.Pattern[str]] = []
    wanted: dict[str, str] = {}
    nodes: list[Node] = []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        try:
            nodes.append(parse_yaml(read_text(path, MAX_BYTES), f"{folder.name}/{FOLDER}/{path.name}"))
        except DocumentError as error:
            reading.problems.extend(error.problems)
    if not nodes and not reading.problems:
        reading.problem(f"{folder.name}/{FOLDER}", "has no lexicon", "add a .yaml file of words")
    roots = [reading.mapping(node, ("wanted", "names", *Kind)) for node in nodes]
    for parts in roots:
        for key, node in (parts["wanted"].mapping or {}).items() if "wanted" in parts else ():
            wanted[key] = reading.text(node)
    lacking = {key: words for key, words in wanted.items() if key not in vocabulary}
    for parts in roots:
        for node in (parts["names"].items or ()) if "names" in parts else ():
            names.extend(_pattern(node, reading))
        for kind in Kind:
            for node in (parts[kind].items or ()) if kind in parts else ():
                for entry in _entries(node, kind, vocabulary, lacking, reading):
                    if entry.word in entries:
                        reading.problem(node, f'"{entry.word}" stands twice', "keep one")
                    entries[entry.word] = entry
    if reading.problems:
        raise RulebookError(reading.problems)
    for word, code in _sector_names(vocabulary):
        entries.setdefault(word, Entry(word, Kind.SUBJECT, {SECTOR: {"in": [code]}}))
    return Lexicon(entries, tuple(names), lacking)


def _pattern(node: Node, reading: Reading) -> Iterable[re.Pattern[str]]:
    try:
        yield re.compile(reading.text(node))
    except re.error as error:
        reading.problem(node, f"is no pattern: {error}", "correct it")


def _entries(
    node: Node, kind: Kind, vocabulary: Vocabulary, lacking: Mapping[str, str], reading: Reading
) -> Iterable[Entry]:
    """`{words: [...], when: CONDITION}`, or for words without a condition the word itself."""
    if node.mapping is None:
        words: tuple[str, ...] = (reading.text(node),)
        when = None
    else:
        parts = reading.mapping(node, ("words", "when"), ("words",))
        words, when = reading.texts(parts.get("words")), parts.get("when")
    if kind not in (Kind.PLACE, Kind.WORKS, Kind.SUBJECT) and when is not None:
        reading.problem(node, f"a {kind.value} has no `when`", "make it a subject, a place or works")
    wants = tuple(sorted({key for key in _keys(when) if key in lacking})) if when is not None else ()
    if when is not None and not wants:
        before = len(reading.problems)
        if read_condition(when, vocabulary, reading) is None and len(reading.problems) == before:
            reading.problem(when, "says nothing", "write FACT: {TEST: VALUE}")
    tests = when.plain() if when is not None and not wants else None
    for word in words:
        if not word:
            reading.problem(node, "an empty word", "remove it")
        yield Entry(word, kind, tests, wants)


def _keys(node: Node) -> Iterable[str]:
    for item in node.items or ():
        yield from _keys(item)
    for key, value in (node.mapping or {}).items():
        if key in ("any", "all", "none"):
            yield from _keys(value)
        else:
            yield key


def _sector_names(vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    """The names of sectors as clauses write them, each with its code. Names that begin with `其他` are left out."""
    term = vocabulary.get(SECTOR)
    if term is None or term.type is not Type.SECTOR:
        return
    for code, label in term.choices.items():
        name = label.zh
        if name.endswith(_MADE) and not name.startswith("其他") and len(name) > 3:
            yield name, code


def joined(how: str, parts: Sequence[Tests]) -> Tests:
    """Several conditions as one, each once, tests of one fact put together where they are lists of words."""
    found: dict[str, Tests] = {}
    lists: dict[tuple[str, str], list[str]] = {}
    for part in parts:
        flat = part[how] if list(part) == [how] else [part]
        for one in flat:
            name = _list_test(one) if how == "any" else None
            if name is not None:
                own = lists.setdefault(name, [])
                own.extend(word for word in one[name[0]][name[1]] if word not in own)
                found[repr(name)] = {name[0]: {name[1]: own}}
            else:
                found[repr(one)] = one
    ready = list(found.values())
    return ready[0] if len(ready) == 1 else {how: ready}


def _list_test(part: Tests) -> tuple[str, str] | None:
    """The fact and test of `{FACT: {in|has: [words]}}`, or None for any other condition."""
    if len(part) != 1:
        return None
    ((fact, test),) = part.items()
    if not isinstance(test, Mapping) or len(test) != 1:
        return None
    ((name, words),) = test.items()
    return (fact, name) if name in ("in", "has") and isinstance(words, list) else None
