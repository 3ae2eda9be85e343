"""One application of a job: claimed by a worker for a time, then decided or failed, once, however often it was tried."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, select, update

from screening.errors import Problem
from screening.store.deliveries import announce
from screening.store.errors import ConflictError, not_found
from screening.store.tables import job_items, jobs
from screening.store.writer import Transaction

ENDED: Final = "job.ended"


class ItemState(StrEnum):
    """Where an application of a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = (ItemState.WAITING.value, ItemState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class JobItem:
    """Which application of which job, counted from 0."""

    job: str
    number: int


def finished_before(transaction: Transaction, item: JobItem | None) -> str | None:
    """The subject of the decision that an item already has. Raises ConflictError where it no longer waits for one."""
    if item is None:
        return None
    row = _row(transaction, item)
    if row.decision is not None:
        return f"decision/{row.decision}"
    if row.state not in OPEN:
        raise ConflictError(
            Problem(
                f"job/{item.job}/{item.number}",
                f"is {row.state}",
                "nothing is to be decided",
                "该项已取消或已失败，无需再判",
            )
        )
    return None


def finish_item(transaction: Transaction, item: JobItem | None, decision: str) -> None:
    """Keep which decision an item got, in the transaction that records it."""
    if item is not None:
        _end(transaction, item, {"state": ItemState.DONE.value, "decision": decision}, "done")


def fail_item(transaction: Transaction, item: JobItem, problem: bytes) -> bool:
    """Keep why an item cannot be decided; False where it had already ended."""
    if _row(transaction, item).state not in OPEN:
        return False
    _end(transaction, item, {"state": ItemState.FAILED.value, "problem": problem}, "failed")
    return True


def _row(transaction: Transaction, item: JobItem) -> Row[Any]:
    found = select(job_items.c.state, job_items.c.decision).where(*_is(item))
    row = transaction.first(found)
    if row is None:
        raise not_found("job", "任务", f"{item.job}/{item.number}")
    return row


def _is(item: JobItem) -> tuple[Any, Any]:
    return job_items.c.job == item.job, job_items.c.number == item.number


def _end(transaction: Transaction, item: JobItem, values: dict[str, Any], counted: str) -> None:
    transaction.write(update(job_items).where(*_is(item)).values(**values, lease=None))
    column = jobs.c[counted]
    transaction.write(update(jobs).where(jobs.c.id == item.job).values({counted: column + 1}))
    row = transaction.first(select(jobs).where(jobs.c.id == item.job))
    if row is not None and row.done + row.failed == row.total:
        transaction.write(update(jobs).where(jobs.c.id == item.job).values(state="done", ended_at=transaction.at))
        payload = {"job": item.job, "total": row.total, "done": row.done, "failed": row.failed}
        transaction.enter("screening", ENDED, f"job/{item.job}", payload)
        announce(transaction, ENDED, f"job/{item.job}", row.owner, payload)
