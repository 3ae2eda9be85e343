"""A GeoJSON FeatureCollection beside a hand-made card, read into features: repaired, counted, every problem with its place."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import EAST, NORTH, SOUTH, WEST, areas
from screening.atlas.features import Feature, Features
from screening.atlas.layer import UNIT_CLASSES, Card, Layer, Use
from screening.atlas.repair import repair
from screening.documents import DocumentError, Node, parse_json, read_text
from screening.errors import Problem

DATA_LIMIT: Final = 1 << 29
"""Bytes of the largest data file that is read."""


def read_collection(card: Card, node: Node, text: str, path: Path, problems: list[Problem]) -> Layer | None:
    """The layer of a card (`node`, `text`) and its data file; None, with why in `problems`, where it is no collection."""
    try:
        data = read_text(path, DATA_LIMIT)
        found = parse_json(data, str(path))
    except DocumentError as error:
        problems.extend(error.problems)
        return None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        problems.append(Problem(str(path), "is not a GeoJSON FeatureCollection", "export it as one"))
        return None
    if len(features) != card.features:
        counted = (node.mapping or {})["features"]
        problems.append(
            Problem(
                counted.where,
                f"the card says {card.features} features, {path.name} has {len(features)}",
                "correct the card or the data",
            )
        )
    return _layer(card, features, str(path), sha256(text.encode() + data.encode()).hexdigest(), problems)


def _layer(card: Card, given: list[Any], source: str, digest: str, problems: list[Problem]) -> Layer:
    features: list[Feature] = []
    repaired = unread = 0
    for number, one in enumerate(given):
        where = f"{source}#/features/{number}"
        geometry, mended = _geometry(one.get("geometry") if isinstance(one, dict) else None, card)
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


def _geometry(given: Any, card: Card) -> tuple[BaseGeometry | None, bool]:
    """A geometry of the type the use needs, and whether it had to be made valid; None where it cannot be read."""
    wanted = "LineString" if card.use is Use.LINE else "Polygon"
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
    shape: BaseGeometry | None = shapes[0] if len(shapes) == 1 else getattr(shapely, f"Multi{wanted}")(shapes)
    assert shape is not None
    valid = bool(shapely.is_valid(shape))
    if wanted == "LineString":
        return (shape if valid and shape.length > 0 else None), False
    if not valid:
        shape = repair(shape, card.tolerance, least=card.use is Use.EXTENT).geometry
    kept = shape is not None and not shape.is_empty and areas([shape])[0] > 0
    return (shape if kept else None), not valid


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
    if card.use is Use.ADMIN and code is not None and not is_admin_code(code):
        problems.append(
            Problem(where, f'"{code[:40]}" is not an administrative code', "write 2, 4 or 6 digits, such as 420599")
        )
    unit_class = UNIT_CLASSES.get(attribute("class") or "") if card.use is Use.UNITS else None
    return Feature(geometry, attribute("name"), code, unit_class)


def is_admin_code(code: str) -> bool:
    """2, 4 or 6 digits: a province, city or county."""
    return code.isascii() and code.isdigit() and len(code) in (2, 4, 6)
