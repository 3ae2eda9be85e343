"""API keys: whose they are and what they may do. Of the key itself only a hash is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from screening.errors import Problem
from screening.store.backing import Backing, named
from screening.store.errors import ConflictError, not_found
from screening.store.ids import read_time, time_text
from screening.store.tables import api_keys
from screening.store.writer import Transaction, plain_text

CREATED: Final = "key.created"
REVOKED: Final = "key.revoked"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its hash. `principal` is whom it speaks for, `roles` what it may do."""

    id: str
    name: str
    principal: str
    roles: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


class ApiKeys:
    """The keys."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(
        self,
        *,
        name: str,
        principal: str,
        roles: Sequence[str],
        hashed: str,
        actor: str,
        expires_at: datetime | None = None,
    ) -> ApiKey:
        """Keep a key by its hash. Raises ConflictError where another has the same."""
        named(name, "name")
        named(principal, "principal")
        values: dict[str, Any] = {
            "id": self._backing.ids.new(),
            "name": plain_text(name),
            "principal": plain_text(principal),
            "roles": json.dumps(sorted(set(roles))),
            "hash": hashed,
            "created_by": plain_text(actor),
            "expires_at": time_text(expires_at) if expires_at is not None else None,
        }

        def work(transaction: Transaction) -> ApiKey:
            if transaction.first(select(api_keys.c.id).where(api_keys.c.hash == hashed)) is not None:
                raise ConflictError(Problem("key", "is kept already", "make a new one", "密钥已存在"))
            transaction.enter(
                actor, CREATED, f"key/{values['id']}", payload_of(values, self._backing.digest(hashed.encode()))
            )
            transaction.write(insert(api_keys), {**values, "created_at": transaction.at})
            return _found(transaction.first(_by_id(values["id"])), values["id"])

        return self._backing.writer.write(work)

    def find(self, hashed: str) -> ApiKey | None:
        """The key of a hash, revoked and expired ones too; None where there is none."""
        statement = select(api_keys).where(api_keys.c.hash == hashed)
        row = self._backing.database.read(lambda connection: connection.execute(statement).first())
        return _key(row) if row is not None else None

    def revoke(self, key: str, *, actor: str) -> ApiKey:
        """End a key at once. Raises NotFoundError."""

        def work(transaction: Transaction) -> ApiKey:
            now = _found(transaction.first(_by_id(key)), key)
            if now.revoked_at is not None:
                return now
            transaction.enter(actor, REVOKED, f"key/{key}", {"key": key})
            transaction.write(update(api_keys).where(api_keys.c.id == key).values(revoked_at=transaction.at))
            return _found(transaction.first(_by_id(key)), key)

        return self._backing.writer.write(work)

    def get(self, key: str) -> ApiKey:
        """A key by its id. Raises NotFoundError."""
        row = self._backing.database.read(lambda connection: connection.execute(_by_id(key)).first())
        return _found(row, key)

    def all(self, principal: str | None = None) -> tuple[ApiKey, ...]:
        """The keys, of a principal or of all, oldest first; revoked ones are among them."""
        statement = select(api_keys).order_by(api_keys.c.id)
        if principal is not None:
            statement = statement.where(api_keys.c.principal == plain_text(principal))
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return tuple(_key(row) for row in rows)


def payload_of(values: Mapping[str, Any], hash_digest: str) -> dict[str, Any]:
    """What the entry of a key vouches for: of its hash the digest."""
    keys = ("name", "principal", "roles", "created_by", "expires_at")
    return {"key": values["id"], **{key: values[key] for key in keys}, "hash": hash_digest}


def _by_id(key: str) -> Any:
    return select(api_keys).where(api_keys.c.id == key)


def _found(row: Row[Any] | None, key: str) -> ApiKey:
    if row is None:
        raise not_found("key", "密钥", key)
    return _key(row)


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        row.id,
        row.name,
        row.principal,
        tuple(json.loads(row.roles)),
        read_time(row.created_at),
        row.created_by,
        read_time(row.expires_at) if row.expires_at is not None else None,
        read_time(row.revoked_at) if row.revoked_at is not None else None,
    )
