"""Pieces of land whose place on CGCS2000 is known, drawn in the numbers of any system, and how far a reading lies off them.

What is true of a file is what was drawn in it: its vertices are known places, and between them its edges are straight in
its own numbers. Both are taken to degrees by PROJ and by other hands than the package's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Turn = Callable[[Floats], Floats]

GEOD: Final = Geod(ellps="GRS80")
STEP: Final = 60.0
"""Metres between the places of an edge that are looked at: the chord between two lies within 0.1 mm of it."""

OUTLINE: Final = ((10, 1300), (55, 2100), (80, 900), (140, 2400), (205, 700), (250, 1700), (330, 400))
YARD: Final = ((60, 150), (170, 120), (290, 180))
"""Azimuth in degrees and metres from the middle: no corner of the outline, and of the hole, is like another."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A place in China, with the central meridians that its surveyors would use."""

    name: str
    longitude: float
    latitude: float
    three: int
    six: int

    def rings(self) -> tuple[Floats, Floats]:
        """The outline and the hole, longitude and latitude, each ending where it starts."""
        outline, yard = (self._ring(corners) for corners in (OUTLINE, YARD))
        return outline, yard

    def _ring(self, corners: tuple[tuple[int, int], ...]) -> Floats:
        around = [GEOD.fwd(self.longitude, self.latitude, azimuth, metres)[:2] for azimuth, metres in corners]
        return np.array([*around, around[0]])


GROUNDS: Final = (
    # Guangdong keeps the zone next to its own in six degrees, as offices on a border do.
    Ground("Guangdong", 114.2, 22.0, 114, 111),
    Ground("Wuhan", 114.3, 30.5, 114, 117),
    Ground("Heilongjiang", 130.0, 47.0, 129, 129),
)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A ground in the numbers of a system: the polygon as a file has it, and its true vertices in degrees.

    `boundary` is the true boundary in metres about the middle, on `plane`.
    """

    ground: Ground
    polygon: shapely.Polygon
    vertices: Floats
    boundary: BaseGeometry
    plane: Transformer

    @classmethod
    def of(cls, ground: Ground, to_numbers: Turn, to_degrees: Turn) -> Drawn:
        rings = ground.rings()
        numbers = [to_numbers(ring) for ring in rings]
        plane = Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
            f"+step +proj=aeqd +lat_0={ground.latitude} +lon_0={ground.longitude} +ellps=GRS80"
        )
        lines = [
            shapely.LineString(np.column_stack(plane.transform(*to_degrees(_along(drawn, ring)).T)))
            for drawn, ring in zip(numbers, rings, strict=True)
        ]
        polygon = shapely.Polygon(numbers[0], numbers[1:])
        return cls(ground, polygon, np.vstack(rings), shapely.MultiLineString(lines), plane)

    def metres_off(self, found: BaseGeometry) -> float:
        """The farthest that the vertices, and the boundary in either direction, lie from the truth; inf for another shape."""
        parts = shapely.get_parts(found)
        if len(parts) != 1 or parts[0].geom_type != "Polygon" or len(parts[0].interiors) != 1:
            return inf
        there = shapely.get_coordinates(found)
        nearest = there[np.argmin(np.hypot(*(there[None] - self.vertices[:, None]).transpose(2, 0, 1)), axis=1)]
        corners = GEOD.inv(*self.vertices.T, *nearest.T)[2].max()
        # Edges of a reading are straight in degrees; near the place 60 m of them are 0.0004 degrees.
        fine = shapely.segmentize(shapely.boundary(found), 0.0004)
        line = shapely.transform(fine, lambda rows: np.column_stack(self.plane.transform(*rows.T)))
        # In either direction: a spike of the reading, and a bay of the truth that it leaves out.
        return float(max(corners, shapely.hausdorff_distance(line, self.boundary)))


def _along(numbers: Floats, degrees: Floats) -> Floats:
    """Places on the edges of a ring, every `STEP` metres, straight in its numbers."""
    lengths = GEOD.inv(*degrees[:-1].T, *degrees[1:].T)[2]
    found: list[Any] = []
    for start, end, metres in zip(numbers[:-1], numbers[1:], lengths, strict=True):
        pieces = ceil(metres / STEP)
        found.append(start + (end - start) * (np.arange(pieces) / pieces)[:, None])
    return np.vstack([*found, numbers[-1:]])
