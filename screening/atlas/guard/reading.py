"""What numbers mean as places: the one certain reading, or every reading there may be, or why there is none.

Nothing is guessed in silence. What is declared is believed only as far as the numbers agree: they must have the magnitude
of the declared system, carry no other zone than the declared one, and lie in China. What is not declared is tried in every
system there is, and where several readings lie in China all of them are given. Two cases are certain without a
declaration being complete: degrees of which nothing is said and nothing suspected, which are CGCS2000 or WGS 84 (within
half a metre); and a declared zone or meridian whose eastings do, or do not, carry the zone's number before them.

Whether a declared meridian is the right one the numbers cannot tell, unless they end up outside China or farther from it
than a zone of the declared width reaches: a place three degrees off is as good a place. The map can: see what the atlas
covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.crs import DATUM_ERROR, EAST, NORTH, SOUTH, WEST, Floats, geodesics
from screening.atlas.formats.source import Axes
from screening.atlas.guard.contradiction import no_reading
from screening.atlas.guard.declared import UTM_SCALE, Declared, is_unstated, read_declared, short
from screening.atlas.guard.refusal import refuse
from screening.atlas.guard.systems import (
    FALSE_EASTING,
    MERIDIANS,
    SIX_DEGREE_ZONES,
    THREE_DEGREE_ZONES,
    ZONE,
    Datum,
    DatumShift,
    GaussKruger,
    System,
    WebMercator,
    Width,
    meridian_of,
)
from screening.text import Text

REACH: Final = {3: 170_000.0, 6: 340_000.0}
"""Metres from the meridian within which an easting is of a zone of that width: half a zone at latitude 3, and a little."""

LARGEST: Final = 1e8
"""Twice any easting that carries its zone."""
MOST_MOVED: Final = 300.0
"""Metres beyond which parameters from an old datum cannot be right: twice the error without any."""
SURVEYED: Final = (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54)
_SUSPECT_BAIDU: Final = ("百度", "baidu", "bmap", "bd09", "bd-09", "bd_09", "bd 09")
_SUSPECT_OTHERS: Final = (
    *("高德", "amap", "gaode", "autonavi", "腾讯", "tencent", "qqmap", "gcj", "火星", "mars coordinates"),
    *("国测局", "谷歌地图", "google maps", "googlemaps", "奥维", "ovital", "omap", "水经注", "rivermap", "bigemap"),
)
"""Programs whose maps are shifted, and some (奥维, 水经注, BIGEMAP) that export either, as their user chose."""
# "google" alone is no ground: every KML names it, and Google Earth draws in WGS 84.


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which numbers are places in China, and why it is one."""

    system: System
    axes: Axes
    why: Text

    def to_degrees(self, xy: Floats) -> Floats:
        """(n, 2) as in the file to (n, 2) longitude and latitude in degrees on CGCS2000."""
        return self.system.to_degrees(_east_first(xy, self.axes))


@dataclass(frozen=True, slots=True)
class Readings:
    """`certain`, the only reading; or None and at least two `candidates`, the most likely first."""

    certain: Reading | None
    candidates: tuple[Reading, ...] = ()

    @property
    def all(self) -> tuple[Reading, ...]:
        return self.candidates if self.certain is None else (self.certain,)


def read_coordinates(
    xy: Floats,
    declared: str | None,
    axes: Axes = "unknown",
    hints: tuple[str, ...] = (),
    *,
    shift: DatumShift | None = None,
) -> Readings:
    """Every reading of (n, 2) numbers as a file has them, under what it declares of its system and of its axes.

    `hints` are words found in the file; those that name a web map make plain degrees doubtful, and so does the word
    "unknown" for a system. `shift` leads from Xi'an 80 or Beijing 54 to CGCS2000. Raises CoordinateError where no
    reading lies in China, the words are not understood, or the numbers contradict them.
    """
    xy = np.ascontiguousarray(xy, dtype=np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2 or not len(xy):
        refuse("there are no coordinates", "give at least one place", "没有坐标")
    finite = np.isfinite(xy).all(axis=1)
    if not finite.all():
        refuse("is not a finite number", "give every coordinate", "坐标不是有限的数", int(np.argmin(finite)))
    absurd = np.abs(xy).max(axis=1) > LARGEST
    if absurd.any():
        refuse(
            "is larger than any coordinate in China, in degrees or in metres",
            "check the coordinates",
            "超出中国境内任何坐标（度或米）的大小，请核对坐标",
            int(np.argmax(absurd)),
        )
    said = None if is_unstated(declared) else read_declared(declared or "")
    if shift is not None and said is not None and said.datum is not None and not said.datum.old:
        refuse(
            f"transformation parameters are given, but {said.datum.value} needs none",
            "leave them out, or name the datum they lead from",
            f"{said.datum.value} 无需转换参数，请删去或注明参数所属的坐标系",
        )
    suspected = _suspected(hints, in_doubt=declared is not None and said is None)
    found = _unique(_readings(xy, said, axes, suspected, shift))
    if not found:
        no_reading(
            xy, said, axes, _attempts(xy, said, axes, (), shift), _unique(_readings(xy, None, "unknown", (), None))
        )
    for reading in found:
        _check_shift(xy, reading)
    # Numbers in metres of an unstated datum fit several; should the edge of the box leave one, it is still unstated.
    open_datum = said is None or (said.datum is None and found[0].system.in_metres)
    plain = said is None and not found[0].system.in_metres and not suspected
    if len(found) == 1 and (not open_datum or plain):
        _check_reach(xy, found[0])
        return Readings(found[0])
    if len(found) == 1:
        refuse(
            f"the coordinate system is not stated; the numbers may be {found[0].system.name.en}",
            f'state it, for example "{found[0].system.id}"',
            f"未注明坐标系，可能是{found[0].system.name.zh}，请注明",
        )
    return Readings(None, tuple(found))


def _suspected(hints: Iterable[str], in_doubt: bool) -> tuple[Datum, ...]:
    """What else than CGCS2000 degrees may be in, by words in the file or by an applicant's doubt, the likelier first."""
    text = " ".join(hints).lower()
    baidu, others = (any(word in text for word in words) for words in (_SUSPECT_BAIDU, _SUSPECT_OTHERS))
    if not (baidu or others or in_doubt):
        return ()
    return (Datum.BD09, Datum.GCJ02)[:: 1 if baidu else -1] + ((Datum.XIAN80, Datum.BEIJING54) if in_doubt else ())


def _check_shift(xy: Floats, reading: Reading) -> None:
    """Parameters that move the place farther than any do are of another sign, unit or sense."""
    if reading.system.shift is None:
        return
    plain = replace(reading.system, shift=None).to_degrees(_east_first(xy[:1], reading.axes))
    moved = float(geodesics(plain, reading.to_degrees(xy[:1]))[0])
    if not moved <= MOST_MOVED:
        refuse(
            f"the transformation parameters move the place by {moved:,.0f} m; none in China reach {MOST_MOVED:.0f} m",
            "check their signs, units (metres, arc-seconds, parts per million) and direction (to CGCS2000)",
            f"转换参数使位置移动 {moved:,.0f} 米，超过 {MOST_MOVED:.0f} 米，请核对符号、单位（米、角秒、ppm）和方向（转至 CGCS2000）",
        )


def _check_reach(xy: Floats, reading: Reading) -> None:
    """Eastings farther from the meridian than a zone of its width reaches are those of another plane, or mistaken."""
    plane = reading.system.plane
    if not isinstance(plane, GaussKruger) or plane.width is None:
        return
    off = np.abs(_east_first(xy, reading.axes)[:, 0] - (plane.zone or 0) * ZONE - FALSE_EASTING)
    index = int(off.argmax())
    if off[index] > REACH[plane.width]:
        middle, kilometres = f"{float(plane.meridian):g}", f"{off[index] / 1000:,.0f}"
        refuse(
            f"lies {kilometres} km from the central meridian {middle}°, farther than a {plane.width}-degree zone reaches",
            f'check zone and meridian; if they are right, state the meridian alone: "{reading.system.datum.value} CM {middle}"',
            f"距中央经线 {middle}° 有 {kilometres} 公里，超出 {plane.width}度带的范围；请核对带号和中央经线，"
            f"无误时可只写“{reading.system.datum.value} 中央经线 {middle}”",
            index,
        )


def _east_first(xy: Floats, axes: Axes) -> Floats:
    return np.ascontiguousarray(xy[:, ::-1]) if axes == "north_east" else xy


def _unique(readings: Iterable[Reading]) -> list[Reading]:
    """One reading for each system and order of axes: planes of one formula are one, whatever width they are called by."""
    kept: dict[object, Reading] = {}
    for reading in readings:
        plane = reading.system.plane
        same = (plane.meridian, plane.zone, plane.scale) if isinstance(plane, GaussKruger) else plane
        kept.setdefault((reading.system.datum, same, reading.axes), reading)
    return list(kept.values())


def _readings(
    xy: Floats, said: Declared | None, axes: Axes, suspected: tuple[Datum, ...], shift: DatumShift | None
) -> Iterator[Reading]:
    for system, order in _attempts(xy, said, axes, suspected, shift):
        if in_china(system.to_degrees(_east_first(xy, order))).all():
            yield Reading(system, order, _why(system, said, suspected))


def in_china(places: Floats) -> NDArray[np.bool_]:
    """Which rows of (n, 2) degrees lie in the box around China."""
    longitude, latitude = places[:, 0], places[:, 1]
    return (longitude >= WEST) & (longitude <= EAST) & (latitude >= SOUTH) & (latitude <= NORTH)


def _attempts(
    xy: Floats, said: Declared | None, axes: Axes, suspected: tuple[Datum, ...], shift: DatumShift | None
) -> Iterator[tuple[System, Axes]]:
    """The systems that the words allow and whose magnitude the numbers have, the most likely first."""
    orders: tuple[Axes, ...] = ("east_north", "north_east") if axes == "unknown" else (axes,)
    if looks_like_degrees(xy):
        tried = [(system, order) for system in _degree_systems(said, suspected) for order in orders]
    else:
        tried = [
            (system, order) for order in orders for system in _planes(_east_first(xy, order)[:, 0], said, suspected)
        ]
        tried.sort(key=lambda one: _likelihood(one[0]))
    for system, order in tried:
        own = said.shift if said is not None and said.shift is not None else shift
        yield (System(system.datum, system.plane, own) if own is not None and system.datum.old else system), order


def looks_like_degrees(xy: Floats) -> bool:
    """No plane of China has both its numbers under 180."""
    return bool(np.abs(xy).max() <= 180)


def _degree_systems(said: Declared | None, suspected: tuple[Datum, ...]) -> Iterator[System]:
    if said is not None and said.form == "metres":
        return
    datum = said.datum if said is not None else None
    if datum is not None and (datum not in (Datum.CGCS2000, Datum.WGS84) or not suspected):
        yield System(datum)
        return
    plain = System(datum) if datum is not None else System(Datum.CGCS2000, margin=DATUM_ERROR)
    if not suspected:
        yield plain
        return
    named = bool(datum)
    yield from (System(one) for one in (suspected if named else ()))
    yield plain
    if not named:
        yield from (System(one) for one in suspected)


def _planes(eastings: Floats, said: Declared | None, suspected: tuple[Datum, ...]) -> Iterator[System]:
    """Planes in metres whose eastings these may be."""
    if said is not None and said.form == "degrees":
        return
    if said is not None and said.plane is not None and not isinstance(said.plane, GaussKruger):
        yield from (System(datum, said.plane) for datum in ((said.datum,) if said.datum else SURVEYED))
        if suspected and isinstance(said.plane, WebMercator) and said.datum is Datum.WGS84:
            yield System(Datum.GCJ02, said.plane)
        return
    datum = said.datum if said is not None else None
    if said is None or (datum in (Datum.WGS84, Datum.GCJ02) and _nothing_of_the_plane(said)):
        # Metres of a web map of which nothing is said may just as well be shifted.
        for one in (datum,) if datum is not None else (Datum.WGS84, Datum.GCJ02):
            yield System(one, WebMercator())
    if datum is not None and datum.of_web_maps:
        return
    datums = (datum,) if datum is not None else SURVEYED
    for plane in _gauss_kruger(eastings, said, Fraction(1) if said is None else said.scale):
        yield from (System(one, plane) for one in datums)
    if said is None or (datum is Datum.WGS84 and _nothing_of_the_plane(said)):
        yield from (System(Datum.WGS84, plane) for plane in _gauss_kruger(eastings, None, UTM_SCALE))


def _nothing_of_the_plane(said: Declared) -> bool:
    stated = (said.plane, said.width, said.zone, said.meridian)
    return said.scale == 1 and all(one is None for one in stated)


def _gauss_kruger(eastings: Floats, said: Declared | None, scale: Fraction) -> Iterator[GaussKruger]:
    """Zones whose eastings these may be: the one whose number stands before them, or those whose meridian is near enough."""
    prefixes = np.floor(eastings / ZONE)
    first = int(prefixes[0])
    if (prefixes != first).any() or (eastings - first * ZONE <= 0).any():
        return
    width, meridian = (said.width, said.meridian) if said is not None else (None, None)
    if first:
        if scale == 1 and first in (*THREE_DEGREE_ZONES, *SIX_DEGREE_ZONES):
            own: Width = 3 if first in THREE_DEGREE_ZONES else 6
            if width in (None, own) and meridian in (None, meridian_of(first)):
                yield GaussKruger(meridian_of(first), first, own)
        return
    if meridian is not None:
        yield GaussKruger(meridian, None, width, scale)
        return
    farthest = float(np.abs(eastings - 500_000).max())
    for middle in MERIDIANS:
        six = (middle - 3) % 6 == 0
        if scale == 1 and width != 6 and farthest <= REACH[3]:
            yield GaussKruger(Fraction(middle), None, 3)
        elif six and width != 3 and farthest <= REACH[6]:
            yield GaussKruger(Fraction(middle), None, None if scale != 1 else 6, scale)


def _likelihood(system: System) -> tuple[int, int, int, Fraction]:
    """The national system before the older ones, surveyors' planes before UTM, the middle of the country before its ends."""
    plane = system.plane
    if not isinstance(plane, GaussKruger):
        return (0 if system.datum is Datum.WGS84 else 1, 0, 0, Fraction(0))
    order = (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54, Datum.WGS84).index(system.datum)
    return (2 + order, int(plane.utm), plane.width or 3, abs(plane.meridian - 111))


def _why(system: System, said: Declared | None, suspected: tuple[Datum, ...]) -> Text:
    plane = system.plane
    if said is None:
        if suspected or system.in_metres:
            return Text("未注明坐标系，数值与该坐标系相符", "no system is stated; the numbers fit this one")
        return Text(
            "未注明坐标系的经纬度按 CGCS2000 读取（与 WGS 84 相差不超过 0.5 米）",
            "degrees of no stated system are read as CGCS2000, which WGS 84 equals within 0.5 m",
        )
    words = short(said.words)
    if suspected and system.datum is not said.datum:
        return Text(
            "文件中有网络地图的字样，可能为偏移坐标", "words in the file name a web map, whose coordinates are shifted"
        )
    if isinstance(plane, GaussKruger) and said.plane is not None and plane.zone != said.zone:
        carried = plane.zone is not None
        return Text(
            f"所注“{words}”；横坐标{'前带有带号，与其中央经线一致' if carried else '前未写带号，按其中央经线读取'}",
            f'declared "{words}"; the eastings {"carry the zone of its meridian" if carried else "leave its zone out"}',
        )
    return Text(f"所注“{words}”", f'declared "{words}"')
