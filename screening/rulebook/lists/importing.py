"""A published spreadsheet in, as a list of the rulebook: wholly, with every cell accounted for, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from screening.errors import Problem, suggest
from screening.rulebook.lists.access_list import CARD, TABLE, UNITS, AccessList, make_list
from screening.rulebook.lists.accounting import Account, account_of
from screening.rulebook.lists.card import JURISDICTION, LIST_ID, ListCard, Published, Table, write_card
from screening.rulebook.lists.clause import ClauseType, Dimension, odd_code, several_codes
from screening.rulebook.lists.clause_reading import ClauseReader, UnitClauses, count_clauses, count_encoded
from screening.rulebook.lists.layout import Layout, header_missing, is_header, read_layout
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.lists.sheet import NO_KINDS, Cells, Sheet, csv_text, read_sheet, write_csv
from screening.rulebook.lists.structure import StructureReader, meaning_of
from screening.rulebook.lists.table import (
    UnitEntry,
    by_unit,
    header_of,
    kept_rows,
    published_sheet,
    sha256,
    words_left_out,
    write_index,
)
from screening.rulebook.model import Instrument, Level, Period
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

HEADER_WITHIN = 20
"""How many rows may stand above the header."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the keeper says of a spreadsheet. `meanings`: published column to what it means, over what its name says.

    `instrument` is an id of the register or the instrument itself. `filled_down`: columns (by name or meaning) whose
    empty cells stand for the cell above, as where cells were merged.
    """

    id: str
    title: Text
    jurisdiction: str
    effective: Period
    instrument: str | Instrument
    level: Level = Level.SECONDARY
    checked_on: date | None = None
    edition: str = ""
    source: str = ""
    licence: str = ""
    note: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    clause_types: Mapping[str, ClauseType] = field(default_factory=dict)
    filled_down: tuple[str, ...] = ()
    sheet: str = ""
    encoding: str = ""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What columns meant when the list was imported before, for those it still has."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A list read from a spreadsheet, not yet written: its files, what became of every row, and what to look at."""

    access_list: AccessList
    files: Mapping[str, bytes]
    account: Account
    remarks: tuple[Problem, ...]


def import_list(
    path: Path, request: Request, vocabulary: Vocabulary, instruments: Mapping[str, Instrument]
) -> Imported:
    """Read a .csv or .xlsx as a list. Raises AccessListError with every problem; nothing is written.

    Before it answers, the spreadsheet is put together again from what is kept and compared cell for cell.
    """
    problems = list(_request_problems(request, instruments))
    if problems:
        raise AccessListError(problems)
    sheet = read_sheet(path, request.sheet, request.encoding)
    return read_list(sheet, request, vocabulary, sha256(path.read_bytes()), path)


def read_list(sheet: Sheet, request: Request, vocabulary: Vocabulary, digest: str, path: Path | None) -> Imported:
    """A sheet as a list. See `import_list`."""
    head = _head(sheet, {**request.remembered, **request.meanings})
    names = _names(sheet, head)
    where = f"{sheet.name} row {head + 1}"
    before = {name: meaning for name, meaning in request.remembered.items() if name in names}
    layout, problems = read_layout(names, {**before, **request.meanings}, where)
    filled, wrong = _filled_columns(layout, request.filled_down, where)
    if problems or wrong:
        raise AccessListError([*problems, *wrong])
    rows, problems = kept_rows(sheet, head, layout, filled)
    problems.extend(words_left_out(rows, layout, request.meanings, sheet.name))
    published = Published(
        sheet.name,
        digest,
        False,
        sheet.origin,
        layout,
        tuple((sheet.rows[number], sheet.kinds.get(number, NO_KINDS)) for number in range(head)),
        sheet.kinds.get(head, NO_KINDS),
        tuple(layout.columns[at].name for at in filled),
    )
    card = _card(request, published)
    structures, meaning = StructureReader(vocabulary), meaning_of(vocabulary)
    reader = ClauseReader(card, structures)
    remarks: list[Problem] = []
    entries: list[UnitEntry] = []
    reads: list[UnitClauses] = []
    pieces = [csv_text([header_of(layout)]).encode()]
    at = len(pieces[0])
    for unit, own in by_unit(rows).items():
        found = reader.read(unit, own)
        reads.append(found)
        problems.extend(found.problems)
        remarks.extend(found.remarks)
        piece = csv_text(own).encode()
        entries.append(_entry(unit, own, found, layout, at, len(piece)))
        pieces.append(piece)
        at += len(piece)
        odd, zh = odd_code(unit, request.jurisdiction) if unit else ("", "")
        if several_codes(unit):
            # Kept as one odd code its clauses would be lost to those of the units that have others.
            problems.append(
                Problem(f"{sheet.name} row {own[0][0]}", f'"{unit[:60]}" are several units', "give each a row of its own",
                        f"“{unit[:60]}”是多个管控单元，请每个单元各写一行")
            )  # fmt: skip
        elif odd:
            remarks.append(Problem(f"{sheet.name} row {own[0][0]}", odd, "check it; the unit is kept as it stands", zh))
    if problems:
        raise AccessListError(problems)
    if not any(entry.unit and entry.clauses for entry in entries):
        raise AccessListError(Problem(sheet.name, "holds no clause", "check the header", "没有任何条款，请核对表头"))
    again = published_sheet(published, rows)
    differs = again.difference(sheet)
    if differs is not None:  # a defect of ours: better refused than kept as something else
        raise AccessListError(
            Problem(
                f"{sheet.name} row {differs + 1}", "could not be kept as it is", "report this row", "该行无法原样保存"
            )
        )
    table, index = b"".join(pieces), write_index(entries)
    card = replace(
        card,
        published=replace(published, exact=path is not None and _exact(again, digest)),
        table=Table(
            sha256(table),
            sha256(index),
            len(rows),
            sum(entry.clauses for entry in entries),
            sum(entry.encoded for entry in entries),
            meaning,
        ),
    )
    made = make_list(card, table, entries, card.id, structures, meaning)
    files = {TABLE: table, UNITS: index, CARD: write_card(card).encode()}
    return Imported(made, files, account_of(reads, len(rows), len(made.units)), tuple(remarks))


def write_list(imported: Imported, folder: Path, replacing: bool = False) -> Path:
    """Put an imported list into `folder`/<id>, all its files at once. Raises AccessListError when one is there already.

    The files are written beside it first, so a stop half way leaves what was there before.
    """
    target = folder / imported.access_list.id
    if target.exists() and not replacing:
        raise AccessListError(
            Problem(
                str(target),
                "is there already",
                "say --replace, or use another id",
                "清单已存在，请用 --replace 或换一个编号",
            )
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".importing-", dir=folder))
        try:
            fresh = beside / "new"
            fresh.mkdir()
            for name, data in imported.files.items():
                with (fresh / name).open("wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
            if target.exists():
                target.rename(beside / "old")
            try:
                fresh.rename(target)
            except OSError:
                if (beside / "old").exists():
                    (beside / "old").rename(target)
                raise
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise AccessListError(
            Problem(
                str(target),
                f"cannot be written ({error.strerror})",
                "check the folder",
                f"无法写入（{error.strerror}）",
            )
        ) from None
    return target


def _request_problems(request: Request, instruments: Mapping[str, Instrument]) -> Sequence[Problem]:
    found: list[Problem] = []
    if not LIST_ID.fullmatch(request.id):
        found.append(
            Problem("--id", f'"{request.id[:60]}" is no list id', "use 3 to 60 lower-case letters, digits and -",
                    "清单编号应为 3 至 60 位小写字母、数字和连字符")
        )  # fmt: skip
    if not JURISDICTION.fullmatch(request.jurisdiction):
        found.append(
            Problem("--jurisdiction", f'"{request.jurisdiction[:20]}" is no jurisdiction', "write 2, 4 or 6 digits",
                    "辖区应为 2、4 或 6 位行政区划代码")
        )  # fmt: skip
    if request.effective.start is None:
        found.append(Problem("--effective", "has no first day", "say --effective DAY", "请填写施行日"))
    until, start = request.effective.until, request.effective.start
    if until is not None and start is not None and until <= start:
        found.append(Problem("--until", "is not after the first day", "check both days", "失效日应晚于施行日"))
    instrument = instruments.get(request.instrument) if isinstance(request.instrument, str) else request.instrument
    if instrument is None:
        found.append(
            Problem("--instrument", f'unknown instrument "{request.instrument}"',
                    suggest(str(request.instrument), instruments) or "leave it out to declare it with the list",
                    "规则库没有这份文件，可不填而由清单自带")
        )  # fmt: skip
    elif not request.effective.within(instrument.life):
        found.append(
            Problem("--effective", f'"{instrument.id}" is in force only from {instrument.life.start} to '
                    f"{instrument.life.until or 'now'}", "bound the list with --until", "清单施行期超出文件有效期")
        )  # fmt: skip
    if not request.title.zh or not request.title.en:
        found.append(Problem("--title", "is empty", "write the title of the list", "请填写清单名称"))
    return found


def _head(sheet: Sheet, meanings: Mapping[str, str]) -> int:
    for number, cells in enumerate(sheet.rows[:HEADER_WITHIN]):
        if is_header(cells, meanings):
            return number
    first = next((cells for cells in sheet.rows if any(cells)), ())
    _, wrong = read_layout(first, meanings, sheet.name)
    raise AccessListError([header_missing(first, meanings, sheet.name), *wrong])


def _names(sheet: Sheet, head: int) -> Cells:
    """The header, without the empty cells a workbook leaves at its end."""
    names = list(sheet.rows[head])
    if sheet.origin.form == "xlsx":
        while names and not names[-1]:
            names.pop()
    return tuple(names)


def _filled_columns(layout: Layout, wanted: Sequence[str], where: str) -> tuple[list[int], list[Problem]]:
    found: list[int] = []
    problems: list[Problem] = []
    for name in wanted:
        at = [number for number, column in enumerate(layout.columns) if name in (column.kept, column.name)]
        if not at:
            known = [column.name for column in layout.columns]
            problems.append(
                Problem(
                    where, f'there is no column "{name[:40]}" to fill down', suggest(name, known), "没有要向下填充的列"
                )
            )
        found.extend(at)
    return sorted(set(found)), problems


def _card(request: Request, published: Published) -> ListCard:
    declared = request.instrument if isinstance(request.instrument, Instrument) else None
    return ListCard(
        id=request.id,
        title=request.title,
        jurisdiction=request.jurisdiction,
        instrument=declared.id if declared else str(request.instrument),
        effective=request.effective,
        level=request.level,
        published=published,
        checked_on=request.checked_on,
        declared=declared,
        edition=request.edition,
        source=request.source,
        licence=request.licence,
        note=request.note,
        dimensions=dict(request.dimensions),
        clause_types=dict(request.clause_types),
    )


def _entry(unit: str, rows: Sequence[Cells], found: UnitClauses, layout: Layout, at: int, length: int) -> UnitEntry:
    places = {name: number for number, name in enumerate(header_of(layout))}

    def first(column: str) -> str:
        return next((cell for row in rows if (cell := row[places[column]].strip())), "")

    return UnitEntry(
        unit, first("unit_name"), first("unit_class"), first("county"), len(rows),
        count_clauses(found), count_encoded(found), at, length,
    )  # fmt: skip


def _exact(again: Sheet, digest: str) -> bool:
    """True when the spreadsheet is written back as the same bytes. A workbook is only the same in every cell."""
    if again.origin.form != "csv":
        return False
    try:
        return sha256(write_csv(again)) == digest
    except AccessListError:
        return False


__all__ = ["Imported", "Request", "import_list", "read_list", "write_list"]
