"""Measured numbers as intervals: rounded outward, so that the true number stays inside.

Distances go by millimetres, areas by hundredths of a square metre, shares by millionths. Rounding outward keeps the
figures short, and the same on every machine.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, inf

from screening.facts import Interval, Number

MILLIMETRES = 1000
SQUARE_DECIMETRES = 100
MILLIONTHS = 1_000_000
ZERO = Fraction(0)
NONE = Interval(ZERO, ZERO)

AREA_ERROR = 1e-3
"""Square metres an area may be off for rounding, beside a billionth of itself."""


def _down(number: float, steps: int) -> Fraction:
    return Fraction(floor(number * steps), steps)


def _up(number: float, steps: int) -> Number:
    return inf if number == inf else Fraction(ceil(number * steps), steps)


@lru_cache(maxsize=256)
def length_interval(least: float, most: float) -> Interval:
    """A distance between two, in metres; below 0 there is none."""
    return Interval(_down(least, MILLIMETRES) if least > 0 else ZERO, _up(most, MILLIMETRES))


def area_interval(least: float, most: float) -> Interval:
    """An area between two measured ones, in square metres; exactly 0 stays so."""
    low = least - AREA_ERROR - least * 1e-9
    high = most + AREA_ERROR + most * 1e-9 if most > 0 else 0.0
    return Interval(max(ZERO, _down(low, SQUARE_DECIMETRES)), _up(high, SQUARE_DECIMETRES))


def ratio_interval(least: float, most: float) -> Interval:
    """A share between two; exactly 0 and exactly 1 stay so."""
    low = Fraction(1) if least >= 1 else max(ZERO, _down(least - 1e-9, MILLIONTHS))
    high = Fraction(0) if most <= 0 else min(Fraction(1), Fraction(ceil((most + 1e-9) * MILLIONTHS), MILLIONTHS))
    return Interval(min(low, high), high)
