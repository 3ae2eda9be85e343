"""Decisions as they were made, with the request they answer. Never edited, never deleted: the database refuses it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, or_, select, update

from screening.decision import Decision, Outcome, canonical_json
from screening.store.backing import Backing, Page, holds_text, named, older_than, page_of
from screening.store.deliveries import announce
from screening.store.errors import not_found
from screening.store.idempotency import Idempotency, made_before, remember
from screening.store.ids import read_time, time_text
from screening.store.job_items import JobItem, finish_item, finished_before
from screening.store.packing import Dictionaries, Dictionary, pack, unpack
from screening.store.tables import applications, decisions
from screening.store.writer import Transaction, plain_text

RECORDED: Final = "decision.recorded"
_LISTED: Final = [column for column in decisions.c if column.name not in ("request", "decision", "packed_on")]


@dataclass(frozen=True, slots=True)
class Recording:
    """A decision to record: its canonical bytes, the request they answer, and whose it is.

    `content` is the decision's own id, `rulebook` the digest of the rulebook it was made by. `actor` did it, for `owner`.
    """

    owner: str
    actor: str
    request: bytes
    as_of: date
    decision: bytes
    outcome: Outcome
    content: str
    rulebook: str
    project: str = ""
    title: str = ""
    application: str | None = None
    idempotency: Idempotency | None = None
    item: JobItem | None = None

    @classmethod
    def of(
        cls,
        decision: Decision,
        request: bytes,
        owner: str,
        actor: str = "",
        application: str | None = None,
        idempotency: Idempotency | None = None,
        item: JobItem | None = None,
    ) -> Recording:
        """A recording of a decision that is at hand."""
        plain = decision.plain()
        return cls(
            owner=owner,
            actor=actor or owner,
            request=request,
            as_of=date.fromisoformat(decision.receipt.as_of),
            decision=canonical_json(plain),
            outcome=decision.outcome,
            content=plain["id"],
            rulebook=decision.receipt.rulebook,
            project=decision.project,
            title=decision.title,
            application=application,
            idempotency=idempotency,
            item=item,
        )


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What is listed of a recorded decision. `entry` is its number in the audit chain."""

    id: str
    at: datetime
    application: str | None
    owner: str
    actor: str
    project: str
    title: str
    as_of: date
    outcome: Outcome
    content: str
    rulebook: str
    entry: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record, and whether it had been made before for the same idempotency key or job item."""

    record: DecisionRecord
    replayed: bool


@dataclass(frozen=True, slots=True)
class DecisionContent:
    """The bytes of a recorded decision: the request as it came, and the decision's canonical JSON."""

    request: bytes
    decision: bytes


class Decisions:
    """The recorded decisions."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._dictionaries = Dictionaries()

    def record(self, recording: Recording) -> Recorded:
        """Record a decision; it is on the disk, once, when this returns.

        Of one idempotency key or job item only the first is recorded, and is what every call returns. Raises
        IdempotencyConflictError, NotFoundError for an application that is not there, StoreUnavailableError.
        """
        work, made = self._work(recording)
        recorded = self._backing.writer.write(work)
        self._keep(made, recorded)
        return recorded

    def record_soon(self, recording: Recording) -> Future[Recorded]:
        """The same without waiting; the future is settled after the commit. It compresses here, in the caller's thread."""
        work, made = self._work(recording)
        future = self._backing.writer.submit(work)
        future.add_done_callback(lambda done: None if done.exception() else self._keep(made, done.result()))
        return future

    def _work(self, recording: Recording) -> tuple[Callable[[Transaction], Recorded], tuple[str, Recording, bool]]:
        named(recording.owner, "owner")
        named(recording.actor, "actor")
        as_of = recording.as_of.isoformat()
        base = self._dictionary_for(recording.rulebook, as_of)
        values: dict[str, Any] = {
            "id": self._backing.ids.new(),
            "application": recording.application,
            "owner": plain_text(recording.owner),
            "actor": plain_text(recording.actor),
            "project": plain_text(recording.project),
            "title": plain_text(recording.title),
            "as_of": as_of,
            "outcome": recording.outcome.value,
            "content": recording.content,
            "rulebook": recording.rulebook,
        }
        digests = {
            "request": self._backing.digest(recording.request),
            "decision": self._backing.digest(recording.decision),
        }
        packed = {
            "request": pack(recording.request),
            "decision": pack(recording.decision, base),
            "packed_on": base.record if base is not None else None,
        }

        def work(transaction: Transaction) -> Recorded:
            earlier = made_before(transaction, recording.idempotency) or finished_before(transaction, recording.item)
            if earlier is not None:
                row = transaction.first(select(*_LISTED).where(decisions.c.id == earlier.rpartition("/")[2]))
                if row is None:
                    raise not_found("decision", "结论", earlier)
                return Recorded(_record(row), True)
            application = recording.application
            if application is not None:
                known = select(applications.c.id).where(applications.c.id == application)
                if transaction.first(known) is None:
                    raise not_found("application", "申请", application)
            at, subject = transaction.at, f"decision/{values['id']}"
            payload = payload_of(values, digests)
            entry = transaction.enter(values["actor"], RECORDED, subject, payload)
            row_values = {**values, "at": at, "entry": entry}
            transaction.write(insert(decisions), {**row_values, **packed})
            if application is not None:
                newest = {"decision": values["id"], "outcome": values["outcome"], "updated_at": at}
                transaction.write(update(applications).where(applications.c.id == application).values(**newest))
            remember(transaction, recording.idempotency, subject)
            finish_item(transaction, recording.item, values["id"])
            announce(transaction, RECORDED, subject, values["owner"], payload)
            return Recorded(_record_of(row_values), False)

        return work, (values["id"], recording, base is None)

    def _keep(self, made: tuple[str, Recording, bool], recorded: Recorded) -> None:
        """A first decision of its rulebook and day is what further ones are compressed on."""
        record, recording, alone = made
        if alone and not recorded.replayed:
            as_of = recording.as_of.isoformat()
            if self._dictionaries.of_day(recording.rulebook, as_of) is None:
                self._dictionaries.keep(Dictionary(record, recording.decision), recording.rulebook, as_of)

    def _dictionary_for(self, rulebook: str, as_of: str) -> Dictionary | None:
        found = self._dictionaries.of_day(rulebook, as_of)
        if found is not None:
            return found
        alone = (decisions.c.rulebook == rulebook, decisions.c.as_of == as_of, decisions.c.packed_on.is_(None))
        statement = select(decisions.c.id, decisions.c.decision).where(*alone).order_by(decisions.c.id).limit(1)
        row = self._backing.database.read(lambda connection: connection.execute(statement).first())
        if row is None:
            return None
        found = Dictionary(row.id, unpack(row.decision))
        self._dictionaries.keep(found, rulebook, as_of)
        return found

    def get(self, record: str) -> DecisionRecord:
        """A record by its id. Raises NotFoundError."""
        statement = select(*_LISTED).where(decisions.c.id == record)
        row = self._backing.database.read(lambda connection: connection.execute(statement).first())
        if row is None:
            raise not_found("decision", "结论", record)
        return _record(row)

    def content(self, record: str) -> DecisionContent:
        """The bytes of a record. Raises NotFoundError."""

        def read(connection: Connection) -> DecisionContent | None:
            found = select(decisions).where(decisions.c.id == record)
            row = connection.execute(found).first()
            return self.content_of(row, connection) if row is not None else None

        content = self._backing.database.read(read)
        if content is None:
            raise not_found("decision", "结论", record)
        return content

    def content_of(self, row: Row[Any], connection: Connection) -> DecisionContent:
        """The bytes of a row of the table. Raises ValueError where they are damaged."""
        base: Dictionary | None = None
        if row.packed_on is not None:
            base = self._dictionaries.of_record(row.packed_on)
            if base is None:
                earlier = connection.execute(
                    select(decisions.c.decision).where(decisions.c.id == row.packed_on)
                ).first()
                if earlier is None:
                    raise ValueError(f"the decision {row.packed_on} that it is packed on is not there")
                base = Dictionary(row.packed_on, unpack(earlier.decision))
                self._dictionaries.keep(base, row.rulebook, row.as_of, for_writing=False)
        return DecisionContent(unpack(row.request), unpack(row.decision, base))

    def page(
        self,
        *,
        owner: str | None = None,
        application: str | None = None,
        outcome: Outcome | None = None,
        text: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[DecisionRecord]:
        """Records, newest first: of an owner, an application, an outcome, with words in title or reference, since a time."""
        statement = select(*_LISTED)
        if owner is not None:
            statement = statement.where(decisions.c.owner == plain_text(owner))
        if application is not None:
            statement = statement.where(decisions.c.application == application)
        if outcome is not None:
            statement = statement.where(decisions.c.outcome == outcome.value)
        if text:
            words = plain_text(text)
            statement = statement.where(
                or_(holds_text(decisions.c.title, words), holds_text(decisions.c.project, words))
            )
        if since is not None:
            statement = statement.where(decisions.c.at >= time_text(since))
        if until is not None:
            statement = statement.where(decisions.c.at < time_text(until))
        statement = older_than(statement, decisions.c.id, after, limit)
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return page_of([_record(row) for row in rows], [row.id for row in rows], limit)


def payload_of(values: Mapping[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    """What the entry of a decision vouches for: its columns, and the digests of its two contents."""
    return {
        "record": values["id"],
        "application": values["application"],
        "owner": values["owner"],
        "project": values["project"],
        "title": values["title"],
        "as_of": values["as_of"],
        "outcome": values["outcome"],
        "content": values["content"],
        "rulebook": values["rulebook"],
        **digests,
    }


def _record(row: Row[Any]) -> DecisionRecord:
    return _record_of(row._asdict())


def _record_of(values: Mapping[str, Any]) -> DecisionRecord:
    return DecisionRecord(
        id=values["id"],
        at=read_time(values["at"]),
        application=values["application"],
        owner=values["owner"],
        actor=values["actor"],
        project=values["project"],
        title=values["title"],
        as_of=date.fromisoformat(values["as_of"]),
        outcome=Outcome(values["outcome"]),
        content=values["content"],
        rulebook=values["rulebook"],
        entry=values["entry"],
    )
