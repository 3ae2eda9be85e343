"""What is wrong with a list, and the error that says so."""

from __future__ import annotations

from screening.errors import RulebookError


class AccessListError(RulebookError):
    """A published access list that cannot be imported, loaded or given back as it was."""

    kind = "invalid-access-list"
    heading = "the access list has errors"


def at_row(name: str, row: int, column: str = "") -> str:
    """Where a problem of a spreadsheet stands: `list.xlsx row 12, column "sector"`."""
    return f'{name} row {row}, column "{column[:60]}"' if column else f"{name} row {row}"
