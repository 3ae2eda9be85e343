"""What was read of one layer of a file, before anything is made of it, and how a file that cannot be read says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, NoReturn

from numpy.typing import NDArray

from screening.errors import Problem, ScreeningError
from screening.text import Text

Axes = Literal["east_north", "north_east", "unknown"]


class SourceError(ScreeningError):
    """A file of places that is damaged, too large, of an unknown kind, or not clear about what is in it."""

    kind = "unreadable-source"
    heading = "the file cannot be read"


@dataclass(frozen=True, slots=True)
class Unread:
    """A feature that could not be read: its number in the file, from 0, and why."""

    number: int
    why: Text


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One layer of a file: its name, the kind of geometry it declares ("Unknown" where it does not), how many features
    it counts, and the system it declares, in whatever words."""

    name: str
    geometry: str
    features: int
    crs: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One layer of a file as it stands there: numbers untouched, nothing repaired, nothing dropped.

    `geometries` (n,) are shapely geometries without heights, None where there is none or it is unread (each of these is
    in `unread`); x is the file's first coordinate and y its second (in a table, those called X and Y), and `axes` says
    which of them points east.
    `fields` are (n,) arrays: text, integers, floats, truth values, dates or datetimes, None where a value is missing.
    `crs` is what the file declares, in whatever words (an authority code, WKT, or a land office's 坐标系 and 带号), None
    when it declares nothing. `hints` are words found in the file that say where it comes from. `encoding` is that of
    its text. `sha256` is over all its bytes; of a file of several pieces, over the name and size of each and its bytes.
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


def refuse(where: str, what: str, remedy: str, zh: str) -> NoReturn:
    """Raise SourceError with one problem."""
    raise SourceError(Problem(where, what, remedy, zh))


def door(library: str, where: str) -> Any:
    """A library of the extra `zones`, imported when first needed. Raises SourceError where it is not installed."""
    try:
        return import_module(library)
    except ImportError:
        name = library.partition(".")[0]
        refuse(
            where,
            f"files of this kind are read with {name}, which is not installed",
            "pip install 'screening[zones]'",
            f"读取此类文件需要 {name}，尚未安装：pip install 'screening[zones]'",
        )
