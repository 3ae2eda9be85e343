"""Control units, their classes, and the jurisdictions a site falls under."""

from __future__ import annotations

from typing import Any

from screening.facts import FLAG_MAYBE, FLAG_NO, FLAG_YES, Interval, Members, exactly

from .conftest import MakeAtlas, Sheet, box, place, point, polygon, value


def unit(code: str | None, unit_class: str, shape: list[Any]) -> tuple[Any, Any]:
    return polygon(shape), {"code": code, "name": f"unit {code}", "class": unit_class}


def county(code: str, shape: list[Any]) -> tuple[Any, Any]:
    return polygon(shape), {"code": code}


UNITS = [
    unit("ZH1", "priority_protection", box(-20, -20, 0, 0)),
    unit("ZH2", "key_control", box(0, -20, 20, 0)),
    unit("ZH3", "重点管控单元", box(0, 0, 20, 20)),
    unit("ZH4", "general_control", box(-20, 0, 0, 20)),
]
COUNTIES = [county("420501", box(-20, -20, 0, 20)), county("420502", box(0, -20, 20, 20))]


def sheets(units: list[Any] = UNITS, counties: list[Any] = COUNTIES, tolerance: str = "5 m") -> list[Sheet]:
    return [
        Sheet("units", "control_unit", units, geometry="units", tolerance=tolerance),
        Sheet("admin", "admin", counties, geometry="admin", tolerance=tolerance),
    ]


def test_a_site_inside_one_unit_is_in_it_alone(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(*sheets()), polygon(box(5, 5, 6, 6)))
    assert value(found, "site.units") == exactly("ZH3")
    assert value(found, "site.unit_class.key_control") == FLAG_YES
    assert value(found, "site.unit_class.priority_protection") == FLAG_NO
    assert value(found, "site.jurisdictions") == exactly("CN", "42", "4205", "420502", "ZH3")
    assert value(found, "site.uncovered_share") == Interval(0, 0)
    (hit,) = found.units
    assert (hit.code, hit.unit_class, hit.certain, hit.share) == ("ZH3", "key_control", True, Interval(1, 1))
    assert hit.plain()["share"] == ["1", "1"]


def test_a_site_over_the_corner_of_four_units_is_in_all_of_them(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(*sheets()), polygon(box(-1, -1, 1, 1)))
    assert value(found, "site.units") == exactly("ZH1", "ZH2", "ZH3", "ZH4")
    assert value(found, "site.uncovered_share") == Interval(0, 0)
    for hit in found.units:
        assert hit.share.lo < 0.25 < hit.share.hi
        assert hit.share.hi - hit.share.lo < 0.02


def test_within_tolerance_of_a_line_between_units_both_are_possible(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(*sheets()), polygon(box(0.001, -6, 0.5, -5)))
    assert value(found, "site.units") == Members(frozenset({"ZH2"}), frozenset({"ZH1", "ZH2"}))
    assert value(found, "site.unit_class.priority_protection") == FLAG_MAYBE


def test_between_two_units_of_one_class_the_class_is_certain_though_neither_unit_is(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(*sheets()), polygon(box(5, -0.001, 6, 0.001)))
    assert value(found, "site.units") == Members(frozenset(), frozenset({"ZH2", "ZH3"}))
    assert value(found, "site.unit_class.key_control") == FLAG_YES


def test_between_two_counties_of_a_city_the_city_is_certain_and_neither_county(make_atlas: MakeAtlas) -> None:
    found = value(place(make_atlas(*sheets()), polygon(box(-0.001, 5, 0.001, 6))), "site.jurisdictions")
    assert isinstance(found, Members)
    assert {"CN", "42", "4205"} <= found.certain
    assert not {"420501", "420502"} & found.certain
    assert found.possible is not None
    assert {"420501", "420502"} <= found.possible


def test_outside_everything_only_the_nation_is_certain_and_anything_is_possible(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(*sheets()), polygon(box(30, 30, 31, 31)))
    assert value(found, "site.jurisdictions") == Members(frozenset({"CN"}), None)
    assert value(found, "site.units") == Members(frozenset(), None)
    assert value(found, "site.uncovered_share") == Interval(0, 1)
    assert value(found, "site.unit_class.key_control") == FLAG_MAYBE
    assert found.units == ()


def test_without_administrative_or_unit_layers_any_jurisdiction_is_possible(make_atlas: MakeAtlas) -> None:
    site = polygon(box(5, 5, 6, 6))
    units, admin = sheets()
    for atlas in (make_atlas(units), make_atlas(admin)):
        found = value(place(atlas, site), "site.jurisdictions")
        assert isinstance(found, Members)
        assert found.possible is None


def test_a_city_drawn_without_its_counties_leaves_the_county_open(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(*sheets(counties=[county("420500", box(-20, -20, 20, 20))]))
    found = value(place(atlas, polygon(box(5, 5, 6, 6))), "site.jurisdictions")
    assert found == Members(frozenset({"CN", "42", "4205", "ZH3"}), None)


def test_a_unit_of_unreadable_class_leaves_every_class_open_when_touched(make_atlas: MakeAtlas) -> None:
    units = [unit("ZH1", "???", box(-20, -20, 0, 20)), unit("ZH2", "key_control", box(0, -20, 20, 20))]
    atlas = make_atlas(*sheets(units))
    touched = place(atlas, polygon(box(-6, 5, -5, 6)))
    for name in ("priority_protection", "key_control", "general_control"):
        assert value(touched, f"site.unit_class.{name}") == FLAG_MAYBE
    assert value(place(atlas, polygon(box(5, 5, 6, 6))), "site.unit_class.general_control") == FLAG_NO


def test_a_unit_without_a_code_could_be_any_unit(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(*sheets([unit(None, "key_control", box(-20, -20, 20, 20))]))
    found = place(atlas, polygon(box(5, 5, 6, 6)))
    assert value(found, "site.units") == Members(frozenset(), None)
    assert value(found, "site.unit_class.key_control") == FLAG_YES


def test_a_gap_between_units_is_uncovered(make_atlas: MakeAtlas) -> None:
    units = [unit("ZH1", "key_control", box(-20, -20, 0, 20)), unit("ZH2", "key_control", box(1, -20, 20, 20))]
    atlas = make_atlas(*sheets(units))
    share = value(place(atlas, polygon(box(-0.5, 0, 1.5, 1))), "site.uncovered_share")
    assert isinstance(share, Interval)
    assert 0.48 < share.lo < 0.5 < share.hi < 0.52
    exact = make_atlas(*sheets(units, tolerance="0 m"))
    share = value(place(exact, polygon(box(-0.5, 0, 1.5, 1))), "site.uncovered_share")
    assert isinstance(share, Interval)
    assert share.hi - share.lo < 1e-5


def test_a_point_without_extent_is_surely_in_its_county_and_perhaps_elsewhere(make_atlas: MakeAtlas) -> None:
    found = place(make_atlas(*sheets()), point(5, 5))
    assert value(found, "site.jurisdictions") == Members(frozenset({"CN", "42", "4205", "420502", "ZH3"}), None)
    assert value(found, "site.units") == Members(frozenset({"ZH3"}), None)
    assert value(found, "site.unit_class.key_control") == FLAG_YES
    assert value(found, "site.unit_class.priority_protection") == FLAG_MAYBE


def test_a_basin_is_a_jurisdiction_certain_inside_open_at_its_edge_and_no_outside(make_atlas: MakeAtlas) -> None:
    basin = Sheet("basin", "basin_yangtze", [polygon(box(-25, -25, 10, 25))], tolerance="50 m")
    atlas = make_atlas(*sheets(), basin)
    for x, certain, possible in ((5.0, True, True), (10.02, False, True), (15.0, False, False)):
        found = value(place(atlas, polygon(box(x, 5, x + 1, 6))), "site.jurisdictions")
        assert isinstance(found, Members)
        assert ("basin_yangtze" in found.certain) is certain
        assert found.possible is not None
        assert ("basin_yangtze" in found.possible) is possible
