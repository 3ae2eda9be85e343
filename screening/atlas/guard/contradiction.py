"""Why numbers are no place in China under what is declared of them, and what they are likely to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from screening.atlas.crs import EAST, NORTH, SOUTH, WEST, Floats
from screening.atlas.guard.declared import Declared, short
from screening.atlas.guard.refusal import refuse
from screening.atlas.guard.systems import SIX_DEGREE_ZONES, THREE_DEGREE_ZONES, ZONE, System, meridian_of

if TYPE_CHECKING:
    from screening.atlas.formats.source import Axes
    from screening.atlas.guard.reading import Reading

MOST_NAMED: Final = 3


def no_reading(
    xy: Floats,
    said: Declared | None,
    axes: Axes,
    tried: Iterable[tuple[System, Axes]],
    others: Sequence[Reading],
) -> NoReturn:
    """Raise CoordinateError for numbers without a reading. `others` are readings with nothing declared."""
    if np.abs(xy).max() <= 180:
        _refuse_degrees(xy, said, axes)
    if (said is not None and said.form == "degrees") or (said is None and not others):
        _refuse_not_degrees(xy, said, others)
    others = _likely(said, others)
    attempts = list(tried)
    swapped = [one for one in others if axes != "unknown" and one.axes != axes and _agrees(said, one)]
    if swapped:
        _refuse_swapped(xy, swapped[0])
    _refuse_zones(xy, said, axes)
    index, gave = _outcomes(xy, attempts)
    declared = f' as "{short(said.words)}"' if said is not None else ""
    told = "; ".join(en for en, _ in gave) or "they are not of its magnitude"
    told_zh = "；".join(zh for _, zh in gave) or "数值大小不符"
    named = ", ".join(f"{one.system.id} ({place(one, xy)})" for one in others[:MOST_NAMED])
    named_zh = "、".join(f"{one.system.id}（{place(one, xy)}）" for one in others[:MOST_NAMED])
    refuse(
        f"{_written(xy[index])} is no place in China{declared}: {told}",
        f"check the coordinate system; the numbers would lie in China as {named}" if named else "check the coordinates",
        f"{_written(xy[index])} 按“{short(said.words) if said else '各坐标系'}”不在中国范围内：{told_zh}；"
        + (f"请核对坐标系，可能为 {named_zh}" if named else "请核对坐标"),
        index,
    )


def place(reading: Reading, xy: Floats) -> str:
    """Where the first of the numbers lies under a reading."""
    longitude, latitude = reading.to_degrees(xy[:1])[0]
    return f"{longitude:.4f}°E {latitude:.4f}°N"


def _written(row: Floats) -> str:
    return f"[{row[0]:.10g}, {row[1]:.10g}]"


def _outside(x: Floats, y: Floats) -> NDArray[np.intp]:
    inside = (x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH)
    return np.flatnonzero(~inside)


def _refuse_degrees(xy: Floats, said: Declared | None, axes: Axes) -> NoReturn:
    if said is not None and said.form == "metres":
        words = short(said.words)
        refuse(
            f'{_written(xy[0])} is in degrees, but "{words}" is in metres',
            "state the system of the degrees, EPSG:4490 for CGCS2000",
            f"{_written(xy[0])} 是经纬度（度），与所注“{words}”（米）不符；CGCS2000 经纬度请写 EPSG:4490",
            0,
        )
    north_first = axes == "north_east"
    x, y = (xy[:, 1], xy[:, 0]) if north_first else (xy[:, 0], xy[:, 1])
    outside = _outside(x, y)
    # A shifted or old system may put a place just inside the box outside it.
    index = int(outside[0]) if len(outside) else 0
    if len(outside) and not len(_outside(y[index : index + 1], x[index : index + 1])):
        right = _written(xy[index][::-1])
        wrong_way = (
            ("longitude before latitude", "先经度后纬度")
            if north_first
            else ("latitude before longitude", "经纬度颠倒")
        )
        refuse(
            f"{_written(xy[index])} has {wrong_way[0]}",
            f"swap them: {right}",
            f"{_written(xy[index])} {wrong_way[1]}，应为 {right}",
            index,
        )
    refuse(
        f"{_written(xy[index])} is outside China (longitude 73 to 136, latitude 3 to 54)",
        "check the coordinates",
        f"{_written(xy[index])} 不在中国范围内（经度 73—136，纬度 3—54），请核对坐标",
        index,
    )


def _refuse_not_degrees(xy: Floats, said: Declared | None, others: Sequence[Reading]) -> NoReturn:
    index = int(np.flatnonzero(np.abs(xy).max(axis=1) > 180)[0])
    likely = ", ".join(one.system.id for one in others[:MOST_NAMED])
    refuse(
        f"{_written(xy[index])} is not in degrees; it looks like projected metres",
        f"state the plane's coordinate system (it may be {likely}), or convert to longitude and latitude (EPSG:4490)"
        if likely
        else "convert to longitude and latitude in degrees (EPSG:4490)",
        f"{_written(xy[index])} 不是经纬度，似为投影坐标（米）；"
        + (f"请注明其坐标系（可能为 {likely.replace(', ', '、')}）或" if likely else "请")
        + "转换为经纬度（度，EPSG:4490）",
        index,
    )


def _refuse_swapped(xy: Floats, reading: Reading) -> NoReturn:
    north = reading.axes == "north_east"
    refuse(
        f"{_written(xy[0])} has {'north before east' if north else 'east before north'}",
        f"swap the two columns, or state their order; as {reading.system.id} the place is then {place(reading, xy)}",
        f"{_written(xy[0])} {'纵坐标（北）在前、横坐标（东）在后' if north else '横坐标（东）在前、纵坐标（北）在后'}，"
        f"请调换两列或注明次序；按 {reading.system.id} 则位于 {place(reading, xy)}",
        0,
    )


def _refuse_zones(xy: Floats, said: Declared | None, axes: Axes) -> None:
    """Eastings that carry several zones, or another than the declared one."""
    for column in (0, 1):
        if axes != "unknown" and column != (1 if axes == "north_east" else 0):
            continue
        numbers = np.floor(xy[:, column] / ZONE).astype(np.int64)
        known = np.isin(numbers, (*THREE_DEGREE_ZONES, *SIX_DEGREE_ZONES))
        if not known.all():
            continue
        zones = sorted({int(number) for number in numbers})
        if len(zones) > 1:
            index = int(np.flatnonzero(numbers != numbers[0])[0])
            listed = " and ".join(str(zone) for zone in zones[:MOST_NAMED])
            refuse(
                f"the eastings carry the zones {listed}: they are of different planes",
                "convert the site to one zone",
                f"横坐标的带号不一（{'、'.join(map(str, zones[:MOST_NAMED]))}），不在同一投影带，请换算到同一带",
                index,
            )
        middle = meridian_of(zones[0])
        if said is None or (said.meridian is None and said.width is None):
            continue
        own = 3 if zones[0] in THREE_DEGREE_ZONES else 6
        if said.meridian not in (None, middle) or said.width not in (None, own):
            other = said.meridian not in (None, middle)
            meant = f"a central meridian of {float(said.meridian or 0):g}°" if other else f"{said.width}-degree zones"
            meant_zh = f"中央经线 {float(said.meridian or 0):g}°" if other else f"{said.width}度带"
            refuse(
                f"the eastings carry zone {zones[0]} ({own}-degree, central meridian {middle}°), "
                f'but "{short(said.words)}" means {meant}',
                "correct the declared system or the coordinates",
                f"横坐标带号为 {zones[0]}（{own}度带，中央经线 {middle}°），与所注“{short(said.words)}”（{meant_zh}）不符，请更正",
                0,
            )


def _agrees(said: Declared | None, reading: Reading) -> bool:
    """Whether a reading is one that the declaration allows, were it not for the order of the axes."""
    system = reading.system
    if said is None:
        return True
    if said.datum is not None and said.datum is not system.datum:
        return False
    plane = said.plane if said.meridian is None else None
    meridian = getattr(system.plane, "meridian", None)
    return (said.meridian is None or said.meridian == meridian) and (plane is None or plane == system.plane)


def _likely(said: Declared | None, others: Sequence[Reading]) -> list[Reading]:
    """Readings of the declared datum first."""
    return sorted(others, key=lambda one: said is not None and one.system.datum is not said.datum)


def _outcomes(xy: Floats, attempts: Sequence[tuple[System, Axes]]) -> tuple[int, list[tuple[str, str]]]:
    """The first row at fault under the first attempt, and where each attempt leads."""
    index, gave = 0, []
    for number, (system, axes) in enumerate(attempts[:MOST_NAMED]):
        places = system.to_degrees(xy[:, ::-1] if axes == "north_east" else xy)
        outside = _outside(places[:, 0], places[:, 1])
        if number == 0 and len(outside):
            index = int(outside[0])
        longitude, latitude = places[int(outside[0]) if len(outside) else 0]
        at = f"{longitude:.2f}°E {latitude:.2f}°N" if np.isfinite([longitude, latitude]).all() else "nowhere"
        gave.append((f"with {system.id} it is {at}", f"按 {system.id} 为 {at}"))
    return index, gave
