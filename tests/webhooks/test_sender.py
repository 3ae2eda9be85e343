"""Events reach a subscriber at least once, signed, whatever it does; and a subscriber can do no harm."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from screening.store import Delivery, DeliveryState, Store
from screening.webhooks import Sender, WebhookSettings, new_secret, read_webhook_settings
from screening.webhooks.sender import AT_ONCE, wait_after
from tests.store.conftest import Clock
from tests.store.records import recording
from tests.webhooks.conftest import MakeSender, Subscribe
from tests.webhooks.subscriber import Subscriber


def only(store: Store, webhook: str) -> Delivery:
    (found,) = store.deliveries.page(webhook).items
    return found


def test_a_subscriber_is_told_in_the_words_of_two_standards(
    store: Store, clock: Clock, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    clock.now = datetime.now(UTC)  # The verifier has a clock of its own.
    secret = new_secret()
    hook = subscribe(subscriber.url("/ok"), secret)
    record = store.decisions.record(recording()).record
    settings = read_webhook_settings(
        {"SCREENING_WEBHOOK_ALLOW": "127.0.0.1/32", "SCREENING_WEBHOOK_SOURCE": "https://zoning.example"}
    )
    assert asyncio.run(make_sender(settings).round()) == 1
    (told,) = subscriber.told
    assert Verifier(secret).verify(told.body, told.headers)["specversion"] == "1.0"
    with pytest.raises(WebhookVerificationError):
        Verifier(new_secret()).verify(told.body, told.headers)
    event = from_structured_event(HTTPMessage(told.headers, told.body))
    assert event.get_type() == "screening.decision.recorded" and event.get_source() == "https://zoning.example"
    assert event.get_subject() == f"decision/{record.id}" and event.get_time() == record.at
    assert event.get_id() == told.headers["webhook-id"] == only(store, hook.id).id
    data = event.get_data()
    assert isinstance(data, dict) and data["content"] == record.content
    assert only(store, hook.id).state is DeliveryState.DELIVERED
    assert asyncio.run(make_sender().round()) == 0


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/fails", "answered 500"),
        ("/elsewhere", "redirects are not followed"),
        ("/mumbles", "RemoteProtocolError"),
        ("/hangs_up", "RemoteProtocolError"),
        ("/floods", "RemoteProtocolError"),
        ("/never", "no answer within"),
        ("/drips", "no answer within"),
        ("/chatters", "no answer within"),
    ],
)
def test_whatever_a_subscriber_does_wrong_it_is_told_again_later(
    path: str,
    why: str,
    store: Store,
    clock: Clock,
    subscriber: Subscriber,
    subscribe: Subscribe,
    make_sender: MakeSender,
) -> None:
    hook = subscribe(subscriber.url(path))
    store.decisions.record(recording())
    sender = make_sender(seconds=0.5) if "within" in why else make_sender()
    asyncio.run(sender.round())
    failed = only(store, hook.id)
    assert failed.state is DeliveryState.PENDING and why in failed.problem
    assert [one.path for one in subscriber.told] == [path]
    assert failed.due_at == clock.now + timedelta(seconds=5)
    assert asyncio.run(sender.round()) == 0
    clock.forward(minutes=1)
    asyncio.run(sender.round())
    first, second = subscriber.told
    assert first.body == second.body and first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]


def test_an_answer_that_goes_on_for_ever_has_said_that_it_understood(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe(subscriber.url("/talks"))
    store.decisions.record(recording())
    asyncio.run(make_sender().round())
    assert only(store, hook.id).state is DeliveryState.DELIVERED


def test_nobody_listening_is_a_failure_like_any_other(
    store: Store, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe("http://127.0.0.1:1/")
    store.decisions.record(recording())
    asyncio.run(make_sender().round())
    assert only(store, hook.id).state is DeliveryState.PENDING and only(store, hook.id).problem


def test_a_subscriber_says_how_long_to_wait(
    store: Store, clock: Clock, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe(subscriber.url("/busy"))
    store.decisions.record(recording())
    asyncio.run(make_sender().round())
    assert only(store, hook.id).due_at == clock.now + timedelta(hours=2)


def test_a_subscriber_that_is_gone_is_told_no_more(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe(subscriber.url("/gone"))
    store.decisions.record(recording(1))
    asyncio.run(make_sender().round())
    store.decisions.record(recording(2))
    assert store.webhooks.get(hook.id).ended_at is not None
    assert only(store, hook.id).state is DeliveryState.GIVEN_UP
    assert asyncio.run(make_sender().round()) == 0


def test_what_could_not_be_told_in_three_days_is_given_up_and_kept_with_the_reason(
    store: Store, clock: Clock, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe(subscriber.url("/fails"))
    store.decisions.record(recording())
    began, sender = clock.now, make_sender()
    while only(store, hook.id).state is DeliveryState.PENDING:
        clock.now = only(store, hook.id).due_at
        assert asyncio.run(sender.round()) == 1
    assert timedelta(days=2, hours=12) < clock.now - began <= timedelta(days=3)
    assert only(store, hook.id).state is DeliveryState.GIVEN_UP and only(store, hook.id).problem == "answered 500"
    assert 10 < len(subscriber.told) < 30


def test_the_waits_grow_fourfold_and_are_spread() -> None:
    waits = [wait_after(tries, 0.0).total_seconds() for tries in range(1, 12)]
    assert waits[:4] == [5, 20, 80, 320] and waits[-1] == waits[-2] == 6 * 3600
    assert wait_after(3, 1.0).total_seconds() == 40
    assert wait_after(10**6, 0.5) <= timedelta(hours=6)
    assert wait_after(1, 0.5, 1e9) == timedelta(days=1)


def test_a_silent_subscriber_does_not_keep_the_others_from_being_told(
    store: Store, clock: Clock, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    """Far more is due to one that never answers than is sent at once; a second subscriber comes behind all that."""
    silent = subscribe(subscriber.url("/never"))
    for number in range(3 * AT_ONCE):
        store.decisions.record(recording(number))
    subscribe(subscriber.url("/ok"))
    store.decisions.record(recording(1000))
    sender = make_sender(seconds=0.3)

    async def rounds() -> None:
        for _ in range(8):
            await sender.round()

    asyncio.run(rounds())
    tried = [one.path for one in subscriber.told]
    assert tried.count("/ok") == 1 and tried.count("/never") <= AT_ONCE
    assert not store.deliveries.page(silent.id, state=DeliveryState.DELIVERED).items
    # It answers again: one is tried, and then the others.
    clock.forward(seconds=40)
    subscriber.told.clear()
    asyncio.run(sender.round())
    assert [one.path for one in subscriber.told] == ["/never"]


def test_an_applicant_who_may_not_know_is_not_told(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    subscribe(subscriber.url("/ok"), everyone=False)
    store.decisions.record(recording())
    assert asyncio.run(make_sender().round()) == 0


def test_while_it_runs_the_sender_finds_what_is_due_and_ends_when_it_is_told_to(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe(subscriber.url("/ok"))
    sender = make_sender(idle=0.01)

    async def run() -> None:
        await sender.start()
        await asyncio.to_thread(store.decisions.record, recording())
        assert await asyncio.to_thread(subscriber.came.wait, 30)
        await sender.close()

    asyncio.run(run())
    assert json.loads(subscriber.told[0].body)["type"] == "screening.decision.recorded"
    assert only(store, hook.id).state in (DeliveryState.DELIVERED, DeliveryState.PENDING)


def test_what_a_sender_that_died_had_taken_is_sent_by_the_next(
    store: Store, clock: Clock, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe(subscriber.url("/ok"))
    store.decisions.record(recording())
    assert len(store.deliveries.claim(1, timedelta(minutes=2))) == 1
    assert asyncio.run(make_sender().round()) == 0
    clock.forward(minutes=3)
    assert asyncio.run(make_sender().round()) == 1
    assert only(store, hook.id).state is DeliveryState.DELIVERED


def test_by_default_nothing_is_sent_to_this_machine(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hooks = [subscribe(subscriber.url("/ok", host=host)) for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]")]
    store.decisions.record(recording())
    asyncio.run(make_sender(WebhookSettings()).round())
    assert not subscriber.told
    assert all(only(store, hook.id).problem for hook in hooks)


def test_a_name_that_leads_home_is_refused_when_it_is_looked_up(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    """Whatever it led to when it was subscribed, and whatever else it leads to."""
    hook = subscribe(f"https://hooks.example:{subscriber.port}/ok")
    store.decisions.record(recording())

    async def resolve(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "127.0.0.1"]

    asyncio.run(make_sender(WebhookSettings(), resolve=resolve).round())
    assert "not public" in only(store, hook.id).problem and not subscriber.told


def test_a_name_is_looked_up_once_and_the_connection_is_made_to_what_was_found(
    store: Store, subscriber: Subscriber, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    subscribe(subscriber.url("/ok", host="hooks.example"))
    store.decisions.record(recording())
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    asyncio.run(make_sender(resolve=resolve).round())
    assert asked == ["hooks.example"]
    assert subscriber.told[0].headers["host"] == f"hooks.example:{subscriber.port}"


def test_a_name_that_is_not_found_is_a_failure_like_any_other(
    store: Store, subscribe: Subscribe, make_sender: MakeSender
) -> None:
    hook = subscribe("https://hooks.example/")
    store.decisions.record(recording())

    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    sender: Sender = make_sender(resolve=resolve)
    asyncio.run(sender.round())
    assert "name was not found" in only(store, hook.id).problem
