"""A zone set on disk, read into an atlas: cards first, then their data, all problems at once."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from screening.atlas.atlas import Atlas
from screening.atlas.card_reader import CardReader
from screening.atlas.cards import ATLAS_KEYS, read_absences, read_card
from screening.atlas.collection import read_collection
from screening.atlas.layer import Absence, Layer
from screening.atlas.snapshot import open_snapshot
from screening.atlas.together import Listed, check_together
from screening.documents import DocumentError, Node, parse_yaml, read_text
from screening.errors import AtlasError, Problem
from screening.text import Text

CARD_LIMIT: Final = 1 << 20
"""Bytes of the largest card that is read."""


@dataclass(frozen=True, slots=True)
class LayerPlace:
    """A layer's card, the file it stands in and that file's text."""

    listed: Listed
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class AtlasCard:
    """The card of a zone set (its file, text and YAML) and the cards it lists, before any data is read."""

    path: Path
    text: str
    node: Node
    id: str
    title: Text
    note: Text
    invented: bool
    absent: tuple[Absence, ...]
    certified: Node | None
    places: tuple[LayerPlace, ...]


def read_atlas(path: Path | str) -> Atlas:
    """The atlas whose card is `path`, or is atlas.yaml in the directory `path`.

    Raises AtlasError with every problem of every card and data file, each with its file and, in YAML, its line.
    Shapes of snapshots are read when they are first asked for.
    """
    problems: list[Problem] = []
    found = _cards(path, problems)
    layers: list[Layer] = []
    for place in found.places if found else ():
        layer = _layer(place, problems)
        if layer is not None:
            layers.append(layer)
    if found is None or problems:
        raise AtlasError(problems)
    digest = sha256(sha256(found.text.encode()).digest())
    for layer in layers:
        digest.update(f"{layer.id} {layer.sha256}\n".encode())
    return Atlas(found.id, found.title, tuple(layers), found.absent, digest.hexdigest(), found.invented, found.note)


def read_cards(path: Path | str) -> AtlasCard:
    """The card of a zone set and those it lists, no data. Raises AtlasError with every problem of every card."""
    problems: list[Problem] = []
    found = _cards(path, problems)
    if found is None or problems:
        raise AtlasError(problems)
    return found


def _cards(path: Path | str, problems: list[Problem]) -> AtlasCard | None:
    place = Path(path)
    card_path = place / "atlas.yaml" if place.is_dir() else place
    node, text = _yaml(card_path, problems)
    if node is None or node.mapping is None:
        if not problems:
            problems.append(Problem(str(card_path), "an atlas card is a mapping", "see zones/demo/atlas.yaml"))
        return None
    read = CardReader(node, problems)
    read.check_keys(ATLAS_KEYS)
    listed = read.get("layers")
    if listed is None or listed.items is None:
        read.wrong(listed, "layers is not a list", "list the layer cards")
    entries = (listed.items or []) if listed else []
    places = tuple(found for entry in entries if (found := _place(card_path.parent, entry, problems)) is not None)
    absent: tuple[Absence, ...] = ()
    certified = read.get("absent")
    if certified is not None:
        absent, wrong = read_absences(certified)
        problems.extend(wrong)
    title, note, invented = read.wording("title", True), read.wording("note", False), read.flag("invented")
    atlas_id = read.text("id")
    problems.extend(check_together([one.listed for one in places], absent, certified))
    return AtlasCard(card_path, text, node, atlas_id, title, note, invented, absent, certified, places)


def _yaml(path: Path, problems: list[Problem]) -> tuple[Node | None, str]:
    try:
        text = read_text(path, CARD_LIMIT)
        return parse_yaml(text, str(path)), text
    except DocumentError as error:
        problems.extend(error.problems)
        return None, ""


def _beside(base: Path, name: str | None, node: Node, problems: list[Problem]) -> Path | None:
    """A path below `base`. Others are refused: an atlas is moved and hashed as one directory."""
    if not name or Path(name).is_absolute() or ".." in Path(name).parts:
        problems.append(
            Problem(node.where, f"{node.kind()} is not a path inside the zone set", "write a relative path")
        )
        return None
    return base / name


def _place(base: Path, entry: Node, problems: list[Problem]) -> LayerPlace | None:
    path = _beside(base, entry.text, entry, problems)
    if path is None:
        return None
    node, text = _yaml(path, problems)
    if node is None:
        return None
    card, wrong = read_card(node)
    problems.extend(wrong)
    return None if card is None else LayerPlace(Listed(entry, node, card), path, text)


def _layer(place: LayerPlace, problems: list[Problem]) -> Layer | None:
    card, node = place.listed.card, place.listed.node
    if card.stored is not None:
        return open_snapshot(card, node, place.text, place.path.parent, problems)
    data = _beside(place.path.parent, card.data, (node.mapping or {})["data"], problems)
    return None if data is None else read_collection(card, node, place.text, data, problems)
