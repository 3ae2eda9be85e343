"""Edges that two neighbours do not share.

Neighbours of a clean partition share their edges exactly, each drawn once from either side. An edge that is not so shared
is loose: it belongs to the layer's outline, or to an overlap or a gap. One sort of all edges tells, so a clean map of a
nation is looked through in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.crs import Floats, Integers
from screening.atlas.shapes import Shapes

_STRETCH: Final = 1 << 21
_BARE: Final = ~np.uint64(1)


@dataclass(frozen=True, slots=True, eq=False)
class Loose:
    """The edges of a layer that are not shared by exactly two features: their ends, (n, 2) each, and their parts."""

    starts: Floats
    ends: Floats
    parts: Integers


def find_loose(shapes: Shapes) -> Loose:
    """Every edge that some other feature does not draw exactly once in the other direction."""
    count = len(shapes.vertices) - 1
    # Vertices are gone through by stretches of whole rings, so that little is held besides one number an edge.
    last = np.searchsorted(shapes.vertices, np.arange(_STRETCH, len(shapes.xy) + _STRETCH, _STRETCH), side="right") - 1
    stops = np.unique(np.clip(last, 0, count))
    spans = [(int(a), int(b)) for a, b in pairwise(np.unique(np.concatenate([[0], stops, [count]])))]
    keys = [_keys(shapes, *span) for span in spans]
    ordered = np.sort(np.concatenate([np.zeros(0, dtype=np.uint64), *keys]))
    bare = ordered & _BARE
    begins = np.flatnonzero(np.diff(bare, prepend=~bare[:1]) != 0)
    paired = np.diff(np.append(begins, len(bare))) == 2
    paired[paired] = ordered[begins[paired]] != ordered[begins[paired] + 1]
    unshared = bare[begins[~paired]]
    del ordered, bare
    part_of_ring = np.repeat(np.arange(len(shapes.rings) - 1), np.diff(shapes.rings))
    starts, parts = [], []
    for (first, end), key in zip(spans, keys, strict=True):
        begin, ring = _edges(shapes, first, end)
        place = np.minimum(np.searchsorted(unshared, key & _BARE), max(0, len(unshared) - 1))
        loose = unshared[place] == key & _BARE if len(unshared) else np.zeros(len(key), dtype=bool)
        starts.append(begin[loose])
        parts.append(part_of_ring[ring[loose]])
    found = np.concatenate([np.zeros(0, dtype=np.int64), *starts])
    return Loose(shapes.xy[found], shapes.xy[found + 1], np.concatenate([np.zeros(0, dtype=np.int64), *parts]))


def _edges(shapes: Shapes, first: int, end: int) -> tuple[Integers, Integers]:
    """Of the rings from `first` to before `end`, the first vertex of each edge, and its ring."""
    ends = shapes.vertices[first : end + 1]
    starts = np.ones(int(ends[-1] - ends[0]), dtype=bool)
    starts[ends[1:] - 1 - ends[0]] = False
    return np.flatnonzero(starts) + int(ends[0]), np.repeat(np.arange(first, end), np.diff(ends) - 1)


def _keys(shapes: Shapes, first: int, end: int) -> NDArray[np.uint64]:
    """A number for each edge of some rings: the same for an edge drawn either way, but for its last digit."""
    begin, ring = _edges(shapes, first, end)
    low = int(shapes.vertices[first])
    xy = shapes.xy[low : int(shapes.vertices[end])]
    mark = _marks(xy)
    one, other = mark[begin - low], mark[begin + 1 - low]
    # The inside is on the left of every edge once rings are turned as they should be.
    turned = (one < other) ^ _clockwise(shapes, first, end)[ring - first]
    key = (np.minimum(one, other) * np.uint64(0x9E3779B97F4A7C15) ^ np.maximum(one, other)) & _BARE
    found: NDArray[np.uint64] = key | turned.astype(np.uint64)
    return found


def _marks(xy: Floats) -> NDArray[np.uint64]:
    """A number for each place that no other place is likely to have; where two do, edges are looked at needlessly."""
    bits = np.ascontiguousarray(xy).view(np.uint64)
    mixed = bits[:, 0] * np.uint64(0xBF58476D1CE4E5B9) + bits[:, 1] * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    mixed ^= mixed >> np.uint64(32)
    found: NDArray[np.uint64] = mixed
    return found


def _clockwise(shapes: Shapes, first: int, end: int) -> NDArray[np.bool_]:
    """Of the rings from `first` to before `end`, which run the other way than they should: shells are anticlockwise."""
    ends = shapes.vertices[first : end + 1] - shapes.vertices[first]
    xy = shapes.xy[int(shapes.vertices[first]) : int(shapes.vertices[end])]
    moved = xy - np.repeat(xy[ends[:-1]], np.diff(ends), axis=0)
    cross = moved[:-1, 0] * moved[1:, 1] - moved[1:, 0] * moved[:-1, 1]
    cross[ends[1:-1] - 1] = 0.0
    turn = np.add.reduceat(np.append(cross, 0.0), ends[:-1])
    shell = np.isin(np.arange(first, end), shapes.rings[:-1])
    wrong: NDArray[np.bool_] = (turn > 0) != shell
    return wrong
