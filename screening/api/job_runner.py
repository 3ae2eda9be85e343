"""Decides what jobs have queued, a few at a time beside the requests, until the service ends."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from typing import Final

from screening.api.problems import plain_problem
from screening.api.screenings import recorded_of, recording_of
from screening.api.services import Services
from screening.errors import ScreeningError
from screening.store import Claimed, ConflictError, StoreError, StoreUnavailableError

AT_ONCE: Final = 2
LEASE: Final = timedelta(minutes=5)
IDLE: Final = 0.5
"""Seconds between looks for work when there is none."""
MOST_TRIES: Final = 3
"""An application that takes its worker down three times is given up with the reason, so that the job ends."""
_LOG: Final = logging.getLogger("screening.api")


class JobRunner:
    """One for each service. Over SQLite it is the only one, so that `start` first gives back what a service that died had
    claimed; on a database that several services share, the leases of the dead run out.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        if self._services.store.alone:
            await asyncio.to_thread(self._services.store.jobs.release)
        self._task = asyncio.create_task(self._run(), name="job runner")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                claimed = await asyncio.to_thread(self._services.store.jobs.claim, AT_ONCE, LEASE)
                await asyncio.gather(*(self._decide(one) for one in claimed))
                if not claimed:
                    await asyncio.sleep(IDLE)
            except StoreError:
                _LOG.warning("the job runner waits for the store", exc_info=True)
                await asyncio.sleep(5)
            except Exception:
                _LOG.exception("the job runner stumbled and goes on")
                await asyncio.sleep(IDLE)

    async def _decide(self, claimed: Claimed) -> None:
        services = self._services
        try:
            decided = await services.decider.screen(claimed.request, claimed.as_of)
            recording = recording_of(
                services,
                decided,
                claimed.request,
                claimed.as_of,
                claimed.owner,
                claimed.owner,
                item=claimed.item,
            )
            await recorded_of(services, recording)
        except StoreUnavailableError:
            raise
        except ConflictError:
            return  # Cancelled meanwhile.
        except ScreeningError as error:
            await asyncio.to_thread(services.store.jobs.fail, claimed.item, _problem(error))
        except Exception:
            _LOG.exception("application %d of job %s was not decided", claimed.item.number, claimed.item.job)
            if claimed.tries >= MOST_TRIES:
                failed = {
                    "type": "urn:screening:problem:internal",
                    "title": "not decided after several tries",
                    "status": 500,
                }
                await asyncio.to_thread(services.store.jobs.fail, claimed.item, json.dumps(failed).encode())


def _problem(error: ScreeningError) -> bytes:
    return json.dumps(plain_problem(error, "zh"), ensure_ascii=False).encode("utf-8", "replace")
