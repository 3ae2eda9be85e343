"""What works out decisions, as its callers see it: the bytes of an application and a day in, canonical bytes out."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from screening.decision import Decision, Outcome


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: its canonical bytes, and what is listed of it. `content` is its own id, `rulebook` the digest it was
    made by. `failed`: its worker died or failed over it, and it is the review that costs."""

    decision: bytes
    content: str
    outcome: Outcome
    project: str
    title: str
    rulebook: str
    failed: bool = False

    @classmethod
    def of(cls, decision: Decision, failed: bool = False) -> Decided:
        content, canonical = decision.id_and_canonical()
        return cls(
            canonical,
            content,
            decision.outcome,
            decision.project,
            decision.title,
            decision.receipt.rulebook,
            failed,
        )


@dataclass(frozen=True, slots=True)
class SiteFile:
    """The file that an application names as its site: its name, without a folder, and its bytes."""

    name: str
    content: bytes


class DecisionService(Protocol):
    """Works out decisions. Every call may be made from any thread; the awaited ones take no thread while they wait.

    What cannot be read raises InputError, DocumentError or SourceError with its problems, as `screen` does; a service
    that cannot take a case on raises BusyError or UnavailableError. A worker that dies over a decision is a decision: a
    review that says so.
    """

    def decide(self, application: bytes, as_of: date, site: SiteFile | None = None) -> Decided:
        """The decision for an application (JSON or GeoJSON bytes). Waits for it."""

    def submit(self, task: str, *arguments: Any, limit: float | None = None) -> Future[Any]:
        """Any task by its name (`tasks.TASKS`), under a time limit in seconds."""

    async def screen(self, application: bytes, as_of: date, site: SiteFile | None = None) -> Decided:
        """The decision for an application, awaited."""

    async def questions(
        self, application: bytes, as_of: date, most: int | None = None, site: SiteFile | None = None
    ) -> bytes:
        """What can still change the decision, as canonical JSON: `Questions.plain()`."""

    async def read_site(
        self, file: SiteFile, layer: str | None = None, crs: str | None = None, extent: str | None = None
    ) -> Mapping[str, Any]:
        """What a site file holds and where that may be, as plain JSON data (`site_file.read_site`)."""

    @property
    def ready(self) -> bool:
        """Whether a case sent now would be taken up."""

    def close(self, drain: float = 30.0) -> None:
        """Take no more cases, finish those taken on within `drain` seconds, and end."""
