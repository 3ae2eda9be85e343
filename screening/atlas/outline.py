"""Whether a polygon is the outline of a site: it encloses something and does not cross itself. Nothing is repaired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NoReturn

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from screening.atlas.crs import areas
from screening.errors import FootprintError, Problem

SMALLEST_AREA: Final = 0.01
"""Square metres under which a polygon has no area worth the name."""


_FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "Self-intersection": ("the boundary crosses or overlaps itself", "边界自相交或各地块重叠"),
    "Ring Self-intersection": ("the boundary touches itself", "边界环自接触"),
    "Hole lies outside shell": ("a hole lies outside the boundary", "洞在外边界之外"),
    "Holes are nested": ("a hole lies in another hole", "洞相互嵌套"),
    "Nested shells": ("one part lies inside another", "地块相互重叠"),
    "Duplicate Rings": ("a ring stands twice", "边界环重复"),
    "Interior is disconnected": ("holes cut the site in pieces", "洞把用地切断"),
    "Too few points in geometry component": ("a ring has too few different points", "边界环不同的点过少"),
}


def refuse(where: str, what: str, remedy: str, zh: str) -> NoReturn:
    """Send a footprint back with one problem."""
    raise FootprintError(Problem(where, what, remedy, zh))


def check_outline(shape: BaseGeometry, where: str) -> None:
    """Raise FootprintError, with the place in longitude and latitude, for a polygon that is no outline of a site."""
    for place, part in enumerate(shapely.get_parts(shape)):
        if areas([shapely.Polygon(part.exterior)])[0] < SMALLEST_AREA and len(set(part.exterior.coords)) < 4:
            refuse(
                f"{where}/{place}" if shape.geom_type == "MultiPolygon" else where,
                "encloses no area",
                "draw the boundary of the site; for a place alone send a Point",
                "面积为零，请绘制用地边界；只有位置时请使用 Point",
            )
    if not shapely.is_valid(shape):
        reason = explain_validity(shape)
        fault, _, spot = reason.partition("[")
        spot = spot.rstrip("]").strip()
        longitude, _, latitude = spot.partition(" ")
        at = f" at longitude {longitude}, latitude {latitude}" if latitude else ""
        what, zh = _FAULTS.get(fault.strip(), (fault.strip().lower() or "is not a valid polygon", "边界无效"))
        refuse(
            where,
            f"{what}{at}",
            "correct the boundary there; it is not repaired for you",
            f"{zh}（位置：经度 {longitude}，纬度 {latitude}），请更正边界" if latitude else f"{zh}，请更正边界",
        )
    if areas([shape])[0] < SMALLEST_AREA:
        refuse(
            where,
            "encloses no area",
            "draw the boundary of the site; for a place alone send a Point",
            "面积为零，请绘制用地边界；只有位置时请使用 Point",
        )
