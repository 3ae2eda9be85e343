"""What may be wrong between the layers of one atlas, each of them right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from screening.atlas.layer import Absence, Card, Use
from screening.atlas.versions import overlap
from screening.documents import Node
from screening.errors import Problem


@dataclass(frozen=True, slots=True)
class Listed:
    """A card with the place in the atlas that lists it and its own YAML, for error texts."""

    entry: Node
    node: Node
    card: Card

    def where(self, key: str) -> str:
        """Where a key of the card stands."""
        return (self.node.mapping or {}).get(key, self.node).where


def check_together(listed: Sequence[Listed], absent: Sequence[Absence], certified: Node | None) -> list[Problem]:
    """Versions that cannot be told apart, unknown extents, a kind of two uses, absent kinds that are shown."""
    extents = sorted({one.card.id for one in listed if one.card.use is Use.EXTENT})
    problems = list(_versions(listed))
    uses: dict[str, Use] = {}
    for one in listed:
        card = one.card
        if card.complete_within and card.complete_within not in extents:
            problems.append(
                Problem(
                    one.where("complete_within"),
                    f'"{card.complete_within[:60]}" is not an extent layer of this atlas',
                    f"extent layers: {', '.join(extents) or 'none is loaded'}",
                )
            )
        if card.use is not Use.EXTENT and (first := uses.setdefault(card.kind, card.use)) is not card.use:
            what = f'"{card.kind}" is {first} in one layer and {card.use} in another'
            problems.append(Problem(one.where("kind"), what, "use two kinds"))
        if card.use is not Use.AREA and card.kind.startswith(("basin_", "region_")):
            what = f'"{card.kind}" has rules of its own'
            problems.append(Problem(one.where("geometry"), what, "draw it with `geometry: area`"))
    shown = {one.card.kind for one in listed if one.card.use is not Use.EXTENT}
    where = certified.where if certified else ""
    for absence in absent:
        if absence.kind in shown:
            what = f'"{absence.kind}" is certified absent and shown by a layer'
            problems.append(Problem(where, what, "keep one of them"))
        if not extents:
            what = "absent kinds need an extent layer: absent from where?"
            problems.append(Problem(where, what, "add a layer with `geometry: extent`"))
    return problems


def _versions(listed: Sequence[Listed]) -> Iterator[Problem]:
    """Several cards of one id are versions of one layer: of one kind and use, and on any day one recorded last."""
    by_id: dict[str, list[Listed]] = {}
    for one in listed:
        earlier = by_id.setdefault(one.card.id, [])
        for other in earlier:
            if (one.card.kind, one.card.use) != (other.card.kind, other.card.use):
                what = f'a second layer has the id "{one.card.id}" and is no version of it: '
                what += f"{one.card.use} of {one.card.kind}, not {other.card.use} of {other.card.kind}"
                yield Problem(one.entry.where, what, "give it an id of its own")
            elif one.card.recorded == other.card.recorded and overlap(one.card, other.card):
                yield Problem(
                    one.entry.where,
                    f'a second layer has the id "{one.card.id}", was recorded on {one.card.recorded} and is in force on '
                    "the same days",
                    "record the newer version on its own day, end the older one, or give it an id of its own",
                )
        earlier.append(one)
