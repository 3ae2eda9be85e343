"""A store with a clock that is moved by hand, and a subscriber on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from screening.store import Store, Webhook
from screening.webhooks import Sender, WebhookSettings, new_secret, read_webhook_settings
from tests.store.conftest import Clock
from tests.webhooks.subscriber import Subscriber, subscribing

NEAR = read_webhook_settings({"SCREENING_WEBHOOK_ALLOW": "127.0.0.0/8"})
MakeSender = Callable[..., Sender]
Subscribe = Callable[..., Webhook]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store.open(str(tmp_path / "screening.db"), create=True, clock=clock) as found:
        yield found


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with subscribing() as found:
        yield found


@pytest.fixture
def make_sender(store: Store, clock: Clock) -> MakeSender:
    def make(settings: WebhookSettings = NEAR, **how: Any) -> Sender:
        return Sender(store, settings, clock, **{"share": lambda: 0.0, "seconds": 10.0, **how})

    return make


@pytest.fixture
def subscribe(store: Store) -> Subscribe:
    def make(url: str, secret: str = "", everyone: bool = True) -> Webhook:
        return store.webhooks.create(
            owner="a",
            actor="a",
            url=url,
            secret=secret or new_secret(),
            events=["decision.recorded"],
            everyone=everyone,
        )

    return make
