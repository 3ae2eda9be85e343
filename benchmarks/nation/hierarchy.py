"""Provinces, cities and counties as clusters of control units, and the codes of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from screening.atlas.crs import Floats, Integers

PROVINCES: Final = (
    *(11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46),
    *(50, 51, 52, 53, 54, 61, 62, 63, 64, 65),
)
CITIES: Final = 340
COUNTIES: Final = 2_800

CLASSES: Final = ("priority_protection", "key_control", "general_control")
CLASS_NAMES: Final = ("优先保护单元", "重点管控单元", "一般管控单元")
_PROPORTIONS: Final = (0.40, 0.27)


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """`county` is the county (0, 1, …) of each unit; `codes` the six digits of each county."""

    county: Integers
    codes: tuple[str, ...]


def divide(sites: Floats, fraction: float, seed: int) -> Hierarchy:
    """Units at their sites in counties, these in cities, these in provinces; as many as `fraction` of a nation has."""
    draw = np.random.default_rng([seed, 7])
    county, counties = _cluster(sites, max(1, round(COUNTIES * fraction)), draw)
    city, cities = _cluster(counties, max(1, round(CITIES * fraction)), draw)
    province, _ = _cluster(cities, max(1, round(len(PROVINCES) * fraction)), draw)
    city_number, county_number = _number_within(province), _number_within(city)
    codes = tuple(
        f"{PROVINCES[province[city[one]]]}{city_number[city[one]]:02d}{county_number[one]:02d}"
        for one in range(len(counties))
    )
    if not all(len(code) == 6 for code in codes):
        raise RuntimeError(f"a hundred cities in a province or counties in a city with seed {seed}")
    return Hierarchy(county, codes)


def classify(units: int, seed: int) -> Integers:
    """A class, as its place in CLASSES, for each unit: 40 % priority, 27 % key, the rest general."""
    counts = [round(units * share) for share in _PROPORTIONS]
    classes = np.repeat(np.arange(3), [*counts, units - sum(counts)])
    return np.random.default_rng([seed, 8]).permutation(classes)


def unit_codes(hierarchy: Hierarchy, classes: Integers) -> list[str]:
    """ZH, the county, the class's digit, and a number within county and class: ZH42050510003."""
    numbers = _number_within(hierarchy.county * 3 + classes)
    return [
        f"ZH{hierarchy.codes[county]}{place + 1}{number:04d}"
        for county, place, number in zip(hierarchy.county.tolist(), classes.tolist(), numbers.tolist(), strict=True)
    ]


def _cluster(sites: Floats, count: int, draw: np.random.Generator) -> tuple[Integers, Floats]:
    """The cluster of each site by three rounds of means, none empty, numbered from west to east; and their centres."""
    centres = sites[np.sort(draw.permutation(len(sites))[:count])]
    for _ in range(3):
        nearest = _nearest(sites, centres)
        members = np.bincount(nearest, minlength=len(centres))
        total = np.column_stack([np.bincount(nearest, sites[:, k], minlength=len(centres)) for k in (0, 1)])
        centres = total[members > 0] / members[members > 0, None]
    centres = centres[np.argsort(centres[:, 0], kind="stable")]
    used, nearest = np.unique(_nearest(sites, centres), return_inverse=True)
    return nearest.astype(np.int64), centres[used]


def _nearest(sites: Floats, centres: Floats) -> Integers:
    found = np.empty(len(sites), dtype=np.int64)
    step = max(1, 4_000_000 // len(centres))
    for first in range(0, len(sites), step):
        some = sites[first : first + step, None]
        apart = (some[..., 0] - centres[:, 0]) ** 2 + (some[..., 1] - centres[:, 1]) ** 2
        found[first : first + step] = np.argmin(apart, axis=1)
    return found


def _number_within(groups: Integers) -> Integers:
    """1, 2, … within each group, in order of place."""
    order = np.argsort(groups, kind="stable")
    start = np.flatnonzero(np.diff(groups[order], prepend=groups[order][0] - 1))
    number = np.empty(len(groups), dtype=np.int64)
    number[order] = np.arange(len(groups)) - np.repeat(start, np.diff(np.append(start, len(groups)))) + 1
    return number
