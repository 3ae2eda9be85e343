"""The footprint of a project (用地红线): a drawing in, a usable place on the map or every reason why not.

A drawing is a shape in numbers; the coordinate guard says which places they may be. Where that is certain there is one
footprint, otherwise one for each reading. Nothing is repaired silently: a boundary that crosses itself is sent back with
the place of the crossing, because only the applicant knows which shape was meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final, NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import CGCS2000
from screening.atlas.formats.kml import hints_of
from screening.atlas.formats.source import Axes, Source
from screening.atlas.geojson_site import MAX_VERTICES, GeoJsonSite, Kind, read_geojson_site
from screening.atlas.guard import (
    CoordinateError,
    Datum,
    Reading,
    Readings,
    drawn_in_degrees,
    is_unstated,
    looks_like_degrees,
    read_coordinates,
    read_declared,
)
from screening.atlas.outline import check_outline, refuse
from screening.atlas.plots import read_plots
from screening.errors import FootprintError, Problem, QuantityError
from screening.quantity import parse_quantity

MAX_EXTENT: Final = Fraction(50_000)
MOST_NAMED: Final = 4


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


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """A site as it was drawn, in its own numbers, with every reading of them. `where` is its coordinates' place in the input."""

    geometry: BaseGeometry
    kind: Kind
    extent: Fraction | None
    readings: Readings
    where: str

    def footprint(self, reading: Reading) -> Footprint:
        """The site under one reading. Raises FootprintError for an outline that encloses nothing or crosses itself."""
        try:
            shape = drawn_in_degrees(self.geometry, reading)
        except CoordinateError as error:
            _send_back(error, self.where, ())
        if self.kind == "polygon":
            check_outline(shape, self.where)
        return Footprint(shape, self.extent, self.kind, reading.system.error)

    def certain(self) -> Footprint:
        """The site, where its system is certain. Raises FootprintError naming the candidates where it is not."""
        if self.readings.certain is None:
            self._refuse_candidates()
        return self.footprint(self.readings.certain)

    def middle(self, reading: Reading) -> tuple[float, float]:
        """Longitude and latitude of the mean of the site's vertices under one reading."""
        mean = shapely.get_coordinates(self.geometry).mean(axis=0, keepdims=True)
        longitude, latitude = reading.to_degrees(mean)[0]
        return float(longitude), float(latitude)

    def geojson(self, reading: Reading) -> dict[str, Any]:
        """The site under one reading as a GeoJSON geometry in CGCS2000 degrees. Raises FootprintError."""
        return _geojson(self.footprint(reading).geometry)

    def numbers(self, reading: Reading | None = None) -> dict[str, Any]:
        """The site as a GeoJSON geometry in its own numbers, east first where a reading says which that is."""
        turned = reading is not None and reading.axes == "north_east"
        return _geojson(shapely.transform(self.geometry, lambda xy: xy[:, ::-1]) if turned else self.geometry)

    def centre(self, reading: Reading) -> Footprint:
        """The middle of the site as a point of no extent: for finding it on a map, not for deciding."""
        return Footprint(shapely.Point(self.middle(reading)), Fraction(0), "point", reading.system.error)

    def _refuse_candidates(self) -> NoReturn:
        start = shapely.get_coordinates(self.geometry)[:1]
        shown = self.readings.candidates[:MOST_NAMED]
        places = [(one.system, *one.to_degrees(start)[0]) for one in shown]
        more = len(self.readings.candidates) - len(shown)
        unit = "metres" if shown[0].system.in_metres else "degrees"
        refuse(
            self.where,
            f"the coordinate system of these {unit} is not certain; they may be "
            + ", ".join(f"{system.id} ({x:.4f}°E {y:.4f}°N)" for system, x, y in places)
            + (f" and {more} others" if more else ""),
            "state the coordinate system",
            "坐标系不能确定，可能为"
            + "、".join(f"{system.id}（{x:.4f}°E {y:.4f}°N）" for system, x, y in places)
            + (f"等 {more + len(shown)} 种" if more else "")
            + "，请注明坐标系",
        )


def _geojson(shape: BaseGeometry) -> dict[str, Any]:
    return dict(shapely.geometry.mapping(shape))


def read_drawing(geojson: Any, where: str, extent: str | None = None, crs: str | None = None) -> Drawing:
    """A site from parsed GeoJSON: a geometry, a Feature, or a FeatureCollection of one feature.

    `where` is the JSON pointer of `geojson` in what was submitted, for error texts. `extent` is a length ("200 m").
    `crs` is in any words the guard reads; with none, and no `crs` member, degrees are CGCS2000 (EPSG:4490), and metres
    are of no stated system. Heights are ignored. Raises FootprintError, never anything else.
    """
    site = read_geojson_site(geojson, where)
    numbers = shapely.get_coordinates(site.geometry)
    words = _declared(site, where, crs)
    degrees = looks_like_degrees(numbers)
    if words is None and degrees:
        words = CGCS2000
    # RFC 7946 puts longitude first; of metres, the east-first of map programs and the north-first of land offices are met.
    axes: Axes = "east_north" if degrees else "unknown"
    place = f"{site.where}/coordinates"
    hints = () if crs is not None else _hints(geojson)
    readings = _read(numbers, words, axes, hints, place, site.pointers)
    return Drawing(site.geometry, site.kind, _extent(extent, where, site.kind), readings, place)


def drawing_of_source(source: Source, where: str, extent: str | None = None, crs: str | None = None) -> Drawing:
    """A site from a file that was read. `crs`, where given, stands for what the file declares and its hints.

    Raises FootprintError, never anything else.
    """
    kind, geometry = read_plots(source, where)
    numbers = shapely.get_coordinates(geometry)
    stated = crs is not None
    pointers = [f"{where}, vertex {number + 1}" for number in range(len(numbers))]
    readings = _read(
        numbers, crs if stated else source.crs, source.axes, () if stated else source.hints, where, pointers
    )
    return Drawing(geometry, kind, _extent(extent, where, kind), readings, where)


def read_footprint(geojson: Any, where: str, extent: str | None = None, crs: str | None = None) -> Footprint:
    """The footprint of `read_drawing`, whose coordinate system must be certain."""
    return read_drawing(geojson, where, extent, crs).certain()


def read_footprints(
    geojson: Any, where: str, extent: str | None = None, crs: str | None = None
) -> tuple[tuple[Reading, Footprint], ...]:
    """A footprint for every reading of `read_drawing`, the most likely first."""
    return _each(read_drawing(geojson, where, extent, crs))


def footprints_of_source(
    source: Source, where: str, extent: str | None = None, crs: str | None = None
) -> tuple[tuple[Reading, Footprint], ...]:
    """A footprint for every reading of `drawing_of_source`, the most likely first."""
    return _each(drawing_of_source(source, where, extent, crs))


def _each(drawing: Drawing) -> tuple[tuple[Reading, Footprint], ...]:
    return tuple((reading, drawing.footprint(reading)) for reading in drawing.readings.all)


def _declared(site: GeoJsonSite, where: str, crs: str | None) -> str | None:
    """What the caller and the `crs` members say together. EPSG:4490 and EPSG:4326 are alike; the less exact one counts."""
    said = [] if crs is None else [(crs, where)]
    for member in site.declared:
        if not isinstance(member, str):
            refuse(
                f"{site.where}/crs",
                f'the coordinate system "{str(member)[:40]}" is not read',
                f"name it, such as {CGCS2000}",
                f"不支持坐标系“{str(member)[:40]}”，请写明名称，例如 {CGCS2000}",
            )
        said.append((member, f"{site.where}/crs"))
    named = []
    for words, place in said:
        if not words.strip():
            refuse(
                place,
                'the coordinate system "" is not read',
                f'write {CGCS2000} (CGCS2000), or "unknown"',
                f"坐标系为空，请写 {CGCS2000}（CGCS2000）或“unknown”",
            )
        if not is_unstated(words):
            try:
                named.append((words, replace(read_declared(words), words="")))
            except CoordinateError as error:
                _send_back(error, place, ())
    if not named:
        return said[0][0] if said else None
    degrees = [one for one in named if one[1].form == "degrees" and one[1].datum in (Datum.CGCS2000, Datum.WGS84)]
    if len(degrees) == len(named):
        return next((words for words, one in degrees if one.datum is Datum.WGS84), named[0][0])
    if any(one != named[0][1] for _, one in named):
        refuse(
            f"{site.where}/crs",
            f'two coordinate systems are named, "{named[0][0][:40]}" and "{named[1][0][:40]}"',
            "keep one",
            "写了两个不同的坐标系，请只留一个",
        )
    return named[0][0]


def _hints(geojson: Any) -> tuple[str, ...]:
    """Names of map programs in what stands beside the coordinates: names and properties of a feature or collection."""
    features = geojson.get("features") if isinstance(geojson, Mapping) else None
    found = [geojson, *(features if isinstance(features, list) else ())]
    beside = [
        f"{key} {value}"
        for one in found
        if isinstance(one, Mapping)
        for key, value in one.items()
        if key not in ("type", "crs", "bbox", "coordinates", "geometry", "features")
    ]
    return hints_of(" ".join(beside))


def _read(
    numbers: Any, words: str | None, axes: Axes, hints: tuple[str, ...], where: str, pointers: Sequence[str]
) -> Readings:
    try:
        return read_coordinates(np.asarray(numbers), words, axes, hints)
    except CoordinateError as error:
        _send_back(error, where, pointers)


def _send_back(error: CoordinateError, where: str, pointers: Sequence[str]) -> NoReturn:
    place = where if error.index is None or not pointers else pointers[error.index]
    raise FootprintError([Problem(place, one.what, one.remedy, one.zh) for one in error.problems]) from None


def _extent(extent: str | None, where: str, kind: Kind) -> Fraction | None:
    if extent is None:
        return Fraction(0) if kind == "polygon" else None
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


__all__ = [
    "MAX_EXTENT",
    "MAX_VERTICES",
    "Drawing",
    "Footprint",
    "Kind",
    "drawing_of_source",
    "footprints_of_source",
    "read_drawing",
    "read_footprint",
    "read_footprints",
]
