"""The one place where degrees become metres.

Coordinates are longitude and latitude in degrees on CGCS2000 (EPSG:4490, the GRS80 ellipsoid). An edge is straight in
longitude and latitude between its two vertices, as RFC 7946 reads GeoJSON; predicates are taken on those edges as they
stand. Metres are had in three ways, each with its stated error:

* `areas`: exact for such edges: the authalic integral of the ellipsoid, by Simpson's rule along each edge. Relative
  error under 1e-9 for edges under one degree, and under 1 cm2 for a site of a few kilometres.
* `Plane`: Transverse Mercator with unit scale on a central meridian within 0.125 degrees of the place. Edges are cut to
  `MAX_EDGE` first, which keeps the straight edge of the plane within 5 mm of the straight edge in degrees (sagitta
  L2 tan(latitude) / 8R, 0.6 km at latitude 54). Scale exceeds 1 by x2 / 2R2 at easting x: `Plane.stretch`.
* `geodesics`: geodesic lengths on the ellipsoid, to nanometres (pyproj.Geod).

`METHOD_ERROR`, 0.05 m, covers the plane and the cutting; what the scale adds over long distances is `Plane.stretch`
times the distance, and whoever measures in a plane adds it. EPSG:4326 (WGS 84) is accepted as equal to EPSG:4490 within
`DATUM_ERROR`, 0.5 m: both are realisations of ITRF, some decimetres apart in China through plate motion since 2000.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import sqrt
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CGCS2000: Final = "EPSG:4490"
WGS84: Final = "EPSG:4326"
METHOD_ERROR: Final = Fraction(1, 20)
DATUM_ERROR: Final = Fraction(1, 2)
MAX_EDGE: Final = 0.005
"""Degrees: about 0.55 km along a meridian."""

WEST, EAST, SOUTH, NORTH = 73.0, 136.0, 3.0, 54.0
"""The box around China, its sea included, that every coordinate must lie in."""

_AXIS: Final = 6378137.0
_FLATTENING: Final = 1 / 298.257222101
_E2: Final = _FLATTENING * (2 - _FLATTENING)
_E: Final = sqrt(_E2)
_POLAR_AXIS: Final = _AXIS * (1 - _FLATTENING)
_GEOD: Final = Geod(a=_AXIS, rf=298.257222101)

# Buffers are polygons: eight segments a quadrant leave arcs 0.5 % short, and GEOS may move the line by 1 % first.
_ARC_SLACK: Final = 1.02
_MANY: Final = 256
_STRETCH: Final = 16
"""Vertices from which on a geometry is grown by stretches, and edges in a stretch."""


def datum_error(crs: str) -> Fraction | None:
    """Metres by which coordinates in `crs` may differ from EPSG:4490; None for a system that is not read."""
    return {CGCS2000: Fraction(0), WGS84: DATUM_ERROR}.get(crs)


def areas(geometries: Sequence[BaseGeometry] | NDArray[Any]) -> Floats:
    """Square metres of each geometry's polygons, holes taken off; 0 for points and lines."""
    shapes = np.asarray(geometries, dtype=object)
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    rings, polygon_of_ring = shapely.get_rings(polygons, return_index=True)
    if not len(rings):
        return np.zeros(len(shapes))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    longitude, latitude = np.radians(coordinates[:, 0]), np.radians(coordinates[:, 1])
    level = _authalic(np.array([latitude.min()]))[0]
    height = _authalic(latitude) - level
    middle = _authalic((latitude[1:] + latitude[:-1]) / 2) - level
    strips = np.diff(longitude) * (height[1:] + 4 * middle + height[:-1]) / 6
    strips[ring[1:] != ring[:-1]] = 0.0
    size = np.abs(np.bincount(ring[1:], strips, minlength=len(rings)))
    hole = np.ones(len(rings), dtype=bool)
    hole[np.unique(polygon_of_ring, return_index=True)[1]] = False
    size[hole] *= -1
    return np.asarray(np.bincount(owner[polygon_of_ring], size, minlength=len(shapes)), dtype=np.float64)


def _authalic(latitude: Floats) -> Floats:
    """Square metres between the equator and a latitude (radians), per radian of longitude."""
    sine = np.sin(latitude)
    whole: Floats = _POLAR_AXIS**2 / 2 * (sine / (1 - _E2 * sine**2) + np.arctanh(_E * sine) / _E)
    return whole


def geodesics(starts: Floats, ends: Floats) -> Floats:
    """Geodesic metres between rows of two (n, 2) arrays of longitude and latitude."""
    _, _, metres = _GEOD.inv(starts[:, 0], starts[:, 1], ends[:, 0], ends[:, 1])
    return np.asarray(metres, dtype=np.float64)


def metres_per_degree(latitude: Floats) -> tuple[Floats, Floats]:
    """Metres per degree of longitude and of latitude at each latitude (degrees)."""
    phi = np.radians(latitude)
    bend = 1 - _E2 * np.sin(phi) ** 2
    east: Floats = np.radians(_AXIS * np.cos(phi) / np.sqrt(bend))
    north: Floats = np.radians(_AXIS * (1 - _E2) / bend**1.5)
    return east, north


def in_space(coordinates: Floats) -> Floats:
    """(n, 2) degrees as (n, 3) metres from the centre of the ellipsoid. A chord is never longer than the way over ground."""
    longitude, latitude = np.radians(coordinates[:, 0]), np.radians(coordinates[:, 1])
    sine, cosine = np.sin(latitude), np.cos(latitude)
    radius = _AXIS / np.sqrt(1 - _E2 * sine**2)
    flat = radius * cosine
    return np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), radius * (1 - _E2) * sine])


def geodesic_at_most(chord: Floats) -> Floats:
    """Metres that a geodesic between the ends of a chord is at most.

    No line on the ellipsoid bends more than a meridian does at the equator, and of all lines that bend no more than a
    circle of that radius the circle has the shortest chord (Schur's theorem).
    """
    tightest = _AXIS * (1 - _E2)
    return np.asarray(2 * tightest * np.arcsin(np.minimum(chord / (2 * tightest), 1.0)), dtype=np.float64)


@lru_cache(maxsize=1)
def _transverse_mercator() -> Transformer:
    """About the meridian of Greenwich: to make one for each meridian would cost more than all it is used for."""
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        "+step +proj=tmerc +lat_0=0 +lon_0=0 +k=1 +x_0=0 +y_0=0 +ellps=GRS80"
    )


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of metres about one meridian, `quarter` quarter-degrees east of Greenwich. Safe to share by threads."""

    quarter: int

    @classmethod
    def near(cls, longitude: float) -> Plane:
        """The plane whose meridian is the nearest quarter degree."""
        return cls(round(longitude * 4))

    def project(self, coordinates: Floats) -> Floats:
        """(n, 2) degrees to (n, 2) metres."""
        return self._turn(coordinates[:, 0] - self.quarter / 4, coordinates[:, 1], "FORWARD")

    def unproject(self, coordinates: Floats) -> Floats:
        """(n, 2) metres to (n, 2) degrees."""
        turned = self._turn(coordinates[:, 0], coordinates[:, 1], "INVERSE")
        turned[:, 0] += self.quarter / 4
        return turned

    @staticmethod
    def _turn(first: Floats, second: Floats, direction: str) -> Floats:
        if not len(first):
            return np.zeros((0, 2))
        return np.column_stack(_transverse_mercator().transform(first, second, direction=direction))

    @staticmethod
    def stretch(easting: Floats) -> Floats:
        """By how much, relatively, the plane's metre may exceed a metre of ground out to each `easting` (metres)."""
        excess: Floats = np.cosh(1.05 * easting / 6_335_000) - 1
        return excess


def cut(geometry: Any) -> Any:
    """The same geometry, or array of them, with no edge longer than `MAX_EDGE` degrees."""
    return shapely.segmentize(geometry, MAX_EDGE)


def project(geometry: BaseGeometry, plane: Plane) -> BaseGeometry:
    """A geometry in degrees, its long edges cut, as metres of `plane`."""
    flat: BaseGeometry = shapely.transform(cut(geometry), plane.project)
    return flat


def grown(geometry: BaseGeometry, metres: Fraction) -> BaseGeometry:
    """Degrees: all within `metres` + METHOD_ERROR of a geometry, and up to 2 % more; never less."""
    found: BaseGeometry = offset([geometry], [metres])[0]
    return found


def shrunk(geometry: BaseGeometry, metres: Fraction) -> BaseGeometry:
    """Degrees: what lies deeper than `metres` + METHOD_ERROR in a polygon, less up to 2 %; never more. May be empty."""
    found: BaseGeometry = offset([geometry], [-metres])[0]
    return found


def offset(geometries: Sequence[BaseGeometry], metres: Sequence[Fraction]) -> NDArray[Any]:
    """Geometries about one place, each grown by some metres, or shrunk where they are negative; see `grown`, `shrunk`."""
    shapes = np.empty(len(geometries), dtype=object)
    shapes[:] = list(geometries)
    asked = np.array([float(one + METHOD_ERROR if one >= 0 else one - METHOD_ERROR) for one in metres])
    west, _, east, _ = shapely.total_bounds(shapes)
    plane = Plane.near((west + east) / 2)
    flat = shapely.transform(cut(shapes), plane.project)
    bounds = shapely.bounds(flat)
    # The plane's metre is never longer than a metre of ground, so a reach in plane metres must be stretched to hold.
    farthest = np.maximum(np.abs(bounds[:, 0]), np.abs(bounds[:, 2])) + np.abs(asked)
    reach = asked * (1 + Plane.stretch(farthest)) * _ARC_SLACK
    moved = np.empty(len(shapes), dtype=object)
    many = (shapely.get_num_coordinates(flat) > _MANY) & (reach > 0)
    moved[~many] = shapely.buffer(flat[~many], reach[~many], quad_segs=8)
    for place in np.flatnonzero(many):
        moved[place] = _buffered(flat[place], float(reach[place]))
    back = shapely.transform(shapely.segmentize(moved, 500.0), plane.unproject)
    for place in np.flatnonzero(~shapely.is_valid(back)):
        back[place] = polygonal(shapely.make_valid(back[place]))
    found: NDArray[Any] = back
    return found


def _buffered(flat: BaseGeometry, reach: float) -> BaseGeometry:
    """All within `reach` of a geometry of many vertices in metres, by short stretches and their union.

    GEOS takes minutes for a thousand points, or one folded line, whose surroundings overlap; stretch by stretch it does not.
    """
    parts = shapely.get_parts(flat)
    dimension = shapely.get_dimensions(flat)
    if dimension == 0:
        return shapely.union_all(shapely.buffer(parts, reach, quad_segs=8))
    lines = shapely.get_parts(shapely.boundary(parts) if dimension == 2 else parts)
    stretches: list[Floats] = []
    for line in lines:
        vertices = shapely.get_coordinates(line)
        starts = np.arange(0, max(1, len(vertices) - 1), _STRETCH)
        stretches.append(vertices[np.minimum(starts[:, None] + np.arange(_STRETCH + 1), len(vertices) - 1)])
    around = shapely.buffer(shapely.linestrings(np.concatenate(stretches)), reach, quad_segs=8)
    return shapely.union_all(np.concatenate([around, parts]) if dimension == 2 else around)


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry, without the points and lines that `make_valid` or an intersection may leave."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    nested = [polygonal(part) for part in shapely.get_parts(geometry) if part.geom_type in ("MultiPolygon",)]
    parts.extend(piece for one in nested for piece in shapely.get_parts(one))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
