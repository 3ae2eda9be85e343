"""Decisions are recorded once, as they were made, and stay so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from screening.decision import Outcome
from screening.store import Idempotency, IdempotencyConflictError, NotFoundError, State, Store
from tests.store.conftest import Clock
from tests.store.records import recording


def test_a_recorded_decision_is_given_back_byte_for_byte_after_reopening(opened: Callable[..., Store]) -> None:
    made = [recording(number) for number in range(5)]
    first = opened()
    records = [first.decisions.record(one).record for one in made]
    again = opened()
    for one, record in zip(made, records, strict=True):
        content = again.decisions.content(record.id)
        assert content.decision == one.decision
        assert content.request == one.request
        assert again.decisions.get(record.id) == record


def test_decisions_under_one_rulebook_and_day_take_a_fraction_of_their_size(store: Store) -> None:
    made = [recording(number) for number in range(20)]
    for one in made:
        store.decisions.record(one)
    with store.database.engine.connect() as connection:
        sizes = connection.execute(text("SELECT length(decision) FROM decisions ORDER BY id")).scalars().all()
    assert sizes[0] > 10_000
    assert max(sizes[1:]) < 1_000


@pytest.mark.parametrize("statement", ["UPDATE decisions SET outcome = 'pass'", "DELETE FROM decisions"])
def test_the_database_itself_refuses_to_change_a_decision(store: Store, statement: str) -> None:
    record = store.decisions.record(recording()).record
    with pytest.raises(DBAPIError, match="never edited"), store.database.engine.begin() as connection:
        connection.execute(text(statement))
    assert store.decisions.get(record.id).outcome is Outcome.REVIEW


@pytest.mark.parametrize("table", ["overrides", "audit_entries"])
def test_the_database_itself_refuses_to_change_an_override_or_an_audit_entry(store: Store, table: str) -> None:
    record = store.decisions.record(recording()).record
    store.overrides.make(
        record.id,
        officer="officer-1",
        officer_name="张三",
        outcome=Outcome.PASS,
        reason="现场核实",
        authority="某市生态环境局",
        until_day=date(2027, 1, 1),
    )
    for statement in (
        f"UPDATE {table} SET entry = 0" if table == "overrides" else f"UPDATE {table} SET act = 'x'",
        f"DELETE FROM {table}",
    ):
        with pytest.raises(DBAPIError, match="never edited"), store.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_one_idempotency_key_makes_one_record_however_many_ask_at_once(store: Store) -> None:
    key = Idempotency("applicant-1", "key-1", "0" * 64)
    with ThreadPoolExecutor(16) as threads:
        done = list(threads.map(lambda n: store.decisions.record(recording(n, idempotency=key)), range(32)))
    assert len({one.record.id for one in done}) == 1
    assert sum(not one.replayed for one in done) == 1
    assert len(store.decisions.page().items) == 1
    assert store.idempotency.recall(key) == f"decision/{done[0].record.id}"


def test_another_request_with_the_same_key_is_refused_and_costs_the_others_nothing(store: Store) -> None:
    store.decisions.record(recording(1, idempotency=Idempotency("a", "k", "0" * 64)))
    other = Idempotency("a", "k", "1" * 64)
    with pytest.raises(IdempotencyConflictError):
        store.decisions.record(recording(2, idempotency=other))
    with pytest.raises(IdempotencyConflictError):
        store.idempotency.recall(other)
    assert store.idempotency.recall(Idempotency("b", "k", "1" * 64)) is None, "another principal's key is another key"
    assert len(store.decisions.page().items) == 1


def test_keys_are_forgotten_after_their_time_and_what_they_made_stays(store: Store, clock: Clock) -> None:
    key = Idempotency("a", "k", "0" * 64)
    record = store.decisions.record(recording(1, idempotency=key)).record
    clock.forward(days=2)
    assert store.idempotency.forget(clock.now) == 1
    assert store.idempotency.recall(key) is None
    assert store.decisions.get(record.id) == record


def test_pages_hold_every_record_once_newest_first(store: Store) -> None:
    made = [store.decisions.record(recording(number)).record.id for number in range(7)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = store.decisions.page(after=after, limit=3)
        seen += [record.id for record in page.items]
        after = page.next
        if after is None:
            break
    assert seen == made[::-1]


def test_records_are_found_by_owner_outcome_words_and_time(store: Store, clock: Clock) -> None:
    mine = store.decisions.record(recording(1, title="水泥 100% Clinker")).record
    clock.forward(hours=1)
    later = clock.now
    other = store.decisions.record(recording(2, owner="b", outcome=Outcome.REJECT)).record
    assert store.decisions.page(owner="applicant-1").items == (mine,)
    assert store.decisions.page(outcome=Outcome.REJECT).items == (other,)
    assert store.decisions.page(text="clinker").items == (mine,)
    assert store.decisions.page(text="0% C").items == (mine,)
    assert store.decisions.page(text="0_ C").items == ()
    assert store.decisions.page(since=later).items == (other,)
    assert store.decisions.page(until=later).items == (mine,)


def test_a_decision_of_an_application_is_its_newest_and_none_is_recorded_for_an_unknown_one(store: Store) -> None:
    application = store.applications.create(owner="a", actor="a", title="甲", body=b"{}", state=State.SUBMITTED)
    record = store.decisions.record(recording(1, application=application.id)).record
    now = store.applications.get(application.id)
    assert (now.decision, now.outcome, now.version) == (record.id, Outcome.REVIEW, 1)
    assert store.decisions.page(application=application.id).items == (record,)
    with pytest.raises(NotFoundError):
        store.decisions.record(recording(2, application="none"))
    with pytest.raises(NotFoundError):
        store.decisions.get("none")
    with pytest.raises(NotFoundError):
        store.decisions.content("none")


def test_text_that_a_database_cannot_hold_is_recorded_all_the_same(store: Store) -> None:
    one = recording(1, title="甲\x00乙\ud800", project="\x00")
    record = store.decisions.record(one).record
    assert store.decisions.get(record.id).title == "甲\ufffd乙?"
    assert store.decisions.content(record.id).decision == one.decision
    assert store.audit.verify().whole


def test_a_thousand_ids_made_at_one_moment_rise(store: Store) -> None:
    from screening.store.ids import Ids

    ids = Ids(Clock())
    made = [ids.new() for _ in range(5000)]
    assert made == sorted(set(made))
    assert all(one[14] == "7" and one[19] in "89ab" for one in made)
