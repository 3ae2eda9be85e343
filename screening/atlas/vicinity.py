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
from itertools import groupby
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import Floats, Integers, metres_per_degree, offset, polygonal
from screening.atlas.features import is_county
from screening.atlas.index import Index
from screening.atlas.layer import Layer, Use
from screening.atlas.prepared import boxes_of
from screening.atlas.site import Site

WHOLE: Final = -1
"""The feature number of the union of a layer of units or administrative areas."""

COUNTIES: Final = -2
"""The feature number of the union of those administrative areas that are not divided further."""

_HAIR: Final = 1e-9
"""Degrees within which a cut piece may not say on which side of its boundary something lies; its cuts are truer by far."""

_SHRINK: Final = Fraction(103, 50)
_SLACK: Final = Fraction(1, 5)
"""A union is shrunk by this many times the tolerance, and metres more, after it was grown by the tolerance and 2 %."""

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
    def of(cls, site: Site, index: Index, reach: Sequence[Fraction], usable: NDArray[np.bool_]) -> Vicinity:
        """`reach` is metres by which each layer's boundaries may be off."""
        if not usable.any():
            return cls((), {})
        drafts: list[_Draft] = []
        extents: dict[int, BaseGeometry] = {}
        for number, group in groupby(_Window.about(site, index, reach, usable).features(), key=lambda one: one.layer):
            layer, found = index.layers[number], list(group)
            if layer.card.use is Use.EXTENT:
                extents[number] = _joined([one.clipped for one in found])
            else:
                drafts.extend(_drafts(layer, found))
        return cls(tuple(_zones(drafts, reach, index.tolerance)), extents)


@dataclass(frozen=True, slots=True, eq=False)
class _Local:
    """One feature near the site: as drawn, as far as predicates with the site need it, and clipped.

    `fills`: wherever its boundaries may be, it covers all of the site.
    """

    layer: int
    feature: int
    drawn: BaseGeometry
    clipped: BaseGeometry
    fills: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """The boxes about a site beyond which nothing matters to it: by layer (layers, 4), NaN for those not asked."""

    site: Site
    index: Index
    boxes: Floats

    @classmethod
    def about(cls, site: Site, index: Index, reach: Sequence[Fraction], usable: NDArray[np.bool_]) -> _Window:
        west, south, east, north = (site.drawn if site.reach is None else site.reach).bounds
        margin = (np.array(reach, dtype=np.float64) + 0.05) * 1.25 + 1.0
        narrow, _ = metres_per_degree(np.array([north + 0.2]))
        # A degree of latitude is longer than 110.5 km everywhere.
        wide, high = margin / narrow[0], margin / 110_500.0
        boxes = np.column_stack([west - wide, south - high, east + wide, north + high])
        boxes[~usable] = np.nan
        return cls(site, index, boxes)

    def features(self) -> Iterator[_Local]:
        """The features near the site, in order."""
        near = self.index.near(self.boxes)
        if not len(near.layer):
            return
        windows = self.boxes[near.layer]
        shapes = self.index.pieces(near)
        clipped = _clipped(shapes, np.hstack([windows[:, :2].min(axis=0), windows[:, 2:].max(axis=0)]))
        fills = shapely.covers(clipped, boxes_of(windows))
        key = near.layer * (int(near.feature.max()) + 1) + near.feature
        starts = np.flatnonzero(np.diff(key, prepend=-1)).tolist()
        for start, end in zip(starts, [*starts[1:], len(key)], strict=True):
            layer, feature = int(near.layer[start]), int(near.feature[start])
            local, whole = clipped[start], bool(fills[start])
            if end > start + 1:
                local = _joined(clipped[start:end])
                whole = bool(shapely.covers(local, shapely.box(*self.boxes[layer])))
            if not local.is_empty:
                drawn = self._drawn(layer, near.piece[start:end], shapes[start:end], local)
                yield _Local(layer, feature, drawn, local, whole)

    def _drawn(self, layer: int, pieces: Integers, shapes: NDArray[Any], local: BaseGeometry) -> BaseGeometry:
        """What to compare the site with: parts as drawn, or pieces joined where no cut can tell a difference."""
        prepared = self.index.prepared[layer]
        if prepared.uncut(pieces):
            return _many(shapes)
        site = self.site.drawn
        near_boundary = shapely.dwithin(site, shapely.boundary(local), _HAIR)
        if not near_boundary or shapely.area(shapely.intersection(site, local)) > _CLEAR:
            return local
        return _many([prepared.shapes.part(int(part)) for part in np.unique(prepared.part[pieces])])


def _clipped(shapes: NDArray[Any], window: Floats) -> NDArray[Any]:
    """Each polygon's part in the window: polygons, perhaps empty."""
    clipped = shapely.clip_by_rect(shapes, *window)
    wrong = ~shapely.is_valid(clipped)
    if wrong.any():
        clipped[wrong] = shapely.intersection(shapes[wrong], shapely.box(*window))
    kind = shapely.get_type_id(clipped)
    for place in np.flatnonzero((kind != 3) & (kind != 6)):
        clipped[place] = polygonal(clipped[place])
    return clipped


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    """A zone yet without core and shell. `named` are the features that it is, or that it is the union of."""

    layer: int
    names: tuple[int, ...]
    drawn: BaseGeometry
    clipped: BaseGeometry
    fills: bool

    @property
    def is_union(self) -> bool:
        return self.names[0] < 0


def _drafts(layer: Layer, found: Sequence[_Local]) -> Iterator[_Draft]:
    """The zones of a layer near the site: its features, and of units and administrative areas their unions."""
    for local in found:
        yield _Draft(local.layer, (local.feature,), local.drawn, local.clipped, local.fills)
    if layer.card.use is Use.UNITS:
        yield _union((WHOLE,), found)
    elif layer.card.use is Use.ADMIN:
        counties = [local for local in found if is_county(layer.features.codes[local.feature])]
        if len(counties) == len(found):
            yield _union((WHOLE, COUNTIES), found)
        else:
            yield _union((WHOLE,), found)
            if counties:
                yield _union((COUNTIES,), counties)


def _union(names: tuple[int, ...], found: Sequence[_Local]) -> _Draft:
    filling = next((local for local in found if local.fills), None)
    union = _joined([local.clipped for local in found]) if filling is None else filling.clipped
    return _Draft(found[0].layer, names, union, union, filling is not None)


def _zones(drafts: Sequence[_Draft], reach: Sequence[Fraction], tolerance: Sequence[Fraction]) -> Iterator[Zone]:
    """The zones with their cores and shells, all made at once.

    `tolerance` is metres of the map alone: what a site's coordinates may be off besides closes no gap.
    """
    fringed = [draft for draft in drafts if reach[draft.layer] and not draft.fills]
    shells: Sequence[BaseGeometry] = []
    cores: Sequence[BaseGeometry] = []
    if fringed:
        shells = list(offset([draft.clipped for draft in fringed], [reach[draft.layer] for draft in fringed]))
        # A gap between units narrower than their boundaries are uncertain is none: the union is grown over it and shrunk
        # back, with room for the slack of both.
        closed = list(shells)
        wider = [
            place for place, one in enumerate(fringed) if one.is_union and reach[one.layer] != tolerance[one.layer]
        ]
        if wider:
            grown = offset(
                [fringed[place].clipped for place in wider], [tolerance[fringed[place].layer] for place in wider]
            )
            for place, shape in zip(wider, grown, strict=True):
                closed[place] = shape
        cores = list(
            offset(
                [shape if draft.is_union else draft.clipped for draft, shape in zip(fringed, closed, strict=True)],
                [
                    tolerance[one.layer] - _SHRINK * tolerance[one.layer] - reach[one.layer] - _SLACK
                    if one.is_union
                    else -reach[one.layer]
                    for one in fringed
                ],
            )
        )
    made = iter(zip(cores, shells, strict=True))
    for draft in drafts:
        exact = reach[draft.layer] == 0
        if exact:
            core = shell = draft.drawn
        elif draft.fills:
            core = shell = draft.clipped
        else:
            core, shell = next(made)
        for name in draft.names:
            yield Zone(draft.layer, name, draft.drawn, core, shell, exact)


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
