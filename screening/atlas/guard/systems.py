"""Coordinate systems as this package reads them: a datum, a plane or none, and the metres each may be off.

`System.to_degrees` takes (n, 2) east and north, or longitude and latitude, as the file has them, to longitude and
latitude on CGCS2000. `System.error` is metres by which the result may be off because of the system alone:

* CGCS2000 degrees: 0. Its planes: 0.01 m, which is the inverse projection (under 1e-6 m) and the straight edges of the
  plane drawn straight in degrees after cutting (`edges`, under 7 mm).
* WGS 84 and its planes: 0.5 m, see `crs`.
* Xi'an 80 and Beijing 54 without parameters: 150 m. Degrees are kept as they are, because no parameters for the whole
  country are published. EPSG's six operations for parts of China from Beijing 1954 to WGS 84 move a place by up to 108 m
  anywhere in China; the technical guide of the national survey gives shifts of map sheets of up to 62 m and 84 m (54) and
  43 m and 119 m (80) along the axes, 127 m together; local nets are off by some metres more.
* The same with three or seven parameters: the accuracy stated with them.
* GCJ-02 and BD-09: see `webmap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from pyproj import CRS, Transformer

from screening.atlas.crs import DATUM_ERROR, Floats
from screening.atlas.guard.webmap import BD09_ERROR, GCJ02_ERROR, from_bd09, from_gcj02
from screening.text import Text

PLANE_ERROR: Final = Fraction(1, 100)
OLD_DATUM_ERROR: Final = Fraction(150)
FALSE_EASTING: Final = 500_000
ZONE: Final = 1_000_000

_QUADRANT: Final = 10_001_965.8
"""Metres from the equator to the pole."""
_HALF_ROUND: Final = 20_037_508.35
"""Metres of Web Mercator from its middle to its edge."""

THREE_DEGREE_ZONES: Final = range(25, 46)
SIX_DEGREE_ZONES: Final = range(13, 24)
MERIDIANS: Final = range(75, 136, 3)
"""The central meridians of China's zones; every second one is also that of a six-degree zone."""

Width = Literal[3, 6]


def meridian_of(zone: int) -> Fraction:
    """Degrees of a zone's central meridian: 25 to 45 count three degrees each, lower numbers six."""
    return Fraction(zone * 3 if zone in THREE_DEGREE_ZONES else zone * 6 - 3)


class Datum(StrEnum):
    """What degrees are counted from."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS 84"
    XIAN80 = "Xi'an 80"
    BEIJING54 = "Beijing 54"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"

    @property
    def old(self) -> bool:
        """Of the two systems that parameters lead out of."""
        return self in (Datum.XIAN80, Datum.BEIJING54)

    @property
    def of_web_maps(self) -> bool:
        return self in (Datum.GCJ02, Datum.BD09)


_ELLIPSOIDS: Final = {
    Datum.CGCS2000: (6378137.0, 298.257222101),
    Datum.XIAN80: (6378140.0, 298.257),
    Datum.BEIJING54: (6378245.0, 298.3),
}


def ellipsoid(datum: Datum) -> tuple[float, float]:
    """Semi-major axis in metres and inverse flattening."""
    return _ELLIPSOIDS.get(datum, (6378137.0, 298.257223563))


_NAMES: Final = {
    Datum.CGCS2000: Text("2000国家大地坐标系", "CGCS2000"),
    Datum.WGS84: Text("WGS 84", "WGS 84"),
    Datum.XIAN80: Text("1980西安坐标系", "Xi'an 80"),
    Datum.BEIJING54: Text("1954年北京坐标系", "Beijing 54"),
    Datum.GCJ02: Text("GCJ-02（火星坐标，高德、腾讯等）", "GCJ-02 (Amap, Tencent and others)"),
    Datum.BD09: Text("BD-09（百度坐标）", "BD-09 (Baidu)"),
}
_DEGREES: Final = {
    Datum.CGCS2000: "EPSG:4490",
    Datum.WGS84: "EPSG:4326",
    Datum.XIAN80: "EPSG:4610",
    Datum.BEIJING54: "EPSG:4214",
    Datum.GCJ02: "GCJ-02",
    Datum.BD09: "BD-09",
}
# The first code of each run of Gauss-Krüger systems: by datum, width of zone, and whether the easting carries the zone.
_CODES: Final = {
    (Datum.CGCS2000, 6, True): 4491,
    (Datum.CGCS2000, 6, False): 4502,
    (Datum.CGCS2000, 3, True): 4513,
    (Datum.CGCS2000, 3, False): 4534,
    (Datum.XIAN80, 6, True): 2327,
    (Datum.XIAN80, 6, False): 2338,
    (Datum.XIAN80, 3, True): 2349,
    (Datum.XIAN80, 3, False): 2370,
    (Datum.BEIJING54, 6, True): 21413,
    (Datum.BEIJING54, 6, False): 21453,
    (Datum.BEIJING54, 3, True): 2401,
    (Datum.BEIJING54, 3, False): 2422,
}


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """A transverse Mercator plane: its central meridian in degrees, the zone its eastings carry, the width if known.

    `scale` on the meridian is 1, and 0.9996 for UTM.
    """

    meridian: Fraction
    zone: int | None = None
    width: Width | None = None
    scale: Fraction = Fraction(1)

    @property
    def utm(self) -> bool:
        return self.scale != 1


@dataclass(frozen=True, slots=True)
class WebMercator:
    """The plane of web maps, EPSG:3857."""


@dataclass(frozen=True, slots=True)
class OtherPlane:
    """Any other plane on a known datum, such as Albers, by its definition (WKT 2) and its name."""

    wkt: str
    name: str


Plane = GaussKruger | WebMercator | OtherPlane


@dataclass(frozen=True, slots=True)
class DatumShift:
    """Three or seven parameters from an old datum to CGCS2000: metres, arc-seconds, parts per million.

    `accuracy` is metres within which they lead to the true place. `position_vector` says in which of two senses the
    rotations count: +towgs84 has it true; the Bursa-Wolf parameters (布尔沙) of Chinese survey offices have it false.
    """

    dx: float
    dy: float
    dz: float
    rx: float = 0.0
    ry: float = 0.0
    rz: float = 0.0
    ppm: float = 0.0
    accuracy: Fraction = OLD_DATUM_ERROR
    position_vector: bool = False


@dataclass(frozen=True, slots=True)
class System:
    """One coordinate system, complete: numbers in it are places. `margin` is metres for what was not stated of it."""

    datum: Datum
    plane: Plane | None = None
    shift: DatumShift | None = None
    margin: Fraction = Fraction(0)

    @property
    def id(self) -> str:
        """An EPSG code where there is one; two planes of one formula (4508 and 4546) may share one."""
        match self.plane:
            case None:
                return _DEGREES[self.datum]
            case WebMercator():
                return "EPSG:3857" if self.datum is Datum.WGS84 else f"{self.datum.value} / 3857"
            case OtherPlane(name=name):
                return name
            case GaussKruger(utm=True, meridian=meridian) if self.datum is Datum.WGS84 and (meridian - 3) % 6 == 0:
                return f"EPSG:326{int(meridian + 183) // 6:02}"
            case GaussKruger() as plane:
                return self._code(plane) or f"{self.datum.value} / GK {_degrees(plane.meridian)}E"

    def _code(self, plane: GaussKruger) -> str:
        if plane.meridian not in MERIDIANS or plane.utm:
            return ""
        width = plane.width or 3
        first = _CODES.get((self.datum, width, plane.zone is not None))
        steps = (plane.meridian - 75) / width
        return f"EPSG:{first + int(steps)}" if first is not None and steps.denominator == 1 else ""

    @property
    def name(self) -> Text:
        """The system in words."""
        base = _NAMES[self.datum]
        match self.plane:
            case None:
                return Text(f"{base.zh} 经纬度", f"{base.en} longitude and latitude")
            case WebMercator():
                return Text(f"{base.zh} Web 墨卡托", f"{base.en} Web Mercator")
            case OtherPlane(name=name):
                return Text(f"{base.zh} 投影 {name}", f"{base.en} plane {name}")
            case GaussKruger(utm=True, meridian=meridian):
                zone = int(meridian + 183) // 6
                return Text(f"{base.zh} UTM {zone}N 带", f"{base.en} UTM zone {zone}N")
            case GaussKruger(meridian=meridian, zone=zone, width=width):
                middle = _degrees(meridian)
                wide = (f"{width}度带 ", f"{width}-degree ") if width else ("", "")
                carried = (f"、横坐标带带号 {zone}", f", zone {zone} in the easting") if zone else ("", "")
                return Text(
                    f"{base.zh} 高斯-克吕格 {wide[0]}中央经线 {middle}°{carried[0]}",
                    f"{base.en} {wide[1]}Gauss-Krüger, central meridian {middle}°E{carried[1]}",
                )

    @property
    def error(self) -> Fraction:
        """Metres by which a place read in this system may be off because of the system."""
        if self.datum.old:
            own = self.shift.accuracy if self.shift else OLD_DATUM_ERROR
        else:
            own = {
                Datum.CGCS2000: Fraction(0),
                Datum.WGS84: DATUM_ERROR,
                Datum.GCJ02: GCJ02_ERROR + DATUM_ERROR,
                Datum.BD09: BD09_ERROR + DATUM_ERROR,
            }[self.datum]
        return own + self._plane_error + self.margin

    @property
    def _plane_error(self) -> Fraction:
        # The half metre between WGS 84 and CGCS2000 has room for it, and the 150 m of an old datum.
        roomy = self.datum is not Datum.CGCS2000 and self.shift is None
        return Fraction(0) if self.plane is None or roomy else PLANE_ERROR

    @property
    def in_metres(self) -> bool:
        return self.plane is not None

    def to_degrees(self, coordinates: Floats) -> Floats:
        """(n, 2) east and north as the file has them to (n, 2) longitude and latitude on CGCS2000; inf where there is none."""
        places = coordinates if self.plane is None else _unproject(self.plane, self.datum, coordinates)
        match self.datum:
            case Datum.GCJ02:
                return from_gcj02(places)
            case Datum.BD09:
                return from_bd09(places)
            case _ if self.shift is not None:
                return _turn(_shifting(self.shift, self.datum), places)
            case _:
                return places


def _degrees(meridian: Fraction) -> str:
    return f"{float(meridian):.6f}".rstrip("0").rstrip(".")


def _turn(transformer: Transformer, coordinates: Floats) -> Floats:
    if not len(coordinates):
        return coordinates
    return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))


def _unproject(plane: Plane, datum: Datum, coordinates: Floats) -> Floats:
    """Degrees of the places on a plane; inf for what lies off its sheet, where PROJ would go round the Earth again."""
    transformer = _unprojection(plane, datum)
    places = _turn(transformer, coordinates)
    match plane:
        case GaussKruger():
            off = np.abs(coordinates[:, 1]) > _QUADRANT
        case WebMercator():
            off = np.abs(coordinates).max(axis=1) > _HALF_ROUND
        case _:
            back = np.column_stack(transformer.transform(places[:, 0], places[:, 1], direction="INVERSE"))
            off = ~(np.abs(back - coordinates).max(axis=1) < 1.0)
    places[off] = np.inf
    return places


@lru_cache(maxsize=512)
def _unprojection(plane: Plane, datum: Datum) -> Transformer:
    """A plane's metres to degrees on its own datum."""
    axis, flattening = ellipsoid(datum)
    if isinstance(plane, OtherPlane):
        crs = CRS.from_wkt(plane.wkt)
        assert crs.geodetic_crs is not None, "a plane lies on an ellipsoid"
        return Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    if isinstance(plane, WebMercator):
        step = "+proj=webmerc +lat_0=0 +lon_0=0 +x_0=0 +y_0=0 +ellps=WGS84"
    else:
        east = FALSE_EASTING + ZONE * (plane.zone or 0)
        step = (
            f"+proj=tmerc +lat_0=0 +lon_0={float(plane.meridian)!r} +k={float(plane.scale)!r} +x_0={east} +y_0=0 "
            f"+a={axis!r} +rf={flattening!r}"
        )
    return Transformer.from_pipeline(f"+proj=pipeline +step +inv {step} +step +proj=unitconvert +xy_in=rad +xy_out=deg")


@lru_cache(maxsize=64)
def _shifting(shift: DatumShift, datum: Datum) -> Transformer:
    """Degrees on an old datum to degrees on CGCS2000. Heights are taken as nought: at 5 km they add decimetres at most."""
    axis, flattening = ellipsoid(datum)
    turning = "position_vector" if shift.position_vector else "coordinate_frame"
    return Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
        f"+step +proj=cart +a={axis!r} +rf={flattening!r} "
        f"+step +proj=helmert +x={shift.dx!r} +y={shift.dy!r} +z={shift.dz!r} "
        f"+rx={shift.rx!r} +ry={shift.ry!r} +rz={shift.rz!r} +s={shift.ppm!r} +convention={turning} "
        "+step +inv +proj=cart +ellps=GRS80 +step +proj=pop +v_3 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
