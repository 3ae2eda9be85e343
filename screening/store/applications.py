"""Applications: what an applicant works on until it is decided. Each change is a new version of the whole body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from screening.decision import Outcome
from screening.errors import Problem
from screening.store.backing import Backing, Page, holds_text, named, older_than, page_of
from screening.store.errors import VersionConflictError, not_found
from screening.store.idempotency import Idempotency, made_before, remember
from screening.store.ids import read_time, time_text
from screening.store.tables import applications
from screening.store.writer import Transaction, plain_text

CREATED: Final = "application.created"
CHANGED: Final = "application.changed"
_LISTED: Final = [column for column in applications.c if column.name != "body"]


class State(StrEnum):
    """Where an application is: still being written, handed in to an officer, or closed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Application:
    """What is listed of an application. `decision` and `outcome` are of the last decision recorded for it."""

    id: str
    owner: str
    title: str
    state: State
    version: int
    created_at: datetime
    updated_at: datetime
    decision: str | None
    outcome: Outcome | None


class Applications:
    """The applications."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(
        self,
        *,
        owner: str,
        actor: str,
        title: str,
        body: bytes,
        state: State = State.DRAFT,
        idempotency: Idempotency | None = None,
    ) -> Application:
        """Keep a new application, version 1; of one idempotency key only the first."""
        named(owner, "owner")
        values: dict[str, Any] = {
            "id": self._backing.ids.new(),
            "owner": plain_text(owner),
            "title": plain_text(title),
            "state": state.value,
            "version": 1,
        }
        digest = self._backing.digest(body)

        def work(transaction: Transaction) -> Application:
            earlier = made_before(transaction, idempotency)
            if earlier is not None:
                return _found(transaction.first(_by_id(earlier.rpartition("/")[2])), earlier)
            times = {"created_at": transaction.at, "updated_at": transaction.at}
            subject = f"application/{values['id']}"
            transaction.enter(actor, CREATED, subject, payload_of(values, digest))
            transaction.write(insert(applications), {**values, **times, "body": body})
            remember(transaction, idempotency, subject)
            return _application_of({**values, **times, "decision": None, "outcome": None})

        return self._backing.writer.write(work)

    def replace(
        self,
        application: str,
        *,
        actor: str,
        version: int | None,
        title: str,
        body: bytes,
        state: State | None = None,
    ) -> Application:
        """The next version, in place of `version` (None: of whichever is there).

        Raises VersionConflictError when it is no longer that one, NotFoundError.
        """
        digest = self._backing.digest(body)

        def work(transaction: Transaction) -> Application:
            now = _found(transaction.first(_by_id(application)), application)
            if version is not None and now.version != version:
                raise VersionConflictError(
                    Problem(
                        f"application/{application}",
                        f"is version {now.version}, not {version}",
                        "read it again and change that",
                        f"已是第 {now.version} 版，不是第 {version} 版，请重新读取后修改",
                    )
                )
            values = {
                "id": application,
                "owner": now.owner,
                "title": plain_text(title),
                "state": (state or now.state).value,
                "version": now.version + 1,
            }
            transaction.enter(actor, CHANGED, f"application/{application}", payload_of(values, digest))
            changed = {**values, "updated_at": transaction.at, "body": body}
            transaction.write(update(applications).where(applications.c.id == application).values(changed))
            return _found(transaction.first(_by_id(application)), application)

        return self._backing.writer.write(work)

    def get(self, application: str) -> Application:
        """An application by its id. Raises NotFoundError."""
        row = self._backing.database.read(lambda connection: connection.execute(_by_id(application)).first())
        return _found(row, application)

    def read(self, application: str) -> tuple[Application, bytes]:
        """An application with its body, both of one version. Raises NotFoundError."""
        statement = select(applications).where(applications.c.id == application)
        row = self._backing.database.read(lambda connection: connection.execute(statement).first())
        if row is None:
            raise not_found("application", "申请", application)
        return _application_of(row._asdict()), bytes(row.body)

    def page(
        self,
        *,
        owner: str | None = None,
        state: State | None = None,
        outcome: Outcome | None = None,
        text: str | None = None,
        since: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Application]:
        """Applications, newest first: of an owner, in a state, last decided so, with words in the title, since a time."""
        statement = select(*_LISTED)
        if owner is not None:
            statement = statement.where(applications.c.owner == plain_text(owner))
        if state is not None:
            statement = statement.where(applications.c.state == state.value)
        if outcome is not None:
            statement = statement.where(applications.c.outcome == outcome.value)
        if text:
            statement = statement.where(holds_text(applications.c.title, plain_text(text)))
        if since is not None:
            statement = statement.where(applications.c.created_at >= time_text(since))
        statement = older_than(statement, applications.c.id, after, limit)
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return page_of([_application_of(row._asdict()) for row in rows], [row.id for row in rows], limit)


def payload_of(values: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """What the entry of a version vouches for: its columns, and the digest of its body."""
    keys = ("owner", "title", "state", "version")
    return {"application": values["id"], **{key: values[key] for key in keys}, "body": digest}


def _by_id(application: str) -> Any:
    return select(*_LISTED).where(applications.c.id == application)


def _found(row: Row[Any] | None, application: str) -> Application:
    if row is None:
        raise not_found("application", "申请", application)
    return _application_of(row._asdict())


def _application_of(values: Mapping[str, Any]) -> Application:
    return Application(
        id=values["id"],
        owner=values["owner"],
        title=values["title"],
        state=State(values["state"]),
        version=values["version"],
        created_at=read_time(values["created_at"]),
        updated_at=read_time(values["updated_at"]),
        decision=values["decision"],
        outcome=Outcome(values["outcome"]) if values["outcome"] is not None else None,
    )
