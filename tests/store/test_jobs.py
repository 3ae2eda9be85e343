"""Jobs go on after a restart, and each application is decided once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from screening.store import ConflictError, InvalidRecordError, ItemState, JobItem, JobState, NotFoundError, Store
from tests.store.conftest import Clock
from tests.store.records import recording

LEASE = timedelta(minutes=5)
DAY = date(2026, 11, 22)


def job_of(store: Store, count: int) -> str:
    return store.jobs.create([b'{"n":%d}' % n for n in range(count)], owner="a", actor="a", as_of=DAY, title="批次").id


def test_progress_is_kept_across_a_restart(opened: Callable[..., Store], clock: Clock) -> None:
    first = opened()
    job = job_of(first, 5)
    claimed = first.jobs.claim(3, LEASE)
    assert [one.item.number for one in claimed] == [0, 1, 2]
    assert claimed[2].request == b'{"n":2}'
    first.decisions.record(recording(0, item=claimed[0].item))
    first.jobs.fail(claimed[1].item, b'{"title":"no site"}')
    again = opened()
    found = again.jobs.get(job)
    assert (found.state, found.total, found.done, found.failed) == (JobState.RUNNING, 5, 1, 1)
    assert again.jobs.release() == 1
    assert [(one.item.number, one.tries) for one in again.jobs.claim(9, LEASE)] == [(2, 2), (3, 1), (4, 1)]


def test_an_application_whose_worker_is_gone_is_taken_again_when_its_lease_ends(store: Store, clock: Clock) -> None:
    job_of(store, 1)
    assert len(store.jobs.claim(1, LEASE)) == 1
    assert store.jobs.claim(1, LEASE) == ()
    clock.forward(minutes=6)
    (again,) = store.jobs.claim(1, LEASE)
    assert again.tries == 2


def test_an_application_that_two_workers_decided_has_one_record(store: Store) -> None:
    job = job_of(store, 2)
    item = store.jobs.claim(1, LEASE)[0].item
    one = store.decisions.record(recording(1, item=item))
    two = store.decisions.record(recording(2, item=item))
    assert two.record == one.record
    assert two.replayed
    assert not store.jobs.fail(item, b"{}")
    assert store.jobs.get(job).done == 1
    assert len(store.decisions.page().items) == 1


def test_a_job_ends_with_its_last_application_and_says_so_in_the_chain(store: Store) -> None:
    job = job_of(store, 2)
    for number, one in enumerate(store.jobs.claim(2, LEASE)):
        store.decisions.record(recording(number, item=one.item))
    found = store.jobs.get(job)
    assert (found.state, found.done) == (JobState.DONE, 2)
    assert found.ended_at is not None
    assert [one.entry.act for one in store.audit.of_subject(f"job/{job}")] == ["job.created", "job.ended"]
    results = store.jobs.results(job)
    assert [one.state for one in results] == [ItemState.DONE, ItemState.DONE]
    assert store.jobs.results(job, after=0)[0].decision == results[1].decision


def test_a_cancelled_job_is_decided_no_further(store: Store) -> None:
    job = job_of(store, 3)
    first, second = store.jobs.claim(2, LEASE)
    store.decisions.record(recording(0, item=first.item))
    assert store.jobs.cancel(job, actor="a").state is JobState.CANCELLED
    with pytest.raises(ConflictError):
        store.decisions.record(recording(1, item=second.item))
    assert store.jobs.claim(9, LEASE) == ()
    assert [one.state.value for one in store.jobs.results(job)] == ["done", "cancelled", "cancelled"]
    assert store.jobs.cancel(job, actor="a").done == 1


def test_jobs_are_listed_by_owner_and_state(store: Store) -> None:
    job = job_of(store, 1)
    other = store.jobs.create([b"{}"], owner="b", actor="b", as_of=DAY).id
    assert [one.id for one in store.jobs.page().items] == [other, job]
    assert [one.id for one in store.jobs.page(owner="a", state=JobState.QUEUED).items] == [job]


def test_an_empty_job_and_an_unknown_one_are_refused(store: Store) -> None:
    with pytest.raises(InvalidRecordError):
        store.jobs.create([], owner="a", actor="a", as_of=DAY)
    for call in (store.jobs.get, store.jobs.results, lambda job: store.jobs.cancel(job, actor="a")):
        with pytest.raises(NotFoundError):
            call("none")
    with pytest.raises(NotFoundError):
        store.decisions.record(recording(1, item=JobItem("none", 0)))
