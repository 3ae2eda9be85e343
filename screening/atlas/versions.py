"""Which version of each layer holds on a day.

A layer may be recorded several times under one id: a new zoning, a correction, an older map added for the record. Of the
versions in force on the day (and recorded by the day up to which knowledge counts) the one recorded last holds; all others
are superseded. A version that is over does not bring back one that it had replaced: where a later record covered part of
an earlier one's time and has ended, neither holds and the layer is as good as not loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from screening.atlas.layer import Card, Layer
from screening.text import Text


class Reason(StrEnum):
    """Why a version of a layer says nothing on a day. Of `SUPERSEDED` ones another version speaks instead."""

    STALE = "stale"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"
    NOT_KNOWN = "not_known"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why nothing that a layer says holds on a day, and since or until which day that is so."""

    reason: Reason
    day: date

    @property
    def words(self) -> Text:
        match self.reason:
            case Reason.STALE:
                return Text(f"自 {self.day} 起过期", f"stale since {self.day}")
            case Reason.NOT_YET:
                return Text(f"{self.day} 起方生效", f"in force only from {self.day}")
            case Reason.NO_LONGER:
                return Text(f"{self.day} 起已失效", f"no longer in force since {self.day}")
            case Reason.NOT_KNOWN:
                return Text(f"{self.day} 方入库", f"recorded only on {self.day}")
            case Reason.SUPERSEDED:
                return Text(f"已由 {self.day} 入库的版本替代", f"superseded by the version recorded on {self.day}")


def select_versions(layers: Sequence[Layer], as_of: date, known_on: date | None = None) -> tuple[Unusable | None, ...]:
    """For each layer None where it holds on `as_of`, else why not. Of one id at most one holds.

    With `known_on`, only what was recorded by that day counts: a decision of that day can be made again.
    """
    by_id: dict[str, list[int]] = {}
    for number, layer in enumerate(layers):
        by_id.setdefault(layer.id, []).append(number)
    found: list[Unusable | None] = [None] * len(layers)
    for numbers in by_id.values():
        cards = [layers[number].card for number in numbers]
        for number, why in zip(numbers, _select(cards, as_of, known_on), strict=True):
            found[number] = why
    return tuple(found)


def _select(cards: Sequence[Card], as_of: date, known_on: date | None) -> list[Unusable | None]:
    reasons = [_alone(card, as_of, known_on) for card in cards]
    holding = [card for card, why in zip(cards, reasons, strict=True) if why is None or why.reason is Reason.STALE]
    if not holding:
        return reasons
    last = max(holding, key=lambda card: card.recorded)
    ended = [
        card
        for card, why in zip(cards, reasons, strict=True)
        if why is not None and why.reason is Reason.NO_LONGER and card.recorded > last.recorded and overlap(card, last)
    ]
    if ended:
        latest = max(ended, key=lambda card: card.recorded)
        over = Unusable(Reason.NO_LONGER, latest.in_force_until or as_of)
        return [
            over if card is latest else why or _superseded(latest) for card, why in zip(cards, reasons, strict=True)
        ]
    # What is known only later stays said of; what another version speaks for does not.
    return [
        why if card is last or (why is not None and why.reason is Reason.NOT_KNOWN) else _superseded(last)
        for card, why in zip(cards, reasons, strict=True)
    ]


def _superseded(by: Card) -> Unusable:
    return Unusable(Reason.SUPERSEDED, by.recorded)


def _alone(card: Card, as_of: date, known_on: date | None) -> Unusable | None:
    """Why a version says nothing on a day, were it the only one. Staleness last: a stale version still supersedes."""
    if known_on is not None and card.recorded > known_on:
        return Unusable(Reason.NOT_KNOWN, card.recorded)
    if card.in_force_from is not None and as_of < card.in_force_from:
        return Unusable(Reason.NOT_YET, card.in_force_from)
    if card.in_force_until is not None and as_of >= card.in_force_until:
        return Unusable(Reason.NO_LONGER, card.in_force_until)
    if card.stale_after is not None and as_of >= card.stale_after:
        return Unusable(Reason.STALE, card.stale_after)
    return None


def overlap(one: Card, other: Card) -> bool:
    """True when there is a day on which both cards say that they are in force."""
    starts = max(one.in_force_from or date.min, other.in_force_from or date.min)
    return starts < min(one.in_force_until or date.max, other.in_force_until or date.max)
