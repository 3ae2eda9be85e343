"""Decisions in worker processes: a case that kills its worker becomes a review, and no other case is touched."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from threading import Condition
from types import TracebackType
from typing import Any, Final, Self

from screening.atlas.formats import FOOTPRINT_LIMITS
from screening.errors import ScreeningError
from screening.text import Text
from screening.workers.errors import busy, closing, no_worker, task_failed, too_long
from screening.workers.failure import failed_decision
from screening.workers.health import Health
from screening.workers.keeper import Case, Keeper
from screening.workers.nursery import Nursery, Worker
from screening.workers.service import Decided, SiteFile
from screening.workers.tasks import QUESTIONS, SCREEN, SITE, TASKS

_LOG: Final = logging.getLogger("screening.workers")
LIMIT: Final = 20.0
READING: Final = FOOTPRINT_LIMITS.seconds + 30.0
"""Seconds that reading a site file may take, its process started and its libraries loaded."""
MEMORY: Final = 2 << 30
MOST_WAITING: Final = 4_096
PATIENCE: Final = 60.0
CASES: Final = 20_000


class WorkerPool:
    """A `DecisionService` in worker processes over the rulebook in `rules` and the zones in `zones`.

    `workers`: how many. `limit`: seconds a case may take, besides the reading of a site file. `memory`: bytes a case may take beyond what is loaded, 0 for
    any (Linux). `most_waiting`: cases that may wait; one more is refused with BusyError, and so is one that has waited
    `patience` seconds. `cases`: how many a worker decides before a fresh one takes its place. `day`: today, whose rules
    are kept ready.

    A case given to a worker is answered once, by the worker or, when that died, was too slow or failed over it, by a
    review that says so (a task that is no decision: TaskFailedError). A case that no worker has begun stays and waits.
    """

    def __init__(
        self,
        rules: Path,
        zones: Path,
        *,
        workers: int = 2,
        limit: float = LIMIT,
        memory: int = MEMORY,
        most_waiting: int = MOST_WAITING,
        patience: float = PATIENCE,
        cases: int = CASES,
        day: Callable[[], date] = date.today,
    ) -> None:
        if workers < 1 or limit <= 0:
            raise ValueError("a pool has at least one worker, and a time limit above 0")
        self._limit, self._most_waiting, self._patience = limit, most_waiting, patience
        self._nursery = Nursery(rules, zones, memory=memory, day=day)
        self._keepers = [Keeper(self, self._nursery, cases, number) for number in range(workers)]
        self._present: set[Keeper] = set()
        self._changed = Condition()
        self._waiting: deque[Case] = deque()
        self._idle: list[Keeper] = []
        self._closing = False
        self._started = False
        self._trouble = ""
        self._cause: ScreeningError | None = None
        self._answered = self._failed = self._died = 0

    def start(self, within: float = 600.0) -> Self:
        """Start, and wait until a worker has decided the probe.

        Raises RulebookError or AtlasError where these cannot be loaded, and UnavailableError where no worker was ready
        `within` seconds; the pool is then closed.
        """
        with self._changed:
            if self._started:
                raise RuntimeError("a pool starts once")
            self._started = True
            self._present.update(self._keepers)
        for keeper in self._keepers:
            keeper.thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._live() or self._cause is not None, within)
            live, cause, trouble = self._live(), self._cause, self._trouble
        if not live:
            self.close(0)
            raise cause or no_worker(trouble)
        return self

    def close(self, drain: float = 30.0) -> None:
        """Take no more cases, answer those taken on within `drain` seconds, refuse the rest, and end the processes."""
        until = time.monotonic() + drain
        with self._changed:
            self._closing = True
            idle, self._idle = self._idle, []
            for keeper in idle:
                keeper.ring()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._waiting or bool(self._trouble), drain)
            left = list(self._waiting)
            self._waiting.clear()
        for case in left:
            self._refuse(case, closing())
        for keeper in self._keepers:
            if keeper.thread.is_alive():
                keeper.thread.join(max(0.0, until - time.monotonic()))
        # What is still at work loses its worker: it ends as any case does whose worker died.
        self._nursery.kill(keeper.worker for keeper in self._keepers)
        for keeper in self._keepers:
            if keeper.thread.is_alive():
                keeper.thread.join(30.0)
        self._nursery.close()

    def __enter__(self) -> Self:
        return self if self._started else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def ready(self) -> bool:
        """Whether some worker lives that has decided the probe."""
        return not self._closing and self._live() > 0

    def health(self) -> Health:
        """How the workers are now."""
        with self._changed:
            hello = self._nursery.hello
            return Health(
                workers=len(self._keepers),
                live=self._live() if not self._closing else 0,
                busy=sum(keeper.case is not None for keeper in self._keepers),
                waiting=len(self._waiting),
                answered=self._answered,
                failed=self._failed,
                died=self._died,
                pids=tuple(keeper.worker.pid for keeper in self._keepers if keeper.worker is not None),
                rulebook=hello.rulebook if hello else "",
                atlas=hello.atlas if hello else "",
                trouble=self._trouble,
            )

    def submit(self, task: str, *arguments: Any, limit: float | None = None) -> Future[Any]:
        """Any task by its name (`tasks.TASKS`), under a time limit in seconds. Raises BusyError or UnavailableError.

        The future, cancelled before a worker has begun, is dropped.
        """
        if task not in TASKS:
            raise ValueError(f"{task} is no task")
        case = Case(task, arguments, self._limit if limit is None else limit, time.monotonic())
        with self._changed:
            if self._closing or not self._started:
                raise closing()
            if self._idle:
                keeper = self._idle.pop()
                case.future.set_running_or_notify_cancel()
                keeper.case = case
                keeper.ring()
            elif len(self._waiting) >= self._most_waiting:
                raise busy(len(self._waiting))
            else:
                self._waiting.append(case)
        return case.future

    def decide(self, application: bytes, as_of: date, site: SiteFile | None = None) -> Decided:
        """The decision for an application (JSON or GeoJSON bytes). Waits for it."""
        decided: Decided = self.submit(SCREEN, application, as_of, site, limit=self._with_file(site)).result()
        return decided

    async def screen(self, application: bytes, as_of: date, site: SiteFile | None = None) -> Decided:
        """The decision for an application, awaited."""
        decided: Decided = await asyncio.wrap_future(
            self.submit(SCREEN, application, as_of, site, limit=self._with_file(site))
        )
        return decided

    async def questions(
        self, application: bytes, as_of: date, most: int | None = None, site: SiteFile | None = None
    ) -> bytes:
        """What can still change the decision, as canonical JSON."""
        found: bytes = await asyncio.wrap_future(
            self.submit(QUESTIONS, application, as_of, most, site, limit=self._with_file(site))
        )
        return found

    async def read_site(
        self, file: SiteFile, layer: str | None = None, crs: str | None = None, extent: str | None = None
    ) -> Mapping[str, Any]:
        """What a site file holds and where that may be, as plain JSON data."""
        found: Mapping[str, Any] = await asyncio.wrap_future(
            self.submit(SITE, file, layer, crs, extent, limit=self._with_file(file))
        )
        return found

    # What follows is for the keepers.

    @property
    def done(self) -> bool:
        """Whether the pool closes and no case is waiting."""
        with self._changed:
            return self._closing and not self._waiting

    def take(self, keeper: Keeper) -> bool:
        """Put the next case into `keeper.case`, or keep the keeper in mind for it (None); False when the pool is done."""
        late: list[Case] = []
        try:
            with self._changed:
                keeper.case = None
                while self._waiting:
                    case = self._waiting.popleft()
                    if not case.handed and time.monotonic() - case.since > self._patience:
                        late.append(case)
                    elif case.future.running() or case.future.set_running_or_notify_cancel():
                        keeper.case = case
                        break
                self._changed.notify_all()
                if keeper.case is None:
                    if self._closing:
                        return False
                    self._idle.append(keeper)
                return True
        finally:
            for case in late:
                self._refuse(case, too_long(self._patience))

    def hand_on(self, keeper: Keeper) -> None:
        """The keeper's worker is gone before it began: the case, if there is one, is the next that is taken."""
        with self._changed:
            if keeper in self._idle:
                self._idle.remove(keeper)
            case, keeper.case = keeper.case, None
            if case is None:
                return
            if self._idle:
                other = self._idle.pop()
                other.case = case
                other.ring()
            else:
                self._waiting.appendleft(case)

    def hatched(self, keeper: Keeper, worker: Worker) -> None:
        """A worker lives."""
        with self._changed:
            keeper.worker = worker
            self._trouble = ""
            self._changed.notify_all()

    def lost(self, keeper: Keeper) -> None:
        """A worker is no longer to be had."""
        with self._changed:
            keeper.worker = None
            self._changed.notify_all()

    def died(self) -> None:
        """A worker is lost that should not have been."""
        with self._changed:
            self._died += 1

    def left(self, keeper: Keeper) -> None:
        """A keeper has ended."""
        with self._changed:
            keeper.worker = None
            if keeper in self._idle:
                self._idle.remove(keeper)
            self._present.discard(keeper)
            self._changed.notify_all()

    def no_worker(self, trouble: str, cause: ScreeningError | None) -> None:
        """There is no worker to be had, and why."""
        with self._changed:
            self._trouble, self._cause = trouble, cause
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Wait before another worker is asked for; meanwhile what has waited too long is refused."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with self._changed:
                if self._closing and not self._waiting:
                    return
                late = [] if self._live() else self._drop_late()
                trouble = self._trouble
            for case in late:
                self._refuse(case, no_worker(trouble))
            with self._changed:
                self._changed.wait_for(lambda: self._closing and not self._waiting, min(left, 1.0))

    def answered(self, keeper: Keeper, case: Case, found: Any) -> None:
        """What the worker said: an answer, or the error of what cannot be read."""
        with self._changed:
            keeper.case = None
            self._answered += 1
        if isinstance(found, ScreeningError):
            case.future.set_exception(found)
        else:
            case.future.set_result(found)

    def failed(self, keeper: Keeper, case: Case, ending: Text, rulebook: str) -> None:
        """The worker died or failed over the case: a decision becomes a review."""
        with self._changed:
            keeper.case = None
            self._failed += 1
        try:
            if case.task != SCREEN:
                raise task_failed(case.task, ending)
            application, as_of = case.arguments[:2]
            decided = Decided.of(failed_decision(application, as_of, ending, rulebook), failed=True)
        except Exception as error:
            case.future.set_exception(error)
        else:
            case.future.set_result(decided)

    def _with_file(self, site: SiteFile | None) -> float:
        """The time limit of a case that may have a site file to read first, which has limits of its own."""
        return self._limit if site is None else self._limit + READING

    def _live(self) -> int:
        return sum(keeper.worker is not None for keeper in self._keepers)

    def _drop_late(self) -> list[Case]:
        """Take out of the queue what has waited longer than `patience`; what came first stands first."""
        oldest, dropped = time.monotonic() - self._patience, []
        while self._waiting and self._waiting[0].since < oldest:
            dropped.append(self._waiting.popleft())
        return dropped

    @staticmethod
    def _refuse(case: Case, error: ScreeningError) -> None:
        if case.future.running() or case.future.set_running_or_notify_cancel():
            case.future.set_exception(error)
