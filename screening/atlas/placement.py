"""Where a project lies: the facts, and what on the map they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from screening.facts import Facts, Interval, Number


@dataclass(frozen=True, slots=True)
class UnitHit:
    """A control unit the site overlaps (`certain`) or may overlap. `code` and `unit_class` are None where unread.

    Area in square metres, share of the site.
    """

    layer: str
    code: str | None
    name: str
    unit_class: str | None
    certain: bool
    area: Interval
    share: Interval

    def plain(self) -> dict[str, Any]:
        """The same as plain JSON data: numbers as decimal text, an open end as None."""
        return {
            "layer": self.layer,
            "code": self.code,
            "name": self.name,
            "class": self.unit_class,
            "certain": self.certain,
            "area": [_decimal(self.area.lo), _decimal(self.area.hi)],
            "share": [_decimal(self.share.lo), _decimal(self.share.hi)],
        }


def _decimal(number: Number) -> str | None:
    return f"{float(number):.6f}".rstrip("0").rstrip(".") if isfinite(number) else None


@dataclass(frozen=True, slots=True)
class AreaHit:
    """A feature the site overlaps (`certain`) or may overlap. Area in square metres, share of the site."""

    kind: str
    layer: str
    name: str
    certain: bool
    area: Interval
    share: Interval


@dataclass(frozen=True, slots=True)
class DistanceHit:
    """The nearest that one layer shows: metres, and the nearest place in degrees of longitude and latitude.

    Areas that the drawn site meets are hits instead.
    """

    kind: str
    layer: str
    name: str
    metres: Interval
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the map that a reader of the facts must know, in Chinese and in English."""

    layer: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Placement:
    """What the atlas says of a footprint on a day. `layers_used` are (id, sha256) of the layers the facts rest on.

    `drawn_units` are the codes of all control units that some layer draws whole, `touched_units` of those that the site may
    reach; None where it may reach any.
    """

    facts: Facts
    units: tuple[UnitHit, ...]
    hits: tuple[AreaHit, ...]
    distances: tuple[DistanceHit, ...]
    layers_used: tuple[tuple[str, str], ...]
    warnings: tuple[Remark, ...]
    drawn_units: frozenset[str] = frozenset()
    touched_units: frozenset[str] | None = None

    def is_clear_of(self, unit: str) -> bool:
        """True when a control unit is drawn and the site certainly does not reach it.

        A layer without unread features draws each of its units whole, so this holds also where it does not show every unit.
        """
        return self.touched_units is not None and unit in self.drawn_units and unit not in self.touched_units
