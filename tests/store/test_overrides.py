"""An officer's answer stands beside the engine's, for its days, and the last that holds counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from screening.decision import Outcome
from screening.store import InvalidRecordError, NotFoundError, Store
from tests.store.conftest import Clock
from tests.store.records import recording

TODAY = date(2026, 11, 22)


def override(store: Store, record: str, **changed: Any) -> Any:
    usual: dict[str, Any] = {
        "officer": "officer-1",
        "officer_name": "张三",
        "outcome": Outcome.PASS,
        "reason": "现场核实，边界在保护区外",
        "authority": "某市生态环境局，2026 年第 12 号",
        "until_day": date(2027, 1, 1),
    }
    return store.overrides.make(record, **{**usual, **changed})


def test_the_engines_decision_stays_and_what_counts_is_derived_day_by_day(store: Store, clock: Clock) -> None:
    record = store.decisions.record(recording()).record
    assert store.overrides.effective(record, TODAY).outcome is Outcome.REVIEW
    first = override(store, record.id)
    clock.forward(days=1)
    second = override(store, record.id, outcome=Outcome.REJECT, until_day=date(2026, 12, 1))
    expected = {
        date(2026, 11, 21): (Outcome.REVIEW, None),
        date(2026, 11, 22): (Outcome.PASS, first),
        date(2026, 11, 23): (Outcome.REJECT, second),
        date(2026, 11, 30): (Outcome.REJECT, second),
        date(2026, 12, 1): (Outcome.PASS, first),
        date(2026, 12, 31): (Outcome.PASS, first),
        date(2027, 1, 1): (Outcome.REVIEW, None),
    }
    for day, (outcome, made) in expected.items():
        found = store.overrides.effective(record, day)
        assert (found.outcome, found.override) == (outcome, made), day
    assert store.decisions.get(record.id) == record
    assert store.overrides.of(record.id) == (first, second)


def test_a_day_is_one_of_china(store: Store, clock: Clock) -> None:
    record = store.decisions.record(recording()).record
    clock.forward(hours=15)  # 16:00 UTC is midnight in China
    assert override(store, record.id).from_day == date(2026, 11, 23)


def test_everything_that_is_missing_is_named_at_once(store: Store) -> None:
    record = store.decisions.record(recording()).record
    with pytest.raises(InvalidRecordError) as caught:
        override(store, record.id, reason=" ", authority="", officer_name="", until_day=TODAY)
    assert [p.where for p in caught.value.problems] == ["/officer_name", "/reason", "/authority", "/until_day"]
    with pytest.raises(InvalidRecordError, match="is past"):
        override(store, record.id, from_day=date(2026, 11, 21))
    assert store.overrides.of(record.id) == ()


def test_an_unknown_decision_is_not_overridden(store: Store) -> None:
    with pytest.raises(NotFoundError):
        override(store, "none")


def test_an_override_is_entered_with_who_made_it_and_why(store: Store) -> None:
    record = store.decisions.record(recording()).record
    made = override(store, record.id)
    (entry,) = store.audit.of_subject(f"override/{made.id}")
    assert (entry.entry.actor, entry.entry.seq) == ("officer-1", made.entry)
    assert "现场核实" in entry.payload.decode()
