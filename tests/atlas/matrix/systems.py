"""Coordinate systems that files come in: how numbers in them are made of true places, by other hands than the package's.

Planes are PROJ's by their EPSG codes. From Beijing 54 lead three of EPSG's operations; none is published for Xi'an 80, and
three shifts of the size that its sheets show stand for it. GCJ-02 and BD-09 are eviltransform's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import eviltransform
import numpy as np
from pyproj import CRS, Transformer

from tests.atlas.matrix.grounds import GROUNDS, Drawn, Floats, Ground, Turn

_LAND: Final = "+proj=longlat +ellps=GRS80 +towgs84=0,0,0"
_ELLIPSOIDS: Final = {"Xi'an 80": "+a=6378140 +rf=298.257", "Beijing 54": "+a=6378245 +rf=298.3"}
_SHIFTS: Final = {
    # "Beijing 1954 to WGS 84" (3) of the Pearl River, (6) of Ordos and (4) of Tarim; no other is nearer.
    "Beijing 54": ("31.4,-144.3,-74.8,0,0,0.814,-0.38", "11.911,-154.833,-80.079", "15.8,-154.4,-82.3"),
    "Xi'an 80": ("-60,-100,-40", "40,110,-30", "-90,50,60"),
}
_SEVEN: Final = "24.5,-123.4,-94.6,0.12,-0.35,0.81,1.7"
"""Metres, arc-seconds as +towgs84 counts them, parts per million."""

Code = Callable[[Ground], str]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """A system of numbers. `code` is what a file can declare of it and `stated` what its owner says in words, or by code.

    `error` is metres that the package may say its reading is off, `datum` the shift from CGCS2000 with its inverse.
    `in_words` is how a land office's text names it; `only_stated` that what a file declares is not the truth.
    """

    name: str
    code: Code
    stated: tuple[Callable[[Ground], str], ...]
    error: Fraction
    datum: str = ""
    in_words: str = ""
    width: int = 0
    only_stated: bool = False

    @property
    def in_metres(self) -> bool:
        return CRS(self.code(GROUNDS[0])).is_projected

    @property
    def datum_unknown(self) -> bool:
        """Whether nobody said how its datum lies to CGCS2000: its error is then all that is known."""
        return self.datum in _SHIFTS

    def drawn(self, ground: Ground) -> Drawn:
        return _drawn(self, ground)


@lru_cache(maxsize=256)
def _drawn(system: System, ground: Ground) -> Drawn:
    to_datum, from_datum = _datum(system.datum, ground)
    crs = CRS(system.code(ground))
    if not crs.is_projected:
        return Drawn.of(ground, to_datum, from_datum)
    assert crs.geodetic_crs is not None
    plane = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    return Drawn.of(
        ground,
        lambda rows: np.column_stack(plane.transform(*to_datum(rows).T)),
        lambda rows: from_datum(np.column_stack(plane.transform(*rows.T, direction="INVERSE"))),
    )


def _datum(name: str, ground: Ground) -> tuple[Turn, Turn]:
    if not name:
        return (lambda rows: rows), (lambda rows: rows)
    if name in ("GCJ-02", "BD-09"):
        moved = eviltransform.wgs2gcj if name == "GCJ-02" else eviltransform.wgs2bd

        def shift(rows: Floats) -> Floats:
            return np.array([moved(latitude, longitude)[::-1] for longitude, latitude in rows])

        return shift, lambda rows: _sought(shift, rows)
    kind, _, seven = name.partition(" with ")
    figures = _SEVEN if seven else _SHIFTS[kind][GROUNDS.index(ground)]
    old = Transformer.from_crs(_LAND, f"+proj=longlat {_ELLIPSOIDS[kind]} +towgs84={figures}", always_xy=True)
    return (
        lambda rows: np.column_stack(old.transform(*rows.T)),
        lambda rows: np.column_stack(old.transform(*rows.T, direction="INVERSE")),
    )


def _sought(forward: Turn, target: Floats) -> Floats:
    """Where `forward` leads to `target`, to 1e-11 degrees: their own inverse stops at 1e-6."""
    found = target
    for _ in range(40):
        left = target - forward(found)
        found = found + left
        if np.abs(left).max() < 1e-11:
            break
    return found


def _three(first: int) -> Code:
    return lambda ground: f"EPSG:{first + (ground.three - 75) // 3}"


def _six(first: int) -> Code:
    return lambda ground: f"EPSG:{first + (ground.six - 75) // 6}"


def _always(words: str) -> Callable[[Ground], str]:
    return lambda _: words


_NONE, _PLANE, _HALF, _OLD = Fraction(0), Fraction(1, 100), Fraction(1, 2), Fraction(150)
_PARAMETERS: Final = f"+towgs84={_SEVEN} 转换精度=2m"
_IN_WORDS: Final = {"CGCS2000": "2000国家大地坐标系", "Xi'an 80": "1980西安坐标系", "Beijing 54": "1954年北京坐标系"}


def _surveyed(name: str, datum: str, codes: tuple[int, int], width: int, error: Fraction) -> tuple[System, System]:
    """A plane of three or six degrees, without and with the zone's number in the easting."""
    words = _IN_WORDS[name]
    code = _three if width == 3 else _six

    def by_meridian(ground: Ground) -> str:
        return f"{words} 高斯克吕格 {width}度带 中央经线{ground.three if width == 3 else ground.six}°"

    def by_zone(ground: Ground) -> str:
        return f"{words} {width}度带 {ground.three // 3 if width == 3 else (ground.six + 3) // 6}带"

    plain = System(f"{name} {width}°", code(codes[0]), (code(codes[0]), by_meridian), error, datum, words, width)
    zoned = System(f"{name} {width}° with zone", code(codes[1]), (code(codes[1]), by_zone), error, datum, words, width)
    return plain, zoned


def _degrees(name: str, code: str, words: str, error: Fraction, datum: str = "") -> System:
    return System(name, _always(code), (_always(code), _always(words)), error, datum, _IN_WORDS.get(name, ""))


def _with_seven(name: str, code: int) -> System:
    words = _IN_WORDS[name]
    return System(
        f"{name} with parameters",
        _three(code),
        (lambda ground: f"{words} 3度带 中央经线{ground.three} {_PARAMETERS}",),
        2 + _PLANE,
        f"{name} with seven",
        width=3,
        only_stated=True,
    )


def _of_web_map(name: str, words: str, code: str, error: Fraction) -> System:
    web = code == "EPSG:3857"
    stated = f"{words} Web墨卡托" if web else words
    return System(f"{name}{' metres' if web else ''}", _always(code), (_always(stated),), error, name, only_stated=True)


PLANE, PLANE_WITH_ZONE = _surveyed("CGCS2000", "", (4534, 4513), 3, _PLANE)
DEGREES = _degrees("CGCS2000", "EPSG:4490", "2000国家大地坐标系", _NONE)
AMAP = _of_web_map("GCJ-02", "高德", "EPSG:4326", Fraction(11, 2))

COLUMNS: Final[dict[str, tuple[System, ...]]] = {
    "CGCS2000 degrees": (DEGREES,),
    "WGS 84": (_degrees("WGS 84", "EPSG:4326", "WGS84经纬度", _HALF),),
    "Web Mercator": (_degrees("Web Mercator", "EPSG:3857", "Web墨卡托", _HALF),),
    "CGCS2000 3°": (PLANE,),
    "3° + zone": (PLANE_WITH_ZONE,),
    "CGCS2000 6°, both": _surveyed("CGCS2000", "", (4502, 4491), 6, _PLANE),
    "Xi'an 80": (
        _degrees("Xi'an 80", "EPSG:4610", "西安80 经纬度", _OLD, "Xi'an 80"),
        *_surveyed("Xi'an 80", "Xi'an 80", (2370, 2349), 3, _OLD),
    ),
    "Beijing 54": (
        _degrees("Beijing 54", "EPSG:4214", "北京54 经纬度", _OLD, "Beijing 54"),
        *_surveyed("Beijing 54", "Beijing 54", (2422, 2401), 3, _OLD),
    ),
    "old + 7 parameters": (_with_seven("Xi'an 80", 2370), _with_seven("Beijing 54", 2401)),
    "GCJ-02": (AMAP, _of_web_map("GCJ-02", "GCJ02", "EPSG:3857", Fraction(11, 2))),
    "BD-09": (_of_web_map("BD-09", "百度坐标", "EPSG:4326", Fraction(21, 2)),),
}
"""The columns of the table, each with all its systems."""
