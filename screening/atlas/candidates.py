"""The edges of the map that may be the nearest to a site: few, and never without the one that is.

Distances here are reckoned flat, in degrees times the metres a degree has at the site. How wrong that can be over there
is known for every box from the degrees of longitude at its north and south; `_stretch` covers what remains.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.blocks import Balls, Boxes, Network, Runs
from screening.atlas.crs import MAX_EDGE, Floats, Integers, geodesic_at_most, in_space, metres_per_degree
from screening.atlas.site import Site

_SAMPLE: Final = 64
"""Vertices of a site that serve for a bound from above."""

_DENSE: Final = 2_000_000
"""Pairs of vertices up to which all are compared."""

_WRONG: Final = 0.02
"""Relative error of flat distances from which chords are taken instead."""

_ROUNDING: Final = 0.01
"""Metres by which a chord may be off."""

_LONGEST_DEGREE: Final = 111_700.0
"""Metres in no degree of latitude."""

_PRODUCT: Final = 30_000
"""Pairs of vertices compared at a time."""

_CUTS: Final = 32
"""Edges that a long one is cut into at a time, at most."""

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


def _at_most(flat: Floats) -> Floats:
    """Metres that what lies so far by our reckoning is at most away."""
    return flat * _stretch(flat) + 0.05


def _at_least(flat: Floats) -> Floats:
    """Metres that what lies so far by our reckoning is at least away."""
    return np.maximum((flat - 0.05) / _stretch(flat), 0.0)


def _stretch(metres: Floats) -> Floats:
    """A degree of latitude grows by 1 % over China, and a geodesic bows poleward, saving under (d / 5000 km)2 of d."""
    return 1.0002 + metres * 4e-9 + (metres / 5e6) ** 2


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """One site in the network: `scale` metres per degree at its centre, `own` its vertices in such metres.

    `chords` are the same vertices in space; all of the site lies within `radius` metres of `middle` there.
    """

    site: Site
    network: Network
    centre: Floats
    scale: Floats
    narrow: float
    wide: float
    whole: Floats
    own: Floats
    chords: Floats
    middle: Floats
    radius: float

    @classmethod
    def about(cls, site: Site, network: Network) -> _Search:
        whole = shapely.bounds(site.drawn)
        centre = (whole[:2] + whole[2:]) / 2
        east, north = metres_per_degree(np.array([whole[3], whole[1], centre[1]]))
        scale = np.array([east[2], north[1]])
        vertices = shapely.get_coordinates(site.drawn)
        middle = in_space(centre[None, :])[0]
        chords = in_space(vertices) - middle
        return cls(
            site=site,
            network=network,
            centre=centre,
            scale=scale,
            narrow=float(east[0]),
            wide=float(east[1]),
            whole=whole[None, :],
            own=(vertices - centre) * scale,
            chords=chords,
            middle=middle,
            # An edge bows out between its ends, by far less than a fiftieth of the way.
            radius=float(np.linalg.norm(chords, axis=1).max()) * 1.02 + 1.0,
        )

    def edges(self, groups: Integers, limits: Floats) -> Segments:
        """The edges in some groups that may be nearest; `limits` by layer are metres beyond which none is."""
        network = self.network
        if len(groups) > _FEW:
            to_group = self._to_balls(limits, network.group_balls, network.groups, groups, network.group_layer[groups])
            groups = groups[to_group <= limits[network.group_layer[groups]]]
        blocks = network.blocks_of(groups)
        block_layer = network.layer[blocks]
        to_block = self._to_balls(limits, network.balls, network.boxes, blocks, block_layer)
        kept = np.flatnonzero(to_block <= limits[block_layer])
        blocks, to_block, block_layer = blocks[kept], to_block[kept], block_layer[kept]
        runs = network.runs_of(blocks[_first_least(block_layer, to_block)])
        self._tighten(limits, runs, self._between(runs.boxes, self.whole))
        runs = network.runs_of(blocks[to_block <= limits[block_layer]])
        least = self._between(runs.boxes, self.whole)
        self._tighten(limits, runs, least)
        kept = np.flatnonzero(least <= limits[runs.layer])
        # What lies inside a polygon may be far from its outline, so what meets the box of the whole stays.
        inside = (least[kept] == 0) & self.site.has_area
        near = inside | (self._between(runs.boxes[kept], self.site.pieces) <= limits[runs.layer[kept]])
        return self._short(self._edges(self._in_reach(runs[kept[near]], limits)))

    def _in_reach(self, runs: Runs, limits: Floats) -> Runs:
        """Without those far runs of which the first vertex is so far that nothing of the run may be nearest."""
        far = np.flatnonzero(self._wrong(runs.boxes) > _WRONG)
        if len(far) < _FEW:
            return runs
        away = np.linalg.norm(in_space(runs.vertices[far, 0]) - self.middle, axis=1) - self.radius
        steps = runs.vertices[far, 1:] - runs.vertices[far, :-1]
        length = np.abs(steps).sum(axis=1) @ [self.network.widest, _LONGEST_DEGREE]
        kept = np.ones(len(runs.layer), dtype=bool)
        kept[far] = away - length - _ROUNDING <= limits[runs.layer[far]]
        return runs[kept]

    def _short(self, runs: Runs) -> Segments:
        """The single edges in runs of one, long ones cut, and cut again where they may be nearest."""
        while len(runs.layer):
            ends = runs.vertices[:, :2]
            long = _lengths(ends)[:, 0] > MAX_EDGE**2
            if not long.any():
                break
            cuts = min(_CUTS, int(np.sqrt(_lengths(ends).max()) / MAX_EDGE) + 1)
            vertices = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * (np.arange(cuts + 1) / cuts)[:, None]
            vertices[:, -1] = ends[:, 1]
            vertices[~long, 1:] = ends[~long, 1:]
            runs = self._edges(runs.along(vertices))
        return Segments(runs.vertices[:, :2], runs.layer, runs.feature)

    def _to_balls(self, limits: Floats, balls: Balls, boxes: Boxes, rows: Integers, layer: Integers) -> Floats:
        """Metres that some blocks or groups are at least away, by their boxes and balls. Lowers each layer's limit."""
        away = np.linalg.norm(balls.centre[rows] - self.middle, axis=1)
        reach = balls.radius[rows] + self.radius
        start = _starts(layer)
        # Wherever in its ball a boundary is, it is no farther than the ball's other side.
        most = geodesic_at_most(np.minimum.reduceat(away + reach, start) + _ROUNDING)
        limits[layer[start]] = np.minimum(limits[layer[start]], most)
        least: Floats = np.maximum(self._between(boxes[rows], self.whole), away - reach - _ROUNDING)
        return least

    def _edges(self, runs: Runs) -> Runs:
        """The edges in some runs that may be nearest, as runs of one."""
        vertices = runs.vertices
        near = (vertices[:, :-1] != vertices[:, 1:]).any(axis=2)
        if len(self.own) * vertices.size <= _DENSE and len(vertices):
            wrong = self._wrong(runs.boxes)
            far = wrong > _WRONG
            least, most = np.empty(near.shape), np.empty(len(vertices))
            for rows, bounds in ((far, self._far_bounds), (~far, self._bounds)):
                if rows.any():
                    least[rows], most[rows] = bounds(vertices[rows], wrong[rows])
            start = _starts(runs.layer)
            limit = np.repeat(np.minimum.reduceat(most, start), np.diff(np.append(start, len(runs.layer))))
            # What lies inside a polygon may be far from its outline, so what meets the box of the whole stays.
            inside = (self._between(runs.boxes, self.whole) == 0) & self.site.has_area
            near &= (least <= limit[:, None]) | inside[:, None]
        row, edge = np.nonzero(near)
        return runs[row].along(np.stack([vertices[row, edge], vertices[row, edge + 1]], axis=1))

    def _bounds(self, vertices: Floats, wrong: Floats) -> tuple[Floats, Floats]:
        """Metres that each edge (runs, edges) is at least away, and each run at most, by flat distances.

        Say no two ends of two edges are closer than D, and neither is longer than L. If D > L they do not cross; they
        are then nearest at an end of one of them, at no less than sqrt(D2 - L2 / 4).
        """
        ends = self._squares(vertices, self.own)
        apart = np.minimum(ends[:, :-1], ends[:, 1:])
        longest = np.maximum(_lengths(vertices * self.scale), self._longest_of_own())
        least = np.where(apart <= longest, 0.0, np.sqrt(np.maximum(0.0, apart - longest / 4)))
        return _at_least(least * (1 - wrong)[:, None]), _at_most(np.sqrt(apart.min(axis=1)) * (1 + wrong))

    def _far_bounds(self, vertices: Floats, wrong: Floats) -> tuple[Floats, Floats]:
        """The same for runs far off, by chords through the earth: no point of an edge is farther from an end than its length."""
        chords = in_space(vertices.reshape(-1, 2)) - self.middle
        apart = np.sqrt(_nearest_squares(chords, self.chords)).reshape(vertices.shape[:-1])
        degree = np.array([self.network.widest, _LONGEST_DEGREE])
        own = np.sqrt(self._longest_of_own()) * 1.02
        longest = (np.sqrt(_lengths(vertices * degree)) + own) / 2 + _ROUNDING
        least = np.maximum(0.0, np.minimum(apart[:, :-1], apart[:, 1:]) - longest)
        return least, geodesic_at_most(apart.min(axis=1) + _ROUNDING)

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
        return _nearest_squares(flat, own).reshape(vertices.shape[:-1])

    def _between(self, boxes: Boxes, others: Floats) -> Floats:
        """Metres that some boxes are at least from the nearest of the site's (n, 4), by the gaps between them."""
        bounds = boxes.bounds[:, None, :]
        east = np.maximum(bounds[..., 0] - others[:, 2], others[:, 0] - bounds[..., 2])
        north = np.maximum(bounds[..., 1] - others[:, 3], others[:, 1] - bounds[..., 3])
        np.maximum(east, 0.0, out=east)
        np.maximum(north, 0.0, out=north)
        east *= np.minimum(boxes.narrow, self.narrow)[:, None]
        north *= self.scale[1]
        return _at_least(np.sqrt((east * east + north * north).min(axis=1)))

    def _tighten(self, limits: Floats, runs: Runs, least: Floats) -> None:
        """Lower each layer's limit to what the nearest of some runs proves, from vertex to vertex."""
        heads = runs[_first_least(runs.layer, least)]
        own = self.chords[:: 1 + len(self.own) // _SAMPLE]
        chords = in_space(heads.vertices.reshape(-1, 2)) - self.middle
        apart = np.linalg.norm(chords[:, None, :] - own, axis=2).min(axis=1).reshape(len(heads.layer), -1)
        most = geodesic_at_most(apart.min(axis=1) + _ROUNDING)
        limits[heads.layer] = np.minimum(limits[heads.layer], most)

    def _wrong_above(self, boxes: Boxes) -> Floats:
        above: Floats = np.maximum(np.maximum(boxes.wide, self.wide) / self.scale[0] - 1, 0.0)
        return above


def _nearest_squares(points: Floats, own: Floats) -> Floats:
    """The squared distance of each point (n, d) from the nearest of `own` (m, d)."""
    # By stretches: a big product is shared out among the cores, which costs milliseconds where they are busy.
    step = _PRODUCT // len(own) + 1
    twice, sizes = own.T * -2, np.einsum("ij,ij->i", own, own)
    nearest = [(points[start : start + step] @ twice + sizes).min(axis=1) for start in range(0, len(points), step)]
    squares: Floats = np.maximum(np.concatenate(nearest) + np.einsum("ij,ij->i", points, points), 0.0)
    return squares


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
