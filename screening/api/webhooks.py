"""Subscriptions of other systems to what happens here, and what became of telling them."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from screening.access import Act, Principal
from screening.api.access import may
from screening.api.parameters import ONLY_KNOWN, After, PageSize
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.store import EVENTS, Delivery, DeliveryState, Webhook, time_text
from screening.webhooks import WebhookSettings, new_secret, read_target
from screening.webhooks.targets import LONGEST

_EVENTS: Final = ", ".join(EVENTS)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WebhookIn(_Strict):
    """Where to send what, of everyone's records or only of one's own."""

    url: str = Field(min_length=1, max_length=LONGEST, description="https; inside the office's net where it is allowed")
    events: list[str] = Field(min_length=1, max_length=20, description=f"of {_EVENTS}")
    everyone: bool = Field(default=True, description="what happens to everyone's records; otherwise to one's own")


class WebhookOut(_Strict):
    """A subscription, without its secret."""

    id: str
    owner: str
    everyone: bool
    url: str
    events: list[str]
    created_at: str
    ended_at: str | None


class NewWebhookOut(WebhookOut):
    """A subscription just made, with its secret, which is told once: signatures are checked by it."""

    secret: str


class WebhooksOut(_Strict):
    """Every subscription."""

    webhooks: list[WebhookOut]


class DeliveryOut(_Strict):
    """One thing to tell a subscriber. `tries` counts those begun; `problem` is why the last failed."""

    id: str
    event: str
    subject: str
    at: str
    state: DeliveryState
    tries: int
    due_at: str
    problem: str


class DeliveriesOut(_Strict):
    """A page of deliveries, newest first."""

    deliveries: list[DeliveryOut]
    next: str | None


def router(services: Services, settings: WebhookSettings) -> APIRouter:
    """The routes of webhooks."""
    routes = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=[ONLY_KNOWN])
    store = services.store

    @routes.get("", response_model=WebhooksOut, responses=PROBLEMS)
    def webhooks(who: Annotated[Principal, may(Act.READ_WEBHOOK)]) -> WebhooksOut:
        """Every subscription, ended ones too."""
        return WebhooksOut(webhooks=[plain_webhook(one) for one in store.webhooks.all()])

    @routes.post("", status_code=201, response_model=NewWebhookOut, responses=PROBLEMS)
    def create_webhook(
        said: WebhookIn, response: Response, who: Annotated[Principal, may(Act.CREATE_WEBHOOK)]
    ) -> NewWebhookOut:
        """Subscribe. Events are CloudEvents 1.0 in JSON, signed after Standard Webhooks (`webhook-id`,
        `webhook-timestamp`, `webhook-signature`); each is told at least once. The secret is in this answer and nowhere
        else."""
        read_target(said.url, settings.allowed)
        secret = new_secret()
        made = store.webhooks.create(
            owner=who.id, actor=who.id, url=said.url, secret=secret, events=said.events, everyone=said.everyone
        )
        response.headers["Cache-Control"] = "no-store"
        response.headers["Location"] = f"/v1/webhooks/{made.id}"
        return NewWebhookOut(**plain_webhook(made).model_dump(), secret=secret)

    @routes.get("/{webhook}", response_model=WebhookOut, responses=PROBLEMS)
    def webhook(webhook: str, who: Annotated[Principal, may(Act.READ_WEBHOOK)]) -> WebhookOut:
        """A subscription."""
        return plain_webhook(store.webhooks.get(webhook))

    @routes.delete("/{webhook}", response_model=WebhookOut, responses=PROBLEMS)
    def end_webhook(webhook: str, who: Annotated[Principal, may(Act.END_WEBHOOK)]) -> WebhookOut:
        """End a subscription; what it was still to be told is given up."""
        return plain_webhook(store.webhooks.end(webhook, actor=who.id))

    @routes.get("/{webhook}/deliveries", response_model=DeliveriesOut, responses=PROBLEMS)
    def deliveries(
        webhook: str,
        who: Annotated[Principal, may(Act.READ_WEBHOOK)],
        state: DeliveryState | None = None,
        limit: PageSize = 50,
        after: After = None,
    ) -> DeliveriesOut:
        """What a subscriber was or is to be told; `state=given_up` are those that never arrived."""
        store.webhooks.get(webhook)
        page = store.deliveries.page(webhook, state=state, after=after, limit=limit)
        return DeliveriesOut(deliveries=[plain_delivery(one) for one in page.items], next=page.next)

    return routes


def plain_webhook(webhook: Webhook) -> WebhookOut:
    return WebhookOut(
        id=webhook.id,
        owner=webhook.owner,
        everyone=webhook.everyone,
        url=webhook.url,
        events=list(webhook.events),
        created_at=time_text(webhook.created_at),
        ended_at=time_text(webhook.ended_at) if webhook.ended_at is not None else None,
    )


def plain_delivery(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.id,
        event=delivery.event,
        subject=delivery.subject,
        at=time_text(delivery.at),
        state=delivery.state,
        tries=delivery.tries,
        due_at=time_text(delivery.due_at),
        problem=delivery.problem,
    )
