"""What is worked out about a site alone is what would be worked out of the whole map."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from screening.atlas import Atlas, Footprint, Placement, locate, read_atlas
from screening.atlas.crs import areas
from screening.atlas.prepared import MOST
from screening.facts import FLAG_NO, FLAG_YES, Interval

from .conftest import AS_OF, EAST_KM, LATITUDE, LONGITUDE, NORTH_KM, Sheet, box, line, place, polygon, write_atlas

CORNERS = 6_000


def coast(seed: int, x: float, y: float) -> list[tuple[float, float]]:
    """A ring of thousands of vertices about a place, in kilometres, on a grid so that points can hit it exactly."""
    rng = np.random.default_rng(seed)
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    reach = 6 + 2 * np.sin(5 * angles + seed) + 0.02 * np.cumsum(rng.standard_normal(CORNERS)) / np.sqrt(CORNERS)
    ring = [(x + r * np.cos(a), y + r * np.sin(a)) for r, a in zip(reach, angles, strict=True)]
    return [*ring, ring[0]]


@cache
def islands() -> Atlas:
    units = [
        (polygon(coast(number, 25 * number - 25, 0)), {"code": f"ZH42059911000{number}", "class": "优先保护"})
        for number in range(3)
    ]
    frame = Sheet("frame", "frame", [polygon(box(-60, -30, 60, 30))], geometry="extent", within="")
    return read_atlas(
        write_atlas(Path(mkdtemp()), Sheet("units", "control_unit", units, geometry="units"), frame=frame)
    )


def drawn() -> list[BaseGeometry]:
    layer = islands().layer("units")
    assert layer is not None
    return [feature.geometry for feature in layer.features]


def located(site: BaseGeometry) -> Placement:
    kind = "point" if site.geom_type == "Point" else "polygon"
    return locate(Footprint(site, Fraction(0), kind), islands(), AS_OF)  # type: ignore[arg-type]


def test_the_islands_are_big_enough_to_be_cut() -> None:
    layer = islands().layer("units")
    assert layer is not None and MOST < CORNERS
    assert not layer.features.prepared.uncut(np.arange(len(layer.features.prepared.part)))


@given(st.floats(-35, 35), st.floats(-9, 9), st.floats(0.01, 8), st.integers(3, 20), st.integers(0, 10**6))
@settings(max_examples=150, deadline=None)
def test_a_polygon_overlaps_of_cut_zones_what_it_overlaps_of_whole_ones(
    x: float, y: float, size: float, corners: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    ring = np.column_stack([x + size * np.cos(angles), y + size * np.sin(angles)]) * [EAST_KM, NORTH_KM]
    site = shapely.Polygon(np.add(ring, [LONGITUDE, LATITUDE]))
    if not site.is_valid or areas([site])[0] < 1:
        return
    whole = {f"ZH42059911000{n}": areas([shapely.intersection(site, one)])[0] for n, one in enumerate(drawn())}
    found = {hit.code: hit for hit in located(site).units}
    assert {code for code, area in whole.items() if area > 1e-3} == {c for c, hit in found.items() if hit.certain}
    for code, hit in found.items():
        assert code is not None
        assert float(hit.area.lo) - 0.02 <= whole[code] <= float(hit.area.hi) + 0.02


@given(st.integers(0, 2), st.integers(0, CORNERS - 1), st.booleans(), st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_a_site_that_touches_a_cut_zone_in_one_point_of_its_boundary_is_told_exactly(
    number: int, corner: int, outside: bool, seed: int
) -> None:
    """A triangle with its tip on a vertex of the boundary, pointing in or out."""
    ring = shapely.get_coordinates(drawn()[number].exterior)  # type: ignore[attr-defined]
    tip = ring[corner]
    away = (tip - ring.mean(axis=0)) * (1 if outside else -1)
    away /= np.linalg.norm(away)
    side = np.array([-away[1], away[0]]) * np.random.default_rng(seed).uniform(0.01, 0.05)
    site = shapely.Polygon([tip, tip + (away + side) * 1e-3, tip + (away - side) * 1e-3])
    plain = [bool(shapely.intersects(site, one)) for one in drawn()]
    placement = located(site)
    distance = placement.facts.value("site.distance.control_unit")
    assert isinstance(distance, Interval) and (distance.lo == 0) == any(plain)
    overlap = areas([shapely.intersection(site, drawn()[number])])[0]
    if overlap < 1e-5:
        assert placement.facts.value("site.overlaps.control_unit") == FLAG_NO
    elif overlap > 1e-3:
        assert placement.facts.value("site.overlaps.control_unit") == FLAG_YES


@given(st.integers(0, 2), st.floats(0, 6.283), st.floats(0, 9))
@settings(max_examples=100, deadline=None)
def test_a_point_lies_in_a_cut_zone_when_it_lies_in_the_whole_one(number: int, angle: float, reach: float) -> None:
    middle = np.array([LONGITUDE, LATITUDE]) + np.array([25 * number - 25, 0]) * [EAST_KM, NORTH_KM]
    point = shapely.Point(middle + reach * np.array([np.cos(angle), np.sin(angle)]) * [EAST_KM, NORTH_KM])
    inside = any(shapely.contains(one, point) for one in drawn())
    assert located(point).facts.value("site.overlaps.control_unit") == (FLAG_YES if inside else FLAG_NO)


@pytest.mark.parametrize("width", [0.0, 0.002, 0.004])
def test_a_gap_that_is_narrower_than_the_boundaries_are_uncertain_is_no_gap(tmp_path: Path, width: float) -> None:
    """Two units drawn four metres apart with a tolerance of five: by law there is one line between them."""
    units = [
        (polygon([(-5, -5), (0, -5), (0, 5), (-5, 5), (-5, -5)]), {"code": "ZH42059910001", "class": "一般管控"}),
        (
            polygon([(width, -5), (5, -5), (5, 5), (width, 5), (width, -5)]),
            {"code": "ZH42059920001", "class": "一般管控"},
        ),
    ]
    atlas = read_atlas(write_atlas(tmp_path, Sheet("units", "control_unit", units, geometry="units", tolerance="5 m")))
    site = polygon([(-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (-0.3, 0.3), (-0.3, -0.3)])
    uncovered = place(atlas, site).facts.value("site.uncovered_share")
    assert isinstance(uncovered, Interval) and uncovered.hi == 0


def test_a_gap_that_is_wider_than_that_leaves_part_of_the_site_uncovered(tmp_path: Path) -> None:
    units = [
        (polygon([(-5, -5), (0, -5), (0, 5), (-5, 5), (-5, -5)]), {"code": "ZH42059910001", "class": "一般管控"}),
        (polygon([(0.03, -5), (5, -5), (5, 5), (0.03, 5), (0.03, -5)]), {"code": "ZH42059920001", "class": "一般管控"}),
    ]
    atlas = read_atlas(write_atlas(tmp_path, Sheet("units", "control_unit", units, geometry="units", tolerance="5 m")))
    site = polygon([(-0.3, -0.3), (0.3, -0.3), (0.3, 0.3), (-0.3, 0.3), (-0.3, -0.3)])
    uncovered = place(atlas, site).facts.value("site.uncovered_share")
    assert isinstance(uncovered, Interval) and uncovered.lo > Fraction(3, 100)


@given(st.floats(-1200, 1200), st.floats(-900, 1900), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_what_is_a_thousand_kilometres_away_is_measured_as_truly_as_what_is_near(x: float, y: float, seed: int) -> None:
    shore = [(x + 40 * np.cos(a), y + 40 * np.sin(3 * a + seed)) for a in np.linspace(0, 6, 700)]
    ends = [(LONGITUDE + a * EAST_KM, LATITUDE + b * NORTH_KM) for a, b in shore]
    if not all(74 < east < 135 and 4 < north < 53 for east, north in ends):
        return
    atlas = read_atlas(write_atlas(Path(mkdtemp()), Sheet("shore", "shore", [line(*shore)], geometry="line")))
    fine = shapely.get_coordinates(shapely.segmentize(shapely.LineString(ends), 0.0005))
    here = np.tile([LONGITUDE, LATITUDE], (len(fine), 1))
    truth = Geod(ellps="GRS80").inv(here[:, 0], here[:, 1], fine[:, 0], fine[:, 1])[2].min()
    placement = locate(Footprint(shapely.Point(LONGITUDE, LATITUDE), Fraction(0), "point"), atlas, date(2026, 11, 22))
    (hit,) = placement.distances
    assert float(hit.metres.lo) <= truth + 1 and truth <= float(hit.metres.hi) + 1
    assert float(hit.metres.hi) - truth < 1 + truth * 1e-4
