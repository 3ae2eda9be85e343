"""Distances and areas against independent computations, with the error stated."""

from __future__ import annotations

from math import cos, sin
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from screening.atlas.crs import METHOD_ERROR, Plane, areas, grown, shrunk
from screening.facts import Interval

from .conftest import LATITUDE, LONGITUDE, MakeAtlas, Sheet, at, box, line, place, point, polygon, value

GEOD = Geod(ellps="GRS80")
EQUAL_AREA = Transformer.from_pipeline(
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cea +lon_0=112 +ellps=GRS80"
)

longitudes, latitudes = st.floats(75, 134), st.floats(5, 53)
sizes = st.floats(0.0001, 0.2)


def star(longitude: float, latitude: float, size: float, seed: int, corners: int = 24) -> shapely.Polygon:
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = size * rng.uniform(0.3, 1, corners)
    return shapely.Polygon(np.column_stack([longitude + reach * np.cos(angles), latitude + reach * np.sin(angles)]))


@given(longitudes, latitudes, sizes, st.integers(0, 99))
def test_areas_agree_with_an_equal_area_projection_to_a_millionth(
    longitude: float, latitude: float, size: float, seed: int
) -> None:
    shape = star(longitude, latitude, size, seed)
    # The cylindrical projection keeps areas exactly; edges are cut so that its straight line is ours.
    other = shapely.transform(
        shapely.segmentize(shape, size / 200), lambda c: np.column_stack(EQUAL_AREA.transform(*c.T))
    )
    assert areas([shape])[0] == pytest.approx(other.area, rel=1e-6)


@given(longitudes, latitudes, st.floats(0.0001, 0.02), st.integers(0, 99))
def test_areas_agree_with_the_geodesic_area_of_short_edges(
    longitude: float, latitude: float, size: float, seed: int
) -> None:
    shape = shapely.segmentize(star(longitude, latitude, size, seed), size / 50)
    geodesic, _ = GEOD.geometry_area_perimeter(shapely.geometry.polygon.orient(shape))
    assert areas([shape])[0] == pytest.approx(geodesic, rel=1e-5)


def test_holes_are_taken_off_and_parts_added() -> None:
    outer, hole = shapely.box(112, 30, 112.1, 30.1), shapely.box(112.02, 30.02, 112.03, 30.03)
    pierced = outer.difference(hole)
    whole, gone, rest = areas([outer, hole, pierced])
    assert rest == pytest.approx(whole - gone, rel=1e-12)
    assert areas([shapely.MultiPolygon([outer, shapely.box(113, 30, 113.1, 30.1)])])[0] == pytest.approx(2 * whole)
    assert list(areas([shapely.Polygon(), shapely.Point(112, 30)])) == [0, 0]


@given(longitudes, latitudes, st.floats(0.0005, 0.05), st.integers(0, 50), st.sampled_from([0.5, 5, 50, 300]))
@settings(max_examples=60, deadline=None)
def test_grown_reaches_at_least_as_far_as_it_says_and_shrunk_goes_at_least_as_deep(
    longitude: float, latitude: float, size: float, seed: int, metres: float
) -> None:
    from fractions import Fraction

    shape = star(longitude, latitude, size, seed)
    outer, inner = grown(shape, Fraction(metres)), shrunk(shape, Fraction(metres))
    rng = np.random.default_rng(seed)
    rim = shapely.line_interpolate_point(shape.exterior, rng.uniform(0, 1, 20), normalized=True)
    for spot, azimuth in zip(rim, rng.uniform(0, 360, 20), strict=True):
        east, north, _ = GEOD.fwd(spot.x, spot.y, azimuth, metres)
        assert outer.covers(shapely.Point(east, north))
        assert not inner.contains(shapely.Point(east, north)) or shape.contains(shapely.Point(east, north))
        assert not inner.intersects(spot)
    for corner in shapely.get_coordinates(inner):
        nearest = shapely.shortest_line(shapely.Point(corner), shape.exterior)
        (west, south), (east, north) = nearest.coords
        # The nearest in degrees is not quite the nearest in metres, so this distance is at least the true one.
        assert GEOD.inv(west, south, east, north)[2] >= metres


@given(st.floats(-15, 15), st.floats(-15, 15), st.floats(0, 6.28), st.floats(0.05, 12))
@settings(max_examples=60, deadline=None)
def test_a_distance_holds_the_geodesic_distance_found_by_sampling(
    make_atlas: MakeAtlas, x: float, y: float, turn: float, length: float
) -> None:
    end = (x + length * cos(turn), y + length * sin(turn))
    river = line((x, y), end)
    site = polygon(box(-0.4, -0.2, 0.3, 0.5))
    atlas = make_atlas(Sheet("river", "river", [river], geometry="line", tolerance="5 m", within="wide"), frame=WIDE)
    found = value(place(atlas, site), "site.distance.river")
    assert isinstance(found, Interval)
    line_points = shapely.get_coordinates(shapely.segmentize(shapely.geometry.shape(river), 2e-5))
    ring = shapely.get_coordinates(shapely.segmentize(shapely.geometry.shape(site).boundary, 2e-5))
    if shapely.geometry.shape(site).intersects(shapely.geometry.shape(river)):
        assert found.lo == 0
        assert found.hi <= 5.06
        return
    flat = np.array([95999.0, 110861.0])
    tree = shapely.STRtree(shapely.points(ring * flat))
    candidates = tree.query_nearest(shapely.points(line_points * flat), all_matches=False)[1]
    best = GEOD.inv(*line_points.T, *ring[candidates].T)[2].min()
    # Sampling every 2 m misses the nearest by at most a metre or so each way; it never finds less.
    assert found.lo <= best - 5 + 0.001
    assert best <= float(found.hi) + 1.5
    assert found.hi - found.lo == pytest.approx(10.1, abs=0.01 + best * 1e-4)


WIDE = Sheet("wide", "frame", [polygon(box(-90, -90, 90, 90))], geometry="extent", within="")


def test_a_distance_over_half_of_china_still_holds_the_truth(make_atlas: MakeAtlas) -> None:
    far = {"type": "LineString", "coordinates": [[87.6, 43.8], [87.7, 43.9]]}
    frame = Sheet("china", "frame", [_rectangle(74, 5, 135, 53)], geometry="extent", within="")
    atlas = make_atlas(Sheet("river", "river", [far], geometry="line", within="china"), frame=frame)
    found = value(place(atlas, point(0, 0), "0 m"), "site.distance.river")
    assert isinstance(found, Interval)
    samples = shapely.get_coordinates(shapely.segmentize(shapely.geometry.shape(far), 1e-4))
    best = GEOD.inv(np.full(len(samples), LONGITUDE), np.full(len(samples), LATITUDE), *samples.T)[2].min()
    assert found.lo <= best <= found.hi


def _rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_the_nearest_in_metres_is_found_though_another_is_nearer_in_degrees(make_atlas: MakeAtlas) -> None:
    north, east = line((-0.5, 5.1), (0.5, 5.1)), line((5, -0.5), (5, 0.5))
    atlas = make_atlas(Sheet("river", "river", [(north, {"name": "north"}), (east, {"name": "east"})], geometry="line"))
    (hit,) = [hit for hit in place(atlas, point(0, 0), "0 m").distances if hit.kind == "river"]
    assert hit.name == "east"
    assert (hit.longitude, hit.latitude) == pytest.approx(at(5, 0), abs=1e-4)


@pytest.mark.parametrize(("metres", "lo", "hi"), [(100, 94.9, 105.1), (3, 0, 8.1)])
def test_a_distance_is_known_within_the_tolerance(make_atlas: MakeAtlas, metres: float, lo: float, hi: float) -> None:
    river = line((1 + metres / 1000, -5), (1 + metres / 1000, 5))
    found = value(
        place(make_atlas(Sheet("r", "r", [river], geometry="line", tolerance="5 m")), polygon(box(0, 0, 1, 1))),
        "site.distance.r",
    )
    assert isinstance(found, Interval)
    assert float(found.lo) == pytest.approx(lo, abs=0.1)
    assert float(found.hi) == pytest.approx(hi, abs=0.1)


def test_a_point_without_extent_has_a_distance_from_nothing_to_its_own(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("r", "r", [line((1, -5), (1, 5))], geometry="line", tolerance="5 m"))
    found = value(place(atlas, point(0, 0)), "site.distance.r")
    assert isinstance(found, Interval)
    assert found.lo == 0
    assert float(found.hi) == pytest.approx(1005, abs=1)
    found = value(place(atlas, point(0, 0), "200 m"), "site.distance.r")
    assert isinstance(found, Interval)
    assert float(found.lo) == pytest.approx(795, abs=1)


def test_inside_an_area_the_distance_is_nothing_and_inside_a_line_layer_it_is_not(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(
        Sheet("zone", "zone", [polygon(box(-5, -5, 5, 5))], tolerance="5 m"),
        Sheet("loop", "loop", [line((-5, -5), (5, -5), (5, 5), (-5, 5), (-5, -5))], geometry="line"),
    )
    found = place(atlas, polygon(box(0, 0, 1, 1)))
    assert value(found, "site.distance.zone") == Interval(0, 0)
    loop = value(found, "site.distance.loop")
    assert isinstance(loop, Interval)
    assert float(loop.lo) == pytest.approx(4000, abs=10)


def test_a_line_inside_a_polygon_site_is_at_no_distance(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("r", "r", [line((0.4, 0.5), (0.6, 0.5))], geometry="line", tolerance="5 m"))
    for corners in (1, 400):
        ring = shapely.segmentize(shapely.geometry.shape(polygon(box(0, 0, 1, 1))), 1 / (96 * corners))
        found = value(place(atlas, shapely.geometry.mapping(ring)), "site.distance.r")
        assert isinstance(found, Interval)
        assert found.lo == 0
        assert found.hi < 5.1


def test_a_site_of_many_vertices_gets_the_same_distances(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("r", "r", [line((3, -5), (4, 5))], geometry="line", tolerance="5 m"))
    plain = shapely.geometry.shape(polygon(box(0, 0, 1, 1)))
    dense = shapely.geometry.mapping(shapely.segmentize(plain, 1e-5))
    one, other = (value(place(atlas, site), "site.distance.r") for site in (polygon(box(0, 0, 1, 1)), dense))
    assert isinstance(one, Interval)
    assert isinstance(other, Interval)
    assert float(one.lo) == pytest.approx(float(other.lo), abs=0.01)


def test_the_plane_is_true_to_a_hundredth_of_a_metre_near_its_meridian() -> None:
    plane = Plane.near(LONGITUDE)
    ends = np.array([at(0, 0), at(3, 4)])
    (x0, y0), (x1, y1) = plane.project(ends)
    metres = GEOD.inv(*ends[0], *ends[1])[2]
    assert np.hypot(x1 - x0, y1 - y0) == pytest.approx(metres, abs=0.01)
    assert plane.unproject(plane.project(ends)) == pytest.approx(ends, abs=1e-10)
    assert float(METHOD_ERROR) == 0.05


def test_the_area_of_a_site_is_bounded_by_its_extent(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas()
    drawn = value(place(atlas, polygon(box(0, 0, 1, 1))), "site.area")
    assert isinstance(drawn, Interval)
    assert drawn.hi - drawn.lo < 0.1
    around = value(place(atlas, point(0, 0), "100 m"), "site.area")
    assert isinstance(around, Interval)
    assert around.lo == 0
    assert 31416 < around.hi < 33000
    assert value(place(atlas, point(0, 0)), "site.area") == Interval(0, float("inf"))
