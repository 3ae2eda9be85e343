"""The boundaries of an atlas in short runs of edges, in blocks, with their boxes: what distances are searched in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers, cut, metres_per_degree
from screening.atlas.layer import Layer

RUN: Final = 8
"""Edges in one run of a boundary: short enough for tight boxes, long enough to be few."""

BLOCK: Final = 32
"""Runs in one block."""


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes in degrees (west, south, east, north), with metres per degree at each one's north and south.

    A degree of longitude is shortest at the north of a box (`narrow`) and longest at its south (`wide`).
    """

    bounds: Floats
    narrow: Floats
    wide: Floats

    @classmethod
    def of(cls, bounds: Floats) -> Boxes:
        narrow, _ = metres_per_degree(bounds[:, 3])
        wide, _ = metres_per_degree(bounds[:, 1])
        return cls(bounds, narrow, wide)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The boundaries of all layers cut to short edges, as runs of up to RUN edges, in the order of the layers.

    `vertices` is (runs, RUN + 1, 2) in degrees, short runs filled up with their last vertex. `layer` and `feature` say
    whose a run is. Consecutive runs of one layer make blocks: block b is runs `first[b]` to `first[b] + count[b]`.
    """

    vertices: Floats
    boxes: Boxes
    layer: Integers
    feature: Integers
    blocks: Boxes
    first: Integers
    count: Integers
    block_layer: Integers

    @classmethod
    def of(cls, layers: Sequence[Layer]) -> Runs:
        pieces = [np.zeros((0, RUN + 1, 2))]
        owners: list[tuple[int, int, int]] = []
        for number, layer in enumerate(layers):
            for place, feature in enumerate(layer.features):
                for line in edges(feature.geometry):
                    pieces.append(cut_in_runs(shapely.get_coordinates(cut(line))))
                    owners.append((number, place, len(pieces[-1])))
        vertices = np.concatenate(pieces)
        size = np.array([owner[2] for owner in owners], dtype=np.int64)
        layer_of = np.repeat(np.array([owner[0] for owner in owners], dtype=np.int64), size)
        feature_of = np.repeat(np.array([owner[1] for owner in owners], dtype=np.int64), size)
        low, high = vertices.min(axis=1), vertices.max(axis=1)
        starts = np.unique(layer_of, return_index=True)[1]
        ends = [*starts[1:], len(layer_of)]
        heads = [run for start, end in zip(starts, ends, strict=True) for run in range(start, end, BLOCK)]
        first = np.array(heads, dtype=np.int64)
        bounds = np.zeros((0, 4))
        if len(first):
            bounds = np.hstack([np.minimum.reduceat(low, first), np.maximum.reduceat(high, first)])
        return cls(
            vertices=vertices,
            boxes=Boxes.of(np.hstack([low, high])),
            layer=layer_of,
            feature=feature_of,
            blocks=Boxes.of(bounds),
            first=first,
            count=np.diff(np.append(first, len(layer_of))),
            block_layer=layer_of[first],
        )

    def of_blocks(self, blocks: Integers) -> Integers:
        """The runs of some blocks, in order."""
        count = self.count[blocks]
        skipped = np.cumsum(count) - count
        runs: Integers = np.repeat(self.first[blocks] - skipped, count) + np.arange(int(count.sum()))
        return runs


def edges(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """The rings of polygons, the lines of lines."""
    outline = geometry.boundary if geometry.geom_type.endswith("Polygon") else geometry
    yield from shapely.get_parts(outline)


def cut_in_runs(line: Floats, size: int = RUN) -> Floats:
    """The vertices (n, 2) of a line as (runs, size + 1, 2), each run starting where the one before ended."""
    starts = np.arange(0, max(1, len(line) - 1), size)
    runs: Floats = line[np.minimum(starts[:, None] + np.arange(size + 1), len(line) - 1)]
    return runs
