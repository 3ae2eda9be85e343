"""What a file or an applicant declares of a coordinate system, in whatever words, as far as it goes.

Read are EPSG codes, their URNs and addresses, OGC CRS84, WKT 1 (also ESRI's) and WKT 2, PROJJSON, and words in Chinese or
English (`phrases`). A declaration may leave open what the numbers tell (degrees or metres, the zone in an easting) or
what nobody does. What is not understood is refused with what is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Final, Literal, NoReturn

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from screening.atlas.guard.refusal import refuse
from screening.atlas.guard.systems import (
    FALSE_EASTING,
    SIX_DEGREE_ZONES,
    THREE_DEGREE_ZONES,
    ZONE,
    Datum,
    DatumShift,
    GaussKruger,
    OtherPlane,
    Plane,
    System,
    WebMercator,
    Width,
    ellipsoid,
    meridian_of,
)

MOST_WORDS: Final = 20_000
UTM_SCALE: Final = Fraction(9996, 10_000)

Form = Literal["degrees", "metres"]


@dataclass(frozen=True, slots=True)
class Declared:
    """What was said of a system; None where nothing was said. `plane` is a plane that is known whole.

    Of a Gauss-Krüger plane, `meridian`, `zone` and `width` are what was said of it, brought into agreement.
    """

    words: str
    datum: Datum | None = None
    form: Form | None = None
    plane: Plane | None = None
    width: Width | None = None
    zone: int | None = None
    meridian: Fraction | None = None
    scale: Fraction = Fraction(1)
    shift: DatumShift | None = None

    def settled(self) -> Declared:
        """The same with the meridian of the zone and the width of its numbering. Refused where they contradict."""
        zone, width, meridian = self.zone, self.width, self.meridian
        if zone is None or self.scale != 1:
            return self
        if zone in THREE_DEGREE_ZONES:
            own: Width = 3
        elif zone in SIX_DEGREE_ZONES:
            own = 6
        else:
            refuse(
                f'"{short(self.words)}": no zone of China has the number {zone}',
                "three-degree zones are 25 to 45, six-degree zones 13 to 23",
                f"“{short(self.words)}”：没有 {zone} 带；3度带为 25—45，6度带为 13—23",
            )
        middle = meridian_of(zone)
        if width not in (None, own):
            other = int(middle) // 3 if own == 6 else ""
            refuse(
                f'"{short(self.words)}": {zone} is a {own}-degree zone (central meridian {middle}°), not a {width}-degree one',
                f"state the width that is meant{f'; the 3-degree zone there is {other}' if other else ''}",
                f"“{short(self.words)}”：{zone} 带是 {own}度带（中央经线 {middle}°），不是 {width}度带，请更正",
            )
        if meridian not in (None, middle):
            refuse(
                f'"{short(self.words)}": zone {zone} has its central meridian at {middle}°, not {float(meridian or 0):g}°',
                "correct the zone or the meridian",
                f"“{short(self.words)}”：{zone} 带的中央经线为 {middle}°，与所写 {float(meridian or 0):g}° 不符，请更正",
            )
        return replace(self, width=own, meridian=middle)


def short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 60 else words[:57] + "..."


def is_unstated(words: str | None) -> bool:
    """Whether someone said that the system is not known, or said nothing."""
    return words is None or words.strip().lower() in _UNSTATED


_UNSTATED: Final = frozenset({"", "unknown", "undefined", "未知", "不详", "不明", "未说明", "不清楚", "不知道"})
_CODE: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/(?:def/crs|gml/srs)/)?"
    r"(?P<who>EPSG|ESRI)(?:\.xml#|[:/][\d.]{0,8}[:/]|[: ])\s*(?P<code>\d{4,6})|(?P<bare>\d{4,6})",
    re.IGNORECASE,
)
_CRS84: Final = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?(?:OGC[:/][\d.]{0,6}[:/]?)?CRS84", re.IGNORECASE
)
_WKT: Final = re.compile(
    r"\s*(?:GEOG|PROJ|GEOD|BOUND|COMPOUND|ENG|VERT|COMPD_|LOCAL_)\w*\s*[\[(]|\s*\w{3,20}\s*\[\s*\"", re.IGNORECASE
)
_OLD_MERCATORS: Final = frozenset({900913, 102100, 102113, 3785})


@lru_cache(maxsize=1024)
def read_declared(words: str) -> Declared:
    """What the words declare. Raises CoordinateError for words that are not understood or contradict themselves."""
    if len(words) > MOST_WORDS:
        refuse(
            f"the coordinate system is described in {len(words):,} characters",
            f"at most {MOST_WORDS:,} are read; write its EPSG code",
            "坐标系描述过长，请改写为 EPSG 代码",
        )
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        refuse(
            "the coordinate system holds half a character",
            "write it anew",
            "坐标系中有残缺字符，请重写",
        )
    text = words.strip()
    if _CRS84.fullmatch(text):
        return Declared(words, Datum.WGS84, "degrees")
    if match := _CODE.fullmatch(text):
        return _of_code(words, (match["who"] or "EPSG").upper(), int(match["code"] or match["bare"]))
    if text.startswith("{") or _WKT.match(text):
        return _of_definition(words, text)
    from screening.atlas.guard.phrases import read_phrase

    return read_phrase(words)


def _of_code(words: str, authority: str, code: int) -> Declared:
    if code in _OLD_MERCATORS:
        return Declared(words, Datum.WGS84, "metres", WebMercator())
    try:
        crs = CRS.from_authority(authority, code)
    except CRSError:
        refuse(
            f'the coordinate system "{short(words)}" is not read: there is no such code',
            "EPSG:4490 is CGCS2000 longitude and latitude, EPSG:4534 to 4554 are its three-degree planes",
            f"不支持坐标系“{short(words)}”：没有此代码；CGCS2000 经纬度为 EPSG:4490，3度带平面坐标为 EPSG:4534—4554",
        )
    return _of_crs(words, crs, crs.name)


def _of_definition(words: str, text: str) -> Declared:
    try:
        if text.startswith("{"):
            named = json.loads(text)
            crs = CRS.from_json_dict(named)
            name = str(named.get("name", ""))
        else:
            crs = CRS.from_wkt(text)
            name = (re.findall(r'"([^"]*)"', text) or [""])[0]
        # Escapes of JSON may hide half a character.
        return _of_crs(words, crs, name.encode("utf-8", "replace").decode("utf-8"))
    except (ProjError, ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError):
        refuse(
            f'the coordinate system "{short(words)}" is not read: its definition is damaged',
            "write its EPSG code, such as EPSG:4547",
            f"不支持坐标系“{short(words)}”：定义有误，请改写为 EPSG 代码，例如 EPSG:4547",
        )


def _of_crs(words: str, crs: CRS, name: str) -> Declared:
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        # A WKT may carry TOWGS84 figures, of unknown accuracy and often for another place: the stated error covers both.
        crs = crs.source_crs
    base = crs.geodetic_crs
    if base is None or crs.is_geocentric or not (crs.is_geographic or crs.is_projected):
        _not_read(words, "it is no system of longitude and latitude or of a plane on the ellipsoid")
    datum = _datum(words, base)
    if crs.is_geographic:
        if any(abs(axis.unit_conversion_factor - 0.017453292519943295) > 1e-9 for axis in crs.axis_info[:2]):
            _not_read(words, "its angles are not in degrees")
        return Declared(words, datum, "degrees")
    _check_datums(words, f"{datum.value} {name}".lower().replace("_", " "))
    plane = _plane(words, crs, name)
    if isinstance(plane, WebMercator) and datum.old:
        _not_read(words, "web maps are not drawn in it")
    if isinstance(plane, OtherPlane):
        System(datum, plane).to_degrees(np.zeros((1, 2)))  # a definition that PROJ cannot use is found here
    if not isinstance(plane, GaussKruger):
        return Declared(words, datum, "metres", plane)
    stated = Declared(words, datum, "metres", plane, plane.width, plane.zone, plane.meridian, plane.scale).settled()
    _check_name(name, plane.meridian, plane.scale)
    return stated


def _datum(words: str, base: CRS) -> Datum:
    shape, datum = base.ellipsoid, base.datum
    said = f"{datum.name if datum else ''} {base.name}".lower().replace("_", " ")
    if "new beijing" in said:
        _not_read(words, "New Beijing (新1954年北京坐标系) has no published parameters")
    _check_datums(words, said)
    found = None
    if ("china" in said and ("2000" in said or "geodetic" in said)) or "cgcs" in said:
        found = Datum.CGCS2000
    elif "xian" in said or "xi'an" in said:
        found = Datum.XIAN80
    elif "beijing" in said:
        found = Datum.BEIJING54
    elif re.search(r"wgs ?(19)?84|world geodetic system 1984", said):
        found = Datum.WGS84
    if found is None or shape is None or base.prime_meridian is None or base.prime_meridian.longitude != 0:
        _not_read(words, "its datum is none that is used in China")
    axis, flattening = ellipsoid(found)
    # CGCS2000, GRS 80 and WGS 84 differ by a tenth of a millimetre: files name any of them.
    if abs(shape.semi_major_metre - axis) > 0.5 or abs(shape.inverse_flattening - flattening) > 1e-3:
        _not_read(words, f"its datum is {found.value} but its ellipsoid is not")
    return found


def _plane(words: str, crs: CRS, name: str) -> Plane:
    operation = crs.coordinate_operation
    method = operation.method_name if operation else ""
    params = operation.params if operation else []
    values = {param.name: float(param.value) * param.unit_conversion_factor for param in params}
    if not all(isfinite(value) for value in values.values()):
        _not_read(words, "it has parameters that are no numbers")
    metric = all(axis.unit_conversion_factor == 1 for axis in crs.axis_info[:2])
    if method == "Popular Visualisation Pseudo Mercator" and metric and not any(values.values()):
        return WebMercator()
    to_degrees = 57.29577951308232
    meridian = Fraction(values.get("Longitude of natural origin", 0.0) * to_degrees).limit_denominator(1_000_000)
    scale = Fraction(values.get("Scale factor at natural origin", 0.0)).limit_denominator(1_000_000)
    east = values.get("False easting", 0.0) - FALSE_EASTING
    plain = (
        method == "Transverse Mercator"
        and metric
        and not values.get("Latitude of natural origin")
        and not values.get("False northing")
        and scale in (1, UTM_SCALE)
        and east % ZONE == 0
        and 0 <= east <= 99 * ZONE
    )
    if not plain or (scale != 1 and (east != 0 or (meridian - 3) % 6 != 0)):
        if method == "Transverse Mercator":
            _check_name(name, meridian, scale)
        return OtherPlane(crs.to_wkt(), short(name or crs.name))
    said = f"{name} {crs.name}".lower().replace("_", " ")
    width: Width | None = None
    if "3 degree" in said or "3-degree" in said:
        width = 3
    elif re.search(r"gauss.?kr|\bgk\b", said) and (meridian - 3) % 6 == 0:
        width = 6
    return GaussKruger(meridian, int(east // ZONE) or None, width if scale == 1 else None, scale)


def _check_datums(words: str, said: str) -> None:
    """A definition whose parts are called after two datums is not used: 150 m lie between them."""
    named = [datum for datum, pattern in _NAMED.items() if pattern.search(said)]
    if len(named) > 1:
        names = [datum.value for datum in named]
        refuse(
            f'the coordinate system "{short(words)}" is called after {" and ".join(names)}',
            "correct the definition (.prj) or state the system that the numbers are in",
            f"坐标系“{short(words)}”的定义中同时有 {'、'.join(names)}，请更正 .prj 或注明坐标所用的坐标系",
        )


_NAMED: Final = {
    Datum.CGCS2000: re.compile(r"cgcs\s?2000|china\s(geodetic|2000)"),
    Datum.XIAN80: re.compile(r"xi'?\s?an\s?(19)?80"),
    Datum.BEIJING54: re.compile(r"(beijing|bj)\s?(19)?54"),
    Datum.WGS84: re.compile(r"wgs\s?(19)?84|world geodetic system 1984"),
}


def _check_name(name: str, meridian: Fraction, scale: Fraction) -> None:
    """A definition called after one plane and reckoned as another is not used."""
    said = name.replace("_", " ")
    middle = re.search(r"\bCM\s*(\d{2,3})", said, re.IGNORECASE)
    zone = re.search(r"\bzone\s*(\d{2})(?!\d)", said, re.IGNORECASE)
    utm = re.search(r"\bUTM\b", said, re.IGNORECASE) is not None
    meant = Fraction(int(middle[1])) if middle else None
    if zone is not None and meant is None:
        number = int(zone[1])
        known = number in (*THREE_DEGREE_ZONES, *SIX_DEGREE_ZONES)
        meant = Fraction(number * 6 - 183) if utm else meridian_of(number) if known else None
    if meant not in (None, meridian):
        refuse(
            f'the coordinate system is called "{short(name)}" but its central meridian is {float(meridian):g}°',
            "correct the definition (.prj) or state the system",
            f"坐标系名为“{short(name)}”，其中央经线却是 {float(meridian):g}°，请更正 .prj 或注明坐标系",
        )
    plain = re.search(r"gauss.?kr|\bgk\b", said, re.IGNORECASE) is not None
    if (utm and scale != UTM_SCALE) or (plain and scale != 1):
        refuse(
            f'the coordinate system is called "{short(name)}" but its scale on the meridian is {float(scale):g}',
            "correct the definition (.prj) or state the system",
            f"坐标系名为“{short(name)}”，其中央经线比例却是 {float(scale):g}，请更正 .prj 或注明坐标系",
        )


def _not_read(words: str, why: str) -> NoReturn:
    refuse(
        f'the coordinate system "{short(words)}" is not read: {why}',
        "convert to CGCS2000 longitude and latitude (EPSG:4490)",
        f"不支持坐标系“{short(words)}”，请转换为 CGCS2000 经纬度（EPSG:4490）",
    )
