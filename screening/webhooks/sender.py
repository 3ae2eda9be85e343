"""Sends what is in the outbox, beside the requests, until the service ends: again and ever later where it fails.

Each event is told at least once; its id, the same whenever it is sent, lets a subscriber know it again. What could not be
told in three days is given up, and stays in the store with the reason (`/v1/webhooks/{id}/deliveries?state=given_up`).
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from screening.store import Due, Store, StoreError
from screening.webhooks.events import MEDIA_TYPE, cloud_event
from screening.webhooks.posting import PostingError, post
from screening.webhooks.settings import WebhookSettings
from screening.webhooks.signing import signed_headers
from screening.webhooks.targets import TargetError, read_target, require_allowed

AT_ONCE: Final = 32
SECONDS: Final = 15.0
"""In which a subscriber answers: Standard Webhooks asks for 15 to 30."""
LEASE: Final = timedelta(minutes=2)
IDLE: Final = 1.0
"""Seconds between looks for work."""
FIRST_WAIT: Final = 5.0
LONGEST_WAIT: Final = 6 * 3600.0
GIVEN_UP_AFTER: Final = timedelta(days=3)
SHUT: Final = timedelta(seconds=30)
"""For how long nothing more is sent to a subscriber that did not answer: it must not hold all places at once."""
_LOG: Final = logging.getLogger("screening.webhooks")

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a try: nothing is wrong (""), or what; `silent` where nobody answered; seconds it asks to wait."""

    problem: str = ""
    silent: bool = False
    gone: bool = False
    wait: float = 0.0


def wait_after(tries: int, share: float, asked: float = 0.0) -> timedelta:
    """How long to wait after a try that failed: four times as long after each, and by `share` (0 to 1) up to half less,
    so that many do not come back at once. Never less than the subscriber asked for, within a day."""
    usual = min(LONGEST_WAIT, FIRST_WAIT * 4.0 ** min(tries - 1, 20)) * (1 - share / 2)
    return timedelta(seconds=max(usual, min(asked, 86_400.0)))


class Sender:
    """One for each service. `start` and `close` with it."""

    def __init__(
        self,
        store: Store,
        settings: WebhookSettings,
        clock: Callable[[], datetime],
        *,
        resolve: Resolve | None = None,
        seconds: float = SECONDS,
        share: Callable[[], float] = random.random,
        idle: float = IDLE,
    ) -> None:
        self._store, self._settings, self._clock = store, settings, clock
        self._seconds, self._share, self._idle = seconds, share, idle
        self._context = settings.context()
        self._threads: ThreadPoolExecutor | None = None
        self._resolve = resolve or self._look_up
        self._shut: dict[str, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="webhook sender")

    async def close(self) -> None:
        """Stop. What was being sent is due again when its lease ends."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    async def _run(self) -> None:
        working: set[asyncio.Task[None]] = set()
        try:
            while True:
                try:
                    claimed = await self._claim(AT_ONCE - len(working))
                    working |= {asyncio.create_task(self._safely(one)) for one in claimed}
                except StoreError:
                    _LOG.warning("the webhook sender waits for the store", exc_info=True)
                    await asyncio.sleep(5)
                except Exception:
                    _LOG.exception("the webhook sender stumbled and goes on")
                if working:
                    how = asyncio.FIRST_COMPLETED
                    _, working = await asyncio.wait(working, timeout=self._idle, return_when=how)
                else:
                    await asyncio.sleep(self._idle)
        finally:
            for one in working:
                one.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def round(self) -> int:
        """Send what is due, once; how many there were."""
        claimed = await self._claim(AT_ONCE)
        await asyncio.gather(*(self._safely(one) for one in claimed))
        return len(claimed)

    async def _claim(self, most: int) -> tuple[Due, ...]:
        return await asyncio.to_thread(self._store.deliveries.claim, most, LEASE) if most else ()

    async def _safely(self, due: Due) -> None:
        try:
            await self._deliver(due)
        except StoreError:
            # Its lease ends, and it is sent again.
            _LOG.warning("what became of delivery %s could not be kept", due.delivery.id, exc_info=True)
        except Exception:
            _LOG.exception("delivery %s stumbled and is sent again", due.delivery.id)

    async def _deliver(self, due: Due) -> None:
        delivery, deliveries = due.delivery, self._store.deliveries
        shut = self._shut.get(delivery.webhook)
        if shut is not None and self._clock() < shut:
            waits = self._within_days(due, shut - self._clock() + timedelta(seconds=self._share()))
            await asyncio.to_thread(deliveries.failed, delivery.id, "waits: the subscriber did not answer", waits)
            return
        if shut is not None:
            # One is tried; the others wait for what comes of it.
            self._shut[delivery.webhook] = self._clock() + SHUT
        verdict = await self._send(due)
        if verdict.silent:
            self._shut[delivery.webhook] = self._clock() + SHUT
        else:
            self._shut.pop(delivery.webhook, None)
        if not verdict.problem:
            await asyncio.to_thread(deliveries.delivered, delivery.id)
            return
        waits = self._within_days(due, wait_after(delivery.tries, self._share(), verdict.wait))
        _LOG.warning("delivery %s to webhook %s: %s", delivery.id, delivery.webhook, verdict.problem)
        await asyncio.to_thread(deliveries.failed, delivery.id, verdict.problem, None if verdict.gone else waits)
        if verdict.gone:
            await asyncio.to_thread(lambda: self._store.webhooks.end(delivery.webhook, actor="screening"))

    def _within_days(self, due: Due, waits: timedelta) -> timedelta | None:
        """When to try again; None where that is too late, and it is given up."""
        return waits if self._clock() + waits <= due.delivery.at + GIVEN_UP_AFTER else None

    async def _send(self, due: Due) -> Verdict:
        body, now, allowed = cloud_event(due.delivery, self._settings.source), self._clock(), self._settings.allowed
        headers = {"Content-Type": MEDIA_TYPE, **signed_headers(due.secret, due.delivery.id, now, body)}
        try:
            target = read_target(due.url, allowed)
            async with asyncio.timeout(self._seconds):
                addresses = await self._resolve(target.host, target.port)
            require_allowed(target, addresses, allowed)
            reply = await post(target, addresses[0], body, headers, self._seconds, self._context)
        except TargetError as error:
            return Verdict(error.problems[0].what)
        except PostingError as error:
            return Verdict(str(error), silent=True)
        except TimeoutError:
            return Verdict("its name was not found in time", silent=True)
        except OSError as error:
            return Verdict(f"its name was not found: {error}", silent=True)
        if 200 <= reply.status < 300:
            return Verdict()
        if reply.status == 410:
            return Verdict("answered 410: the subscription is ended", gone=True)
        followed = "; redirects are not followed" if 300 <= reply.status < 400 else ""
        return Verdict(f"answered {reply.status}{followed}", wait=reply.retry_after or 0.0)

    async def _look_up(self, host: str, port: int) -> list[str]:
        if self._threads is None:
            # Threads of its own: a name server that hangs must not keep requests waiting.
            self._threads = ThreadPoolExecutor(4, "webhook names")
        loop = asyncio.get_running_loop()
        kind = socket.SOCK_STREAM
        found = await loop.run_in_executor(self._threads, lambda: socket.getaddrinfo(host, port, type=kind))
        return list(dict.fromkeys(str(one[4][0]) for one in found))
