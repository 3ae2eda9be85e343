"""The geometries of a layer as flat arrays: what is stored, mapped into memory, and searched.

The layout is GeoArrow's for polygons of many parts: feature i is parts[i] to parts[i + 1], part j is rings[j] to
rings[j + 1], ring k is vertices[k] to vertices[k + 1], and a vertex is a row of `xy`, in degrees of longitude and
latitude. Of lines, a "ring" is one line and each is a part of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Polygons (`areal`) or lines of n features.

    `xy` (vertices, 2) float64 degrees; `vertices` (rings + 1,), `rings` (parts + 1,) and `parts` (n + 1,) are int64
    offsets, each from 0. Rings are closed: the last vertex repeats the first. A feature may have no part.
    """

    areal: bool
    xy: Floats
    vertices: Integers
    rings: Integers
    parts: Integers

    @classmethod
    def of(cls, geometries: Sequence[BaseGeometry] | NDArray[Any], areal: bool) -> Shapes:
        """Flat arrays of (multi)polygons, or of (multi)lines where not `areal`. Heights are left out.

        Raises ValueError for a geometry of another kind.
        """
        shapes = np.empty(len(geometries), dtype=object)
        shapes[:] = list(geometries)
        whole, single = (6, 3) if areal else (5, 1)
        kinds = shapely.get_type_id(shapes)
        if not np.isin(kinds, (whole, single)).all():
            other = shapes[~np.isin(kinds, (whole, single))][0]
            raise ValueError(f"a {other.geom_type} among {'polygons' if areal else 'lines'}")
        parts, owner = shapely.get_parts(shapes, return_index=True)
        # An empty part has no ring, and whoever looks for its first vertex would find another's.
        parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
        whole_parts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(shapes)))]).astype(np.int64)
        if not len(parts):
            none = np.zeros(1, dtype=np.int64)
            return cls(areal, np.zeros((0, 2)), none, none, whole_parts)
        _, xy, offsets = shapely.to_ragged_array(parts, include_z=False)
        levels = [np.asarray(level, dtype=np.int64) for level in offsets]
        rings = levels[1] if areal else np.arange(len(parts) + 1, dtype=np.int64)
        return cls(areal, np.ascontiguousarray(xy, dtype=np.float64), levels[0], rings, whole_parts)

    def __len__(self) -> int:
        return len(self.parts) - 1

    @property
    def part_feature(self) -> Integers:
        """The feature of each part."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.parts))

    def part_bounds(self) -> Floats:
        """West, south, east, north of each part, (parts, 4)."""
        if len(self.rings) < 2:
            return np.zeros((0, 4))
        starts = self.vertices[self.rings[:-1]]
        return np.hstack([np.minimum.reduceat(self.xy, starts), np.maximum.reduceat(self.xy, starts)])

    def longest_edge(self) -> float:
        """The longest edge, in degrees as the crow would fly on a flat map."""
        steps = np.diff(self.xy, axis=0)
        steps[self.vertices[1:-1] - 1] = 0.0
        return float(np.sqrt(np.einsum("ij,ij->i", steps, steps).max(initial=0.0)))

    def with_edges_to(self, longest: float) -> Shapes:
        """The same shapes with further vertices, so that no edge is longer than some degrees."""
        steps = np.vstack([np.diff(self.xy, axis=0), np.zeros((min(1, len(self.xy)), 2))])
        steps[self.vertices[1:] - 1] = 0.0
        count = np.maximum(np.ceil(np.hypot(steps[:, 0], steps[:, 1]) / longest).astype(np.int64), 1)
        ends = np.cumsum(count)
        place = np.arange(int(count.sum())) - np.repeat(ends - count, count)
        xy = (
            np.repeat(self.xy, count, axis=0)
            + np.repeat(steps, count, axis=0) * (place / np.repeat(count, count))[:, None]
        )
        vertices = np.concatenate([np.zeros(1, dtype=np.int64), ends[self.vertices[1:] - 1]])
        return Shapes(self.areal, xy, vertices, self.rings, self.parts)

    def part(self, number: int) -> BaseGeometry:
        """One part as a Polygon or LineString."""
        first, last = int(self.rings[number]), int(self.rings[number + 1])
        lines = [self.xy[self.vertices[ring] : self.vertices[ring + 1]] for ring in range(first, last)]
        if not self.areal:
            return shapely.LineString(lines[0])
        return shapely.Polygon(lines[0], lines[1:])

    def feature(self, number: int) -> BaseGeometry:
        """One feature as it was drawn: a Polygon or LineString, or of several parts a Multi one."""
        parts = [self.part(place) for place in range(int(self.parts[number]), int(self.parts[number + 1]))]
        if len(parts) == 1:
            return parts[0]
        whole: Any = shapely.multipolygons(parts) if self.areal else shapely.multilinestrings(parts)
        found: BaseGeometry = whole
        return found

    def geometries(self) -> NDArray[Any]:
        """Every feature as (multi)polygon or (multi)line, in one array."""
        kind = shapely.GeometryType.MULTIPOLYGON if self.areal else shapely.GeometryType.MULTILINESTRING
        offsets = (self.vertices, self.rings, self.parts) if self.areal else (self.vertices, self.parts)
        found: NDArray[Any] = shapely.from_ragged_array(kind, self.xy, offsets)
        return found
