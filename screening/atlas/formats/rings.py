"""Rings of boundary points to polygons: which is a hole, which a part, decided by what lies in what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]


def split_closed(points: Sequence[Point]) -> list[list[Point]]:
    """Points in order, cut where a ring comes back to its first point: each ring without that repetition."""
    rings: list[list[Point]] = []
    ring: list[Point] = []
    for point in points:
        if len(ring) >= 3 and point == ring[0]:
            rings.append(ring)
            ring = []
        else:
            ring.append(point)
    if ring:
        rings.append(ring)
    return rings


def assemble(rings: Sequence[Sequence[Point]]) -> BaseGeometry:
    """A polygon, or of several parts a multipolygon. A ring in an odd number of others is a hole of the smallest.

    Rings that cross each other stay parts of their own, as they were drawn. Raises ValueError for a ring of fewer than
    three different points.
    """
    for number, ring in enumerate(rings, 1):
        if len(set(ring)) < 3:
            raise ValueError(f"ring {number} has fewer than three different points")
    polygons: NDArray[Any] = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    size = shapely.area(polygons)
    around: list[list[int]] = [[] for _ in rings]
    if len(rings) > 1 and shapely.is_valid(polygons).all():
        inner, outer = shapely.STRtree(polygons).query(polygons, predicate="covered_by")
        for one, other in zip(inner.tolist(), outer.tolist(), strict=True):
            if size[one] < size[other]:
                around[one].append(other)
    holes: dict[int, list[int]] = {}
    for number, others in enumerate(around):
        if len(others) % 2:
            holes.setdefault(min(others, key=lambda other: float(size[other])), []).append(number)
    parts = [
        shapely.Polygon(rings[number], [rings[hole] for hole in holes.get(number, [])])
        for number, others in enumerate(around)
        if len(others) % 2 == 0
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
