"""Layers made ready for searching: where each zone certainly is, and where it possibly is.

For a zone drawn with tolerance t its *core* is what lies deeper than t inside: there the true zone certainly is. Its
*shell* is all within t of it: beyond, the true zone certainly is not. Both are made once, so that a site is compared
with fixed shapes in degrees, and a bigger site can only meet more of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Integers, grown, shrunk
from screening.atlas.features import is_county
from screening.atlas.layer import Layer, Use
from screening.atlas.runs import Runs

WHOLE: Final = -1
"""The feature number of the union of a layer of units or administrative areas."""

COUNTIES: Final = -2
"""The feature number of the union of those administrative areas that are not divided further."""


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A feature of a polygon layer, or (feature WHOLE, COUNTIES) the union of some of a layer's features.

    Control units and administrative areas are partitions by law: where two of them meet there is one line, not a gap,
    so what concerns "any unit" is asked of their union. `exact`: no tolerance, core and shell are the zone itself.
    """

    layer: int
    feature: int
    drawn: BaseGeometry
    core: BaseGeometry
    shell: BaseGeometry
    exact: bool


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Everything `locate` searches, for one allowance of error (metres) added to every layer's tolerance.

    The arrays run beside `zones`. The tree is over the shells' boxes. `reach` is metres by which each layer's
    boundaries may be off, that allowance included.
    """

    layers: tuple[Layer, ...]
    error: Fraction
    reach: tuple[float, ...]
    zones: tuple[Zone, ...]
    drawn: NDArray[Any]
    cores: NDArray[Any]
    shells: NDArray[Any]
    exact: NDArray[np.bool_]
    layer_of: Integers
    tree: shapely.STRtree
    runs: Runs
    extents: dict[int, BaseGeometry]

    @classmethod
    def of(cls, layers: tuple[Layer, ...], error: Fraction) -> Index:
        zones = [zone for number, layer in enumerate(layers) for zone in _zones(number, layer, error)]
        extents = {
            number: shapely.union_all([feature.geometry for feature in layer.features])
            for number, layer in enumerate(layers)
            if layer.card.use is Use.EXTENT
        }
        shells = _array([zone.shell for zone in zones])
        return cls(
            layers=layers,
            error=error,
            reach=tuple(float(layer.tolerance + error) for layer in layers),
            zones=tuple(zones),
            drawn=_array([zone.drawn for zone in zones]),
            cores=_array([zone.core for zone in zones]),
            shells=shells,
            exact=np.array([zone.exact for zone in zones], dtype=bool),
            layer_of=np.array([zone.layer for zone in zones], dtype=np.int64),
            tree=shapely.STRtree(shells),
            runs=Runs.of(layers),
            extents=extents,
        )


def _zones(number: int, layer: Layer, error: Fraction) -> Iterator[Zone]:
    if layer.card.use in (Use.LINE, Use.EXTENT) or not layer.features:
        return
    reach = layer.tolerance + error

    def zone(place: int, geometry: BaseGeometry) -> Zone:
        if reach == 0:
            return Zone(number, place, geometry, geometry, geometry, True)
        return Zone(number, place, geometry, shrunk(geometry, reach), grown(geometry, reach), False)

    for place, feature in enumerate(layer.features):
        yield zone(place, feature.geometry)
    if layer.card.use in (Use.UNITS, Use.ADMIN):
        whole = zone(WHOLE, shapely.union_all([feature.geometry for feature in layer.features]))
        yield whole
        if layer.card.use is Use.ADMIN:
            counties = [feature.geometry for feature in layer.features if is_county(feature.code)]
            if len(counties) == len(layer.features):
                yield replace(whole, feature=COUNTIES)
            elif counties:
                yield zone(COUNTIES, shapely.union_all(counties))


def _array(shapes: list[BaseGeometry]) -> NDArray[Any]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
