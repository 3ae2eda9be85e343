"""Which layers answer which question on a day: worked out once for every day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.index import Index
from screening.atlas.layer import Layer, Use
from screening.atlas.versions import Unusable, select_versions
from screening.facts import Origin, Supplier

MEASURED: Final = Origin(Supplier.ATLAS, "", "measured on the drawn footprint")


@dataclass(frozen=True, slots=True)
class Group:
    """The usable layers of one kind, the keys of its facts and their origin."""

    kind: str
    use: Use
    layers: tuple[int, ...]
    origin: Origin
    overlaps: str
    share: str
    area: str
    distance: str


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The layers usable on a day (`present`, by number), by kind and by what they say of jurisdictions; why others are not.

    `drawn_units` are the codes of all control units that are drawn, by layers that draw all they hold.
    """

    present: tuple[int, ...]
    unusable: tuple[tuple[int, Unusable], ...]
    usable: NDArray[np.bool_]
    used: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    named: tuple[Group, ...]
    units: tuple[int, ...]
    admin: tuple[int, ...]
    units_origin: Origin
    zoning_origin: Origin
    drawn_units: frozenset[str]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(index: Index, as_of: date, known_on: date | None = None) -> Plan:
        """The plan for a day, and for what had been recorded by another."""
        layers = index.layers
        reasons = select_versions(layers, as_of, known_on)
        present = tuple(number for number, why in enumerate(reasons) if why is None)
        by_kind: dict[str, list[int]] = {}
        for number in present:
            if layers[number].card.use is not Use.EXTENT:
                by_kind.setdefault(layers[number].kind, []).append(number)
        groups = tuple(_group(kind, layers, tuple(members)) for kind, members in by_kind.items())
        units = tuple(number for number in present if layers[number].card.use is Use.UNITS)
        admin = tuple(number for number in present if layers[number].card.use is Use.ADMIN)
        named = tuple(group for group in groups if layers[group.layers[0]].gives_jurisdiction)
        usable = np.zeros(len(layers), dtype=bool)
        usable[list(present)] = True
        zoning = [*admin, *units, *(number for group in named for number in group.layers)]
        return Plan(
            present=present,
            unusable=tuple((number, why) for number, why in enumerate(reasons) if why is not None),
            usable=usable,
            used=tuple((layers[number].id, layers[number].sha256) for number in present),
            groups=groups,
            named=named,
            units=units,
            admin=admin,
            units_origin=_origin(layers[number] for number in units),
            zoning_origin=_origin(layers[number] for number in zoning),
            drawn_units=frozenset(
                code
                for number in units
                if not layers[number].unread  # it may be the other part of a unit that could not be read
                for code in layers[number].features.codes
                if code is not None
            ),
        )


def _group(kind: str, layers: tuple[Layer, ...], members: tuple[int, ...]) -> Group:
    use, origin = layers[members[0]].card.use, _origin(layers[number] for number in members)
    keys = (f"site.{word}.{kind}" for word in ("overlaps", "share", "area", "distance"))
    return Group(kind, use, members, origin, *keys)


def _origin(layers: Iterable[Layer]) -> Origin:
    found = list(layers)
    note = "; ".join(f"{layer.id} as of {layer.card.as_of}, within {float(layer.tolerance):g} m" for layer in found)
    return Origin(Supplier.ATLAS, ",".join(layer.id for layer in found), note)
