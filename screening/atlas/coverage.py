"""Where what a layer does not show is known not to be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.index import Index
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
    """For one site, its room in every usable extent it lies in, by the extent layer's id."""

    index: Index
    rooms: Mapping[str, Room]

    @classmethod
    def of(cls, site: Site, index: Index, usable: NDArray[np.bool_], nearest: Mapping[int, Nearest]) -> Coverage:
        rooms = {}
        for number, extent in index.extents.items():
            layer, edge = index.layers[number], nearest.get(number)
            if not usable[number] or layer.unread or edge is None or site.extent is None:
                continue
            if shapely.covered_by(site.drawn, extent):
                reach, beyond = index.reach[number], float(site.extent)
                rooms[layer.id] = Room(edge.at_least(reach + beyond), exactly=reach == 0 and beyond == 0)
        return cls(index, rooms)

    def complete(self, layers: tuple[int, ...]) -> bool:
        """True when some of these layers of one kind shows all there is within its tolerance of the site's reach."""
        return any(self._covers(number) for number in layers)

    def _covers(self, number: int) -> bool:
        room = self._room(number)
        if room is None:
            return False
        reach = self.index.reach[number]
        return room.metres > reach or (room.exactly and reach == 0)

    def _room(self, number: int) -> Room | None:
        layer = self.index.layers[number]
        return None if layer.unread else self.rooms.get(layer.card.complete_within)

    def unseen_from(self, layers: tuple[int, ...]) -> float:
        """Metres from the site within which these layers of one kind show whatever there is; 0: they need not."""
        rooms = [(number, self._room(number)) for number in layers]
        return max([0.0] + [room.metres - self.index.reach[number] for number, room in rooms if room is not None])

    def inside_some(self) -> bool:
        """True when all of the site, wherever in its reach, lies in one of the extents."""
        return any(room.exactly or room.metres > 0 for room in self.rooms.values())
