"""What subscribers are to be told is written with what happened; keys are kept by their hash alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from screening.store import ConflictError, DeliveryState, InvalidRecordError, NotFoundError, Store
from tests.store.conftest import Clock
from tests.store.records import recording

LEASE = timedelta(minutes=1)


def test_those_who_may_know_are_told_of_a_decision_and_others_not(store: Store) -> None:
    for owner, everyone in (("applicant-1", False), ("b", False), ("admin", True)):
        store.webhooks.create(
            owner=owner,
            actor="admin",
            url=f"https://{owner}.example/",
            secret="s3cret",
            events=["decision.recorded"],
            everyone=everyone,
        )
    record = store.decisions.record(recording()).record
    due = store.deliveries.claim(10, LEASE)
    assert [one.url for one in due] == ["https://applicant-1.example/", "https://admin.example/"]
    assert {one.delivery.subject for one in due} == {f"decision/{record.id}"}
    assert json.loads(due[0].delivery.data)["content"] == record.content
    assert due[0].secret == "s3cret"


def test_a_failed_delivery_is_due_again_and_one_never_heard_of_after_its_lease(store: Store, clock: Clock) -> None:
    hook = store.webhooks.create(owner="a", actor="a", url="u", secret="s", events=["decision.recorded"], everyone=True)
    store.decisions.record(recording())
    (first,) = store.deliveries.claim(10, LEASE)
    store.deliveries.failed(first.delivery.id, "status 500", timedelta(minutes=10))
    clock.forward(minutes=9)
    assert store.deliveries.claim(10, LEASE) == ()
    clock.forward(minutes=1)
    assert store.deliveries.claim(10, LEASE)[0].delivery.tries == 2
    clock.forward(minutes=1)
    (third,) = store.deliveries.claim(10, LEASE)
    assert third.delivery.tries == 3
    store.deliveries.delivered(third.delivery.id)
    clock.forward(days=1)
    assert store.deliveries.claim(10, LEASE) == ()
    (kept,) = store.deliveries.page(hook.id).items
    assert kept.state is DeliveryState.DELIVERED


def test_a_delivery_given_up_and_a_subscription_ended_are_not_tried_again(store: Store, clock: Clock) -> None:
    hook = store.webhooks.create(owner="a", actor="a", url="u", secret="s", events=["decision.recorded"], everyone=True)
    store.decisions.record(recording(1))
    store.deliveries.failed(store.deliveries.claim(1, LEASE)[0].delivery.id, "gone", None)
    store.decisions.record(recording(2))
    store.webhooks.end(hook.id, actor="a")
    store.decisions.record(recording(3))
    clock.forward(days=1)
    assert store.deliveries.claim(10, LEASE) == ()
    assert len(store.deliveries.page(hook.id, state=DeliveryState.GIVEN_UP).items) == 2
    assert store.webhooks.all("a")[0].ended_at is not None


def test_an_unknown_event_is_refused_with_those_there_are(store: Store) -> None:
    for events in (["decision.made"], []):
        with pytest.raises(InvalidRecordError, match=r"decision\.recorded"):
            store.webhooks.create(owner="a", actor="a", url="u", secret="s", events=events)


def test_a_key_is_found_by_its_hash_until_it_is_revoked_or_expires(store: Store, clock: Clock) -> None:
    until = clock.now + timedelta(days=1)
    made = store.keys.create(
        name="流程引擎", principal="engine", roles=["applicant"], hashed="h1", actor="admin", expires_at=until
    )
    found = store.keys.find("h1")
    assert found == made
    assert made.holds_at(clock.now)
    assert not made.holds_at(until)
    assert store.keys.find("h2") is None
    revoked = store.keys.revoke(made.id, actor="admin")
    assert not revoked.holds_at(clock.now)
    assert store.keys.all("engine") == (revoked,)
    with pytest.raises(ConflictError):
        store.keys.create(name="n", principal="p", roles=[], hashed="h1", actor="admin")
    with pytest.raises(NotFoundError):
        store.keys.revoke("none", actor="admin")


def test_neither_keys_nor_secrets_stand_in_the_chain(store: Store) -> None:
    store.keys.create(name="n", principal="p", roles=["officer"], hashed="hash-of-key", actor="admin")
    store.webhooks.create(owner="a", actor="a", url="u", secret="the-secret", events=["job.ended"])
    with store.database.engine.connect() as connection:
        held = b"".join(bytes(one) for one in connection.execute(text("SELECT payload FROM audit_entries")).scalars())
    assert b"hash-of-key" not in held
    assert b"the-secret" not in held
    assert store.audit.verify().whole
