"""Numbers become places only as far as they are certain; everything else is named, never guessed."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import eviltransform
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from screening.atlas.guard import CoordinateError, Datum, DatumShift, Reading, Readings, read_coordinates
from screening.atlas.guard.reading import in_china

NORTH, EAST = 2433813.98, 520652.46
GOLDEN = (114.2, 22.0)
GEOD = Geod(ellps="GRS80")


def read(*rows: Any, declared: str | None = None, axes: Any = "unknown", hints: Any = (), **more: Any) -> Readings:
    return read_coordinates(np.array(rows, dtype=np.float64), declared, axes, hints, **more)


def certain(*rows: Any, **how: Any) -> tuple[Reading, tuple[float, float]]:
    found = read(*rows, **how)
    assert found.certain is not None, [one.system.id for one in found.candidates]
    assert found.candidates == ()
    longitude, latitude = found.certain.to_degrees(np.array(rows, dtype=np.float64))[0]
    return found.certain, (float(longitude), float(latitude))


def candidates(*rows: Any, **how: Any) -> list[str]:
    found = read(*rows, **how)
    assert found.certain is None
    assert len(found.candidates) >= 2
    return [one.system.id for one in found.candidates]


def refusal(*rows: Any, **how: Any) -> str:
    with pytest.raises(CoordinateError) as caught:
        read(*rows, **how)
    problem = caught.value.problems[0]
    assert problem.what and problem.remedy and problem.zh
    return problem.text()


def metres(one: Any, other: Any) -> float:
    return float(GEOD.inv(*one, *other)[2])


# What is certain


def test_the_golden_point_of_a_three_degree_plane_north_first_and_east_first() -> None:
    for row in ((NORTH, EAST), (EAST, NORTH)):
        reading, place = certain(row, declared="EPSG:4547")
        assert metres(place, GOLDEN) < 0.01
        assert reading.system.id == "EPSG:4547"
        assert reading.axes == ("north_east" if row[0] == NORTH else "east_north")


@pytest.mark.parametrize("declared", ["EPSG:4526", "EPSG:4547", "CGCS2000", "CGCS2000 3度带", "CGCS2000 中央经线 114"])
def test_an_eight_digit_easting_carries_its_zone(declared: str) -> None:
    reading, place = certain((38_000_000 + EAST, NORTH), declared=declared)
    assert reading.system.id == "EPSG:4526"
    assert metres(place, GOLDEN) < 0.01


def test_a_declared_zone_may_be_left_out_of_the_easting_which_is_said() -> None:
    reading, place = certain((EAST, NORTH), declared="EPSG:4526")
    assert reading.system.id == "EPSG:4547"
    assert "leave its zone out" in reading.why.en
    assert metres(place, GOLDEN) < 0.01


def test_degrees_of_which_nothing_is_said_are_cgcs2000_within_the_datum_error() -> None:
    reading, place = certain(GOLDEN)
    assert (reading.system.id, reading.system.error, place) == ("EPSG:4490", Fraction(1, 2), GOLDEN)
    assert "0.5 m" in reading.why.en
    reading, place = certain(GOLDEN[::-1])
    assert (reading.axes, place) == ("north_east", GOLDEN)


@pytest.mark.parametrize(
    ("declared", "error"),
    [("EPSG:4490", 0), ("EPSG:4326", Fraction(1, 2)), ("西安80", 150), ("北京54", 150), ("GCJ02", 5.5), ("BD09", 10.5)],
)
def test_each_system_of_degrees_states_how_far_it_may_be_off(declared: str, error: Any) -> None:
    assert certain(GOLDEN, declared=declared)[0].system.error == error


def test_planes_state_the_error_of_their_datum_and_their_own() -> None:
    assert certain((EAST, NORTH), declared="EPSG:4547")[0].system.error == Fraction(1, 100)
    assert certain((EAST, NORTH), declared="EPSG:2383")[0].system.error == 150
    assert certain((12_712_685, 2_511_525), declared="EPSG:3857")[0].system.error == Fraction(1, 2)


@pytest.mark.parametrize(("words", "forward"), [("GCJ02", eviltransform.wgs2gcj), ("BD09", eviltransform.wgs2bd)])
@given(st.floats(74, 135), st.floats(4, 53))
def test_shifted_coordinates_come_back_to_the_true_place(words: str, forward: Any, x: float, y: float) -> None:
    latitude, longitude = forward(y, x)
    assert metres(certain((longitude, latitude), declared=words)[1], (x, y)) < 0.001


# The whole table of systems

DATUMS = {Datum.CGCS2000: 4490, Datum.XIAN80: 4610, Datum.BEIJING54: 4214}
RUNS = {
    (Datum.CGCS2000, 6): (4491, 4502),
    (Datum.CGCS2000, 3): (4513, 4534),
    (Datum.XIAN80, 6): (2327, 2338),
    (Datum.XIAN80, 3): (2349, 2370),
    (Datum.BEIJING54, 6): (21413, 21453),
    (Datum.BEIJING54, 3): (2401, 2422),
}


@given(
    st.sampled_from(sorted(RUNS)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 20),
    st.floats(-1, 1),
    st.floats(7, 53),
    st.sampled_from(["code", "WKT1_ESRI", "WKT2_2019", "unknown axes"]),
)
def test_every_system_in_every_order_comes_back_to_the_place_pyproj_projected(
    run: tuple[Datum, int], carried: bool, north_first: bool, number: int, off: float, latitude: float, notation: str
) -> None:
    datum, width = run
    number = min(number, 10) if width == 6 else number
    code = RUNS[run][0 if carried else 1] + number
    longitude = 75 + width * number + off * width / 2
    assume(73.001 <= longitude <= 135.999)
    assume(latitude > 9.1 or notation != "unknown axes" or carried)  # south of it a northing may be an easting
    forward = Transformer.from_crs(DATUMS[datum], code, always_xy=True)
    row = forward.transform(longitude, latitude)
    declared = CRS.from_epsg(code).to_wkt(notation) if notation.startswith("WKT") else f"EPSG:{code}"
    axes = "unknown" if notation == "unknown axes" else "north_east" if north_first else "east_north"
    reading, place = certain(row[::-1] if north_first else row, declared=declared, axes=axes)
    assert metres(place, (longitude, latitude)) < 0.001  # on its own datum; 150 m is what the datum may be off
    assert reading.system.datum is datum
    assert (reading.axes == "north_east") is north_first
    assert reading.system.error >= (0 if datum is Datum.CGCS2000 else 150)


@given(st.floats(73.1, 135.9), st.floats(3.1, 53.9))
def test_web_mercator_comes_back(longitude: float, latitude: float) -> None:
    row = Transformer.from_crs(4326, 3857, always_xy=True).transform(longitude, latitude)
    assert metres(certain(row, declared="EPSG:3857")[1], (longitude, latitude)) < 0.001


@given(st.integers(43, 53), st.floats(-3, 3), st.floats(4, 53))
def test_utm_comes_back(zone: int, off: float, latitude: float) -> None:
    longitude = zone * 6 - 183 + off
    assume(73.001 <= longitude <= 135.999)
    row = Transformer.from_crs(4326, 32600 + zone, always_xy=True).transform(longitude, latitude)
    assert metres(certain(row, declared=f"EPSG:{32600 + zone}", axes="east_north")[1], (longitude, latitude)) < 0.001


# What is ambiguous


def test_an_unstated_datum_with_a_zone_is_one_of_three() -> None:
    assert candidates((38_000_000 + EAST, NORTH)) == ["EPSG:4526", "EPSG:2362", "EPSG:2414"]
    assert candidates((EAST, NORTH), declared="3度带 38带") == ["EPSG:4547", "EPSG:2383", "EPSG:2435"]


def test_a_six_digit_easting_without_a_zone_may_be_any_meridian_whose_zone_reaches_it() -> None:
    found = candidates((EAST, NORTH), declared="CGCS2000 3度带")
    assert sorted(found) == [f"EPSG:{code}" for code in range(4534, 4555)]
    far = candidates((750_000, NORTH), declared="CGCS2000", axes="east_north")  # past any three-degree zone
    assert set(far) <= {f"EPSG:{code}" for code in range(4502, 4513)}
    assert "EPSG:4508" in far


def test_metres_without_a_word_may_be_of_any_datum_or_utm() -> None:
    found = read((EAST, NORTH)).candidates
    assert {one.system.datum for one in found} == {Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54, Datum.WGS84}
    assert found[0].system.datum is Datum.CGCS2000
    assert "EPSG:32649" in {one.system.id for one in found}


def test_web_mercator_of_which_nothing_is_said_may_be_shifted() -> None:
    assert candidates((12_712_685, 2_511_525)) == ["EPSG:3857", "GCJ-02 / 3857"]


def test_web_mercator_of_the_east_looks_like_a_zone_of_the_west() -> None:
    assert {"EPSG:3857", "EPSG:4491"} <= set(candidates((13_520_000, 3_660_000), axes="east_north"))


def test_numbers_that_fit_in_both_orders_are_both() -> None:
    found = read((450_000, 400_000), declared="EPSG:4547").candidates
    assert {one.axes for one in found} == {"east_north", "north_east"}
    assert certain((450_000, 400_000), declared="EPSG:4547", axes="east_north")[0].axes == "east_north"


@pytest.mark.parametrize("hint", ["高德地图导出", "amap", "AutoNavi", "腾讯", "gcj02", "谷歌地图", "奥维"])
def test_words_of_a_web_map_make_degrees_doubtful_even_if_declared(hint: str) -> None:
    assert candidates(GOLDEN, hints=(hint,)) == ["EPSG:4490", "GCJ-02", "BD-09"]
    assert candidates(GOLDEN, declared="EPSG:4326", hints=(hint,)) == ["GCJ-02", "BD-09", "EPSG:4326"]


def test_baidu_is_suspected_first_where_it_is_named() -> None:
    assert candidates(GOLDEN, declared="EPSG:4490", hints=("百度",))[0] == "BD-09"


def test_the_metres_of_a_named_web_map_may_be_shifted_too() -> None:
    assert candidates((12_712_685, 2_511_525), declared="EPSG:3857", hints=("amap",)) == ["EPSG:3857", "GCJ-02 / 3857"]


def test_google_earth_is_no_suspect_and_a_stated_shift_needs_none() -> None:
    assert certain(GOLDEN, declared="EPSG:4326", hints=("google", "谷歌", "天地图"))
    assert certain(GOLDEN, declared="GCJ02", hints=("高德",))[0].system.id == "GCJ-02"
    assert certain((EAST, NORTH), declared="EPSG:4547", hints=("高德",))


@pytest.mark.parametrize("words", ["unknown", "未知", "不详", " Unknown "])
def test_who_says_that_the_system_is_unknown_gets_every_system_of_degrees(words: str) -> None:
    assert candidates(GOLDEN, declared=words) == ["EPSG:4490", "GCJ-02", "BD-09", "EPSG:4610", "EPSG:4214"]


def test_an_easting_with_its_zone_is_no_northing_once_round_the_earth() -> None:
    """40,500 km north is 4.5 degrees north again, by the series of a projection alone."""
    assert certain((40_500_000, 774_072), declared="EPSG:2416")[0].axes == "east_north"
    albers = CRS.from_proj4("+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +ellps=GRS80")
    words = albers.to_wkt().replace("Unknown based on GRS 1980 ellipsoid", "China 2000")
    there = Transformer.from_crs(albers, albers.geodetic_crs, always_xy=True)
    row = there.transform(*GOLDEN, direction="INVERSE")
    assert metres(certain(row, declared=words, axes="east_north")[1], GOLDEN) < 0.001
    refusal((row[0] + 9e7, row[1]), declared=words)


# What contradicts itself


@pytest.mark.parametrize(
    ("row", "how", "why"),
    [
        (GOLDEN, {"declared": "EPSG:4547"}, "in degrees"),
        ((EAST, NORTH), {"declared": "EPSG:4490"}, "projected metres"),
        ((NORTH, EAST), {"declared": "EPSG:4547", "axes": "east_north"}, "north before east"),
        ((EAST, NORTH), {"declared": "EPSG:4547", "axes": "north_east"}, "east before north"),
        (GOLDEN[::-1], {"declared": "EPSG:4490", "axes": "east_north"}, "latitude before longitude"),
        (GOLDEN, {"declared": "EPSG:4490", "axes": "north_east"}, "longitude before latitude"),
        ((39_000_000 + EAST, NORTH), {"declared": "EPSG:4526"}, "carry zone 39"),
        ((39_000_000 + EAST, NORTH), {"declared": "EPSG:4547"}, "carry zone 39"),
        ((20_000_000 + EAST, NORTH), {"declared": "EPSG:4548"}, "carry zone 20 (6-degree"),
        ((38_000_000 + EAST, NORTH), {"declared": "CGCS2000 6度带"}, "6-degree zones"),
        ((EAST, 250_000), {"declared": "EPSG:4547", "axes": "east_north"}, "114.19°E 2.26°N"),
        ((750_000, NORTH), {"declared": "CGCS2000 3度带", "axes": "east_north"}, "no place in China"),
        ((2.35, 48.85), {}, "outside China"),
        ((500_000, 3_400_000), {"declared": "GCJ02"}, "no place in China"),
        ((1e300, 1e300), {}, "larger than any"),
        ((float("nan"), 30), {}, "finite"),
        ((EAST, NORTH), {"declared": "EPSG:4538", "axes": "north_east"}, "east before north"),
    ],
)
def test_numbers_against_their_declaration_are_refused_with_the_likely_truth(row: Any, how: Any, why: str) -> None:
    assert why in refusal(row, **how)


def test_a_refusal_names_the_systems_in_which_the_numbers_would_lie_in_china() -> None:
    assert "EPSG:4547" in refusal((EAST, NORTH), declared="EPSG:4490")
    assert "EPSG:4547 the place is then 114.2000°E 22.0000°N" in refusal(
        (NORTH, EAST), declared="EPSG:4547", axes="east_north"
    )


def test_eastings_of_two_zones_are_of_two_planes() -> None:
    with pytest.raises(CoordinateError, match="zones 38 and 39") as caught:
        read((38_500_000, NORTH), (38_600_000, NORTH), (39_500_000, NORTH), declared="CGCS2000")
    assert caught.value.index == 2


def test_one_place_outside_china_is_named_by_its_row() -> None:
    with pytest.raises(CoordinateError) as caught:
        read(GOLDEN, GOLDEN, (20.0, 22.0), declared="EPSG:4490")
    assert caught.value.index == 2


def test_there_must_be_a_place() -> None:
    with pytest.raises(CoordinateError):
        read_coordinates(np.empty((0, 2)), None)


# Parameters out of the old datums


@given(
    st.sampled_from([4610, 4214]),
    st.floats(75, 134),
    st.floats(5, 53),
    st.lists(st.floats(-80, 80), min_size=3, max_size=3),
)
def test_stated_parameters_lead_where_pyproj_is_led_by_them(
    code: int, longitude: float, latitude: float, moved: list[float]
) -> None:
    dx, dy, dz = moved
    datum = CRS.from_epsg(code)
    axis, flattening = datum.ellipsoid.semi_major_metre, datum.ellipsoid.inverse_flattening  # type: ignore[union-attr]
    bound = f"+proj=longlat +a={axis} +rf={flattening} +towgs84={dx},{dy},{dz},0.1,-0.2,0.3,1.5 +type=crs"
    there = Transformer.from_crs(bound, "+proj=longlat +ellps=GRS80 +towgs84=0,0,0 +type=crs", always_xy=True)
    shift = DatumShift(dx, dy, dz, 0.1, -0.2, 0.3, 1.5, Fraction(2), position_vector=True)
    reading, place = certain((longitude, latitude), declared=f"EPSG:{code}", shift=shift)
    assert metres(place, there.transform(longitude, latitude)) < 0.001
    assert reading.system.error == 2


def test_the_two_senses_of_rotation_are_each_others_opposite() -> None:
    one, other = (
        certain(GOLDEN, declared="西安80", shift=DatumShift(0, 0, 0, r, -r, r, 0, Fraction(1), sense))[1]
        for r, sense in ((1.0, True), (-1.0, False))
    )
    assert metres(one, other) < 1e-6
    assert metres(one, GOLDEN) > 10


def test_parameters_that_move_a_place_by_kilometres_are_refused() -> None:
    assert "none in China reach" in refusal(GOLDEN, declared="西安80 转换参数=1000,2000,3000 转换精度=1m")
    assert "needs none" in refusal(GOLDEN, declared="EPSG:4490", shift=DatumShift(1, 2, 3))


@pytest.mark.parametrize("area", range(6))
def test_without_parameters_the_stated_error_covers_every_published_operation(area: int) -> None:
    """EPSG's six operations from Beijing 1954, each taken over the whole country."""
    steps = [
        "+x=15.8 +y=-154.4 +z=-82.3",
        "+x=12.646 +y=-155.176 +z=-80.863",
        "+x=11.911 +y=-154.833 +z=-80.079",
        "+x=18 +y=-136.8 +z=-73.7",
        "+x=31.4 +y=-144.3 +z=-74.8 +rz=0.814 +s=-0.38 +convention=position_vector",
        "+x=15.53 +y=-113.82 +z=-41.38 +rz=0.814 +s=-0.38 +convention=position_vector",
    ]
    there = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 +step +proj=cart +ellps=krass "
        f"+step +proj=helmert {steps[area]} +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(74.0, 135, 3), np.arange(18.0, 53, 3)))
    moved = GEOD.inv(x, y, *there.transform(x, y))[2]
    assert moved.max() < float(certain(GOLDEN, declared="北京54")[0].system.error)


# Whatever the numbers are

words = st.sampled_from(
    [
        None,
        "unknown",
        "CGCS2000",
        "EPSG:4490",
        "EPSG:4547",
        "EPSG:4526",
        "西安80",
        "北京54 3度带",
        "WGS84",
        "GCJ02",
        "BD09",
        "EPSG:3857",
    ]
)
numbers = st.one_of(
    st.tuples(st.floats(70, 140), st.floats(0, 60)),
    st.tuples(st.floats(0, 1e6), st.floats(0, 7e6)),
    st.tuples(st.floats(12e6, 47e6), st.floats(0, 7e6)),
    st.tuples(st.floats(), st.floats()),
)


@given(
    numbers,
    st.booleans(),
    words,
    st.sampled_from(["unknown", "east_north", "north_east"]),
    st.sampled_from([(), ("高德",)]),
)
def test_every_reading_lies_in_china_and_a_certain_one_is_alone(
    row: tuple[float, float], turned: bool, declared: str | None, axes: Any, hints: Any
) -> None:
    row = row[::-1] if turned else row
    with suppress(CoordinateError):
        found = read(row, declared=declared, axes=axes, hints=hints)
        assert (found.certain is None) == (len(found.candidates) >= 2)
        assert found.certain is not None or len(found.candidates) >= 2
        for reading in found.all:
            assert in_china(reading.to_degrees(np.array([row], dtype=np.float64))).all()
            assert axes in ("unknown", reading.axes)
        if found.certain is not None and declared in (None, "unknown"):
            assert not found.certain.system.in_metres, "metres of which nothing is said are never certain"
