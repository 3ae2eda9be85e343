"""How coordinates that are not places say so."""

from __future__ import annotations

from typing import NoReturn

from screening.errors import Problem, ScreeningError


class CoordinateError(ScreeningError):
    """Numbers that no reading puts in China, or words that name no coordinate system.

    `index` is the first row at fault, None where the fault is not one row's.
    """

    kind = "unreadable-coordinates"
    heading = "the coordinates cannot be read"
    index: int | None = None


def refuse(what: str, remedy: str, zh: str, index: int | None = None) -> NoReturn:
    """Raise CoordinateError with one problem, which says nowhere where: whoever knows the file adds that."""
    error = CoordinateError(Problem("", what, remedy, zh))
    error.index = index
    raise error
