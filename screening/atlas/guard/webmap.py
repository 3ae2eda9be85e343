"""The two shifts of Chinese web maps, GCJ-02 and BD-09, as the openly known formulas give them, and their inverses.

GCJ-02 moves WGS 84 by 100 to 700 m; BD-09 moves GCJ-02 once more. Coordinates are (n, 2) degrees of longitude and
latitude. The inverses are found by iteration to under 1e-10 degrees (0.01 mm) of the formulas. The formulas are not the
map services themselves: these add noise, round, and do not publish what they do. `GCJ02_ERROR` and `BD09_ERROR` are the
metres by which a service may stand off its formula: the figures people report by comparing known places are one to two
metres for GCJ-02 and as much again for BD-09, taken here with a margin of two and a half.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.crs import Floats

GCJ02_ERROR: Final = Fraction(5)
BD09_ERROR: Final = Fraction(10)

_AXIS: Final = 6378137.0
_E2: Final = 0.00669342162296594323  # of the Krassovsky ellipsoid: the formula mixes it with another axis
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The rectangle outside of which the formulas move nothing. The box around China lies well inside it."""
_ROUNDS: Final = 40
_CLOSE: Final = 1e-11


def to_gcj02(places: Floats) -> Floats:
    """WGS 84 degrees as GCJ-02 degrees."""
    moved = places.copy()
    inside = _inside(places)
    moved[inside] += _offset(places[inside])
    return moved


def from_gcj02(places: Floats) -> Floats:
    """GCJ-02 degrees as WGS 84 degrees."""
    return _inverted(to_gcj02, places)


def to_bd09(places: Floats) -> Floats:
    """WGS 84 degrees as BD-09 degrees."""
    return _gcj02_to_bd09(to_gcj02(places))


def from_bd09(places: Floats) -> Floats:
    """BD-09 degrees as WGS 84 degrees."""
    return from_gcj02(_inverted(_gcj02_to_bd09, places))


def _inside(places: Floats) -> NDArray[np.bool_]:
    longitude, latitude = places[:, 0], places[:, 1]
    return (longitude >= _WEST) & (longitude <= _EAST) & (latitude >= _SOUTH) & (latitude <= _NORTH)


def _offset(places: Floats) -> Floats:
    """Degrees by which GCJ-02 lies off WGS 84."""
    x, y = places[:, 0] - 105.0, places[:, 1] - 35.0
    waves = 20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)
    north = (
        waves + 20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3) + 160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)
    )
    east = waves + 20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3) + 150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)
    root = np.sqrt(np.abs(x))
    north = north * 2 / 3 - 100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    east = east * 2 / 3 + 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    phi = np.radians(places[:, 1])
    bend = 1 - _E2 * np.sin(phi) ** 2
    meridian = _AXIS * (1 - _E2) / (bend * np.sqrt(bend))
    parallel = _AXIS / np.sqrt(bend) * np.cos(phi)
    return np.column_stack([np.degrees(east / parallel), np.degrees(north / meridian)])


def _gcj02_to_bd09(places: Floats) -> Floats:
    moved = places.copy()
    inside = _inside(places)
    x, y = places[inside].T
    wave = pi * 3000 / 180
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * wave)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * wave)
    moved[inside] = np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
    return moved


def _inverted(forward: Callable[[Floats], Floats], places: Floats) -> Floats:
    """Where `forward` leads to `places`: each round takes off what is left, which shrinks at least tenfold."""
    found = places.copy()
    inside = _inside(places)
    target = places[inside]
    guess = target
    for _ in range(_ROUNDS):
        left = target - forward(guess)
        guess = guess + left
        if not len(left) or np.abs(left).max() < _CLOSE:
            break
    found[inside] = guess
    return found
