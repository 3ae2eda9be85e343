"""The service put together from its parts: the store opened, the door as the settings say, and who decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from screening.access import Access, AccessSettings, open_access
from screening.api.app import make_app
from screening.api.services import Services, now
from screening.atlas import Atlas
from screening.rulebook.reader import Rulebook
from screening.store import Store
from screening.webhooks import WebhookSettings
from screening.workers import DecisionService, InProcess


def open_door(settings: AccessSettings, store: Store, clock: Callable[[], datetime] = now) -> Access:
    """The door, with keys and refusals kept in the store."""

    def record(act: str, principal: str, subject: str, reason: str) -> None:
        store.audit.note(actor=principal, act=f"{act}.refused", subject=subject, payload={"reason": reason})

    return open_access(settings, record, keys=_Keys(store) if settings.api_keys else None, clock=clock)


def make_service(
    rulebook: Rulebook,
    atlas: Atlas,
    store: Store,
    settings: AccessSettings | None = None,
    decider: DecisionService | None = None,
    clock: Callable[[], datetime] = now,
    tianditu: str = "",
    telling: WebhookSettings | None = None,
) -> FastAPI:
    """The service over an open store. Without settings: for the user of this machine, without accounts."""
    services = Services(rulebook, atlas, store, decider or InProcess(rulebook, atlas), clock)
    return make_app(services, open_door(settings or AccessSettings(), store, clock), tianditu=tianditu, telling=telling)


class _Keys:
    """The store's keys as the door asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.find = store.keys.find

    def used(self, key: str, at: datetime) -> None:
        """When a key was last used is not kept: each use stands in the audit chain with what it did."""
