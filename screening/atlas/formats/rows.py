"""Rows of a table to features: a point each, or rings where columns or the points themselves say that they are one.

A row whose coordinates cannot be read makes its whole ring unread: a boundary without one of its points is another place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.formats.columns import Columns
from screening.atlas.formats.numbers import read_coordinate
from screening.atlas.formats.rings import assemble, split_closed
from screening.atlas.formats.source import Unread
from screening.text import Text

_POINTS: Final = Text(
    "表中每行作为一个点，未连成边界", "each row was taken as a point; they were not joined to a boundary"
)
_RINGS: Final = Text("表中各点按顺序连成边界", "the points of the table were joined to boundaries in their order")
_PAIRS: Final = Text(
    "表中有多组坐标列，采用了含义最明确的一组", "there are several pairs of coordinate columns; the clearest was taken"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with its line or row number, for error texts."""

    number: int
    cells: tuple[Any, ...]

    def cell(self, place: int | None) -> Any:
        return self.cells[place] if place is not None and place < len(self.cells) else None


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What became of a table's rows."""

    geometries: NDArray[Any]
    fields: dict[str, NDArray[Any]]
    unread: tuple[Unread, ...]
    remarks: tuple[Text, ...]


def features_of(names: Sequence[str], rows: Sequence[Row], columns: Columns) -> Rows:
    """Features of the rows under a header. `names` are made different where two are alike."""
    names = _different(names)
    if columns.wkt is not None:
        shapes, why = _from_wkt(rows, columns.wkt)
        return _single(names, rows, {columns.wkt}, shapes, why, ())
    points: list[tuple[float, float] | None] = []
    why = {}
    for place, row in enumerate(rows):
        first, second = read_coordinate(row.cell(columns.first)), read_coordinate(row.cell(columns.second))
        extra = [cell for cell in row.cells[len(names) :] if cell not in (None, "")]
        if first is None or second is None or extra:
            points.append(None)
            why[place] = _bad_row(row, columns, bool(extra))
        else:
            points.append((first, second))
    coordinates = {columns.first, columns.second}
    extra_remarks = (_PAIRS,) if columns.other_pairs else ()
    if columns.parcel is not None or columns.ring is not None or _boundary(points, columns):
        return _rings(names, rows, columns, points, why, extra_remarks)
    shapes = np.empty(len(rows), dtype=object)
    for place, point in enumerate(points):
        shapes[place] = None if point is None else shapely.Point(point)
    return _single(names, rows, coordinates, shapes, why, (_POINTS, *extra_remarks) if len(rows) > 1 else extra_remarks)


def _bad_row(row: Row, columns: Columns, extra: bool) -> Text:
    if extra:
        return Text(f"第 {row.number} 行的单元格多于列名", f"row {row.number} has more cells than there are columns")
    shown = ", ".join(
        "" if row.cell(place) is None else str(row.cell(place))[:30] for place in (columns.first, columns.second)
    )
    return Text(f"第 {row.number} 行坐标无法识别：{shown}", f"row {row.number}: not a pair of coordinates: {shown}")


def _boundary(points: Sequence[tuple[float, float] | None], columns: Columns) -> bool:
    """A column of boundary points, or a last point that is the first again, says that the rows are one boundary."""
    if columns.boundary:
        return len(points) >= 3
    return len(points) >= 4 and points[0] is not None and points[0] == points[-1] and len({*points}) >= 3


def _from_wkt(rows: Sequence[Row], place: int) -> tuple[NDArray[Any], dict[int, Text]]:
    shapes = np.full(len(rows), None, dtype=object)
    why: dict[int, Text] = {}
    for number, row in enumerate(rows):
        text = row.cell(place)
        if text is None or not str(text).strip():
            continue
        try:
            shapes[number] = shapely.from_wkt(str(text))
        except (shapely.errors.ShapelyError, NotImplementedError, ValueError) as error:
            why[number] = Text(f"第 {row.number} 行的 WKT 无法解读", f"row {row.number}: not WKT: {str(error)[:120]}")
    return shapes, why


def _single(
    names: list[str],
    rows: Sequence[Row],
    without: set[int],
    shapes: NDArray[Any],
    why: dict[int, Text],
    remarks: tuple[Text, ...],
) -> Rows:
    """One feature a row; its coordinates are its geometry and no field."""
    fields = {
        name: column_of([row.cell(place) for row in rows]) for place, name in enumerate(names) if place not in without
    }
    return Rows(shapes, fields, tuple(Unread(place, reason) for place, reason in sorted(why.items())), remarks)


def _rings(
    names: list[str],
    rows: Sequence[Row],
    columns: Columns,
    points: Sequence[tuple[float, float] | None],
    why: dict[int, Text],
    remarks: tuple[Text, ...],
) -> Rows:
    """One feature a parcel: rows of one parcel, and in it of one ring, belong together in the order they stand."""
    parcels: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        key = row.cell(columns.parcel)
        parcels.setdefault("" if key is None else str(key).strip(), []).append(place)
    shapes = np.full(len(parcels), None, dtype=object)
    unread: list[Unread] = []
    for number, places in enumerate(parcels.values()):
        bad = [place for place in places if points[place] is None]
        if bad:
            unread.append(Unread(number, why[bad[0]]))
            continue
        rings: dict[str, list[tuple[float, float]]] = {}
        for place in places:
            key = rows[place].cell(columns.ring)
            point = points[place]
            assert point is not None
            rings.setdefault("" if key is None else str(key).strip(), []).append(point)
        try:
            shapes[number] = assemble([ring for whole in rings.values() for ring in split_closed(whole)])
        except ValueError as error:
            line = rows[places[0]].number
            unread.append(
                Unread(number, Text(f"第 {line} 行起的地块不足三个不同的点", f"the parcel from row {line}: {error}"))
            )
    without = {columns.first, columns.second, columns.ring, columns.point}
    fields: dict[str, NDArray[Any]] = {}
    for place, name in enumerate(names):
        if place in without:
            continue
        values = []
        for places in parcels.values():
            cells = [rows[one].cell(place) for one in places if rows[one].cell(place) not in (None, "")]
            same = {str(cell) for cell in cells}
            values.append(
                cells[0] if len(same) == 1 else None if not same else "; ".join(dict.fromkeys(map(str, cells)))[:1000]
            )
        fields[name] = column_of(values)
    return Rows(shapes, fields, tuple(unread), (_RINGS, *remarks))


def column_of(values: Sequence[Any]) -> NDArray[Any]:
    """A column of one kind: integers, floats, truth values, dates, datetimes, or, where they are mixed, text."""
    tidy = [
        None if value is None or (isinstance(value, str) and not value.strip()) or value != value else value
        for value in values
    ]
    kinds = {type(value) for value in tidy if value is not None}
    column = np.empty(len(tidy), dtype=object)
    if kinds == {int} and None not in tidy and all(abs(value) < 2**63 for value in tidy if value is not None):
        return np.array(tidy, dtype=np.int64)
    if kinds and kinds <= {int, float} and float in kinds:
        column[:] = [None if value is None else float(value) for value in tidy]
        return column.astype(np.float64) if None not in tidy else column
    if (len(kinds) == 1 and kinds <= {bool, date, datetime}) or kinds == {int}:
        column[:] = tidy
        return column
    column[:] = [None if value is None else value if isinstance(value, str) else str(value) for value in tidy]
    return column


def _different(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for place, name in enumerate(names):
        plain = name.strip() or f"column {place + 1}"
        again, number = plain, 2
        while again in found:
            again, number = f"{plain} ({number})", number + 1
        found.append(again)
    return found
