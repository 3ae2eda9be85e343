"""The atlas: layers of zones with their cards, and where a footprint lies on them.

The only door to shapely and pyproj.
"""

from screening.atlas.atlas import Atlas
from screening.atlas.footprint import (
    Drawing,
    Footprint,
    drawing_of_source,
    footprints_of_source,
    read_drawing,
    read_footprint,
    read_footprints,
)
from screening.atlas.formats.source import Source
from screening.atlas.guard import Datum, Reading
from screening.atlas.layer import Layer
from screening.atlas.locate import locate
from screening.atlas.placement import AreaHit, DistanceHit, Placement, Remark, UnitHit
from screening.atlas.reader import read_atlas

__all__ = [
    "AreaHit",
    "Atlas",
    "Datum",
    "DistanceHit",
    "Drawing",
    "Footprint",
    "Layer",
    "Placement",
    "Reading",
    "Remark",
    "Source",
    "UnitHit",
    "drawing_of_source",
    "footprints_of_source",
    "locate",
    "read_atlas",
    "read_drawing",
    "read_footprint",
    "read_footprints",
]
