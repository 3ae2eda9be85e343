"""Invalid polygons: mended where it is plain what was meant, otherwise left off the map."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import shapely

from screening.atlas.crs import areas
from screening.atlas.repair import repair, without_repeats

STEP = 0.001


def polygon(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(112 + x * STEP, 30 + y * STEP) for x, y in corners])


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return polygon((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def size(shape: shapely.Geometry) -> float:
    return float(areas([shape])[0])


def test_both_halves_of_a_bow_tie_are_kept() -> None:
    found = repair(polygon((0, 0), (2, 2), (2, 0), (0, 2)), Fraction(0))
    assert found.geometry is not None and found.geometry.is_valid
    assert found.after == pytest.approx(size(square(0, 0, 2)) / 2, rel=1e-4)
    assert found.before == pytest.approx(0, abs=found.after / 1000)


def test_parts_that_overlap_are_each_inside() -> None:
    """By the odd-even rule what both cover would be a hole: a zone lost where it is drawn twice."""
    both = shapely.MultiPolygon([square(0, 0, 2), square(1, 1, 2)])
    found = repair(both, Fraction(0))
    assert found.geometry is not None
    assert found.geometry.covers(square(1.2, 1.2, 0.5))
    assert found.after == pytest.approx(size(shapely.union_all(both)), rel=1e-9)


def test_a_ring_that_can_be_mended_in_two_ways_is_not() -> None:
    twice = polygon((0, 0), (3, 0), (3, 3), (0, 3), (0, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 0))
    assert repair(twice, Fraction(10)).geometry is None


def test_two_ways_that_differ_by_less_than_the_tolerance_are_one() -> None:
    thin = polygon((0, 0), (3, 0), (3, 3), (0, 3), (0, 0), (1, 1), (2, 1), (2, 1.01), (1, 1.01), (1, 1), (0, 0))
    assert repair(thin, Fraction(0)).geometry is None
    most, least = repair(thin, Fraction(5)), repair(thin, Fraction(5), least=True)
    assert most.geometry is not None and least.geometry is not None
    assert most.after > least.after
    assert most.geometry.covers(least.geometry)


def test_a_hole_that_touches_its_shell_along_a_line_is_mended() -> None:
    shape = shapely.Polygon(square(0, 0, 3).exterior, [square(0, 1, 1).exterior])
    found = repair(shape, Fraction(0))
    assert found.geometry is not None
    assert found.after == pytest.approx(size(square(0, 0, 3)) - size(square(0, 1, 1)), rel=1e-4)


def test_holes_that_overlap_are_both_holes() -> None:
    shape = shapely.Polygon(square(0, 0, 9).exterior, [square(1, 1, 3).exterior, square(2, 2, 3).exterior])
    found = repair(shape, Fraction(0))
    assert found.geometry is not None
    assert not found.geometry.intersects(square(2.5, 2.5, 1))


def test_a_hole_outside_its_shell_is_not_known_to_be_one() -> None:
    assert repair(shapely.Polygon(square(0, 0, 3).exterior, [square(5, 0, 1).exterior]), Fraction(0)).geometry is None
    stray = shapely.Polygon(square(0, 0, 3).exterior, [square(2, 0.5, 2).exterior])
    assert repair(stray, Fraction(0)).geometry is None


def test_a_ring_without_area_is_mended_to_nothing() -> None:
    found = repair(polygon((0, 0), (1, 0), (2, 0), (0, 0)), Fraction(0))
    assert found.geometry is not None and found.geometry.is_empty


def test_vertices_that_stand_twice_are_taken_out_and_counted() -> None:
    shape = polygon((0, 0), (1, 0), (1, 0), (1, 1), (1, 1), (1, 1), (0, 1))
    shapes, removed = without_repeats(np.array([shape, None, square(0, 0, 1)], dtype=object))
    assert removed == 3
    assert shapes[0].equals(shape) and shapely.get_num_coordinates(shapes[0]) == 5
    assert shapes[1] is None
