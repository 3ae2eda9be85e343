"""A list out again, as the spreadsheet it came from."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from screening.errors import Problem
from screening.rulebook.lists.access_list import AccessList
from screening.rulebook.lists.layout import STRUCTURE
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.lists.sheet import Origin, Sheet, like_formulas, write_csv
from screening.rulebook.lists.table import published_sheet


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many rows, whether it is the published file byte for byte, and what to warn of.

    `formulas`: cells a spreadsheet program would run when it opens this CSV. They are left as published; a workbook
    keeps them as text.
    """

    path: Path
    rows: int
    exact: bool
    formulas: int


def sheet_of(access_list: AccessList, structured: bool = False) -> Sheet:
    """The published spreadsheet of a list; with `structured`, the structured columns it lacks stand empty at its end."""
    card = access_list.card
    rows = access_list.rows()
    sheet = published_sheet(card.published, rows)
    missing = [name for name in STRUCTURE if not card.published.layout.has(name)] if structured else []
    if not missing:
        return sheet
    head, width = len(card.published.above), len(card.published.layout.columns)
    padded = [
        (*cells, *[""] * (width - len(cells)), *(missing if number == head else [""] * len(missing)))
        if number >= head else cells
        for number, cells in enumerate(sheet.rows)
    ]  # fmt: skip
    return replace(sheet, rows=padded)


def export_list(access_list: AccessList, path: Path, structured: bool = False) -> Exported:
    """Write a list as .csv or .xlsx, by the name of the file. Raises AccessListError when it cannot be kept so.

    A CSV published as CSV keeps its encoding and line ends; one made from a workbook is UTF-8 with a byte-order mark, as
    spreadsheet programs expect.
    """
    sheet = sheet_of(access_list, structured)
    form = path.suffix.lower().lstrip(".")
    if form not in ("csv", "xlsx"):
        raise AccessListError(
            Problem(str(path), "is neither .csv nor .xlsx", "name the file so", "文件名应以 .csv 或 .xlsx 结尾")
        )
    formulas = 0
    if form == "csv":
        if sheet.origin.form != "csv":
            sheet = replace(sheet, origin=Origin("csv", "utf-8-sig", "\r\n"))
        data = write_csv(sheet)
        formulas = like_formulas(sheet)
    else:
        from screening.rulebook.lists.workbook import write_workbook

        if sheet.origin.form != "xlsx":
            sheet = replace(sheet, origin=Origin("xlsx", sheet="清单"))
        data = write_workbook(sheet)
    _write(path, data)
    exact = form == "csv" and access_list.card.published.exact and not structured
    return Exported(path, len(sheet.rows), exact, formulas)


def _write(path: Path, data: bytes) -> None:
    """The file whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(prefix=".exporting-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AccessListError(
            Problem(
                str(path), f"cannot be written ({error.strerror})", "check the folder", f"无法写入（{error.strerror}）"
            )
        ) from None
