"""Measured figures for people: `[low, high]` of decimal text, never made narrower than it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor


def span(ends: Sequence[str | None], unit: str) -> str:
    """`[low, high]` of decimal text for people; null is an open end."""
    low, high = ends
    if high is None:
        return f"≥ {low or 0}{unit}"
    return f"{low}{unit}" if low == high else f"{low or 0}–{high}{unit}"


def square_metres(ends: Sequence[str | None]) -> str:
    return span(_outward(ends, 0, 1), " m²")


def percent(ends: Sequence[str | None]) -> str:
    return span(_outward(ends, 1, 100), " %")


def metres(ends: Sequence[str | None]) -> str:
    """Metres to a decimetre; from ten kilometres on kilometres."""
    if all(end is not None and float(end) >= 10_000 for end in ends):
        return span(_outward(ends, 2, Fraction(1, 1000)), " km")
    return span(_outward(ends, 1, 1), " m")


def _outward(ends: Sequence[str | None], places: int, times: Fraction | int) -> list[str | None]:
    """The ends in another unit with fewer places, the lower rounded down and the upper up: never narrower than measured."""
    low, high = (None if end is None else Fraction(end) * times * 10**places for end in ends)
    whole = (None if low is None else floor(low), None if high is None else ceil(high))
    if low is not None and low == high:
        whole = (round(low), round(low))
    return [None if end is None else f"{Decimal(end).scaleb(-places):,.{places}f}" for end in whole]
