"""Points placed in polygons, a million at a time, exactly as plain shapely's `intersects(point, polygon)` places them.

A grid is laid over the layer. Most of its cells are covered by one polygon or by none, and a point there is placed by
its cell alone. In the others a point is placed by walking to it from the cell's south-west corner, of which it is known
which polygons cover it: east along the south side, then north; each edge of a polygon crossed takes the walk out of the
polygon or into it. Edges are crossed in the half-open sense (a vertex on the line walked counts as west of it, or as
south), which is a walk a hair to the north and to the east of the one described and so never meets a vertex.

What an edge is to a point is decided by the sign of a determinant. Where that is not certain in floating point (`beside`),
where the point is a vertex, and where the ends of an edge are exactly north or south of it, the point is put to shapely
with the whole polygon. Those are the only ways of being on a boundary: an edge that the point is on either runs due
north, or begins or ends there, or crosses the point's meridian, and then the determinant is not certainly other than 0.
So a point on a boundary belongs to every polygon whose boundary that is, and the answer is shapely's: because
it is shapely's own, or because every sign it rests on is certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.crs import Floats, Integers
from screening.atlas.grid import Grid, as_complex, beside, ranges
from screening.atlas.shapes import Shapes

_NOTHING: Final = -1
_SPECIAL: Final = -2
"""A special cell's value is this less its number."""
_AT_ONCE: Final = 2**13
"""Points walked to in one go: their edges' figures then stay in the processor's cache."""

_VERTICES_AT_ONCE: Final = 2**20
"""Vertices of the polygons built for shapely in one go, about; one bigger polygon is built alone."""
_WORTH_PREPARING: Final = 64
"""Points from which on a polygon is prepared; a few are placed sooner in a plain one."""


class Walked(NamedTuple):
    """Pairs of a point and a feature it is in, and pairs of which the walk does not tell."""

    point: Integers
    feature: Integers
    doubted: Integers
    doubtful: Integers


@dataclass(frozen=True, slots=True, eq=False)
class PointGrid:
    """The polygons of `shapes`, ready for finding which of them points are in.

    `cell` (rows * columns,) int32: the one feature that covers the cell, -1 for none, or -2 - s for special cell s.
    A special cell's members, the features that meet it, are `members`[s] to [s + 1]: `feature` and whether it `covers`
    the cell's south-west corner. Its runs are `runs`[s] to [s + 1]: of consecutive edges, the `first` vertex, how many
    edges (`count`), and whose they are (`member`).
    """

    shapes: Shapes
    grid: Grid
    cell: NDArray[np.int32]
    members: Integers
    feature: NDArray[np.int32]
    covers: NDArray[np.bool_]
    runs: Integers
    first: Integers
    count: NDArray[np.int32]
    member: NDArray[np.int32]

    @classmethod
    def of(cls, shapes: Shapes, grid: Grid | None = None) -> PointGrid:
        """Made with `Grid.over(shapes)`, or with a grid given, which must reach a cell past every vertex.

        The polygons must be valid (`shapely.is_valid`), as shapely's own answer is only defined for those. Raises
        ValueError for lines, a ring that is not closed, or a vertex that is not a number.
        """
        if not shapes.areal:
            raise ValueError("points are placed in polygons, not on lines")
        grid = grid or Grid.over(shapes)
        run_cell, first, count = _runs(*grid.edges(shapes))
        owner = np.searchsorted(shapes.vertices[shapes.rings[shapes.parts[:-1]]], first, side="right") - 1
        covered, coverer = grid.covers(shapes)
        special = np.bincount(covered, minlength=grid.rows * grid.columns) > 1
        special[run_cell] = True
        cell = np.full(len(special), _NOTHING, dtype=np.int32)
        alone = ~special[covered]
        cell[covered[alone]] = coverer[alone]
        places = np.flatnonzero(special)
        cell[places] = _SPECIAL - np.arange(len(places), dtype=np.int32)
        # A member is known by its cell and feature, as one number.
        features = max(len(shapes), 1)
        of_run = (_SPECIAL - cell[run_cell]).astype(np.int64) * features + owner
        covered, coverer = covered[~alone], coverer[~alone]
        covering = (_SPECIAL - cell[covered]).astype(np.int64) * features + coverer
        member = np.unique(np.concatenate([of_run, covering]))
        covers = np.zeros(len(member), dtype=bool)
        covers[np.searchsorted(member, covering)] = True
        bounds = np.arange(len(places) + 1, dtype=np.int64) * features
        return cls(
            shapes=shapes,
            grid=grid,
            cell=cell,
            members=np.searchsorted(member, bounds).astype(np.int64),
            feature=(member % features).astype(np.int32),
            covers=covers,
            runs=np.searchsorted(of_run, bounds).astype(np.int64),
            first=first,
            count=count.astype(np.int32),
            member=np.searchsorted(member, of_run).astype(np.int32),
        )

    def find(self, points: Floats) -> tuple[Integers, Integers]:
        """Pairs of a point and a feature it is in or on the boundary of, by point and then by feature.

        `points` is (n, 2) longitude and latitude. Raises ValueError where one is not a number: it is nowhere, which is
        not the same as outside.
        """
        points = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 2)
        if not np.isfinite(points).all():
            raise ValueError(f"point {int(np.flatnonzero(~np.isfinite(points).all(axis=1))[0])} is not a number")
        across, up = self.grid.across(points[:, 0]), self.grid.up(points[:, 1])
        within = np.flatnonzero((across >= 0) & (across < self.grid.columns) & (up >= 0) & (up < self.grid.rows))
        column, row = across[within].astype(np.int64), up[within].astype(np.int64)
        value = self.cell[row * self.grid.columns + column]
        alone = np.flatnonzero(value >= 0)
        found = [(within[alone], value[alone].astype(np.int64))]
        chosen = np.flatnonzero(value <= _SPECIAL)
        chosen = chosen[np.argsort(-value[chosen], kind="stable")]
        special = (_SPECIAL - value[chosen]).astype(np.int64)
        corners = np.column_stack(self.grid.corner(column[chosen], row[chosen]))
        which = within[chosen]
        places = points[which]
        doubted = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]
        for start in range(0, len(which), _AT_ONCE):
            block = slice(start, start + _AT_ONCE)
            walked = self._walk(places[block], corners[block], special[block])
            found.append((which[block][walked.point], walked.feature))
            doubted.append((which[block][walked.doubted], walked.doubtful))
        found.append(self._ask(points, *(np.concatenate([pair[side] for pair in doubted]) for side in (0, 1))))
        point, feature = (np.concatenate([pair[side] for pair in found]) for side in (0, 1))
        order = np.argsort(point * max(len(self.shapes), 1) + feature, kind="stable")
        return point[order], feature[order]

    def _walk(self, places: Floats, corners: Floats, special: Integers) -> Walked:
        """Where the walk from each corner to the place in its special cell ends."""
        x, y = places.T
        west, south = corners.T
        begin = self.members[special]
        many = self.members[special + 1] - begin
        owner, member = ranges(begin, many)
        inside = self.covers[member]
        # `owner` and what follows it are by pair of point and member; a point's pairs begin at:
        pairs = np.cumsum(many) - many - begin
        begin = self.runs[special]
        run_point, run = ranges(begin, self.runs[special + 1] - begin)
        length = self.count[run].astype(np.int64) + 1
        of_run, vertex = ranges(self.first[run], length)
        point = run_point[of_run]
        z = as_complex(np.asarray(self.shapes.xy))[vertex]
        here = x[point]
        west_of, south_of = z.real <= here, z.imag <= south[point]
        north, east = west_of[1:] != west_of[:-1], south_of[1:] != south_of[:-1]
        crossed = north | east
        crossed[np.cumsum(length)[:-1] - 1] = False
        edge = np.flatnonzero(crossed)
        north, east = north[edge], east[edge]
        a, b, owned = z[edge], z[edge + 1], point[edge]
        pair = pairs[owned] + self.member[run[of_run[edge]]]
        turn = beside(a, b, x[owned], south[owned])
        end = beside(a, b, x[owned], y[owned])
        start = beside(a, b, west[owned], south[owned])
        doubt = (turn == 0) | (north & (end == 0)) | (east & (start == 0))
        through = (north & (turn != end)) ^ (east & (turn != start))
        inside ^= np.bincount(pair[through], minlength=len(inside)) % 2 == 1
        level = z.real == here
        touched = np.flatnonzero(level)
        if len(touched):
            due_north = level[touched - 1] & (touched > 0)
            touched = touched[(z.imag[touched] == y[point[touched]]) | due_north]
        at = pairs[point[touched]] + self.member[run[of_run[touched]]]
        doubtful = np.unique(np.concatenate([pair[doubt], at]))
        inside[doubtful] = False
        hit = np.flatnonzero(inside)
        return Walked(owner[hit], self._named(member[hit]), owner[doubtful], self._named(member[doubtful]))

    def _named(self, member: Integers) -> Integers:
        return self.feature[member].astype(np.int64)

    def _ask(self, points: Floats, point: Integers, feature: Integers) -> tuple[Integers, Integers]:
        """Those of the pairs of point and feature that are hits, by shapely."""
        order = np.argsort(feature, kind="stable")
        point = point[order]
        asked, count = np.unique(feature, return_counts=True)
        places = np.asarray(shapely.points(points[point]), dtype=object)
        hit = np.zeros(len(point), dtype=bool)
        weight = np.cumsum(self._vertices(asked))
        done = 0
        for batch in np.split(np.arange(len(asked)), np.flatnonzero(np.diff(weight // _VERTICES_AT_ONCE)) + 1):
            wholes = self._drawn(asked[batch])
            shapely.prepare(wholes[count[batch] > _WORTH_PREPARING])
            end = done + int(count[batch].sum())
            hit[done:end] = shapely.intersects(np.repeat(wholes, count[batch]), places[done:end])
            done = end
        return point[hit], feature[order][hit]

    def _vertices(self, feature: Integers) -> Integers:
        """How many vertices each feature has."""
        shapes = self.shapes
        begin, end = (shapes.vertices[shapes.rings[shapes.parts[one]]] for one in (feature, feature + 1))
        found: Integers = end - begin
        return found

    def _drawn(self, feature: Integers) -> NDArray[Any]:
        """The features as shapely has them, many at once: four times as quick as one by one."""
        shapes, numbers, offsets = self.shapes, feature, []
        for level in (shapes.parts, shapes.rings, shapes.vertices):
            many = level[numbers + 1] - level[numbers]
            offsets.append(np.concatenate([[0], np.cumsum(many)]))
            _, numbers = ranges(level[numbers], many)
        found: NDArray[Any] = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON, shapes.xy[numbers], offsets[::-1]
        )
        return found

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All but the shapes, to be kept with them."""
        grid = self.grid
        return {
            "grid": np.array([grid.west, grid.south, grid.step]),
            "size": np.array([grid.columns, grid.rows, len(self.shapes), len(self.shapes.xy)], dtype=np.int64),
            **{name: getattr(self, name) for name in KEPT},
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], shapes: Shapes) -> PointGrid:
        """A grid as it was kept, of the same shapes. Reads nothing of arrays that are mapped from a file.

        Raises ValueError where the arrays were not made of so many features and vertices.
        """
        columns, rows, features, vertices = arrays["size"].tolist()
        if (features, vertices) != (len(shapes), len(shapes.xy)) or len(arrays["cell"]) != columns * rows:
            raise ValueError("the grid was made of other shapes")
        west, south, step = arrays["grid"].tolist()
        # Mapped or not, a plain view: numpy's memmap costs microseconds at each use.
        kept: dict[str, Any] = {name: np.asarray(arrays[name]) for name in KEPT}
        return cls(shapes, Grid(west, south, step, columns, rows), **kept)


KEPT: Final = ("cell", "members", "feature", "covers", "runs", "first", "count", "member")


def _runs(cell: Integers, edge: Integers) -> tuple[Integers, Integers, Integers]:
    """Consecutive edges listed in the same cell as one: the cell, the first edge, and how many."""
    begins = np.ones(len(cell), dtype=bool)
    begins[1:] = (cell[1:] != cell[:-1]) | (edge[1:] != edge[:-1] + 1)
    start = np.flatnonzero(begins)
    return cell[start], edge[start], np.diff(start, append=len(cell))
