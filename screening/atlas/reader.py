"""A zone set on disk, read into an atlas: formats in, geometry repaired and counted, all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.atlas import Atlas
from screening.atlas.cards import ATLAS_KEYS, CardReader, read_absences, read_card
from screening.atlas.crs import EAST, NORTH, SOUTH, WEST, areas, polygonal
from screening.atlas.features import Feature, Features
from screening.atlas.layer import UNIT_CLASSES, Absence, Card, Layer, Use
from screening.documents import DocumentError, Node, parse_json, parse_yaml, read_text
from screening.errors import AtlasError, Problem

CARD_LIMIT: Final = 1 << 20
DATA_LIMIT: Final = 1 << 29
"""Bytes of the largest card and of the largest data file that are read."""


def read_atlas(path: Path | str) -> Atlas:
    """The atlas whose card is `path`, or is atlas.yaml in the directory `path`.

    Raises AtlasError with every problem of every card and data file, each with its file and, in YAML, its line.
    """
    place = Path(path)
    card_path = place / "atlas.yaml" if place.is_dir() else place
    problems: list[Problem] = []
    node, text = _yaml(card_path, problems)
    if node is None or node.mapping is None:
        what = [Problem(str(card_path), "an atlas card is a mapping", "see zones/demo/atlas.yaml")]
        raise AtlasError(problems or what)
    read = CardReader(node)
    read.check_keys(ATLAS_KEYS)
    layers: list[tuple[Node, Node, Layer]] = []
    listed = read.get("layers")
    if listed is None or listed.items is None:
        read.wrong(listed, "layers is not a list", "list the layer cards")
    for entry in (listed.items or []) if listed else []:
        found = _layer(card_path.parent, entry, problems)
        if found:
            layers.append((entry, *found))
    absent: tuple[Absence, ...] = ()
    certified = read.get("absent")
    if certified is not None:
        absent, wrong = read_absences(certified)
        problems += wrong
    title, note, invented = read.wording("title", True), read.wording("note", False), read.flag("invented")
    atlas_id = read.text("id")
    problems += read.problems + _check_together(layers, absent, certified)
    if problems:
        raise AtlasError(problems)
    read_layers = tuple(layer for _, _, layer in layers)
    digest = sha256(sha256(text.encode()).digest())
    for layer in read_layers:
        digest.update(f"{layer.id} {layer.sha256}\n".encode())
    return Atlas(atlas_id, title, read_layers, absent, digest.hexdigest(), invented, note)


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


def _layer(base: Path, entry: Node, problems: list[Problem]) -> tuple[Node, Layer] | None:
    path = _beside(base, entry.text, entry, problems)
    if path is None:
        return None
    node, text = _yaml(path, problems)
    if node is None:
        return None
    card, wrong = read_card(node)
    problems.extend(wrong)
    if card is None:
        return None
    place = (node.mapping or {})["data"]
    data_path = _beside(path.parent, card.data, place, problems)
    if data_path is None:
        return None
    try:
        data = read_text(data_path, DATA_LIMIT)
        found = parse_json(data, str(data_path))
    except DocumentError as error:
        problems.extend(error.problems)
        return None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        problems.append(Problem(str(data_path), "is not a GeoJSON FeatureCollection", "export it as one"))
        return None
    if len(features) != card.features:
        counted = (node.mapping or {})["features"]
        problems.append(
            Problem(
                counted.where,
                f"the card says {card.features} features, {data_path.name} has {len(features)}",
                "correct the card or the data",
            )
        )
    return node, _features(card, features, str(data_path), sha256(text.encode() + data.encode()).hexdigest(), problems)


def _features(card: Card, given: list[Any], source: str, digest: str, problems: list[Problem]) -> Layer:
    features: list[Feature] = []
    repaired = unread = 0
    for number, one in enumerate(given):
        where = f"{source}#/features/{number}"
        geometry, mended = _geometry(one.get("geometry") if isinstance(one, dict) else None, card.use)
        if geometry is None:
            unread += 1
            continue
        west, south, east, north = geometry.bounds
        if west < WEST or east > EAST or south < SOUTH or north > NORTH:
            spot = f"[{west:.6g}, {south:.6g}]"
            problems.append(
                Problem(
                    where, f"{spot} is not a longitude and latitude in China", "convert to degrees, longitude first"
                )
            )
            continue
        repaired += mended
        features.append(_feature(card, geometry, one.get("properties"), where, problems))
    return Layer(card, Features.of(features, card.use is not Use.LINE), digest, repaired, unread)


def _geometry(given: Any, use: Use) -> tuple[BaseGeometry | None, bool]:
    """A geometry of the type the use needs, and whether it had to be made valid; None where it cannot be read."""
    wanted = "LineString" if use is Use.LINE else "Polygon"
    if not isinstance(given, dict) or given.get("type") not in (wanted, f"Multi{wanted}"):
        return None, False
    parts: Any = given.get("coordinates") if str(given["type"]).startswith("Multi") else [given.get("coordinates")]
    try:
        if wanted == "LineString":
            shapes: list[Any] = [shapely.LineString([_pair(point) for point in part]) for part in parts]
        else:
            rings = [[[_pair(point) for point in ring] for ring in part] for part in parts]
            shapes = [shapely.Polygon(part[0], part[1:]) for part in rings]
    except (TypeError, ValueError, ArithmeticError, IndexError, KeyError, shapely.errors.GEOSException):
        return None, False
    if not shapes:
        return None, False
    shape: BaseGeometry = shapes[0] if len(shapes) == 1 else getattr(shapely, f"Multi{wanted}")(shapes)
    valid = bool(shapely.is_valid(shape))
    if wanted == "LineString":
        return (shape if valid and shape.length > 0 else None), False
    if not valid:
        shape = polygonal(shapely.make_valid(shape))
    return (shape if not shape.is_empty and areas([shape])[0] > 0 else None), not valid


def _pair(point: Any) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) < 2 or isinstance(point[0], str) or isinstance(point[1], str):
        raise TypeError("a position is a list of numbers")
    longitude, latitude = float(point[0]), float(point[1])
    if not (isfinite(longitude) and isfinite(latitude)):
        raise ValueError("a position is finite")
    return longitude, latitude


def _feature(card: Card, geometry: BaseGeometry, properties: Any, where: str, problems: list[Problem]) -> Feature:
    known: Mapping[str, Any] = properties if isinstance(properties, dict) else {}

    def attribute(meaning: str) -> str | None:
        value = known.get((card.attributes or {}).get(meaning, ""))
        return str(value).strip() or None if value is not None and not isinstance(value, dict | list | bool) else None

    code = attribute("code") if card.use in (Use.UNITS, Use.ADMIN) else None
    if (
        card.use is Use.ADMIN
        and code is not None
        and not (code.isascii() and code.isdigit() and len(code) in (2, 4, 6))
    ):
        problems.append(
            Problem(where, f'"{code[:40]}" is not an administrative code', "write 2, 4 or 6 digits, such as 420599")
        )
    unit_class = UNIT_CLASSES.get(attribute("class") or "") if card.use is Use.UNITS else None
    return Feature(geometry, attribute("name"), code, unit_class)


def _check_together(
    layers: list[tuple[Node, Node, Layer]], absent: tuple[Absence, ...], certified: Node | None
) -> list[Problem]:
    """What is wrong between layers: ids twice, unknown extents, a kind of two uses, absent kinds that are shown."""
    problems: list[Problem] = []
    seen: dict[str, Layer] = {}
    uses: dict[str, Use] = {}
    extents = {layer.id for _, _, layer in layers if layer.card.use is Use.EXTENT}
    for entry, node, layer in layers:
        keys = node.mapping or {}
        if layer.id in seen:
            problems.append(
                Problem(entry.where, f'a second layer has the id "{layer.id}"', "ids are unique in an atlas")
            )
        seen[layer.id] = layer
        within = layer.card.complete_within
        if within and within not in extents:
            known = ", ".join(sorted(extents)) or "none is loaded"
            problems.append(
                Problem(
                    keys["complete_within"].where,
                    f'"{within[:60]}" is not an extent layer of this atlas',
                    f"extent layers: {known}",
                )
            )
        use = layer.card.use
        if use is not Use.EXTENT and (first := uses.setdefault(layer.kind, use)) is not use:
            problems.append(
                Problem(
                    keys["kind"].where, f'"{layer.kind}" is {first} in one layer and {use} in another', "use two kinds"
                )
            )
        if use is not Use.AREA and layer.kind.startswith(("basin_", "region_")):
            problems.append(
                Problem(keys["geometry"].where, f'"{layer.kind}" has rules of its own', "draw it with `geometry: area`")
            )
    shown = {layer.kind for layer in seen.values() if layer.card.use is not Use.EXTENT}
    for absence in absent:
        where = certified.where if certified else ""
        if absence.kind in shown:
            problems.append(
                Problem(where, f'"{absence.kind}" is certified absent and shown by a layer', "keep one of them")
            )
        if not extents:
            problems.append(
                Problem(
                    where,
                    "absent kinds need an extent layer: absent from where?",
                    "add a layer with `geometry: extent`",
                )
            )
    return problems
