"""What the routes work with: one rulebook, one atlas, the store, who decides, and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from screening.atlas import Atlas
from screening.rulebook.reader import Rulebook
from screening.store import Store, day_in_china
from screening.workers import DecisionService


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to every router when the service is made."""

    rulebook: Rulebook
    atlas: Atlas
    store: Store
    decider: DecisionService
    clock: Callable[[], datetime] = now

    @property
    def today(self) -> date:
        """The day whose law counts when a request names none: the day in China."""
        return day_in_china(self.clock())
