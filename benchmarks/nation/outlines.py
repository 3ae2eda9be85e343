"""The outline of cells that bear one label: a union taken from the borders themselves, with no arithmetic to err."""

from __future__ import annotations

import numpy as np
import shapely

from benchmarks.nation.borders import Borders
from benchmarks.nation.mesh import Mesh
from screening.atlas.crs import Floats, Integers
from screening.atlas.shapes import Shapes

_AT_ONCE = 1 << 22


def count_uses(mesh: Mesh, labels: Integers) -> Integers:
    """How often the outlines of the labels use each border: 0, 1 or 2."""
    left, right = labels[mesh.left], labels[mesh.right]
    return np.where(left != right, (left >= 0).astype(np.int64) + (right >= 0), 0)


def outline(mesh: Mesh, borders: Borders, labels: Integers) -> Shapes:
    """Polygons of the labels 0, 1, … that the cells bear; -1 is nobody's. Outer rings counter-clockwise, holes clockwise."""
    borders_of, backward, label = _half_borders(mesh, labels)
    begin = np.where(backward, mesh.ends[borders_of, 1], mesh.ends[borders_of, 0])
    end = np.where(backward, mesh.ends[borders_of, 0], mesh.ends[borders_of, 1])
    key = label * len(mesh.corners) + begin
    order = np.argsort(key, kind="stable")
    borders_of, backward, label, begin, end, key = (
        one[order] for one in (borders_of, backward, label, begin, end, key)
    )
    follows = np.searchsorted(key, label * len(mesh.corners) + end)
    if (np.diff(key) == 0).any() or not np.array_equal(np.sort(follows), np.arange(len(key))):
        raise RuntimeError("the cells of some label reach the rim of the mesh, or meet in a mere point")
    turn, ring = _rings(follows)
    ring_label = label[turn[ring]]
    size = _areas(mesh.corners[begin[turn]], ring)
    part = _owners(mesh.corners[begin[turn]], ring, ring_label, size)
    # Features in order of label, parts in order of their outer ring, the outer ring before its holes.
    sequence = np.lexsort([size < 0, part, ring_label])
    count = int(labels.max()) + 1
    outer = size > 0
    parts = np.append(0, np.cumsum(np.bincount(ring_label[outer], minlength=count)))
    rings = np.append(np.flatnonzero(outer[sequence]), len(sequence))
    length = np.diff(np.append(ring, len(turn)))
    turn = turn[np.repeat(ring[sequence] - _before(length[sequence]), length[sequence]) + np.arange(len(turn))]
    xy, vertices = join(borders, borders_of[turn], backward[turn], length[sequence])
    return Shapes(True, xy, vertices, rings.astype(np.int64), parts.astype(np.int64))


def _half_borders(mesh: Mesh, labels: Integers) -> tuple[Integers, np.ndarray, Integers]:
    """Each border once for every label it bounds: its number, whether it is walked backward, and the label to its left."""
    left, right = labels[mesh.left], labels[mesh.right]
    forth = np.flatnonzero((left != right) & (left >= 0))
    back = np.flatnonzero((left != right) & (right >= 0))
    backward = np.arange(len(forth) + len(back)) >= len(forth)
    return np.append(forth, back), backward, np.append(left[forth], right[back])


def _rings(follows: Integers) -> tuple[Integers, Integers]:
    """Half borders in the order they are walked, and where in it each ring starts."""
    nexts, seen = follows.tolist(), bytearray(len(follows))
    turn: list[int] = []
    starts: list[int] = []
    for first in range(len(nexts)):
        if seen[first]:
            continue
        starts.append(len(turn))
        at = first
        while not seen[at]:
            seen[at] = 1
            turn.append(at)
            at = nexts[at]
    return np.array(turn, dtype=np.int64), np.array(starts, dtype=np.int64)


def _before(sizes: Integers) -> Integers:
    found: Integers = np.cumsum(sizes) - sizes
    return found


def _areas(corners: Floats, ring: Integers) -> Floats:
    """Signed area of each ring of straight borders."""
    length = np.diff(np.append(ring, len(corners)))
    away = corners - np.repeat(corners[ring], length, axis=0)
    later = np.arange(1, len(corners) + 1)
    later[ring + length - 1] = ring
    found: Floats = np.add.reduceat(away[:, 0] * away[later, 1] - away[:, 1] * away[later, 0], ring) / 2
    return found


def _owners(corners: Floats, ring: Integers, label: Integers, size: Floats) -> Integers:
    """The outer ring of each ring's part: itself, or of a hole the smallest of its label's that holds it."""
    owner = np.arange(len(ring))
    stop = np.append(ring, len(corners))[1:]
    outers: dict[int, list[int]] = {}
    for one in np.flatnonzero(size > 0).tolist():
        outers.setdefault(int(label[one]), []).append(one)
    for hole in np.flatnonzero(size < 0).tolist():
        among = outers[int(label[hole])]
        if len(among) > 1:
            place = shapely.Point(corners[ring[hole]])
            around = [one for one in among if shapely.Polygon(corners[ring[one] : stop[one]]).contains(place)]
            among = [min(around, key=lambda one: float(size[one]))]
        owner[hole] = among[0]
    return owner


def join(borders: Borders, numbers: Integers, backward: np.ndarray, length: Integers) -> tuple[Floats, Integers]:
    """Borders one after the other, `length` of them to a line: the vertices of all lines, and where each line starts."""
    steps = borders.steps[numbers]
    last = np.cumsum(length) - 1
    vertices = np.append(0, np.cumsum(np.add.reduceat(steps, _before(length)) + 1)).astype(np.int64)
    place = _before(steps) + np.repeat(np.arange(len(length)), length)
    begin = borders.start[numbers] + np.where(backward, steps, 0)
    xy = np.empty((int(vertices[-1]), 2))
    cuts = np.searchsorted(np.cumsum(steps), np.arange(_AT_ONCE, int(steps.sum()), _AT_ONCE))
    for some in np.split(np.arange(len(steps)), cuts):
        count = steps[some]
        along = np.arange(int(count.sum())) - np.repeat(_before(count), count)
        way = np.repeat(np.where(backward[some], -1, 1), count)
        xy[np.repeat(place[some], count) + along] = borders.xy[np.repeat(begin[some], count) + along * way]
    # A line's last vertex is where its last border ends; of a ring, where its first began.
    xy[vertices[1:] - 1] = borders.xy[(borders.start[numbers] + np.where(backward, 0, steps))[last]]
    return xy, vertices
