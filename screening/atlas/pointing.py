"""Many points of a file, as longitude and latitude."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from screening.atlas.crs import Floats
from screening.atlas.formats import read_source
from screening.atlas.guard import read_coordinates
from screening.errors import InputError, Problem


def read_points(path: Path, crs: str | None = None) -> Floats:
    """(n, 2) degrees of the points of a file, in its order. `crs` comes before what the file declares.

    Raises InputError for anything but points, a feature that cannot be read, or a coordinate system that is not certain.
    """
    source = read_source(path)
    shapes = source.geometries
    if source.unread:
        one = source.unread[0]
        raise InputError(Problem(f"{path}, feature {one.number}", one.why.en, "correct it or take it out", one.why.zh))
    other = np.flatnonzero(shapely.get_type_id(shapes) != 0)
    if len(other) or not len(shapes):
        what = f"is a {shapes[other[0]].geom_type}, no point" if len(other) else "holds no points"
        raise InputError(Problem(str(path) + (f", feature {other[0]}" if len(other) else ""), what, "give points"))
    xy = shapely.get_coordinates(shapes)
    readings = read_coordinates(xy, crs or source.crs, source.axes, source.hints)
    if readings.certain is None:
        named = ", ".join(one.system.id for one in readings.candidates[:8])
        raise InputError(
            Problem(
                str(path),
                f"the coordinate system is not certain: {named}",
                "state it with --crs",
                f"坐标系不能确定，可能为 {named}，请用 --crs 注明",
            )
        )
    return readings.certain.to_degrees(xy)
