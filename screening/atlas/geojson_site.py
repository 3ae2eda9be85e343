"""A site in GeoJSON: its shape in the numbers as they stand, and where each of them stands.

Nothing is repaired: what is no shape is sent back with its JSON pointer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Final, Literal

import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.outline import refuse
from screening.errors import suggest

MAX_VERTICES: Final = 20_000

Kind = Literal["point", "line", "polygon"]

KINDS: Final[Mapping[str, Kind]] = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
}
_NUMBER: Final = re.compile(r"\s*[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)

Position = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class GeoJsonSite:
    """A geometry in the numbers of its file, not yet places. `pointers` has the JSON pointer of each vertex, in order.

    `declared` are the contents of `crs` members, as older GeoJSON has them. `where` is the pointer of the geometry.
    """

    kind: Kind
    geometry: BaseGeometry
    where: str
    pointers: tuple[str, ...]
    declared: tuple[object, ...]


def read_geojson_site(given: Any, where: str) -> GeoJsonSite:
    """The shape in a geometry, a Feature or a FeatureCollection of one feature. Raises FootprintError, nothing else."""
    geometry, where, declared = _find_geometry(given, where)
    pointers: list[str] = []
    kind, shape = _read_geometry(geometry, where, pointers)
    return GeoJsonSite(kind, shape, where, tuple(pointers), tuple(declared))


def _find_geometry(given: Any, where: str) -> tuple[Mapping[str, Any], str, list[object]]:
    """The geometry object in a geometry, Feature or FeatureCollection, its pointer, and the names in `crs` members."""
    declared: list[object] = []
    for wrapper in ("FeatureCollection", "Feature", ""):
        if not isinstance(given, Mapping):
            refuse(
                where,
                f"a footprint is a GeoJSON object, not {_word(given)}",
                'write {"type": "Polygon", "coordinates": [...]}',
                "用地红线应为 GeoJSON 对象",
            )
        legacy = given.get("crs")
        if legacy is not None:
            properties = legacy.get("properties") if isinstance(legacy, Mapping) else None
            declared.append(properties.get("name") if isinstance(properties, Mapping) else legacy)
        if not wrapper or given.get("type") != wrapper:
            continue
        if wrapper == "Feature":
            given, where = given.get("geometry"), f"{where}/geometry"
            continue
        features = given.get("features")
        if not isinstance(features, list) or len(features) != 1:
            count = len(features) if isinstance(features, list) else 0
            refuse(
                f"{where}/features",
                f"holds {count} features; a project has one footprint",
                "send one feature; several plots go into one MultiPolygon",
                f"含 {count} 个要素，一个项目只能有一个；多个地块请合为一个 MultiPolygon",
            )
        given, where = features[0], f"{where}/features/0"
    return given, where, declared


def _word(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    return f'"{str(value)[:40]}"'


def _read_geometry(geometry: Mapping[str, Any], where: str, pointers: list[str]) -> tuple[Kind, BaseGeometry]:
    name = geometry.get("type")
    if name == "GeometryCollection":
        refuse(
            f"{where}/type",
            "a GeometryCollection is not one footprint",
            "send a Polygon or a MultiPolygon",
            "不支持 GeometryCollection，请使用 Polygon 或 MultiPolygon",
        )
    if not isinstance(name, str) or name not in KINDS:
        hint = suggest(name, KINDS) if isinstance(name, str) else ""
        near = next((word for word in KINDS if isinstance(name, str) and word.lower() == name.lower()), "")
        refuse(
            f"{where}/type",
            f"{_word(name)} is not a geometry type",
            (f'did you mean "{near}"?' if near else hint) or "use one of " + ", ".join(KINDS),
            f"几何类型无效，可用：{'、'.join(KINDS)}",
        )
    place = f"{where}/coordinates"
    coordinates = geometry.get("coordinates")
    depth = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}[name]
    vertices = _count(coordinates, depth)
    if vertices > MAX_VERTICES:
        refuse(
            place,
            f"has {vertices:,} vertices; at most {MAX_VERTICES:,} are read",
            "simplify the boundary",
            f"有 {vertices:,} 个顶点，超过上限 {MAX_VERTICES:,}，请简化边界",
        )
    if name == "Point":
        shape: BaseGeometry = shapely.Point(_position(coordinates, place, pointers))
    elif name == "MultiPoint":
        shape = shapely.MultiPoint(
            [_position(one, f"{place}/{i}", pointers) for i, one in enumerate(_listed(coordinates, place))]
        )
    elif name == "LineString":
        shape = _line(coordinates, place, pointers)
    elif name == "MultiLineString":
        shape = shapely.MultiLineString(
            [_line(one, f"{place}/{i}", pointers) for i, one in enumerate(_listed(coordinates, place))]
        )
    elif name == "Polygon":
        shape = _polygon(coordinates, place, pointers)
    else:
        parts = [_polygon(one, f"{place}/{i}", pointers) for i, one in enumerate(_listed(coordinates, place))]
        shape = shapely.MultiPolygon(parts)
    return KINDS[name], shape


def _count(coordinates: Any, depth: int) -> int:
    """Vertices in nested lists `depth` deep, by the lengths of the innermost: fast on a million."""
    if depth == 0 or not isinstance(coordinates, list | tuple):
        return 1
    if depth == 1:
        return len(coordinates)
    return sum(_count(part, depth - 1) for part in coordinates)


def _listed(value: Any, where: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        refuse(
            where,
            f"should be a list, not {_word(value)}",
            "nest the coordinates as GeoJSON does",
            "坐标应为数组，嵌套层次不对",
        )
    if not value:
        refuse(where, "is empty", "give the coordinates of the site", "坐标为空，请填写用地位置")
    return value


def _position(value: Any, where: str, pointers: list[str]) -> Position:
    pair = _listed(value, where)
    if not 2 <= len(pair) <= 4:
        refuse(
            where,
            f"has {len(pair)} numbers; a position has two and perhaps a height",
            "write [longitude, latitude], or east and north in metres",
            "一个坐标应为 [经度, 纬度]，或平面坐标两个数",
        )
    pointers.append(where)
    return _number(pair[0], f"{where}/0"), _number(pair[1], f"{where}/1")


def _number(value: Any, where: str) -> float:
    if isinstance(value, float | int | Decimal) and not isinstance(value, bool):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            number = float("nan")
    elif isinstance(value, str) and len(value) <= 90 and _NUMBER.fullmatch(value):
        number = float(value)
    else:
        refuse(
            where,
            f"{_word(value)} is not a number",
            "write it as a number, such as 111.2865",
            "坐标应为数字，例如 111.2865",
        )
    if not isfinite(number):
        refuse(
            where,
            f"{_word(value)} is not a finite number",
            "write it as a number, such as 111.2865",
            "坐标不是有限的数",
        )
    return number


def _line(value: Any, where: str, pointers: list[str]) -> shapely.LineString:
    line = [_position(one, f"{where}/{i}", pointers) for i, one in enumerate(_listed(value, where))]
    if len(set(line)) < 2:
        refuse(where, "has fewer than two different points", "a line needs two", "线至少需要两个不同的点")
    return shapely.LineString(line)


def _polygon(value: Any, where: str, pointers: list[str]) -> shapely.Polygon:
    rings = [_ring(one, f"{where}/{i}", pointers) for i, one in enumerate(_listed(value, where))]
    return shapely.Polygon(rings[0], rings[1:])


def _ring(value: Any, where: str, pointers: list[str]) -> list[Position]:
    ring = [_position(one, f"{where}/{i}", pointers) for i, one in enumerate(_listed(value, where))]
    if len(ring) < 4:
        refuse(
            where,
            f"has {len(ring)} points; a ring has at least 4, the last equal to the first",
            "give the whole boundary",
            f"只有 {len(ring)} 个点；边界环至少 4 个点，且首尾相同",
        )
    if ring[0] != ring[-1]:
        refuse(
            where,
            "is not closed: the last point differs from the first",
            "repeat the first point at the end",
            "边界环未闭合，请在末尾重复第一个点",
        )
    return ring
