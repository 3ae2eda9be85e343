"""The edges of the map that may be the nearest to a site: few, and never without the one that is.

Distances here are reckoned flat, in degrees times the metres a degree has at the site. How wrong that can be over there
is known for every box from the degrees of longitude at its north and south; `_allow` covers what remains.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.crs import Floats, Integers, metres_per_degree
from screening.atlas.runs import RUN, Boxes, Runs
from screening.atlas.site import Site

_SAMPLE: Final = 64
"""Vertices of a site that serve for a bound from above."""

_DENSE: Final = 2_000_000
"""Pairs of vertices up to which all are compared."""


def find_candidates(site: Site, runs: Runs, wanted: NDArray[np.bool_]) -> tuple[Integers, Floats]:
    """Edges (n, 2, 2) of the wanted layers, in degrees, and the run each belongs to, in order of the layers."""
    blocks = np.flatnonzero(wanted[runs.block_layer])
    if not len(blocks):
        return blocks, np.zeros((0, 2, 2))
    return _Search.about(site, runs).edges(blocks, np.full(len(wanted), inf))


def _allow(metres: Floats) -> Floats:
    """A bound from above, widened so that what is farther by our reckoning is farther in truth.

    A degree of latitude grows by 1 % over China, and a geodesic bows poleward, saving under (d / 5000 km)2 of d.
    """
    return metres * (1.0002 + metres * 4e-9 + (metres / 5e6) ** 2) + 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """One site among the runs: `scale` metres per degree at its centre, `own` its vertices in such metres."""

    site: Site
    runs: Runs
    centre: Floats
    scale: Floats
    narrow: float
    wide: float
    whole: Floats
    own: Floats

    @classmethod
    def about(cls, site: Site, runs: Runs) -> _Search:
        whole = shapely.bounds(site.drawn)
        centre = (whole[:2] + whole[2:]) / 2
        east, north = metres_per_degree(np.array([whole[3], whole[1], centre[1]]))
        scale = np.array([east[2], north[1]])
        own = (shapely.get_coordinates(site.drawn) - centre) * scale
        return cls(site, runs, centre, scale, float(east[0]), float(east[1]), whole[None, :], own)

    def edges(self, blocks: Integers, limits: Floats) -> tuple[Integers, Floats]:
        """The edges in some blocks that may be nearest; `limits` by layer are metres beyond which none is."""
        runs = self.runs
        to_block = self._between(runs.blocks, blocks, self.whole)
        chosen = runs.of_blocks(_first_least(blocks, runs.block_layer[blocks], to_block))
        self._tighten(limits, chosen, self._between(runs.boxes, chosen, self.whole))
        chosen = runs.of_blocks(blocks[to_block <= limits[runs.block_layer[blocks]]])
        least = self._between(runs.boxes, chosen, self.whole)
        # The nearest block by its box is not always where the nearest run is: bound once more, from the nearest run.
        self._tighten(limits, chosen, least)
        kept = least <= limits[runs.layer[chosen]]
        chosen = chosen[kept]
        # What lies inside a polygon may be far from its outline, so what meets the box of the whole stays.
        inside = (least[kept] == 0) & self.site.has_area
        kept = inside | (self._between(runs.boxes, chosen, self.site.pieces) <= limits[runs.layer[chosen]])
        return self._edges(chosen[kept], inside[kept])

    def _edges(self, chosen: Integers, inside: NDArray[np.bool_]) -> tuple[Integers, Floats]:
        """The edges of some runs that may be nearest, and the run of each; all edges of the runs `inside`.

        Say no two ends of two edges are closer than D, and neither is longer than L. If D > L they do not cross; they
        are then nearest at an end of one of them, at no less than sqrt(D2 - L2 / 4).
        """
        vertices = self.runs.vertices[chosen]
        near = (vertices[:, :-1] != vertices[:, 1:]).any(axis=2)
        if len(self.own) * vertices.size <= _DENSE:
            ends = self._squares(vertices, self.own)
            apart = np.minimum(ends[:, :-1], ends[:, 1:])
            wrong = self._wrong(chosen)
            longest = np.maximum(_lengths(vertices * self.scale), self._longest_of_own())
            least = np.where(apart <= longest, 0.0, np.sqrt(np.maximum(0.0, apart - longest / 4)))
            layer = self.runs.layer[chosen]
            start = _starts(layer)
            most = np.minimum.reduceat(np.sqrt(apart.min(axis=1)) * (1 + wrong), start)
            limit = np.repeat(_allow(most), np.diff(np.append(start, len(layer))))
            near &= (least * (1 - wrong)[:, None] <= limit[:, None]) | inside[:, None]
        segments = np.stack([vertices[:, :-1], vertices[:, 1:]], axis=2)
        return np.repeat(chosen, RUN)[near.ravel()], segments[near]

    def _longest_of_own(self) -> float:
        if len(self.own) < 2 or shapely.get_dimensions(self.site.drawn) == 0:
            return 0.0
        return float(_lengths(self.own).max())

    def _wrong(self, rows: Integers) -> Floats:
        """By how much, relatively, a flat distance to each of some runs may be wrong for the shrinking of longitude."""
        least = np.minimum(self.runs.boxes.narrow[rows], self.narrow) / self.scale[0]
        wrong: Floats = np.minimum(np.maximum(1 - least, self._wrong_above(rows)), 0.999)
        return wrong

    def _squares(self, vertices: Floats, own: Floats) -> Floats:
        """Squared flat metres from each of (runs, n, 2) vertices in degrees to the nearest of the site's own."""
        flat = ((vertices - self.centre) * self.scale).reshape(-1, 2)
        pairs = flat @ (own.T * -2)
        pairs += np.einsum("ij,ij->i", own, own)
        squares: Floats = np.maximum(pairs.min(axis=1) + np.einsum("ij,ij->i", flat, flat), 0.0)
        return squares.reshape(vertices.shape[:-1])

    def _between(self, boxes: Boxes, rows: Integers, others: Floats) -> Floats:
        """Metres that some boxes are at least from the nearest of the site's (n, 4), by the gaps between them."""
        bounds = boxes.bounds[rows][:, None, :]
        east = np.maximum(bounds[..., 0] - others[:, 2], others[:, 0] - bounds[..., 2])
        north = np.maximum(bounds[..., 1] - others[:, 3], others[:, 1] - bounds[..., 3])
        np.maximum(east, 0.0, out=east)
        np.maximum(north, 0.0, out=north)
        east *= np.minimum(boxes.narrow[rows], self.narrow)[:, None]
        north *= self.scale[1]
        nearest: Floats = np.sqrt((east * east + north * north).min(axis=1))
        return nearest

    def _tighten(self, limits: Floats, rows: Integers, least: Floats) -> None:
        """Lower each layer's limit to what the nearest of some runs proves, from vertex to vertex."""
        layer = self.runs.layer[rows]
        heads = _first_least(rows, layer, least)
        own = self.own[:: 1 + len(self.own) // _SAMPLE]
        most = np.sqrt(self._squares(self.runs.vertices[heads], own).min(axis=1)) * (1 + self._wrong_above(heads))
        which = self.runs.layer[heads]
        limits[which] = np.minimum(limits[which], _allow(most))

    def _wrong_above(self, rows: Integers) -> Floats:
        above: Floats = np.maximum(np.maximum(self.runs.boxes.wide[rows], self.wide) / self.scale[0] - 1, 0.0)
        return above


def _lengths(vertices: Floats) -> Floats:
    """The squared lengths of the edges between consecutive vertices (..., n, 2)."""
    steps = vertices[..., 1:, :] - vertices[..., :-1, :]
    squares: Floats = np.einsum("...i,...i->...", steps, steps)
    return squares


def _starts(layer: Integers) -> Integers:
    """Where each layer begins among rows in order of layers."""
    return np.concatenate([[0], np.flatnonzero(layer[1:] != layer[:-1]) + 1])


def _first_least(rows: Integers, layer: Integers, values: Floats) -> Integers:
    """For each layer the first of its rows (in order of layers) with the least value."""
    start = _starts(layer)
    floor = np.repeat(np.minimum.reduceat(values, start), np.diff(np.append(start, len(layer))))
    at_floor = np.flatnonzero(values == floor)
    first: Integers = rows[at_floor[np.searchsorted(at_floor, start)]]
    return first
