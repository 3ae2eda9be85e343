"""What can go wrong with the store, each with what, where and what to do."""

from __future__ import annotations

from screening.errors import Problem, ScreeningError


class StoreError(ScreeningError):
    """The store cannot do what was asked of it."""

    kind = "store"
    heading = "the store cannot do this"


class StoreUnavailableError(StoreError):
    """The database does not answer. What was asked may be asked again; with its idempotency key nothing is done twice."""

    kind = "store-unavailable"
    heading = "the store is not available"


class StoreSchemaError(StoreError):
    """The database has no tables of ours, older ones, or newer ones."""

    kind = "store-schema"
    heading = "the database is not of this version"


class NotFoundError(StoreError):
    """No record has this id."""

    kind = "not-found"
    heading = "there is no such record"


class ConflictError(StoreError):
    """The record is not, or no longer, as the caller takes it to be."""

    kind = "conflict"
    heading = "the record was changed meanwhile"


class VersionConflictError(ConflictError):
    """The record has another version than the one that was to be replaced."""

    kind = "version-conflict"


class IdempotencyConflictError(ConflictError):
    """The idempotency key was used for another request."""

    kind = "idempotency-conflict"
    heading = "the idempotency key was used for another request"


class InvalidRecordError(StoreError):
    """What is to be recorded is not complete or not possible."""

    kind = "invalid-record"
    heading = "this cannot be recorded"


def not_found(noun: str, zh: str, record: str) -> NotFoundError:
    """That no record of a kind has this id."""
    shown = record[:80]
    return NotFoundError(Problem(f"{noun}/{shown}", f"there is no such {noun}", "check the id", f"没有此{zh}：{shown}"))


def unavailable(url: str, why: str, unsure: bool = False) -> StoreUnavailableError:
    """That the database does not answer; `unsure`: it went away while it was committing, and may have recorded it."""
    unknown = "; it may have been recorded: ask again with the same idempotency key" if unsure else ""
    zh = "；可能已登记，请以同一幂等键重试" if unsure else "，未作登记，请稍后重试"
    return StoreUnavailableError(
        Problem(
            url,
            f"the database does not answer ({why[:200]}){unknown}",
            "" if unsure else "nothing was recorded; try again, and see that the database runs",
            f"数据库无响应{zh}",
        )
    )
