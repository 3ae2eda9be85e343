"""A layer looked at as a whole: where its features overlap each other and where they leave gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from screening.atlas.importing.issues import Issue
from screening.atlas.importing.loose import find_loose
from screening.atlas.importing.partition import Fault, find_gaps, find_overlaps
from screening.atlas.layer import Card, Use
from screening.atlas.shapes import Shapes
from screening.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Counts by name, and issues whose features are numbers in the layer."""

    counts: Mapping[str, int]
    issues: tuple[Issue, ...]
    remarks: tuple[Text, ...]


def survey(shapes: Shapes, card: Card, codes: Sequence[str | None] | Any) -> Survey:
    """The overlaps of an areal layer, listed where its features should divide a territory, and then its gaps too.

    Control units divide a territory once, administrative areas once on each level (province, city, county). Other areas
    may overlap each other; how often they do is counted.
    """
    if not shapes.areal or card.use is Use.EXTENT:
        return Survey({}, (), ())
    overlaps: list[Fault] = []
    gaps: list[Fault] = []
    remarks: list[Text] = []
    dividing = card.use in (Use.UNITS, Use.ADMIN)
    for members in _levels(shapes, card, codes):
        part = shapes if members is None else _chosen(shapes, members)
        loose = find_loose(part)
        found = find_overlaps(part, loose, card.tolerance)
        if found is None:
            words = Text(
                "相邻要素过多，未查找重叠", "too many features lie over each other; overlaps were not looked for"
            )
            remarks.append(words)
            return Survey({}, (), tuple(remarks))
        overlaps += [_renumbered(fault, members) for fault in found]
        if dividing:
            gaps += [_renumbered(fault, members) for fault in find_gaps(part, loose, card.tolerance)]
    counts: dict[str, int] = dict(_counted("overlaps", "overlap_area", overlaps))
    if dividing:
        counts |= dict(_counted("gaps", "gap_area", gaps))
    issues = [*(_overlap(fault, codes) for fault in overlaps), *(_gap(fault, codes) for fault in gaps)]
    return Survey(counts, tuple(issues) if dividing else (), tuple(remarks))


def _levels(shapes: Shapes, card: Card, codes: Any) -> Iterator[Any]:
    """The numbers of the features that together divide a territory; None for all."""
    if card.use is not Use.ADMIN:
        yield None
        return
    # 42, 420000: a province; 4205, 420500: a city; 420599: a county.
    tier = np.array([_tier(code or "") for code in codes])
    for level in np.unique(tier):
        yield np.flatnonzero(tier == level)


def _tier(code: str) -> int:
    digits = code.ljust(6, "0")
    return 1 if digits.endswith("0000") else 2 if digits.endswith("00") else 3


def _chosen(shapes: Shapes, members: Any) -> Shapes:
    geometries = shapes.geometries()[members]
    return Shapes.of(geometries, shapes.areal)


def _renumbered(fault: Fault, members: Any) -> Fault:
    if members is None:
        return fault
    return Fault(tuple(int(members[one]) for one in fault.features), fault.geometry, fault.area, fault.beyond)


def _counted(name: str, area: str, faults: Sequence[Fault]) -> Iterator[tuple[str, int]]:
    yield name, len(faults)
    yield f"{name}_beyond", sum(fault.beyond for fault in faults)
    yield area, ceil(sum(fault.area for fault in faults) - 1e-6)


def _named(fault: Fault, codes: Any) -> str:
    return ", ".join(codes[one] or f"#{one}" for one in fault.features[:6])


def _overlap(fault: Fault, codes: Any) -> Issue:
    named = _named(fault, codes)
    words = Text(f"{named} 相互重叠 {fault.area:,.1f} 平方米", f"{named} overlap by {fault.area:,.1f} m2")
    return Issue("overlap", fault.features, words, fault.area, fault.beyond, fault.geometry)


def _gap(fault: Fault, codes: Any) -> Issue:
    named = _named(fault, codes)
    words = Text(f"{named} 之间有空隙 {fault.area:,.1f} 平方米", f"a gap of {fault.area:,.1f} m2 between {named}")
    return Issue("gap", fault.features, words, fault.area, fault.beyond, fault.geometry)
