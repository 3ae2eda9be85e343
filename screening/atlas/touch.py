"""Which zones a site certainly and possibly overlaps, and how much of it lies in them.

A drawn boundary of tolerance t may lie anywhere within t of where it is drawn. Two things each prove an overlap
whatever the true boundary: some point of the site lies deeper than t in the zone (the zone's core), or some point of
the zone lies deeper than t in the site, for then the true zone still reaches into it. The first serves points, lines
and thin sites; the second, thin zones. No overlap is proved only when the farthest reach of the site misses the shell.

What is inside is bounded by core and shell: at least what the drawn site has in common with the core, at most what its
reach has in common with the shell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import areas
from screening.atlas.site import Site
from screening.atlas.vicinity import Vicinity, Zone

CONTACT: Final = 1e-5
CERTAIN: Final = 1e-3
"""Square metres in common with a zone without tolerance: up to CONTACT the two touch (coordinates are doubles, good to
some nanometres; along a kilometre that makes this area), from CERTAIN on they overlap, between the two it is open."""

NOTHING: Final = shapely.Polygon()


@dataclass(frozen=True, slots=True)
class Part:
    """Square metres of the site inside and outside a zone, each at least and at most."""

    inside_lo: float
    inside_hi: float
    outside_lo: float
    outside_hi: float


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """What the drawn site and its reach each have in common with a zone's core and shell."""

    drawn_core: BaseGeometry = NOTHING
    drawn_shell: BaseGeometry = NOTHING
    reach_core: BaseGeometry = NOTHING
    reach_shell: BaseGeometry = NOTHING

    def all(self) -> tuple[BaseGeometry, ...]:
        return self.drawn_core, self.drawn_shell, self.reach_core, self.reach_shell


NO_PIECES: Final = Pieces()
UNMEASURED: Final = Part(0.0, inf, 0.0, inf)


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """One zone the site may overlap.

    `meets`: the drawn site reaches the shell. `within`: whatever the boundary, all the site lies inside.
    `shown`: drawn site and drawn zone meet.
    """

    zone: Zone
    certain: bool
    possible: bool
    meets: bool
    within: bool
    shown: bool
    pieces: Pieces = NO_PIECES
    part: Part = UNMEASURED


def find_touches(site: Site, vicinity: Vicinity, reach: Sequence[Fraction]) -> list[Touch]:
    """Every zone about the site that it overlaps or may overlap, in the order of the atlas.

    `reach` is metres by which each layer's boundaries may be off. Without a reach of the site only the zones that the
    drawn site itself meets are listed; all others remain possible.
    """
    body = site.drawn if site.reach is None else site.reach
    shells = _array([zone.shell for zone in vicinity.zones])
    zones = [vicinity.zones[row] for row in np.flatnonzero(shapely.intersects(body, shells))]
    if not zones:
        return []
    drawn, cores, shells = (_array([getattr(zone, name) for zone in zones]) for name in ("drawn", "core", "shell"))
    meets = shapely.intersects(site.drawn, shells)
    shown = shapely.intersects(site.drawn, drawn)
    core = shapely.intersects(site.drawn, cores)
    within = np.zeros(len(zones), dtype=bool)
    if site.reach is not None:
        within = shapely.covered_by(site.reach, cores)
    touches = [
        Touch(zone, bool(core[i]), True, bool(meets[i]), bool(within[i]), bool(shown[i]))
        for i, zone in enumerate(zones)
    ]
    measured = _measure(site, touches)
    return [touch for touch in (_decide(site, reach[one.zone.layer], one) for one in measured) if touch.possible]


def _array(shapes: list[BaseGeometry]) -> NDArray[Any]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _measure(site: Site, touches: list[Touch]) -> list[Touch]:
    """The same touches with their pieces and areas; all intersections and all areas in one call each."""
    if site.reach is None:
        return touches
    same = site.reach is site.drawn
    left: list[BaseGeometry] = []
    right: list[BaseGeometry] = []
    slots: list[tuple[int, str]] = []
    pieces: list[dict[str, BaseGeometry]] = [{} for _ in touches]
    for place, touch in enumerate(touches):
        zone = touch.zone
        for name, body in (("drawn", site.drawn),) if same else (("drawn", site.drawn), ("reach", site.reach)):
            if name == "drawn" and not (site.has_area and touch.meets):
                continue
            for side, shape in (("core", zone.core),) if zone.exact else (("core", zone.core), ("shell", zone.shell)):
                if touch.within:
                    pieces[place][f"{name}_{side}"] = body
                else:
                    left.append(body)
                    right.append(shape)
                    slots.append((place, f"{name}_{side}"))
    for (place, slot), piece in zip(slots, _common(left, right), strict=True):
        pieces[place][slot] = piece
    for place, touch in enumerate(touches):
        found = pieces[place]
        for name in ("drawn", "reach"):
            if touch.zone.exact and f"{name}_core" in found:
                found[f"{name}_shell"] = found[f"{name}_core"]
        if same:
            found |= {f"reach_{side}": found[f"drawn_{side}"] for side in ("core", "shell") if f"drawn_{side}" in found}
    whole = [Pieces(**found) for found in pieces]
    sizes = areas([piece for one in whole for piece in one.all()]).reshape(-1, 4)
    return [
        replace(touch, pieces=one, part=_part(site, size))
        for touch, one, size in zip(touches, whole, sizes, strict=True)
    ]


def _common(left: list[BaseGeometry], right: list[BaseGeometry]) -> Sequence[Any]:
    return list(shapely.intersection(np.array(left, dtype=object), np.array(right, dtype=object))) if left else []


def _part(site: Site, size: Any) -> Part:
    drawn_core, drawn_shell, reach_core, reach_shell = (float(one) for one in size)
    return Part(
        inside_lo=min(drawn_core, site.drawn_area),
        inside_hi=min(reach_shell, site.reach_area),
        outside_lo=max(0.0, site.drawn_area - drawn_shell),
        outside_hi=max(0.0, site.reach_area - reach_core),
    )


def _decide(site: Site, reach: Fraction, touch: Touch) -> Touch:
    """The touch with `certain` and `possible` settled."""
    zone = touch.zone
    if not zone.exact:
        if touch.certain or not site.has_area:
            return touch
        return replace(touch, certain=bool(shapely.intersects(site.deep(reach), zone.drawn)))
    if not site.has_area:
        certain = bool(shapely.relate_pattern(site.drawn, zone.drawn, "T********"))
        return replace(touch, certain=certain, possible=certain or site.extent != 0)
    common = touch.part.inside_lo
    possible = touch.part.inside_hi > CONTACT or site.reach is not site.drawn
    return replace(touch, certain=common >= CERTAIN, possible=possible)


def combine(site: Site, touches: Sequence[Touch]) -> Part:
    """How much of the site lies in any of several zones, which may overlap each other."""
    if not touches:
        return Part(0.0, 0.0, site.drawn_area, site.reach_area)
    for touch in touches:
        if touch.within:
            return touch.part
    if len(touches) == 1 or site.reach is None:
        return touches[0].part
    alike = zip(*(touch.pieces.all() for touch in touches), strict=True)
    return _part(site, areas([shapely.union_all(pieces) for pieces in alike]))


def share(site: Site, touches: Sequence[Touch], part: Part) -> tuple[float, float]:
    """The share of the site that lies in some zones, at least and at most, given what `combine` says of them."""
    if site.reach is None:
        return 0.0, 1.0
    if any(touch.within for touch in touches):
        return 1.0, 1.0
    if not touches:
        return 0.0, 0.0
    least = part.inside_lo / (part.inside_lo + part.outside_hi) if part.inside_lo > 0 else 0.0
    most = part.inside_hi / (part.inside_hi + part.outside_lo) if part.outside_lo > 0 else 1.0
    return least, most
