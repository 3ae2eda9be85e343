"""Decisions a second and how long one takes in worker processes: python -m benchmarks.bench_workers [--zones FOLDER].

Not a test; timings depend on the machine. The applications are those of the demo district; on other zones they lie where
they lie. Every core that serves HTTP beside the workers is one that does not decide.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from screening import Atlas, Project, Rulebook, screen
from screening.documents import parse_yaml
from screening.settings import read_settings
from screening.workers import WorkerPool

SETTINGS = read_settings({})
DAY = date(2026, 11, 22)


def applications() -> list[bytes]:
    """The sample applications as an HTTP request carries them."""
    return [
        json.dumps(parse_yaml(path.read_text("utf-8"), path.name).plain(), default=str).encode()
        for path in sorted(SETTINGS.applications.glob("*.yaml"))
    ]


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1e3


def _ask(decide: Callable[[bytes], object], bodies: list[bytes], count: int, threads: int) -> tuple[float, list[float]]:
    """Decisions a second and the seconds of each, asked from so many threads at once."""
    turn, lock, times = iter(range(count)), threading.Lock(), list[float]()

    def work() -> None:
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                return
            before = time.perf_counter()
            decide(bodies[number % len(bodies)])
            times.append(time.perf_counter() - before)

    asking = [threading.Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    return count / (time.perf_counter() - start), times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=Path, default=SETTINGS.zones)
    parser.add_argument("--count", type=int, default=2_000)
    args = parser.parse_args()
    bodies = applications()
    rulebook, atlas = Rulebook.load(SETTINGS.rules), Atlas.load(args.zones)

    def here(body: bytes) -> object:
        return screen(Project.from_bytes(body), rulebook, atlas, as_of=DAY).id_and_canonical()

    _ask(here, bodies, 40, 1)
    rate, times = _ask(here, bodies, args.count // 4, 1)
    print(
        f"in this process:   {rate:6.1f}/s   least {min(times) * 1e3:.2f} ms, median {_percentile(times, 0.5):.2f} ms"
    )
    for workers in (1, 2):
        before = time.perf_counter()
        with WorkerPool(SETTINGS.rules, args.zones, workers=workers, day=lambda: DAY) as pool:
            ready = time.perf_counter() - before

            def there(body: bytes, pool: WorkerPool = pool) -> object:
                return pool.decide(body, DAY)

            _ask(there, bodies, 40, workers)
            rate, times = _ask(there, bodies, args.count // 2, workers)
            print(
                f"{workers} worker(s):       {rate:6.1f}/s   least {min(times) * 1e3:.2f} ms, "
                f"median {_percentile(times, 0.5):.2f} ms, p99 {_percentile(times, 0.99):.2f} ms   ready after {ready:.1f} s"
            )
            rate, times = _ask(there, bodies, args.count, 64)
            print(f"  64 at once:      {rate:6.1f}/s   p99 {_percentile(times, 0.99):.0f} ms")
            bad = b"{"
            times = []
            for _ in range(2_000):
                start = time.perf_counter()
                pool.submit("screen", bad, DAY, None).exception()
                times.append(time.perf_counter() - start)
            print(f"  a call alone:    least {min(times) * 1e3:.3f} ms, median {_percentile(times, 0.5):.3f} ms")


if __name__ == "__main__":
    main()
