"""Fifty thousand decisions in one process, and eight threads at once: memory before and after, and every answer right.

.venv/bin/python benchmarks/endurance.py [decisions]
"""

from __future__ import annotations

import gc
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psutil

from screening import Project, Rulebook, screen
from screening.atlas import read_atlas
from screening.settings import read_settings

DAY = date(2026, 11, 22)


def main(decisions: int) -> int:
    settings = read_settings({})
    rulebook, atlas = Rulebook.load(settings.rules), read_atlas(settings.zones)
    projects = [Project.read(file) for file in sorted(settings.applications.glob("*.yaml"))]
    right = [screen(project, rulebook, atlas, as_of=DAY).canonical() for project in projects]
    outcomes = [screen(project, rulebook, atlas, as_of=DAY).outcome for project in projects]
    process = psutil.Process()

    def resident() -> float:
        gc.collect()
        return process.memory_info().rss / 2**20

    for number in range(2000):
        screen(projects[number % len(projects)], rulebook, atlas, as_of=DAY)
    print(f"after 2,000 to warm up: {resident():.1f} MB", flush=True)
    started = time.perf_counter()
    wrong = 0
    for number in range(1, decisions + 1):
        at = number % len(projects)
        wrong += screen(projects[at], rulebook, atlas, as_of=DAY).outcome is not outcomes[at]
        if number % (decisions // 5) == 0:
            print(f"after {number:,}: {resident():.1f} MB", flush=True)
    took = time.perf_counter() - started
    print(f"{decisions:,} decisions in {took:.0f} s, {took / decisions * 1e3:.2f} ms each, {wrong} wrong", flush=True)

    def check(number: int) -> bool:
        at = number % len(projects)
        return screen(projects[at], rulebook, atlas, as_of=DAY).canonical() == right[at]

    with ThreadPoolExecutor(8) as pool:
        same = sum(pool.map(check, range(2000)))
    print(f"8 threads at once: {same:,} of 2,000 byte for byte right; {resident():.1f} MB")
    return 0 if wrong == 0 and same == 2000 else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000))
