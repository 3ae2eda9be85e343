"""A straight edge of a plane keeps its course when it is drawn in degrees."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from screening.atlas.guard import CoordinateError, drawn_in_degrees, read_coordinates
from screening.atlas.guard.systems import PLANE_ERROR

GEOD = Geod(ellps="GRS80")


def drawn(geometry: shapely.Geometry, declared: str, axes: str = "east_north") -> shapely.Geometry:
    readings = read_coordinates(shapely.get_coordinates(geometry), declared, axes)  # type: ignore[arg-type]
    assert readings.certain is not None
    return drawn_in_degrees(geometry, readings.certain)


@pytest.mark.parametrize("code", [4547, 4508, 3857])
@pytest.mark.parametrize("degrees", [(113.9, 22.0), (113.0, 53.0)])
def test_a_long_edge_of_a_plane_deviates_by_less_than_the_error_of_the_plane(
    code: int, degrees: tuple[float, float]
) -> None:
    start = np.array(Transformer.from_crs(4490, code, always_xy=True).transform(*degrees))
    edge = shapely.LineString([start, start + np.array([40_000.0, 5_000.0])])
    line = shapely.get_coordinates(drawn(edge, f"EPSG:{code}"))
    there = Transformer.from_crs(4490, code, always_xy=True)
    # Places on the straight edges in degrees, put back into the plane, and how far they are from the edge there.
    within = np.linspace(0, 1, 7)[None, :, None]
    places = (line[:-1, None] * (1 - within) + line[1:, None] * within).reshape(-1, 2)
    back = shapely.points(np.column_stack(there.transform(*places.T)))
    assert shapely.distance(back, edge).max() < float(PLANE_ERROR)


def test_uncut_the_same_edge_would_deviate_by_tens_of_metres() -> None:
    there = Transformer.from_crs(4490, 4547, always_xy=True)
    ends = np.array(there.transform([113.0, 113.6], [53.0, 53.0])).T
    middle = np.array(there.transform(113.3, 53.0))
    assert shapely.distance(shapely.Point(middle), shapely.LineString(ends)) > 10


def test_degrees_stay_as_they_are_to_the_last_digit() -> None:
    ring = shapely.Polygon([(112.0, 30.0), (114.0, 30.0), (114.0, 31.0)])
    assert shapely.equals_exact(drawn(ring, "EPSG:4490"), ring)
    assert shapely.equals_exact(drawn(ring, "EPSG:4326"), ring)


def test_north_first_numbers_become_the_same_shape() -> None:
    shape = shapely.Polygon([(520_000, 2_433_000), (521_000, 2_433_000), (521_000, 2_434_000)])
    turned = shapely.transform(shape, lambda rows: rows[:, ::-1])
    assert drawn(shape, "EPSG:4547").equals_exact(drawn(turned, "EPSG:4547", "north_east"), 1e-12)


def test_shifted_edges_are_cut_too() -> None:
    line = drawn(shapely.LineString([(112.0, 30.0), (112.5, 30.0)]), "GCJ02")
    assert shapely.get_num_coordinates(line) > 90


def test_edges_of_an_absurd_length_are_refused_before_they_are_cut() -> None:
    there_and_back = shapely.LineString([(350_000 + 300_000 * (n % 2), 2_500_000) for n in range(1000)])
    with pytest.raises(CoordinateError, match="100,000 km"):
        drawn(there_and_back, "EPSG:4547")


def test_a_boundary_that_crosses_itself_is_not_mended_by_the_cutting() -> None:
    bow = shapely.Polygon([(520_000, 2_433_000), (522_000, 2_435_000), (522_000, 2_433_000), (520_000, 2_435_000)])
    assert not drawn(bow, "EPSG:4547").is_valid
    assert not drawn(shapely.MultiPolygon([bow]), "EPSG:4547").is_valid


def test_holes_and_parts_stay() -> None:
    shell = shapely.Point(520_000, 2_433_000).buffer(5_000)
    two = shapely.MultiPolygon([shell - shell.buffer(-2_000), shapely.Point(540_000, 2_433_000).buffer(900)])
    found = drawn(two, "EPSG:4547")
    assert [len(part.interiors) for part in found.geoms] == [1, 0]
    assert found.is_valid
