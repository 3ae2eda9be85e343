"""How far a site is from what each layer shows.

The edges that may be nearest are compared in the plane of metres about the site; the distance is the geodesic between
the two places found. It is never under the true least distance, and over it by no more than METHOD_ERROR and `slack`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.blocks import Network, cut_in_runs, edges
from screening.atlas.candidates import find_candidates
from screening.atlas.crs import METHOD_ERROR, Floats, Plane, geodesics
from screening.atlas.site import Site

METHOD: Final = float(METHOD_ERROR)
_MANY: Final = 160
"""Vertices of a site from which on its own edges are searched through a tree."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The place of a layer nearest to a site: metres, what the plane may add in metres, and where it is in degrees."""

    feature: int
    metres: float
    slack: float
    longitude: float
    latitude: float

    def at_least(self, allowance: float) -> float:
        """Metres the true distance is at least, `allowance` being what map and site may be off; 0 where that is all."""
        return max(0.0, self.metres - self.slack - allowance - METHOD)


def find_nearest(site: Site, network: Network, wanted: NDArray[np.bool_]) -> dict[int, Nearest]:
    """By layer, the nearest place of every wanted layer that has any line. 0 m where a line meets the site.

    A site inside a polygon gets the distance to the polygon's boundary.
    """
    segments = find_candidates(site, network, wanted)
    layer = segments.layer
    if not len(layer):
        return {}
    flat = site.plane.project(segments.ends.reshape(-1, 2)).reshape(-1, 2, 2)
    lines = np.asarray(shapely.linestrings(flat), dtype=object)
    bodies, metres = _distances(site, lines)
    starts = np.flatnonzero(np.diff(layer, prepend=-1)).tolist()
    ends = [*starts[1:], len(layer)]
    best = np.array([start + int(metres[start:end].argmin()) for start, end in zip(starts, ends, strict=True)])
    pairs = shapely.get_coordinates(shapely.shortest_line(bodies[best], lines[best]))
    places = site.plane.unproject(pairs).reshape(-1, 2, 2)
    lengths = np.where(metres[best] == 0, 0.0, geodesics(places[:, 0], places[:, 1]))
    slack = lengths * Plane.stretch(site.easting + lengths)
    found = zip(layer[best], segments.feature[best], lengths, slack, places[:, 1], strict=True)
    return {
        int(number): Nearest(int(feature), float(length), float(more), float(place[0]), float(place[1]))
        for number, feature, length, more, place in found
    }


def _distances(site: Site, lines: NDArray[Any]) -> tuple[NDArray[Any], Floats]:
    """For each line the part of the site nearest to it and the metres between; 0 where it meets or lies in the site."""
    if shapely.get_num_coordinates(site.flat) <= _MANY:
        bodies = np.full(len(lines), site.flat, dtype=object)
        return bodies, shapely.distance(site.flat, lines)
    if shapely.get_dimensions(site.flat) == 0:
        parts = shapely.get_parts(site.flat)
    else:
        own = [cut_in_runs(shapely.get_coordinates(line)) for line in edges(site.flat)]
        parts = np.asarray(shapely.linestrings(np.concatenate(own)), dtype=object)
    (asked, part), metres = shapely.STRtree(parts).query_nearest(lines, all_matches=False, return_distance=True)
    found = np.empty(len(lines))
    found[asked] = metres
    bodies = np.empty(len(lines), dtype=object)
    bodies[asked] = parts[part]
    found[shapely.intersects(site.flat, lines)] = 0.0
    return bodies, found
