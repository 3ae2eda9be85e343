"""The audit chain as it is kept: read, exported, verified, proved; and acts entered that change nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from screening.audit.chain import Chain, Entry, Head
from screening.audit.digests import Algorithm
from screening.audit.proof import way_back
from screening.audit.verify import Fault, FaultKind, Verification, verify_entries
from screening.errors import Problem
from screening.store.backing import Backing, page_size
from screening.store.errors import NotFoundError, not_found
from screening.store.records import record_faults
from screening.store.tables import audit_entries, chain_end
from screening.store.writer import plain_text
from screening.text import Text

_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An entry with its own hash and what it was done with (canonical JSON, whose digest the entry holds)."""

    entry: Entry
    hash: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry belongs to the chain that ends at a head: the entries from the head back to it."""

    algorithm: Algorithm
    head: Head
    entries: tuple[Entry, ...]


class Trail:
    """The chain of a store."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    @property
    def algorithm(self) -> Algorithm:
        return self._backing.algorithm

    def note(self, *, actor: str, act: str, subject: str, payload: Mapping[str, Any]) -> int:
        """Enter an act that changes no record (an access refused, an export made); its number. No floats in the payload."""
        return self._backing.writer.write(lambda transaction: transaction.enter(actor, act, subject, payload))

    def head(self) -> Head:
        """The last entry's number and hash. Keep it elsewhere: it shows whether the chain was later cut or rewritten."""
        head = self._backing.database.read(_end).head
        assert head is not None
        return head

    def get(self, seq: int) -> AuditEntry:
        """An entry by its number. Raises NotFoundError."""
        statement = select(audit_entries).where(audit_entries.c.seq == seq)
        row = self._backing.database.read(lambda connection: connection.execute(statement).first())
        if row is None:
            raise not_found("audit entry", "审计记录", str(seq))
        return _entry(row)

    def of_subject(self, subject: str) -> tuple[AuditEntry, ...]:
        """The entries about a record ("decision/0198…"), in their order."""
        statement = select(audit_entries).where(audit_entries.c.subject == subject).order_by(audit_entries.c.seq)
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return tuple(_entry(row) for row in rows)

    def page(
        self,
        *,
        actor: str | None = None,
        act: str | None = None,
        subject: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Entries, newest first, below the number `before`: of an actor, of an act, about a record."""
        statement = select(audit_entries)
        for column, asked in (("actor", actor), ("act", act), ("subject", subject)):
            if asked is not None:
                statement = statement.where(audit_entries.c[column] == plain_text(asked))
        if before is not None:
            statement = statement.where(audit_entries.c.seq < before)
        statement = statement.order_by(audit_entries.c.seq.desc()).limit(page_size(limit))
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return tuple(_entry(row) for row in rows)

    def export(self) -> Iterator[bytes]:
        """The whole chain as it is at one moment, one line of canonical JSON (without its end) for each entry."""
        with self._backing.database.snapshot() as connection:
            for found in _entries(connection):
                # The stored hash, not one worked out now: an export must not mend what it copies.
                yield _line(found)

    def prove(self, seq: int, head: Head | None = None) -> Proof:
        """That entry `seq` belongs to the chain that ends at `head`, or at today's. Raises NotFoundError."""
        found = head or self.head()
        try:
            numbers = way_back(found.seq, seq)
        except ValueError as error:
            raise NotFoundError(Problem(f"audit/{seq}", str(error), "check the number", "审计记录序号不对")) from None

        def read(connection: Connection) -> dict[int, Entry]:
            rows = connection.execute(select(audit_entries).where(audit_entries.c.seq.in_(numbers)))
            return {row.seq: _entry(row).entry for row in rows}

        by_number = self._backing.database.read(read)
        missing = [number for number in numbers if number not in by_number]
        if missing:
            raise not_found("audit entry", "审计记录", str(missing[0]))
        return Proof(self.algorithm, found, tuple(by_number[number] for number in numbers))

    def verify(self, stated: Head | None = None, records: bool = True) -> Verification:
        """The whole chain as it is at one moment: its links, what each entry was done with, and every record it vouches for.

        `stated` is a head kept elsewhere. Without `records` only the chain itself is looked at.
        """
        with self._backing.database.snapshot() as connection:
            payload_faults: list[Fault] = []

            def looked_at() -> Iterator[tuple[Entry, str]]:
                for found in _entries(connection):
                    if self._backing.digest(found.payload) != found.entry.digest:
                        payload_faults.append(_payload_fault(found.entry.seq))
                    yield found.entry, found.hash

            chain = verify_entries(looked_at(), stated)
            faults = [*chain.faults, *payload_faults]
            row = connection.execute(select(chain_end.c.chain)).first()
            end = Chain.of(json.loads(row.chain)).head if row is not None else None
            if end != chain.head:
                faults.append(_end_fault(end, chain.head))
            if records:
                faults.extend(record_faults(connection, self._backing))
        return Verification(chain.entries, chain.algorithm, chain.head, tuple(faults))


def _end(connection: Connection) -> Chain:
    return Chain.of(json.loads(connection.execute(select(chain_end.c.chain)).scalar_one()))


def _entries(connection: Connection) -> Iterator[AuditEntry]:
    statement = select(audit_entries).order_by(audit_entries.c.seq).execution_options(yield_per=_AT_ONCE)
    for row in connection.execute(statement):
        yield _entry(row)


def _entry(row: Row[Any]) -> AuditEntry:
    entry = Entry(row.seq, row.at, row.actor, row.act, row.subject, row.digest, row.prev, row.skip)
    return AuditEntry(entry, row.hash, bytes(row.payload))


def _line(found: AuditEntry) -> bytes:
    from screening.decision import canonical_json

    return canonical_json({**found.entry.plain(), "hash": found.hash})


def _payload_fault(seq: int) -> Fault:
    words = Text(
        f"第 {seq} 条所附内容与其摘要不符，已被改动",
        f"what entry {seq} was done with is not what it holds the digest of",
    )
    return Fault(FaultKind.RECORD, seq, 0, words)


def _end_fault(kept: Head | None, found: Head | None) -> Fault:
    if kept is not None and (found is None or found.seq < kept.seq):
        last = found.seq if found is not None else -1
        words = Text(
            f"链止于第 {last} 条，应至第 {kept.seq} 条", f"the chain ends at entry {last}, and should reach {kept.seq}"
        )
        return Fault(FaultKind.TRUNCATED, kept.seq, 0, words)
    seq = found.seq if found is not None else None
    words = Text("链尾登记与最后一条不符", "the end that is kept of the chain is not its last entry")
    return Fault(FaultKind.OTHER_HEAD, seq, 0, words)
