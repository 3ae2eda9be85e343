"""The land offices' text of boundary points (界址点坐标): a header, then parcels, each a line ending in @ and its points.

    [属性描述]
    坐标系=2000国家大地坐标系
    几度分带=3
    带号=39
    [地块坐标]
    4,0.1234,1,地块一,面,H49G001001,建设用地,,@
    J1,1,4012345.678,39512345.123

A point is its number, its ring, north (X) and east (Y). A parcel in which anything does not read, or whose points are not
as many as its line says, is unread as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.formats.limits import Limits
from screening.atlas.formats.numbers import read_coordinate
from screening.atlas.formats.rings import assemble, split_closed
from screening.atlas.formats.source import Unread, refuse
from screening.text import Text

FIELDS: Final = ("界址点数", "地块面积", "地块编号", "地块名称", "图形属性", "图幅号", "地块用途", "地类编码")
_PARCELS: Final = re.compile(r"^\s*\[\s*地块坐标\s*\]", re.MULTILINE)
_PARCEL: Final = re.compile(r"^[^\n]*[,，][ \t]*@[ \t]*\r?$", re.MULTILINE)
_LINE: Final = re.compile(r"\r\n|\r|\n")
_SPLIT: Final = re.compile(r"\s*,\s*|\t+| +")


def is_boundary_text(text: str) -> bool:
    """Whether text is in this layout: it has the section 地块坐标, or lines of parcels that end in @."""
    return bool(_PARCELS.search(text) or _PARCEL.search(text))


@dataclass(slots=True)
class _Parcel:
    line: int
    cells: list[str]
    rings: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    count: int = 0
    why: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Boundaries:
    """The parcels of the text, x north and y east as they stand; the declared system in the file's words."""

    geometries: NDArray[Any]
    fields: dict[str, NDArray[Any]]
    crs: str | None
    hints: tuple[str, ...]
    unread: tuple[Unread, ...]
    remarks: tuple[Text, ...]


def read_boundaries(text: str, where: str, limits: Limits) -> Boundaries:
    """All parcels of the text. Raises SourceError when there is none, or more points than the limit."""
    header: dict[str, str] = {}
    parcels: list[_Parcel] = []
    stray = points = 0
    for number, raw in enumerate(_LINE.split(text), 1):
        line = unicodedata.normalize("NFKC", raw).strip().strip("\ufeff\0\x1a").strip()
        if not line or (line.startswith("[") and line.endswith("]")):
            continue
        if line.endswith("@"):
            cells = [cell.strip() for cell in raw.strip().replace("，", ",").split(",")]
            parcels.append(_Parcel(number, cells[:-1]))
        elif "=" in line and not parcels:
            key, _, value = line.partition("=")
            header[key.strip()] = value.strip()
        elif not parcels:
            stray = stray or number
        else:
            points += 1
            if points > limits.vertices or len(parcels) > limits.features:
                refuse(
                    where,
                    f"more than {limits.vertices:,} points",
                    "split the file",
                    f"界址点超过 {limits.vertices:,} 个，请拆分",
                )
            _add_point(parcels[-1], line, number)
    if stray:
        refuse(
            where,
            f"line {stray} stands before the first parcel",
            "begin each parcel with its line ending in ,@",
            f"第 {stray} 行位于第一个地块之前，每个地块须以“,@”结尾的地块行开头",
        )
    if not parcels:
        refuse(
            where, "there is no parcel in it", "give each parcel its line ending in ,@ and its points", "文件内没有地块"
        )
    geometries = np.full(len(parcels), None, dtype=object)
    unread: list[Unread] = []
    for place, parcel in enumerate(parcels):
        try:
            geometries[place] = _shape(parcel)
        except ValueError as error:
            why = parcel.why or Text(
                f"第 {parcel.line} 行起的地块无法成形", f"the parcel from line {parcel.line}: {error}"
            )
            unread.append(Unread(place, why))
    fields: dict[str, NDArray[Any]] = {}
    for column, name in enumerate(FIELDS):
        values = np.empty(len(parcels), dtype=object)
        values[:] = [parcel.cells[column] or None if column < len(parcel.cells) else None for parcel in parcels]
        fields[name] = values
    return Boundaries(
        geometries, fields, _system(header), _hints(header), tuple(unread), _area_remarks(parcels, geometries, header)
    )


def _add_point(parcel: _Parcel, line: str, number: int) -> None:
    cells = [cell for cell in _SPLIT.split(line.rstrip(",; ")) if cell]
    first, second = (read_coordinate(cells[-2]), read_coordinate(cells[-1])) if len(cells) in (3, 4) else (None, None)
    if first is None or second is None:
        parcel.why = parcel.why or Text(
            f"第 {number} 行不是“点号,圈号,X,Y”：{line[:60]}",
            f"line {number} is not point, ring, north, east: {line[:60]}",
        )
        return
    parcel.count += 1
    parcel.rings.setdefault(cells[1] if len(cells) == 4 else "1", []).append((first, second))


def _shape(parcel: _Parcel) -> BaseGeometry:
    """Raises ValueError where the parcel cannot be a place, with `why` where a line is to blame."""
    if parcel.why:
        raise ValueError(parcel.why.en)
    rings = [ring for points in parcel.rings.values() for ring in split_closed(points)]
    stated = parcel.cells[0] if parcel.cells else ""
    # The closing point of a ring is counted by some and repeated without being counted by others.
    once = sum(map(len, rings))
    if stated.isdigit() and int(stated) not in (parcel.count, once, once + len(rings)):
        parcel.why = Text(
            f"第 {parcel.line} 行写明 {stated} 个界址点，实有 {parcel.count} 个",
            f"line {parcel.line} states {stated} points, but {parcel.count} follow",
        )
        raise ValueError(parcel.why.en)
    kind = parcel.cells[4] if len(parcel.cells) > 4 else "面"
    if kind.startswith("点"):
        points = [point for ring in parcel.rings.values() for point in ring]
        return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
    if kind.startswith("线"):
        lines = [shapely.LineString(points) for points in parcel.rings.values() if len(set(points)) > 1]
        if len(lines) != len(parcel.rings):
            raise ValueError("a line has fewer than two different points")
        return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
    if not rings:
        raise ValueError("it has no points")
    return assemble(rings)


def _system(header: dict[str, str]) -> str | None:
    """The header's words for the system, joined: 2000国家大地坐标系 高斯克吕格 3度带 39带 米."""
    degrees, zone = header.get("几度分带", ""), header.get("带号", "")
    words = (
        header.get("坐标系", ""),
        header.get("投影类型", ""),
        f"{degrees.removesuffix('度带').removesuffix('度分带').removesuffix('度')}度带" if degrees else "",
        f"{zone.removesuffix('带')}带" if zone else "",
        header.get("计量单位", ""),
    )
    return " ".join(word for word in words if word) or None


def _hints(header: dict[str, str]) -> tuple[str, ...]:
    """Who made the data, and the transformation parameters where any is given."""
    found = [f"数据产生单位={header['数据产生单位']}"] if header.get("数据产生单位") else []
    if header.get("转换参数", "").strip(", "):
        found.append(f"转换参数={header['转换参数']}")
    return tuple(found)


def _area_remarks(parcels: list[_Parcel], geometries: NDArray[Any], header: dict[str, str]) -> tuple[Text, ...]:
    """Parcels whose stated hectares are not what their points enclose, by more than 1 % and 10 square metres."""
    if header.get("计量单位", "米") not in ("米", "m"):
        return ()
    remarks = []
    for parcel, shape in zip(parcels, geometries, strict=True):
        stated = read_coordinate(parcel.cells[1]) if len(parcel.cells) > 1 else None
        if shape is None or not stated or shape.geom_type not in ("Polygon", "MultiPolygon"):
            continue
        if abs(shape.area - stated * 10_000) > max(10.0, stated * 100):
            remarks.append(
                Text(
                    f"第 {parcel.line} 行的地块写明 {stated} 公顷，按坐标为 {shape.area / 10_000:.4f} 公顷",
                    f"the parcel of line {parcel.line} states {stated} ha; its points enclose {shape.area / 10_000:.4f} ha",
                )
            )
    return tuple(remarks[:20])
