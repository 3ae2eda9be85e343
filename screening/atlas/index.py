"""The layers of an atlas together, ready for searching: which pieces of which zones are near a box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from screening.atlas.blocks import Network
from screening.atlas.crs import Floats, Integers
from screening.atlas.layer import Layer
from screening.atlas.prepared import Prepared, boxes, near_box


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """Pieces near a box: the layer of each, its feature and its number in that layer, in order of all three."""

    layer: Integers
    feature: Integers
    piece: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Everything `locate` searches. Depends on nothing but the layers.

    `tolerance` is metres by which each layer's boundaries may be off. The tree is over the boxes of all pieces, of
    which `layer`, `feature`, `piece` and `bounds` say more.
    """

    layers: tuple[Layer, ...]
    prepared: tuple[Prepared, ...]
    tolerance: Floats
    tree: shapely.STRtree
    layer: Integers
    feature: Integers
    piece: Integers
    bounds: Floats
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
            tolerance=np.array([float(layer.tolerance) for layer in layers]),
            tree=shapely.STRtree(boxes(bounds)),
            layer=np.repeat(np.arange(len(layers), dtype=np.int64), sizes),
            feature=np.concatenate([none, *(one.feature for one in prepared)]),
            piece=np.concatenate([none, *(np.arange(size, dtype=np.int64) for size in sizes)]),
            bounds=bounds,
            network=Network.of([one.shapes for one in prepared], [one.blocks for one in prepared]),
        )

    def near(self, windows: Floats) -> Near:
        """The pieces whose boxes meet the window of their layer: (layers, 4) degrees, NaN for a layer not asked."""
        low, high = np.nanmin(windows[:, :2], axis=0), np.nanmax(windows[:, 2:], axis=0)
        rows = np.sort(self.tree.query(shapely.box(*low, *high)))
        rows = rows[near_box(self.bounds[rows], windows[self.layer[rows]])]
        return Near(self.layer[rows], self.feature[rows], self.piece[rows])
