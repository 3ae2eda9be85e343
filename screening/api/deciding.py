"""Who works decisions out for the routes: this process, or worker processes of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool

from screening.asking.questions import questions
from screening.atlas import Atlas
from screening.decision import Decision, Outcome, canonical_json
from screening.project import Project
from screening.rulebook.reader import Rulebook
from screening.screen import screen


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: its canonical bytes, and what is listed of it. `content` is its own id."""

    decision: bytes
    content: str
    outcome: Outcome
    project: str
    title: str

    @classmethod
    def of(cls, decision: Decision) -> Decided:
        content, made = decision.id_and_canonical()
        return cls(made, content, decision.outcome, decision.project, decision.title)


class Decider(Protocol):
    """Screens applications as they came (JSON or GeoJSON bytes). Raises InputError or DocumentError as `screen` does."""

    async def screen(self, application: bytes, as_of: date) -> Decided:
        """The decision for an application."""

    async def questions(self, application: bytes, as_of: date, most: int | None) -> bytes:
        """What can still change it, as JSON."""

    @property
    def ready(self) -> bool:
        """Whether it can decide now."""


class InProcess:
    """Decides in threads of this process: for tests and small offices. What kills the engine kills the service."""

    def __init__(self, rulebook: Rulebook, atlas: Atlas) -> None:
        self._rulebook, self._atlas = rulebook, atlas

    async def screen(self, application: bytes, as_of: date) -> Decided:
        return await run_in_threadpool(self._screen, application, as_of)

    async def questions(self, application: bytes, as_of: date, most: int | None) -> bytes:
        return await run_in_threadpool(self._questions, application, as_of, most)

    @property
    def ready(self) -> bool:
        return True

    def _screen(self, application: bytes, as_of: date) -> Decided:
        return Decided.of(screen(Project.from_bytes(application), self._rulebook, self._atlas, as_of=as_of))

    def _questions(self, application: bytes, as_of: date, most: int | None) -> bytes:
        found = questions(Project.from_bytes(application), self._rulebook, self._atlas, as_of, most=most)
        return canonical_json(found.plain())


def request_digest(*parts: Any) -> str:
    """SHA-256 over all of a request that changes its answer."""
    whole = hashlib.sha256()
    for part in parts:
        piece = part if isinstance(part, bytes) else str(part).encode("utf-8", "replace")
        whole.update(len(piece).to_bytes(8, "big"))
        whole.update(piece)
    return whole.hexdigest()
