"""A layer of the atlas: its card, its features, and how far it may be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final

from screening.atlas.counts import Counts
from screening.atlas.crs import datum_error
from screening.atlas.features import Features
from screening.text import NOTHING, Text

UNIT_CLASSES: Final[Mapping[str, str]] = {
    "priority_protection": "priority_protection",
    "key_control": "key_control",
    "general_control": "general_control",
    "优先保护": "priority_protection",
    "优先保护单元": "priority_protection",
    "重点管控": "key_control",
    "重点管控单元": "key_control",
    "一般管控": "general_control",
    "一般管控单元": "general_control",
}
"""What a control unit's class may be written as, and our word for it."""


class Use(StrEnum):
    """How a layer's geometry is used."""

    AREA = "area"
    LINE = "line"
    UNITS = "units"
    ADMIN = "admin"
    EXTENT = "extent"


@dataclass(frozen=True, slots=True)
class Transformed:
    """The coordinate system that the data came in, and metres by which bringing them to EPSG:4490 may have erred."""

    source: str
    error: Fraction


@dataclass(frozen=True, slots=True)
class Stored:
    """One file of a snapshot: its length in bytes and their sha256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is said of a layer: what it shows, from where, how exactly, since when and until when.

    `tolerance` is metres by which a drawn boundary may lie from the true one. From the day `stale_after` on (None: never,
    and `never_stale` says why), and outside [`in_force_from`, `in_force_until`), the layer is as good as not loaded.
    `recorded` is the day this version of the layer was. Inside the extent layer `complete_within` (empty: nowhere) what
    the layer does not show is not there. Of a snapshot `stored` names each file beside the card, and so the card's own
    sha256 stands for all of them.
    """

    id: str
    title: Text
    kind: str
    use: Use
    data: str
    crs: str
    tolerance: Fraction
    source: Text
    as_of: date
    licence: str
    features: int
    recorded: date
    stale_after: date | None = None
    never_stale: Text = NOTHING
    in_force_from: date | None = None
    in_force_until: date | None = None
    complete_within: str = ""
    attributes: Mapping[str, str] | None = None
    transformed: Transformed | None = None
    counts: Counts | None = None
    original: Mapping[str, str] | None = None
    stored: Mapping[str, Stored] | None = None
    note: Text = NOTHING
    invented: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A card with its features. `sha256` is of the card's bytes and then the data's; of a snapshot, of the card's.

    `repaired` features had invalid geometry and were made valid; `unread` ones are not on the map, so the layer never
    says that something is not there. `folder` is where a snapshot lies; None for data beside a hand-made card.
    """

    card: Card
    features: Features
    sha256: str
    repaired: int = 0
    unread: int = 0
    folder: Path | None = None

    @property
    def id(self) -> str:
        return self.card.id

    @property
    def kind(self) -> str:
        return self.card.kind

    @property
    def tolerance(self) -> Fraction:
        """Metres a boundary may be off: the card's tolerance and what the layer's coordinate systems add."""
        came = self.card.transformed
        return self.card.tolerance + (datum_error(self.card.crs) or 0) + (came.error if came else 0)

    @property
    def counts(self) -> Counts:
        """What became of the features of its file: as found on import, or as far as a hand-made layer was looked at."""
        whole = len(self.features) + self.unread
        return self.card.counts or Counts(read=whole, unread=self.unread, repaired=self.repaired)

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east and north of its features in degrees; None where it has none."""
        boxes = self.features.prepared.blocks.bounds
        if not len(boxes):
            return None
        (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)

    @property
    def gives_jurisdiction(self) -> bool:
        """An area with rules of its own: a basin (`basin_yangtze`) or a region."""
        return self.card.use is Use.AREA and self.kind.startswith(("basin_", "region_"))


@dataclass(frozen=True, slots=True)
class Absence:
    """A kind certified not to occur anywhere in the territory the atlas covers, and who says so."""

    kind: str
    source: str
