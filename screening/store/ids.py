"""Ids of records, sortable by when they were made (UUID version 7), and times as text that sorts."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Lock
from typing import Final
from uuid import UUID

Clock = Callable[[], datetime]
CHINA: Final = timezone(timedelta(hours=8))
"""The days that law and officers count are China's, which has one civil time."""


def utc_now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


def time_text(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: 27 characters that sort as the times do. Raises ValueError without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a time without an offset says no moment")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str) -> datetime:
    """The moment that `time_text` wrote."""
    return datetime.fromisoformat(text)


def day_in_china(moment: datetime) -> date:
    """The day it is in China at a moment."""
    return moment.astimezone(CHINA).date()


class Ids:
    """A source of ids that only rise: milliseconds, a counter of 20 bits that begins at random, 54 random bits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._last = 0

    def new(self) -> str:
        moment = self._clock()
        with self._lock:
            first = (int(moment.timestamp() * 1000) << 20) | secrets.randbits(19)
            self._last = max(first, self._last + 1)
            counted = self._last
        high = (counted >> 20 << 16) | 0x7000 | (counted >> 8 & 0xFFF)
        low = 0b10 << 62 | (counted & 0xFF) << 54 | secrets.randbits(54)
        return str(UUID(int=high << 64 | low))
