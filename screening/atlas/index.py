"""The layers of an atlas together, ready for searching: which pieces of which zones are near a box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.blocks import Network
from screening.atlas.crs import Floats, Integers
from screening.atlas.layer import Layer
from screening.atlas.prepared import Prepared, boxes_of, near_box

SMALL: Final = 100_000
"""Vertices of a layer up to which all its polygons are made when it is read."""


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Pieces near a box: layer, feature and number in the layer of each, in order of all three, and the index's row."""

    layer: Integers
    feature: Integers
    piece: Integers
    row: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Everything `locate` searches. Depends on nothing but the layers.

    `tolerance` is metres by which each layer's boundaries may be off. The tree is over the boxes of all pieces, of
    which `layer`, `feature`, `piece` and `bounds` say more; `polygons` holds those of small layers, by their row, ready
    made.
    """

    layers: tuple[Layer, ...]
    prepared: tuple[Prepared, ...]
    tolerance: tuple[Fraction, ...]
    tree: shapely.STRtree
    layer: Integers
    feature: Integers
    piece: Integers
    bounds: Floats
    polygons: NDArray[Any]
    network: Network

    @classmethod
    def of(cls, layers: tuple[Layer, ...]) -> Index:
        prepared = tuple(layer.features.prepared for layer in layers)
        sizes = [len(one.part) for one in prepared]
        none = np.zeros(0, dtype=np.int64)
        bounds = np.concatenate([np.zeros((0, 4)), *(one.bounds for one in prepared)])
        return cls(
            layers=layers,
            prepared=prepared,
            tolerance=tuple(layer.tolerance for layer in layers),
            tree=shapely.STRtree(boxes_of(bounds)),
            layer=np.repeat(np.arange(len(layers), dtype=np.int64), sizes),
            feature=np.concatenate([none, *(one.feature for one in prepared)]),
            piece=np.concatenate([none, *(np.arange(size, dtype=np.int64) for size in sizes)]),
            bounds=bounds,
            polygons=_ready(prepared, sum(sizes)),
            network=Network.of([one.outline for one in prepared], [one.blocks for one in prepared]),
        )

    def near(self, windows: Floats) -> Near:
        """The pieces whose boxes meet the window of their layer: (layers, 4) degrees, NaN for a layer not asked."""
        low, high = np.nanmin(windows[:, :2], axis=0), np.nanmax(windows[:, 2:], axis=0)
        rows = np.sort(self.tree.query(shapely.box(*low, *high)))
        rows = rows[near_box(self.bounds[rows], windows[self.layer[rows]])]
        return Near(self.layer[rows], self.feature[rows], self.piece[rows], rows)

    def pieces(self, near: Near) -> NDArray[Any]:
        """Some pieces as Polygons."""
        found = self.polygons[near.row]
        for place in np.flatnonzero(found == None):  # noqa: E711 - an array of objects
            found[place] = self.prepared[near.layer[place]].piece(int(near.piece[place]))
        return found


def _ready(prepared: Sequence[Prepared], rows: int) -> NDArray[Any]:
    """The polygons of all small layers by row, None for those of big ones."""
    found = np.empty(rows, dtype=object)
    row = 0
    for one in prepared:
        if len(one.shapes.xy) <= SMALL:
            for number in range(len(one.part)):
                found[row + number] = one.piece(number)
        row += len(one.part)
    return found
