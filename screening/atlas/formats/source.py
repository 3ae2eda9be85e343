"""What was read of one layer of a file, before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from numpy.typing import NDArray

from screening.text import Text

Axes = Literal["east_north", "north_east", "unknown"]


@dataclass(frozen=True, slots=True)
class Unread:
    """A feature that could not be read: its number in the file, from 0, and why."""

    number: int
    why: Text


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One layer of a file as it stands there: numbers untouched, nothing repaired, nothing dropped.

    `geometries` (n,) are shapely geometries without heights, None where there is none or it is unread; x is the file's
    first coordinate and y its second, unless `axes` says which is east. `fields` are (n,) arrays of text, numbers,
    dates or None. `crs` is what the file declares, in whatever words (an authority code, WKT, or a land office's
    坐标系 and 带号), None when it declares nothing. `hints` are words found in the file that say where it comes from.
    `encoding` is that of its text. `sha256` is over all its bytes.
    """

    path: str
    form: str
    layer: str
    sha256: str
    geometries: NDArray[Any]
    fields: Mapping[str, NDArray[Any]]
    crs: str | None = None
    axes: Axes = "east_north"
    hints: tuple[str, ...] = ()
    encoding: str = "UTF-8"
    unread: tuple[Unread, ...] = ()
    remarks: tuple[Text, ...] = ()
