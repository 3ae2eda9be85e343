"""What was acknowledged is there, once: after a kill in the middle of writing, after the database went away and came back."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from screening.store import Idempotency, Store, StoreUnavailableError
from tests.store.postgresql import Server
from tests.store.records import recording

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    """A server that these tests may stop."""
    server = Server()
    yield server
    server.close()


def everything(store: Store) -> list[str]:
    """The ids of all decisions."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = store.decisions.page(after=after, limit=500)
        found += [record.id for record in page.items]
        after = page.next
        if after is None:
            return found


def test_after_a_kill_in_the_middle_of_writing_every_acknowledged_record_is_there_once(address: str) -> None:
    Store.open(address, create=True).close()
    acknowledged: dict[int, str] = {}
    for enough in (120, 260):
        command = [sys.executable, "-m", "tests.store.writing", address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                number, _, record = line.strip().partition(" ")
                # The second process begins at 0 again: its keys are known, and give the records of the first.
                assert acknowledged.setdefault(int(number), record) == record
                if len(acknowledged) >= enough:
                    writer.kill()
                    break
            rest = writer.stdout.read()
        for line in rest.splitlines():
            number, _, record = line.partition(" ")
            if len(record) == 36:
                assert acknowledged.setdefault(int(number), record) == record
    with Store.open(address) as store:
        found = everything(store)
        assert set(acknowledged.values()) <= set(found)
        assert len(set(acknowledged.values())) == len(acknowledged)
        projects = Counter(record.project for record in store.decisions.page(limit=500).items)
        assert max(projects.values()) == 1
        verified = store.audit.verify()
        assert verified.whole, verified.faults
        assert verified.entries == len(found) + 1


def test_calls_wait_while_postgresql_is_restarted_under_them_and_record_once(own_server: Server) -> None:
    count = 300
    with Store.open(own_server.database(), create=True, patience=60) as store, ThreadPoolExecutor(16) as threads:
        done = [
            threads.submit(lambda n: store.decisions.record(recording(n)).record, number) for number in range(count)
        ]
        for end in (own_server.stop, own_server.kill):
            end()
            own_server.start()
        records = [future.result(90) for future in done]
        found = everything(store)
        assert sorted(found) == sorted(record.id for record in records)
        assert len(found) == count
        verified = store.audit.verify()
        assert verified.whole, verified.faults


def test_a_call_fails_clearly_when_the_database_stays_away_and_works_again_when_it_is_back(own_server: Server) -> None:
    with Store.open(own_server.database(), create=True, patience=0.3) as store:
        store.decisions.record(recording(0))
        own_server.stop()
        try:
            calls: tuple[Callable[[], Any], ...] = (
                lambda: store.decisions.record(recording(1)),
                lambda: store.decisions.page(),
                lambda: store.audit.verify(),
                lambda: store.ping(),
            )
            for call in calls:
                with pytest.raises(StoreUnavailableError) as caught:
                    call()
                assert "数据库无响应" in caught.value.report("zh")
        finally:
            own_server.start()
        store.ping()
        store.decisions.record(recording(2))
        assert [record.project for record in store.decisions.page().items] == ["p-2", "p-0"]
        assert store.audit.verify().whole


@pytest.mark.parametrize("made", [True, False], ids=["after the commit", "before the commit"])
def test_a_commit_whose_answer_is_lost_is_neither_lost_nor_made_twice(
    store: Store, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialect = store.database.engine.dialect
    commit, lost = dialect.do_commit, []

    def losing(connection: Any) -> None:
        if lost:
            commit(connection)
            return
        lost.append(True)
        if made:
            commit(connection)
        if store.database.is_sqlite:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = 10
            raise error
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(dialect, "do_commit", losing)
    # The next read commits too; the first commit is to be the writer's.
    with ThreadPoolExecutor(1) as thread:
        note = thread.submit(lambda: store.audit.note(actor="a", act="x.done", subject="x/1", payload={}))
        assert note.result(30) == 1
    assert lost
    assert [entry.entry.act for entry in store.audit.page()] == ["x.done", "chain.begun"]
    assert store.audit.verify().whole


def test_one_call_that_goes_wrong_costs_the_others_nothing(store: Store) -> None:
    def wrong(transaction: Any) -> None:
        transaction.enter("a", "x.begun", "x/1", {})
        raise KeyError("a fault of ours")

    writer = store._writer
    with ThreadPoolExecutor(8) as threads:
        bad = [writer.submit(wrong) for _ in range(4)]
        good = list(threads.map(lambda n: store.decisions.record(recording(n)), range(16)))
    assert all(isinstance(future.exception(10), KeyError) for future in bad)
    assert len({one.record.id for one in good}) == 16
    assert len(everything(store)) == 16
    assert store.audit.page(act="x.begun") == ()
    assert store.audit.verify().whole


def test_two_stores_on_one_database_make_one_chain(opened: Callable[..., Store]) -> None:
    stores = [opened(), opened()]
    key = Idempotency("a", "k", "0" * 64)

    def record(number: int) -> str:
        one = recording(number, idempotency=key if number % 4 == 0 else None)
        return stores[number % 2].decisions.record(one).record.id

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(record, range(40)))
    assert len(set(made)) == 31, "ten calls had one key"
    assert sorted(everything(stores[0])) == sorted(set(made))
    verified = stores[1].audit.verify()
    assert verified.whole, verified.faults
    assert verified.entries == 32


def test_a_closed_store_finishes_what_waits_and_takes_nothing_more(opened: Callable[..., Store]) -> None:
    store = opened()
    futures = [store.decisions.record_soon(recording(number)) for number in range(20)]
    store.close()
    assert len({future.result(0).record.id for future in futures}) == 20
    with pytest.raises(Exception, match="closed"):
        store.audit.note(actor="a", act="x", subject="x", payload={})
