"""The atlas: layers of zones with their cards, and where a footprint lies on them.

The only door to shapely and pyproj.
"""

from screening.atlas.atlas import Atlas
from screening.atlas.footprint import Footprint, read_footprint
from screening.atlas.layer import Layer
from screening.atlas.locate import locate
from screening.atlas.placement import AreaHit, DistanceHit, Placement, Remark, UnitHit
from screening.atlas.reader import read_atlas

__all__ = [
    "AreaHit",
    "Atlas",
    "DistanceHit",
    "Footprint",
    "Layer",
    "Placement",
    "Remark",
    "UnitHit",
    "locate",
    "read_atlas",
    "read_footprint",
]
