"""Big polygons cut into small ones that are quick to search and to intersect.

A part of more vertices than asked is halved across the longer side of its box, and the halves again, until each piece
is small. A seam is a line of constant longitude or latitude that passes through no vertex, so it meets the part's edges
only in their interiors and every vertex of the part comes back in exactly one piece, bit for bit. What is new is where
a seam crosses an edge: that point is on the seam exactly, and off the edge by a rounding (under 1e-13 degrees, ten
nanometres of ground). Pieces overlap nowhere and leave no gap, beyond those roundings.

Nothing here is trusted: each cut is checked by counting the vertices and each piece for being a valid polygon. A part
that fails is cut again in GEOS's slower and sturdier way, and one that fails that is handed back whole.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers
from screening.atlas.shapes import Shapes

MAX_VERTICES: Final = 512
_NARROWEST: Final = 1e-7
"""Degrees (a centimetre): a box no longer than this is not halved again."""
_AREA_SLACK: Final = 1e-11
"""By how much of its box the areas of a part and of its pieces may differ: rounding in a million-vertex area."""


class Seam(NamedTuple):
    """A cut at `place` degrees along `axis` (0 longitude, 1 latitude), which `crossed` edges pass."""

    axis: int
    place: float
    crossed: int


def pieces(shapes: Shapes, max_vertices: int = MAX_VERTICES) -> tuple[Shapes, Integers]:
    """Polygons of at most about `max_vertices` vertices that make up each part, and the part each is of, ascending.

    Every piece is a feature of one part. Over `max_vertices` remain only a part that is not valid, and one that no cut
    divides (hundreds of edges running side by side within a centimetre, or all of them across every cut). Raises
    ValueError for lines.
    """
    if not shapes.areal:
        raise ValueError("only polygons are cut in pieces")
    if max_vertices < 8:
        raise ValueError("a piece needs room for 8 vertices")
    parts = _parts(shapes)
    found: list[NDArray[Any]] = []
    count = np.ones(len(parts), dtype=np.int64)
    done = 0
    for number in np.flatnonzero(shapely.get_num_coordinates(parts) > max_vertices).tolist():
        cut = _cut(parts[number], max_vertices)
        count[number] = len(cut)
        found.extend((parts[done:number], cut))
        done = number + 1
    found.append(parts[done:])
    whole = np.concatenate(found)
    return Shapes.of(whole, areal=True), np.repeat(np.arange(len(parts), dtype=np.int64), count)


def _parts(shapes: Shapes) -> NDArray[Any]:
    if len(shapes.rings) < 2:
        return np.empty(0, dtype=object)
    kind = shapely.GeometryType.POLYGON
    parts: NDArray[Any] = shapely.from_ragged_array(kind, shapes.xy, (shapes.vertices, shapes.rings))
    return parts


def _cut(part: BaseGeometry, max_vertices: int) -> NDArray[Any]:
    """The pieces of one part, or the part alone."""
    for sturdy in (False, True):
        try:
            found = _halved(part, max_vertices, sturdy)
        except shapely.GEOSException:
            continue
        if found is not None and _make_up(found, part) and (not sturdy or _keep_vertices(found, part)):
            return found
    return _array([part])


def _halved(part: BaseGeometry, max_vertices: int, sturdy: bool) -> NDArray[Any] | None:
    """Pieces by repeated halving; None where a half has not the vertices it must have."""
    small: list[BaseGeometry] = []
    left = [part]
    while left:
        piece = left.pop()
        if shapely.get_num_coordinates(piece) <= max_vertices:
            small.append(piece)
            continue
        seam = _seam(piece, max_vertices)
        if seam is None:
            small.append(piece)
            continue
        halves = [_half(piece, seam, side, sturdy) for side in (0, 1)]
        if not sturdy and sum(map(_vertices, halves)) != _vertices(piece) + 2 * seam.crossed:
            return None
        # Last in, first out: the pieces come in the order of their boxes, west to east or south to north.
        left.extend(polygon for half in reversed(halves) for polygon in reversed(_polygons(half)))
    return _array(small)


def _seam(piece: BaseGeometry, max_vertices: int) -> Seam | None:
    """Across the middle of the longer side; across the other if the longer one's would cut many edges and that fewer."""
    xy = shapely.get_coordinates(piece)
    ring = np.repeat(np.arange(shapely.get_num_interior_rings(piece) + 1), _ring_sizes(piece))
    within = ring[1:] == ring[:-1]
    low, high = xy.min(axis=0), xy.max(axis=0)
    longer = int(high[1] - low[1] > high[0] - low[0])
    best: Seam | None = None
    for axis in (longer, 1 - longer):
        if high[axis] - low[axis] <= _NARROWEST:
            continue
        place = _free_place(xy[:, axis], (low[axis] + high[axis]) / 2)
        beyond = xy[:, axis] > place
        crossed = int(np.count_nonzero((beyond[1:] != beyond[:-1]) & within))
        if best is None or crossed < best.crossed:
            best = Seam(axis, place, crossed)
        if best.crossed <= max_vertices // 4:
            break
    # Each edge cut is a vertex more on both sides: a seam across half of them divides nothing.
    return best if best is not None and best.crossed <= len(xy) // 2 else None


def _ring_sizes(piece: BaseGeometry) -> Integers:
    return np.asarray(shapely.get_num_coordinates(shapely.get_rings(piece)), dtype=np.int64)


def _free_place(values: Floats, middle: float) -> float:
    """The first number from `middle` upwards that no vertex has."""
    place = np.float64(middle)
    while (values == place).any():
        place = np.nextafter(place, np.inf)
    return float(place)


def _half(piece: BaseGeometry, seam: Seam, side: int, sturdy: bool) -> BaseGeometry:
    west, south, east, north = piece.bounds
    edges = [west - 1, south - 1, east + 1, north + 1]
    edges[seam.axis if side else seam.axis + 2] = seam.place
    west, south, east, north = edges
    if sturdy:
        return shapely.intersection(piece, shapely.box(west, south, east, north))
    return shapely.clip_by_rect(piece, west, south, east, north)


def _polygons(half: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shapely.get_parts(half)) if shapely.get_type_id(part) == 3]


def _vertices(half: BaseGeometry) -> int:
    """Vertices of the polygons, each ring's last not counted again; -1 if there is anything else."""
    polygons = _polygons(half)
    if len(polygons) != shapely.get_num_geometries(half):
        return -1
    if not polygons:
        return 0
    return int(shapely.get_num_coordinates(polygons).sum()) - len(shapely.get_rings(polygons))


def _make_up(found: NDArray[Any], part: BaseGeometry) -> bool:
    west, south, east, north = part.bounds
    same = abs(shapely.area(found).sum() - shapely.area(part)) <= _AREA_SLACK * (east - west) * (north - south)
    return bool(same and shapely.is_valid(found).all())


def _keep_vertices(found: NDArray[Any], part: BaseGeometry) -> bool:
    """True when every vertex of the part is one of a piece, bit for bit: the sturdy way may move or merge some."""
    kept, wanted = (shapely.get_coordinates(one) @ [1, 1j] for one in (found, part))
    return bool(np.isin(wanted, kept).all())


def _array(polygons: list[BaseGeometry]) -> NDArray[Any]:
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    return array
