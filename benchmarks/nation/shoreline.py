"""The shoreline: rivers from their sources to the sea, a lake or a confluence, as lines."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.nation.borders import choose_steps, trace
from benchmarks.nation.land import NARROW, WHOLE, Land
from benchmarks.nation.mesh import Mesh, make_mesh
from benchmarks.nation.outlines import join
from benchmarks.nation.storage import Stored
from screening.atlas.crs import Floats, Integers, metres_per_degree
from screening.atlas.shapes import Shapes

KILOMETRES: Final = 60_000
VERTICES: Final = 1_210_000
CELLS: Final = 30_000

_LONGER: Final = 1.42
"""A traced border is at least so much longer than a straight one, over a whole nation."""

_FEWEST: Final = 6
_REACH: Final = 8
"""Borders of the shortest river, and of the longest reach."""


def make_shoreline(land: Land, units: int, seed: int) -> Stored:
    """The layer shoreline, one feature to each reach of a river."""
    fraction = units / WHOLE
    mesh = make_mesh(land, max(60, round(CELLS * fraction)), seed + 2)
    rivers = _rivers(land, mesh, KILOMETRES * fraction / _LONGER, seed)
    numbers = np.concatenate([one for one, _ in rivers])
    backward = np.concatenate([way for _, way in rivers])
    uses = np.zeros(len(mesh.ends), dtype=np.int64)
    uses[numbers] = 1
    borders = trace(mesh, choose_steps(mesh, uses, round(VERTICES * fraction)), seed + 2)
    reaches = [
        (river + 1, reach + 1, min(_REACH, len(one) - reach * _REACH))
        for river, (one, _) in enumerate(rivers)
        for reach in range(-(-len(one) // _REACH))
    ]
    xy, vertices = join(borders, numbers, backward, np.array([count for _, _, count in reaches]))
    each = np.arange(len(reaches) + 1, dtype=np.int64)
    nothing = [None] * len(reaches)
    names = [f"虚构河流{river}第{reach}段岸线" for river, reach, _ in reaches]
    return Stored(Shapes(False, xy, vertices, each, each), names, nothing, nothing)


def kilometres(shapes: Shapes) -> float:
    """Length of all lines, by the middle latitude of each step: good to a millionth."""
    step = np.diff(shapes.xy, axis=0)
    east, north = metres_per_degree((shapes.xy[1:, 1] + shapes.xy[:-1, 1]) / 2)
    metres = np.hypot(step[:, 0] * east, step[:, 1] * north)
    metres[shapes.vertices[1:-1] - 1] = 0
    return float(metres.sum()) / 1000


def _rivers(land: Land, mesh: Mesh, wanted: float, seed: int) -> list[tuple[Integers, np.ndarray]]:
    """Rivers, each as borders in order and whether they are walked backward, of `wanted` straight kilometres in all."""
    draw = np.random.default_rng([seed, 11])
    height = np.nan_to_num(land.height(mesh.corners), nan=9.0)
    downhill = (height + draw.uniform(-0.02, 0.02, len(height)) * min(1.0, 0.2 / land.scale)).tolist()
    at_sea = (height > 1).tolist()
    size = _kilometres_of(mesh).tolist()
    beside = _beside(mesh)
    sources = draw.permutation(np.flatnonzero(height < 0.9)).tolist()
    reached = bytearray(len(height))
    rivers: list[tuple[Integers, np.ndarray]] = []
    for source in sources:
        course: list[tuple[int, int, bool]] = []
        at = source
        while not (reached[at] or at_sea[at]):
            border, after, back = max(beside[at], key=lambda way: downhill[way[1]])
            if downhill[after] <= downhill[at]:
                break
            course.append((border, at, back))
            at = after
        if len(course) < _FEWEST:
            continue
        for _, corner, _ in course:
            reached[corner] = 1
        reached[at] = 1
        rivers.append((np.array([one for one, _, _ in course]), np.array([back for _, _, back in course])))
        wanted -= sum(size[border] for border, _, _ in course)
        if wanted <= 0:
            return rivers
    raise RuntimeError(f"the land has too few rivers with seed {seed}")


def _kilometres_of(mesh: Mesh) -> Floats:
    first, last = mesh.corners[mesh.ends[:, 0]], mesh.corners[mesh.ends[:, 1]]
    with np.errstate(invalid="ignore"):
        east, north = metres_per_degree((first[:, 1] + last[:, 1]) / 2)
        found: Floats = np.hypot((last - first)[:, 0] / NARROW * east, (last - first)[:, 1] * north) / 1000
    return found


def _beside(mesh: Mesh) -> list[list[tuple[int, int, bool]]]:
    """For each corner: the borders at it, where they lead, and whether that is backward."""
    found: list[list[tuple[int, int, bool]]] = [[] for _ in range(len(mesh.corners))]
    for border, (first, last) in enumerate(mesh.ends.tolist()):
        found[first].append((border, last, False))
        found[last].append((border, first, True))
    return found
