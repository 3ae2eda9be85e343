"""Vector tiles of layers, for drawing: Web Mercator squares (XYZ), as map pages and GIS programs ask for them.

What lies in a tile is shown in it: an area or line too small for the scale is drawn as the smallest mark, never left out.
Outlines are true to half a pixel, tips narrower than a sixteenth of one aside; nothing is decided or measured on
them.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from math import atan, degrees, pi, sinh, sqrt
from threading import Lock
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.atlas import Atlas
from screening.atlas.crs import Floats, Integers
from screening.atlas.layer import Layer
from screening.atlas.mvt import EXTENT, write_layer
from screening.atlas.overviews import Overviews
from screening.atlas.prepared import near_box
from screening.atlas.shapes import Shapes

MOST_ZOOM: Final = 20
BUFFER: Final = 64
"""Units that a tile shows beyond its sides, so that outlines along them are not seen."""
_TRUE_TO: Final = 3.0
"""Units by which an outline may be simplified, and where a ring begins by twice that; 16 are a pixel of a tile 256 wide."""
_SEAM: Final = 1 / 16
"""Units: finer than what is drawn, coarser than what the two sides of a seam differ by."""
_FORM: Final = "1"
"""Counted up when the same layer gives other tiles."""
KEPT_BYTES: Final = 64 << 20

Geometries = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Address:
    """A tile: at a zoom the `x`th to the east and the `y`th to the south, each from 0 to 2 to the `zoom` less 1."""

    zoom: int
    x: int
    y: int

    @property
    def there(self) -> bool:
        """Whether there is such a tile."""
        return 0 <= self.zoom <= MOST_ZOOM and all(0 <= one < 1 << self.zoom for one in (self.x, self.y))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east and north in degrees, with the buffer around it."""
        around, count = BUFFER / EXTENT, 1 << self.zoom
        west, east = ((self.x + one) / count * 360 - 180 for one in (-around, 1 + around))
        north, south = (degrees(atan(sinh(pi * (1 - 2 * (self.y + one) / count)))) for one in (-around, 1 + around))
        return west, south, east, north

    def units(self, lonlat: Floats) -> Floats:
        """Degrees as units of the tile, y downwards from its north-western corner."""
        count = 1 << self.zoom
        east = (lonlat[:, 0] + 180) / 360
        north = np.arcsinh(np.tan(np.radians(lonlat[:, 1]))) / pi
        return np.column_stack([(east * count - self.x) * EXTENT, ((1 - north) / 2 * count - self.y) * EXTENT])


class Tiles:
    """The tiles of an atlas. What was drawn last is kept, up to some bytes. Safe to share by threads."""

    def __init__(self, atlas: Atlas, kept_bytes: int = KEPT_BYTES) -> None:
        self._overviews = {layer.id: Overviews(layer) for layer in atlas.layers}
        self._most, self._size = kept_bytes, 0
        self._kept: OrderedDict[tuple[str, Address], bytes] = OrderedDict()
        self._lock = Lock()

    def tag(self, layer: Layer, address: Address) -> str:
        """What names the content of a tile without drawing it: it follows from the layer's bytes."""
        whole = f"{_FORM}/{layer.sha256}/{layer.id}/{address.zoom}/{address.x}/{address.y}"
        return hashlib.sha256(whole.encode()).hexdigest()[:32]

    def tile(self, layer: Layer, address: Address) -> bytes:
        """A tile of one layer as Mapbox Vector Tile 2.1; empty where the layer shows nothing there."""
        key = (layer.id, address)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = draw(layer, self._overviews[layer.id], address)
        with self._lock:
            self._size += len(drawn) - len(self._kept.pop(key, b""))
            self._kept[key] = drawn
            while self._size > self._most and self._kept:
                self._size -= len(self._kept.popitem(last=False)[1])
        return drawn


def draw(layer: Layer, overviews: Overviews, address: Address) -> bytes:
    """A tile of one layer, drawn now."""
    areal = layer.features.shapes.areal
    near, feature, cut = _near(layer, overviews, address)
    geometries = _clipped(near, address)
    here = ~shapely.is_empty(geometries)
    geometries, feature, cut = geometries[here], feature[here], cut[here]
    if not len(geometries):
        return b""
    if areal:
        pieces, of = _united(_valid(geometries[cut]), feature[cut], _SEAM)
        geometries = np.concatenate([_valid(geometries[~cut]), pieces])
        feature = np.concatenate([feature[~cut], of])
    geometries = _rounded(geometries, areal)
    if areal:
        # Parts may touch on whole units that were apart before, and marks may overlap.
        geometries, feature = _united(geometries, feature, 1.0)
    order = np.argsort(feature, kind="stable")
    parts, owner = _parts(geometries[order], areal)
    feature = feature[order][owner]
    said = {number: _said(layer, number) for number in np.unique(feature).tolist()}
    return write_layer(layer.id, areal, parts, feature, said)


def _said(layer: Layer, number: int) -> dict[str, str]:
    features = layer.features
    said = {
        "kind": layer.kind,
        "use": str(layer.card.use),
        "name": features.names[number],
        "code": features.codes[number],
        "class": features.unit_classes[number],
    }
    return {key: value for key, value in said.items() if value}


def _near(layer: Layer, overviews: Overviews, address: Address) -> tuple[Geometries, Integers, NDArray[np.bool_]]:
    """What is near a tile, in degrees; the feature each is of; and which are pieces of a part that was cut."""
    box = np.asarray(address.box)
    overview = overviews.at(address.zoom)
    if overview is not None:
        part = np.flatnonzero(near_box(overview.bounds, box))
        drawn = _polygons(overview.shapes, part) if overview.shapes.areal else _lines(overview.shapes, part)
        return drawn, _feature_of(overview.shapes, part), np.zeros(len(part), dtype=bool)
    prepared = layer.features.prepared
    if not prepared.shapes.areal:
        blocks = prepared.blocks
        block = np.flatnonzero(near_box(blocks.bounds, box))
        row, ends = _runs(blocks.first[block], blocks.edges[block] + 1)
        runs = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, prepared.outline.xy[row], (ends,))
        return np.asarray(runs, dtype=object), np.asarray(blocks.feature[block]), np.zeros(len(block), dtype=bool)
    piece = np.flatnonzero(near_box(prepared.bounds, box))
    number = np.asarray(prepared.cut_number[piece])
    cut = number >= 0
    part = np.asarray(prepared.part[piece])
    found = np.empty(len(piece), dtype=object)
    found[~cut] = _polygons(prepared.shapes, part[~cut])
    found[cut] = _polygons(prepared.cut, number[cut])
    return found, _feature_of(prepared.shapes, part), cut


def _polygons(shapes: Shapes, parts: Integers) -> Geometries:
    ring, ring_ends = _runs(shapes.rings[parts], shapes.rings[parts + 1] - shapes.rings[parts])
    row, ends = _runs(shapes.vertices[ring], shapes.vertices[ring + 1] - shapes.vertices[ring])
    found = shapely.from_ragged_array(shapely.GeometryType.POLYGON, shapes.xy[row], (ends, ring_ends))
    return np.asarray(found, dtype=object)


def _lines(shapes: Shapes, parts: Integers) -> Geometries:
    row, ends = _runs(shapes.vertices[parts], shapes.vertices[parts + 1] - shapes.vertices[parts])
    return np.asarray(shapely.from_ragged_array(shapely.GeometryType.LINESTRING, shapes.xy[row], (ends,)), dtype=object)


def _runs(first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """The numbers of runs one after another, and where each run ends among them, from 0."""
    ends = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return np.arange(ends[-1]) + np.repeat(first - ends[:-1], count), ends


def _feature_of(shapes: Shapes, part: Integers) -> Integers:
    return np.asarray(np.searchsorted(shapes.parts, part, side="right") - 1, dtype=np.int64)


def _clipped(geometries: Geometries, address: Address) -> Geometries:
    """In units of the tile. Edges are straight in degrees, and are bent as the projection bends them to half a unit."""
    clipped = shapely.clip_by_rect(geometries, *address.box)
    bent = shapely.segmentize(clipped, degrees(sqrt(0.004 / (1 << address.zoom))))
    return np.asarray(shapely.transform(bent, address.units), dtype=object)


def _valid(geometries: Geometries) -> Geometries:
    """Clipping by a box can leave rings that touch themselves, and an overview's may cross."""
    wrong = ~shapely.is_valid(geometries)
    if not wrong.any():
        return geometries
    repaired = geometries.copy()
    repaired[wrong] = shapely.make_valid(geometries[wrong])
    return repaired


def _united(geometries: Geometries, feature: Integers, grid: float) -> tuple[Geometries, Integers]:
    """One geometry for each feature, ascending; several are united on a grid, so that no seam is left between them."""
    if not len(feature):
        return geometries, feature
    order = np.argsort(feature, kind="stable")
    numbers, first = np.unique(feature[order], return_index=True)
    found = np.empty(len(numbers), dtype=object)
    for place, some in enumerate(np.split(geometries[order], first[1:])):
        found[place] = some[0] if len(some) == 1 else shapely.union_all(some, grid_size=grid)
        if found[place].is_empty:
            found[place] = shapely.union_all(some)
    return found, numbers


def _rounded(geometries: Geometries, areal: bool) -> Geometries:
    """On whole units and simplified, each still valid and still there."""
    plain = shapely.simplify(shapely.set_precision(geometries, 1.0), _TRUE_TO, preserve_topology=True)
    left = shapely.area(plain) if areal else shapely.length(plain)
    gone = left == 0
    if gone.any():
        plain[gone] = _marks(geometries[gone], areal)
    return np.asarray(plain, dtype=object)


def _marks(geometries: Geometries, areal: bool) -> Geometries:
    """What is drawn of what is smaller than a unit: about two units of area along it, or one of line."""
    if areal:
        return np.asarray(shapely.set_precision(shapely.buffer(geometries, 1.0, quad_segs=1), 1.0), dtype=object)
    west = np.rint(shapely.get_coordinates(shapely.point_on_surface(geometries)))
    east = west + np.array([1.0, 0.0])
    return np.asarray(shapely.linestrings(np.stack([west, east], axis=1)), dtype=object)


def _parts(geometries: Geometries, areal: bool) -> tuple[Geometries, Integers]:
    """Single polygons or lines, and which geometry each is of."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    inner, of = shapely.get_parts(parts, return_index=True)
    wanted = (shapely.get_type_id(inner) == (3 if areal else 1)) & ~shapely.is_empty(inner)
    return inner[wanted], owner[of[wanted]]
