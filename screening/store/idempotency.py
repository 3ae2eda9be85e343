"""One request, one record: what was made for an idempotency key is given again, and another request with it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from screening.errors import Problem
from screening.store.backing import Backing, named
from screening.store.errors import IdempotencyConflictError
from screening.store.ids import time_text
from screening.store.tables import idempotency
from screening.store.writer import Transaction, plain_text

_USED: Final = select(idempotency).where(
    idempotency.c.principal == bindparam("whose"), idempotency.c.key == bindparam("used")
)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Whose key it is, the key, and the SHA-256 of the request (with all that changes its answer) that it was sent with."""

    principal: str
    key: str
    request: str


class IdempotencyKeys:
    """What keys were used for."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def recall(self, one: Idempotency) -> str | None:
        """The subject ("decision/0198…") that was made for a key, before its request is worked on again; None if new.

        Raises IdempotencyConflictError where the key came with another request.
        """

        def read(connection: Connection) -> str | None:
            return _subject(connection.execute(_USED, _asked(one)).first(), one)

        return self._backing.database.read(read)

    def forget(self, before: datetime) -> int:
        """Forget keys used before a time; how many. What was made for them stays."""
        statement = delete(idempotency).where(idempotency.c.at < time_text(before))
        return self._backing.writer.write(lambda transaction: transaction.write(statement))


def made_before(transaction: Transaction, one: Idempotency | None) -> str | None:
    """The subject made for a key, looked up in the transaction that would make another."""
    return _subject(transaction.first(_USED, _asked(one)), one) if one is not None else None


def remember(transaction: Transaction, one: Idempotency | None, subject: str) -> None:
    """Keep, in the transaction that makes it, what was made for a key."""
    if one is not None:
        values = {
            "principal": plain_text(named(one.principal, "principal")),
            "key": plain_text(named(one.key, "Idempotency-Key")),
            "request": one.request,
            "at": transaction.at,
            "subject": subject,
        }
        transaction.write(insert(idempotency), values)


def _asked(one: Idempotency) -> dict[str, str]:
    return {"whose": plain_text(one.principal), "used": plain_text(named(one.key, "Idempotency-Key"))}


def _subject(row: Row[Any] | None, one: Idempotency) -> str | None:
    if row is None:
        return None
    if row.request != one.request:
        raise IdempotencyConflictError(
            Problem(
                "Idempotency-Key",
                "was used for another request",
                "send a new key with a new request",
                "此幂等键已用于另一请求，请更换",
            )
        )
    return str(row.subject)
