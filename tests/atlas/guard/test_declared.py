"""What words say of a coordinate system; whatever is not understood is refused."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from screening.atlas.guard import CoordinateError, Datum, DatumShift, read_coordinates, read_declared
from screening.atlas.guard.phrases import KNOWN
from screening.atlas.guard.systems import GaussKruger, OtherPlane, WebMercator

GK_114 = {"form": "metres", "meridian": 114, "width": 3}


def said(words: str, **expected: Any) -> None:
    found = read_declared(words)
    assert {key: getattr(found, key) for key in expected} == expected, words


def refusal(words: str) -> str:
    with pytest.raises(CoordinateError) as caught:
        read_declared(words)
    problem = caught.value.problems[0]
    assert problem.what and problem.remedy and problem.zh
    return problem.text()


@pytest.mark.parametrize(
    "words",
    [
        *("EPSG:4490", "epsg:4490", "EPSG 4490", "4490", "urn:ogc:def:crs:EPSG::4490", "urn:ogc:def:crs:EPSG:6.9:4490"),
        *("http://www.opengis.net/def/crs/EPSG/0/4490", "GCS_China_Geodetic_Coordinate_System_2000", "CGCS2000 经纬度"),
        CRS.from_epsg(4490).to_wkt(),
        CRS.from_epsg(4490).to_wkt("WKT1_ESRI"),
        CRS.from_epsg(4490).to_json(),
    ],
)
def test_cgcs2000_degrees_in_every_notation(words: str) -> None:
    said(words, datum=Datum.CGCS2000, form="degrees", plane=None)


@pytest.mark.parametrize("words", ["CRS84", "OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "WGS84经纬度"])
def test_wgs84_degrees_in_every_notation(words: str) -> None:
    said(words, datum=Datum.WGS84, form="degrees")


@pytest.mark.parametrize(
    "words",
    [
        *("EPSG:4547", "CGCS2000_3_Degree_GK_CM_114E", "CGCS2000 / 3-degree Gauss-Kruger CM 114E"),
        "2000国家大地坐标系 高斯克吕格 3度带 中央经线114°",
        "国家2000 三度带 中央子午线=114度 米",
        CRS.from_epsg(4547).to_wkt("WKT1_GDAL"),
        CRS.from_epsg(4547).to_wkt("WKT1_ESRI"),
        CRS.from_epsg(4547).to_wkt("WKT2_2019"),
        CRS.from_epsg(4547).to_json(),
    ],
)
def test_a_three_degree_plane_in_every_notation(words: str) -> None:
    said(words, datum=Datum.CGCS2000, zone=None, **GK_114)


@pytest.mark.parametrize(
    "words",
    [
        *("EPSG:4526", "CGCS2000_3_Degree_GK_Zone_38", "2000国家大地坐标系 高斯克吕格 3度带 38带 米"),
        "坐标系=2000国家大地坐标系，几度分带=3，投影类型=高斯克吕格，计量单位=米，带号=38，精度=0.001，转换参数=,,,,,,",
        "ＣＧＣＳ２０００　３度分带　第38带",
        CRS.from_epsg(4526).to_wkt("WKT1_ESRI"),
    ],
)
def test_a_zone_names_its_meridian(words: str) -> None:
    said(words, datum=Datum.CGCS2000, zone=38, **GK_114)


@pytest.mark.parametrize(
    ("words", "datum"),
    [
        ("西安80", Datum.XIAN80),
        ("1980西安坐标系", Datum.XIAN80),
        ("1980年国家大地坐标系", Datum.XIAN80),
        ("Xian_1980", Datum.XIAN80),
        ("北京54", Datum.BEIJING54),
        ("1954年北京坐标系", Datum.BEIJING54),
        ("WGS84", Datum.WGS84),
        ("WGS-84坐标", Datum.WGS84),
        ("国家2000", Datum.CGCS2000),
        ("CGCS2000坐标系，1985国家高程基准", Datum.CGCS2000),
        ("火星坐标", Datum.GCJ02),
        ("高德", Datum.GCJ02),
        ("腾讯地图坐标", Datum.GCJ02),
        ("GCJ-02", Datum.GCJ02),
        ("gcj02", Datum.GCJ02),
        ("百度坐标", Datum.BD09),
        ("BD09", Datum.BD09),
        ("bd-09ll", Datum.BD09),
    ],
)
def test_a_datum_alone_leaves_the_form_to_the_numbers(words: str, datum: Datum) -> None:
    said(words, datum=datum, form=None, meridian=None)


@pytest.mark.parametrize(
    "words",
    [
        "EPSG:3857",
        "EPSG:900913",
        "Web墨卡托",
        "WGS_1984_Web_Mercator_Auxiliary_Sphere",
        CRS.from_epsg(3857).to_wkt("WKT1_ESRI"),
    ],
)
def test_web_mercator_in_every_notation(words: str) -> None:
    said(words, datum=Datum.WGS84, plane=WebMercator())


def test_utm_is_a_transverse_mercator_of_another_scale() -> None:
    for words in ("EPSG:32650", "WGS_1984_UTM_Zone_50N", "WGS84 UTM 50N", "UTM 50带"):
        said(words, datum=Datum.WGS84, meridian=117, scale=Fraction(9996, 10_000))


def test_any_code_of_gauss_kruger_in_china_is_read_as_its_meridian_and_zone() -> None:
    runs = [(4491, 4502, 6), (4513, 4534, 3), (2327, 2338, 6), (2349, 2370, 3), (21413, 21453, 6), (2401, 2422, 3)]
    for carried, plain, width in runs:
        for number in range(11 if width == 6 else 21):
            middle = 75 + width * number
            zone = middle // 3 if width == 3 else (middle + 3) // 6
            said(f"EPSG:{carried + number}", meridian=middle, zone=zone, width=width)
            said(f"EPSG:{plain + number}", meridian=middle, zone=None, width=width)


def test_the_unprefixed_zones_of_beijing_1954_are_read_too() -> None:
    said("EPSG:21480", datum=Datum.BEIJING54, meridian=117, zone=None, width=6)
    said("Beijing_1954_GK_Zone_20N", datum=Datum.BEIJING54, meridian=117, width=6)


def test_a_meridian_between_the_zones_is_read_in_minutes() -> None:
    said("CGCS2000 中央经线 114°30′", meridian=Fraction(229, 2), width=None)
    said("CGCS2000 中央子午线:114°20′24″", meridian=Fraction("114.34"))


def test_albers_of_a_known_datum_is_a_plane_like_any_other() -> None:
    albers = CRS.from_proj4("+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +ellps=GRS80")
    wkt = albers.to_wkt().replace("Unknown based on GRS 1980 ellipsoid", "China 2000")
    found = read_declared(wkt)
    assert found.datum is Datum.CGCS2000
    assert isinstance(found.plane, OtherPlane)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("CGCS2000 3度带 20带", "20 is a 6-degree zone"),
        ("CGCS2000 6度带 38带", "38 is a 3-degree zone"),
        ("CGCS2000 带号 47", "no zone of China"),
        ("CGCS2000 38带 中央经线 117", "zone 38 has its central meridian at 114"),
        ("CGCS2000 3度带 中央经线 115", "no central meridian of a 3-degree zone"),
        ("CGCS2000 6度带 中央经线 120", "no central meridian of a 6-degree zone"),
        ("CGCS2000 中央经线 14", "no central meridian of China"),
        ("西安80 北京54", "two coordinate systems"),
        ("CGCS2000 高斯克吕格 经纬度", "both degrees and a plane"),
        ("CGCS2000 38带 39带", "not understood"),
        ("广州2000独立坐标系", "local system"),
        ("新1954年北京坐标系", "New Beijing"),
        ("EPSG:4555", "New Beijing"),
        ("EPSG:4267", "datum"),
        ("EPSG:99999", "no such code"),
        ("EPSG:4978", "no system of longitude"),
        ("bd09mc", "Baidu"),
        ("GCJ02 高斯克吕格", "not understood"),
        ("西安80 web墨卡托", "not understood"),
        ("CGCS2000 but shifted", "but shifted"),
        ("坐标系", "not read"),
        ("hello", "not read"),
        ("", "not read"),
        ('PROJCS["x"', "damaged"),
        ("{}", "damaged"),
        ("{" * 10_000, "damaged"),
        ('LOCAL_CS["x",UNIT["metre",1]]', "no system of longitude"),
        ("x" * 30_000, "characters"),
        ("西安80 转换参数=1,2,3 ", "accuracy"),
        ("CGCS2000 转换参数=1,2,3 转换精度=1m", "needs no parameters"),
    ],
)
def test_what_is_not_understood_or_contradicts_itself_is_refused(words: str, why: str) -> None:
    assert why in refusal(words)


def test_a_misspelt_word_gets_a_suggestion() -> None:
    assert 'did you mean "CGCS2000"?' in refusal("CGCS200O")
    assert 'did you mean "GCJ02"?' in refusal("GCJ02x")


def test_all_words_that_are_suggested_are_read() -> None:
    for words in KNOWN:
        if words != "unknown":
            read_declared(words)


def test_a_definition_named_after_another_meridian_is_refused() -> None:
    esri = CRS.from_epsg(4547).to_wkt("WKT1_ESRI")
    assert "central meridian is 117" in refusal(esri.replace("114.0", "117.0"))
    zone = CRS.from_epsg(4526).to_wkt("WKT1_ESRI")
    assert "zone 38 has its central meridian at 114" in refusal(zone.replace("114.0", "117.0"))


def test_a_datum_with_the_ellipsoid_of_another_is_refused() -> None:
    esri = CRS.from_epsg(4610).to_wkt("WKT1_ESRI")
    assert "its ellipsoid is not" in refusal(esri.replace("6378140.0", "6378245.0"))


def test_degrees_from_another_meridian_or_in_grads_are_refused() -> None:
    esri = CRS.from_epsg(4490).to_wkt("WKT1_ESRI")
    refusal(esri.replace('PRIMEM["Greenwich",0.0]', 'PRIMEM["Paris",2.33722917]'))
    assert "degrees" in refusal(esri.replace('UNIT["Degree",0.0174532925199433]', 'UNIT["Grad",0.01570796326794897]'))


def test_towgs84_in_a_definition_does_not_count_as_stated_parameters() -> None:
    words = (
        'GEOGCS["a",DATUM["D_Beijing_1954",SPHEROID["Krasovsky_1940",6378245.0,298.3],'
        'TOWGS84[15.8,-154.4,-82.3,0,0,0,0]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    )
    said(words, datum=Datum.BEIJING54, form="degrees", shift=None)


def test_transformation_parameters_are_read_in_their_two_senses() -> None:
    figures = {"dx": 1.5, "dy": -2.0, "dz": 3.0, "rx": 0.1, "ry": 0.2, "rz": -0.3, "ppm": 4.0, "accuracy": Fraction(2)}
    said("西安80 转换参数=1.5,-2,3,0.1,0.2,-0.3,4 转换精度=2m", shift=DatumShift(**figures))  # type: ignore[arg-type]
    said(
        "西安80 +towgs84=1.5,-2,3,0.1,0.2,-0.3,4 accuracy=2 m",
        shift=DatumShift(**figures, position_vector=True),  # type: ignore[arg-type]
    )


def test_a_scale_that_is_not_one_makes_another_plane_not_gauss_kruger() -> None:
    odd = CRS.from_epsg(4547).to_wkt("WKT1_ESRI").replace('"Scale_Factor",1.0', '"Scale_Factor",0.9999')
    found = read_declared(odd.replace("CGCS2000_3_Degree_GK_CM_114E", "City plane"))
    assert isinstance(found.plane, OtherPlane)
    assert not isinstance(found.plane, GaussKruger)


pieces = st.sampled_from(
    [
        "CGCS2000",
        "西安80",
        "北京",
        "54",
        "3度带",
        "38带",
        "39",
        "中央经线",
        "114",
        "°",
        "EPSG:",
        "4547",
        "GCS_",
        "米",
        "[",
        "{",
        '"',
        "=",
    ]
)


@given(st.lists(pieces | st.text(max_size=4), max_size=8).map("".join))
def test_nothing_but_a_coordinate_error_is_ever_raised(words: str) -> None:
    with suppress(CoordinateError):
        read_declared(words)


WKT = CRS.from_epsg(4526).to_wkt("WKT1_ESRI"), CRS.from_epsg(4547).to_wkt("WKT2_2019"), CRS.from_epsg(2383).to_json()


@given(
    st.sampled_from(WKT),
    st.integers(0, 2000),
    st.integers(0, 30),
    st.sampled_from(["", "1e999", "nan", "-1", "0", '"', "]", "\\ud800", "38500000", "高斯"]),
)
def test_a_damaged_definition_is_read_or_refused_never_a_crash(
    words: str, start: int, length: int, instead: str
) -> None:
    start %= len(words)
    with suppress(CoordinateError):
        read_coordinates(np.array([[38_520_652.0, 2_433_813.0]]), words[:start] + instead + words[start + length :])


def test_half_a_character_never_gets_into_a_decision() -> None:
    assert "half a character" in refusal("CGCS2000\ud800")
    named = (
        CRS.from_epsg(4547)
        .to_json()
        .replace("CGCS2000 / 3-degree", "\\ud800 3-degree")
        .replace('"value":1,', '"value":0.9999,')
    )
    with suppress(CoordinateError):
        plane = read_declared(named).plane
        assert isinstance(plane, OtherPlane)
        plane.name.encode("utf-8")
