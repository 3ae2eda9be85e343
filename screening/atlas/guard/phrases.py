"""Coordinate systems as people write them: "2000国家大地坐标系 高斯克吕格 3度带 39带", "西安80", "CGCS2000_3_Degree_GK_CM_114E".

Every word must be understood. What is left over when all known words are taken out is refused: it may be the one word
that moves the place.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final, NoReturn

from screening.atlas.guard.declared import UTM_SCALE, Declared, Form, short
from screening.atlas.guard.refusal import refuse
from screening.atlas.guard.systems import Datum, DatumShift, WebMercator, Width
from screening.errors import suggest

KNOWN: Final = (
    *(
        "EPSG:4490",
        "EPSG:4326",
        "EPSG:4547",
        "CRS84",
        "CGCS2000",
        "2000国家大地坐标系",
        "国家2000",
        "WGS84",
        "WGS84经纬度",
    ),
    *(
        "西安80",
        "1980西安坐标系",
        "北京54",
        "1954年北京坐标系",
        "Web墨卡托",
        "GCJ02",
        "BD09",
        "火星坐标",
        "高德",
        "腾讯",
    ),
    *("百度坐标", "unknown"),
)
"""Some of what is read, for suggestions."""

_DATUMS: Final = (
    (Datum.CGCS2000, r"cgcs\s*-?\s*(?:2000)?|china\s*(?:geodetic\s*(?:coordinate\s*system)?\s*)?-?2000"),
    (
        Datum.CGCS2000,
        r"国家\s*2000|2000\s*年?\s*(?:中国|国家)|中国\s*(?:大地坐标系?)?\s*2000|大地\s*2000|2000\s*(?:大地|坐标)",
    ),
    (Datum.XIAN80, r"西安\s*(?:19)?80|(?:19)?80\s*年?\s*西安|xi\s*'?\s*an\s*-?\s*(?:19)?80|国家\s*(?:19)?80"),
    (Datum.XIAN80, r"(?:19)?80\s*年?\s*(?:国家|坐标)|大地\s*80"),
    (Datum.BEIJING54, r"北京\s*(?:19)?54|(?:19)?54\s*年?\s*(?:北京|国家|坐标)|(?:beijing|bj)\s*-?\s*(?:19)?54"),
    (Datum.WGS84, r"wgs\s*-?\s*(?:19)?84|world\s*geodetic\s*system\s*1984"),
    (Datum.GCJ02, r"gcj\s*-?\s*0?2|火星|高德|腾讯|amap|autonavi|tencent|国测局"),
    (Datum.BD09, r"bd\s*-?\s*0?9(?:\s*ll)?|百度|baidu"),
)
_NUMBER: Final = r"[-+]?\d{1,12}(?:\.\d{0,15})?(?:e[-+]?\d{1,2})?"
_TOWGS84: Final = re.compile(rf"\+?towgs84\s*[=:]\s*({_NUMBER}(?:\s*,\s*{_NUMBER}){{2,6}})")
_PARAMETERS: Final = re.compile(r"转换参数\s*[=:]?\s*([-+\d.e,\s]*)")
_ACCURACY: Final = re.compile(r"(?:转换精度|accuracy)\s*[=:]?\s*(\d{1,6}(?:\.\d{1,6})?)\s*(?:米|m(?![a-z]))")
_HEIGHTS: Final = re.compile(
    r"(?:19)?85\s*年?\s*(?:国家)?\s*高程(?:基准|系统?)?|黄海\s*高程系?|(?<!换)精度\s*[=:]\s*[\d.]+"
)
_LOCAL: Final = re.compile(r"独立|地方坐标|地方系|城市坐标|工程坐标|施工坐标|假定|任意坐标|local|arbitrary")
_NEW_BEIJING: Final = re.compile(r"新\s*(?:北京|(?:19)?54)|new\s*beijing")
_BAIDU_METRES: Final = re.compile(r"bd\s*-?\s*09\s*-?\s*(?:mc|米|墨卡托|mercator)|百度\s*(?:米制|墨卡托)")
_MERCATOR: Final = re.compile(
    r"(?:web|网络|球面|伪|球形)\s*-?\s*墨卡托|(?:web|pseudo|spherical)\s*-?\s*mercator(?:\s*auxiliary\s*sphere)?"
)
_UTM: Final = re.compile(r"utm\s*(?:zone|第)?\s*(\d{1,2})?\s*(?:n(?![a-z])|北)?\s*(?:带|区)?")
_WIDTH: Final = re.compile(
    r"(?:几度)?分带\s*(?:方法|类型)?\s*[=:]?\s*([36三六])(?!\d)\s*(?:度带?|°)?"
    r"|(?<![\d.])([36三六])\s*(?:度|°|-?\s*degrees?)\s*(?:分?带|zone)?(?!\s*\d{1,2}\s*[′'分])"
)
_MERIDIAN: Final = re.compile(
    r"(?:中央\s*(?:子午线|经线|经度)|central\s*meridian|(?<![a-z])cm|(?<![a-z])l0)\s*[=:]?\s*[为是]?\s*(?:东经)?\s*"
    r"(\d{2,3}(?:\.\d{1,9})?)\s*(?:°|度|e(?![a-z]))?\s*(?:(\d{1,2})\s*[′'分]\s*)?(?:(\d{1,2}(?:\.\d{1,4})?)\s*(?:′′|''|\"|秒)\s*)?"
    r"(?:e(?![a-z]))?"
)
_ZONE: Final = re.compile(
    r"(?:带号|zone)\s*[=:]?\s*第?\s*(\d{1,2})(?!\d)\s*(?:n(?![a-z]))?\s*带?|第?\s*(?<!\d)(\d{2})\s*号?\s*带"
)
_DEGREES: Final = re.compile(
    r"经纬度?|(?<![a-z])(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lnglat|lonlat)(?![a-z])|geographic|地理|(?<![a-z])gcs(?![a-z])"
    r"|degrees?|十进制度|度"
)
_METRES: Final = re.compile(
    r"高斯\s*[-·—]?\s*(?:克吕格|克里格)?|克吕格|gauss\s*-?\s*(?:kr[uü]e?ger)?|kr[uü]e?ger|(?<![a-z])gk(?![a-z])|平面|直角|米"
    r"|met(?:re|er)s?(?![a-z])|(?<![a-z])m(?![a-z])|横轴\s*墨卡托|transverse\s*mercator|(?<![a-z])tm(?![a-z])|投影坐标"
)
_FILLING: Final = re.compile(
    r"坐标系统?|坐标|地图|国家|大地|中国|投影|类型|方式|系统|系|基准|椭球|参考|分带|带号|带|号|年|计量|单位|几度|和|的|为|及"
    r"|(?<![a-z])(?:coordinates?|maps?|systems?|datum|projection|projected|pcs|type|units?|zone|and|the|in|on|of|d|geodetic|china)(?![a-z])"
    r"|[-=:,;/、，。()\[\]<>{}·—|+*#.'\"]"
)
_WIDE: Final[dict[str, Width]] = {"3": 3, "三": 3, "6": 6, "六": 6}


def read_phrase(words: str) -> Declared:
    """What the words declare. Raises CoordinateError naming the word that is not understood, or the contradiction."""
    text = unicodedata.normalize("NFKC", words).lower().replace("_", " ").replace("’", "'")
    _refuse_special(words, text)
    shift, text = _parameters(words, text)
    text = _HEIGHTS.sub(" ", text)
    mercator, text = _take(_MERCATOR, text)
    utm, text = _take(_UTM, text) if "utm" in text else (None, text)
    meridian_match, text = _take(_MERIDIAN, text)
    datums = set()
    for named, pattern in _DATUMS:
        match, text = _take(re.compile(pattern), text)
        if match:
            datums.add(named)
    width_match, text = _take(_WIDTH, text)
    zone_match, text = _take(_ZONE, text)
    metres, text = _take(_METRES, text)
    degrees, text = _take(_DEGREES, text)
    left = " ".join(_FILLING.sub(" ", text).split())
    if left or not (datums or mercator or utm or width_match or zone_match or meridian_match or metres or degrees):
        _not_understood(words, left)
    if len(datums) > 1:
        names = sorted(datum.value for datum in datums)
        refuse(
            f'"{short(words)}" names two coordinate systems, {" and ".join(names)}',
            "keep the one that the numbers are in",
            f"“{short(words)}”写了两个坐标系（{'、'.join(names)}），请只留坐标所用的一个",
        )
    flat = bool(metres or mercator or utm or width_match or zone_match or meridian_match)
    if flat and degrees:
        refuse(
            f'"{short(words)}" says both degrees and a plane in metres',
            "keep the one that the numbers are in",
            f"“{short(words)}”既写经纬度又写平面坐标，请只留坐标所用的一种",
        )
    datum = next(iter(datums), None)
    form: Form | None = "metres" if flat else "degrees" if degrees else None
    if datum is not None and datum.of_web_maps and flat and not mercator:
        _not_understood(words, "Gauss-Krüger")
    if shift is not None and datum is not None and not datum.old:
        refuse(
            f'"{short(words)}": {datum.value} needs no parameters',
            "leave the transformation parameters out, or name the datum they lead from",
            f"“{short(words)}”：{datum.value} 无需转换参数，请删去或注明参数所属的坐标系",
        )
    if mercator:
        if datum is not None and datum.old:
            _not_understood(words, "Web Mercator")
        return Declared(words, datum or Datum.WGS84, "metres", WebMercator())
    if utm:
        number = int(utm[1]) if utm[1] else int(zone_match[1] or zone_match[2]) if zone_match else None
        if datum not in (None, Datum.WGS84, Datum.CGCS2000) or not (number is None or 43 <= number <= 53):
            _not_understood(words, "UTM")
        middle = None if number is None else Fraction(number * 6 - 183)
        return Declared(words, datum or Datum.WGS84, "metres", None, None, None, middle, UTM_SCALE)
    zone = int(zone_match[1] or zone_match[2]) if zone_match else None
    width = _WIDE[width_match[1] or width_match[2]] if width_match else None
    return Declared(
        words, datum, form, None, width, zone, _meridian(words, meridian_match, width), shift=shift
    ).settled()


def _take(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str] | None, str]:
    """The first match, and the text without any; a second match that says otherwise stays in the text."""
    found = pattern.search(text)
    if found is None:
        return None, text
    said = [group for group in found.groups() if group]
    return found, pattern.sub(
        lambda other: " " if [group for group in other.groups() if group] in (said, []) else other[0].replace(" ", "!"),
        text,
    )


def _meridian(words: str, match: re.Match[str] | None, width: Width | None) -> Fraction | None:
    if match is None:
        return None
    middle = Fraction(match[1]) + Fraction(match[2] or 0) / 60 + Fraction(match[3] or 0) / 3600
    if not 72 <= middle <= 138:
        refuse(
            f'"{short(words)}": no central meridian of China is at {float(middle):g}°',
            "they lie from 75° to 135°",
            f"“{short(words)}”：中国没有 {float(middle):g}° 的中央经线，应在 75°—135° 之间",
        )
    if width is not None and (middle % 3 != 0 or (width == 6 and (middle - 3) % 6 != 0)):
        refuse(
            f'"{short(words)}": {float(middle):g}° is no central meridian of a {width}-degree zone',
            "correct the meridian or the width",
            f"“{short(words)}”：{float(middle):g}° 不是 {width}度带的中央经线，请更正",
        )
    return middle


def _parameters(words: str, text: str) -> tuple[DatumShift | None, str]:
    accuracy, text = _take(_ACCURACY, text)
    towgs84, text = _take(_TOWGS84, text)
    stated, text = _take(_PARAMETERS, text)
    given = towgs84[1] if towgs84 else stated[1] if stated else ""
    figures = [part.strip() for part in given.split(",") if part.strip()]
    if not figures:
        return None, text
    try:
        numbers = [float(part) for part in figures]
    except ValueError:
        numbers = []
    if len(numbers) not in (3, 7) or accuracy is None:
        refuse(
            f'"{short(words)}": transformation parameters are three or seven numbers with the accuracy they reach',
            'write for example "西安80 转换参数=dX,dY,dZ,rX,rY,rZ,m 转换精度=2m" (metres, arc-seconds, parts per million)',
            f"“{short(words)}”：转换参数应为 3 个或 7 个数（米、角秒、ppm），并注明转换精度，例如“转换精度=2m”",
        )
    dx, dy, dz, rx, ry, rz, ppm = (*numbers, 0.0, 0.0, 0.0, 0.0)[:7]
    return DatumShift(dx, dy, dz, rx, ry, rz, ppm, Fraction(accuracy[1]), towgs84 is not None), text


def _refuse_special(words: str, text: str) -> None:
    if _NEW_BEIJING.search(text):
        refuse(
            f'the coordinate system "{short(words)}" is not read: New Beijing has no published parameters',
            "convert to CGCS2000",
            f"不支持“{short(words)}”：新1954年北京坐标系无公开转换参数，请转换为 CGCS2000",
        )
    if _LOCAL.search(text):
        refuse(
            f'the coordinate system "{short(words)}" is not read: a local system is known only to the office that keeps it',
            "have that office convert the coordinates to CGCS2000",
            f"不支持“{short(words)}”：地方独立坐标系须由其主管部门转换为 CGCS2000",
        )
    if _BAIDU_METRES.search(text):
        refuse(
            f'the coordinate system "{short(words)}" is not read: Baidu\'s metres are not published',
            "export longitude and latitude",
            f"不支持“{short(words)}”：百度米制坐标未公开，请导出经纬度",
        )


def _not_understood(words: str, left: str) -> NoReturn:
    hint = suggest(words.strip(), KNOWN)
    refuse(
        f'the coordinate system "{short(words)}" is not read'
        + (f': "{short(left)}" is not understood' if left and left != words.strip().lower() else ""),
        hint or 'write an EPSG code or words such as "2000国家大地坐标系 3度带 38带", "西安80", "WGS84", "GCJ02"',
        f"不支持坐标系“{short(words)}”，请写 EPSG 代码或“2000国家大地坐标系 3度带 38带”“西安80”“WGS84”“GCJ02”等",
    )
