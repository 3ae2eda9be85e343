"""What is not shown is not there only where a layer says so, is fresh, in force and wholly read."""

from __future__ import annotations

from datetime import date
from math import inf
from typing import Any

import pytest

from screening.facts import FLAG_MAYBE, FLAG_NO, FLAG_YES, Interval

from .conftest import FRAME, MakeAtlas, Sheet, box, line, place, point, polygon, value

ZONE = polygon(box(0, 0, 2, 2))
AWAY = polygon(box(5, 5, 6, 6))


def test_a_kind_without_a_layer_has_no_fact(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(Sheet("zone", "zone", [ZONE])), AWAY)
    assert not [key for key in found.facts if key.endswith(".school")]


@pytest.mark.parametrize(
    ("card", "as_of", "used"),
    [
        ({"stale_after": "2026-12-31"}, date(2026, 12, 30), True),
        ({"stale_after": "2026-12-31"}, date(2026, 12, 31), False),
        ({"in_force": {"from": "2025-01-01"}}, date(2025, 1, 1), True),
        ({"in_force": {"from": "2025-01-01"}}, date(2024, 12, 31), False),
        ({"in_force": {"from": "2020-01-01", "until": "2025-01-01"}}, date(2024, 12, 31), True),
        ({"in_force": {"from": "2020-01-01", "until": "2025-01-01"}}, date(2025, 1, 1), False),
    ],
)
def test_a_stale_layer_or_one_not_in_force_is_as_good_as_not_loaded(
    make_atlas: MakeAtlas, card: dict[str, Any], as_of: date, used: bool
) -> None:
    found = place(make_atlas(Sheet("zone", "zone", [ZONE], card=card)), ZONE, as_of=as_of)
    assert ("site.overlaps.zone" in found.facts) is used
    assert ("zone" in dict(found.layers_used)) is used
    assert [remark.layer for remark in found.warnings] == ([] if used else ["zone"])
    assert all(remark.zh and remark.en for remark in found.warnings)


def test_a_stale_frame_leaves_absence_unknown(make_atlas: MakeAtlas) -> None:
    frame = Sheet("frame", "frame", FRAME.features, geometry="extent", within="", card={"stale_after": "2026-01-01"})
    found = place(make_atlas(Sheet("zone", "zone", [ZONE]), frame=frame), AWAY)
    assert value(found, "site.overlaps.zone") == FLAG_MAYBE


def test_a_layer_that_claims_no_completeness_never_says_no(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(Sheet("zone", "zone", [ZONE], within="")), AWAY)
    assert value(found, "site.overlaps.zone") == FLAG_MAYBE
    assert value(found, "site.share.zone") == Interval(0, 1)
    distance = value(found, "site.distance.zone")
    assert isinstance(distance, Interval)
    assert distance.lo == 0
    assert distance.hi < inf


def test_outside_the_coverage_absence_is_unknown_and_hits_stay(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [polygon(box(19, 0, 30, 2))], tolerance="5 m"))
    outside = place(atlas, polygon(box(25, 5, 26, 6)))
    assert value(outside, "site.overlaps.zone") == FLAG_MAYBE
    distance = value(outside, "site.distance.zone")
    assert isinstance(distance, Interval)
    assert distance.lo == 0
    assert 2900 < distance.hi < 3100
    assert value(place(atlas, polygon(box(25, 0.5, 26, 1))), "site.overlaps.zone") == FLAG_YES
    assert "zone" in [remark.layer for remark in outside.warnings]


@pytest.mark.parametrize(("gap", "expected"), [(4, FLAG_MAYBE), (7, FLAG_NO)])
def test_nearer_than_the_tolerance_to_the_edge_of_coverage_absence_is_unknown(
    make_atlas: MakeAtlas, gap: float, expected: object
) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [ZONE], tolerance="5 m"))
    east = 20 - gap / 1000
    assert value(place(atlas, polygon(box(19, 0, east, 1))), "site.overlaps.zone") == expected


def test_on_an_exact_map_a_site_may_touch_the_edge_of_coverage(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(Sheet("zone", "zone", [ZONE])), polygon(box(19, -20, 20, -18)))
    assert value(found, "site.overlaps.zone") == FLAG_NO


def test_a_distance_is_no_longer_than_the_way_out_of_the_coverage(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("river", "river", [line((-19, -19), (-19, 19))], geometry="line", tolerance="5 m"))
    distance = value(place(atlas, polygon(box(15, 0, 16, 1))), "site.distance.river")
    assert isinstance(distance, Interval)
    assert abs(float(distance.lo) - 3995) < 15
    assert abs(float(distance.hi) - 34005) < 60


def test_an_empty_layer_says_no_and_bounds_the_distance_by_the_coverage(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(Sheet("zone", "zone", [])), polygon(box(0, 0, 1, 1)))
    assert value(found, "site.overlaps.zone") == FLAG_NO
    distance = value(found, "site.distance.zone")
    assert isinstance(distance, Interval)
    assert distance.hi == inf
    assert abs(float(distance.lo) - 19000) < 40


def test_a_feature_that_cannot_be_read_makes_absence_unknown_everywhere(make_atlas: MakeAtlas) -> None:
    layer = Sheet("zone", "zone", [ZONE, {"type": "Point", "coordinates": [112, 30]}])
    atlas = make_atlas(layer)
    loaded = atlas.layer("zone")
    assert loaded is not None
    assert loaded.unread == 1
    found = place(atlas, AWAY)
    assert value(found, "site.overlaps.zone") == FLAG_MAYBE
    distance = value(found, "site.distance.zone")
    assert isinstance(distance, Interval)
    assert distance.lo == 0
    assert value(place(atlas, ZONE), "site.overlaps.zone") == FLAG_YES


def test_two_partial_layers_of_a_kind_answer_each_where_it_is_complete(make_atlas: MakeAtlas) -> None:
    west = Sheet("west", "extent_west", [polygon(box(-20, -20, 0, 20))], geometry="extent", within="")
    east = Sheet("east", "extent_east", [polygon(box(0, -20, 20, 20))], geometry="extent", within="")
    one = Sheet("one", "zone", [polygon(box(-5, 0, -4, 1))], within="west")
    other = Sheet("other", "zone", [polygon(box(4, 0, 5, 1))], within="east")
    atlas = make_atlas(west, east, one, other)
    assert value(place(atlas, polygon(box(8, 0, 9, 1))), "site.overlaps.zone") == FLAG_NO
    assert value(place(atlas, polygon(box(-1, 0, 1, 1))), "site.overlaps.zone") == FLAG_MAYBE


def test_a_certified_absence_is_a_known_no_inside_the_territory_only(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [ZONE]), absent=["national_park"])
    inside = place(atlas, AWAY)
    assert value(inside, "site.overlaps.national_park") == FLAG_NO
    assert value(inside, "site.share.national_park") == Interval(0, 0)
    assert "site.distance.national_park" not in inside.facts
    for site, extent in ((polygon(box(19, 0, 21, 1)), None), (point(0, 0), None)):
        assert "site.overlaps.national_park" not in place(atlas, site, extent).facts
    assert value(place(atlas, point(0, 0), "100 m"), "site.overlaps.national_park") == FLAG_NO
