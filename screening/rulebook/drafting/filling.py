"""A published spreadsheet with its structured columns filled from proposals, to be imported in place of the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from screening.errors import Problem
from screening.rulebook.drafting.draftfile import Choice
from screening.rulebook.lists.access_list import AccessList
from screening.rulebook.lists.exporting import sheet_of
from screening.rulebook.lists.layout import STRUCTURE
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.lists.sheet import Origin, Sheet, write_csv

ACCEPTED: Final = "accepted"
_KEEPS: Final = ("when", "outcome", "level", "checked_on", "question")


def filled(access_list: AccessList, choices: Iterable[Choice]) -> Sheet:
    """The spreadsheet of a list with `when`, `outcome` and `accepted` of every clause that was proposed for.

    Raises AccessListError for a list that holds several clauses in a row: its structured columns could not say which.
    """
    layout = access_list.card.published.layout
    if layout.wide:
        raise AccessListError(
            Problem(
                access_list.card.published.name,
                "holds the clauses of a unit in one row",
                "bring it to one clause a row first",
                "每行是一个单元的多条条款，请先改为每行一条再草拟",
            )
        )
    sheet = sheet_of(access_list, structured=True)
    head = len(access_list.card.published.above)
    names = [column.kept for column in layout.columns] + [name for name in STRUCTURE if not layout.has(name)]
    at = {name: names.index(name) for name in _KEEPS}
    own = next((number for number, column in enumerate(layout.columns) if column.name == ACCEPTED), len(names))
    rows = [list(cells) for cells in sheet.rows]
    for number in range(head, len(rows)):
        rows[number] += [""] * (max(len(names), own + 1) - len(rows[number]))
    rows[head][own] = ACCEPTED
    for choice in choices:
        for clause in choice.proposal.clauses:
            row = rows[clause.row - 1]
            row[own] = "yes" if choice.accepted else "no"
            for name, value in choice.cells.items():
                row[at[name]] = value
    return replace(sheet, rows=[tuple(cells) for cells in rows])


def written(sheet: Sheet, path: Path) -> bytes:
    """A filled sheet as the bytes of a .csv or .xlsx, by the name of the file."""
    form = path.suffix.lower().lstrip(".")
    if form == "csv":
        return write_csv(
            sheet if sheet.origin.form == "csv" else replace(sheet, origin=Origin("csv", "utf-8-sig", "\r\n"))
        )
    if form == "xlsx":
        from screening.rulebook.lists.workbook import write_workbook

        return write_workbook(
            sheet if sheet.origin.form == "xlsx" else replace(sheet, origin=Origin("xlsx", sheet="清单"))
        )
    raise AccessListError(
        Problem(str(path), "is neither .csv nor .xlsx", "name the file so", "文件名应以 .csv 或 .xlsx 结尾")
    )
