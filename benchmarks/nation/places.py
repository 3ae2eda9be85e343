"""Places to look up in the nation: points and sites all over it, and the awkward ones on and along its borders."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks.nation.land import CENTRE, HALF, NARROW, Land, to_degrees
from screening.atlas import Footprint
from screening.atlas.crs import Floats, Integers, metres_per_degree
from screening.atlas.shapes import Shapes


def land_of(folder: Path) -> Land:
    """The land that the nation in a folder lies on."""
    said = json.loads((folder / "nation.json").read_text())
    return Land.of(said["units"], said["seed"])


def points_on_land(land: Land, count: int, seed: int) -> Floats:
    """Uniformly random points, (count, 2) degrees, all but a few along the coast on the land."""
    draw = np.random.default_rng([seed, 21])
    found: list[Floats] = []
    while sum(map(len, found)) < count:
        plane = draw.uniform(-1, 1, (count * 2, 2)) * HALF * land.scale + (CENTRE[0] * NARROW, CENTRE[1])
        # Equal areas: the plane is true at its centre, elsewhere a parallel is shorter by the cosine.
        even = draw.random(len(plane)) < np.cos(np.radians(plane[:, 1])) / 0.95
        found.append(to_degrees(plane[even & (land.height(plane) < 0.99)]))
    return np.concatenate(found)[:count]


def points_in_box(shapes: Shapes, count: int, seed: int) -> Floats:
    """Uniformly random points of a layer's box, (count, 2) degrees; of the nation's, some two fifths at sea."""
    draw = np.random.default_rng([seed, 22])
    found: Floats = draw.uniform(shapes.xy.min(axis=0), shapes.xy.max(axis=0), (count, 2))
    return found


def points_on_borders(shapes: Shapes, count: int, seed: int) -> Floats:
    """Vertices; middles of edges and other points of them as near as doubles go; and points off these by 1e-14 to 0.001 degrees."""
    draw = np.random.default_rng([seed, 23])
    which = _edges(shapes, count, draw)
    begin, end = shapes.xy[which], shapes.xy[which + 1]
    kind = np.arange(count) % 4
    along = np.select([kind == 0, kind == 1], [0.0, 0.5], draw.random(count))[:, None]
    found = begin + (end - begin) * along
    found[kind == 0] = begin[kind == 0]
    off = draw.normal(size=(count, 2)) * 10.0 ** draw.uniform(-14, -3, (count, 1))
    found[kind == 3] += off[kind == 3]
    return np.asarray(found, dtype=np.float64)


def sites_at(points: Floats, seed: int) -> list[Footprint]:
    """Sites as projects have them: star-shaped, 200 m to 2 km across, 4 to 60 vertices, around each point."""
    draw = np.random.default_rng([seed, 24])
    return [footprint_of(_star(place, 10 ** draw.uniform(2.301, 3.301), draw)) for place in points]


def awkward_sites(shapes: Shapes, count: int, seed: int) -> list[Footprint]:
    """Sites that follow a border: a stretch of it closed across, slivers along it, triangles at its corners, boxes on it."""
    draw = np.random.default_rng([seed, 25])
    makers = (_stretch, _sliver, _corner, _box)
    found: list[Footprint] = []
    while len(found) < count:
        for vertex in _edges(shapes, count, draw).tolist():
            geometry = makers[int(draw.integers(len(makers)))](shapes, vertex, draw)
            if geometry is not None and geometry.is_valid and geometry.area > 0:
                found.append(footprint_of(geometry))
    return found[:count]


def footprint_of(geometry: BaseGeometry) -> Footprint:
    """A polygon in exact degrees, which is the whole site."""
    return Footprint(geometry, Fraction(0), "polygon")


def _edges(shapes: Shapes, count: int, draw: np.random.Generator) -> Integers:
    """The first vertices of random edges."""
    which = draw.integers(0, len(shapes.xy) - 1, count * 2)
    last = np.isin(which + 1, shapes.vertices)
    found: Integers = which[~last][:count]
    return found


def _star(place: Floats, across: float, draw: np.random.Generator) -> BaseGeometry:
    count = int(draw.integers(4, 61))
    turn = (np.arange(count) + draw.uniform(-0.4, 0.4, count)) * (2 * np.pi / count)
    out = across / 2 * draw.uniform(0.6, 1, count)
    east, north = metres_per_degree(place[1:])
    return shapely.Polygon(place + np.column_stack([out * np.cos(turn) / east, out * np.sin(turn) / north]))


def _run(shapes: Shapes, vertex: int, draw: np.random.Generator) -> Floats:
    """Consecutive vertices of one ring from a vertex on."""
    stop = int(shapes.vertices[np.searchsorted(shapes.vertices, vertex, side="right")])
    return shapes.xy[vertex : min(stop, vertex + int(draw.integers(2, 40)))]


def _stretch(shapes: Shapes, vertex: int, draw: np.random.Generator) -> Any:
    line = _run(shapes, vertex, draw)
    apex = line.mean(axis=0) + draw.normal(0, 0.01, 2)
    return shapely.Polygon([*line, apex])


def _sliver(shapes: Shapes, vertex: int, draw: np.random.Generator) -> Any:
    line = _run(shapes, vertex, draw)
    moved = line + draw.normal(size=2) * 10.0 ** draw.uniform(-9, -3.5)
    return shapely.Polygon([*line, *moved[::-1]])


def _corner(shapes: Shapes, vertex: int, draw: np.random.Generator) -> Any:
    return shapely.Polygon([shapes.xy[vertex], *(shapes.xy[vertex] + draw.normal(0, 0.003, (2, 2)))])


def _box(shapes: Shapes, vertex: int, draw: np.random.Generator) -> Any:
    (west, south), (east, north) = np.sort(
        np.array([shapes.xy[vertex], shapes.xy[vertex] + draw.normal(0, 0.004, 2)]), 0
    )
    return shapely.box(west, south, east, north)
