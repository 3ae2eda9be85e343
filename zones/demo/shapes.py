"""Natural-looking shapes for an invented district: fractal borders, meandering rivers, a valid coverage.

Everything lives on one grid: whole numbers of 1e-7 degree of longitude and latitude from the district's middle. Points
are therefore never rounded after they have been cut and joined, so shared borders stay shared to the last digit and
polygons stay valid. Lengths are given in metres and turned into grid steps at the door (`snap`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import polygonize

Kilometres = Sequence[tuple[float, float]]
Points = NDArray[np.float64]

MIDDLE_E7: Final = (1_122_500_000, 301_000_000)  # 112.25 E, 30.10 N
# Steps of 1e-7 degree in a metre at 30.10 N on the GRS80 ellipsoid; one scale will do where shapes are invented.
STEPS: Final = np.array([103.745, 90.209])
KM: Final = 1000.0


def noise(name: str) -> Random:
    """Random numbers of one's own for each shape: changing one shape moves no other."""
    return Random(f"demo district 1: {name}")


def snap(geometry: BaseGeometry) -> BaseGeometry:
    """Metres from the middle, to the grid; areas come back valid, without specks that a self-crossing cut off."""
    on_grid = shapely.transform(geometry, lambda xy: np.rint(xy * STEPS))
    if shapely.get_dimensions(on_grid) < 2:
        return on_grid
    parts = polygons(shapely.set_precision(shapely.make_valid(on_grid), 1))
    largest = max(part.area for part in parts)
    return as_area(part for part in parts if part.area > largest / 50)


def metres(geometry: BaseGeometry) -> BaseGeometry:
    """The grid, to metres from the middle."""
    return shapely.transform(geometry, lambda xy: xy / STEPS)


def polygons(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons of whatever a cut left over; lines and points are dropped."""
    return [part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and part.area > 0]


def as_area(parts: Iterable[Polygon]) -> BaseGeometry:
    found = list(parts)
    return found[0] if len(found) == 1 else MultiPolygon(found)


def join(*areas: BaseGeometry) -> BaseGeometry:
    return as_area(polygons(shapely.union_all(list(areas), grid_size=1)))


def meet(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    return as_area(polygons(shapely.intersection(one, other, grid_size=1)))


def cut(one: BaseGeometry, *others: BaseGeometry) -> BaseGeometry:
    return as_area(polygons(shapely.difference(one, join(*others), grid_size=1)))


def square_km(area: BaseGeometry) -> float:
    return float(area.area / (STEPS[0] * STEPS[1]) / KM**2)


def without_specks(area: BaseGeometry, least_km2: float) -> BaseGeometry:
    return as_area(part for part in polygons(area) if square_km(part) >= least_km2)


def grow(area: BaseGeometry, distance: float) -> BaseGeometry:
    """Grown by `distance` metres (shrunk when negative)."""
    return snap(metres(area).buffer(distance, quad_segs=6))


def outline(area: BaseGeometry, distance: float, name: str) -> BaseGeometry:
    """A border drawn at a distance around an area by somebody else: grown, smoothed, roughened again."""
    grown = metres(area).buffer(distance + 150, quad_segs=4).buffer(-150, quad_segs=4).simplify(60)
    rng = noise(name)
    rings = [fractal(ring_points(part), 0.10, 90, rng) for part in polygons(grown)]
    return snap(shapely.union_all([shapely.make_valid(Polygon(ring)) for ring in rings]))


def ring_points(area: Polygon) -> Points:
    return np.asarray(polygons(shapely.normalize(area))[0].exterior.coords, dtype=np.float64)


def fractal(points: Points, rough: float, step: float, rng: Random) -> Points:
    """Midpoint displacement: every leg longer than `step` m breaks in two, its middle moved by up to `rough` of it."""
    done: list[tuple[float, float]] = [tuple(points[0])]
    todo = [tuple(point) for point in points[:0:-1]]
    while todo:
        (ax, ay), (bx, by) = done[-1], todo[-1]
        if math.hypot(bx - ax, by - ay) <= step:
            done.append(todo.pop())
            continue
        move = rough * (2 * rng.random() - 1)
        todo.append(((ax + bx) / 2 - (by - ay) * move, (ay + by) / 2 + (bx - ax) * move))
    return np.array(done)


def ring(points_km: Kilometres, name: str, rough: float = 0.2, step: float = 90) -> BaseGeometry:
    """A closed fractal border through the given points (km)."""
    closed = np.array([*points_km, points_km[0]]) * KM
    return snap(Polygon(fractal(closed, rough, step, noise(name))))


def blob(
    x: float, y: float, rx: float, ry: float, name: str, turn: float = 0.0, rough: float = 0.2, step: float = 90
) -> BaseGeometry:
    """An irregular patch about (x, y) km with half-axes rx, ry km, turned by `turn` degrees."""
    rng = noise(f"{name} corners")
    corners: list[tuple[float, float]] = []
    for k in range(11):
        angle, reach = math.tau * (k + 0.5 * rng.random()) / 11, 0.8 + 0.4 * rng.random()
        u, v, t = rx * reach * math.cos(angle), ry * reach * math.sin(angle), math.radians(turn)
        corners.append((x + u * math.cos(t) - v * math.sin(t), y + u * math.sin(t) + v * math.cos(t)))
    return ring(corners, name, rough, step)


def plot(x: float, y: float, width: float, height: float, name: str, turn: float = 0.0) -> BaseGeometry:
    """A built plot about (x, y) km: nearly a rectangle of width x height metres, one corner cut, straight sides."""
    rng = noise(name)
    corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.2 + 0.2 * rng.random()), (0.3, 0.5), (-0.5, 0.5)]
    t = math.radians(turn + 12 * (rng.random() - 0.5))
    points = []
    for across, along in corners:
        u, v = across * width * (0.95 + 0.1 * rng.random()), along * height * (0.95 + 0.1 * rng.random())
        points.append((x * KM + u * math.cos(t) - v * math.sin(t), y * KM + u * math.sin(t) + v * math.cos(t)))
    return snap(Polygon(points))


def curve(points_km: Kilometres, step: float = 150) -> Points:
    """A smooth (Catmull-Rom) curve through points (km), a point about every `step` m."""
    p = np.array([points_km[0], *points_km, points_km[-1]]) * KM
    pieces = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        t = np.arange(0, 1, step / max(float(np.hypot(*(c - b))), step))[:, None]
        pieces.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.vstack([*pieces, p[-1:]])


def along(line: Points) -> Points:
    """Metres from the start, at each point."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def sideways(line: Points) -> Points:
    """The unit vector to the left, at each point."""
    ahead = np.gradient(line, axis=0)
    return np.asarray(np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(*ahead.T)[:, None])


def waves(s: Points, length: float, rng: Random) -> Points:
    """Smooth noise within about -1..1 with waves near `length` m."""
    total = np.zeros_like(s)
    for k in (0.6, 1.0, 1.7):
        total += np.sin(math.tau * (s * k / length + rng.random())) / 2
    return total


def meander(line: Points, swing: float, length: float, name: str) -> Points:
    """The curve swinging by up to `swing` m from side to side every `length` m or so."""
    s = along(line)
    return np.asarray(line + sideways(line) * (swing * waves(s, length, noise(name)))[:, None])


def river(line: Points, width: float, name: str, step: float = 70) -> BaseGeometry:
    """The water along a centre line, about `width` m wide, with a bank of its own on either side."""
    rng = noise(name)
    s, left = along(line), sideways(line)
    half = [width / 2 * (1 + 0.22 * waves(s, 9 * width, rng)) for _ in "lr"]
    banks = [fractal(line + left * (sign * w)[:, None], 0.08, step, rng) for sign, w in zip((1, -1), half, strict=True)]
    return snap(Polygon(np.vstack([banks[0], banks[1][::-1]])))


def reach(line: Points, start: float, end: float) -> LineString:
    """The part of a centre line between two distances (m) from its start."""
    s = along(line)
    return LineString(line[(s >= start) & (s <= end)])


def strip(line: LineString, half_width: float, name: str) -> BaseGeometry:
    """A band on both sides of a line, square at the ends, its border a little rough."""
    band = line.buffer(half_width, cap_style="flat", quad_segs=4).simplify(half_width / 40)
    return snap(Polygon(fractal(ring_points(polygons(band)[0]), 0.03, 80, noise(name))))


def cells(seeds_km: Kilometres, name: str) -> tuple[list[BaseGeometry], list[BaseGeometry]]:
    """Voronoi cells with fractal borders: (border lines, the cell of each seed), all sharing every vertex."""
    seeds = np.array(seeds_km) * KM
    box = shapely.box(-40 * KM, -40 * KM, 40 * KM, 40 * KM)
    edges = shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=box, only_edges=True)
    straight = sorted(tuple(sorted((round(x), round(y)) for x, y in part.coords)) for part in shapely.get_parts(edges))
    rng = noise(name)
    lines = [snap(LineString(fractal(np.array(pair, dtype=float), 0.22, 110, rng))) for pair in straight]
    noded = shapely.union_all([*lines, snap(box).boundary], grid_size=1)
    faces = list(polygonize(noded))
    owner = [int(np.argmin([shapely.distance(face, snap(Point(seed))) for seed in seeds])) for face in faces]
    return lines, [join(*(f for f, k in zip(faces, owner, strict=True) if k == n)) for n in range(len(seeds))]


def partition(
    frame: BaseGeometry, lines: list[BaseGeometry], zones: list[BaseGeometry], least_km2: float
) -> list[BaseGeometry]:
    """The frame divided among zones, earlier ones first, every border shared; specks go to the longest neighbour.

    The last zones must between them cover the frame. One area a zone comes back, in the same order.
    """
    borders = [frame.boundary, *lines, *(zone.boundary for zone in zones)]
    noded = shapely.union_all(borders, grid_size=1)
    faces = list(polygonize(noded))
    inside = sorted(
        (f for f in faces if frame.covers(f.representative_point())), key=lambda face: str(face.normalize().wkb_hex)
    )
    owned: list[list[Polygon]] = [[] for _ in zones]
    for face in inside:
        spot = face.representative_point()
        owned[next(n for n, zone in enumerate(zones) if zone.covers(spot))].append(face)
    parts = [(n, part) for n, mine in enumerate(owned) if mine for part in polygons(shapely.coverage_union_all(mine))]
    while specks := [k for k, (_, part) in enumerate(parts) if square_km(part) < least_km2]:
        k = min(specks, key=lambda k: parts[k][1].area)
        speck = parts.pop(k)[1]
        touching = [(float(shapely.length(shapely.intersection(speck, part))), j) for j, (_, part) in enumerate(parts)]
        j = max(touching)[1]
        parts[j] = (parts[j][0], polygons(shapely.coverage_union_all([speck, parts[j][1]]))[0])
    return [shapely.coverage_union_all([part for k, part in parts if k == n]) for n in range(len(zones))]


def geojson(geometry: BaseGeometry) -> str:
    """GeoJSON text with exactly seven decimals, always in the same order, outer rings counter-clockwise."""
    tidy = shapely.normalize(geometry)
    if isinstance(tidy, Polygon):
        return f'{{"type":"Polygon","coordinates":{_rings(tidy)}}}'
    if isinstance(tidy, MultiPolygon):
        return f'{{"type":"MultiPolygon","coordinates":[{",".join(_rings(part) for part in tidy.geoms)}]}}'
    return f'{{"type":"LineString","coordinates":{_points(tidy)}}}'


def _rings(area: Polygon) -> str:
    turned = orient(area)
    return f"[{','.join(_points(r) for r in (turned.exterior, *turned.interiors))}]"


def _points(line: BaseGeometry) -> str:
    pairs = ([int(v) + m for v, m in zip(xy, MIDDLE_E7, strict=True)] for xy in line.coords)
    return "[" + ",".join("[" + ",".join(f"{n // 10**7}.{n % 10**7:07d}" for n in pair) + "]" for pair in pairs) + "]"
