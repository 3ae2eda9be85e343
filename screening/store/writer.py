"""All that changes goes through one thread: what waits is done in one transaction, and each call returns after its commit.

So hundreds of decisions a second cost tens of commits. Entries of the chain are made here, one after another; of several
processes that write to one database, the row that holds the chain's end lets one in at a time.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Executable, Row, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from screening.audit.chain import Chain
from screening.decision import canonical_json
from screening.errors import Problem
from screening.store.database import Database, is_away, refused, short
from screening.store.errors import StoreError, StoreSchemaError, StoreUnavailableError, unavailable
from screening.store.ids import Clock, Ids, time_text
from screening.store.tables import audit_entries, chain_end

T = TypeVar("T")

MOST_AT_ONCE: Final = 128
"""Calls done in one transaction."""
MOST_WAITING: Final = 4096
"""Calls that may wait; further ones fail at once."""
_GRACE: Final = 30.0
"""Seconds past its patience after which a call no longer waits for the thread."""


class Transaction:
    """What one call may do: read, write, and enter what it did in the chain.

    A call that refuses (raises StoreError) does so before it writes, and then costs the others in its transaction nothing.
    """

    def __init__(self, connection: Connection, batch: Batch, ids: Ids, at: str) -> None:
        self._connection, self._batch, self._ids = connection, batch, ids
        self.at = at
        self.touched = False

    def new_id(self) -> str:
        return self._ids.new()

    def first(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """The first row that a statement reads."""
        return self._connection.execute(statement, values).first()

    def all(self, statement: Executable) -> Sequence[Row[Any]]:
        return self._connection.execute(statement).all()

    def known(self, what: str, read: Callable[[], T]) -> T:
        """What hardly ever changes, read once for all the calls of a transaction."""
        if what not in self._batch.known:
            self._batch.known[what] = read()
        found: T = self._batch.known[what]
        return found

    def changed(self, what: str) -> None:
        """Have it read again: this call changes it."""
        self._batch.known.pop(what, None)

    def write(self, statement: Executable, values: Any = None) -> int:
        """Change something; how many rows were."""
        self.touched = True
        return self._connection.execute(statement, values).rowcount

    def enter(self, actor: str, act: str, subject: str, payload: Mapping[str, Any]) -> int:
        """Add an entry to the chain; its number."""
        self.touched = True
        return self._batch.enter(self.at, plain_text(actor), act, plain_text(subject), canonical_json(payload))


class Batch:
    """One transaction's end of the chain, and the entries it adds."""

    def __init__(self, batch_id: str, chain: Chain) -> None:
        self.id, self.chain = batch_id, chain
        self.rows: list[dict[str, Any]] = []
        self.known: dict[str, Any] = {}

    def enter(self, at: str, actor: str, act: str, subject: str, payload: bytes) -> int:
        self.chain, entry, own = self.chain.append(at, actor, act, subject, payload)
        self.rows.append({**entry.plain(), "hash": own, "payload": payload, "batch": self.id})
        return entry.seq

    def flush(self, connection: Connection) -> None:
        if self.rows:
            connection.execute(insert(audit_entries), self.rows)
            connection.execute(update(chain_end).values(chain=json.dumps(self.chain.plain())))


@dataclass(eq=False, slots=True)
class Call:
    """Work that waits for its commit."""

    work: Callable[[Transaction], Any]
    future: Future[Any]
    deadline: float
    result: Any = None
    failure: StoreError | None = None

    def settle(self) -> None:
        if self.failure is not None:
            self.future.set_exception(self.failure)
        else:
            self.future.set_result(self.result)

    def fail(self, error: BaseException) -> None:
        self.future.set_exception(error)


@dataclass(slots=True)
class _Attempt:
    """What is known of the batch being tried. `unsure`: its connection was lost at the commit, which may have been made."""

    batch: str = ""
    unsure: bool = False
    committing: bool = False
    done: list[Call] = field(default_factory=list)


class Writer:
    """The thread that writes. Made with the store, closed with it."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database, self._clock, self._ids = database, clock, ids
        self._waiting: deque[Call] = deque()
        self._changed = Condition()
        self._closed = False
        self._thread = Thread(target=self._serve, name="screening-store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Transaction], T]) -> Future[T]:
        """Have `work` done; the future is settled after the commit. It may be run again if the database goes away.

        The future fails with StoreUnavailableError when the database stays away, or when too many calls wait.
        """
        future: Future[T] = Future()
        with self._changed:
            if self._closed:
                raise StoreError(Problem("store", "is closed", "", "存储已关闭"))
            if len(self._waiting) >= MOST_WAITING:
                future.set_exception(unavailable(self._database.shown, f"{MOST_WAITING} calls are waiting"))
                return future
            # Running from the start: a call that is awaited may not be cancelled half-way.
            future.set_running_or_notify_cancel()
            self._waiting.append(Call(work, future, time.monotonic() + self._database.patience))
            self._changed.notify()
        return future

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What `work` returns, after its commit."""
        try:
            return self.submit(work).result(self._database.patience + _GRACE)
        except FutureTimeoutError:
            raise unavailable(self._database.shown, "no answer", unsure=True) from None

    def close(self) -> None:
        """Finish what waits, and end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if not self._waiting:
                    return
                calls = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            try:
                self._commit(calls)
            except BaseException as error:
                for call in calls:
                    if not call.future.done():
                        call.fail(error)

    def _commit(self, calls: list[Call]) -> None:
        """Do the calls in one transaction, again while the database is away. Every one is settled afterwards."""
        attempt = _Attempt()
        pause = 0.05
        while calls:
            try:
                self._try(calls, attempt)
                return
            except (DBAPIError, PoolTimeoutError) as error:
                if not is_away(error):
                    self._apart(calls, refused(self._database.shown, error), attempt)
                    return
                attempt.unsure = attempt.unsure or attempt.committing
                failure = unavailable(self._database.shown, short(error), attempt.unsure)
            except Exception as error:
                self._apart(calls, error, attempt)
                return
            calls = self._patient(calls, failure)
            with self._changed:
                # Closing does not wait out the patience of calls that cannot be served.
                if self._closed:
                    for call in calls:
                        call.fail(failure)
                    return
                self._changed.wait_for(lambda: self._closed, pause)
            pause = min(pause * 2, 1.0)

    def _patient(self, calls: list[Call], failure: StoreUnavailableError) -> list[Call]:
        """The calls that still wait; the others have failed."""
        now = time.monotonic()
        for call in calls:
            if call.deadline <= now:
                call.fail(failure)
        return [call for call in calls if call.deadline > now]

    def _apart(self, calls: list[Call], error: Exception, attempt: _Attempt) -> None:
        """One of these is at fault, and nothing of them was done: each is done in a transaction of its own.

        Where an earlier commit of theirs may have been made, doing them again might do them twice, and all fail.
        """
        if len(calls) == 1 or attempt.unsure:
            why = unavailable(self._database.shown, str(error), unsure=True) if attempt.unsure else error
            for call in calls:
                call.fail(why)
            return
        for call in calls:
            self._commit([call])

    def _try(self, calls: list[Call], attempt: _Attempt) -> None:
        attempt.committing = False
        with self._database.writing() as connection:
            # The row is locked first: a commit whose answer was lost has then been made, or never will be.
            row = connection.execute(select(chain_end.c.chain).with_for_update()).first()
            if row is None:
                raise StoreSchemaError(Problem(self._database.shown, "holds no chain", "screening db upgrade"))
            if not (attempt.unsure and self._took_place(connection, attempt.batch)):
                attempt.unsure = False
                attempt.batch = self._ids.new()
                attempt.done = self._do(connection, calls, Batch(attempt.batch, Chain.of(json.loads(row.chain))))
            attempt.committing = True
        attempt.committing = False
        waiting = set(map(id, calls))
        for call in attempt.done:
            if id(call) in waiting:
                call.settle()

    def _do(self, connection: Connection, calls: list[Call], batch: Batch) -> list[Call]:
        for call in calls:
            call.result, call.failure = None, None
            transaction = Transaction(connection, batch, self._ids, time_text(self._clock()))
            try:
                call.result = call.work(transaction)
            except StoreError as error:
                if transaction.touched:
                    raise
                call.failure = error
        batch.flush(connection)
        return list(calls)

    def _took_place(self, connection: Connection, batch: str) -> bool:
        found = select(audit_entries.c.seq).where(audit_entries.c.batch == batch).limit(1)
        return connection.execute(found).first() is not None


def plain_text(text: str) -> str:
    """Text that both databases hold: without NUL and half characters, which stay in the recorded bytes."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
