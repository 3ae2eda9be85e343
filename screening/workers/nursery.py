"""The process that forks workers, as the service sees it: started when first needed, and again when it is gone."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from socket import send_fds, socket
from tempfile import mkdtemp
from threading import Lock
from typing import Any, Final

from screening.errors import ScreeningError
from screening.text import Text
from screening.workers.failure import UNKNOWN_END, died
from screening.workers.forking import BURY, FORK, Hello, Order, main, pair
from screening.workers.wire import GoneError, LateError, receive, send

_LOG: Final = logging.getLogger("screening.workers")
LOADING: Final = 600.0
"""Seconds in which everything must be loaded."""
REPLY: Final = 20.0
"""Seconds in which a worker must be forked, or a dead one buried."""
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0


class NotBornError(Exception):
    """No worker can be had now: what was the matter, and how many seconds to wait before asking again."""

    def __init__(self, trouble: str, pause: float, cause: ScreeningError | None = None) -> None:
        super().__init__(trouble)
        self.pause = pause
        self.cause = cause


@dataclass(slots=True, eq=False)
class Worker:
    """A worker process and the line to it."""

    pid: int
    line: socket
    hello: Hello


class Nursery:
    """Forks workers for one rulebook and one set of zones. Safe to call from several threads: calls take turns.

    What fails to load is tried again after a pause that doubles from FIRST_PAUSE to LONGEST_PAUSE seconds.
    """

    def __init__(self, rules: Path, zones: Path, *, memory: int, day: Callable[[], date]) -> None:
        self._rules, self._zones, self._memory, self._day = rules, zones, memory, day
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket | None = None
        self._hello: Hello | None = None
        self._scratch: Path | None = None
        self._failures = 0
        self._not_before = 0.0
        self._trouble = ""
        self._cause: ScreeningError | None = None
        self._closed = False

    @property
    def hello(self) -> Hello | None:
        """What is loaded."""
        return self._hello

    def birth(self) -> Worker:
        """A new worker, not yet probed. Raises NotBornError."""
        with self._lock:
            if self._closed:
                raise NotBornError("closing", LONGEST_PAUSE)
            line, hello = self._started()
            ours, theirs = pair()
            try:
                with theirs:
                    send_fds(line, [FORK], [theirs.fileno()])
                pid: int = receive(line, time.monotonic() + REPLY)
            except (OSError, GoneError, LateError) as error:
                ours.close()
                raise self._lost(f"the process that forks workers is gone ({error})") from None
            self._failures = 0
            return Worker(pid, ours, hello)

    def bury(self, worker: Worker, *, kill: bool) -> Text:
        """End a worker (`kill`: at once) or see how it ended. Never raises: what cannot be known is not known."""
        ending = UNKNOWN_END
        if kill:
            # It is a child that nobody else waits for, or still holds its line: the number is its own.
            with contextlib.suppress(OSError):
                os.kill(worker.pid, signal.SIGKILL)
        worker.line.close()
        with self._lock:
            if self._line is not None and worker.hello is self._hello:
                try:
                    send_fds(self._line, [BURY], [])
                    send(self._line, worker.pid, time.monotonic() + REPLY)
                    ending = died(receive(self._line, time.monotonic() + REPLY))
                except (OSError, GoneError, LateError) as error:
                    self._lost(f"the process that forks workers is gone ({error})")
            if self._scratch is not None:
                shutil.rmtree(self._scratch / str(worker.pid), ignore_errors=True)
        return ending

    def kill(self, workers: Iterable[Worker | None]) -> None:
        """End workers at once, whatever they are at; their keepers see it."""
        for worker in workers:
            if worker is not None:
                with contextlib.suppress(OSError):
                    os.kill(worker.pid, signal.SIGKILL)

    def close(self, within: float = 10.0) -> None:
        """End the process, which ends what workers are left."""
        self._closed = True
        loading = not self._lock.acquire(timeout=within)
        if loading and (process := self._process) is not None:
            process.kill()
        if loading:
            self._lock.acquire()
        try:
            self._end(within)
            if self._scratch is not None:
                shutil.rmtree(self._scratch, ignore_errors=True)
        finally:
            self._lock.release()

    def _started(self) -> tuple[socket, Hello]:
        if self._line is not None and self._hello is not None:
            return self._line, self._hello
        wait = self._not_before - time.monotonic()
        if wait > 0:
            raise NotBornError(self._trouble, wait, self._cause)
        if self._scratch is None:
            self._scratch = Path(mkdtemp(prefix="screening-workers-"))
        order = Order(self._rules, self._zones, self._day(), self._memory, self._scratch)
        ours, theirs = pair()
        with theirs:
            # As this process finds the package, the other must find the same one.
            found = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", f"from {main.__module__} import main; main({theirs.fileno()})"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=found,
            )
        self._line = ours
        try:
            send(ours, order, time.monotonic() + REPLY)
            answer: Any = receive(ours, time.monotonic() + LOADING)
        except (GoneError, LateError) as error:
            raise self._lost(f"the process that forks workers ended while it loaded ({error})") from None
        if isinstance(answer, ScreeningError):
            raise self._lost(answer.report(), answer)
        if not isinstance(answer, Hello):
            raise self._lost(str(answer))
        _LOG.info("rulebook %s and zones %s are loaded", answer.rulebook[:12], answer.atlas[:12])
        self._hello, self._trouble, self._cause = answer, "", None
        return ours, answer

    def _lost(self, trouble: str, cause: ScreeningError | None = None) -> NotBornError:
        """The process is of no use: end it, and say when the next may be started."""
        self._end(0)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._failures)
        self._failures += 1
        self._not_before = time.monotonic() + pause
        self._trouble, self._cause = trouble, cause
        _LOG.error("%s; tried again in %.1f s", trouble, pause)
        return NotBornError(trouble, pause, cause)

    def _end(self, within: float) -> None:
        if self._line is not None:
            self._line.close()
        self._line = self._hello = None
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
