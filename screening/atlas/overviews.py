"""A big layer drawn small: fewer vertices for far views, and no feature less.

For drawing only. Nothing is ever decided or measured on an overview.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np

from screening.atlas.crs import Floats, Integers
from screening.atlas.layer import Layer
from screening.atlas.shapes import Shapes

LEVELS: Final = (4, 6)
"""Zooms up to which there is an overview each; nearer views draw the layer itself."""
MANY: Final = 200_000
"""Vertices from which on a layer has overviews."""
_CELLS: Final = 1024
"""Cells along the side of a tile: of the vertices that follow each other in one, the first is kept."""
_AT_ONCE: Final = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """A layer's parts with fewer vertices, in the parts' own numbers, and the box of each part before."""

    shapes: Shapes
    bounds: Floats


class Overviews:
    """The overviews of one layer, made when first asked for. Safe to share by threads."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._lock = Lock()
        self._made: dict[int, Overview] = {}

    def at(self, zoom: int) -> Overview | None:
        """The overview to draw at a zoom; None where the layer itself is drawn."""
        shapes = self._layer.features.shapes
        level = next((one for one in LEVELS if zoom <= one), None)
        if level is None or len(shapes.xy) < MANY:
            return None
        with self._lock:
            if not self._made:
                bounds = shapes.part_bounds()
                for one in reversed(LEVELS):
                    # Each of the one before, which has fewer vertices to look at.
                    shapes = thinned(shapes, bounds, 360 / 2**one / _CELLS)
                    self._made[one] = Overview(shapes, bounds)
            return self._made[level]


def thinned(shapes: Shapes, bounds: Floats, cell: float) -> Shapes:
    """Shapes whose consecutive vertices lie in different cells of a grid (its cells `cell` degrees wide).

    A part of which too little is left becomes its box, or of lines the two ends; a hole of which too little is left is
    left out. Rings may touch or cross themselves afterwards.
    """
    least = 4 if shapes.areal else 2
    kept = _kept(shapes, cell)
    size = np.add.reduceat(kept, shapes.vertices[:-1], dtype=np.int64) if len(kept) else np.zeros(0, dtype=np.int64)
    outer = np.zeros(len(size), dtype=bool)
    outer[shapes.rings[:-1]] = True
    small = size < least
    ring = np.repeat(np.arange(len(size)), np.diff(shapes.vertices))
    kept &= ~small[ring]
    boxed = np.flatnonzero(small & outer)
    corners = _corners(shapes, bounds, boxed)
    here = np.flatnonzero(kept)
    size = np.where(small, np.where(outer, corners.shape[1], 0), size)
    starts = np.concatenate([[0], np.cumsum(size)])
    xy = np.empty((int(starts[-1]), 2))
    is_corner = np.repeat(small & outer, size)
    xy[~is_corner] = shapes.xy[here]
    xy[is_corner] = corners.reshape(-1, 2)
    left = size > 0
    count = np.add.reduceat(left, shapes.rings[:-1], dtype=np.int64) if len(size) else size
    vertices = np.concatenate([[0], np.cumsum(size[left])]).astype(np.int64)
    rings = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return Shapes(shapes.areal, xy, vertices, rings, shapes.parts)


def _kept(shapes: Shapes, cell: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    kept = np.ones(len(shapes.xy), dtype=bool)
    for begin in range(1, len(shapes.xy), _AT_ONCE):
        some = np.floor(np.asarray(shapes.xy[begin - 1 : begin + _AT_ONCE]) / cell)
        kept[begin : begin + _AT_ONCE] = (np.diff(some, axis=0) != 0).any(axis=1)
    # Rings stay closed, and lines keep their ends.
    kept[shapes.vertices[:-1]] = True
    kept[shapes.vertices[1:] - 1] = True
    return kept


def _corners(shapes: Shapes, bounds: Floats, rings: Integers) -> Floats:
    """What stands for rings of which too little is left, (n, 5, 2): the boxes of their parts; or of lines two ends."""
    if not shapes.areal:
        ends = np.stack([shapes.vertices[rings], shapes.vertices[rings + 1] - 1], axis=1)
        line: Floats = np.asarray(shapes.xy[ends])
        return line
    part = np.searchsorted(shapes.rings, rings, side="right") - 1
    west, south, east, north = bounds[part].T
    xs, ys = (west, east, east, west, west), (south, south, north, north, south)
    box: Floats = np.stack([np.stack(xs, axis=1), np.stack(ys, axis=1)], axis=2)
    return box
