"""The nation as an atlas in memory, its layers under the kinds that rules ask for."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

from benchmarks.nation.storage import Stored, load_layer
from screening.atlas import Atlas, Layer
from screening.atlas.features import Features
from screening.atlas.layer import Card, Use
from screening.text import Text

DAY: Final = date(2026, 11, 22)
_SINCE: Final = date(2024, 1, 1)
_INVENTED: Final = Text(
    "虚构数据：用于性能测试，并无其地", "Invented data: made for benchmarks; there is no such place"
)

SHOWN: Final[tuple[tuple[str, str, Use, int], ...]] = (
    ("frame", "extent", Use.EXTENT, 10),
    ("units", "control_unit", Use.UNITS, 5),
    ("counties", "admin", Use.ADMIN, 10),
    ("redline", "ecological_redline", Use.AREA, 5),
    ("shoreline", "yangtze_main_stem", Use.LINE, 5),
)
"""Each layer's name, kind, use, and tolerance in metres as such maps have it."""


def zone_set(folder: Path, *, exact: bool) -> Atlas:
    """The layers that `make_nation` wrote; `exact`: every tolerance 0, so that places are as plain geometry has them."""
    layers = tuple(
        _layer(name, kind, use, 0 if exact else metres, load_layer(folder, name)) for name, kind, use, metres in SHOWN
    )
    return Atlas("nation", _INVENTED, layers, (), "0" * 64, invented=True, note=_INVENTED)


def _layer(name: str, kind: str, use: Use, metres: int, stored: Stored) -> Layer:
    card = Card(
        id=name,
        title=_INVENTED,
        kind=kind,
        use=use,
        data=f"{name}.parquet",
        crs="EPSG:4490",
        tolerance=Fraction(metres),
        source=_INVENTED,
        as_of=_SINCE,
        recorded=_SINCE,
        licence="CC0-1.0",
        features=len(stored.shapes),
        complete_within="frame",
        note=_INVENTED,
    )
    return Layer(card, Features(stored.shapes, stored.names, stored.codes, stored.classes), "0" * 64)
