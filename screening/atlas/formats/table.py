"""CSV, TSV and Excel tables of coordinates.

The header row is the first, among twenty, whose names hold a pair of coordinates; titles above it are passed over. Text
stays text, so that a unit code keeps its zeros. Cells of formulas count with the value stored for them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn

from screening.atlas.formats.columns import Columns, find_columns
from screening.atlas.formats.limits import Limits
from screening.atlas.formats.rows import Row
from screening.atlas.formats.source import SourceError, door, refuse

_HEADER_WITHIN: Final = 20
_HEAD: Final = 200_000
_LINE: Final = re.compile(r"\r\n|\r|\n")
_DELIMITERS: Final = (",", "\t", ";", "，", "|")
_ACCEPTED: Final = "经度/纬度, lon/lat, 北坐标/东坐标, X/Y, WKT"


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows under it."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    columns: Columns


def read_text_table(text: str, where: str, limits: Limits) -> Table:
    """The table in delimited text. Raises SourceError when no row names coordinates, or the quoting is broken."""
    found: tuple[int, int, str, list[str]] | None = None
    head = _LINE.split(text[:_HEAD])[:_HEADER_WITHIN]
    for rank, delimiter in enumerate((*_DELIMITERS, " ")):
        for number, line in enumerate(head):
            names = line.split() if delimiter == " " else next(csv.reader([line], delimiter=delimiter), [])
            if find_columns(names) and (found is None or number < found[0]):
                found = (number, rank, delimiter, names)
    if found is None:
        _no_header(where, head[0] if head else "")
    start, _, delimiter, _ = found
    rows: list[Row] = []
    try:
        if delimiter == " ":
            records: Iterable[tuple[int, Sequence[str]]] = (
                (number, line.split()) for number, line in enumerate(_LINE.split(text), 1)
            )
        else:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            records = ((reader.line_num, record) for record in reader)
        table = _rows(records, start + 1, where, limits)
    except csv.Error as error:
        refuse(where, f"the table is broken: {error}", "save it as CSV again", "表格引号或分隔符有误，请重新另存为 CSV")
    names, rows = table
    columns = find_columns(names)
    if columns is None:
        _no_header(where, ",".join(names))
    _check_again(names, rows, columns, where)
    return Table(tuple(names), tuple(rows), columns)


def _rows(
    records: Iterable[tuple[int, Sequence[Any]]], header: int, where: str, limits: Limits
) -> tuple[list[str], list[Row]]:
    names: list[str] = []
    rows: list[Row] = []
    for number, cells in records:
        if number < header:
            continue
        if not names:
            names = [str(cell).strip() for cell in cells]
            while names and not names[-1]:
                names.pop()
            continue
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells):
            continue
        rows.append(Row(number, tuple(cells)))
        if len(rows) > limits.features:
            refuse(
                where, f"more than {limits.features:,} rows", "split the table", f"超过 {limits.features:,} 行，请拆分"
            )
    return names, rows


def _check_again(names: Sequence[str], rows: Sequence[Row], columns: Columns, where: str) -> None:
    """Raises SourceError where a second column of one meaning says something else: a list of points in two blocks."""
    for place, other in columns.again:
        wrong = next((row for row in rows if row.cell(other) not in (None, "", row.cell(place))), None)
        if wrong is not None:
            refuse(
                where,
                f'the columns {place + 1} ("{names[place][:30]}") and {other + 1} ("{names[other][:30]}") mean the same '
                f"and differ in row {wrong.number}",
                "put all points below each other in one block, or take out the columns that do not count",
                f"第 {place + 1} 列与第 {other + 1} 列含义相同而第 {wrong.number} 行内容不同；"
                "请把各点排成一栏，或删去不用的列",
            )


def _no_header(where: str, first: str) -> NoReturn:
    refuse(
        where,
        f'no row names columns of coordinates (the first line is "{first[:60]}")',
        f"give the table a header row with {_ACCEPTED}",
        f"未找到坐标列名（首行为“{first[:60]}”），请加表头：{_ACCEPTED}",
    )


def read_workbook(path: Path, where: str, limits: Limits) -> dict[str, Table]:
    """The tables of an Excel file that name coordinates, by sheet. Raises SourceError when damaged or none does."""
    openpyxl = door("openpyxl", where)
    found: dict[str, Table] = {}
    first = ""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                # The size a sheet states may be a lie, small or large.
                sheet.reset_dimensions()
                records = (
                    (number, [_cell(value) for value in cells])
                    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
                )
                head = list(islice(records, _HEADER_WITHIN))
                first = first or next(
                    (", ".join(str(cell) for cell in cells if cell is not None) for _, cells in head), ""
                )
                place = _header_of([cells for _, cells in head])
                if place is None:
                    continue
                number, names = place
                records_below = (record for part in (head[number + 1 :], records) for record in part)
                _, rows = _rows(((row, cells) for row, cells in _chained(names, records_below)), 0, where, limits)
                columns = find_columns(names)
                assert columns is not None
                _check_again(names, rows, columns, f"{where}, {sheet.title}")
                found[str(sheet.title)] = Table(tuple(names), tuple(rows), columns)
        finally:
            book.close()
    except (SourceError, MemoryError):
        raise
    # The library raises whatever its parts do (zlib, expat, KeyError …), and has no error of its own to name.
    except Exception as error:
        said = " ".join(str(error).split())[:160]
        refuse(
            where,
            f"the workbook is damaged: {type(error).__name__} {said}",
            "save it as .xlsx again",
            "Excel 文件损坏，请重新另存为 .xlsx",
        )
    if not found:
        _no_header(where, first)
    return found


def _chained(names: Sequence[str], below: Iterable[tuple[int, Sequence[Any]]]) -> Iterable[tuple[int, Sequence[Any]]]:
    yield 0, names
    yield from below


def _header_of(head: Sequence[Sequence[Any]]) -> tuple[int, list[str]] | None:
    """The header row among the first, and its names; a blank one takes the name of the row above (merged headings)."""
    for number, cells in enumerate(head):
        names = [cell.strip() if isinstance(cell, str) else "" if cell is None else str(cell) for cell in cells]
        if find_columns(names) is None or sum(1 for name in names if name) < 2:
            continue
        above = head[number - 1] if number else ()
        named = [
            name or (str(above[place]).strip() if place < len(above) and above[place] is not None else "")
            for place, name in enumerate(names)
        ]
        while named and not named[-1]:
            named.pop()
        return number, named
    return None


def _cell(value: Any) -> Any:
    """A cell as text, number, truth value, date or None; error values stay the words they are ("#N/A")."""
    if value is None or isinstance(value, str | bool | int | float | date | datetime):
        return value
    return value.isoformat() if isinstance(value, time) else str(value)
