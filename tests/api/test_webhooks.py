"""Subscriptions over HTTP: made, listed, told, ended; and what a secret never stands in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from standardwebhooks.webhooks import Webhook as Verifier

from screening import Atlas, Rulebook
from screening.access import AccessSettings
from screening.api.app import make_app
from screening.api.embedded import open_door
from screening.api.services import Services
from screening.store import Store
from screening.webhooks import read_webhook_settings
from screening.workers import InProcess
from tests.api.service import client_of
from tests.api.test_api import APPLICATION
from tests.webhooks.subscriber import Subscriber, subscribing

HOOK: dict[str, Any] = {"url": "https://hooks.example/screening", "events": ["decision.recorded"]}


@pytest.fixture
def near(rulebook: Rulebook, atlas: Atlas, tmp_path: Path) -> Iterator[TestClient]:
    """A service that may tell this machine."""
    settings = read_webhook_settings({"SCREENING_WEBHOOK_ALLOW": "127.0.0.0/8"})
    with Store.open(str(tmp_path / "screening.db"), create=True) as store:
        services = Services(rulebook, atlas, store, InProcess(rulebook, atlas))
        with client_of(make_app(services, open_door(AccessSettings(), store), telling=settings)) as client:
            yield client


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    with subscribing() as found:
        yield found


def test_a_decision_recorded_over_http_is_told_to_a_subscriber(near: TestClient, subscriber: Subscriber) -> None:
    made = near.post("/v1/webhooks", json={**HOOK, "url": subscriber.url("/ok")})
    assert made.status_code == 201 and made.headers["cache-control"] == "no-store"
    decided = near.post("/v1/screenings", json=APPLICATION)
    assert subscriber.came.wait(30)
    (told,) = subscriber.told
    event = Verifier(made.json()["secret"]).verify(told.body, told.headers)
    assert event["data"]["content"] == decided.json()["id"]
    assert event["subject"] == decided.headers["location"].removeprefix("/v1/").replace("decisions", "decision")
    (listed,) = near.get(f"{made.headers['location']}/deliveries").json()["deliveries"]
    assert listed["id"] == told.headers["webhook-id"] and listed["tries"] == 1


def test_a_secret_is_told_once(client: TestClient) -> None:
    made = client.post("/v1/webhooks", json=HOOK)
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    for path in ("/v1/webhooks", made.headers["location"], "/v1/audit"):
        assert secret not in client.get(path).text
    assert client.post("/v1/webhooks", json=HOOK).json()["secret"] != secret


def test_a_subscription_that_was_ended_says_since_when(client: TestClient) -> None:
    place = client.post("/v1/webhooks", json=HOOK).headers["location"]
    assert client.get(place).json()["ended_at"] is None
    ended = client.delete(place).json()["ended_at"]
    assert ended and client.get(place).json()["ended_at"] == ended == client.delete(place).json()["ended_at"]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {**HOOK, "url": "http://hooks.example/"},
        {**HOOK, "url": "https://127.0.0.1/"},
        {**HOOK, "url": "https://[::ffff:169.254.169.254]/"},
        {**HOOK, "url": "https://user:word@hooks.example/"},
        {**HOOK, "events": []},
        {**HOOK, "events": ["decision.made"]},
        {**HOOK, "colour": 1},
    ],
)
def test_a_subscription_that_cannot_be_is_a_problem_document(client: TestClient, said: dict[str, Any]) -> None:
    answer = client.post("/v1/webhooks", json=said)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"]


def test_of_a_subscription_there_is_not_nothing_is_told(client: TestClient) -> None:
    for path in ("/v1/webhooks/none", "/v1/webhooks/none/deliveries"):
        assert client.get(path).status_code == 404
    assert client.delete("/v1/webhooks/none").status_code == 404
    place = client.post("/v1/webhooks", json=HOOK).headers["location"]
    assert client.get(f"{place}/deliveries?state=lost").status_code == 422
