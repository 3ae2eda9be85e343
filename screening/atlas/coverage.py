"""Where what a layer does not show is known not to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import shapely
from shapely.geometry.base import BaseGeometry

from screening.atlas.layer import Layer
from screening.atlas.nearest import Nearest
from screening.atlas.site import Site


@dataclass(frozen=True, slots=True)
class Room:
    """How far, in metres, an extent certainly goes on around all of the site's reach.

    `exactly`: the site lies inside and there is nothing to allow for, neither tolerance nor reach beyond the drawing.
    """

    metres: float
    exactly: bool


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """For one site, its room in every usable extent it lies in, by the extent layer's id.

    `since` is the day on which the extent took the place of an older version. A layer recorded before that day says that it
    is complete in another area than this.
    """

    layers: tuple[Layer, ...]
    reach: Sequence[Fraction]
    rooms: Mapping[str, Room]
    since: Mapping[str, date]

    @classmethod
    def of(
        cls,
        site: Site,
        layers: tuple[Layer, ...],
        reach: Sequence[Fraction],
        extents: Mapping[int, BaseGeometry],
        nearest: Mapping[int, Nearest],
    ) -> Coverage:
        """`extents` are the usable extent layers near the site, as drawn there; `reach` metres each layer may be off."""
        rooms, since = {}, {}
        for number, extent in extents.items():
            layer, edge = layers[number], nearest.get(number)
            if layer.unread or edge is None or site.extent is None:
                continue
            if shapely.covered_by(site.drawn, extent):
                beyond = float(site.extent)
                exactly = reach[number] == 0 and beyond == 0
                rooms[layer.id] = Room(edge.at_least(float(reach[number]) + beyond), exactly)
                if any(one.id == layer.id and one.card.recorded < layer.card.recorded for one in layers):
                    since[layer.id] = layer.card.recorded
        return cls(layers, reach, rooms, since)

    def complete(self, layers: tuple[int, ...]) -> bool:
        """True when some of these layers of one kind shows all there is within its tolerance of the site's reach."""
        return any(self._covers(number) for number in layers)

    def _covers(self, number: int) -> bool:
        room = self._room(number)
        if room is None:
            return False
        reach = self.reach[number]
        return room.metres > reach or (room.exactly and reach == 0)

    def _room(self, number: int) -> Room | None:
        layer = self.layers[number]
        within = layer.card.complete_within
        if layer.unread or layer.card.recorded < self.since.get(within, date.min):
            return None
        return self.rooms.get(within)

    def unseen_from(self, layers: tuple[int, ...]) -> float:
        """Metres from the site within which these layers of one kind show whatever there is; 0: they need not."""
        rooms = [(number, self._room(number)) for number in layers]
        return max([0.0] + [room.metres - float(self.reach[number]) for number, room in rooms if room is not None])

    def inside_some(self) -> bool:
        """True when all of the site, wherever in its reach, lies in one of the extents."""
        return any(room.exactly or room.metres > 0 for room in self.rooms.values())
