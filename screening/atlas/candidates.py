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

from screening.atlas.blocks import RUN, Boxes, Network, Runs
from screening.atlas.crs import MAX_EDGE, Floats, Integers, metres_per_degree
from screening.atlas.site import Site

_SAMPLE: Final = 64
"""Vertices of a site that serve for a bound from above."""

_DENSE: Final = 2_000_000
"""Pairs of vertices up to which all are compared."""

_FEW: Final = 64
"""Groups up to which their blocks are looked at without asking which groups are near."""


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Edges `ends` (n, 2, 2) in degrees, none longer than MAX_EDGE, and whose they are, in order of the layers."""

    ends: Floats
    layer: Integers
    feature: Integers


def find_candidates(site: Site, network: Network, wanted: NDArray[np.bool_]) -> Segments:
    """Edges of the wanted layers, each layer's nearest among them."""
    groups = np.flatnonzero(wanted[network.group_layer])
    if not len(groups):
        return Segments(np.zeros((0, 2, 2)), groups, groups)
    return _Search.about(site, network).edges(groups, np.full(len(wanted), inf))


def _cut(segments: Segments) -> Segments:
    """The same edges in pieces no longer than MAX_EDGE."""
    steps = segments.ends[:, 1] - segments.ends[:, 0]
    count = np.ceil(np.hypot(steps[:, 0], steps[:, 1]) / MAX_EDGE).astype(np.int64)
    np.maximum(count, 1, out=count)
    if (count == 1).all():
        return segments
    row = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    start, step = segments.ends[row, 0], steps[row]
    low = start + step * (place / count[row])[:, None]
    high = np.where(
        (place + 1 == count[row])[:, None], segments.ends[row, 1], start + step * ((place + 1) / count[row])[:, None]
    )
    return Segments(np.stack([low, high], axis=1), segments.layer[row], segments.feature[row])


def _allow(metres: Floats) -> Floats:
    """A bound from above, widened so that what is farther by our reckoning is farther in truth.

    A degree of latitude grows by 1 % over China, and a geodesic bows poleward, saving under (d / 5000 km)2 of d.
    """
    return metres * (1.0002 + metres * 4e-9 + (metres / 5e6) ** 2) + 0.05


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """One site in the network: `scale` metres per degree at its centre, `own` its vertices in such metres."""

    site: Site
    network: Network
    centre: Floats
    scale: Floats
    narrow: float
    wide: float
    whole: Floats
    own: Floats

    @classmethod
    def about(cls, site: Site, network: Network) -> _Search:
        whole = shapely.bounds(site.drawn)
        centre = (whole[:2] + whole[2:]) / 2
        east, north = metres_per_degree(np.array([whole[3], whole[1], centre[1]]))
        scale = np.array([east[2], north[1]])
        own = (shapely.get_coordinates(site.drawn) - centre) * scale
        return cls(site, network, centre, scale, float(east[0]), float(east[1]), whole[None, :], own)

    def edges(self, groups: Integers, limits: Floats) -> Segments:
        """The edges in some groups that may be nearest; `limits` by layer are metres beyond which none is."""
        network = self.network
        if len(groups) > _FEW:
            to_group = self._between(network.groups[groups], self.whole)
            group_layer = network.group_layer[groups]
            blocks = network.blocks_of(groups[_first_least(group_layer, to_group)])
            self._bound_by_nearest(limits, blocks, self._between(network.boxes[blocks], self.whole))
            groups = groups[to_group <= limits[group_layer]]
        blocks = network.blocks_of(groups)
        to_block = self._between(network.boxes[blocks], self.whole)
        # The nearest group by its box is not always where the nearest block is: bound once more, from the nearest block.
        self._bound_by_nearest(limits, blocks, to_block)
        runs = network.runs_of(blocks[to_block <= limits[network.layer[blocks]]])
        least = self._between(runs.boxes, self.whole)
        self._tighten(limits, runs, least)
        kept = np.flatnonzero(least <= limits[runs.layer])
        # What lies inside a polygon may be far from its outline, so what meets the box of the whole stays.
        inside = (least[kept] == 0) & self.site.has_area
        near = inside | (self._between(runs.boxes[kept], self.site.pieces) <= limits[runs.layer[kept]])
        return self._edges(runs[kept[near]], inside[near])

    def _bound_by_nearest(self, limits: Floats, blocks: Integers, to_block: Floats) -> None:
        """Lower each layer's limit to what the nearest run of its nearest block proves."""
        runs = self.network.runs_of(blocks[_first_least(self.network.layer[blocks], to_block)])
        self._tighten(limits, runs, self._between(runs.boxes, self.whole))

    def _edges(self, runs: Runs, inside: NDArray[np.bool_]) -> Segments:
        """The edges of some runs that may be nearest; all edges of the runs `inside`.

        Say no two ends of two edges are closer than D, and neither is longer than L. If D > L they do not cross; they
        are then nearest at an end of one of them, at no less than sqrt(D2 - L2 / 4).
        """
        vertices = runs.vertices
        near = (vertices[:, :-1] != vertices[:, 1:]).any(axis=2)
        if len(self.own) * vertices.size <= _DENSE and len(vertices):
            ends = self._squares(vertices, self.own)
            apart = np.minimum(ends[:, :-1], ends[:, 1:])
            wrong = self._wrong(runs.boxes)
            longest = np.maximum(_lengths(vertices * self.scale), self._longest_of_own())
            least = np.where(apart <= longest, 0.0, np.sqrt(np.maximum(0.0, apart - longest / 4)))
            start = _starts(runs.layer)
            most = np.minimum.reduceat(np.sqrt(apart.min(axis=1)) * (1 + wrong), start)
            limit = np.repeat(_allow(most), np.diff(np.append(start, len(runs.layer))))
            near &= (least * (1 - wrong)[:, None] <= limit[:, None]) | inside[:, None]
        ends = np.stack([vertices[:, :-1], vertices[:, 1:]], axis=2)[near]
        return _cut(
            Segments(ends, np.repeat(runs.layer, RUN)[near.ravel()], np.repeat(runs.feature, RUN)[near.ravel()])
        )

    def _longest_of_own(self) -> float:
        if len(self.own) < 2 or shapely.get_dimensions(self.site.drawn) == 0:
            return 0.0
        return float(_lengths(self.own).max())

    def _wrong(self, boxes: Boxes) -> Floats:
        """By how much, relatively, a flat distance into each of some boxes may be wrong for the shrinking of longitude."""
        least = np.minimum(boxes.narrow, self.narrow) / self.scale[0]
        wrong: Floats = np.minimum(np.maximum(1 - least, self._wrong_above(boxes)), 0.999)
        return wrong

    def _squares(self, vertices: Floats, own: Floats) -> Floats:
        """Squared flat metres from each of (runs, n, 2) vertices in degrees to the nearest of the site's own."""
        flat = ((vertices - self.centre) * self.scale).reshape(-1, 2)
        pairs = flat @ (own.T * -2)
        pairs += np.einsum("ij,ij->i", own, own)
        squares: Floats = np.maximum(pairs.min(axis=1) + np.einsum("ij,ij->i", flat, flat), 0.0)
        return squares.reshape(vertices.shape[:-1])

    def _between(self, boxes: Boxes, others: Floats) -> Floats:
        """Metres that some boxes are at least from the nearest of the site's (n, 4), by the gaps between them."""
        bounds = boxes.bounds[:, None, :]
        east = np.maximum(bounds[..., 0] - others[:, 2], others[:, 0] - bounds[..., 2])
        north = np.maximum(bounds[..., 1] - others[:, 3], others[:, 1] - bounds[..., 3])
        np.maximum(east, 0.0, out=east)
        np.maximum(north, 0.0, out=north)
        east *= np.minimum(boxes.narrow, self.narrow)[:, None]
        north *= self.scale[1]
        nearest: Floats = np.sqrt((east * east + north * north).min(axis=1))
        return nearest

    def _tighten(self, limits: Floats, runs: Runs, least: Floats) -> None:
        """Lower each layer's limit to what the nearest of some runs proves, from vertex to vertex."""
        heads = runs[_first_least(runs.layer, least)]
        own = self.own[:: 1 + len(self.own) // _SAMPLE]
        most = np.sqrt(self._squares(heads.vertices, own).min(axis=1)) * (1 + self._wrong_above(heads.boxes))
        limits[heads.layer] = np.minimum(limits[heads.layer], _allow(most))

    def _wrong_above(self, boxes: Boxes) -> Floats:
        above: Floats = np.maximum(np.maximum(boxes.wide, self.wide) / self.scale[0] - 1, 0.0)
        return above


def _lengths(vertices: Floats) -> Floats:
    """The squared lengths of the edges between consecutive vertices (..., n, 2)."""
    steps = vertices[..., 1:, :] - vertices[..., :-1, :]
    squares: Floats = np.einsum("...i,...i->...", steps, steps)
    return squares


def _starts(layer: Integers) -> Integers:
    """Where each layer begins among rows in order of layers."""
    return np.concatenate([[0], np.flatnonzero(layer[1:] != layer[:-1]) + 1])


def _first_least(layer: Integers, values: Floats) -> Integers:
    """For each layer, among rows in order of the layers, the first row with the least value."""
    start = _starts(layer)
    floor = np.repeat(np.minimum.reduceat(values, start), np.diff(np.append(start, len(layer))))
    at_floor = np.flatnonzero(values == floor)
    first: Integers = at_floor[np.searchsorted(at_floor, start)]
    return first
