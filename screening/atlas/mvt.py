"""Mapbox Vector Tile 2.1, written: whole numbers of a tile as commands, all features of a tile at once.

Written here and not by a library because a tile of a national layer holds a hundred thousand vertices, and walking them
one by one in Python takes longer than all the geometry before it. Tests read every tile with another's reader.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.crs import Integers

EXTENT: Final = 4096
"""Units along the side of a tile."""
_LINE, _POLYGON = 2, 3
_MOVE_ONE: Final = 1 << 3 | 1
_CLOSE: Final = 1 << 3 | 7


def write_layer(
    name: str,
    areal: bool,
    geometries: NDArray[Any],
    feature: Integers,
    properties: Mapping[int, Mapping[str, str]],
) -> bytes:
    """A tile of one layer: polygons (`areal`) or lines in tile units, y downwards, and the feature each is part of.

    `feature` ascends; several geometries of one feature become one. The number of a feature is its id, and `properties`
    says what is said of it. Of no geometry, no bytes.
    """
    if not len(geometries):
        return b""
    encoded, owner = _geometry(areal, geometries, feature)
    keys: dict[str, int] = {}
    values: dict[str, int] = {}
    features = []
    for geometry, number in zip(encoded, owner.tolist(), strict=True):
        tags = b""
        for key, value in properties[number].items():
            tags += _varint(keys.setdefault(key, len(keys))) + _varint(values.setdefault(value, len(values)))
        body = b"\x08" + _varint(number) + _bytes(2, tags) + bytes((0x18, _POLYGON if areal else _LINE))
        features.append(_bytes(2, body + _bytes(4, geometry)))
    written = [b"\x78\x02", _bytes(1, name.encode()), *features]
    written += [_bytes(3, key.encode()) for key in keys]
    written += [_bytes(4, _bytes(1, value.encode())) for value in values]
    written += [b"\x28" + _varint(EXTENT)]
    return _bytes(3, b"".join(written))


def _geometry(areal: bool, geometries: NDArray[Any], feature: Integers) -> tuple[Sequence[bytes], Integers]:
    """The commands of each feature, and the features' numbers."""
    _, places, offsets = shapely.to_ragged_array(geometries, include_z=False)
    vertices = np.asarray(offsets[0], dtype=np.int64)
    rings = np.asarray(offsets[1], dtype=np.int64) if areal else np.arange(len(vertices))
    xy: Integers = np.rint(places).astype(np.int64)
    size = np.diff(vertices)
    ring = np.repeat(np.arange(len(size)), size)
    if areal:
        xy = _oriented(xy, vertices, ring, rings)
        # The last vertex of a ring repeats the first: closing says so.
        last = np.zeros(len(xy), dtype=bool)
        last[vertices[1:] - 1] = True
        xy, ring, size = xy[~last], ring[~last], size - 1
    of_ring = np.repeat(feature, np.diff(rings))
    of_vertex = of_ring[ring]
    step = np.diff(xy, axis=0, prepend=0)
    begins = np.diff(of_vertex, prepend=-1) != 0
    step[begins] = xy[begins]
    # Each ring is: move, its first vertex, line of n, the others, close.
    starts = np.concatenate([[0], np.cumsum(size)])
    closing = 1 if areal else 0
    at = 2 * np.arange(len(xy)) + 1 + ring * (2 + closing)
    at[np.arange(len(xy)) != starts[ring]] += 1
    stream = np.zeros(2 * len(xy) + (2 + closing) * len(size), dtype=np.uint64)
    folded = ((step << 1) ^ (step >> 63)).astype(np.uint64)
    stream[at], stream[at + 1] = folded[:, 0], folded[:, 1]
    first = 2 * starts[:-1] + np.arange(len(size)) * (2 + closing)
    stream[first] = _MOVE_ONE
    stream[first + 3] = ((size - 1) << 3 | 2).astype(np.uint64)
    if areal:
        stream[2 * starts[1:] + np.arange(len(size)) * 3 + 2] = _CLOSE
    written, ends = _varints(stream)
    change = np.flatnonzero(np.diff(of_ring)) + 1
    cuts = np.concatenate([first[change], [len(stream)]])
    at_byte = [0, *(int(ends[cut - 1]) for cut in cuts.tolist())]
    owner = of_ring[np.concatenate([[0], change])]
    return [written[a:b] for a, b in pairwise(at_byte)], owner


def _oriented(xy: Integers, vertices: Integers, ring: Integers, rings: Integers) -> Integers:
    """Outer rings with a positive area by the surveyor's formula, holes with a negative one."""
    # Every edge but those from one ring to the next.
    cross = xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]
    within = ring[1:] == ring[:-1]
    area = np.bincount(ring[1:][within], cross[within], minlength=len(vertices) - 1)
    outer = np.zeros(len(area), dtype=bool)
    outer[rings[:-1]] = True
    turned = ((area > 0) != outer)[ring]
    here = np.arange(len(xy))
    found: Integers = xy[np.where(turned, vertices[ring] + vertices[ring + 1] - 1 - here, here)]
    return found


def _varints(values: NDArray[np.uint64]) -> tuple[bytes, Integers]:
    """Base-128 numbers one after another, and where each ends."""
    length = np.ones(len(values), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        length += values >= (1 << bits)
    ends = np.cumsum(length)
    starts = ends - length
    out = np.zeros(int(ends[-1]), dtype=np.uint8)
    for place in range(5):
        here = length > place
        part = (values[here] >> np.uint64(7 * place)) & np.uint64(127)
        more = (length[here] > place + 1).astype(np.uint64) << np.uint64(7)
        out[starts[here] + place] = (part | more).astype(np.uint8)
    return out.tobytes(), ends


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _bytes(field: int, content: bytes) -> bytes:
    return bytes((field << 3 | 2,)) + _varint(len(content)) + content
