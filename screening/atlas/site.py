"""A footprint made ready to be compared with an atlas: as drawn, as far as it may reach, and in metres."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.blocks import cut_in_runs
from screening.atlas.crs import Floats, Plane, areas, grown, project, shrunk
from screening.atlas.footprint import Footprint


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One footprint. Made anew for every search: its geometries are prepared, which threads must not share.

    `drawn` the project covers for certain; beyond `reach` it is certainly not (None: it may be anywhere). `flat` is
    `drawn` in metres of `plane`. `pieces` are boxes in degrees that hold its outline. `drawn_area` and `reach_area` are
    square metres; `reach_area` is inf without reach.
    """

    drawn: BaseGeometry
    reach: BaseGeometry | None
    has_area: bool
    extent: Fraction | None
    error: Fraction
    plane: Plane
    flat: BaseGeometry
    pieces: Floats
    drawn_area: float
    reach_area: float
    _shrunk: dict[Fraction, BaseGeometry] = field(default_factory=dict)

    @classmethod
    def of(cls, footprint: Footprint) -> Site:
        drawn = shapely.force_2d(footprint.geometry)
        shapely.prepare(drawn)
        reach: BaseGeometry | None = drawn
        if footprint.extent is None:
            reach = None
        elif footprint.extent > 0:
            reach = grown(drawn, footprint.extent)
            shapely.prepare(reach)
        west, _, east, _ = drawn.bounds
        plane = Plane.near((west + east) / 2)
        flat = project(drawn, plane)
        shapely.prepare(flat)
        sizes = areas([drawn] if reach is None or reach is drawn else [drawn, reach])
        return cls(
            drawn=drawn,
            reach=reach,
            has_area=footprint.kind == "polygon",
            extent=footprint.extent,
            error=footprint.error,
            plane=plane,
            flat=flat,
            pieces=_pieces(drawn),
            drawn_area=float(sizes[0]),
            reach_area=float("inf") if reach is None else float(sizes[-1]),
        )

    def deep(self, metres: Fraction) -> BaseGeometry:
        """What lies deeper than `metres` inside the drawn polygon; empty for points and lines."""
        found = self._shrunk.get(metres)
        if found is None:
            found = shrunk(self.drawn, metres) if self.has_area else shapely.Polygon()
            shapely.prepare(found)
            self._shrunk[metres] = found
        return found

    @property
    def easting(self) -> float:
        """The farthest of the site from the plane's meridian, in metres."""
        left, _, right, _ = self.flat.bounds
        return float(np.maximum(abs(left), abs(right)))


def _pieces(drawn: BaseGeometry) -> Floats:
    """Boxes (west, south, east, north) of at most nine stretches of a geometry's outline, or of its points."""
    vertices = shapely.get_coordinates(drawn)
    stretches = cut_in_runs(vertices, max(8, len(vertices) // 8 + 1))
    return np.hstack([stretches.min(axis=1), stretches.max(axis=1)])
