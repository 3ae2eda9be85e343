"""What is a footprint, and what is sent back with which reason."""

from __future__ import annotations

import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.atlas import read_footprint
from screening.errors import FootprintError, Problem

SQUARE = [[112.0, 30.0], [112.01, 30.0], [112.01, 30.01], [112.0, 30.01], [112.0, 30.0]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def refusal(geojson: Any, **how: Any) -> Problem:
    with pytest.raises(FootprintError) as caught:
        read_footprint(geojson, "/site/geometry", **how)
    problem = caught.value.problems[0]
    assert problem.what, "says what is wrong"
    assert problem.remedy, "says what to do"
    assert problem.zh, "says it in Chinese"
    return problem


def test_a_polygon_is_the_whole_site() -> None:
    found = read_footprint(polygon(SQUARE), "/site/geometry")
    assert found.kind == "polygon"
    assert found.extent == found.error == 0


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        ({"type": "Point", "coordinates": [112, 30]}, "point"),
        ({"type": "MultiPoint", "coordinates": [[112, 30], [112.1, 30]]}, "point"),
        ({"type": "LineString", "coordinates": [[112, 30], [112.1, 30]]}, "line"),
        ({"type": "MultiLineString", "coordinates": [[[112, 30], [112.1, 30]]]}, "line"),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE]]}, "polygon"),
    ],
)
def test_points_and_lines_have_no_known_extent_unless_given(geometry: dict[str, Any], kind: str) -> None:
    found = read_footprint(geometry, "")
    assert found.kind == kind
    assert found.extent == (0 if kind == "polygon" else None)
    assert read_footprint(geometry, "", extent="0.2 km").extent == 200


def test_a_feature_and_a_collection_of_one_are_the_geometry_inside() -> None:
    feature = {"type": "Feature", "properties": {}, "geometry": polygon(SQUARE)}
    for wrapped in (feature, {"type": "FeatureCollection", "features": [feature]}):
        assert read_footprint(wrapped, "").geometry.equals(read_footprint(polygon(SQUARE), "").geometry)


@pytest.mark.parametrize("turn", [str, Decimal, float, lambda number: f" {number} "])
def test_numbers_may_be_text_decimals_or_floats(turn: Any) -> None:
    ring = [[turn(str(x)), turn(str(y))] for x, y in SQUARE]
    assert read_footprint(polygon(ring), "").geometry.equals(read_footprint(polygon(SQUARE), "").geometry)


def test_heights_are_ignored() -> None:
    high = [[*position, 58.5] for position in SQUARE]
    assert not read_footprint(polygon(high), "").geometry.has_z


def test_wgs84_is_cgcs2000_within_half_a_metre() -> None:
    assert read_footprint(polygon(SQUARE), "", crs="EPSG:4326").error == Fraction(1, 2)
    legacy = polygon(SQUARE) | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    assert read_footprint(legacy, "").error == Fraction(1, 2)


@pytest.mark.parametrize("crs", ["", "EPSG:44901", "EPSG:4267", "广州独立坐标系", "新1954年北京坐标系", "bd09mc"])
def test_other_coordinate_systems_are_refused_by_name(crs: str) -> None:
    assert "not read" in refusal(polygon(SQUARE), crs=crs).what


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4547", "西安80 3度带 38带"])
def test_degrees_are_refused_as_coordinates_of_a_plane(crs: str) -> None:
    problem = refusal(polygon(SQUARE), crs=crs)
    assert "in degrees" in problem.what
    assert "4490" in problem.zh


@pytest.mark.parametrize(
    ("geojson", "where", "what"),
    [
        (None, "/site/geometry", "GeoJSON object"),
        ([], "/site/geometry", "GeoJSON object"),
        ("POINT(112 30)", "/site/geometry", "GeoJSON object"),
        ({}, "/site/geometry/type", "not a geometry type"),
        ({"type": ["Polygon"]}, "/site/geometry/type", "not a geometry type"),
        ({"type": "GeometryCollection", "geometries": []}, "/site/geometry/type", "GeometryCollection"),
        ({"type": "Polygon"}, "/site/geometry/coordinates", "should be a list"),
        (polygon(), "/site/geometry/coordinates", "empty"),
        (polygon([]), "/site/geometry/coordinates/0", "empty"),
        ({"type": "MultiPolygon", "coordinates": []}, "/site/geometry/coordinates", "empty"),
        ({"type": "Point", "coordinates": []}, "/site/geometry/coordinates", "empty"),
        ({"type": "Point", "coordinates": [112]}, "/site/geometry/coordinates", "1 numbers"),
        ({"type": "Point", "coordinates": [[112, 30]]}, "/site/geometry/coordinates", "1 numbers"),
        ({"type": "Point", "coordinates": [float("nan"), 30]}, "/site/geometry/coordinates/0", "finite"),
        ({"type": "Point", "coordinates": [112, float("inf")]}, "/site/geometry/coordinates/1", "finite"),
        ({"type": "Point", "coordinates": [Decimal("1e999"), 30]}, "/site/geometry/coordinates/0", "finite"),
        ({"type": "Point", "coordinates": [10**400, 30]}, "/site/geometry/coordinates/0", "finite"),
        ({"type": "Point", "coordinates": ["nan", 30]}, "/site/geometry/coordinates/0", "not a number"),
        ({"type": "Point", "coordinates": ["1_12", 30]}, "/site/geometry/coordinates/0", "not a number"),
        ({"type": "Point", "coordinates": [True, 30]}, "/site/geometry/coordinates/0", "not a number"),
        ({"type": "Point", "coordinates": [None, 30]}, "/site/geometry/coordinates/0", "not a number"),
        ({"type": "Point", "coordinates": [[[112]], 30]}, "/site/geometry/coordinates/0", "not a number"),
        ({"type": "Point", "coordinates": [30.5, 112.2]}, "/site/geometry/coordinates", "latitude before longitude"),
        ({"type": "Point", "coordinates": [500000, 3400000]}, "/site/geometry/coordinates", "metres"),
        ({"type": "Point", "coordinates": [2.35, 48.85]}, "/site/geometry/coordinates", "outside China"),
        ({"type": "LineString", "coordinates": [[112, 30], [112, 30]]}, "/site/geometry/coordinates", "two different"),
        (polygon(SQUARE[:3]), "/site/geometry/coordinates/0", "at least 4"),
        (polygon(SQUARE[:4]), "/site/geometry/coordinates/0", "not closed"),
        (polygon([SQUARE[0], SQUARE[1], SQUARE[0], SQUARE[0]]), "/site/geometry/coordinates", "no area"),
        (polygon([SQUARE[0]] * 4), "/site/geometry/coordinates", "no area"),
        ({"type": "FeatureCollection", "features": []}, "/site/geometry/features", "0 features"),
        ({"type": "FeatureCollection", "features": [{}, {}]}, "/site/geometry/features", "2 features"),
        ({"type": "Feature", "geometry": None}, "/site/geometry/geometry", "not nothing"),
    ],
)
def test_what_cannot_be_used_is_sent_back_with_its_place(geojson: Any, where: str, what: str) -> None:
    problem = refusal(geojson)
    assert problem.where == where
    assert what in problem.what


def test_swapped_coordinates_are_shown_the_right_way_round() -> None:
    assert "[112.2, 30.5]" in refusal({"type": "Point", "coordinates": [30.5, 112.2]}).remedy


def test_a_misspelt_type_gets_a_suggestion() -> None:
    assert '"Polygon"' in refusal({"type": "polygon", "coordinates": []}).remedy
    assert '"MultiPolygon"' in refusal({"type": "MultiPoligon", "coordinates": []}).remedy


def test_a_boundary_that_crosses_itself_is_refused_with_the_place_of_the_crossing() -> None:
    bow = [[112.0, 30.0], [112.02, 30.02], [112.02, 30.0], [112.0, 30.02], [112.0, 30.0]]
    problem = refusal(polygon(bow))
    assert "crosses" in problem.what
    assert "longitude 112.01, latitude 30.01" in problem.what
    assert "经度 112.01" in problem.zh


def test_a_hole_outside_the_boundary_is_refused() -> None:
    hole = [[113.0, 30.0], [113.001, 30.0], [113.001, 30.001], [113.0, 30.0]]
    assert "hole lies outside" in refusal(polygon(SQUARE, hole)).what


def test_overlapping_parts_are_refused() -> None:
    assert refusal({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]})


def test_a_million_vertices_are_refused_in_under_two_seconds() -> None:
    ring = [[112.0, 30.0]] * 1_000_000
    start = time.perf_counter()
    problem = refusal(polygon(ring))
    assert time.perf_counter() - start < 2
    assert "1,000,000" in problem.what


def test_deep_nesting_is_a_refusal_not_a_crash() -> None:
    deep: Any = [112, 30]
    for _ in range(100_000):
        deep = [deep]
    for name in ("Point", "Polygon", "MultiPolygon"):
        refusal({"type": name, "coordinates": deep})
    feature: Any = {"type": "Feature", "geometry": None}
    for _ in range(100_000):
        feature = {"type": "Feature", "geometry": feature}
    refusal(feature)


@pytest.mark.parametrize("extent", ["-1 m", "100 km", "wide", "5", "5 kg", ""])
def test_an_extent_is_a_length_of_at_most_fifty_kilometres(extent: str) -> None:
    assert "extent" in refusal({"type": "Point", "coordinates": [112, 30]}, extent=extent).what


json_like = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.just(112) | st.just("30.5"),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features", "crs", "properties"]), inner)
    ),
    max_leaves=20,
)


@given(json_like, st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "Feature", "FeatureCollection"]))
def test_nothing_but_a_footprint_error_is_ever_raised(content: Any, name: str) -> None:
    for given_json in (content, {"type": name, "coordinates": content, "geometry": content, "features": content}):
        with suppress(FootprintError):
            read_footprint(given_json, "")
