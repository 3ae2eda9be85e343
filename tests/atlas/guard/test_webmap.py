"""GCJ-02 and BD-09 against an implementation of other hands, and back again."""

from __future__ import annotations

import eviltransform
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.atlas.guard.webmap import from_bd09, from_gcj02, to_bd09, to_gcj02

LONGITUDES, LATITUDES = np.meshgrid(np.linspace(73.0, 135.9, 90), np.linspace(3.1, 53.9, 90))
CHINA = np.column_stack([LONGITUDES.ravel(), LATITUDES.ravel()])


@pytest.mark.parametrize(("ours", "theirs"), [(to_gcj02, eviltransform.wgs2gcj), (to_bd09, eviltransform.wgs2bd)])
def test_the_shifts_over_china_are_those_of_an_independent_implementation(ours: object, theirs: object) -> None:
    expected = np.array([theirs(latitude, longitude)[::-1] for longitude, latitude in CHINA])  # type: ignore[operator]
    assert np.abs(ours(CHINA) - expected).max() < 1e-11  # type: ignore[operator]


@pytest.mark.parametrize("place", [(2.35, 48.85), (139.7, 35.7), (110.0, -7.0), (71.9, 40.0), (100.0, 56.0)])
def test_outside_the_rectangle_of_the_formula_nothing_moves(place: tuple[float, float]) -> None:
    assert eviltransform.wgs2gcj(place[1], place[0]) == place[::-1]
    assert (to_gcj02(np.array([place])) == [place]).all()
    assert (from_gcj02(np.array([place])) == [place]).all()
    assert (to_bd09(np.array([place])) == [place]).all()


@pytest.mark.parametrize(("there", "back"), [(to_gcj02, from_gcj02), (to_bd09, from_bd09)])
@given(st.lists(st.tuples(st.floats(73, 136), st.floats(3, 54)), min_size=1, max_size=20))
def test_the_inverse_is_the_inverse_to_a_billionth_of_a_degree(
    there: object, back: object, places: list[tuple[float, float]]
) -> None:
    given_places = np.array(places)
    assert np.abs(back(there(given_places)) - given_places).max() < 1e-9  # type: ignore[operator]


def test_the_inverse_finds_what_their_exact_inverse_finds() -> None:
    few = CHINA[::97]
    theirs = np.array([eviltransform.gcj2wgs_exact(latitude, longitude)[::-1] for longitude, latitude in few])
    assert np.abs(from_gcj02(few) - theirs).max() < 5e-6  # theirs stops at a millionth of a degree of the shifted place


def test_the_shift_is_hundreds_of_metres_so_it_must_not_be_forgotten() -> None:
    metres = np.abs(to_gcj02(CHINA) - CHINA).max(axis=1) * 111_000
    assert np.median(metres) > 200
    assert metres.max() < 2500
