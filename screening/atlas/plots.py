"""A site in a file: its features as one shape in the numbers as they stand.

Several plots (地块) are one site: apart they are its parts, side by side they are joined; plots that overlap are sent back,
because one of them is wrong. Points stay points: only a reader that knows a boundary's order makes a ring of them.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.formats.source import Source
from screening.atlas.geojson_site import KINDS, MAX_VERTICES, Kind
from screening.atlas.outline import refuse

MOST_OVERLAP: Final = 1e-4
"""Part of the smaller of two plots that both may hold: what digitising leaves along a common boundary."""
MOST_LISTED: Final = 3


def read_plots(source: Source, where: str) -> tuple[Kind, BaseGeometry]:
    """The one shape of all features. Raises FootprintError for features unread, of several kinds, or overlapping."""
    if source.unread:
        listed = "; ".join(f"feature {one.number}: {one.why.en}" for one in source.unread[:MOST_LISTED])
        listed_zh = "；".join(f"要素 {one.number}：{one.why.zh}" for one in source.unread[:MOST_LISTED])
        refuse(
            where,
            f"{len(source.unread)} features could not be read ({listed})",
            "correct them: the site may lie there too",
            f"有 {len(source.unread)} 个要素无法读取（{listed_zh}），请更正",
        )
    shapes = source.geometries[[shape is not None for shape in source.geometries]]
    if not len(shapes):
        refuse(where, "holds no features", "give the boundary of the site", "文件中没有要素，请提供用地边界")
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > MAX_VERTICES:
        refuse(
            where,
            f"has {vertices:,} vertices; at most {MAX_VERTICES:,} are read for a site",
            "simplify the boundary, or choose the layer that holds the site",
            f"有 {vertices:,} 个顶点，超过用地边界上限 {MAX_VERTICES:,}，请简化边界或选择用地所在图层",
        )
    kinds = {KINDS.get(shape.geom_type) for shape in shapes}
    kind = kinds.pop()
    if kinds or kind is None:
        refuse(
            where,
            "holds points, lines and polygons together",
            "keep the features that are the site, in a layer of their own",
            "点、线、面要素混在一起，请只保留用地边界",
        )
    parts = shapely.get_parts(shapely.force_2d(shapes))
    if kind == "point":
        return kind, shapely.MultiPoint(parts) if len(parts) > 1 else parts[0]
    if kind == "line":
        return kind, shapely.MultiLineString(list(parts)) if len(parts) > 1 else parts[0]
    return kind, _joined(parts, where)


def _joined(plots: NDArray[Any], where: str) -> BaseGeometry:
    """Plots as one shape, those side by side joined."""
    if len(plots) == 1:
        joined: BaseGeometry = plots[0]
        return joined
    if not shapely.is_valid(plots).all():
        # Sent back by the check of the outline, which names the place in longitude and latitude.
        return shapely.MultiPolygon(list(plots))
    first, second = shapely.STRtree(plots).query(plots, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    common = shapely.area(shapely.intersection(plots[first], plots[second]))
    smaller = np.minimum(shapely.area(plots[first]), shapely.area(plots[second]))
    wrong = np.flatnonzero(common > MOST_OVERLAP * smaller)
    if len(wrong):
        one, other = int(first[wrong[0]]) + 1, int(second[wrong[0]]) + 1
        refuse(
            where,
            f"plots {one} and {other} overlap",
            "draw each piece of land once; the plots are not joined for you",
            f"第 {one} 与第 {other} 个地块重叠，请更正边界",
        )
    if not len(first):
        return shapely.MultiPolygon(list(plots))
    return shapely.union_all(plots)
