"""The footprint of a project (用地红线): GeoJSON in, a usable place on the map or every reason why not.

Nothing is repaired silently: a boundary that crosses itself is sent back with the place of the crossing, because only
the applicant knows which shape was meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, Final, Literal, NoReturn

import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import CGCS2000, EAST, NORTH, SOUTH, WEST, WGS84, datum_error
from screening.atlas.outline import check_outline, refuse
from screening.errors import QuantityError, suggest
from screening.quantity import parse_quantity

MAX_VERTICES: Final = 20_000
MAX_EXTENT: Final = Fraction(50_000)

Kind = Literal["point", "line", "polygon"]

_KIND: Final[Mapping[str, Kind]] = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
}
_NUMBER: Final = re.compile(r"\s*[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)
_CRS_CODE: Final = re.compile(r"(?:urn:ogc:def:crs:)?(EPSG|OGC):[\d.]{0,6}:?(4490|4326|CRS84)", re.IGNORECASE)

Position = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """Where a project lies: `geometry` in EPSG:4490 degrees, drawn so that the project covers all of it.

    `extent` is metres around the drawn geometry within which the whole project lies; None: not known, so nothing can
    be said to be out of its reach. Polygons are the whole site unless an extent is given. `error` is metres by which
    the coordinates may be off because of the system they came in; it is added to every layer's tolerance.
    """

    geometry: BaseGeometry
    extent: Fraction | None
    kind: Kind
    error: Fraction = Fraction(0)


def read_footprint(geojson: Any, where: str, extent: str | None = None, crs: str = CGCS2000) -> Footprint:
    """A footprint from parsed GeoJSON: a geometry, a Feature, or a FeatureCollection of one feature.

    `where` is the JSON pointer of `geojson` in what was submitted, for error texts. `extent` is a length ("200 m").
    `crs` is EPSG:4490, or EPSG:4326 which is taken as the same within 0.5 m (`error`). Heights are ignored.
    Raises FootprintError, never anything else, for whatever cannot be used.
    """
    error = _crs_error(crs, where)
    geometry, where, declared = _find_geometry(geojson, where)
    for name in declared:
        error = max(error, _crs_error(name, f"{where}/crs"))
    kind, shape = _read_geometry(geometry, where)
    metres = _read_extent(extent, where)
    return Footprint(shape, Fraction(0) if metres is None and kind == "polygon" else metres, kind, error)


def _crs_error(crs: object, where: str) -> Fraction:
    match = _CRS_CODE.fullmatch(crs.strip()) if isinstance(crs, str) else None
    code = match and match.group(2).upper()
    found = datum_error(WGS84 if code == "CRS84" else f"EPSG:{code}") if code else None
    if found is None:
        name = str(crs)[:40]
        refuse(
            where,
            f'the coordinate system "{name}" is not read',
            f"convert to {CGCS2000} (CGCS2000) longitude and latitude; web maps with the GCJ-02 or BD-09 shift must be "
            "converted first",
            f"不支持坐标系“{name}”，请转换为 CGCS2000 经纬度（{CGCS2000}）；GCJ-02、BD-09 偏移坐标须先纠偏",
        )
    return found


def _read_extent(extent: str | None, where: str) -> Fraction | None:
    if extent is None:
        return None
    try:
        metres = parse_quantity(extent, "m")
    except QuantityError as error:
        problem = error.problems[0]
        refuse(where, f"the extent: {problem.what}", problem.remedy, f"范围半径：{problem.zh}")
    if not 0 <= metres <= MAX_EXTENT:
        refuse(
            where,
            "the extent must lie between 0 m and 50 km",
            "give the distance around the drawn geometry within which the whole project lies",
            "范围半径须在 0 米至 50 公里之间，请填写全部工程所在的范围",
        )
    return metres


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


def _read_geometry(geometry: Mapping[str, Any], where: str) -> tuple[Kind, BaseGeometry]:
    name = geometry.get("type")
    if name == "GeometryCollection":
        refuse(
            f"{where}/type",
            "a GeometryCollection is not one footprint",
            "send a Polygon or a MultiPolygon",
            "不支持 GeometryCollection，请使用 Polygon 或 MultiPolygon",
        )
    if not isinstance(name, str) or name not in _KIND:
        hint = suggest(name, _KIND) if isinstance(name, str) else ""
        near = next((word for word in _KIND if isinstance(name, str) and word.lower() == name.lower()), "")
        refuse(
            f"{where}/type",
            f"{_word(name)} is not a geometry type",
            (f'did you mean "{near}"?' if near else hint) or "use one of " + ", ".join(_KIND),
            f"几何类型无效，可用：{'、'.join(_KIND)}",
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
        shape: BaseGeometry = shapely.Point(_position(coordinates, place))
    elif name == "MultiPoint":
        shape = shapely.MultiPoint(
            [_position(one, f"{place}/{i}") for i, one in enumerate(_listed(coordinates, place))]
        )
    elif name == "LineString":
        shape = _line(coordinates, place)
    elif name == "MultiLineString":
        shape = shapely.MultiLineString(
            [_line(one, f"{place}/{i}") for i, one in enumerate(_listed(coordinates, place))]
        )
    elif name == "Polygon":
        shape = _polygon(coordinates, place)
    else:
        parts = [_polygon(one, f"{place}/{i}") for i, one in enumerate(_listed(coordinates, place))]
        shape = shapely.MultiPolygon(parts)
    if _KIND[name] == "polygon":
        check_outline(shape, place)
    return _KIND[name], shape


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


def _position(value: Any, where: str) -> Position:
    pair = _listed(value, where)
    if not 2 <= len(pair) <= 4:
        refuse(
            where,
            f"has {len(pair)} numbers; a position has longitude, latitude and perhaps a height",
            "write [longitude, latitude]",
            "一个坐标应为 [经度, 纬度]",
        )
    longitude, latitude = _degrees(pair[0], f"{where}/0"), _degrees(pair[1], f"{where}/1")
    if not (WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH):
        _refuse_place(longitude, latitude, where)
    return longitude, latitude


def _refuse_place(longitude: float, latitude: float, where: str) -> NoReturn:
    written = f"[{longitude:.10g}, {latitude:.10g}]"
    if SOUTH <= longitude <= NORTH and WEST <= latitude <= EAST:
        refuse(
            where,
            f"{written} has latitude before longitude",
            f"swap them: [{latitude:.10g}, {longitude:.10g}]",
            f"{written} 经纬度颠倒，应为 [{latitude:.10g}, {longitude:.10g}]",
        )
    if max(abs(longitude), abs(latitude)) > 180:
        refuse(
            where,
            f"{written} is not in degrees; it looks like projected metres",
            f"convert to longitude and latitude in degrees ({CGCS2000})",
            f"{written} 不是经纬度，似为投影坐标（米），请转换为经纬度（度）",
        )
    refuse(
        where,
        f"{written} is outside China (longitude 73 to 136, latitude 3 to 54)",
        "check the coordinates",
        f"{written} 不在中国范围内（经度 73—136，纬度 3—54），请核对坐标",
    )


def _degrees(value: Any, where: str) -> float:
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
            "write degrees as a number, such as 111.2865",
            "坐标应为数字（度），例如 111.2865",
        )
    if not isfinite(number):
        refuse(where, f"{_word(value)} is not a finite number", "write degrees, such as 111.2865", "坐标不是有限的数")
    return number


def _line(value: Any, where: str) -> shapely.LineString:
    line = [_position(one, f"{where}/{i}") for i, one in enumerate(_listed(value, where))]
    if len(set(line)) < 2:
        refuse(where, "has fewer than two different points", "a line needs two", "线至少需要两个不同的点")
    return shapely.LineString(line)


def _polygon(value: Any, where: str) -> shapely.Polygon:
    rings = [_ring(one, f"{where}/{i}") for i, one in enumerate(_listed(value, where))]
    return shapely.Polygon(rings[0], rings[1:])


def _ring(value: Any, where: str) -> list[Position]:
    ring = [_position(one, f"{where}/{i}") for i, one in enumerate(_listed(value, where))]
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
