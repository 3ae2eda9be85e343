"""Pieces make up the part they were cut from: the same area, nothing twice, the same vertices."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from screening.atlas import Atlas
from screening.atlas.pieces import pieces
from screening.atlas.shapes import Shapes


def rough_ring(vertices: int, seed: int, west: float = 112.0, south: float = 30.0) -> BaseGeometry:
    """A star-shaped polygon about two degrees wide whose outline is rough at every scale."""
    random = np.random.default_rng(seed)
    radius, swing = np.ones(2), 0.3
    while len(radius) < vertices:
        middle = (radius + np.roll(radius, -1)) / 2 + random.normal(0, swing * 0.3, len(radius))
        radius, swing = np.column_stack([radius, middle]).ravel(), swing * 0.6
    radius = np.abs(radius) + 0.2
    angle = np.linspace(0, 2 * np.pi, len(radius), endpoint=False)
    return shapely.Polygon(np.column_stack([west + radius * np.cos(angle), south + radius * np.sin(angle)]))


def cut(*geometries: BaseGeometry, most: int = 512) -> tuple[list[BaseGeometry], list[int]]:
    found, part = pieces(Shapes.of(geometries, areal=True), most)
    return [found.part(number) for number in range(len(found))], part.tolist()


def assert_made_up(part: BaseGeometry, found: list[BaseGeometry]) -> None:
    """Valid pieces, interiors apart, that cover the part to 1e-13 degrees and hold each of its vertices."""
    assert shapely.is_valid(found).all()
    box = part.envelope.area
    assert shapely.area(found).sum() == pytest.approx(part.area, abs=1e-11 * box)
    left, right = shapely.STRtree(found).query(found, predicate="intersects")
    apart = left < right
    pieces_of = np.array(found, dtype=object)
    assert shapely.area(shapely.intersection(pieces_of[left[apart]], pieces_of[right[apart]])).sum() <= 1e-11 * box
    own = {tuple(place) for place in shapely.get_coordinates(part).tolist()}
    assert own <= {tuple(place) for place in shapely.get_coordinates(found).tolist()}
    outer = shapely.union_all(found, grid_size=1e-12)
    assert outer.symmetric_difference(part).area <= 1e-10 * box


def test_a_small_part_is_handed_back_bit_for_bit() -> None:
    square = shapely.box(112.1, 30.1, 112.2, 30.3)
    found, part = cut(square, shapely.box(113, 30, 114, 31))
    assert found[0].normalize() == square.normalize() and part == [0, 1]


def test_a_rough_outline_is_cut_in_small_pieces_that_make_it_up() -> None:
    whole = rough_ring(8192, seed=1)
    found, part = cut(whole, most=256)
    assert len(found) > 32 and set(part) == {0}
    assert shapely.get_num_coordinates(found).max() <= 256
    assert_made_up(whole, found)


def test_a_seam_never_passes_through_a_vertex() -> None:
    """All of the vertices on whole degrees, one row of them on the middle of the box."""
    teeth = [(112 + step, 31 + (step % 2)) for step in range(33)]
    whole = shapely.Polygon([*teeth, (144, 30), (112, 30)])
    found, _ = cut(whole, most=12)
    assert len(found) > 3
    assert_made_up(whole, found)


def test_holes_stay_holes_and_islands_in_holes_stay_apart() -> None:
    holes = [rough_ring(64, seed, 112 + 4 * (seed % 7), 30 + 4 * (seed // 7)).exterior.reverse() for seed in range(49)]
    whole = shapely.Polygon(shapely.box(109, 27, 139, 57).exterior, holes)
    lake = shapely.Polygon(holes[24]).centroid.buffer(0.05, quad_segs=64)
    found, part = cut(shapely.MultiPolygon([whole, lake]), most=128)
    assert_made_up(whole, [piece for piece, number in zip(found, part, strict=True) if number == 0])
    assert_made_up(lake, [piece for piece, number in zip(found, part, strict=True) if number == 1])


def test_rings_that_touch_at_points_are_cut_right() -> None:
    """Diamond holes that touch one another and the outline, each at one point."""
    diamonds = [[(x, 31.0), (x + 0.5, 31.5), (x + 1.0, 31.0), (x + 0.5, 30.5)] for x in np.arange(112.0, 124.0)]
    outline = shapely.box(112, 30, 125, 32).exterior
    whole = shapely.Polygon(outline, diamonds)
    assert shapely.is_valid(whole)
    found, _ = cut(whole, most=8)
    assert_made_up(whole, found)


def test_a_comb_is_not_cut_along_all_its_teeth() -> None:
    """Cut across its long teeth it would come to a million pieces."""
    tooth = np.arange(20_000) * 1e-5
    edge = np.column_stack([np.tile([0.0, 1.0], 10_000), tooth])
    whole = shapely.Polygon([*edge, (-0.1, 0.2), (-0.1, 0.0)])
    found, _ = cut(whole)
    assert len(found) < 200
    assert_made_up(whole, found)


def test_edges_that_all_meet_in_one_point_end_the_cutting() -> None:
    rays = [(112.0, 30.0)]
    for angle in np.linspace(0, 2 * np.pi, 600, endpoint=False):
        rays += [
            (112 + np.cos(angle), 30 + np.sin(angle)),
            (112 + 1e-9 * np.cos(angle + 0.005), 30 + 1e-9 * np.sin(angle + 0.005)),
        ]
    whole = shapely.Polygon(rays[1:])
    found, _ = cut(whole, most=64)
    assert len(found) < 10_000
    assert shapely.area(found).sum() == pytest.approx(whole.area, rel=1e-11)


def test_a_part_with_a_vertex_written_twice_is_cut_in_the_sturdy_way() -> None:
    """The quick way drops the double, so its vertices do not add up."""
    outline = shapely.get_coordinates(rough_ring(2048, seed=3))
    whole = shapely.Polygon(np.insert(outline, 100, outline[100], axis=0))
    found, _ = cut(whole, most=64)
    assert shapely.get_num_coordinates(found).max() <= 64
    assert_made_up(whole, found)


def test_a_part_that_is_not_valid_is_handed_back_whole() -> None:
    bow = shapely.Polygon([(112 + 0.01 * x, 30 + (x % 2)) for x in range(40)])
    assert not shapely.is_valid(bow)
    found, _ = cut(bow, most=16)
    assert len(found) == 1 and found[0].equals_exact(bow)


def test_a_layer_of_nothing_has_no_pieces() -> None:
    found, part = pieces(Shapes.of([], areal=True))
    assert len(found) == 0 and len(part) == 0
    found, part = pieces(Shapes.of([shapely.Polygon()], areal=True))
    assert len(found) == 0 and len(part) == 0


def test_lines_are_not_cut_in_pieces() -> None:
    with pytest.raises(ValueError, match="only polygons"):
        pieces(Shapes.of([shapely.LineString([(112, 30), (113, 31)])], areal=False))


def test_the_demo_district_is_made_up_by_its_pieces(atlas: Atlas) -> None:
    for layer in atlas.layers:
        geometries = [feature.geometry for feature in layer.features if feature.geometry.geom_type.endswith("Polygon")]
        if not geometries:
            continue
        shapes = Shapes.of(geometries, areal=True)
        found, part = pieces(shapes, 64)
        for number in range(len(shapes.rings) - 1):
            assert_made_up(shapes.part(number), list(found.geometries()[part == number]))


def test_a_part_of_half_a_million_vertices_is_cut_small() -> None:
    found, _ = cut(rough_ring(2**19, seed=5))
    assert len(found) > 1024 and shapely.get_num_coordinates(found).max() <= 512


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=9, max_size=40),
    st.integers(8, 16),
)
@example([(0, 0), (12, 5), (6, 4), (7, 4), (0, 5), (0, 0), (0, 0), (0, 0), (0, 0)], 8)
def test_any_polygons_on_a_coarse_grid_are_made_up_by_their_pieces(places: list[tuple[int, int]], most: int) -> None:
    """Many collinear edges, shared coordinates, and rings that touch."""
    drawn = shapely.make_valid(shapely.Polygon(places))
    for part in (one for one in shapely.get_parts(drawn) if one.geom_type == "Polygon"):
        found, _ = cut(part, most=most)
        assert_made_up(part, found)
