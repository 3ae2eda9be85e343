"""A regular grid of square cells over a layer: which edges each cell meets, and which polygons cover its corner.

Both answers are made for exact use. An edge is listed in every cell it meets or passes within `SLACK` of, so what is not
listed is certainly not there. A corner, the south-west one of a cell, is said to be covered or not by counting crossings
to its west; where an edge passes so close to a corner that `beside` cannot tell its side, either may be said, and
whoever uses the corner asks `beside` the same of the same numbers, is not told either, and takes another way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.crs import Floats, Integers
from screening.atlas.shapes import Shapes

MOST_CELLS: Final = 2**24
"""Cells of a grid, at most: 64 MB at four bytes each."""

SLACK: Final = 2.0**-10
"""Cells: how near an edge is listed as met. It is 1,000 times what rounding can move an edge or a point, or more."""

_MOST_SIDE: Final = 2**14
_MOST_COVERED: Final = 2**26
_FEWEST_CELLS: Final = 2**12
_AT_ONCE: Final = 2**20
"""Vertices handled in one go, so that building needs little more memory than its result."""
_SIGN_ERROR: Final = 4 * 2.0**-53
_UNDERFLOW: Final = 1e-290


Complexes = NDArray[np.complex128]


def ranges(first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """For each range its number, repeated, and first, first + 1, ... of it, `count` of them."""
    which = np.repeat(np.arange(len(first), dtype=np.int64), count)
    ends = np.cumsum(count)
    return which, np.arange(len(which), dtype=np.int64) + (first - ends + count)[which]


def beside(a: Complexes, b: Complexes, x: Floats, y: Floats) -> NDArray[np.int8]:
    """On which side of the line from a to b each (x, y) lies: 1 left, -1 right, 0 not certain. Never a wrong side.

    The sign of (b - a) x (p - a) = l - r is that of the number computed if this exceeds (3 + 16e)e (|l| + |r|), where e
    is 2**-53: each difference is off by a factor within 1 +- e, so each product by one within (1 + e)**3, and the last
    subtraction by 1 +- e (Shewchuk 1997, ccwerrboundA). 4e leaves room for rounding in the bound itself, and 1e-290 for
    products too small to be normal numbers.
    """
    ax, ay = a.real, a.imag
    left = (b.real - ax) * (y - ay)
    right = (b.imag - ay) * (x - ax)
    cross = left - right
    bound = (np.abs(left) + np.abs(right)) * _SIGN_ERROR + _UNDERFLOW
    return (cross > bound).astype(np.int8) - (cross < -bound).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Grid:
    """`rows` x `columns` squares of `step` degrees, the first with its south-west corner at `west`, `south`."""

    west: float
    south: float
    step: float
    columns: int
    rows: int

    @classmethod
    def over(cls, shapes: Shapes, most_cells: int = MOST_CELLS) -> Grid:
        """A grid that reaches past every vertex, of about two cells an edge but no more than `most_cells`.

        Coarser where edges are long or polygons lie many deep: an edge is listed about eight times on the average and once
        a cell more, and polygons cover some 70 million corners together, at most.
        Raises ValueError for a ring that is not closed or a vertex that is not a number.
        """
        xy = shapes.xy
        if not len(xy):
            return cls(0.0, 0.0, 1.0, 1, 1)
        low, high = xy.min(axis=0), xy.max(axis=0)
        if not np.isfinite(high - low).all():
            raise ValueError("a vertex that is not a number")
        full = np.flatnonzero(np.diff(shapes.vertices))
        first, last = shapes.vertices[full], shapes.vertices[full + 1] - 1
        if (xy[first] != xy[last]).any():
            raise ValueError("a ring that is not closed")
        width, height = float(high[0] - low[0]), float(high[1] - low[1])
        length, area = _extent(shapes)
        cells = min(most_cells, max(_FEWEST_CELLS, 2 * len(xy)))
        step = max(
            sqrt(width * height / cells),
            max(width, height) / min(_MOST_SIDE, cells),
            length / (8 * len(xy) + most_cells),
            sqrt(area / _MOST_COVERED),
            float(np.abs([low, high]).max()) * 2.0**-30,
            2.0**-60,
        )
        # Off any round number, as the vertices of many a layer are round and would lie on the lines.
        west, south = float(low[0]) - step * 0.6180339887, float(low[1]) - step * 0.4142135624
        columns, rows = floor((float(high[0]) - west) / step) + 2, floor((float(high[1]) - south) / step) + 2
        return cls(west, south, step, columns, rows)

    def corner(self, column: Integers, row: Integers) -> tuple[Floats, Floats]:
        """Longitude and latitude of south-west corners; the same numbers whenever asked."""
        x: Floats = self.west + column.astype(np.float64) * self.step
        y: Floats = self.south + row.astype(np.float64) * self.step
        return x, y

    def across(self, x: Floats) -> Floats:
        """Longitudes in cells from the west side."""
        found: Floats = (x - self.west) / self.step
        return found

    def up(self, y: Floats) -> Floats:
        """Latitudes in cells from the south side."""
        found: Floats = (y - self.south) / self.step
        return found

    def edges(self, shapes: Shapes) -> tuple[Integers, Integers]:
        """Pairs of a cell (row * columns + column) and an edge that meets it, ascending; an edge is its first vertex."""
        bits = len(shapes.xy).bit_length()
        found = [np.empty(0, dtype=np.int64)]
        for first, xy, edge in _stretches(shapes):
            across, up = self.across(xy[:, 0]), self.up(xy[:, 1])
            for cell, chosen in self._met(across, up, edge):
                found.append(cell << bits | (chosen + first))
        pairs = np.concatenate(found)
        found.clear()
        pairs.sort()
        cell = pairs >> bits
        pairs &= (1 << bits) - 1
        return cell, pairs

    def _met(self, across: Floats, up: Floats, edge: Integers) -> Iterator[tuple[Integers, Integers]]:
        column, columns = _least(across, edge), _most(across, edge)
        row, rows = _least(up, edge), _most(up, edge)
        alone = (column == columns) & (row == rows)
        yield row[alone] * self.columns + column[alone], edge[alone]
        many = np.flatnonzero(~alone)
        # Row by row: the columns of what of the edge lies in the row.
        which, row = ranges(row[many], rows[many] - row[many] + 1)
        line = edge[many[which]]
        start, rise = up[line], up[line + 1] - up[line]
        run = across[line + 1] - across[line]
        flat = np.abs(rise) < SLACK
        rise[flat] = 1.0
        low = np.clip((row - SLACK - start) / rise, 0.0, 1.0)
        high = np.clip((row + 1 + SLACK - start) / rise, 0.0, 1.0)
        low[flat], high[flat] = 0.0, 1.0
        low, high = across[line] + low * run, across[line] + high * run
        column = np.floor(np.minimum(low, high) - SLACK).astype(np.int64)
        columns = np.floor(np.maximum(low, high) + SLACK).astype(np.int64)
        part, column = ranges(column, columns - column + 1)
        yield row[part] * self.columns + column, line[part]

    def covers(self, shapes: Shapes) -> tuple[Integers, Integers]:
        """Pairs of a cell and a feature that covers its corner, in no order, none twice.

        Along each line of corners the edges of a feature that cross it (from at or below to above) are taken from west to
        east: between the first and the second the feature covers the line, between the third and the fourth, and so on.
        """
        starts = shapes.vertices[shapes.rings[shapes.parts[:-1]]]
        found = [np.empty(0, dtype=np.int64)]
        for first, xy, edge in _stretches(shapes):
            line, row, column = self._crossings(xy, edge)
            feature = np.searchsorted(starts, line + first, side="right") - 1
            found.append((feature * self.rows + row) * (self.columns + 1) + column)
        crossings = np.concatenate(found)
        crossings.sort()
        line, column = np.divmod(crossings, self.columns + 1)
        feature, row = np.divmod(line[::2], self.rows)
        which, cell = ranges(row * self.columns + column[::2], column[1::2] - column[::2])
        return cell, feature[which]

    def _crossings(self, xy: Floats, edge: Integers) -> tuple[Integers, Integers, Integers]:
        """Of every crossing the edge, the row whose south side it crosses, and the first corner east of it."""
        above = self._first_line(xy[:, 1])
        here, there = above[edge], above[edge + 1]
        crossed = np.flatnonzero(here != there)
        which, row = ranges(np.minimum(here, there)[crossed], np.abs(there - here)[crossed])
        line = edge[crossed[which]]
        a, b = xy[line], xy[line + 1]
        share = (self.south + row * self.step - a[:, 1]) / (b[:, 1] - a[:, 1])
        start = self.across(a[:, 0])
        place = start + share * (self.across(b[:, 0]) - start)
        column = np.floor(place).astype(np.int64) + 1
        nearest = np.rint(place).astype(np.int64)
        close = np.flatnonzero(np.abs(place - nearest) < SLACK)
        if len(close):
            x, y = self.corner(nearest[close], row[close])
            side = beside(as_complex(a[close]), as_complex(b[close]), x, y)
            rising = b[close, 1] > a[close, 1]
            column[close] = nearest[close] + np.where(rising, side > 0, side < 0)
        return line, row, column

    def _first_line(self, y: Floats) -> Integers:
        """The first row whose south side is at or above each latitude, as `corner` has it."""
        row = np.ceil(self.up(y)).astype(np.int64)
        row -= self.south + (row - 1) * self.step >= y
        row += self.south + row * self.step < y
        return row


def as_complex(xy: Floats) -> Complexes:
    """Each row of (n, 2) as one number, without copying: a vertex is then fetched in one go."""
    return xy.view(np.complex128)[:, 0]


def _stretches(shapes: Shapes) -> Iterator[tuple[int, Floats, Integers]]:
    """The vertices some at a time: the first's number, their coordinates, and which of them begin an edge."""
    begins = np.ones(len(shapes.xy), dtype=bool)
    begins[shapes.vertices[1:] - 1] = False
    for first in range(0, len(begins), _AT_ONCE):
        xy = np.asarray(shapes.xy[first : first + _AT_ONCE + 1])
        yield first, xy, np.flatnonzero(begins[first : first + _AT_ONCE])


def _extent(shapes: Shapes) -> tuple[float, float]:
    """Degrees the edges run, east-west and north-south together, and square degrees the rings enclose, holes added."""
    length, area = 0.0, np.zeros(len(shapes.vertices) - 1)
    for first, xy, edge in _stretches(shapes):
        a, b = xy[edge], xy[edge + 1]
        length += float(np.abs(b - a).sum())
        a, b = a - shapes.xy[0], b - shapes.xy[0]
        ring = np.searchsorted(shapes.vertices, edge + first, side="right") - 1
        begins = np.flatnonzero(np.diff(ring, prepend=-1))
        area[ring[begins]] += np.add.reduceat(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0], begins) / 2 if len(edge) else 0.0
    return length, float(np.abs(area).sum())


def _least(place: Floats, edge: Integers) -> Integers:
    low = np.floor(place - SLACK).astype(np.int64)
    return np.minimum(low[edge], low[edge + 1])


def _most(place: Floats, edge: Integers) -> Integers:
    high = np.floor(place + SLACK).astype(np.int64)
    return np.maximum(high[edge], high[edge + 1])
