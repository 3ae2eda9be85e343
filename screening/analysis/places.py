"""What no place can be: in a county and not in its province, over a zone and away from it.

The solver has the same as axioms; here it is said of one site, to refuse an example that no map could show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from screening.facts import FLAG_NO, FLAG_YES, Interval, Members, Value
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS

OVERLAPS: Final = "site.overlaps."


def tiers_of(place: str) -> tuple[str, ...]:
    """The administrative codes a place stands in, without itself: 42 and 4205 of 420599, and of a unit its county too."""
    if place.startswith("ZH"):
        return tuple(place[2 : 2 + length] for length in (2, 4, 6))
    return tuple(place[:length] for length in range(2, len(place), 2)) if place.isdigit() else ()


def layer_of_place(fact: str) -> str:
    """The basin or region whose layer a fact is about, which is a jurisdiction too; empty for any other fact."""
    kind = fact.removeprefix(OVERLAPS) if fact.startswith(OVERLAPS) else ""
    return kind if kind.startswith(("basin_", "region_")) else ""


def can_be(values: Mapping[str, Value]) -> bool:
    """Whether some site can have all these facts, as far as they speak of places."""
    return not any(_oddities(values))


def _oddities(values: Mapping[str, Value]) -> Iterator[bool]:
    inside = values.get(JURISDICTIONS)
    places = inside.certain if isinstance(inside, Members) else None
    if places is not None:
        yield EVERYWHERE not in places
        yield any(tier not in places for place in places for tier in tiers_of(place))
    for fact, value in values.items():
        if not fact.startswith(OVERLAPS):
            continue
        kind = fact.removeprefix(OVERLAPS)
        near = values.get(f"site.distance.{kind}")
        yield value == FLAG_YES and isinstance(near, Interval) and near.lo > 0
        for share in (values.get(f"site.share.{kind}"), values.get(f"site.area.{kind}")):
            yield value == FLAG_NO and isinstance(share, Interval) and share.lo > 0
        if places is not None and layer_of_place(fact):
            yield (value == FLAG_YES) != (kind in places)
