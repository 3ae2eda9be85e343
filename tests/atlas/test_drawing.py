"""Sites drawn in any coordinate system, in GeoJSON and in files, become the same footprint, or each one they may be."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from screening.atlas import (
    Source,
    drawing_of_source,
    footprints_of_source,
    read_drawing,
    read_footprint,
    read_footprints,
)
from screening.atlas.formats import read_source
from screening.atlas.formats.source import Unread
from screening.errors import FootprintError
from screening.text import Text

RING = [(112.2, 30.1), (112.21, 30.1), (112.21, 30.11), (112.2, 30.11), (112.2, 30.1)]
SITE = shapely.Polygon(RING)
GEOD = Geod(ellps="GRS80")


def projected(shape: shapely.Geometry, code: int, base: int = 4490) -> shapely.Geometry:
    there = Transformer.from_crs(base, code, always_xy=True)
    return shapely.transform(shape, lambda rows: np.column_stack(there.transform(*rows.T)))


def geojson(shape: shapely.Geometry) -> dict[str, Any]:
    mapped: dict[str, Any] = shapely.geometry.mapping(shape)
    return mapped


def source(*shapes: Any, **more: Any) -> Source:
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    return Source("a.shp", "ESRI Shapefile", "a", "0" * 64, held, {}, **more)


def refusal(*args: Any, **how: Any) -> str:
    with pytest.raises(FootprintError) as caught:
        read_drawing(*args, **how).certain()
    problem = caught.value.problems[0]
    assert problem.what and problem.remedy and problem.zh
    return problem.text()


def farthest_corner(shape: shapely.Geometry) -> float:
    """Metres from the corners of the true site to the nearest vertex that was read."""
    read = shapely.get_coordinates(shape)
    return max(
        min(GEOD.inv(*np.broadcast_to(corner, read.shape).T, *read.T)[2]) for corner in shapely.get_coordinates(SITE)
    )


@pytest.mark.parametrize("code", [4546, 4525, 4508, 4497, 3857, 32649])
@pytest.mark.parametrize("turned", [False, True])
def test_a_polygon_in_metres_is_the_polygon_in_degrees(code: int, turned: bool) -> None:
    flat = projected(SITE, code)
    if turned:
        flat = shapely.transform(flat, lambda rows: rows[:, ::-1])
    found = read_footprint(geojson(flat), "/site/geometry", crs=f"EPSG:{code}")
    assert farthest_corner(found.geometry) < 0.001
    assert found.error <= Fraction(1, 2)
    assert found.kind == "polygon" and found.extent == 0


def test_the_system_may_stand_in_a_crs_member() -> None:
    flat = geojson(projected(SITE, 4546)) | {
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    }
    assert farthest_corner(read_footprint(flat, "").geometry) < 0.001
    assert "two coordinate systems" in refusal(flat, "", crs="EPSG:4547")


def test_metres_without_a_system_are_a_footprint_for_each_reading() -> None:
    found = read_footprints(geojson(projected(SITE, 4525)), "")
    assert [reading.system.id for reading, _ in found] == ["EPSG:4525", "EPSG:2361", "EPSG:2413"]
    assert [footprint.error for _, footprint in found] == [Fraction(1, 100), 150, 150]
    for _, footprint in found:
        assert farthest_corner(footprint.geometry) < 150


def test_who_wants_one_footprint_is_told_the_candidates() -> None:
    said = refusal(geojson(projected(SITE, 4525)), "/site/geometry")
    assert "metres" in said
    assert "EPSG:4525 (112.2000°E 30.1000°N)" in said


def test_a_place_outside_china_is_named_by_its_pointer_in_metres_too() -> None:
    flat = geojson(projected(SITE, 4546))
    ring = [list(position) for position in flat["coordinates"][0]]
    ring[2] = [500_000.0, 100_000.0]
    with pytest.raises(FootprintError) as caught:
        read_footprint({"type": "Polygon", "coordinates": [ring]}, "/site/geometry", crs="EPSG:4546")
    assert caught.value.problems[0].where == "/site/geometry/coordinates/0/2"


def test_a_crossing_in_metres_is_told_in_longitude_and_latitude() -> None:
    bow = [(0, 0), (2100, 1900), (2000, 0), (0, 2000), (0, 0)]
    said = refusal(geojson(shapely.Polygon([(520_000 + x, 3_330_000 + y) for x, y in bow])), "", crs="EPSG:4546")
    assert "crosses" in said and "longitude 111.2" in said


@given(st.sampled_from([4546, 4525, 2382, 2434, 3857]), st.integers(3, 40), st.floats(20.0, 20_000.0))
def test_a_round_site_in_any_plane_keeps_its_area(code: int, corners: int, radius: float) -> None:
    turns = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    x, y, _ = GEOD.fwd(np.full(corners, 112.2), np.full(corners, 30.1), np.degrees(turns), np.full(corners, radius))
    drawn = shapely.Polygon(np.column_stack([x, y]))
    base = {2382: 4610, 2434: 4214}.get(code, 4490)
    found = read_footprint(geojson(projected(drawn, code, base)), "", crs=f"EPSG:{code}").geometry
    exact = shapely.symmetric_difference(shapely.segmentize(found, 0.001), shapely.segmentize(drawn, 0.001))
    # A straight edge of a plane is not a straight edge in degrees: 2 sagittas of the longest edge, and rounding.
    longest = 2 * radius * np.sin(np.pi / corners)
    assert shapely.area(exact) <= shapely.length(drawn) * (longest**2 / 60e6 + 1e-3) / 111_000 * 1.5


# Files


@pytest.mark.parametrize("driver", ["ESRI Shapefile", "GPKG", "GeoJSON"])
@pytest.mark.parametrize("code", [4490, 4546, 4525, 2382, 4214, 3857])
def test_a_written_file_is_placed_in_every_declared_system(tmp_path: Path, driver: str, code: int) -> None:
    base = {2382: 4610, 4214: 4214, 3857: 4326}.get(code, 4490)
    path = tmp_path / ("site" + {"ESRI Shapefile": ".shp", "GPKG": ".gpkg", "GeoJSON": ".geojson"}[driver])
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(projected(SITE, code, base))]), [], [], driver=driver, geometry_type="Polygon",
        crs=f"EPSG:{code}",
    )  # fmt: skip
    (reading, footprint), *others = footprints_of_source(read_source(path), str(path))
    assert others == []
    assert farthest_corner(footprint.geometry) < (150 if reading.system.datum.old else 0.6 if code == 3857 else 0.01)
    assert footprint.error == reading.system.error


def test_a_shapefile_without_a_prj_is_each_thing_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "site.shp"
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(projected(SITE, 4525))]), [], [], driver="ESRI Shapefile",
        geometry_type="Polygon", crs="EPSG:4525",
    )  # fmt: skip
    path.with_suffix(".prj").unlink()
    found = footprints_of_source(read_source(path), str(path))
    assert [reading.system.id for reading, _ in found] == ["EPSG:4525", "EPSG:2361", "EPSG:2413"]
    assert footprints_of_source(read_source(path), str(path), crs="EPSG:4525")[0][1].error == Fraction(1, 100)


def test_what_the_applicant_states_stands_before_what_the_file_says() -> None:
    held = source(SITE, crs="EPSG:4326", hints=("高德",))
    assert len(footprints_of_source(held, "a.kml")) == 3
    ((reading, _),) = footprints_of_source(held, "a.kml", crs="GCJ02")
    assert reading.system.id == "GCJ-02"


def test_plots_apart_are_the_parts_of_one_site() -> None:
    other = shapely.transform(SITE, lambda rows: rows + np.array([0.05, 0]))
    found = drawing_of_source(source(SITE, other, crs="EPSG:4490"), "a.shp").certain()
    assert found.geometry.geom_type == "MultiPolygon"


def test_plots_side_by_side_are_joined() -> None:
    other = shapely.Polygon([(112.21, 30.1), (112.22, 30.1), (112.22, 30.11), (112.21, 30.105), (112.21, 30.1)])
    found = drawing_of_source(source(SITE, other, crs="EPSG:4490"), "a.shp").certain()
    assert found.geometry.geom_type == "Polygon"
    assert found.geometry.area == pytest.approx(SITE.area + other.area)


@pytest.mark.parametrize(
    ("shapes", "more", "why"),
    [
        ((SITE, shapely.transform(SITE, lambda rows: rows + np.array([0.005, 0]))), {}, "plots 1 and 2 overlap"),
        ((SITE, SITE), {}, "overlap"),
        ((SITE, shapely.Point(112.2, 30.1)), {}, "points, lines and polygons"),
        ((), {}, "no features"),
        ((None, SITE), {"unread": (Unread(0, Text("坏", "broken ring")),)}, "feature 0: broken ring"),
        ((shapely.Polygon([(112, 30), (112.02, 30.02), (112.02, 30), (112, 30.02)]), SITE), {}, "crosses"),
        ((shapely.LineString(np.column_stack([np.linspace(112, 113, 20_001), np.full(20_001, 30.0)])),), {}, "20,001"),
    ],
)
def test_a_file_that_is_no_one_site_is_sent_back(shapes: Any, more: Any, why: str) -> None:
    with pytest.raises(FootprintError, match=why) as caught:
        drawing_of_source(source(*shapes, crs="EPSG:4490", **more), "a.shp").certain()
    assert caught.value.problems[0].where == "a.shp"
    assert caught.value.problems[0].zh


def test_points_stay_points_and_lines_lines() -> None:
    points = drawing_of_source(
        source(shapely.Point(112.2, 30.1), shapely.Point(112.3, 30.1), crs="EPSG:4490"), ""
    ).certain()
    assert (points.kind, points.geometry.geom_type, points.extent) == ("point", "MultiPoint", None)
    line = shapely.LineString([(112.2, 30.1), (112.3, 30.1)])
    assert drawing_of_source(source(line, crs="EPSG:4490"), "", extent="30 m").certain().extent == 30


def test_north_first_tables_are_read_in_their_order() -> None:
    flat = shapely.transform(projected(SITE, 4525), lambda rows: rows[:, ::-1])
    held = source(flat, crs="2000国家大地坐标系 高斯克吕格 3度带 37带 米", axes="north_east")
    assert farthest_corner(drawing_of_source(held, "").certain().geometry) < 0.001


def test_a_row_outside_china_is_named_by_its_vertex() -> None:
    with pytest.raises(FootprintError) as caught:
        drawing_of_source(source(shapely.LineString([(112, 30), (20, 30)]), crs="EPSG:4490"), "a.csv")
    assert caught.value.problems[0].where == "a.csv, vertex 2"


def test_an_esri_definition_in_chinese_practice_is_read() -> None:
    wkt = CRS.from_epsg(4525).to_wkt("WKT1_ESRI")
    assert farthest_corner(drawing_of_source(source(projected(SITE, 4525), crs=wkt), "").certain().geometry) < 0.001
