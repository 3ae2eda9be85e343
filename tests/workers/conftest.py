"""A pool of two workers over the demo district, the applications as bytes, and what `screen` itself says of them."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import psutil
import pytest

from screening import Atlas, Project, Rulebook, screen
from screening.documents import parse_yaml
from screening.settings import read_settings
from screening.workers import WorkerPool

DAY = date(2026, 11, 22)
SETTINGS = read_settings({})
APPLICATIONS = [
    json.dumps(parse_yaml(path.read_text("utf-8"), path.name).plain(), default=str).encode()
    for path in sorted(SETTINGS.applications.glob("*.yaml"))
]


def make_pool(**options: object) -> WorkerPool:
    """A pool over the demo district, not yet started."""
    return WorkerPool(SETTINGS.rules, SETTINGS.zones, day=lambda: DAY, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with make_pool(workers=2) as made:
        yield made


@pytest.fixture(scope="session")
def expected(rulebook: Rulebook, atlas: Atlas) -> list[bytes]:
    """The canonical bytes of each application's decision."""
    return [screen(Project.from_bytes(one), rulebook, atlas, as_of=DAY).canonical() for one in APPLICATIONS]


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that happens in another process."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.005)


def heavy(name: str = "heavy", vertices: int = 19_000) -> bytes:
    """An application over which a worker is at work for seconds: a long zigzag of metres in a system that is not named."""
    ring = []
    for number in range(vertices):
        turn, out = 2 * math.pi * number / vertices, 5_000 * (1 + 0.01 * math.sin(number))
        ring.append([500_000 + out * math.cos(turn), 3_330_000 + out * math.sin(turn)])
    site = {"geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, "crs": "unknown"}
    return json.dumps({"id": name, "title": f"案卷 {name}", "site": site}).encode()


def at_work(pool: WorkerPool) -> int:
    """The pid of the worker that is some way into the one case that is out."""
    found: list[int] = []

    def busy() -> bool:
        for pid, before in start.items():
            if psutil.Process(pid).cpu_times().user - before > 0.15:
                found.append(pid)
        return bool(found)

    start = {pid: psutil.Process(pid).cpu_times().user for pid in pool.health().pids}
    until(busy)
    return found[0]
