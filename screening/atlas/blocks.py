"""The boundaries of an atlas in blocks of consecutive edges, in groups, with their boxes: what distances are searched in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers, in_space, metres_per_degree
from screening.atlas.shapes import Shapes

RUN: Final = 8
"""Edges in one run of a boundary: short enough for tight boxes, long enough to be few."""

BLOCK: Final = 256
"""Edges in one block, at most."""

GROUP: Final = 64
"""Blocks in one group."""

_POOLED: Final = 100_000
"""Vertices up to which a layer's are copied to one array with those of the other small layers."""

_WIDE: Final = 5.0
"""Degrees from which a box has no ball."""

_CURVE: Final = 16
"""Bits of longitude and latitude by which blocks are brought into an order that keeps neighbours together."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The edges of one layer's boundaries: block b is `edges[b]` edges on from vertex `first[b]` of its shapes.

    `feature` says whose a block is, `bounds` (n, 4) is its box in degrees. Blocks that are near each other on the map
    are near each other in order.
    """

    first: Integers
    edges: Integers
    feature: Integers
    bounds: Floats

    @classmethod
    def of(cls, shapes: Shapes) -> Blocks:
        starts, sizes = shapes.vertices[:-1], np.diff(shapes.vertices) - 1
        count = np.maximum(0, -(-sizes // BLOCK))
        ring = np.repeat(np.arange(len(sizes)), count)
        skipped = np.arange(len(ring)) - np.repeat(np.cumsum(count) - count, count)
        first = starts[ring] + skipped * BLOCK
        edges = np.minimum(BLOCK, sizes[ring] - skipped * BLOCK)
        part_of_ring = np.repeat(np.arange(len(shapes.rings) - 1), np.diff(shapes.rings))
        feature = shapes.part_feature[part_of_ring[ring]]
        bounds = np.zeros((0, 4))
        if len(first):
            ends = shapes.xy[first + edges]
            low = np.minimum(np.minimum.reduceat(shapes.xy, first), ends)
            high = np.maximum(np.maximum.reduceat(shapes.xy, first), ends)
            bounds = np.hstack([low, high])
        order = _along_curve(bounds)
        return cls(first[order], edges[order], feature[order], bounds[order])


def _along_curve(bounds: Floats) -> Integers:
    """The order of boxes along a Z-shaped curve through their centres."""
    if not len(bounds):
        return np.zeros(0, dtype=np.int64)
    centres = bounds[:, :2] + bounds[:, 2:]
    low = centres.min(axis=0)
    steps = ((centres - low) / np.maximum(centres.max(axis=0) - low, 1e-12) * (2**_CURVE - 1)).astype(np.int64)
    code = np.zeros(len(bounds), dtype=np.int64)
    for bit in range(_CURVE):
        code |= ((steps[:, 0] >> bit & 1) << (2 * bit)) | ((steps[:, 1] >> bit & 1) << (2 * bit + 1))
    return np.argsort(code, kind="stable")


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

    def __getitem__(self, rows: Integers) -> Boxes:
        return Boxes(self.bounds[rows], self.narrow[rows], self.wide[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Balls:
    """Balls in space, each about a box on the ellipsoid: `centre` (n, 3) and `radius` in metres, inf for a wide box."""

    centre: Floats
    radius: Floats

    @classmethod
    def of(cls, bounds: Floats) -> Balls:
        centre = in_space((bounds[:, :2] + bounds[:, 2:]) / 2)
        corners = [in_space(bounds[:, [east, north]]) for east in (0, 2) for north in (1, 3)]
        reach = np.max([np.linalg.norm(corner - centre, axis=1) for corner in corners], axis=0, initial=0.0)
        wide = (bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0.0) > _WIDE
        # A side may bow out between its corners, by far less than a hundredth of the way.
        return cls(centre, np.where(wide, np.inf, reach * 1.02 + 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Runs of up to RUN edges: `vertices` (n, up to RUN + 1, 2) degrees, short ones filled up with their last vertex."""

    vertices: Floats
    boxes: Boxes
    layer: Integers
    feature: Integers

    def __getitem__(self, rows: Any) -> Runs:
        return Runs(self.vertices[rows], self.boxes[rows], self.layer[rows], self.feature[rows])

    def along(self, vertices: Floats) -> Runs:
        """As many runs within the same ones, along other vertices."""
        bounds = np.hstack([vertices.min(axis=1), vertices.max(axis=1)])
        return Runs(vertices, Boxes(bounds, self.boxes.narrow, self.boxes.wide), self.layer, self.feature)


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The blocks of all layers, in order of the layers, and groups of consecutive ones.

    `widest` is metres in the longest degree of longitude on the map.

    Group g is blocks `first[g]` to `first[g] + count[g]`. Block b is `edges[b]` edges on from vertex `start[b]` of
    `vertices[source[b]]`: the vertices of big layers stay where they are, mapped from disk or not.
    """

    vertices: tuple[Floats, ...]
    source: Integers
    boxes: Boxes
    layer: Integers
    feature: Integers
    start: Integers
    edges: Integers
    balls: Balls
    groups: Boxes
    group_balls: Balls
    first: Integers
    count: Integers
    group_layer: Integers
    widest: float

    @classmethod
    def of(cls, shapes: Sequence[Shapes], blocks: Sequence[Blocks]) -> Network:
        bounds = np.concatenate([np.zeros((0, 4)), *(one.bounds for one in blocks)])
        layer = np.repeat(np.arange(len(blocks), dtype=np.int64), [len(one.first) for one in blocks])
        sizes = [-(-len(one.first) // GROUP) for one in blocks]
        offset = np.cumsum([0, *(len(one.first) for one in blocks)])
        heads = [int(offset[number]) + GROUP * place for number, size in enumerate(sizes) for place in range(size)]
        first = np.array(heads, dtype=np.int64)
        whole = np.zeros((0, 4))
        if len(first):
            low, high = bounds[:, :2], bounds[:, 2:]
            whole = np.hstack([np.minimum.reduceat(low, first), np.maximum.reduceat(high, first)])
        vertices, source, shift = _pooled([one.xy for one in shapes])
        none = np.zeros(0, dtype=np.int64)
        return cls(
            vertices=vertices,
            source=source[layer],
            boxes=Boxes.of(bounds),
            layer=layer,
            feature=np.concatenate([none, *(one.feature for one in blocks)]),
            start=np.concatenate([none, *(one.first for one in blocks)]) + shift[layer],
            edges=np.concatenate([none, *(one.edges for one in blocks)]),
            balls=Balls.of(bounds),
            groups=Boxes.of(whole),
            group_balls=Balls.of(whole),
            first=first,
            count=np.diff(np.append(first, len(layer))),
            group_layer=layer[first],
            widest=float(Boxes.of(bounds).wide.max(initial=0.0)),
        )

    def blocks_of(self, groups: Integers) -> Integers:
        """The blocks of some groups, in order."""
        return _ranges(self.first[groups], self.count[groups])

    def runs_of(self, blocks: Integers) -> Runs:
        """The runs of some blocks, in order."""
        edges = self.edges[blocks]
        count = -(-edges // RUN)
        block = np.repeat(blocks, count)
        last = self.start[block] + self.edges[block]
        starts = _ranges(np.zeros(len(blocks), dtype=np.int64), count) * RUN + self.start[block]
        places = np.minimum(starts + np.arange(RUN + 1)[:, None], last)
        vertices = np.empty((RUN + 1, len(block), 2))
        source = self.source[block]
        for number, held in enumerate(self.vertices):
            mine = source == number
            if mine.all():
                vertices = held[places]
                break
            if mine.any():
                vertices[:, mine] = held[places[:, mine]]
        # Vertex by vertex: numpy is slow to reduce along a short axis within.
        low, high = vertices[0], vertices[0]
        for place in range(1, RUN + 1):
            low, high = np.minimum(low, vertices[place]), np.maximum(high, vertices[place])
        # The block's metres per degree hold for all its runs, if not as tightly as their own.
        boxes = Boxes(np.hstack([low, high]), self.boxes.narrow[block], self.boxes.wide[block])
        return Runs(vertices.transpose(1, 0, 2), boxes, self.layer[block], self.feature[block])


def _pooled(vertices: Sequence[Floats]) -> tuple[tuple[Floats, ...], Integers, Integers]:
    """Small arrays joined in one, big ones as they are; for each given one, which holds it now and how far in."""
    small = [number for number, held in enumerate(vertices) if len(held) <= _POOLED]
    source, shift = np.zeros(len(vertices), dtype=np.int64), np.zeros(len(vertices), dtype=np.int64)
    shift[small] = np.cumsum([0, *(len(vertices[number]) for number in small)])[:-1]
    big = [number for number in range(len(vertices)) if number not in set(small)]
    source[big] = np.arange(1, len(big) + 1)
    pool = np.concatenate([np.zeros((0, 2)), *(vertices[number] for number in small)])
    return (pool, *(vertices[number] for number in big)), source, shift


def _ranges(first: Integers, count: Integers) -> Integers:
    """The numbers from each of `first`, `count` of them, one range after the other."""
    skipped = np.cumsum(count) - count
    found: Integers = np.repeat(first - skipped, count) + np.arange(int(count.sum()))
    return found


def edges(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    """The rings of polygons, the lines of lines."""
    outline = geometry.boundary if geometry.geom_type.endswith("Polygon") else geometry
    yield from shapely.get_parts(outline)


def cut_in_runs(line: Floats, size: int = RUN) -> Floats:
    """The vertices (n, 2) of a line as (runs, size + 1, 2), each run starting where the one before ended."""
    starts = np.arange(0, max(1, len(line) - 1), size)
    runs: Floats = line[np.minimum(starts[:, None] + np.arange(size + 1), len(line) - 1)]
    return runs
