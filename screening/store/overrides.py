"""An officer's answer beside the engine's: a record of its own, by a named officer, with reason, authority and expiry.

The engine's decision stays as it was. What counts on a day is derived from both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select

from screening.decision import Outcome
from screening.errors import Problem
from screening.store.backing import Backing
from screening.store.decisions import DecisionRecord
from screening.store.deliveries import announce
from screening.store.errors import InvalidRecordError, not_found
from screening.store.idempotency import Idempotency, made_before, remember
from screening.store.ids import day_in_china, read_time
from screening.store.tables import decisions, overrides
from screening.store.writer import Transaction, plain_text

MADE: Final = "override.made"
_LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Override:
    """What an officer answered, for the days from `from_day` to the day before `until_day` (days in China)."""

    id: str
    decision: str
    at: datetime
    officer: str
    officer_name: str
    outcome: Outcome
    reason: str
    authority: str
    from_day: date
    until_day: date
    entry: int

    def holds_on(self, day: date) -> bool:
        return self.from_day <= day < self.until_day


@dataclass(frozen=True, slots=True)
class Effective:
    """The outcome that counts on a day, and the override it comes from; None where it is the engine's."""

    outcome: Outcome
    override: Override | None


def effective(outcome: Outcome, made: Sequence[Override], day: date) -> Effective:
    """What counts on a day: of the overrides that hold on it the one made last, otherwise the engine's outcome."""
    holding = [one for one in made if one.holds_on(day)]
    last = max(holding, key=lambda one: one.id, default=None)
    return Effective(last.outcome if last is not None else outcome, last)


class Overrides:
    """The overrides of recorded decisions."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def make(
        self,
        decision: str,
        *,
        officer: str,
        officer_name: str,
        outcome: Outcome,
        reason: str,
        authority: str,
        until_day: date,
        from_day: date | None = None,
        idempotency: Idempotency | None = None,
    ) -> Override:
        """Record an officer's answer to a decision, from today unless a later day is given.

        Raises InvalidRecordError with everything that is missing, NotFoundError.
        """
        today = day_in_china(self._backing.clock())
        start = from_day or today
        _check(
            {"officer": officer, "officer_name": officer_name, "reason": reason, "authority": authority},
            start,
            until_day,
            today,
        )
        values: dict[str, Any] = {
            "id": self._backing.ids.new(),
            "decision": decision,
            "officer": plain_text(officer),
            "officer_name": plain_text(officer_name),
            "outcome": outcome.value,
            "reason": plain_text(reason),
            "authority": plain_text(authority),
            "from_day": start.isoformat(),
            "until_day": until_day.isoformat(),
        }

        def work(transaction: Transaction) -> Override:
            earlier = made_before(transaction, idempotency)
            if earlier is not None:
                row = transaction.first(select(overrides).where(overrides.c.id == earlier.rpartition("/")[2]))
                if row is None:
                    raise not_found("override", "改判", earlier)
                return _override(row)
            engine = transaction.first(select(decisions.c.owner).where(decisions.c.id == decision))
            if engine is None:
                raise not_found("decision", "结论", decision)
            subject, payload = f"override/{values['id']}", payload_of(values)
            entry = transaction.enter(values["officer"], MADE, subject, payload)
            transaction.write(insert(overrides), {**values, "at": transaction.at, "entry": entry})
            remember(transaction, idempotency, subject)
            announce(transaction, MADE, subject, engine.owner, payload)
            return _override_of({**values, "at": transaction.at, "entry": entry})

        return self._backing.writer.write(work)

    def of(self, decision: str) -> tuple[Override, ...]:
        """The overrides of a decision, in the order they were made."""
        return self.of_many([decision]).get(decision, ())

    def of_many(self, records: Iterable[str]) -> Mapping[str, tuple[Override, ...]]:
        """The overrides of several decisions; of those that have any."""
        statement = select(overrides).where(overrides.c.decision.in_(list(records))).order_by(overrides.c.id)
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        found: dict[str, tuple[Override, ...]] = {}
        for row in rows:
            found[row.decision] = (*found.get(row.decision, ()), _override(row))
        return found

    def effective(self, record: DecisionRecord, day: date) -> Effective:
        """The outcome of a decision that counts on a day."""
        return effective(record.outcome, self.of(record.id), day)


def _check(words: Mapping[str, str], start: date, until: date, today: date) -> None:
    problems = [
        Problem(f"/{key}", f"is empty or over {_LONGEST} characters", "write it", f"为空或超过 {_LONGEST} 字")
        for key, value in words.items()
        if not value.strip() or len(value) > _LONGEST
    ]
    if start < today:
        problems.append(Problem("/from_day", "is past", "an override counts from today on", "改判自当日起生效"))
    if until <= start:
        problems.append(Problem("/until_day", "is not after its first day", "write a later day", "终止日应晚于起始日"))
    if problems:
        raise InvalidRecordError(problems)


def payload_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the entry of an override vouches for."""
    keys = ("decision", "officer", "officer_name", "outcome", "reason", "authority", "from_day", "until_day")
    return {"override": values["id"], **{key: values[key] for key in keys}}


def _override(row: Row[Any]) -> Override:
    return _override_of(row._asdict())


def _override_of(values: Mapping[str, Any]) -> Override:
    return Override(
        id=values["id"],
        decision=values["decision"],
        at=read_time(values["at"]),
        officer=values["officer"],
        officer_name=values["officer_name"],
        outcome=Outcome(values["outcome"]),
        reason=values["reason"],
        authority=values["authority"],
        from_day=date.fromisoformat(values["from_day"]),
        until_day=date.fromisoformat(values["until_day"]),
        entry=values["entry"],
    )
