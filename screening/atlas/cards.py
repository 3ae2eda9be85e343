"""Layer cards and the atlas's own card: YAML nodes in, frozen data out, every problem with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from screening.atlas.crs import CGCS2000, WGS84, datum_error
from screening.atlas.layer import Absence, Card, Use
from screening.documents import Node
from screening.errors import Problem, QuantityError, suggest
from screening.quantity import parse_quantity
from screening.text import Text

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
MAX_TOLERANCE: Final = Fraction(10_000)

CARD_KEYS: Final = (
    *("id", "title", "kind", "geometry", "data", "crs", "tolerance", "source", "as_of", "stale_after", "in_force"),
    *("licence", "complete_within", "features", "attributes", "note", "invented"),
)
ATLAS_KEYS: Final = ("id", "title", "note", "invented", "layers", "absent")
_MEANINGS: Final[Mapping[Use, tuple[str, ...]]] = {
    Use.UNITS: ("code", "name", "class"),
    Use.ADMIN: ("code", "name"),
    Use.AREA: ("name",),
    Use.LINE: ("name",),
    Use.EXTENT: ("name",),
}
_NEEDED: Final[Mapping[Use, tuple[str, ...]]] = {Use.UNITS: ("code", "class"), Use.ADMIN: ("code",)}


@dataclass(slots=True)
class CardReader:
    """Reads values out of a mapping node and collects what is wrong with it in `problems`."""

    node: Node
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, node: Node | None, what: str, remedy: str) -> None:
        self.problems.append(Problem((node or self.node).where, what, remedy))

    def check_keys(self, known: Iterable[str]) -> None:
        words = list(known)
        for key, node in (self.node.mapping or {}).items():
            if key not in words:
                self.wrong(node, f'unknown key "{key[:60]}"', suggest(key, words) or "known keys: " + ", ".join(words))

    def get(self, key: str) -> Node | None:
        found = (self.node.mapping or {}).get(key)
        return None if found is None or found.value is None else found

    def text(self, key: str, needed: bool = True) -> str:
        found = self.get(key)
        if found is None:
            if needed:
                self.wrong((self.node.mapping or {}).get(key), f'"{key}" is missing', f"add `{key}:`")
            return ""
        if found.text is None:
            self.wrong(found, f'"{key}" is {found.kind()}, not text', "write one word or sentence")
        return found.text or ""

    def word(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        text = self.text(key)
        if text and not pattern.fullmatch(text):
            self.wrong(self.get(key), f'{key} "{text[:60]}" is not a plain identifier', f"write it like {example}")
        return text

    def wording(self, key: str, needed: bool) -> Text:
        found = self.get(key)
        if found is None or found.mapping is None:
            text = self.text(key, needed)
            return Text(text, text)
        inner = CardReader(found)
        inner.check_keys(("zh", "en"))
        words = Text(inner.text("zh", needed=False), inner.text("en", needed=False))
        self.problems += inner.problems
        return words

    def day(self, key: str, needed: bool = False) -> date | None:
        text = self.text(key, needed)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(self.get(key), f'{key} "{text[:40]}" is not a date', "write it like 2026-06-30")
            return None

    def flag(self, key: str) -> bool:
        text = self.text(key, needed=False)
        if text not in ("", "yes", "no"):
            self.wrong(self.get(key), f'{key} is "{text[:40]}"', "write yes or no")
        return text == "yes"


def read_card(node: Node) -> tuple[Card | None, list[Problem]]:
    """A layer's card, or None with every reason why not."""
    read = CardReader(node)
    if node.mapping is None:
        return None, [
            Problem(node.where, f"a card is a mapping, not {node.kind()}", "see zones/demo/layers for examples")
        ]
    read.check_keys(CARD_KEYS)
    use = _use(read)
    card = Card(
        id=read.word("id", _ID, "drinking-water-1"),
        title=read.wording("title", needed=True),
        kind=read.word("kind", _KIND, "drinking_water_1"),
        use=use,
        data=read.text("data"),
        crs=_crs(read),
        tolerance=_tolerance(read),
        source=read.wording("source", needed=True),
        as_of=read.day("as_of", needed=True) or date.min,
        licence=read.text("licence"),
        features=_count(read),
        stale_after=read.day("stale_after"),
        complete_within=read.text("complete_within", needed=False),
        attributes=_attributes(read, use),
        note=read.wording("note", needed=False),
        **_in_force(read),
    )
    read.flag("invented")
    return (None if read.problems else card), read.problems


def _use(read: CardReader) -> Use:
    text = read.text("geometry")
    try:
        return Use(text)
    except ValueError:
        if text:
            known = [str(use) for use in Use]
            read.wrong(
                read.get("geometry"),
                f'unknown geometry "{text[:40]}"',
                suggest(text, known) or "use one of " + ", ".join(known),
            )
        return Use.AREA


def _crs(read: CardReader) -> str:
    text = read.text("crs")
    if text and datum_error(text) is None:
        read.wrong(
            read.get("crs"),
            f'the coordinate system "{text[:40]}" is not read',
            f"convert the data to {CGCS2000} (or {WGS84})",
        )
    return text


def _tolerance(read: CardReader) -> Fraction:
    text = read.text("tolerance")
    if not text:
        return Fraction(0)
    try:
        metres = parse_quantity(text, "m")
    except QuantityError as error:
        read.wrong(read.get("tolerance"), error.problems[0].what, error.problems[0].remedy)
        return Fraction(0)
    if not 0 <= metres <= MAX_TOLERANCE:
        read.wrong(read.get("tolerance"), f'a tolerance of "{text[:40]}"', "give a length from 0 m to 10 km")
    return metres


def _count(read: CardReader) -> int:
    text = read.text("features")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        read.wrong(
            read.get("features"),
            f'"{text[:40]}" is not a number of features',
            "write how many features the data file has",
        )
        return 0
    return int(text or 0)


def _in_force(read: CardReader) -> dict[str, date | None]:
    found = read.get("in_force")
    if found is None:
        return {}
    if found.mapping is None:
        read.wrong(found, f"in_force is {found.kind()}", "write {from: 2025-01-01, until: }")
        return {}
    inner = CardReader(found)
    inner.check_keys(("from", "until"))
    first, last = inner.day("from"), inner.day("until")
    if first and last and last <= first:
        inner.wrong(found, f"in force until {last} but from {first}", "until is the first day it no longer holds")
    read.problems += inner.problems
    return {"in_force_from": first, "in_force_until": last}


def _attributes(read: CardReader, use: Use) -> dict[str, str]:
    found = read.get("attributes")
    given = found.mapping if found else None
    if found is not None and given is None:
        read.wrong(found, f"attributes is {found.kind()}", "write {name: the file's property for it}")
    known = _MEANINGS[use]
    attributes = {}
    for key, node in (given or {}).items():
        if key not in known:
            read.wrong(
                node,
                f'a layer of {use} has no attribute "{key[:40]}"',
                suggest(key, known) or "known: " + ", ".join(known),
            )
        elif node.text:
            attributes[key] = node.text
    for key in _NEEDED.get(use, ()):
        if key not in attributes:
            read.wrong(
                found,
                f"a layer of {use} needs to know which property is its {key}",
                f"add `attributes: {{{key}: ...}}`",
            )
    return attributes


def read_absences(node: Node) -> tuple[tuple[Absence, ...], list[Problem]]:
    """The kinds an atlas's card certifies absent."""
    if node.items is None:
        return (), [Problem(node.where, f"absent is {node.kind()}", "write a list of {kind, source}")]
    problems: list[Problem] = []
    absences = []
    for item in node.items:
        read = CardReader(item)
        if item.mapping is None:
            read.wrong(
                item, f"an absent kind is a mapping, not {item.kind()}", "write {kind: national_park, source: ...}"
            )
        else:
            read.check_keys(("kind", "source"))
            absences.append(
                Absence(read.word("kind", _KIND, "national_park"), read.wording("source", needed=True).get("zh"))
            )
        problems += read.problems
    return tuple(absences), problems
