"""The land: a blob the size and place of a country, denser to the east, and well-spaced sites all over it.

Everything is made in a plane of degrees of latitude, x = longitude * `NARROW`, so that shapes look right at its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Final

import numpy as np

from screening.atlas.crs import Floats

WHOLE: Final = 44_604
"""Control units of the nation at full size."""

CENTRE: Final = (104.5, 36.0)
NARROW: Final = cos(radians(CENTRE[1]))
HALF: Final = (23.3, 16.1)
"""Half the land's width and height at full size, in degrees of latitude."""

_PLASTIC: Final = 1.324717957244746

_FENCE: Final = 60


def _margin(count: int) -> float:
    """How far out to sea there are sites, the coast being at 1."""
    return 1 + max(0.12, 6 / sqrt(count))


def to_degrees(plane: Floats) -> Floats:
    """(n, 2) of the plane as longitude and latitude, to 1e-8 degrees (a millimetre)."""
    return np.round(plane / (NARROW, 1.0), 8)


@dataclass(frozen=True, slots=True)
class Land:
    """`scale` is the linear size, 1 for the whole nation; fewer units make a smaller nation of equal detail."""

    scale: float
    waves: tuple[tuple[int, float, float], ...]

    @classmethod
    def of(cls, units: int, seed: int) -> Land:
        """The land for so many units; its coast follows from the seed."""
        draw = np.random.default_rng([seed, 1])
        waves = tuple((k, 0.35 / k * float(draw.uniform(0.5, 1)), float(draw.uniform(0, 6.283))) for k in range(2, 8))
        return cls(sqrt(units / WHOLE), waves)

    def normal(self, plane: Floats) -> Floats:
        """The plane with the land's centre at 0 and its ellipse at 1."""
        centre = np.array([CENTRE[0] * NARROW, CENTRE[1]])
        found: Floats = (plane - centre) / (np.array(HALF) * self.scale)
        return found

    def height(self, plane: Floats) -> Floats:
        """0 at the centre, 1 about the coast, more at sea."""
        x, y = self.normal(plane).T
        angle = np.arctan2(y, x)
        turns = np.linspace(0, 2 * np.pi, 720)
        radius = self._radius(angle) / self._radius(turns).max()
        found: Floats = np.hypot(x, y) / radius
        return found

    def _radius(self, angle: Floats) -> Floats:
        found = np.ones(np.shape(angle))
        for k, size, turn in self.waves:
            found += size * np.cos(k * angle + turn)
        return found

    def fence(self, count: int) -> Floats:
        """A few sites far out, so that no cell of the land is without an end however few sites there are."""
        angle = np.arange(_FENCE) * (2 * np.pi / _FENCE)
        around = np.column_stack([np.cos(angle), np.sin(angle)]) * 1.1 * _margin(count)
        found: Floats = around * HALF * self.scale + (CENTRE[0] * NARROW, CENTRE[1])
        return found

    def sites(self, count: int, seed: int) -> Floats:
        """Sites of the plane, about `count` of them on land, more at sea around it, thirteen times denser in the east."""
        margin = _margin(count)
        asked = count
        while True:
            asked *= 3
            number = np.arange(1, asked + 1, dtype=np.float64)
            shift = np.random.default_rng([seed, 2]).random(3)
            # The R2 sequence: low discrepancy, so that sites are well spaced from the start.
            spread = np.column_stack([number / _PLASTIC, number / _PLASTIC**2]) + shift[:2]
            normal = (spread % 1 * 2 - 1) * margin
            dense = np.exp(1.3 * (normal[:, 0] - margin))
            normal = normal[np.random.default_rng([seed, 3]).random(asked) < dense]
            plane = normal * HALF * self.scale + (CENTRE[0] * NARROW, CENTRE[1])
            height = self.height(plane)
            plane, height = plane[height < margin], height[height < margin]
            on_land = np.cumsum(height < 1)
            if on_land[-1] >= count:
                return np.ascontiguousarray(plane[: int(np.searchsorted(on_land, count)) + 1])
