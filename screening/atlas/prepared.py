"""A layer's shapes made ready for searching: its big polygons in pieces, its boundaries in blocks.

Follows from the shapes alone, so it is worked out when a small layer is read, and kept beside a big one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.blocks import Blocks
from screening.atlas.crs import MAX_EDGE, Floats, Integers
from screening.atlas.pieces import pieces
from screening.atlas.shapes import Shapes

MOST: Final = 2048
"""Vertices up to which a part is searched whole."""

_CUT: Final = 200_000
"""Vertices up to which a layer's long edges are cut beforehand."""

PIECE: Final = 512
"""Vertices of the pieces that a bigger part is cut into."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """The pieces of an areal layer (none of lines) and the blocks of its boundaries.

    Piece i lies in part `part[i]` and in the box `bounds[i]`; it is that whole part where `cut_number[i]` is -1, and
    otherwise piece `cut_number[i]` of `cut`. Pieces go by parts, so those of one feature stand together. The blocks are
    of `outline`: the shapes, of a small layer with its long edges cut.
    """

    shapes: Shapes
    outline: Shapes
    cut: Shapes
    part: Integers
    cut_number: Integers
    bounds: Floats
    blocks: Blocks

    @classmethod
    def of(cls, shapes: Shapes) -> Prepared:
        outline = shapes
        if len(shapes.xy) <= _CUT and shapes.longest_edge() > MAX_EDGE:
            cut_edges = shapes.with_edges_to(MAX_EDGE)
            outline = cut_edges if len(cut_edges.xy) <= _CUT else shapes
        blocks = Blocks.of(outline)
        if not shapes.areal or len(shapes.rings) < 2:
            none = np.zeros(0, dtype=np.int64)
            return cls(shapes, outline, Shapes.of([], areal=True), none, none, np.zeros((0, 4)), blocks)
        sizes = shapes.vertices[shapes.rings[1:]] - shapes.vertices[shapes.rings[:-1]]
        big = np.flatnonzero(sizes > MOST)
        cut, source = pieces(Shapes.of([shapes.part(int(number)) for number in big], areal=True), PIECE)
        whole = np.flatnonzero(sizes <= MOST)
        part = np.concatenate([whole, big[source]])
        number = np.concatenate([np.full(len(whole), -1), np.arange(len(source))])
        bounds = np.concatenate([shapes.part_bounds()[whole], cut.part_bounds()])
        order = np.argsort(part, kind="stable")
        return cls(shapes, outline, cut, part[order], number[order], bounds[order], blocks)

    @property
    def feature(self) -> Integers:
        """The feature of each piece."""
        found: Integers = self.shapes.part_feature[self.part]
        return found

    def uncut(self, numbers: Integers) -> bool:
        """True when some pieces are all whole parts."""
        return bool((self.cut_number[numbers] < 0).all())

    def piece(self, number: int) -> BaseGeometry:
        """One piece as a Polygon."""
        cut = int(self.cut_number[number])
        return self.shapes.part(int(self.part[number])) if cut < 0 else self.cut.part(cut)


def near_box(bounds: Floats, box: Floats) -> NDArray[np.bool_]:
    """Which of (n, 4) boxes meet one, rows of (n, 4) or a single (4,)."""
    other = np.atleast_2d(box)
    return (
        (bounds[:, 0] <= other[:, 2])
        & (bounds[:, 2] >= other[:, 0])
        & (bounds[:, 1] <= other[:, 3])
        & (bounds[:, 3] >= other[:, 1])
    )


def boxes_of(bounds: Floats) -> NDArray[Any]:
    """(n, 4) bounds as polygons."""
    found: NDArray[Any] = np.asarray(shapely.box(bounds[:, 0], bounds[:, 1], bounds[:, 2], bounds[:, 3]), dtype=object)
    return found
