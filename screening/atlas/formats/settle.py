"""Well-known binary to geometries: heights left out, and whatever is no place told apart with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.formats.limits import Limits
from screening.atlas.formats.source import Unread, refuse
from screening.text import Text

_ITEMS: Final = 20_000
_BYTES: Final = 16 << 20
_NO_GEOMETRY: Final = Text("没有图形，或图形已损坏", "it has no geometry, or one that is damaged")
_EMPTY: Final = Text("图形为空", "its geometry is empty")
_NOT_FINITE: Final = Text("坐标不是有限的数", "a coordinate is not a finite number")
_COLLECTION: Final = Text(
    "是几何集合，须拆成点、线或面", "it is a collection of geometries; split it into points, lines or polygons"
)
_HEIGHTS: Final = Text("图形带高程，高程未采用", "the geometries have heights, which were left out")


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Geometries (n,), None for each that is unread; the unread; what was left out of all."""

    geometries: NDArray[Any]
    unread: tuple[Unread, ...]
    remarks: tuple[Text, ...] = ()


def too_many_vertices(where: str, found: int, limits: Limits) -> None:
    """Raises SourceError when `found` vertices are over the limit."""
    if found > limits.vertices:
        refuse(
            where,
            f"more than {limits.vertices:,} vertices",
            "hand in only the boundary, or a layer in parts",
            f"折点超过 {limits.vertices:,} 个，请只提交边界，或拆分图层",
        )


def stretches(sizes: NDArray[np.int64]) -> Iterator[slice]:
    """Runs of items that are worked on at once: at most 20,000, and 16 MiB unless one alone is more."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = int(ends[start - 1]) if start else 0
        stop = int(np.searchsorted(ends, before + _BYTES, side="right"))
        stop = min(max(stop, start + 1), start + _ITEMS, len(sizes))
        yield slice(start, stop)
        start = stop


def settle(binaries: NDArray[Any], where: str, limits: Limits) -> Settled:
    """Geometries of an (n,) array of well-known binary or None, which is emptied on the way to spare memory.

    Raises SourceError over the limit of vertices.
    """
    found = np.empty(len(binaries), dtype=object)
    unread: list[Unread] = []
    high = False
    sizes = np.array([0 if item is None else len(item) for item in binaries], dtype=np.int64)
    # A vertex takes 16 bytes, or 24 with its height.
    too_many_vertices(where, int(sizes.sum()) // 24 - 2 * len(sizes), limits)
    for part in stretches(sizes):
        chunk = binaries[part].copy()
        binaries[part] = None
        start = part.start
        # Numbers that are none are found below; shapely warns of each.
        with np.errstate(invalid="ignore"):
            shapes, why = _parse(chunk)
            high = high or bool(shapely.has_z(shapes).any())
            kept, reasons = sift(shapes, why)
        found[part] = kept
        unread.extend(Unread(start + number, reason) for number, reason in reasons)
    too_many_vertices(where, int(shapely.get_num_coordinates(found).sum()), limits)
    return Settled(found, tuple(unread), (_HEIGHTS,) if high else ())


def settle_shapes(shapes: NDArray[Any], where: str, limits: Limits) -> Settled:
    """The same of (n,) geometries that are made already."""
    too_many_vertices(where, int(shapely.get_num_coordinates(shapes).sum()), limits)
    with np.errstate(invalid="ignore"):
        kept, reasons = sift(shapes, {})
        high = bool(shapely.has_z(shapes).any())
    return Settled(kept, tuple(Unread(number, why) for number, why in reasons), (_HEIGHTS,) if high else ())


def _parse(chunk: NDArray[Any]) -> tuple[NDArray[Any], dict[int, Text]]:
    why: dict[int, Text] = {}
    try:
        shapes = np.asarray(shapely.from_wkb(chunk, on_invalid="ignore"), dtype=object).reshape(len(chunk))
        failed = [number for number in np.flatnonzero(shapely.is_missing(shapes)) if chunk[number] is not None]
    except (shapely.errors.ShapelyError, NotImplementedError, TypeError, ValueError):
        shapes, failed = np.full(len(chunk), None, dtype=object), list(np.arange(len(chunk)))
    for number in failed:
        try:
            shapes[number] = shapely.from_wkb(chunk[number])
        except (shapely.errors.ShapelyError, NotImplementedError, TypeError, ValueError) as error:
            why[int(number)] = Text(
                "图形无法解读（环不闭合、点数不足或类型不支持）", f"its geometry cannot be read: {str(error)[:120]}"
            )
    return shapes, why


def sift(shapes: NDArray[Any], why: dict[int, Text]) -> tuple[NDArray[Any], list[tuple[int, Text]]]:
    """Geometries in two dimensions, None for what is no place, with (number, reason) of each. `why` is known already."""
    missing = shapely.is_missing(shapes)
    kept = np.asarray(shapely.force_2d(shapes), dtype=object).reshape(len(shapes))
    coordinates, owner = shapely.get_coordinates(kept, return_index=True)
    wild = np.zeros(len(shapes), dtype=bool)
    wild[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    empty = ~missing & shapely.is_empty(shapes)
    kinds = shapely.get_type_id(shapes)
    collection = kinds == 7
    unread: list[tuple[int, Text]] = []
    for number in np.flatnonzero(missing | wild | empty | collection):
        place = int(number)
        reason = (
            why.get(place, _NO_GEOMETRY)
            if missing[place]
            else _EMPTY
            if empty[place]
            else _COLLECTION
            if collection[place]
            else _NOT_FINITE
        )
        unread.append((place, reason))
        kept[place] = None
    # A closed line alone is a ring to GEOS; here it is a line.
    for number in np.flatnonzero(kinds == 2):
        if kept[number] is not None:
            kept[number] = shapely.LineString(shapely.get_coordinates(kept[number]))
    return kept, unread
