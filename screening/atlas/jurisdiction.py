"""Under whose rules a site falls: administrative codes by prefix, control units with their classes, basins, regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from screening.atlas.features import is_county
from screening.atlas.layer import Layer
from screening.atlas.touch import Touch
from screening.facts import FLAG_NO, FLAG_YES, Choice, Members, flag

NATION: Final = "CN"
CLASSES: Final = ("priority_protection", "key_control", "general_control")


def _code(layers: Sequence[Layer], touch: Touch) -> str | None:
    return layers[touch.zone.layer].features.codes[touch.zone.feature]


def _class(layers: Sequence[Layer], touch: Touch) -> str | None:
    return layers[touch.zone.layer].features.unit_classes[touch.zone.feature]


def prefixes(code: str) -> frozenset[str]:
    """The tiers an administrative code stands in: 420599 in 42, 4205 and itself; 420500 is 4205 written long."""
    return frozenset(code[:length] for length in range(2, len(code) + 1, 2) if code[length - 2 : length] != "00")


def unit_codes(layers: Sequence[Layer], touches: Sequence[Touch], complete: bool) -> Members:
    """The codes of the control units the site lies in; possibly any where not all are shown or a code is unread."""
    codes = [(_code(layers, touch), touch.certain) for touch in touches]
    certain = frozenset(code for code, sure in codes if sure and code is not None)
    if not complete or any(code is None for code, _ in codes):
        return Members(certain, None)
    return Members(certain, frozenset(code for code, _ in codes if code is not None))


def unit_flags(
    layers: Sequence[Layer], touches: Sequence[Touch], complete: bool, in_some: bool
) -> Iterator[tuple[str, Choice]]:
    """For each class of unit, whether the site touches one. `in_some`: it lies in some unit for certain."""
    classes = [(_class(layers, touch), touch) for touch in touches]
    unread = any(found is None for found, _ in classes)
    # The drawn site lies in one of the units whose shells it meets; when all are of one class, that class is certain
    # though no single unit is: a site astride the line between two priority units.
    only = {found for found, touch in classes if touch.meets}
    for name in CLASSES:
        certain = any(found == name and touch.certain for found, touch in classes) or (in_some and only == {name})
        yield name, flag(certain, unread or not complete or any(found == name for found, _ in classes))


def codes(
    layers: Sequence[Layer],
    touches: Sequence[Touch],
    counted: bool,
    in_county: bool,
    units: Members | None,
    areas: Mapping[str, Choice],
) -> Members:
    """All jurisdictions: the nation, administrative codes with their prefixes, unit codes, basins and regions.

    `counted`: all of the site lies where every county is shown; `in_county`: some of it certainly does. Anything is
    possible unless counties and control units are both fully known, for a rule of an unknown tier may then apply.
    """
    found = [(_code(layers, touch), touch) for touch in touches]
    certain = {NATION}
    for code, touch in found:
        if touch.certain and code is not None:
            certain |= prefixes(code)
    # As with classes: astride the line between two counties of one city, the city is certain and neither county is.
    counties = [code for code, touch in found if touch.meets and code and is_county(code)]
    if in_county and counties:
        certain |= frozenset.intersection(*(prefixes(code) for code in counties))
    certain |= units.certain if units is not None else frozenset()
    certain |= {kind for kind, choice in areas.items() if choice == FLAG_YES}
    if not counted or units is None or units.possible is None or any(code is None for code, _ in found):
        return Members(frozenset(certain), None)
    possible = certain | units.possible | {kind for kind, choice in areas.items() if choice != FLAG_NO}
    for code, _ in found:
        if code is not None:
            possible |= prefixes(code)
    return Members(frozenset(certain), frozenset(possible))
