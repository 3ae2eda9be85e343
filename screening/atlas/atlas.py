"""An atlas: its layers, and what is certified absent from the territory they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import shapely

from screening.atlas.index import Index
from screening.atlas.layer import Absence, Layer
from screening.text import NOTHING, Text


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Layers in their card's order. `hash` is a sha256 over the set's card and every layer's sha256.

    Frozen: what is prepared for searching is kept beside the data and depends on nothing but it.
    """

    id: str
    title: Text
    layers: tuple[Layer, ...]
    absent: tuple[Absence, ...]
    hash: str
    invented: bool = False
    note: Text = NOTHING
    _index: list[Index] = field(default_factory=list, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def load(cls, folder: str | Path) -> Atlas:
        """The zone set under `folder`, ready for searching. Raises AtlasError with every problem found."""
        from screening.atlas.reader import read_atlas

        atlas = read_atlas(folder)
        _ = atlas.index
        return atlas

    def layer(self, layer_id: str) -> Layer | None:
        """The layer of an id, or None."""
        return next((layer for layer in self.layers if layer.id == layer_id), None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind some layer shows, extents aside, in the atlas's order."""
        return tuple(dict.fromkeys(layer.kind for layer in self.layers if layer.card.use != "extent"))

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north in degrees of every layer but the frames; None where there is none."""
        found = [box for layer in self.layers if layer.card.use != "extent" and (box := layer.bounds) is not None]
        if not found:
            return None
        west, south, east, north = zip(*found, strict=True)
        return min(west), min(south), max(east), max(north)

    @property
    def index(self) -> Index:
        """The layers ready for searching, when first asked for."""
        if not self._index:
            with self._lock:
                if not self._index:
                    self._index.append(Index.of(self.layers))
        return self._index[0]

    def features_geojson(self, kind: str | None = None) -> dict[str, Any]:
        """The features of one kind (of every layer: None) as a GeoJSON FeatureCollection in longitude and latitude."""
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": f"{layer.id}/{number}",
                    "properties": _properties(layer, number),
                    "geometry": shapely.geometry.mapping(feature.geometry),
                }
                for layer in self.layers
                if kind is None or layer.kind == kind
                for number, feature in enumerate(layer.features)
            ],
        }


def _properties(layer: Layer, number: int) -> Mapping[str, str | None]:
    features = layer.features
    return {
        "layer": layer.id,
        "kind": layer.kind,
        "use": str(layer.card.use),
        "name": features.names[number],
        "code": features.codes[number],
        "class": features.unit_classes[number],
    }
