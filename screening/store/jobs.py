"""Jobs: many applications decided one by one, whose progress is on the disk and goes on after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from screening.errors import Problem
from screening.store.backing import Backing, Page, named, older_than, page_of, page_size
from screening.store.errors import InvalidRecordError, not_found
from screening.store.idempotency import Idempotency, made_before, remember
from screening.store.ids import read_time, time_text
from screening.store.job_items import OPEN, ItemState, JobItem, fail_item
from screening.store.packing import pack, unpack
from screening.store.tables import job_items, jobs
from screening.store.writer import Transaction, plain_text

CREATED: Final = "job.created"
CANCELLED: Final = "job.cancelled"


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job and how far it is: of `total` applications, `done` are decided and `failed` could not be read."""

    id: str
    owner: str
    title: str
    as_of: date
    state: JobState
    total: int
    done: int
    failed: int
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """An application that a worker has taken to decide, until its lease ends. `tries` counts this one."""

    item: JobItem
    owner: str
    as_of: date
    request: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one application: the decision's record id, or the problem document."""

    number: int
    state: ItemState
    decision: str | None
    problem: bytes | None


class Jobs:
    """The jobs."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(
        self,
        requests: Sequence[bytes],
        *,
        owner: str,
        actor: str,
        as_of: date,
        title: str = "",
        idempotency: Idempotency | None = None,
    ) -> Job:
        """Queue applications, each as the bytes of a request. Raises InvalidRecordError for none."""
        named(owner, "owner")
        if not requests:
            raise InvalidRecordError(Problem("", "holds no applications", "send at least one", "没有申请"))
        values: dict[str, Any] = {
            "id": self._backing.ids.new(),
            "owner": plain_text(owner),
            "title": plain_text(title),
            "as_of": as_of.isoformat(),
            "state": JobState.QUEUED.value,
            "total": len(requests),
            "done": 0,
            "failed": 0,
        }
        rows = [
            {"job": values["id"], "number": number, "state": ItemState.WAITING.value, "request": pack(body), "tries": 0}
            for number, body in enumerate(requests)
        ]
        digest = self._backing.digest(b"".join(bytes.fromhex(self._backing.digest(body)) for body in requests))

        def work(transaction: Transaction) -> Job:
            earlier = made_before(transaction, idempotency)
            if earlier is not None:
                return _found(transaction.first(_by_id(earlier.rpartition("/")[2])), earlier)
            subject = f"job/{values['id']}"
            payload = {"job": values["id"], **{key: values[key] for key in ("owner", "title", "as_of", "total")}}
            transaction.enter(actor, CREATED, subject, {**payload, "requests": digest})
            transaction.write(insert(jobs), {**values, "created_at": transaction.at})
            transaction.write(insert(job_items), rows)
            remember(transaction, idempotency, subject)
            return _found(transaction.first(_by_id(values["id"])), values["id"])

        return self._backing.writer.write(work)

    def claim(self, limit: int, lease: timedelta) -> tuple[Claimed, ...]:
        """Take applications to decide, oldest job first: those that wait, and those whose worker's lease has ended."""
        now = self._backing.clock()
        until = time_text(now + lease)
        free = or_(
            job_items.c.state == ItemState.WAITING.value,
            and_(job_items.c.state == ItemState.RUNNING.value, job_items.c.lease < time_text(now)),
        )
        statement = (
            select(
                job_items.c.job, job_items.c.number, job_items.c.tries, job_items.c.request, jobs.c.owner, jobs.c.as_of
            )
            .join(jobs, jobs.c.id == job_items.c.job)
            .where(free, jobs.c.state.in_((JobState.QUEUED.value, JobState.RUNNING.value)))
            .order_by(job_items.c.job, job_items.c.number)
            .limit(page_size(limit))
        )

        def work(transaction: Transaction) -> tuple[Claimed, ...]:
            rows = transaction.all(statement)
            for row in rows:
                mine = (job_items.c.job == row.job, job_items.c.number == row.number)
                taken = {"state": ItemState.RUNNING.value, "lease": until, "tries": row.tries + 1}
                transaction.write(update(job_items).where(*mine).values(taken))
            for job in {row.job for row in rows}:
                queued = (jobs.c.id == job, jobs.c.state == JobState.QUEUED.value)
                transaction.write(update(jobs).where(*queued).values(state=JobState.RUNNING.value))
            return tuple(
                Claimed(
                    JobItem(row.job, row.number),
                    row.owner,
                    date.fromisoformat(row.as_of),
                    unpack(row.request),
                    row.tries + 1,
                )
                for row in rows
            )

        return self._backing.writer.write(work)

    def release(self) -> int:
        """Give back all that is claimed, when the only server of a database starts; how many."""
        claimed = update(job_items).where(job_items.c.state == ItemState.RUNNING.value)
        freed = claimed.values(state=ItemState.WAITING.value, lease=None)
        return self._backing.writer.write(lambda transaction: transaction.write(freed))

    def fail(self, item: JobItem, problem: bytes) -> bool:
        """Keep why an application cannot be decided (a problem document); False where it had already ended."""
        return self._backing.writer.write(lambda transaction: fail_item(transaction, item, problem))

    def cancel(self, job: str, *, actor: str) -> Job:
        """End a job; what is decided stays, what is not never will be. A job that has ended stays as it is."""

        def work(transaction: Transaction) -> Job:
            now = _found(transaction.first(_by_id(job)), job)
            if now.state in (JobState.DONE, JobState.CANCELLED):
                return now
            transaction.enter(actor, CANCELLED, f"job/{job}", {"job": job, "done": now.done, "failed": now.failed})
            ended = {"state": JobState.CANCELLED.value, "ended_at": transaction.at}
            transaction.write(update(jobs).where(jobs.c.id == job).values(ended))
            still = (job_items.c.job == job, job_items.c.state.in_(OPEN))
            left = {"state": ItemState.CANCELLED.value, "lease": None}
            transaction.write(update(job_items).where(*still).values(left))
            return _found(transaction.first(_by_id(job)), job)

        return self._backing.writer.write(work)

    def get(self, job: str) -> Job:
        """A job by its id. Raises NotFoundError."""
        row = self._backing.database.read(lambda connection: connection.execute(_by_id(job)).first())
        return _found(row, job)

    def results(self, job: str, *, after: int = -1, limit: int = 100) -> tuple[Result, ...]:
        """What became of the applications behind number `after`, in their order. Raises NotFoundError."""
        items = job_items.c
        statement = (
            select(items.number, items.state, items.decision, items.problem)
            .where(items.job == job, items.number > after)
            .order_by(items.number)
            .limit(page_size(limit))
        )

        def read(connection: Connection) -> tuple[Result, ...]:
            _found(connection.execute(_by_id(job)).first(), job)
            return tuple(
                Result(row.number, ItemState(row.state), row.decision, row.problem)
                for row in connection.execute(statement)
            )

        return self._backing.database.read(read)

    def page(
        self, *, owner: str | None = None, state: JobState | None = None, after: str | None = None, limit: int = 50
    ) -> Page[Job]:
        """Jobs, newest first."""
        statement = select(jobs)
        if owner is not None:
            statement = statement.where(jobs.c.owner == plain_text(owner))
        if state is not None:
            statement = statement.where(jobs.c.state == state.value)
        statement = older_than(statement, jobs.c.id, after, limit)
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return page_of([_job(row) for row in rows], [row.id for row in rows], limit)


def _by_id(job: str) -> Any:
    return select(jobs).where(jobs.c.id == job)


def _found(row: Row[Any] | None, job: str) -> Job:
    if row is None:
        raise not_found("job", "任务", job)
    return _job(row)


def _job(row: Row[Any]) -> Job:
    return Job(
        row.id,
        row.owner,
        row.title,
        date.fromisoformat(row.as_of),
        JobState(row.state),
        row.total,
        row.done,
        row.failed,
        read_time(row.created_at),
        read_time(row.ended_at) if row.ended_at is not None else None,
    )
