"""File Geodatabases: degrees that the database itself has rounded to ten metres.

A geodatabase keeps coordinates as whole numbers of a grid. Of a layer made without a system the grid is 0.0001 of whatever
its unit turns out to be: a tenth of a millimetre, but 11 m where the unit is the degree. Defining the system later leaves
them as they are, and so nothing but the numbers shows it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.formats.source import refuse

COARSE: Final = 1e-4
_NEAR: Final = 3e-7
"""The grid begins far off, which costs its numbers their last digits. Of three places hardly all are this near by chance."""


def check_grid(geometries: NDArray[Any], where: str) -> None:
    """Raises SourceError for degrees that all lie on a grid of 0.0001."""
    xy = shapely.get_coordinates(geometries[shapely.is_geometry(geometries)])
    if not len(xy) or np.abs(xy).max() > 180:
        return
    if np.abs(xy - np.round(xy / COARSE) * COARSE).max() < _NEAR:
        refuse(
            where,
            "its degrees are rounded to 0.0001 (11 m), as a geodatabase does with a layer made without a system",
            "export the layer anew from its source into one made with its coordinate system",
            "经纬度被取整到 0.0001 度（约 11 米）：该要素类创建时未定义坐标系，请在已定义坐标系的要素类中由原始数据重新导出",
        )
