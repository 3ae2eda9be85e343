"""The thread that keeps one worker: it hands over a case, waits for the answer, and replaces the worker when it dies."""

from __future__ import annotations

import logging
import select
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from socket import socketpair
from typing import TYPE_CHECKING, Any, Final

from screening.text import Text
from screening.workers.failure import broke, too_big, too_slow
from screening.workers.forking import ANSWERED, BROKE, REFUSED, TOO_BIG
from screening.workers.nursery import NotBornError, Nursery, Worker
from screening.workers.tasks import PROBE
from screening.workers.wire import GoneError, LateError, receive, send

if TYPE_CHECKING:
    from screening.workers.pool import WorkerPool

_LOG: Final = logging.getLogger("screening.workers")
MOST_HANDED: Final = 3
"""How often a case is handed on because its worker died before it had all of it."""
PROBING: Final = 60.0
FREE_DEATHS: Final = 3
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0


@dataclass(slots=True, eq=False)
class Case:
    """A task that somebody waits for. `limit` in seconds; `since` of time.monotonic."""

    task: str
    arguments: tuple[Any, ...]
    limit: float
    since: float
    future: Future[Any] = field(default_factory=Future)
    handed: int = 0


class Keeper:
    """One place for a worker. `case` is the one at work, `worker` the process once it has decided the probe."""

    def __init__(self, pool: WorkerPool, nursery: Nursery, cases: int, number: int) -> None:
        self._pool, self._nursery, self._cases = pool, nursery, cases
        self._bell, self._ringer = socketpair()
        self._deaths = 0
        self.worker: Worker | None = None
        self.case: Case | None = None
        self.thread = threading.Thread(target=self._run, name=f"screening-keeper-{number}", daemon=True)

    def ring(self) -> None:
        """Wake it: a case was put into `case`, or the pool closes."""
        self._ringer.send(b"!")

    def _run(self) -> None:
        try:
            while (worker := self._hatch()) is not None:
                self._serve(worker)
        except Exception:
            _LOG.exception("a keeper of workers stopped")
        finally:
            self._pool.left(self)
            self._bell.close()
            self._ringer.close()

    def _hatch(self) -> Worker | None:
        """A worker that has decided the probe as the process it came from did; None when there is nothing left to do."""
        while not self._pool.done:
            if self._deaths > FREE_DEATHS:
                self._pool.pause(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self._deaths - FREE_DEATHS - 1)))
            try:
                worker = self._nursery.birth()
            except NotBornError as error:
                self._pool.no_worker(str(error), error.cause)
                self._pool.pause(error.pause)
                continue
            until = time.monotonic() + PROBING
            try:
                send(worker.line, (PROBE, (worker.hello.day,), PROBING), until)
                kind, found = receive(worker.line, until)
            except (GoneError, LateError) as error:
                kind, found = BROKE, repr(error)
            if kind == ANSWERED and found == worker.hello.probe:
                self._pool.hatched(self, worker)
                return worker
            self._dead(worker, self._nursery.bury(worker, kill=True), f"over its probe ({found})")
        return None

    def _serve(self, worker: Worker) -> None:
        """Cases for this worker until it dies, has had its share of cases, or the pool is done."""
        for _ in range(self._cases):
            case = self._next(worker)
            if case is None or not self._see_through(worker, case):
                break
        if self.worker is worker:
            self._end(worker, kill=False)

    def _next(self, worker: Worker) -> Case | None:
        """The next case; None when the worker has died meanwhile or the pool is done."""
        if not self._pool.take(self):
            return None
        if self.case is None:
            poll = select.poll()
            poll.register(worker.line, select.POLLIN)
            poll.register(self._bell, select.POLLIN)
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._bell.fileno() in ready:
                self._bell.recv(64)
            if worker.line.fileno() in ready:
                # It says nothing unasked: it is gone. A case that came at this moment goes to another.
                self._pool.hand_on(self)
                self._dead(worker, self._end(worker, kill=False), "while it waited")
                return None
        return self.case

    def _see_through(self, worker: Worker, case: Case) -> bool:
        """One case, answered once: True when the worker can take another."""
        deadline = time.monotonic() + case.limit
        try:
            send(worker.line, (case.task, case.arguments, case.limit), deadline)
            kind, found = receive(worker.line, deadline)
        except LateError:
            self._end(worker, kill=True)
            ending = too_slow(case.limit)
            self._dead(worker, ending, f"over {case.task}")
            self._pool.failed(self, case, ending, worker.hello.rulebook)
            return False
        except GoneError as error:
            ending = self._end(worker, kill=False)
            self._dead(worker, ending, f"over {case.task}")
            if error.unread and case.handed < MOST_HANDED:
                # It has not begun: this was not the case's doing.
                case.handed += 1
                self._pool.hand_on(self)
            else:
                self._pool.failed(self, case, ending, worker.hello.rulebook)
            return False
        if kind in (ANSWERED, REFUSED):
            self._deaths = 0
            self._pool.answered(self, case, found)
            return True
        # What it holds in memory is not trusted any more.
        self._end(worker, kill=False)
        name, trace = found if kind == BROKE else ("MemoryError", "")
        ending = too_big() if kind == TOO_BIG else broke(name)
        self._dead(worker, ending, f"over {case.task} {trace}".rstrip())
        self._pool.failed(self, case, ending, worker.hello.rulebook)
        return False

    def _end(self, worker: Worker, *, kill: bool) -> Text:
        self._pool.lost(self)
        ending = self._nursery.bury(worker, kill=kill)
        _LOG.debug("worker %d is gone: %s", worker.pid, ending.en)
        return ending

    def _dead(self, worker: Worker, ending: Text, when: str) -> None:
        self._deaths += 1
        self._pool.died()
        _LOG.error("worker %d died %s: %s; it is replaced", worker.pid, when, ending.en)
