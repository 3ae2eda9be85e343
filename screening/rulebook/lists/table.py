"""The kept form of a list: one row a clause in the canonical columns, the clauses of a unit together, and an index of units.

Cells are kept as published, byte for byte; what a word means is decided when it is read. `row` is where a clause stood,
so that the spreadsheet can be put together again.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from screening.errors import Problem
from screening.rulebook.lists.card import Published
from screening.rulebook.lists.clause import bars, unit_key
from screening.rulebook.lists.layout import CANONICAL, EXTRA, WIDE, Layout
from screening.rulebook.lists.problems import AccessListError, at_row
from screening.rulebook.lists.sheet import EMPTIED, MAX_CELL, NO_KINDS, Cells, Kinds, Sheet, csv_text, packed, unpacked

INDEX: Final = ("unit", "name", "class", "county", "rows", "clauses", "encoded", "at", "length")
_AT: Final = {name: number for number, name in enumerate(CANONICAL)}
_SENTENCE: Final = 13
"""Characters from which a cell may be a clause and no label."""
ROW, CODE, DIMENSION, TEXT, CELLS = (_AT[name] for name in ("row", "unit_code", "dimension", "text", "cells"))


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """A unit in the index: how many rows, clauses and encoded clauses it has, and which bytes of the table are its own."""

    unit: str
    name: str
    unit_class: str
    county: str
    rows: int
    clauses: int
    encoded: int
    at: int
    length: int


def header_of(layout: Layout) -> tuple[str, ...]:
    """The columns of `clauses.csv` for a spreadsheet laid out so."""
    return (*CANONICAL, *layout.extra)


def kept_rows(sheet: Sheet, head: int, layout: Layout, filled_down: Sequence[int]) -> tuple[list[Cells], list[Problem]]:
    """The rows under row `head` of a sheet in the canonical columns, in the order published, and what is wrong with them."""
    width = len(layout.columns)
    positions = {name: number for number, name in enumerate(header_of(layout))}
    places = [(at, positions[column.kept]) for at, column in enumerate(layout.columns) if column.kept != WIDE]
    wide = layout.wide
    problems: list[Problem] = []
    kept: list[Cells] = []
    above: dict[int, str] = {}
    for index in range(head + 1, len(sheet.rows)):
        cells, kinds = sheet.rows[index], sheet.kinds.get(index, NO_KINDS)
        if len(cells) != width:
            problem = _ragged(sheet, index, width)
            if problem is not None:
                problems.append(problem)
                continue
            cells = (*cells, *[""] * (width - len(cells)))[:width]
        blank = not any(cells)
        if filled_down and not blank:
            cells, kinds = _filled(cells, kinds, filled_down, above)
        row = [""] * len(positions)
        for at, place in places:
            row[place] = cells[at]
        row[ROW], row[CELLS] = str(index + 1), packed(kinds) if kinds else ""
        if not blank and not row[CODE].strip():
            problems.append(
                Problem(
                    at_row(sheet.name, index + 1, layout.name("unit_code")),
                    "has no unit code",
                    "write it, or where cells were merged say --fill-down unit_code",
                    "没有管控单元编码；若为合并单元格，请用 --fill-down unit_code",
                )
            )
            continue
        found = [at for at in wide if cells[at]]
        if not found:
            kept.append(tuple(row))
        for at in found:
            row[DIMENSION], row[TEXT] = layout.columns[at].name, cells[at]
            kept.append(tuple(row))
    return kept, problems


def _ragged(sheet: Sheet, index: int, width: int) -> Problem | None:
    """Cells outside the header, or a row of a CSV with too few: a stray comma or quote shifts every cell after it."""
    cells = sheet.rows[index]
    if any(cells[width:]):
        what, zh = "has a cell beyond the header", "有超出表头的单元格"
    elif cells and sheet.origin.form == "csv" and len(cells) < width:
        what, zh = f"has {len(cells)} cells where the header has {width}", f"只有 {len(cells)} 格，表头有 {width} 格"
    else:
        return None
    return Problem(at_row(sheet.name, index + 1), what, "check its commas and quotes, or name the column", zh)


def words_left_out(rows: Sequence[Cells], layout: Layout, asked: Mapping[str, str], name: str) -> Iterator[Problem]:
    """Columns that were taken to mean nothing, though a cell of theirs bars something: its first one each."""
    at = {column: number for number, column in enumerate(header_of(layout))}
    for number, column in enumerate(layout.columns, 1):
        if column.kept not in layout.extra or asked.get(column.name, asked.get(column.name.strip())) == EXTRA:
            continue
        place = at[column.kept]
        found = next((row for row in rows if len(row[place].strip()) >= _SENTENCE and bars(row[place])), None)
        if found is not None:
            shown = column.name.strip()[:40]
            yield Problem(
                f"{name} row {found[0]}",
                f'the column "{shown or number}" is not read, and bars something: {found[place].strip()[:60]}',
                f'say what it is: --map "{shown}=MEANING" (text, wide for a dimension, clause_type, …, extra for nothing)'
                if shown
                else "give the column a name",
                f"列“{shown or number}”未作为条款读取，却含禁止性文字，"
                + ("请用 --map 指明其含义（text、wide、clause_type … 或 extra）" if shown else "请补上列名"),
            )


def _filled(cells: Cells, kinds: Kinds, columns: Sequence[int], above: dict[int, str]) -> tuple[Cells, Kinds]:
    changed = list(cells)
    marked = dict(kinds)
    for at in columns:
        if cells[at]:
            above[at] = cells[at]
        elif above.get(at):
            changed[at] = above[at]
            marked[at] = EMPTIED
    return tuple(changed), marked


def published_sheet(published: Published, rows: Iterable[Cells]) -> Sheet:
    """The spreadsheet as it was published, from kept rows in any order."""
    layout = published.layout
    positions = {name: number for number, name in enumerate(header_of(layout))}
    places = [(at, positions[column.kept]) for at, column in enumerate(layout.columns) if column.kept != WIDE]
    wide = {layout.columns[at].name: at for at in layout.wide}
    above = [cells for cells, _ in published.above]
    made: list[list[str]] = [list(cells) for cells in above]
    made.append([column.name for column in layout.columns])
    kinds: dict[int, Kinds] = {number: found for number, (_, found) in enumerate(published.above) if found}
    if published.header_kinds:
        kinds[len(above)] = published.header_kinds
    last = 0
    for row in sorted(rows, key=lambda one: int(one[ROW])):
        number = int(row[ROW])
        if number != last:
            made.append([""] * len(layout.columns))
            for at, place in places:
                made[-1][at] = row[place]
            if row[CELLS]:
                kinds[len(made) - 1] = unpacked(row[CELLS])
            last = number
        if wide and row[DIMENSION] in wide:
            made[-1][wide[row[DIMENSION]]] = row[TEXT]
    return Sheet(published.name, published.origin, [tuple(cells) for cells in made], kinds)


def by_unit(rows: Sequence[Cells]) -> dict[str, list[Cells]]:
    """Rows by the key of their unit, units in the order in which they first appear; blank rows under an empty key."""
    found: dict[str, list[Cells]] = {}
    keys: dict[str, str] = {}
    for row in rows:
        code = row[CODE]
        key = keys.get(code)
        if key is None:
            key = keys[code] = unit_key(code)
        found.setdefault(key, []).append(row)
    return found


def write_index(entries: Iterable[UnitEntry]) -> bytes:
    rows = [
        (one.unit, one.name, one.unit_class, one.county, *map(str, (one.rows, one.clauses, one.encoded, one.at, one.length)))
        for one in entries
    ]  # fmt: skip
    return csv_text([INDEX, *rows]).encode()


def read_index(data: bytes, shown: str) -> dict[str, UnitEntry]:
    """The units of an index file. Raises AccessListError when it is not one."""
    try:
        rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        if tuple(next(rows, ())) != INDEX:
            raise ValueError("header")
        return {
            unit: UnitEntry(unit, name, kind, county, int(count), int(clauses), int(encoded), int(at), int(length))
            for unit, name, kind, county, count, clauses, encoded, at, length in rows
        }
    except (ValueError, csv.Error):
        raise AccessListError(
            Problem(shown, "is no index of units", "import the list again", "不是单元索引文件，请重新导入清单")
        ) from None


def read_rows(data: bytes, shown: str) -> list[Cells]:
    """The rows in some bytes of a kept table. Raises AccessListError when they are none."""
    before = csv.field_size_limit(MAX_CELL)
    try:
        return [tuple(row) for row in csv.reader(io.StringIO(data.decode(), newline=""), strict=True)]
    except (ValueError, csv.Error):
        raise AccessListError(
            Problem(shown, "is no table of clauses", "import the list again", "不是条款表，请重新导入清单")
        ) from None
    finally:
        csv.field_size_limit(before)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
