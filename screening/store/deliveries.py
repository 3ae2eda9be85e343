"""The outbox: what subscribers are to be told is written with what happened, and stays until it is told or given up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from screening.decision import canonical_json
from screening.store.backing import Backing, Page, older_than, page_of, page_size
from screening.store.ids import read_time, time_text
from screening.store.tables import deliveries, webhooks
from screening.store.writer import Transaction, plain_text

SUBSCRIBERS: Final = "subscribers"
_ACTIVE: Final = select(webhooks.c.id, webhooks.c.owner, webhooks.c.everyone, webhooks.c.events).where(
    webhooks.c.ended_at.is_(None)
)


class DeliveryState(StrEnum):
    """Whether a subscriber has been told."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to tell one subscriber. `data` is canonical JSON; `tries` counts those begun; `due_at` the next."""

    id: str
    webhook: str
    event: str
    subject: str
    data: bytes
    at: datetime
    state: DeliveryState
    tries: int
    due_at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery to try now, with where to and the secret to sign it with."""

    delivery: Delivery
    url: str
    secret: str


def announce(transaction: Transaction, event: str, subject: str, owner: str, data: Mapping[str, Any]) -> None:
    """Put an event into the outbox of everyone who subscribed to it and may know of the owner's records."""
    active = transaction.known(SUBSCRIBERS, lambda: transaction.all(_ACTIVE))
    told = [row.id for row in active if event in json.loads(row.events) and (row.everyone or row.owner == owner)]
    if told:
        body = canonical_json(data)
        common = {"event": event, "subject": subject, "data": body, "at": transaction.at, "due_at": transaction.at}
        state = {"state": DeliveryState.PENDING.value, "tries": 0, "problem": ""}
        rows = [{"id": transaction.new_id(), "webhook": one, **common, **state} for one in told]
        transaction.write(insert(deliveries), rows)


class Deliveries:
    """The outbox as its sender sees it."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def claim(self, limit: int, lease: timedelta) -> tuple[Due, ...]:
        """Take deliveries that are due. One of which nothing is heard is due again when the lease ends."""
        now = self._backing.clock()
        statement = (
            select(deliveries, webhooks.c.url, webhooks.c.secret)
            .join(webhooks, webhooks.c.id == deliveries.c.webhook)
            .where(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.due_at <= time_text(now))
            .order_by(deliveries.c.due_at, deliveries.c.id)
            .limit(page_size(limit))
        )

        def work(transaction: Transaction) -> tuple[Due, ...]:
            rows = transaction.all(statement)
            for row in rows:
                taken = {"due_at": time_text(now + lease), "tries": row.tries + 1}
                transaction.write(update(deliveries).where(deliveries.c.id == row.id).values(taken))
            return tuple(Due(_delivery(row, row.tries + 1), row.url, row.secret) for row in rows)

        return self._backing.writer.write(work)

    def delivered(self, delivery: str) -> None:
        """Keep that a subscriber has been told."""
        self._end(delivery, DeliveryState.DELIVERED, "")

    def failed(self, delivery: str, problem: str, again_in: timedelta | None) -> None:
        """Keep why a try failed, and when the next is due; None gives it up."""
        if again_in is None:
            self._end(delivery, DeliveryState.GIVEN_UP, problem)
            return
        due = time_text(self._backing.clock() + again_in)
        pending = (deliveries.c.id == delivery, deliveries.c.state == DeliveryState.PENDING.value)
        statement = update(deliveries).where(*pending).values(due_at=due, problem=plain_text(problem)[:500])
        self._backing.writer.write(lambda transaction: transaction.write(statement))

    def _end(self, delivery: str, state: DeliveryState, problem: str) -> None:
        pending = (deliveries.c.id == delivery, deliveries.c.state == DeliveryState.PENDING.value)

        def work(transaction: Transaction) -> None:
            ended = {"state": state.value, "ended_at": transaction.at, "problem": plain_text(problem)[:500]}
            transaction.write(update(deliveries).where(*pending).values(ended))

        self._backing.writer.write(work)

    def page(
        self, webhook: str, *, state: DeliveryState | None = None, after: str | None = None, limit: int = 50
    ) -> Page[Delivery]:
        """The deliveries to one subscriber, newest first."""
        statement = select(deliveries).where(deliveries.c.webhook == webhook)
        if state is not None:
            statement = statement.where(deliveries.c.state == state.value)
        statement = older_than(statement, deliveries.c.id, after, limit)
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return page_of([_delivery(row, row.tries) for row in rows], [row.id for row in rows], limit)


def _delivery(row: Row[Any], tries: int) -> Delivery:
    return Delivery(
        row.id,
        row.webhook,
        row.event,
        row.subject,
        bytes(row.data),
        read_time(row.at),
        DeliveryState(row.state),
        tries,
        read_time(row.due_at),
        row.problem,
    )
