"""Prove the nation: every polygon valid; units, and counties, filling the territory without gap or overlap.

If every step of a border is walked by two features in opposite ways, or by one and, the same way, by the territory's
outline, then at any place the features that cover it are as many as the turns of that outline about it; and the outline
is a valid polygon, whose turns are 1 inside and 0 outside.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.nation.redline import VERTICES as REDLINE_VERTICES
from benchmarks.nation.shoreline import KILOMETRES, kilometres
from benchmarks.nation.storage import LAYERS, load_layer, single_geometries
from benchmarks.nation.territory import VERTICES as UNIT_VERTICES
from screening.atlas.crs import EAST, NORTH, SOUTH, WEST
from screening.atlas.shapes import Shapes

_AT_ONCE: Final = 2_000
_MIX: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def check_nation(folder: Path, say: Callable[[str], None] = lambda what: None) -> list[str]:
    """What is wrong with the layers in a folder, as sentences; empty when all is well."""
    problems = []
    for name in LAYERS:
        shapes = load_layer(folder, name).shapes
        problems += [f"{name}: {what}" for what in (*find_invalid(shapes), *_outside(shapes))]
        say(f"{name}: {len(shapes):,} features checked")
    outline = load_layer(folder, "territory").shapes
    for name in ("units", "counties"):
        problems += [f"{name}: {what}" for what in find_gaps(load_layer(folder, name).shapes, outline)]
        say(f"{name}: partition checked")
    return problems + find_shortage(folder)


def find_invalid(shapes: Shapes) -> list[str]:
    """Features that GEOS calls invalid, and why."""
    found = []
    for first in range(0, len(shapes), _AT_ONCE):
        last = min(first + _AT_ONCE, len(shapes))
        few = single_geometries(_slice(shapes, first, last))
        wrong = np.flatnonzero(~shapely.is_valid(few))
        found += [f"feature {first + one}: {shapely.is_valid_reason(few[one])}" for one in wrong.tolist()]
    return found


def find_gaps(shapes: Shapes, outline: Shapes) -> list[str]:
    """Why the features are no partition of what the outline encloses; empty if they are."""
    forth, back = (np.sort(keys) for keys in _steps(shapes))
    around = np.sort(_steps(outline)[0])
    for keys, what in ((forth, "is walked twice the same way"), (around, "of the outline is walked twice")):
        if (keys[1:] == keys[:-1]).any():
            return [f"some step of a border {what}"]
    place = np.minimum(np.searchsorted(back, forth), len(back) - 1)
    alone = forth[back[place] != forth]
    if not np.array_equal(alone, around):
        return [f"{len(alone):,} steps have nothing on their other side, {len(around):,} are in the outline"]
    return []


def find_shortage(folder: Path) -> list[str]:
    """What a nation of full size must have and this one, in proportion to its units, has not."""
    units, redline = (load_layer(folder, name, mapped=True).shapes for name in ("units", "redline"))
    fraction = len(units) / 44_604
    river = kilometres(load_layer(folder, "shoreline").shapes)
    wanted = (
        ("vertices of units", len(units.xy), UNIT_VERTICES * fraction),
        ("vertices of the redline", len(redline.xy), REDLINE_VERTICES * fraction),
        ("kilometres of shoreline", river, KILOMETRES * fraction),
    )
    return [f"{found:,.0f} {what}, {least:,.0f} are wanted" for what, found, least in wanted if found < round(least)]


def _outside(shapes: Shapes) -> list[str]:
    west, south = shapes.xy.min(axis=0)
    east, north = shapes.xy.max(axis=0)
    inside = west >= WEST and south >= SOUTH and east <= EAST and north <= NORTH
    return [] if inside else [f"reaches out to {west:.2f}, {south:.2f}, {east:.2f}, {north:.2f}"]


def _slice(shapes: Shapes, first: int, last: int) -> Shapes:
    parts = shapes.parts[first : last + 1]
    rings = shapes.rings[parts[0] : parts[-1] + 1]
    vertices = shapes.vertices[rings[0] : rings[-1] + 1]
    xy = shapes.xy[vertices[0] : vertices[-1]]
    return Shapes(shapes.areal, xy, vertices - vertices[0], rings - rings[0], parts - parts[0])


def _steps(shapes: Shapes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """A 64-bit key of each step from vertex to vertex, and the key of the same step walked back."""
    bits = np.ascontiguousarray(shapes.xy).view(np.uint64)
    with np.errstate(over="ignore"):
        place = _mix(bits[:, 0] * _MIX[0] + _mix(bits[:, 1]))
        inside = np.ones(len(place) - 1, dtype=bool)
        inside[shapes.vertices[1:-1] - 1] = False
        one, two = place[:-1][inside], place[1:][inside]
        return _mix(one * _MIX[1] + two), _mix(two * _MIX[1] + one)


def _mix(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    keys = (keys ^ (keys >> np.uint64(30))) * _MIX[1]
    keys = (keys ^ (keys >> np.uint64(27))) * _MIX[2]
    return keys ^ (keys >> np.uint64(31))
