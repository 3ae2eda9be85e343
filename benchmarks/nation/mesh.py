"""Cells around sites and the borders between them: a Voronoi mesh whose every corner joins three borders.

Three, never four, is what makes the outline of any set of cells unique. Every border has a kite, two points beside it
within its two cells; kites meet at corners only, so a border that wriggles inside its kite crosses no other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from benchmarks.nation.land import Land
from screening.atlas.crs import Floats, Integers

SHORTEST: Final = 2e-6
"""Degrees below which no border is: 0.2 m."""

KITE: Final = 0.6
"""How far a kite may reach towards the site: what lies within 1 - KITE of the distance to the border stays free."""


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """In the plane: `sites` of n cells; `corners`; and of each border its `ends` (m, 2 corners), the cells on its
    `left` and `right`, and its kite (m, 2 points, 2). `room` is the radius free of borders about each site.
    """

    sites: Floats
    room: Floats
    corners: Floats
    ends: Integers
    left: Integers
    right: Integers
    kite: Floats

    @property
    def lengths(self) -> Floats:
        """Straight length of each border, in degrees of the plane."""
        found: Floats = np.hypot(*(self.corners[self.ends[:, 1]] - self.corners[self.ends[:, 0]]).T)
        return found

    def neighbours(self, cells: Integers) -> dict[int, Integers]:
        """The cells beside each of some cells, in order of number."""
        found = {}
        for cell in cells.tolist():
            beside = np.concatenate([self.right[self.left == cell], self.left[self.right == cell]])
            found[cell] = np.sort(beside)
        return found

    def with_insets(self, hosts: Integers, seed: int) -> Mesh:
        """The same with a small cell inside each host, numbered on from the last cell: a hole in it, or an island."""
        draw = np.random.default_rng([seed, 4])
        count, sides = len(hosts), 6
        turn = draw.random((count, 1)) * 6.283 + np.arange(sides) * (2 * np.pi / sides)
        out = draw.uniform(0.5, 0.7, (count, sides)) * self.room[hosts][:, None]
        away = np.stack([out * np.cos(turn), out * np.sin(turn)], axis=2)
        middle = (away + np.roll(away, -1, axis=1)) / 2
        site = self.sites[hosts][:, None, :]
        outer = middle * (0.9 * self.room[hosts][:, None, None] / np.hypot(*np.moveaxis(middle, 2, 0))[:, :, None])
        first = len(self.corners) + np.arange(count)[:, None] * sides
        ends = np.stack([first + np.arange(sides), first + (np.arange(sides) + 1) % sides], axis=2)
        inset = len(self.sites) + np.arange(count)
        return replace(
            self,
            sites=np.vstack([self.sites, self.sites[hosts]]),
            room=np.append(self.room, np.zeros(count)),
            corners=np.vstack([self.corners, (site + away).reshape(-1, 2)]),
            ends=np.vstack([self.ends, ends.reshape(-1, 2)]),
            left=np.append(self.left, np.repeat(inset, sides)),
            right=np.append(self.right, np.repeat(hosts, sides)),
            kite=np.concatenate([self.kite, np.stack([site + middle * 0.5, site + outer], axis=2).reshape(-1, 2, 2)]),
        )


def make_mesh(land: Land, count: int, seed: int) -> Mesh:
    """A mesh with about `count` cells on the land and a margin of cells at sea around them."""
    fence = land.fence(count)
    sites = np.vstack([land.sites(count, seed), fence])
    for _ in range(4):
        pairs = _pairs(_triangles(sites))
        total = np.column_stack([np.bincount(pairs.ravel(), sites[pairs[:, ::-1].ravel(), k]) for k in (0, 1)])
        sites = (sites + total / np.bincount(pairs.ravel())[:, None]) / 2
        sites[-len(fence) :] = fence
    draw = np.random.default_rng([seed, 5])
    for _ in range(50):
        mesh = _mesh(sites)
        inland = land.height(sites) < 1.06
        short = (mesh.lengths < SHORTEST) & (inland[mesh.left] | inland[mesh.right])
        if not short.any():
            return mesh
        moved = np.unique(mesh.left[short])
        sites = sites.copy()
        sites[moved] += draw.uniform(-0.1, 0.1, (len(moved), 2)) * mesh.room[moved, None]
    raise RuntimeError(f"some border stays under {SHORTEST} degrees with seed {seed}")


def _triangles(sites: Floats) -> Integers:
    """Delaunay triangles as rows of three sites, counter-clockwise."""
    found = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(sites)))
    corners = shapely.get_coordinates(found).reshape(-1, 4, 2)[:, :3]
    key = sites[:, 0] + 1j * sites[:, 1]
    order = np.argsort(key)
    place = np.searchsorted(key[order], corners[..., 0] + 1j * corners[..., 1])
    rows = order[place].astype(np.int64)
    one, two, three = (sites[rows[:, k]] for k in range(3))
    clockwise = _cross(two - one, three - one) < 0
    rows[clockwise] = rows[clockwise][:, ::-1]
    # An order of our own, whatever order the triangulation comes in.
    rows = np.take_along_axis(rows, (np.argmin(rows, axis=1)[:, None] + np.arange(3)) % 3, axis=1)
    return rows[np.lexsort(rows.T[::-1])]


def _pairs(triangles: Integers) -> Integers:
    both = np.sort(np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    return np.unique(both, axis=0)


def _cross(one: Floats, two: Floats) -> Floats:
    found: Floats = one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0]
    return found


def _mesh(sites: Floats) -> Mesh:
    triangles = _triangles(sites)
    corners = _circumcentres(*(sites[triangles[:, k]] for k in range(3)))
    starts = np.concatenate([triangles[:, k] for k in range(3)])
    stops = np.concatenate([triangles[:, (k + 1) % 3] for k in range(3)])
    owner = np.tile(np.arange(len(triangles)), 3)
    order = np.lexsort([starts > stops, np.maximum(starts, stops), np.minimum(starts, stops)])
    low, high = np.minimum(starts, stops)[order], np.maximum(starts, stops)[order]
    twin = np.flatnonzero((low[1:] == low[:-1]) & (high[1:] == high[:-1]))
    left, right = low[twin], high[twin]
    # The triangle left of left -> right has it counter-clockwise; the border runs to its corner from the other's.
    ends = np.column_stack([owner[order][twin + 1], owner[order][twin]])
    first, last = corners[ends[:, 0]], corners[ends[:, 1]]
    kite = np.stack([_apex(first, last, sites[left]), _apex(first, last, sites[right])], axis=1)
    room = np.full(len(sites), np.inf)
    half = np.hypot(*(sites[left] - sites[right]).T) / 2 * (1 - KITE)
    np.minimum.at(room, left, half)
    np.minimum.at(room, right, half)
    return Mesh(sites, room, corners, ends.astype(np.int64), left, right, kite)


def _circumcentres(one: Floats, two: Floats, three: Floats) -> Floats:
    b, c = two - one, three - one
    twice = 2 * _cross(b, c)[:, None]
    bb, cc = (b**2).sum(axis=1)[:, None], (c**2).sum(axis=1)[:, None]
    turn = np.hstack([c[:, 1:] * bb - b[:, 1:] * cc, b[:, :1] * cc - c[:, :1] * bb])
    with np.errstate(divide="ignore", invalid="ignore"):
        # Flat triangles are on the rim, out at sea.
        return np.asarray(one + turn / twice, dtype=np.float64)


def _apex(first: Floats, last: Floats, site: Floats) -> Floats:
    """A point over the middle of first-last, inside the triangle with the site and not near the site."""
    with np.errstate(divide="ignore", invalid="ignore"):
        along = last - first
        size = np.hypot(*along.T)
        across = np.column_stack([-along[:, 1], along[:, 0]]) / size[:, None]
        rise = ((site - first) * across).sum(axis=1)
        foot = ((site - first) * along).sum(axis=1) / size**2
        over = KITE * rise * 0.5 / np.maximum(foot, 1 - foot)
        over = np.sign(over) * np.minimum(np.abs(over), 0.45 * size)
        return np.asarray((first + last) / 2 + across * over[:, None], dtype=np.float64)
