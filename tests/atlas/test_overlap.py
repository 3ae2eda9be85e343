"""Certain, possible, impossible: what a site overlaps when boundaries have a tolerance."""

from __future__ import annotations

from typing import Any

import pytest

from screening.facts import FLAG_MAYBE, FLAG_NO, FLAG_YES, Choice, Interval

from .conftest import MakeAtlas, Sheet, box, footprint, line, place, point, polygon, value

ZONE = polygon(box(0, 0, 2, 2))


def overlap(
    make_atlas: MakeAtlas,
    site: dict[str, Any],
    tolerance: str = "0 m",
    zone: dict[str, Any] = ZONE,
    extent: str | None = None,
) -> Choice:
    atlas = make_atlas(Sheet("zone", "zone", [zone], tolerance=tolerance))
    found = value(place(atlas, site, extent), "site.overlaps.zone")
    assert isinstance(found, Choice)
    return found


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (box(0.5, 0.5, 1, 1), FLAG_YES),
        (box(1, 1, 3, 3), FLAG_YES),
        (box(-1, -1, 3, 3), FLAG_YES),
        (box(2, 0, 3, 1), FLAG_NO),
        (box(2, 2, 3, 3), FLAG_NO),
        (box(3, 0, 4, 1), FLAG_NO),
    ],
    ids=["inside", "across", "around", "edge contact", "corner contact", "apart"],
)
def test_without_tolerance_common_area_decides(make_atlas: MakeAtlas, site: list[Any], expected: Choice) -> None:
    assert overlap(make_atlas, polygon(site)) == expected


@pytest.mark.parametrize(
    ("gap_metres", "expected"),
    [(-12, FLAG_YES), (-8, FLAG_MAYBE), (0, FLAG_MAYBE), (8, FLAG_MAYBE), (12, FLAG_NO)],
)
def test_within_the_tolerance_of_ten_metres_nothing_is_certain(
    make_atlas: MakeAtlas, gap_metres: float, expected: Choice
) -> None:
    west = 2 + gap_metres / 1000
    assert overlap(make_atlas, polygon(box(west, 0.5, west + 1, 1.5)), "10 m") == expected


def test_a_sliver_of_a_centimetre_is_an_overlap_where_the_map_is_exact(make_atlas: MakeAtlas) -> None:
    assert overlap(make_atlas, polygon(box(1.99999, 0, 3, 1))) == FLAG_YES


def test_a_sliver_of_a_centimetre_is_undecided_where_the_map_is_not(make_atlas: MakeAtlas) -> None:
    assert overlap(make_atlas, polygon(box(1.99999, 0, 3, 1)), "5 m") == FLAG_MAYBE


def test_a_sliver_thinner_than_coordinates_can_tell_is_contact_or_open_but_not_certain(make_atlas: MakeAtlas) -> None:
    slope = polygon([(0, 0), (3, 1), (0, 2), (0, 0)])
    touching = polygon([(1, 1 / 3), (2.1, 0.7), (3, -1), (1, 1 / 3)])
    assert overlap(make_atlas, touching, zone=slope) in (FLAG_NO, FLAG_MAYBE)


def test_a_zone_narrower_than_its_tolerance_is_certain_where_it_runs_deep_in_the_site(make_atlas: MakeAtlas) -> None:
    strip = polygon(box(0, 0.998, 2, 1.002))
    assert overlap(make_atlas, polygon(box(0.5, 0.5, 1.5, 1.5)), "10 m", strip) == FLAG_YES


def test_a_site_narrower_than_the_tolerance_is_certain_where_it_runs_deep_in_the_zone(make_atlas: MakeAtlas) -> None:
    assert overlap(make_atlas, polygon(box(0.5, 0.998, 1.5, 1.002)), "10 m") == FLAG_YES


def test_thin_on_thin_is_never_certain(make_atlas: MakeAtlas) -> None:
    strip = polygon(box(0, 0.998, 2, 1.002))
    assert overlap(make_atlas, polygon(box(0.998, 0, 1.002, 2)), "10 m", strip) == FLAG_MAYBE


def test_a_site_in_a_hole_is_outside(make_atlas: MakeAtlas) -> None:
    ring = polygon(box(0, 0, 4, 4), box(1, 1, 3, 3))
    assert overlap(make_atlas, polygon(box(1.5, 1.5, 2.5, 2.5)), "5 m", ring) == FLAG_NO
    assert overlap(make_atlas, polygon(box(1, 1, 3, 3)), "0 m", ring) == FLAG_NO
    assert overlap(make_atlas, polygon(box(1, 1, 3, 3)), "5 m", ring) == FLAG_MAYBE


def test_a_hole_in_the_site_is_not_site(make_atlas: MakeAtlas) -> None:
    assert overlap(make_atlas, polygon(box(-2, -2, 4, 4), box(-1, -1, 3, 3)), "5 m") == FLAG_NO


def test_a_line_across_a_zone_is_certain_and_one_along_its_edge_is_not(make_atlas: MakeAtlas) -> None:
    assert overlap(make_atlas, line((-1, 1), (3, 1)), "5 m") == FLAG_YES
    assert overlap(make_atlas, line((-1, 1), (3, 1))) == FLAG_YES
    assert overlap(make_atlas, line((0, 2), (2, 2)), extent="0 m") == FLAG_NO
    assert overlap(make_atlas, line((0, 2), (2, 2)), extent="30 m") == FLAG_MAYBE


def test_a_line_without_extent_may_reach_anything(make_atlas: MakeAtlas) -> None:
    assert overlap(make_atlas, line((8, 8), (9, 9))) == FLAG_MAYBE
    assert overlap(make_atlas, line((8, 8), (9, 9)), extent="20 m") == FLAG_NO


@pytest.mark.parametrize(
    ("x", "extent", "expected"),
    [
        (1, None, FLAG_YES),
        (1, "50 m", FLAG_YES),
        (5, None, FLAG_MAYBE),
        (2.04, "50 m", FLAG_MAYBE),
        (2.07, "50 m", FLAG_NO),
        (1.998, "1 m", FLAG_MAYBE),
        (2, "0 m", FLAG_MAYBE),
    ],
)
def test_a_point_is_certain_deep_inside_and_its_extent_says_what_is_out_of_reach(
    make_atlas: MakeAtlas, x: float, extent: str | None, expected: Choice
) -> None:
    assert overlap(make_atlas, point(x, 1), "5 m", extent=extent) == expected


def test_wgs84_coordinates_make_the_last_half_metre_uncertain(make_atlas: MakeAtlas) -> None:
    from screening.atlas import locate

    from .conftest import AS_OF

    atlas = make_atlas(Sheet("zone", "zone", [ZONE]))
    site = polygon(box(2.0003, 0.5, 3, 1.5))
    assert value(place(atlas, site), "site.overlaps.zone") == FLAG_NO
    shifted = locate(footprint(site, crs="EPSG:4326"), atlas, AS_OF)
    assert value(shifted, "site.overlaps.zone") == FLAG_MAYBE


def test_several_layers_of_a_kind_say_yes_together(make_atlas: MakeAtlas) -> None:
    far = Sheet("far", "zone", [polygon(box(8, 8, 9, 9))])
    atlas = make_atlas(far, Sheet("near", "zone", [ZONE]))
    found = place(atlas, polygon(box(0.5, 0.5, 1, 1)))
    assert value(found, "site.overlaps.zone") == FLAG_YES
    assert found.facts["site.overlaps.zone"].origin.source == "far,near"


def test_hits_name_the_feature_and_how_much(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [(ZONE, {"name": "甲"}), (polygon(box(5, 5, 6, 6)), {"name": "乙"})]))
    found = place(atlas, polygon(box(1, 0, 3, 2)))
    (hit,) = found.hits
    assert (hit.kind, hit.layer, hit.name, hit.certain) == ("zone", "zone", "甲", True)
    assert isinstance(hit.share, Interval)
    assert abs(float(hit.share.lo) - 0.5) < 1e-3


def test_overlapping_features_are_not_counted_twice(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [ZONE, polygon(box(0, 0, 2, 1.5))]))
    share = value(place(atlas, polygon(box(0, 0, 4, 2))), "site.share.zone")
    assert isinstance(share, Interval)
    assert abs(float(share.lo) - 0.5) < 1e-3
    assert abs(float(share.hi) - 0.5) < 1e-3
