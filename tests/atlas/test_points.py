"""Points are placed in polygons exactly as plain shapely's `intersects` places them, wherever they and the grid lie."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas import Atlas
from screening.atlas.grid import Grid, as_complex, beside
from screening.atlas.points import PointGrid
from screening.atlas.shapes import Shapes

Points = NDArray[np.float64]
SQUARE = shapely.box(112.0, 30.0, 113.0, 31.0)


def plain(geometries: list[BaseGeometry], points: Points) -> list[tuple[int, int]]:
    """Pairs of point and feature as plain shapely has them."""
    tree = shapely.STRtree(geometries)
    point, feature = tree.query(shapely.points(points), predicate="intersects")
    return sorted(zip(point.tolist(), feature.tolist(), strict=True))


def found(grid: PointGrid, points: Points) -> list[tuple[int, int]]:
    point, feature = grid.find(points)
    assert point.dtype == feature.dtype == np.int64
    return list(zip(point.tolist(), feature.tolist(), strict=True))


def assert_as_plain(geometries: list[BaseGeometry], points: Points, *grids: Grid) -> None:
    """With the usual grid and with each of those given."""
    shapes = Shapes.of(geometries, areal=True)
    expected = plain(geometries, points)
    for grid in (None, *grids):
        assert found(PointGrid.of(shapes, grid), points) == expected, grid


def awkward_points(geometries: list[BaseGeometry], seed: int) -> Points:
    """Vertices, places on edges, places a rounding away from both, the lines through vertices, and any others."""
    random = np.random.default_rng(seed)
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(geometries))]
    if not rings:
        return random.uniform(-1, 13, (20, 2))
    vertices = np.concatenate(rings)
    starts, ends = np.concatenate([ring[:-1] for ring in rings]), np.concatenate([ring[1:] for ring in rings])
    share = random.choice([0.25, 0.5, 0.75, random.random()], len(starts))[:, None]
    exact = np.concatenate([vertices, starts + share * (ends - starts)])
    near = np.nextafter(exact, exact + random.choice([-1, 1], exact.shape))
    mixed = np.column_stack([random.choice(vertices[:, 0], 40), random.choice(vertices[:, 1], 40)])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    anywhere = random.uniform(low - (high - low) * 0.2, high + (high - low) * 0.2, (60, 2))
    return np.concatenate([exact, near, mixed, anywhere])


def polygons_of(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]


places = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=24)


@st.composite
def coarse_features(draw: st.DrawFn) -> list[BaseGeometry]:
    """Features with all vertices of what they were drawn from on whole numbers: of many parts, holed, overlapping."""
    features: list[BaseGeometry] = []
    for ring in draw(st.lists(places, min_size=1, max_size=4)):
        shape = shapely.make_valid(shapely.Polygon(ring))
        parts = polygons_of(shape)
        features.append(shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0])
    return features


@st.composite
def partitions(draw: st.DrawFn) -> list[BaseGeometry]:
    """Triangles that share edges and corners."""
    corners = shapely.MultiPoint(draw(places))
    return list(shapely.get_parts(shapely.delaunay_triangles(corners)))


@given(st.one_of(coarse_features(), partitions()), st.integers(0, 2**32))
def test_points_on_edges_and_vertices_of_coarse_polygons_are_placed_as_by_shapely(
    features: list[BaseGeometry], seed: int
) -> None:
    """Also where the lines of the grid pass through the vertices, and where all is in one cell."""
    lines_on_vertices = Grid(-1.0, -1.0, 1.0, 16, 16)
    coarse_lines = Grid(-3.0, -3.0, 3.0, 7, 7)
    fine_lines = Grid(-0.5, -0.5, 0.25, 56, 56)
    one_cell = Grid(-1.0, -1.0, 16.0, 1, 1)
    points = awkward_points(features, seed)
    lattice = np.stack(np.meshgrid(np.arange(-1, 14) / 1.0, np.arange(-1, 14) / 1.0), -1).reshape(-1, 2)
    points = np.concatenate([points, lattice, lattice + 0.5])
    assert_as_plain(features, points, lines_on_vertices, coarse_lines, fine_lines, one_cell)


@given(
    st.one_of(coarse_features(), partitions()),
    st.sampled_from([1e-7, 1e-4, 0.013, 1 / 3]),
    st.floats(0, 2 * np.pi),
    st.integers(0, 2**32),
)
def test_turned_and_shrunk_polygons_are_placed_as_by_shapely(
    features: list[BaseGeometry], scale: float, angle: float, seed: int
) -> None:
    """Coordinates with every digit used, down to polygons a micrometre across."""
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = list(shapely.transform(np.array(features, dtype=object), lambda xy: xy @ turn + [112.3, 30.7]))
    moved = [
        shape if shapely.is_valid(shape) else shapely.MultiPolygon(polygons_of(shapely.make_valid(shape)))
        for shape in moved
    ]
    assert_as_plain(moved, awkward_points(moved, seed), Grid(100.0, 20.0, 0.5, 50, 50))


@given(st.one_of(coarse_features(), partitions()), st.sampled_from([0.007, 1 / 300, 0.0095375]), st.integers(0, 2**32))
def test_vertices_on_or_a_rounding_off_the_corners_of_cells_are_placed_as_by_shapely(
    features: list[BaseGeometry], step: float, seed: int
) -> None:
    """So many rows up that a vertex's place in cells comes out whole, or on the wrong side of a whole number."""
    grid = Grid(112.1 - step, 30.1 - 4096 * step, step, 16, 4112)
    hair = np.random.default_rng(seed)

    def on_corners(xy: Points) -> Points:
        corner = np.column_stack(grid.corner(*(xy + np.array([1, 4096])).astype(np.int64).T))
        aside = {tuple(place): hair.integers(-1, 2, 2) for place in xy.tolist()}
        return np.nextafter(corner, corner + np.array([aside[tuple(place)] for place in xy.tolist()]).reshape(-1, 2))

    moved = list(shapely.transform(np.array(features, dtype=object), on_corners))
    moved = [shape for shape in moved if shapely.is_valid(shape) and not shape.is_empty]
    lattice = np.stack(np.meshgrid(np.arange(-1, 14), np.arange(-1, 14)), -1).reshape(-1, 2).astype(np.float64)
    assert_as_plain(moved, np.concatenate([awkward_points(moved, seed), on_corners(lattice)]), grid)


@given(st.lists(st.floats(-1e-9, 1e-9), min_size=4, max_size=30), st.integers(0, 2**32))
def test_slivers_are_placed_as_by_shapely(offsets: list[float], seed: int) -> None:
    """Bands nanometres wide, side by side along a diagonal, each sharing its sides with the next."""
    base = np.array([[112.0, 30.0], [112.7, 30.3], [113.1, 31.0]])
    lines = [base + offset * np.array([-1.0, 1.0]) for offset in sorted(set(offsets))]
    bands = [shapely.Polygon([*one, *other[::-1]]) for one, other in pairwise(lines)]
    bands = [band for band in bands if shapely.is_valid(band)]
    assert_as_plain(bands, awkward_points(bands, seed))


def test_a_rough_partition_is_placed_as_by_shapely() -> None:
    """Neighbours share a border of a hundred vertices each; 40,000 points, half of them within metres of a border."""
    random = np.random.default_rng(4)
    seeds = shapely.MultiPoint(random.uniform([112, 30], [113, 31], (300, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=SQUARE.buffer(1)))
    smooth = shapely.segmentize(shapely.intersection(cells, SQUARE), 0.001)
    # The same move for the same place, so that neighbours still share their borders.
    rough = shapely.transform(smooth, lambda xy: xy + 0.0004 * np.sin(40_000 * xy[:, ::-1] + 7_000 * xy))
    units = [unit for unit in rough if shapely.is_valid(unit)]
    assert len(units) > 250
    vertices = shapely.get_coordinates(units)
    close = vertices[random.integers(0, len(vertices), 20_000)] + random.normal(0, 5e-5, (20_000, 2))
    points = np.concatenate([vertices, close, random.uniform([111.9, 29.9], [113.1, 31.1], (20_000, 2))])
    assert_as_plain(units, points)


def test_a_point_on_a_shared_border_is_in_both_units() -> None:
    east = shapely.box(113.0, 30.0, 114.0, 31.0)
    grid = PointGrid.of(Shapes.of([SQUARE, east], areal=True))
    assert found(grid, np.array([[113.0, 30.5], [113.0, 30.0], [112.5, 30.5]])) == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
        (2, 0),
    ]


def test_a_point_a_hair_outside_is_outside() -> None:
    grid = PointGrid.of(Shapes.of([SQUARE], areal=True))
    outside, inside = np.nextafter(113.0, 114.0), np.nextafter(113.0, 112.0)
    assert found(grid, np.array([[outside, 30.5], [113.0, 30.5], [inside, 30.5]])) == [(1, 0), (2, 0)]


def test_a_hole_is_outside_and_its_edge_is_not() -> None:
    holed = shapely.Polygon(SQUARE.exterior, [shapely.box(112.4, 30.4, 112.6, 30.6).exterior])
    grid = PointGrid.of(Shapes.of([holed], areal=True))
    assert found(grid, np.array([[112.5, 30.5], [112.4, 30.5], [112.6, 30.6], [112.3, 30.5]])) == [
        (1, 0),
        (2, 0),
        (3, 0),
    ]


def test_polygons_that_lie_on_one_another_are_all_found_in_order() -> None:
    layers = [SQUARE.buffer(0.01 * number, join_style="mitre") for number in range(40)]
    assert found(PointGrid.of(Shapes.of(layers, areal=True)), np.array([[112.5, 30.5]])) == [
        (0, number) for number in range(40)
    ]
    assert_as_plain(layers, awkward_points(layers, 9))


def test_a_feature_of_no_part_is_never_found_and_shifts_no_other() -> None:
    shapes = Shapes.of(
        [shapely.MultiPolygon(), SQUARE, shapely.MultiPolygon(), SQUARE, shapely.MultiPolygon()], areal=True
    )
    assert found(PointGrid.of(shapes), np.array([[112.5, 30.5]])) == [(0, 1), (0, 3)]


def test_points_beyond_the_grid_are_in_nothing() -> None:
    far = np.array([[-180.0, 0.0], [180.0, 90.0], [112.5, -1e300], [1e300, 30.5]])
    assert found(PointGrid.of(Shapes.of([SQUARE], areal=True)), far) == []


def test_a_layer_of_nothing_finds_nothing() -> None:
    grid = PointGrid.of(Shapes.of([], areal=True))
    assert found(grid, np.array([[112.5, 30.5], [0.5, 0.5]])) == []


def test_no_points_are_nowhere() -> None:
    assert found(PointGrid.of(Shapes.of([SQUARE], areal=True)), np.empty((0, 2))) == []


@pytest.mark.parametrize("place", [(np.nan, 30.5), (112.5, np.inf)])
def test_a_point_that_is_not_a_number_is_refused_with_its_place_in_the_list(place: tuple[float, float]) -> None:
    grid = PointGrid.of(Shapes.of([SQUARE], areal=True))
    with pytest.raises(ValueError, match="point 1 is not a number"):
        grid.find(np.array([[112.5, 30.5], place]))


def test_points_are_not_placed_on_lines() -> None:
    with pytest.raises(ValueError, match="not on lines"):
        PointGrid.of(Shapes.of([shapely.LineString([(112, 30), (113, 31)])], areal=False))


def test_a_ring_that_is_not_closed_is_refused() -> None:
    ends = np.array([0, 1], dtype=np.int64)
    xy = np.array([[112.0, 30.0], [113.0, 30.0], [113.0, 31.0], [112.0, 30.5]])
    with pytest.raises(ValueError, match="not closed"):
        PointGrid.of(Shapes(True, xy, ends * 4, ends, ends))


def test_a_vertex_that_is_not_a_number_is_refused() -> None:
    ends = np.array([0, 1], dtype=np.int64)
    xy = np.array([[112.0, 30.0], [np.nan, 30.0], [113.0, 31.0], [112.0, 30.0]])
    with pytest.raises(ValueError, match="not a number"):
        PointGrid.of(Shapes(True, xy, ends * 4, ends, ends))


def test_many_long_edges_make_the_grid_coarser_not_the_lists_longer() -> None:
    """Two thousand needles across ten degrees: on the grid of 65,536 cells their edges would be listed 3 million times."""
    needles = [shapely.Polygon([(105, y), (115, y + 1e-5), (115, y + 2e-5)]) for y in np.linspace(30, 31, 2_000)]
    shapes = Shapes.of(needles, areal=True)
    grid = PointGrid.of(shapes, Grid.over(shapes, 2**16))
    assert grid.count.sum() < 400_000
    points = awkward_points(needles[::20], 3)
    assert found(grid, points) == plain(needles, points)


def test_polygons_many_deep_make_the_grid_coarser() -> None:
    whole = shapely.box(105, 25, 115, 35)
    grid = Grid.over(Shapes.of([whole] * 20_000, areal=True))
    assert grid.rows * grid.columns * 20_000 < 2**27


def test_the_demo_districts_zones_are_placed_as_by_shapely(atlas: Atlas) -> None:
    placed = 0
    for layer in atlas.layers:
        zones = [feature.geometry for feature in layer.features if feature.geometry.geom_type.endswith("Polygon")]
        if zones:
            assert_as_plain(zones, awkward_points(zones, 11))
            placed += 1
    assert placed > 5


def test_a_grid_mapped_from_files_finds_the_same(tmp_path: Path) -> None:
    zones = [SQUARE.buffer(0.1 * number) for number in range(1, 6)]
    shapes = Shapes.of(zones, areal=True)
    made = PointGrid.of(shapes)
    for name, array in made.arrays().items():
        np.save(tmp_path / f"{name}.npy", array)
    np.save(tmp_path / "xy.npy", shapes.xy)
    mapped: dict[str, NDArray[Any]] = {one.stem: np.load(one, mmap_mode="r") for one in tmp_path.glob("*.npy")}
    kept = PointGrid.from_arrays(mapped, Shapes(True, mapped.pop("xy"), shapes.vertices, shapes.rings, shapes.parts))
    points = awkward_points(zones, 5)
    assert found(kept, points) == found(made, points) == plain(zones, points)
    assert np.shares_memory(kept.cell, mapped["cell"])


def test_a_grid_made_of_other_shapes_is_refused() -> None:
    arrays = PointGrid.of(Shapes.of([SQUARE], areal=True)).arrays()
    with pytest.raises(ValueError, match="other shapes"):
        PointGrid.from_arrays(arrays, Shapes.of([SQUARE, SQUARE], areal=True))


@given(st.lists(st.floats(-200, 200), min_size=6, max_size=6), st.floats(0, 1))
def test_the_side_of_a_line_is_never_said_wrong(numbers: list[float], share: float) -> None:
    """Against fractions, for any place and for one as near to the line as numbers allow."""
    from fractions import Fraction

    ax, ay, bx, by, *place = numbers
    for x, y in (place, (ax + share * (bx - ax), ay + share * (by - ay))):
        exact = [Fraction(number) for number in (ax, ay, bx, by, x, y)]
        cross = (exact[2] - exact[0]) * (exact[5] - exact[1]) - (exact[3] - exact[1]) * (exact[4] - exact[0])
        ends = np.array([[ax, ay], [bx, by]])
        said = int(beside(as_complex(ends[:1]), as_complex(ends[1:]), np.array([x]), np.array([y]))[0])
        assert said == 0 or said == (cross > 0) - (cross < 0)
