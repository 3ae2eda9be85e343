"""Straight edges of a plane, drawn in degrees.

The straight edge between two places is another line in a plane than in longitude and latitude; they part by
L² tan(latitude) / 8R, which is 7 mm at 500 m and latitude 54, and 70 m at 50 km. Edges are cut to 500 m before their ends
are transformed, and the 7 mm are in the error of every plane (`systems.PLANE_ERROR`). GCJ-02 bends an edge of
that length by a centimetre; BD-09, which waves by 40 m every 12 km, by 35 cm, and one of `MAX_BAIDU_EDGE` by 7 cm.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import MAX_EDGE
from screening.atlas.guard.reading import Reading
from screening.atlas.guard.refusal import refuse
from screening.atlas.guard.systems import Datum, System

MAX_METRES: Final = 500.0
MAX_BAIDU_EDGE: Final = 0.002
"""Degrees of BD-09."""
MOST_PIECES: Final = 200_000


def longest_edge(system: System) -> float | None:
    """The longest edge, in the unit of a system, that is as good as straight in degrees; None where any is."""
    if system.in_metres:
        return MAX_METRES
    if system.datum is Datum.BD09:
        return MAX_BAIDU_EDGE
    return None if system.datum in (Datum.CGCS2000, Datum.WGS84) else MAX_EDGE


def drawn_in_degrees(geometry: BaseGeometry, reading: Reading) -> BaseGeometry:
    """A geometry in the numbers of a file as longitude and latitude on CGCS2000.

    Raises CoordinateError for edges that cut to 500 m would be more than `MOST_PIECES`, some 100,000 km.
    """
    step = longest_edge(reading.system)
    if shapely.get_dimensions(geometry) > 0 and step is not None:
        if not float(shapely.length(geometry)) / step < MOST_PIECES:
            refuse(
                "the edges are over 100,000 km long",
                "check the coordinates",
                "边界总长超过十万公里，请核对坐标",
            )
        geometry = _cut(geometry, step)
    return shapely.transform(shapely.force_2d(geometry), lambda rows: reading.to_degrees(np.ascontiguousarray(rows)))


def _cut(geometry: BaseGeometry, step: float) -> BaseGeometry:
    """The same geometry with no edge longer than `step`: ring by ring, as GEOS mends a polygon that crosses itself in silence."""
    if shapely.get_dimensions(geometry) < 2:
        return shapely.segmentize(geometry, step)
    rings = [shapely.segmentize(shapely.get_rings(part), step) for part in shapely.get_parts(geometry)]
    parts = [shapely.Polygon(one[0], one[1:]) for one in rings]
    return parts[0] if geometry.geom_type == "Polygon" else shapely.MultiPolygon(parts)
