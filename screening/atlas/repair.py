"""Invalid polygons made valid, and only where it is plain what was meant.

Shells are inside and holes are not, which settles rings that overlap or run along each other. A ring that crosses itself
has no inside that everybody agrees on: it is mended in two ways, by what an odd number of its turns goes around and by what
any of them does. Where the two differ by no more than the map's tolerance the larger is taken, or the smaller for an area
in which something is said to be complete. Where they differ by more, or a hole lies outside its shell, what is inside is
not known, and the feature is not repaired. Parts of one feature that overlap are each inside: they are united; but not in
an area in which something is said to be complete, where a part within a part may be a hole drawn as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from screening.atlas.crs import areas, polygonal, shrunk

AGREE: Final = 1.0
"""Square metres by which two ways of mending may differ and be one."""


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A valid geometry, and the square metres its rings enclosed before and after. None: two ways, too far apart."""

    geometry: BaseGeometry | None
    before: float
    after: float


def repair(shape: BaseGeometry, tolerance: Fraction, least: bool = False) -> Repaired:
    """An invalid (multi)polygon in degrees made valid: all that may be meant, or with `least` what certainly is.

    `tolerance` is metres. The geometry may be empty, where the rings enclose nothing.
    """
    before = float(areas([shape])[0])
    parts = []
    for part in shapely.get_parts(shape):
        if shapely.is_valid(part):
            parts.append(part)
            continue
        mended = _mend(part, tolerance, least)
        if mended is None:
            return Repaired(None, before, 0.0)
        parts.append(mended)
    if least and _overlap(np.array(parts, dtype=object), tolerance):
        return Repaired(None, before, 0.0)
    whole = polygonal(shapely.union_all(parts))
    return Repaired(whole, before, float(areas([whole])[0]))


def _overlap(parts: NDArray[Any], tolerance: Fraction) -> bool:
    """Whether some of the parts have more in common than a sliver."""
    one, other = shapely.STRtree(parts).query(parts, predicate="intersects")
    one, other = one[one < other], other[one < other]
    return bool(len(one)) and _matters(shapely.union_all(shapely.intersection(parts[one], parts[other])), tolerance)


def _mend(part: BaseGeometry, tolerance: Fraction, least: bool) -> BaseGeometry | None:
    """One polygon: its shell without its holes, each of them mended by itself."""
    rings: NDArray[Any] = np.asarray(shapely.polygons(shapely.get_rings(part)), dtype=object)
    shell, holes = rings[0], rings[1:]
    inside = _mend_ring(shell, tolerance, least)
    outside = [_mend_ring(hole, tolerance, not least) for hole in holes]
    if inside is None or any(hole is None for hole in outside):
        return None
    cut = shapely.union_all(outside)
    if _matters(shapely.difference(cut, inside), tolerance):
        return None
    return polygonal(shapely.difference(inside, cut))


def _mend_ring(ring: BaseGeometry, tolerance: Fraction, least: bool) -> BaseGeometry | None:
    if shapely.is_valid(ring):
        return ring
    odd = polygonal(shapely.make_valid(ring))
    around = polygonal(shapely.make_valid(ring, method="structure", keep_collapsed=False))
    if _matters(shapely.symmetric_difference(odd, around), tolerance):
        return None
    return polygonal(shapely.intersection(odd, around) if least else shapely.union(odd, around))


def _matters(shape: BaseGeometry, tolerance: Fraction) -> bool:
    """True for an area that is more than a sliver of the tolerance's width."""
    whole = polygonal(shape)
    return bool(areas([whole])[0] > AGREE and not shrunk(whole, tolerance).is_empty)


def without_repeats(shapes: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Geometries without vertices that stand twice in a row, and how many those were. No line moves."""
    before = shapely.get_num_coordinates(shapes)
    fewer = shapely.remove_repeated_points(shapes, 0.0)
    changed = shapely.get_num_coordinates(fewer) != before
    # A ring or line that has nothing else is left as it is, to be counted as what it is.
    changed &= ~shapely.is_empty(fewer)
    return np.where(changed, fewer, shapes), int((before - shapely.get_num_coordinates(fewer))[changed].sum())
