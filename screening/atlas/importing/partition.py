"""Where polygons that should divide a territory overlap, and where they leave gaps.

Only polygons with loose edges (`loose`) can overlap another or border a gap. Overlaps are looked for among the pairs of parts whose boxes meet and of which one is loose; gaps, the
holes enclosed by the layer as a whole, in tiles where there are loose edges, and put together across the tiles they span.
A sliver that is open to the outside of the layer is no gap but outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from math import pi
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers, areas, metres_per_degree, polygonal
from screening.atlas.importing.loose import Loose
from screening.atlas.shapes import Shapes

LEAST: Final = 0.01
"""Square metres under which two shapes merely touch: coordinates are doubles, good to nanometres."""

MOST_PAIRS: Final = 5_000_000
_TILE_VERTICES: Final = 50_000
_MOST_TILES: Final = 4_096
_PAIRS_AT_ONCE: Final = 2_000
_SHARED: Final = 1e-9
_BESIDE: Final = 1e-8
_WORKERS: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """An overlap of two features or a gap between several, by their numbers in the layer.

    `area` is square metres. `beyond`: some point of it is farther from its edge than the tolerance.
    """

    features: tuple[int, ...]
    geometry: BaseGeometry
    area: float
    beyond: bool


def find_overlaps(shapes: Shapes, loose: Loose, tolerance: Fraction) -> list[Fault] | None:
    """Every pair of features that overlap by more than `LEAST`; None where there are too many pairs to look at.

    How many features cover a place changes only at loose edges. So what overlaps a suspect is suspect in turn, and all
    overlaps are found from the loose parts on, also where two whole maps lie on each other and share their outline.
    """
    boxes = _boxes(shapes)
    tree = shapely.STRtree(boxes)
    owner = shapes.part_feature
    seen = np.zeros(len(boxes), dtype=bool)
    suspects = np.unique(loose.parts)
    by_pair: dict[tuple[int, int], list[BaseGeometry]] = {}
    looked_at = 0
    with ThreadPoolExecutor(_WORKERS) as workers:
        while len(suspects):
            pairs = _pairs(tree, boxes, owner, suspects, seen)
            seen[suspects] = True
            looked_at += len(pairs)
            if looked_at > MOST_PAIRS:
                return None
            chunks = np.array_split(pairs, max(1, -(-len(pairs) // _PAIRS_AT_ONCE)))
            met = []
            for found in workers.map(lambda chunk: list(_common(shapes, chunk)), chunks):
                for one, other, piece in found:
                    low, high = sorted((int(owner[one]), int(owner[other])))
                    by_pair.setdefault((low, high), []).append(piece)
                    met += [one, other]
            suspects = np.unique(np.array(met, dtype=np.int64))
            suspects = suspects[~seen[suspects]]
    return _faults(sorted(by_pair.items()), tolerance)


def _pairs(
    tree: shapely.STRtree, boxes: NDArray[Any], owner: Integers, suspects: Integers, seen: NDArray[np.bool_]
) -> Integers:
    """Pairs of parts of different features whose boxes meet, one of each pair suspect and none of it seen; each once."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    for chunk in np.array_split(suspects, max(1, len(suspects) // 10_000)):
        asked, other = tree.query(boxes[chunk])
        one = chunk[asked]
        new = (owner[one] != owner[other]) & ~seen[other]
        found.append(np.column_stack([np.minimum(one, other)[new], np.maximum(one, other)[new]]))
        if sum(map(len, found)) > 2 * MOST_PAIRS:
            break
    return np.unique(np.concatenate(found), axis=0)


def _common(shapes: Shapes, pairs: Integers) -> Iterator[tuple[int, int, BaseGeometry]]:
    numbers, place = np.unique(pairs, return_inverse=True)
    polygons = np.array([shapes.part(int(number)) for number in numbers], dtype=object)
    sides = polygons[place.reshape(-1, 2)]
    common = shapely.intersection(sides[:, 0], sides[:, 1])
    for number in np.flatnonzero(shapely.get_dimensions(common) == 2):
        piece = polygonal(common[number])
        if areas([piece])[0] > LEAST:
            yield int(pairs[number, 0]), int(pairs[number, 1]), piece


def _faults(found: Sequence[tuple[tuple[int, ...], list[BaseGeometry]]], tolerance: Fraction) -> list[Fault]:
    """One fault for each group of pieces with its features."""
    wholes = np.empty(len(found), dtype=object)
    wholes[:] = [pieces[0] if len(pieces) == 1 else polygonal(shapely.union_all(pieces)) for _, pieces in found]
    parts, owner = shapely.get_parts(wholes, return_index=True)
    sizes = areas(parts)
    # What holds a point deeper than the tolerance holds a circle of that radius.
    wide = np.flatnonzero(sizes > pi * float(tolerance) ** 2)
    beyond = np.zeros(len(wholes), dtype=bool)
    beyond[owner[wide[_deeper(parts[wide], float(tolerance))]]] = True
    total = np.bincount(owner, sizes, minlength=len(wholes))
    return [
        Fault(features, whole, float(size), bool(far))
        for (features, _), whole, size, far in zip(found, wholes, total, beyond, strict=True)
    ]


def _deeper(polygons: NDArray[Any], metres: float) -> NDArray[np.bool_]:
    """Which polygons hold a point farther than `metres` from their edge, taken as flat about their first vertex."""
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    first = xy[np.searchsorted(owner, np.arange(len(polygons)))]
    east, north = metres_per_degree(first[:, 1])
    flat = shapely.set_coordinates(polygons.copy(), (xy - first[owner]) * np.column_stack([east, north])[owner])
    found: NDArray[np.bool_] = ~shapely.is_empty(shapely.buffer(flat, -metres, quad_segs=8))
    return found


def _boxes(shapes: Shapes) -> NDArray[Any]:
    bounds = shapes.part_bounds()
    return np.asarray(shapely.box(bounds[:, 0], bounds[:, 1], bounds[:, 2], bounds[:, 3]), dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class _Tiles:
    """A grid of tiles over a layer with a margin of nothing around it: lines of longitude and of latitude."""

    columns: Floats
    rows: Floats

    @classmethod
    def over(cls, xy: Floats) -> _Tiles:
        (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
        wide, high = max(east - west, 1e-6), max(north - south, 1e-6)
        count = min(_MOST_TILES, max(1, len(xy) // _TILE_VERTICES))
        side = float(np.sqrt(wide * high / count))
        across, up = (int(min(count, max(1, np.ceil(length / side)))) for length in (wide, high))
        return cls(
            np.linspace(west - wide / 100, east + wide / 100, across + 1),
            np.linspace(south - high / 100, north + high / 100, up + 1),
        )

    def box(self, column: int, row: int) -> BaseGeometry:
        found: BaseGeometry = shapely.box(
            self.columns[column], self.rows[row], self.columns[column + 1], self.rows[row + 1]
        )
        return found

    def with_edges(self, loose: Loose) -> NDArray[np.bool_]:
        """Which tiles, by column and row, some loose edge may meet."""
        found = np.zeros((len(self.columns) - 1, len(self.rows) - 1), dtype=bool)
        low, high = np.minimum(loose.starts, loose.ends), np.maximum(loose.starts, loose.ends)
        spans = []
        for axis, lines in ((0, self.columns), (1, self.rows)):
            last = len(lines) - 2
            # A tile beside an edge's own is marked too where the edge lies on the line between them.
            spans.append(np.clip(np.searchsorted(lines, low[:, axis], side="left") - 1, 0, last))
            spans.append(np.clip(np.searchsorted(lines, high[:, axis], side="right") - 1, 0, last))
        for west, east, south, north in np.unique(np.column_stack(spans), axis=0):
            found[west : east + 1, south : north + 1] = True
        return found


def find_gaps(shapes: Shapes, loose: Loose, tolerance: Fraction) -> list[Fault]:
    """Every hole enclosed by the layer as a whole that is larger than `LEAST`."""
    if not len(shapes.xy) or not len(loose.parts):
        return []
    tiles = _Tiles.over(shapes.xy)
    parts = _boxes(shapes)
    tree = shapely.STRtree(parts)
    marked = tiles.with_edges(loose)
    cells = [(column, row) for column in range(marked.shape[0]) for row in range(marked.shape[1])]

    def uncovered(cell: tuple[int, int]) -> list[BaseGeometry]:
        box = tiles.box(*cell)
        near = np.sort(tree.query(box))
        if not marked[cell]:
            # No loose edge: all of it is covered or none of it.
            middle = shapely.centroid(box)
            inside = any(shapely.intersects(shapes.part(int(number)), middle) for number in near)
            return [] if inside else [box]
        polygons = np.array([shapes.part(int(number)) for number in near], dtype=object)
        left = shapely.difference(box, shapely.union_all(shapely.intersection(polygons, box)))
        pieces = shapely.get_parts(polygonal(left))
        return [piece for piece, size in zip(pieces, areas(pieces), strict=True) if size > LEAST / 100]

    with ThreadPoolExecutor(_WORKERS) as workers:
        found = dict(zip(cells, workers.map(uncovered, cells), strict=True))
    faults = _faults([((), pieces) for pieces in _enclosed(found, tiles)], tolerance)
    return _with_neighbours([fault for fault in faults if fault.area > LEAST], shapes, tree)


def _enclosed(found: dict[tuple[int, int], list[BaseGeometry]], tiles: _Tiles) -> list[list[BaseGeometry]]:
    """Uncovered pieces put together across the lines between tiles, without those that lead out of the layer."""
    pieces = np.array([piece for _, listed in sorted(found.items()) for piece in listed], dtype=object)
    outside = len(pieces)
    group = list(range(outside + 1))

    def head(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    rim = shapely.boundary(shapely.box(tiles.columns[0], tiles.rows[0], tiles.columns[-1], tiles.rows[-1]))
    for number in np.flatnonzero(shapely.length(shapely.intersection(pieces, rim)) > _SHARED):
        group[int(number)] = outside
    on_line = np.flatnonzero(_on_lines(pieces, tiles))
    one, other = shapely.STRtree(pieces[on_line]).query(pieces[on_line], predicate="intersects")
    one, other = on_line[one[one < other]], on_line[other[one < other]]
    shared = shapely.length(shapely.intersection(pieces[one], pieces[other])) > _SHARED
    for left, right in zip(one[shared].tolist(), other[shared].tolist(), strict=True):
        group[head(left)] = head(right)
    together: dict[int, list[BaseGeometry]] = {}
    for place, piece in enumerate(pieces.tolist()):
        if head(place) != head(outside):
            together.setdefault(head(place), []).append(piece)
    return list(together.values())


def _on_lines(pieces: NDArray[Any], tiles: _Tiles) -> NDArray[np.bool_]:
    """Which pieces reach a line between tiles, and so may go on beyond it."""
    west, south, east, north = shapely.bounds(pieces).reshape(-1, 4).T
    across = [
        np.isin(side, lines)
        for lines, sides in ((tiles.columns, (west, east)), (tiles.rows, (south, north)))
        for side in sides
    ]
    return np.asarray(np.logical_or.reduce(across))


def _with_neighbours(faults: list[Fault], shapes: Shapes, tree: shapely.STRtree) -> list[Fault]:
    """The gaps with the features that border them."""
    gaps = np.array([fault.geometry for fault in faults], dtype=object)
    gap, part = tree.query(gaps) if len(gaps) else (np.zeros(0, dtype=np.int64),) * 2
    around: list[set[int]] = [set() for _ in faults]
    owner = shapes.part_feature
    order = np.argsort(part, kind="stable")
    for chunk in np.array_split(order, max(1, len(order) // _PAIRS_AT_ONCE)):
        numbers, place = np.unique(part[chunk], return_inverse=True)
        polygons = np.array([shapes.part(int(number)) for number in numbers], dtype=object)
        shapely.prepare(polygons)
        for pair in chunk[shapely.dwithin(polygons[place], gaps[gap[chunk]], _BESIDE)]:
            around[gap[pair]].add(int(owner[part[pair]]))
    return [replace(fault, features=tuple(sorted(met))) for fault, met in zip(faults, around, strict=True)]
