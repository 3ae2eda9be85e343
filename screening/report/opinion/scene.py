"""What the sketch of a site is drawn from: its geometry at every place it may be at, and the zones around it, as GeoJSON.

Only layers that are still what the decision used are drawn; the others are named. Around a site the outlines are cut to a
box, so that a zone of a million vertices costs no more than what is seen of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

import numpy as np

from screening.atlas import Atlas, Layer, Source
from screening.project import Project
from screening.siting import draw

Plain = Mapping[str, Any]
Box = tuple[float, float, float, float]
Point = tuple[float, float]

REACH: Final = 6_000.0
"""Metres around a site within which zones are drawn; twice its own size where that is more."""
DEGREE: Final = 111_320.0
_NOT_DRAWN: Final = ("extent", "admin")


@dataclass(frozen=True, slots=True)
class Scene:
    """GeoJSON in CGCS2000 degrees. `sites`: a Feature for each place of the decision, `extent_m` among its properties
    (metres around the drawing, None: not known). `features`: zones with `layer`, `kind`, `name` and `class`.
    """

    sites: tuple[Plain, ...]
    features: tuple[Plain, ...]
    left_out: tuple[str, ...] = ()


def scene_of(project: Project, decision: Plain, atlas: Atlas, source: Source | None = None, lang: str = "zh") -> Scene:
    """The scene of a decision. `source` is what was read of the file that the site names. Raises InputError, FootprintError."""
    drawing = draw(project.site, source)
    extent = None if drawing.extent is None else float(drawing.extent)
    named = [(one["system"], one["axes"]) for one in decision.get("places") or ()]
    readings = {(one.system.id, one.axes): one for one in drawing.readings.all}
    shown = [readings[name] for name in named if name in readings] or list(drawing.readings.all[:1])
    sites = tuple(
        {"type": "Feature", "geometry": drawing.geojson(one), "properties": {"extent_m": extent}} for one in shown
    )
    used = decision["receipt"]["layers"]
    features: list[Plain] = []
    left_out: list[str] = []
    boxes = [around(site) for site in sites]
    for layer in atlas.layers:
        if str(layer.card.use) in _NOT_DRAWN or layer.id not in used:
            continue
        if used[layer.id] != layer.sha256:
            left_out.append(layer.card.title.get(lang))
            continue
        for box in boxes:
            features.extend(_near(layer, box))
    return Scene(sites, tuple(features), tuple(left_out))


def around(site: Plain) -> Box:
    """West, south, east and north of what may be drawn around a site, degrees."""
    points = list(points_of(site["geometry"]))
    west, south = (min(point[axis] for point in points) for axis in (0, 1))
    east, north = (max(point[axis] for point in points) for axis in (0, 1))
    wide = cos(radians((south + north) / 2))
    size = max((east - west) * wide, north - south) * DEGREE
    reach = max(REACH, 2 * size, 2 * (site["properties"]["extent_m"] or 0.0)) / DEGREE
    return west - reach / wide, south - reach, east + reach / wide, north + reach


def points_of(geometry: Plain) -> Iterator[Point]:
    """Every vertex of a GeoJSON geometry."""
    if geometry["type"] == "GeometryCollection":
        for inner in geometry["geometries"]:
            yield from points_of(inner)
        return
    yield from _points(geometry["coordinates"])


def _points(nested: Sequence[Any]) -> Iterator[Point]:
    if nested and isinstance(nested[0], (int, float)):
        yield float(nested[0]), float(nested[1])
        return
    for inner in nested:
        yield from _points(inner)


def _near(layer: Layer, box: Box) -> Iterator[Plain]:
    """The features of a layer that meet a box, cut to it."""
    features = layer.features
    shapes = features.shapes
    bounds = shapes.part_bounds()
    if not len(bounds):
        return
    west, south, east, north = box
    met = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    owners = shapes.part_feature
    for part in np.flatnonzero(met):
        rings = [
            shapes.xy[shapes.vertices[ring] : shapes.vertices[ring + 1]]
            for ring in range(int(shapes.rings[part]), int(shapes.rings[part + 1]))
        ]
        coordinates = [cut for ring in rings if (cut := cut_to(_thinned(ring, box), box, shapes.areal))]
        if not coordinates:
            continue
        number = int(owners[part])
        kind = "Polygon" if shapes.areal else "MultiLineString"
        yield {
            "type": "Feature",
            "geometry": {"type": kind, "coordinates": coordinates if shapes.areal else coordinates[0]},
            "properties": {
                "layer": layer.id,
                "kind": "control_unit" if str(layer.card.use) == "units" else layer.kind,
                "name": features.names[number],
                "class": features.unit_classes[number],
            },
        }


def _thinned(ring: Any, box: Box) -> Any:
    """A ring without the vertices that go on beyond one side of the box: what lies inside stays as it was."""
    west, south, east, north = box
    for axis, end, beyond in ((0, west, -1), (1, south, -1), (0, east, 1), (1, north, 1)):
        out = (ring[:, axis] - end) * beyond > 0
        keep = np.ones(len(ring), dtype=bool)
        keep[1:-1] = ~(out[:-2] & out[1:-1] & out[2:])
        ring = ring[keep]
    return ring


def cut_to(ring: Any, box: Box, areal: bool) -> Any:
    """An outline cut to a box, side by side (Sutherland and Hodgman): a ring of points; a line becomes its pieces inside."""
    points = [(float(x), float(y)) for x, y in ring]
    if not areal:
        return list(_pieces(points, box))
    west, south, east, north = box
    for axis, end, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        points = _cut(points, axis, end, sign)
    return points


def _cut(points: list[Point], axis: int, end: float, sign: int) -> list[Point]:
    found: list[Point] = []
    for here, there in zip(points, [*points[1:], *points[:1]], strict=True):
        inside, next_inside = (here[axis] - end) * sign >= 0, (there[axis] - end) * sign >= 0
        if inside:
            found.append(here)
        if inside != next_inside:
            part = (end - here[axis]) / (there[axis] - here[axis])
            found.append((here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])))
    return found


def _pieces(points: list[Point], box: Box) -> Iterator[list[Point]]:
    """The stretches of a line whose segments may lie in the box; their ends may stand out of it."""
    west, south, east, north = box
    stretch: list[Point] = []
    for here, there in pairwise(points):
        near = (
            max(here[0], there[0]) >= west
            and min(here[0], there[0]) <= east
            and max(here[1], there[1]) >= south
            and min(here[1], there[1]) <= north
        )
        if near:
            stretch = stretch or [here]
            stretch.append(there)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
