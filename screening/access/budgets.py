"""How often one may ask: a budget for each kind of request, counted for each principal and for each address.

A budget of 600 a minute lets 600 come at once and then one each tenth of a second (the generic cell rate algorithm): no
edges of windows at which twice as many pass, one number kept for each counted name, and an exact time to wait.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

MOST_COUNTED: Final = 100_000
"""Names counted at once; past them the longest unseen is forgotten, and has its whole budget again."""
_PERIODS: Final[Mapping[str, float]] = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
_WRITTEN: Final = re.compile(r"([1-9][0-9]{0,8})\s*/\s*(second|minute|hour|day)")


@dataclass(frozen=True, slots=True)
class Budget:
    """So many in so many seconds."""

    count: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Budget | None:
        """A budget written `600/minute`; None for `off`. Raises ValueError."""
        if text == "off":
            return None
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError('is not a budget: write "600/minute" (second, minute, hour, day), or "off"')
        return cls(int(match[1]), _PERIODS[match[2]])

    def times(self, factor: int) -> Budget:
        return Budget(self.count * factor, self.seconds)


class Budgets:
    """What has been spent, in memory: one service process answers for one office."""

    def __init__(self, clock: Callable[[], float], most: int = MOST_COUNTED) -> None:
        """`clock` gives seconds that never go back."""
        self._clock, self._most = clock, most
        self._spent: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._spent)

    def spend(self, budget: Budget | None, kind: str, who: str, cost: int = 1) -> float:
        """Spend from a budget. 0 where it allows that; else nothing is spent, and the answer is the seconds to wait.

        A cost over the whole budget counts as the whole budget.
        """
        if budget is None:
            return 0.0
        key, now = (kind, who), self._clock()
        price = min(cost, budget.count) * budget.seconds / budget.count
        with self._lock:
            until = max(self._spent.get(key, now), now) + price
            wait = until - now - budget.seconds
            if wait > 1e-9 * budget.seconds:
                self._spent.move_to_end(key)
                return wait
            self._spent[key] = until
            self._spent.move_to_end(key)
            self._forget(now)
        return 0.0

    def left(self, budget: Budget | None, kind: str, who: str) -> bool:
        """Whether one more would be allowed. Spends nothing."""
        if budget is None:
            return True
        now = self._clock()
        return max(self._spent.get((kind, who), now), now) + budget.seconds / budget.count - now <= budget.seconds * (
            1 + 1e-9
        )

    def _forget(self, now: float) -> None:
        while self._spent:
            key, until = next(iter(self._spent.items()))
            if until > now and len(self._spent) <= self._most:
                return
            del self._spent[key]
