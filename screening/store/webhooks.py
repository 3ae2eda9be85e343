"""Who is told what: subscriptions of other systems to events."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from screening.errors import Problem
from screening.store import job_items
from screening.store.backing import Backing, named
from screening.store.decisions import RECORDED
from screening.store.deliveries import SUBSCRIBERS
from screening.store.errors import InvalidRecordError, not_found
from screening.store.ids import read_time
from screening.store.overrides import MADE
from screening.store.tables import deliveries, webhooks
from screening.store.writer import Transaction, plain_text

CREATED: Final = "webhook.created"
ENDED: Final = "webhook.ended"
EVENTS: Final = (RECORDED, MADE, job_items.ENDED)
"""What can be subscribed to."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. `everyone`: to the records of all owners, not only its own. The secret is only given to the sender."""

    id: str
    owner: str
    everyone: bool
    url: str
    events: tuple[str, ...]
    created_at: datetime
    ended_at: datetime | None


class Webhooks:
    """The subscriptions."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing

    def create(
        self, *, owner: str, actor: str, url: str, secret: str, events: Sequence[str], everyone: bool = False
    ) -> Webhook:
        """Subscribe to events. Raises InvalidRecordError for unknown ones."""
        named(owner, "owner")
        unknown = [event for event in events if event not in EVENTS]
        if unknown or not events:
            raise InvalidRecordError(
                Problem(
                    "/events",
                    f"holds {', '.join(unknown)[:80]}" if unknown else "is empty",
                    f"known: {', '.join(EVENTS)}",
                    f"可订阅：{'、'.join(EVENTS)}",
                )
            )
        values: dict[str, Any] = {
            "id": self._backing.ids.new(),
            "owner": plain_text(owner),
            "everyone": int(everyone),
            "url": plain_text(url),
            "secret": secret,
            "events": json.dumps(list(dict.fromkeys(events))),
        }
        payload = payload_of(values, self._backing.digest(secret.encode()))

        def work(transaction: Transaction) -> Webhook:
            transaction.enter(actor, CREATED, f"webhook/{values['id']}", payload)
            transaction.changed(SUBSCRIBERS)
            transaction.write(insert(webhooks), {**values, "created_at": transaction.at})
            return _found(transaction.first(_by_id(values["id"])), values["id"])

        return self._backing.writer.write(work)

    def end(self, webhook: str, *, actor: str) -> Webhook:
        """End a subscription; what it was still to be told is given up. Raises NotFoundError."""

        def work(transaction: Transaction) -> Webhook:
            now = _found(transaction.first(_by_id(webhook)), webhook)
            if now.ended_at is not None:
                return now
            transaction.enter(actor, ENDED, f"webhook/{webhook}", {"webhook": webhook})
            transaction.changed(SUBSCRIBERS)
            transaction.write(update(webhooks).where(webhooks.c.id == webhook).values(ended_at=transaction.at))
            pending = (deliveries.c.webhook == webhook, deliveries.c.state == "pending")
            given_up = {"state": "given_up", "ended_at": transaction.at, "problem": "the subscription ended"}
            transaction.write(update(deliveries).where(*pending).values(given_up))
            return _found(transaction.first(_by_id(webhook)), webhook)

        return self._backing.writer.write(work)

    def get(self, webhook: str) -> Webhook:
        """A subscription by its id. Raises NotFoundError."""
        row = self._backing.database.read(lambda connection: connection.execute(_by_id(webhook)).first())
        return _found(row, webhook)

    def all(self, owner: str | None = None) -> tuple[Webhook, ...]:
        """The subscriptions, of an owner or of everyone, oldest first; ended ones are among them."""
        statement = select(webhooks).order_by(webhooks.c.id)
        if owner is not None:
            statement = statement.where(webhooks.c.owner == plain_text(owner))
        rows = self._backing.database.read(lambda connection: connection.execute(statement).all())
        return tuple(_webhook(row) for row in rows)


def payload_of(values: Mapping[str, Any], secret_digest: str) -> dict[str, Any]:
    """What the entry of a subscription vouches for."""
    keys = ("owner", "everyone", "url", "events")
    return {"webhook": values["id"], **{key: values[key] for key in keys}, "secret": secret_digest}


def _by_id(webhook: str) -> Any:
    return select(webhooks).where(webhooks.c.id == webhook)


def _found(row: Row[Any] | None, webhook: str) -> Webhook:
    if row is None:
        raise not_found("webhook", "订阅", webhook)
    return _webhook(row)


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        row.id,
        row.owner,
        bool(row.everyone),
        row.url,
        tuple(json.loads(row.events)),
        read_time(row.created_at),
        read_time(row.ended_at) if row.ended_at is not None else None,
    )
