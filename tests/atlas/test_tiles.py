"""Tiles read back with another's reader: valid, oriented, true to the layer, and nothing in them left out."""

from __future__ import annotations

from functools import cache
from math import asinh, floor, pi, radians, tan
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from screening.atlas import Atlas, Layer, read_atlas
from screening.atlas.overviews import LEVELS, MANY, Overviews, thinned
from screening.atlas.shapes import Shapes
from screening.atlas.tiles import Address, Tiles
from screening.settings import read_settings
from tests.atlas.conftest import LATITUDE, LONGITUDE, MakeAtlas, Sheet, box, line, polygon
from tests.atlas.test_pieces import rough_ring


@cache
def district() -> Atlas:
    """Not the fixture: what a drawn test is given is written out when it fails."""
    return read_atlas(read_settings({}).zones)


def address(longitude: float, latitude: float, zoom: int) -> Address:
    count = 1 << zoom
    north = asinh(tan(radians(latitude))) / pi
    return Address(zoom, floor((longitude + 180) / 360 * count), floor((1 - north) / 2 * count))


def read(tile: bytes, layer: str) -> dict[int, tuple[BaseGeometry, dict[str, Any]]]:
    """The features of a tile by their ids, in tile units, y downwards."""
    found = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}) if tile else {}
    assert set(found) <= {layer}
    features = found[layer]["features"] if found else []
    assert len({one["id"] for one in features}) == len(features)
    return {one["id"]: (shapely.geometry.shape(one["geometry"]), one["properties"]) for one in features}


def of_layer(layer: Layer, number: int, place: Address) -> BaseGeometry:
    """A feature in tile units, cut to the tile with its buffer."""
    clipped = shapely.make_valid(layer.features[number].geometry).intersection(shapely.box(*place.box))
    return shapely.transform(shapely.segmentize(clipped, 0.01), place.units)


@given(which=st.integers(0, 27), across=st.floats(0, 1), up=st.floats(0, 1), zoom=st.integers(0, 17))
def test_a_tile_of_the_district_shows_what_lies_in_it_and_where_it_lies(
    which: int, across: float, up: float, zoom: int
) -> None:
    atlas = district()
    layer = atlas.layers[which]
    assert layer.bounds is not None
    west, south, east, north = layer.bounds
    place = address(west + across * (east - west), south + up * (north - south), zoom)
    shown = read(Tiles(atlas).tile(layer, place), layer.id)
    there = {number: of_layer(layer, number, place) for number in range(len(layer.features))}
    areal = layer.features.shapes.areal
    touched = {number for number, one in there.items() if (one.area if areal else one.length) > 1e-9}
    assert touched <= set(shown) <= {number for number, one in there.items() if not one.is_empty}
    for number in touched:
        drawn, said = shown[number]
        assert drawn.is_valid and drawn.geom_type.removeprefix("Multi") == ("Polygon" if areal else "LineString")
        assert said["kind"] == layer.kind and said.get("name") == layer.features.names[number]
        # A tip narrower than a unit, a sixteenth of a pixel, may be lost.
        exact = there[number].buffer(-2) if areal else there[number]
        assert exact.difference(drawn.buffer(8)).is_empty
        assert drawn.difference(there[number].buffer(8)).is_empty


def test_outer_rings_have_a_positive_area_in_tile_units_and_holes_a_negative_one(make_atlas: MakeAtlas) -> None:
    rings = (box(-5, -5, 5, 5), box(-1, -1, 1, 1)[::-1])
    atlas = make_atlas(Sheet("a", "school", [polygon(*rings), polygon(rings[0][::-1], rings[1][::-1])]))
    layer = atlas.layer("a")
    assert layer is not None
    shown = read(Tiles(atlas).tile(layer, address(LONGITUDE, LATITUDE, 8)), "a")
    assert len(shown) == 2
    for drawn, _ in shown.values():
        # The reader tells holes from further polygons by the sign of their areas alone.
        assert drawn.geom_type == "Polygon" and len(drawn.interiors) == 1
        assert shapely.is_ccw(drawn.exterior) and not shapely.is_ccw(drawn.interiors[0])


def test_an_area_or_line_too_small_for_the_scale_is_still_marked(make_atlas: MakeAtlas) -> None:
    sliver = box(0, 0, 30, 0.0001)
    atlas = make_atlas(
        Sheet("area", "school", [polygon(box(0, 0, 0.01, 0.01)), polygon(sliver)]),
        Sheet("line", "river", [line((0, 0), (0.01, 0))], geometry="line"),
    )
    for zoom in (0, 3, 8):
        place = address(LONGITUDE, LATITUDE, zoom)
        for name, features in (("area", 2), ("line", 1)):
            layer = atlas.layer(name)
            assert layer is not None
            shown = read(Tiles(atlas).tile(layer, place), name)
            assert len(shown) == features
            assert all(max(drawn.area, drawn.length) > 0 for drawn, _ in shown.values())


def test_an_area_that_is_searched_in_pieces_is_drawn_without_their_seams(make_atlas: MakeAtlas) -> None:
    whole = rough_ring(8192, seed=3)
    atlas = make_atlas(Sheet("a", "school", [shapely.geometry.mapping(whole)]))
    layer = atlas.layer("a")
    assert layer is not None and (layer.features.prepared.cut_number >= 0).sum() > 10
    for zoom in (5, 6, 7, 8, 10):
        place = address(112.1, 30.1, zoom)
        drawn, _ = read(Tiles(atlas).tile(layer, place), "a")[0]
        exact = shapely.transform(whole.intersection(shapely.box(*place.box)), place.units)
        # A seam left open would be a thin hole, or an inner side.
        assert drawn.is_valid and drawn.symmetric_difference(exact).area < 8 * exact.length
        assert not any(shapely.Polygon(hole).area < 2 for part in shapely.get_parts(drawn) for hole in part.interiors)
        assert drawn.length <= exact.length + 64


@pytest.fixture(scope="module")
def wide(make_atlas: MakeAtlas) -> Layer:
    """A layer big enough for overviews: rough areas from some metres to a degree across, one with a hole."""
    random = np.random.default_rng(7)
    found = []
    for number in range(210):
        ring = rough_ring(1024, seed=number, west=0, south=0)
        scale = 10.0 ** random.uniform(-4, -0.6)
        moved = shapely.transform(ring, lambda xy, k=scale: xy * k + random.uniform([100, 25], [120, 40]))
        found.append(shapely.geometry.mapping(moved))
    outer, hole = shapely.box(90, 20, 98, 28), shapely.box(93, 23, 94, 24)
    found.append(shapely.geometry.mapping(outer.difference(hole)))
    layer = make_atlas(Sheet("wide", "school", found, within=""), frame=None).layer("wide")
    assert layer is not None and len(layer.features.shapes.xy) > MANY
    return layer


def test_an_overview_has_fewer_vertices_and_every_part(wide: Layer) -> None:
    overviews = Overviews(wide)
    before = len(wide.features.shapes.xy)
    for level in reversed(LEVELS):
        overview = overviews.at(level)
        assert overview is not None
        assert len(overview.shapes.xy) < before
        before = len(overview.shapes.xy)
        assert overview.shapes.parts.tolist() == wide.features.shapes.parts.tolist()
        assert (np.diff(overview.shapes.rings) >= 1).all() and (np.diff(overview.shapes.vertices) >= 4).all()
        drawn = overview.shapes.geometries()
        assert shapely.area(shapely.envelope(drawn)).min() > 0
        assert len(shapely.get_parts(drawn[-1])[0].interiors) == 1
    assert overviews.at(LEVELS[-1] + 1) is None


def test_far_views_of_a_big_layer_show_every_feature_within_a_pixel(wide: Layer) -> None:
    from screening.atlas.tiles import draw

    overviews = Overviews(wide)
    for zoom in (0, 2, 4, 6):
        place = address(112, 33, zoom)
        shown = read(draw(wide, overviews, place), "wide")
        for number in range(len(wide.features)):
            exact = of_layer(wide, number, place)
            if exact.is_empty:
                continue
            drawn, _ = shown[number]
            assert drawn.is_valid and shapely.hausdorff_distance(drawn, exact) < 16


def test_lines_keep_their_ends_when_thinned() -> None:
    lines = [shapely.LineString([(0, 0), (0.1, 0.1), (0.2, 0.1), (9, 9)]), shapely.LineString([(3, 3), (3.1, 3)])]
    shapes = Shapes.of(lines, areal=False)
    thin = thinned(shapes, shapes.part_bounds(), 1.0)
    assert [one.coords[:] for one in thin.geometries()[0].geoms] == [[(0, 0), (9, 9)]]
    assert [one.coords[:] for one in thin.geometries()[1].geoms] == [[(3, 3), (3.1, 3)]]


def test_a_tile_is_the_same_whether_it_was_kept_or_not(atlas: Atlas) -> None:
    layer = atlas.layer("control-units")
    assert layer is not None
    places = [address(112.25, 30.1, zoom) for zoom in range(6, 14)]
    keeping, forgetting = Tiles(atlas), Tiles(atlas, kept_bytes=0)
    first = [keeping.tile(layer, one) for one in places]
    assert [keeping.tile(layer, one) for one in places] == first
    assert [forgetting.tile(layer, one) for one in places] == first
    assert len({keeping.tag(layer, one) for one in places}) == len(places)


def test_outside_a_layer_a_tile_is_empty_and_outside_the_world_there_is_none(atlas: Atlas) -> None:
    assert Tiles(atlas).tile(atlas.layers[0], address(-70, -30, 6)) == b""
    assert Address(0, 0, 0).there and Address(20, (1 << 20) - 1, 0).there
    assert not any(one.there for one in (Address(0, 1, 0), Address(21, 0, 0), Address(3, -1, 0), Address(3, 0, 8)))
