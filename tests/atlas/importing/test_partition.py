"""Overlaps and gaps of a partition: every one found, with its area, and none where neighbours share their borders."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import areas
from screening.atlas.importing import partition
from screening.atlas.importing.loose import find_loose
from screening.atlas.importing.partition import Fault, find_gaps, find_overlaps
from screening.atlas.shapes import Shapes

WEST, SOUTH, SIDE = 112.0, 30.0, 0.01
"""A field of squares of some 960 m by 1,109 m."""


def square(x: float, y: float, wide: float = 1, high: float = 1) -> BaseGeometry:
    return shapely.box(WEST + x * SIDE, SOUTH + y * SIDE, WEST + (x + wide) * SIDE, SOUTH + (y + high) * SIDE)


def field(columns: int, rows: int) -> list[BaseGeometry]:
    """Squares whose corners are the same numbers for all that meet there."""
    xs, ys = WEST + np.arange(columns + 1) * SIDE, SOUTH + np.arange(rows + 1) * SIDE
    return [shapely.box(xs[x], ys[y], xs[x + 1], ys[y + 1]) for y in range(rows) for x in range(columns)]


def overlaps(shapes: list[BaseGeometry], tolerance: int = 0) -> list[Fault]:
    flat = Shapes.of(shapes, areal=True)
    found = find_overlaps(flat, find_loose(flat), Fraction(tolerance))
    assert found is not None
    return found


def gaps(shapes: list[BaseGeometry], tolerance: int = 0) -> list[Fault]:
    flat = Shapes.of(shapes, areal=True)
    return find_gaps(flat, find_loose(flat), Fraction(tolerance))


def test_only_the_outline_of_a_clean_partition_is_loose() -> None:
    flat = Shapes.of(field(7, 5), areal=True)
    assert len(find_loose(flat).parts) == 2 * (7 + 5)


@given(st.lists(st.booleans(), min_size=12, max_size=12))
def test_it_does_not_matter_which_way_a_ring_is_drawn(turned: list[bool]) -> None:
    shapes = [shape.reverse() if turn else shape for shape, turn in zip(field(4, 3), turned, strict=True)]
    assert (overlaps(shapes), gaps(shapes)) == ([], [])
    assert len(find_loose(Shapes.of(shapes, areal=True)).parts) == 2 * (4 + 3)


def test_an_overlap_is_found_with_its_pair_and_its_area() -> None:
    shapes = field(3, 3)
    shapes[4] = square(1, 1, 1.25, 1)
    (fault,) = overlaps(shapes)
    assert fault.features == (4, 5)
    assert fault.area == pytest.approx(float(areas([square(2, 1, 0.25, 1)])[0]), rel=1e-9)
    assert fault.beyond


def test_an_overlap_narrower_than_the_map_is_exact_is_not_beyond_tolerance() -> None:
    shapes = field(3, 3)
    shapes[4] = square(1, 1, 1.01, 1)
    assert [fault.beyond for fault in overlaps(shapes, 4)] == [True]
    assert [fault.beyond for fault in overlaps(shapes, 6)] == [False]


def test_a_feature_drawn_twice_overlaps_itself_wholly() -> None:
    shapes = [*field(3, 3), field(3, 3)[4]]
    (fault,) = overlaps(shapes)
    assert fault.features == (4, 9)
    assert fault.area == pytest.approx(float(areas([shapes[4]])[0]))


def test_a_feature_inside_another_is_found() -> None:
    shapes = [*field(3, 3), square(1.2, 1.2, 0.1, 0.1)]
    assert [fault.features for fault in overlaps(shapes)] == [(4, 9)]


def test_two_whole_maps_on_each_other_are_found_to_the_middle() -> None:
    """Inside, each map shares its edges with itself; only the outline is loose."""
    other = [square(x / 2, y, 0.5, 1) for y in range(9) for x in range(18)]
    found = {fault.features for fault in overlaps([*field(9, 9), *other])}
    assert len(found) == 81 * 2


def test_a_gap_is_found_with_its_area_and_its_neighbours() -> None:
    shapes = field(5, 5)
    del shapes[12]
    (fault,) = gaps(shapes)
    assert fault.area == pytest.approx(float(areas([square(2, 2)])[0]), rel=1e-9)
    # Those that meet it at a corner alone are its neighbours too.
    assert fault.features == (6, 7, 8, 11, 12, 15, 16, 17)
    assert overlaps(shapes) == []


def test_a_sliver_between_two_neighbours_is_a_gap_within_tolerance() -> None:
    shapes = field(3, 3)
    west, south = WEST + SIDE, SOUTH + SIDE
    east, north = WEST + 2 * SIDE, SOUTH + 2 * SIDE
    bent = [(west, south), (east, south), (east - SIDE / 100, south + SIDE / 2), (east, north), (west, north)]
    shapes[4] = shapely.Polygon(bent)
    (fault,) = gaps(shapes, 20)
    assert {4, 5} <= set(fault.features)
    assert not fault.beyond
    assert [fault.beyond for fault in gaps(shapes, 1)] == [True]


@pytest.mark.parametrize("vertices", [1, 8, 40, 50_000])
def test_a_gap_across_tiles_is_one_gap(monkeypatch: pytest.MonkeyPatch, vertices: int) -> None:
    monkeypatch.setattr(partition, "_TILE_VERTICES", vertices)
    shapes = field(12, 12)
    hole = {5 * 12 + x for x in range(2, 10)} | {6 * 12 + 9, 7 * 12 + 9}
    kept = [shape for number, shape in enumerate(shapes) if number not in hole]
    (fault,) = gaps(kept)
    assert fault.area == pytest.approx(float(areas([shapes[number] for number in hole]).sum()), rel=1e-9)


@pytest.mark.parametrize("vertices", [1, 8, 50_000])
def test_a_bay_that_is_open_to_the_outside_is_no_gap(monkeypatch: pytest.MonkeyPatch, vertices: int) -> None:
    monkeypatch.setattr(partition, "_TILE_VERTICES", vertices)
    shapes = field(12, 12)
    bay = {x * 12 + 5 for x in range(8)}
    assert gaps([shape for number, shape in enumerate(shapes) if number not in bay]) == []


def test_a_lone_island_in_a_gap_is_no_way_out() -> None:
    shapes = field(5, 5)
    shapes[12] = square(2.3, 2.3, 0.4, 0.4)
    (fault,) = gaps(shapes)
    assert fault.area == pytest.approx(float(areas([square(2, 2)])[0] - areas([shapes[12]])[0]), rel=1e-9)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 4), st.integers(1, 4)), min_size=1, max_size=8
    ),
    st.sampled_from([2, 20, 50_000]),
)
def test_overlaps_and_gaps_are_those_of_plain_geometry(boxes: list[tuple[int, int, int, int]], vertices: int) -> None:
    shapes = [square(*one) for one in boxes]
    whole = shapely.union_all(shapes)
    holes = [shapely.Polygon(hole) for part in shapely.get_parts(whole) for hole in part.interiors]
    filled = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(whole)])
    usual, partition._TILE_VERTICES = partition._TILE_VERTICES, vertices  # type: ignore[misc]
    try:
        found = gaps(shapes)
    finally:
        partition._TILE_VERTICES = usual  # type: ignore[misc]
    left = shapely.difference(filled, whole)
    assert sum(fault.area for fault in found) == pytest.approx(float(areas([left])[0]), abs=1)
    assert len(found) <= len(holes)
    pairs = {
        (i, j)
        for i, one in enumerate(shapes)
        for j, other in enumerate(shapes)
        if i < j and areas([shapely.intersection(one, other)])[0] > 1
    }
    assert {fault.features for fault in overlaps(shapes)} == pairs
