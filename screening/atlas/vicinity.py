"""The zones about a site: for each, where it certainly is, and where it possibly is, as far as this site can tell.

For a zone drawn with tolerance t its *core* is what lies deeper than t inside: there the true zone certainly is. Its
*shell* is all within t of it: beyond, the true zone certainly is not. Both are worked out in a window that reaches more
than t beyond all of the site, for nothing farther away has a say in them; a nation's zones are as quick to ask as a
county's. Within the site they are the same whatever the window, but for the slack that `crs` states for its buffers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers, grown, metres_per_degree, polygonal, shrunk
from screening.atlas.features import is_county
from screening.atlas.index import Index
from screening.atlas.layer import Use
from screening.atlas.prepared import whole_part
from screening.atlas.site import Site

WHOLE: Final = -1
"""The feature number of the union of a layer of units or administrative areas."""

COUNTIES: Final = -2
"""The feature number of the union of those administrative areas that are not divided further."""

_HAIR: Final = 1e-9
"""Degrees within which a cut piece may not say on which side of its boundary something lies; its cuts are truer by far."""

_CLEAR: Final = 1e-12
"""Square degrees (a square decimetre) in common that no cut can have made up."""


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
class Vicinity:
    """The zones near a site in the order of the atlas, and by extent layer what of it is near."""

    zones: tuple[Zone, ...]
    extents: dict[int, BaseGeometry]

    @classmethod
    def of(cls, site: Site, index: Index, usable: NDArray[np.bool_]) -> Vicinity:
        if not usable.any():
            return cls((), {})
        windows = _windows(site, index.tolerance + float(site.error), usable)
        near = index.near(windows)
        zones: list[Zone] = []
        extents: dict[int, BaseGeometry] = {}
        for start, end in _stretches(near.layer):
            number = int(near.layer[start])
            found = _Sheet(site, index, number, windows[number])
            locals_ = list(found.features(near.feature[start:end], near.piece[start:end]))
            if index.layers[number].card.use is Use.EXTENT:
                extents[number] = _joined([local.clipped for local in locals_])
            else:
                zones.extend(found.zones(locals_))
        return cls(tuple(zones), extents)


def _windows(site: Site, reach: Floats, usable: NDArray[np.bool_]) -> Floats:
    """By layer the box about the site beyond which nothing matters to it, (layers, 4); NaN for unusable layers."""
    west, south, east, north = (site.drawn if site.reach is None else site.reach).bounds
    margin = (reach + 0.05) * 1.25 + 1.0
    narrow, _ = metres_per_degree(np.full(1, max(abs(south), abs(north)) + 0.2))
    # A degree of latitude is longer than 110.5 km everywhere.
    wide, high = margin / narrow[0], margin / 110_500.0
    windows = np.column_stack([west - wide, south - high, east + wide, north + high])
    windows[~usable] = np.nan
    return windows


@dataclass(frozen=True, slots=True, eq=False)
class _Local:
    """One feature in the window: as drawn, as far as predicates with the site need it, and clipped."""

    feature: int
    drawn: BaseGeometry
    clipped: BaseGeometry


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """One layer in its window about the site."""

    site: Site
    index: Index
    layer: int
    window: Floats

    def features(self, feature: Integers, piece: Integers) -> Iterator[_Local]:
        prepared = self.index.prepared[self.layer]
        shapes = prepared.pieces(piece)
        clipped = self._clipped(shapes)
        for start, end in _stretches(feature):
            number, mine = int(feature[start]), piece[start:end]
            local = _joined(clipped[start:end])
            if local.is_empty:
                continue
            drawn = _many(shapes[start:end]) if whole_part(prepared, mine) else self._uncut(mine, local)
            yield _Local(number, drawn, local)

    def _clipped(self, shapes: NDArray[Any]) -> NDArray[Any]:
        """Each polygon's part in the window: polygons, perhaps empty."""
        clipped = shapely.clip_by_rect(shapes, *self.window)
        wrong = ~shapely.is_valid(clipped)
        if wrong.any():
            clipped[wrong] = shapely.intersection(shapes[wrong], shapely.box(*self.window))
        mixed = ~np.isin(shapely.get_type_id(clipped), (3, 6))
        clipped[mixed] = [polygonal(one) for one in clipped[mixed]]
        return clipped

    def _uncut(self, pieces: Integers, local: BaseGeometry) -> BaseGeometry:
        """What to compare the site with: the pieces joined, unless it comes so near a boundary that a cut could tell."""
        drawn = self.site.drawn
        if not shapely.dwithin(drawn, shapely.boundary(local), _HAIR):
            return local
        if shapely.area(shapely.intersection(drawn, local)) > _CLEAR:
            return local
        prepared = self.index.prepared[self.layer]
        return _many([prepared.shapes.part(int(part)) for part in np.unique(prepared.part[pieces])])

    def zones(self, found: Sequence[_Local]) -> Iterator[Zone]:
        """The zones of the layer near the site: its features, and of units and administrative areas their unions."""
        layer = self.index.layers[self.layer]
        reach = layer.tolerance + self.site.error
        for local in found:
            yield self._zone(local, reach)
        if layer.card.use in (Use.UNITS, Use.ADMIN) and found:
            whole = self._union(WHOLE, found, reach)
            yield whole
            if layer.card.use is Use.ADMIN:
                counties = [local for local in found if is_county(layer.features.codes[local.feature])]
                if counties:
                    same = len(counties) == len(found)
                    yield self._named(whole, COUNTIES) if same else self._union(COUNTIES, counties, reach)

    def _zone(self, local: _Local, reach: Fraction) -> Zone:
        if reach == 0:
            return Zone(self.layer, local.feature, local.drawn, local.drawn, local.drawn, True)
        if self._fills(local.clipped):
            return Zone(self.layer, local.feature, local.drawn, local.clipped, local.clipped, False)
        core, shell = shrunk(local.clipped, reach), grown(local.clipped, reach)
        return Zone(self.layer, local.feature, local.drawn, core, shell, False)

    def _union(self, name: int, found: Sequence[_Local], reach: Fraction) -> Zone:
        union = _joined([local.clipped for local in found])
        if reach == 0:
            return Zone(self.layer, name, union, union, union, True)
        if self._fills(union):
            return Zone(self.layer, name, union, union, union, False)
        return Zone(self.layer, name, union, shrunk(union, reach), grown(union, reach), False)

    @staticmethod
    def _named(zone: Zone, name: int) -> Zone:
        return Zone(zone.layer, name, zone.drawn, zone.core, zone.shell, zone.exact)

    def _fills(self, local: BaseGeometry) -> bool:
        """True when a clipped shape is the whole window."""
        return bool(shapely.covers(local, shapely.box(*self.window)))


def _stretches(numbers: Integers) -> Iterator[tuple[int, int]]:
    """Where each stretch of equal numbers begins and ends."""
    starts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
    return zip(starts, [*starts[1:], len(numbers)][: len(starts)], strict=True)


def _joined(shapes: Sequence[BaseGeometry] | NDArray[Any]) -> BaseGeometry:
    """The union of polygons."""
    if len(shapes) == 1:
        return shapes[0]
    union: BaseGeometry = shapely.union_all(shapes)
    return union


def _many(shapes: Sequence[BaseGeometry] | NDArray[Any]) -> BaseGeometry:
    """Separate polygons as one geometry."""
    if len(shapes) == 1:
        return shapes[0]
    many: Any = shapely.multipolygons(list(shapes))
    found: BaseGeometry = many
    return found
