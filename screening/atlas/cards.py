"""Layer cards and the atlas's own card: YAML nodes in, frozen data out, every problem with its line; and back again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import yaml

from screening.atlas.card_reader import CardReader
from screening.atlas.counts import COUNTED, Counts
from screening.atlas.crs import CGCS2000, WGS84, datum_error
from screening.atlas.layer import Absence, Card, Stored, Transformed, Use
from screening.documents import Node
from screening.errors import Problem, suggest
from screening.text import NOTHING, Text

_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")

CARD_KEYS: Final = (
    *("id", "title", "kind", "geometry", "data", "crs", "transformed", "tolerance", "source", "as_of", "recorded"),
    *("stale_after", "in_force", "licence", "complete_within", "features", "attributes", "counts", "original"),
    *("stored", "note", "invented"),
)
ATLAS_KEYS: Final = ("id", "title", "note", "invented", "layers", "absent")
ORIGINAL_KEYS: Final = ("file", "sha256", "form", "layer", "encoding", "declared")
MEANINGS: Final[Mapping[Use, tuple[str, ...]]] = {
    Use.UNITS: (
        *("code", "name", "class", "province", "city", "county", "element_code", "element_name"),
        *("spatial_layout", "emission_control", "risk_control", "resource_efficiency", "note"),
    ),
    Use.ADMIN: ("code", "name"),
    Use.AREA: ("name",),
    Use.LINE: ("name",),
    Use.EXTENT: ("name",),
}
"""What an attribute of a layer may mean, by the layer's use."""

NEEDED: Final[Mapping[Use, tuple[str, ...]]] = {Use.UNITS: ("code", "class"), Use.ADMIN: ("code",)}


def read_card(node: Node) -> tuple[Card | None, list[Problem]]:
    """A layer's card, or None with every reason why not."""
    read = CardReader(node)
    if node.mapping is None:
        return None, [
            Problem(node.where, f"a card is a mapping, not {node.kind()}", "see zones/demo/layers for examples")
        ]
    read.check_keys(CARD_KEYS)
    use = _use(read)
    as_of = read.day("as_of", needed=True) or date.min
    stale_after, never_stale = _staleness(read)
    first, last = _in_force(read)
    card = Card(
        id=read.word("id", _ID, "drinking-water-1"),
        title=read.wording("title", needed=True),
        kind=read.word("kind", _KIND, "drinking_water_1"),
        use=use,
        data=read.text("data"),
        crs=_crs(read),
        tolerance=read.metres("tolerance"),
        source=read.wording("source", needed=True),
        as_of=as_of,
        licence=read.text("licence"),
        features=read.number("features", "features", "write how many features the data file has"),
        recorded=read.day("recorded") or as_of,
        stale_after=stale_after,
        never_stale=never_stale,
        in_force_from=first,
        in_force_until=last,
        complete_within=read.text("complete_within", needed=False),
        attributes=_attributes(read, use),
        transformed=_transformed(read),
        counts=_counts(read),
        original=_original(read),
        stored=_stored(read),
        note=read.wording("note", needed=False),
        invented=read.flag("invented"),
    )
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


def _staleness(read: CardReader) -> tuple[date | None, Text]:
    """The day from which the layer is not relied on any more; none only where the card says why."""
    found = read.get("stale_after")
    if found is not None and found.mapping is not None:
        inner = CardReader(found, read.problems)
        inner.check_keys(("never",))
        return None, inner.wording("never", needed=True)
    if found is not None and found.text == "never":
        read.wrong(found, "stale_after: never without a reason", "write {never: why it does not go stale}")
        return None, NOTHING
    if found is None:
        remedy = "add `stale_after: 2031-06-30`, the day by which it must be renewed, or `{never: why}`"
        read.wrong((read.node.mapping or {}).get("stale_after"), '"stale_after" is missing', remedy)
        return None, NOTHING
    return read.day("stale_after"), NOTHING


def _in_force(read: CardReader) -> tuple[date | None, date | None]:
    inner = read.inside("in_force", "{from: 2025-01-01, until: }")
    if inner is None:
        return None, None
    inner.check_keys(("from", "until"))
    first, last = inner.day("from"), inner.day("until")
    if first and last and last <= first:
        inner.wrong(None, f"in force until {last} but from {first}", "until is the first day it no longer holds")
    return first, last


def _attributes(read: CardReader, use: Use) -> dict[str, str]:
    found = read.get("attributes")
    inner = read.inside("attributes", "{name: the file's property for it}")
    known = MEANINGS[use]
    attributes = {}
    for key, node in ((inner.node.mapping or {}) if inner else {}).items():
        if key not in known:
            read.wrong(
                node,
                f'a layer of {use} has no attribute "{key[:40]}"',
                suggest(key, known) or "known: " + ", ".join(known),
            )
        elif node.text:
            attributes[key] = node.text
    for key in NEEDED.get(use, ()):
        if key not in attributes:
            read.wrong(
                found,
                f"a layer of {use} needs to know which property is its {key}",
                f"add `attributes: {{{key}: ...}}`",
            )
    return attributes


def _transformed(read: CardReader) -> Transformed | None:
    inner = read.inside("transformed", '{from: "EPSG:4526", error: 0.01 m}')
    if inner is None:
        return None
    inner.check_keys(("from", "error"))
    return Transformed(inner.text("from"), inner.metres("error"))


def _counts(read: CardReader) -> Counts | None:
    inner = read.inside("counts", "{read: 44, unread: 0}")
    if inner is None:
        return None
    inner.check_keys(COUNTED)
    names = [name for name in COUNTED if inner.get(name) is not None]
    return Counts.of({name: inner.number(name, "features", "write a whole number") for name in names})


def _original(read: CardReader) -> dict[str, str] | None:
    inner = read.inside("original", "{file: name, sha256: digest}")
    if inner is None:
        return None
    inner.check_keys(ORIGINAL_KEYS)
    return {key: inner.text(key, needed=False) for key in ORIGINAL_KEYS if inner.get(key) is not None}


def _stored(read: CardReader) -> dict[str, Stored] | None:
    inner = read.inside("stored", "{data.parquet: {bytes: 1024, sha256: digest}}")
    if inner is None:
        return None
    stored = {}
    for name in inner.node.mapping or {}:
        one = inner.inside(name, "{bytes: 1024, sha256: digest}")
        if one is not None:
            one.check_keys(("bytes", "sha256"))
            size = one.number("bytes", "bytes", "write the length of the file in bytes")
            stored[name] = Stored(size, one.word("sha256", _DIGEST, "its 64 hexadecimal digits"))
    return stored


def card_text(card: Card) -> str:
    """A card as YAML that `read_card` reads as the same card, its keys in the order they are asked about."""
    in_force = {"from": card.in_force_from, "until": card.in_force_until}
    came = card.transformed
    given: dict[str, Any] = {
        "id": card.id,
        "title": _plain(card.title),
        "kind": card.kind,
        "geometry": str(card.use),
        "data": card.data,
        "crs": card.crs,
        "transformed": {"from": came.source, "error": metres_text(came.error)} if came else None,
        "tolerance": metres_text(card.tolerance),
        "source": _plain(card.source),
        "as_of": card.as_of,
        "recorded": card.recorded,
        "stale_after": card.stale_after or {"never": _plain(card.never_stale)},
        "in_force": in_force if any(in_force.values()) else None,
        "licence": card.licence,
        "complete_within": card.complete_within,
        "features": card.features,
        "attributes": dict(card.attributes or {}),
        "counts": card.counts.plain() if card.counts else None,
        "original": dict(card.original or {}),
        "stored": {name: {"bytes": one.size, "sha256": one.sha256} for name, one in (card.stored or {}).items()},
        "note": _plain(card.note) if card.note != NOTHING else None,
        "invented": "yes" if card.invented else None,
    }
    assert tuple(given) == CARD_KEYS
    kept = {key: value for key, value in given.items() if value not in (None, "", {})}
    text: str = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=110)
    return text


def metres_text(metres: Fraction) -> str:
    """A length as a card writes it, exactly: `0.05 m`."""
    places = next((n for n in range(64) if (metres * 10**n).denominator == 1), None)
    assert places is not None, "a length is read from decimal text"
    return f"{Decimal(int(metres * 10**places)).scaleb(-places):f} m"


def _plain(text: Text) -> Any:
    return text.zh if text.zh == text.en else text.plain()


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
