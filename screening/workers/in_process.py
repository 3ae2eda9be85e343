"""Decisions in threads of this process, for tests and the smallest offices: what kills the engine kills the service."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import Any

from screening.atlas import Atlas
from screening.rulebook.reader import Rulebook
from screening.workers.errors import closing
from screening.workers.health import Health
from screening.workers.service import Decided, SiteFile
from screening.workers.tasks import QUESTIONS, SCREEN, SITE, World, run


class InProcess:
    """A `DecisionService` without processes. Time limits are not kept, and errors of the program are raised as they are."""

    def __init__(self, rulebook: Rulebook, atlas: Atlas, threads: int = 4) -> None:
        self._world = World(rulebook, atlas)
        self._threads = ThreadPoolExecutor(threads, "screening")
        self._closed = False

    def submit(self, task: str, *arguments: Any, limit: float | None = None) -> Future[Any]:
        """Any task by its name."""
        if self._closed:
            raise closing()
        return self._threads.submit(run, self._world, task, arguments)

    def decide(self, application: bytes, as_of: date, site: SiteFile | None = None) -> Decided:
        """The decision for an application."""
        decided: Decided = run(self._world, SCREEN, (application, as_of, site))
        return decided

    async def screen(self, application: bytes, as_of: date, site: SiteFile | None = None) -> Decided:
        """The decision for an application, awaited."""
        decided: Decided = await asyncio.wrap_future(self.submit(SCREEN, application, as_of, site))
        return decided

    async def questions(
        self, application: bytes, as_of: date, most: int | None = None, site: SiteFile | None = None
    ) -> bytes:
        """What can still change the decision, as canonical JSON."""
        found: bytes = await asyncio.wrap_future(self.submit(QUESTIONS, application, as_of, most, site))
        return found

    async def read_site(
        self, file: SiteFile, layer: str | None = None, crs: str | None = None, extent: str | None = None
    ) -> Mapping[str, Any]:
        """What a site file holds and where that may be, as plain JSON data."""
        found: Mapping[str, Any] = await asyncio.wrap_future(self.submit(SITE, file, layer, crs, extent))
        return found

    @property
    def ready(self) -> bool:
        """Always, until it is closed."""
        return not self._closed

    def health(self) -> Health:
        """As a pool says it, of no workers; nothing is counted."""
        world = self._world
        return Health(0, int(self.ready), 0, 0, 0, 0, 0, (), world.rulebook.digest, world.atlas.hash)

    def close(self, drain: float = 30.0) -> None:
        """Take no more cases; those taken on are finished, however long they take."""
        self._closed = True
        self._threads.shutdown()
