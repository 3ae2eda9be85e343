"""The card of an access list: whose it is, since when, how it was read, and how its spreadsheet was laid out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

import yaml

from screening.documents import Node, parse_yaml
from screening.errors import suggest
from screening.rulebook.lists.clause import DIMENSION_WORDS, TYPE_WORDS, ClauseType, Dimension
from screening.rulebook.lists.layout import Column, Layout
from screening.rulebook.lists.sheet import Cells, Kinds, Origin, packed, unpacked
from screening.rulebook.model import Instrument, Level, Period
from screening.rulebook.reading import Reading
from screening.text import Text

T = TypeVar("T")
LIST_ID: Final = re.compile(r"[a-z0-9][a-z0-9\-]{2,59}")
JURISDICTION: Final = re.compile(r"\d{2}|\d{4}|\d{6}")
_KEYS: Final = (
    "id", "title", "jurisdiction", "edition", "instrument", "effective", "source", "licence", "checked", "note",
    "dimensions", "clause_types", "table", "published",
)  # fmt: skip
_REQUIRED: Final = ("id", "title", "jurisdiction", "instrument", "effective", "checked", "table", "published")
_TABLE: Final = ("sha256", "units_sha256", "rows", "clauses", "encoded", "read_with")
_PUBLISHED: Final = (
    "name", "sha256", "exact", "format", "encoding", "line_end", "ends", "sheet", "above", "header_kinds", "columns",
    "filled_down",
)  # fmt: skip
_LINE_ENDS: Final = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


@dataclass(frozen=True, slots=True)
class Published:
    """The spreadsheet a list came from. `exact`: written back it is the same bytes, not only the same cells.

    `above` are the rows before its header, each with the kinds of its cells; `filled_down` the columns whose empty cells
    stand for the cell above.
    """

    name: str
    sha256: str
    exact: bool
    origin: Origin
    layout: Layout
    above: tuple[tuple[Cells, Kinds], ...] = ()
    header_kinds: Kinds = field(default_factory=dict)
    filled_down: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What the card pins of the list's files: their SHA-256, how much is in them, and the vocabulary they were read with."""

    sha256: str
    units_sha256: str
    rows: int
    clauses: int
    encoded: int
    read_with: str


@dataclass(frozen=True, slots=True)
class ListCard:
    """All that is said of a list once. `declared` is its instrument where the register does not hold it.

    `dimensions` and `clause_types` are the list's own words for them, beside those known to all lists. `table` is empty
    until the list is written.
    """

    id: str
    title: Text
    jurisdiction: str
    instrument: str
    effective: Period
    level: Level
    published: Published
    checked_on: date | None = None
    declared: Instrument | None = None
    edition: str = ""
    source: str = ""
    licence: str = ""
    note: str = ""
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    clause_types: Mapping[str, ClauseType] = field(default_factory=dict)
    table: Table = Table("", "", 0, 0, 0, "")

    @property
    def dimension_words(self) -> Mapping[str, Dimension]:
        return {**DIMENSION_WORDS, **self.dimensions}

    @property
    def type_words(self) -> Mapping[str, ClauseType]:
        return {**TYPE_WORDS, **self.clause_types}

    def meaning(self) -> list[Any]:
        """What of the card its rules depend on, as plain data for a digest."""
        declared = self.declared
        return [
            self.id, list(self.title), self.jurisdiction, self.instrument, str(self.effective), self.level.value,
            str(self.checked_on), sorted(self.dimensions.items()), sorted(self.clause_types.items()),
            [declared.id, *declared.name, declared.number, declared.url, str(declared.life)] if declared else None,
            [[column.name, column.kept] for column in self.published.layout.columns], self.table.sha256,
        ]  # fmt: skip


class _Dumper(yaml.SafeDumper):
    """Writes every value out: our reader knows no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_card(card: ListCard) -> str:
    """The card as YAML, which `read_card` reads back to the same card."""
    origin, declared = card.published.origin, card.declared
    instrument: Any = card.instrument
    if declared is not None:
        instrument = {
            "id": declared.id,
            "name": declared.name.plain(),
            "number": declared.number,
            "issuer": declared.issuer,
            "url": declared.url,
            "in_force": _period(declared.life),
        }
    written: dict[str, Any] = {
        "id": card.id,
        "title": card.title.plain(),
        "jurisdiction": card.jurisdiction,
        "edition": card.edition,
        "instrument": instrument,
        "effective": _period(card.effective),
        "source": card.source,
        "licence": card.licence,
        "checked": {"level": card.level.value, **({"on": card.checked_on.isoformat()} if card.checked_on else {})},
        "note": card.note,
        "dimensions": {word: dimension.value for word, dimension in card.dimensions.items()},
        "clause_types": {word: kind.value for word, kind in card.clause_types.items()},
        "table": {key: str(getattr(card.table, key)) for key in _TABLE},
        "published": {
            "name": card.published.name,
            "sha256": card.published.sha256,
            "exact": "yes" if card.published.exact else "no",
            "format": origin.form,
            "encoding": origin.encoding,
            "line_end": next((word for word, end in _LINE_ENDS.items() if end == origin.line_end), ""),
            "ends": "yes" if origin.ends else "no",
            "sheet": origin.sheet,
            "above": [{"cells": list(cells), "kinds": packed(kinds)} for cells, kinds in card.published.above],
            "header_kinds": packed(card.published.header_kinds),
            "columns": [{"name": column.name, "kept": column.kept} for column in card.published.layout.columns],
            "filled_down": list(card.published.filled_down),
        },
    }
    text = yaml.dump(_said(written), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)
    return str(text)


def _said(value: dict[str, Any]) -> dict[str, Any]:
    """A mapping without what says nothing, two levels deep; cells and names of columns stay as they are."""
    kept = {key: _said(part) if key in ("published", "instrument") and isinstance(part, dict) else part
            for key, part in value.items()}  # fmt: skip
    return {key: part for key, part in kept.items() if part not in ("", {}, [])}


def _period(period: Period) -> dict[str, str]:
    ends = {"from": period.start, "until": period.until}
    return {key: day.isoformat() for key, day in ends.items() if day is not None}


def read_card(text: str, shown: str, reading: Reading) -> ListCard | None:
    """The card in a YAML text, or None when it has problems (they are in `reading`). Raises DocumentError for no YAML."""
    before = len(reading.problems)
    root = parse_yaml(text, shown)
    parts = reading.mapping(root, _KEYS, _REQUIRED)
    list_id = reading.text(parts.get("id"))
    if list_id and not LIST_ID.fullmatch(list_id):
        reading.problem(parts["id"], f'"{list_id[:60]}" is no list id', "use 3 to 60 lower-case letters, digits and -")
    jurisdiction = reading.text(parts.get("jurisdiction"))
    if jurisdiction and not JURISDICTION.fullmatch(jurisdiction):
        reading.problem(parts["jurisdiction"], f'"{jurisdiction}" is no jurisdiction', "write 2, 4 or 6 digits")
    effective = reading.period(parts.get("effective"))
    if effective.start is None and "effective" in parts:
        reading.problem(parts["effective"], "has no first day", "write from: DAY")
    instrument, declared = _instrument(parts.get("instrument"), reading)
    checked = reading.mapping(parts["checked"], ("level", "on"), ("level",)) if "checked" in parts else {}
    level = _word(checked.get("level"), {item.value: item for item in Level}, reading) or Level.MEMORY
    checked_on = reading.day(checked.get("on"))
    dimensions = _words(parts.get("dimensions"), {item.value: item for item in Dimension}, reading)
    clause_types = _words(parts.get("clause_types"), {item.value: item for item in ClauseType}, reading)
    table = reading.mapping(parts["table"], _TABLE, _TABLE) if "table" in parts else {}
    published = _published(parts["published"], reading) if "published" in parts else None
    counts = [_count(table.get(key), reading) for key in ("rows", "clauses", "encoded")]
    if len(reading.problems) > before or published is None:
        return None
    return ListCard(
        id=list_id,
        title=reading.bilingual(parts.get("title"), needed=True),
        jurisdiction=jurisdiction,
        instrument=instrument,
        effective=effective,
        level=level,
        published=published,
        checked_on=checked_on,
        declared=declared,
        edition=reading.text(parts.get("edition")),
        source=reading.text(parts.get("source")),
        licence=reading.text(parts.get("licence")),
        note=reading.text(parts.get("note")),
        dimensions=dimensions,
        clause_types=clause_types,
        table=Table(
            _verbatim(table.get("sha256")), _verbatim(table.get("units_sha256")), counts[0], counts[1], counts[2],
            _verbatim(table.get("read_with")),
        ),
    )  # fmt: skip


def _instrument(node: Node | None, reading: Reading) -> tuple[str, Instrument | None]:
    """The id of an instrument of the register, or one declared here with the keys it has there."""
    if node is None or node.mapping is None:
        return reading.text(node), None
    parts = reading.mapping(node, ("id", "name", "number", "issuer", "url", "in_force"), ("id", "name", "in_force"))
    life = reading.period(parts.get("in_force"))
    if life.start is None:
        reading.problem(node, "has no day of entry into force", "write in_force: {from: DAY}")
    found = Instrument(
        reading.text(parts.get("id")),
        reading.bilingual(parts.get("name"), needed=True),
        reading.text(parts.get("number")),
        reading.text(parts.get("issuer")),
        reading.text(parts.get("url")),
        life,
    )
    return found.id, found


def _published(node: Node, reading: Reading) -> Published:
    parts = reading.mapping(node, _PUBLISHED, ("name", "sha256", "format", "columns"))
    columns: list[Column] = []
    for item in (parts["columns"].items or ()) if "columns" in parts else ():
        cells = reading.mapping(item, ("name", "kept"), ("kept",))
        columns.append(Column(_verbatim(cells.get("name")), _verbatim(cells.get("kept"))))
    above: list[tuple[Cells, Kinds]] = []
    for item in (parts["above"].items or ()) if "above" in parts else ():
        cells = reading.mapping(item, ("cells", "kinds"))
        row = tuple(_verbatim(cell) for cell in (cells["cells"].items or ())) if "cells" in cells else ()
        above.append((row, _kinds(cells.get("kinds"), reading)))
    form = _verbatim(parts.get("format"))
    if form not in ("csv", "xlsx"):
        reading.problem(parts.get("format", node), f'"{form[:20]}" is no format', "write csv or xlsx")
    origin = Origin(
        form,
        _verbatim(parts.get("encoding")),
        _LINE_ENDS.get(_verbatim(parts.get("line_end")), ""),
        _verbatim(parts.get("ends")) != "no",
        _verbatim(parts.get("sheet")),
    )
    return Published(
        _verbatim(parts.get("name")),
        _verbatim(parts.get("sha256")),
        _verbatim(parts.get("exact")) == "yes",
        origin,
        Layout(tuple(columns)),
        tuple(above),
        _kinds(parts.get("header_kinds"), reading),
        tuple(_verbatim(item) for item in (parts["filled_down"].items or ())) if "filled_down" in parts else (),
    )


def _verbatim(node: Node | None) -> str:
    """The text at a node with the spaces it has: names of columns and cells are kept as they were."""
    return (node.text or "") if node is not None else ""


def _kinds(node: Node | None, reading: Reading) -> dict[int, str]:
    try:
        return unpacked(_verbatim(node))
    except ValueError:
        reading.problem(node or "", "is no list of cell kinds", "import the list again")
        return {}


def _count(node: Node | None, reading: Reading) -> int:
    text = _verbatim(node)
    if node is not None and not text.isdecimal():
        reading.problem(node, f'"{text[:20]}" is no count', "import the list again")
        return 0
    return int(text or 0)


def _word(node: Node | None, known: Mapping[str, T], reading: Reading) -> T | None:
    text = reading.text(node)
    if node is not None and text not in known:
        reading.problem(node, f'"{text[:40]}" is not known here', suggest(text, known) or f"use {', '.join(known)}")
    return known.get(text)


def _words(node: Node | None, known: Mapping[str, T], reading: Reading) -> dict[str, T]:
    if node is None:
        return {}
    found = {word: _word(part, known, reading) for word, part in (node.mapping or {}).items()}
    return {word: value for word, value in found.items() if value is not None}
