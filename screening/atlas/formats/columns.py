"""Which columns of a table are coordinates, by the names that offices give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from screening.atlas.formats.source import Axes

_STRIP: Final = re.compile(r"[\s_\-()\[\]【】〔〕/:.°'\"*]|\((?:m|米|°|度)\)")
_UNIT: Final = re.compile(r"(?:\(|\[)(?:m|米|°|度|单位[^)\]]*|十进制[^)\]]*|decimal)(?:\)|\])$")

_NAMES: Final[dict[str, str]] = {
    "longitude": "经度 东经 经度e 经度x x经度 经度坐标 longitude lon lng long lond longd pointlon gpslon 经度lon 经度lng 经度longitude wgs84经度",
    "latitude": "纬度 北纬 纬度n 纬度y y纬度 纬度坐标 latitude lat latd pointlat gpslat 纬度lat 纬度latitude wgs84纬度",
    "east": "东坐标 东 东向坐标 东坐标y y东 y东坐标 东y easting east e 横坐标 横坐标y y横坐标 横坐标x x横坐标 横坐标东 ye ycoordeast",
    "north": "北坐标 北 北向坐标 北坐标x x北 x北坐标 北x northing north n 纵坐标 纵坐标x x纵坐标 纵坐标y y纵坐标 纵坐标北 xn xcoordnorth",
    "x": "x x坐标 坐标x xcoord coordx pointx x坐标值 xm xcoordinate",
    "y": "y y坐标 坐标y ycoord coordy pointy y坐标值 ym ycoordinate",
    "wkt": "wkt geometry geom thegeom wktgeometry 几何 图形",
    "parcel": "地块号 地块编号 地块 地块名称 地块id 宗地号 宗地编号 图斑号 图斑编号 面号 parcel parcelid parcelno plot plotid polygon polygonid",
    "ring": "圈号 环号 圈 ring ringno ringid ringnumber part partid 部件号",
    "boundary_point": "界址点号 界址点 界址点编号 拐点号 拐点 拐点编号 界址点序号 拐点序号",
    "point": "点号 序号 点 编号 point pointno pointid no id 点名 点序号 顺序号 节点号",
}
_ROLE: Final = {name: role for role, names in _NAMES.items() for name in names.split()}


def role_of(name: str) -> str | None:
    """What a column holds, by its name; None for a field like any other."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    for _ in range(2):
        plain = _UNIT.sub("", plain).strip()
    return _ROLE.get(_STRIP.sub("", plain))


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of the columns that matter: `first` and `second` coordinate (or `wkt`), and what groups rows to rings.

    `again` pairs a column that counts with another one called the same.
    """

    first: int
    second: int
    axes: Axes
    wkt: int | None = None
    parcel: int | None = None
    ring: int | None = None
    point: int | None = None
    boundary: bool = False
    other_pairs: bool = False
    again: tuple[tuple[int, int], ...] = ()


def find_columns(names: Sequence[str]) -> Columns | None:
    """The coordinate columns among the names of a header row, None where there are none.

    The first coordinate is the one that stands first in the table where the names say which is east, else the one
    called X. Of several pairs the clearest is taken: degrees, then east and north, then X and Y; `other_pairs` says so.
    """
    roles: dict[str, int] = {}
    again: list[tuple[str, int]] = []
    for place, name in enumerate(names):
        role = role_of(name)
        if role and role in roles:
            again.append((role, place))
        elif role:
            roles[role] = place
    group: dict[str, Any] = {
        "parcel": roles.get("parcel"),
        "ring": roles.get("ring"),
        "point": roles.get("boundary_point", roles.get("point")),
        "boundary": "boundary_point" in roles,
    }
    pairs = [
        pair
        for pair in (("longitude", "latitude"), ("east", "north"), ("x", "y"))
        if pair[0] in roles and pair[1] in roles
    ]
    if pairs:
        one, other = roles[pairs[0][0]], roles[pairs[0][1]]
        several = len(pairs) > 1 or "wkt" in roles
        group["again"] = tuple((roles[role], place) for role, place in again if role in (*pairs[0], "parcel", "ring"))
        if pairs[0] == ("x", "y"):
            return Columns(one, other, "unknown", other_pairs=several, **group)
        axes: Axes = "east_north" if one < other else "north_east"
        return Columns(min(one, other), max(one, other), axes, other_pairs=several, **group)
    if "wkt" in roles:
        twice = tuple((roles[role], place) for role, place in again if role == "wkt")
        return Columns(-1, -1, "unknown", wkt=roles["wkt"], again=twice)
    return None
