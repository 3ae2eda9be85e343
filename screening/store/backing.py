"""What every noun of the store is made on, and what their pages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func

from screening.audit.digests import Algorithm, digest
from screening.errors import Problem
from screening.store.database import Database
from screening.store.errors import InvalidRecordError
from screening.store.ids import Clock, Ids
from screening.store.writer import Writer

T = TypeVar("T")

MOST_ON_A_PAGE: Final = 500
LONGEST_NAME: Final = 400
"""Characters of an owner, an actor or a key: more than any identity provider's subject."""


@dataclass(frozen=True, slots=True)
class Backing:
    """The database, the thread that writes to it, ids, the clock, and the hash function of the chain."""

    database: Database
    writer: Writer
    ids: Ids
    clock: Clock
    algorithm: Algorithm

    def digest(self, content: bytes) -> str:
        return digest(self.algorithm, content)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some records, and what to ask for the next with (`after`); None on the last page."""

    items: tuple[T, ...]
    next: str | None


def page_size(limit: int) -> int:
    return max(1, min(limit, MOST_ON_A_PAGE))


def older_than(statement: Select[Any], key: ColumnElement[str], after: str | None, limit: int) -> Select[Any]:
    """Newest first, from behind the record `after`; one more than asked, to know whether there is a next page."""
    if after is not None:
        statement = statement.where(key < after)
    return statement.order_by(key.desc()).limit(page_size(limit) + 1)


def page_of(items: Sequence[T], ids: Sequence[str], limit: int) -> Page[T]:
    """A page of what `older_than` read."""
    size = page_size(limit)
    return Page(tuple(items[:size]), ids[size - 1] if len(items) > size else None)


def holds_text(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """True where a column holds the text, capitals or not."""
    return func.lower(column).contains(text.lower(), autoescape=True)


def named(value: str, where: str) -> str:
    """A name that is recorded. Raises InvalidRecordError where it is empty or too long."""
    if not value.strip() or len(value) > LONGEST_NAME:
        raise InvalidRecordError(
            Problem(
                where,
                f"is empty or over {LONGEST_NAME} characters",
                "name it",
                f"为空或超过 {LONGEST_NAME} 字",
            )
        )
    return value
