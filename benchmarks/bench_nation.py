"""The nation measured: points placed beside the peers, and sites located one at a time.

    python -m benchmarks.nation --to build/nation            # once
    python -m benchmarks.bench_nation points build/nation    # PointGrid, geopandas, SedonaDB in the same run
    python -m benchmarks.bench_nation sites build/nation [--atlas FOLDER]

Not a test; timings depend on the machine and on what else runs on it. `--atlas` is the zone set to load as an office
would; without it the atlas is put together in memory from the nation's arrays, and its load time means nothing.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import psutil

from benchmarks.nation.contenders import CONTENDERS, Join, Pairs, keep_grid
from benchmarks.nation.places import land_of, points_in_box, points_on_land, sites_at
from benchmarks.nation.storage import load_layer
from benchmarks.nation.zone_set import DAY, zone_set
from screening.atlas import Atlas, locate

PEERS = ("geopandas", "SedonaDB")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_nation", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("points", "sites"))
    parser.add_argument("nation", type=Path, help="folder that `python -m benchmarks.nation` wrote")
    parser.add_argument("--count", type=int, help="points (1,000,000) or sites (10,000)")
    parser.add_argument("--box", action="store_true", help="points: in the units' box, not on the land alone")
    parser.add_argument("--rounds", type=int, default=5, help="joins of which the median is told")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atlas", type=Path, help="sites: a zone set to load")
    given = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    if given.what == "points":
        return measure_points(given.nation, given.count or 1_000_000, given.seed, given.rounds, in_box=given.box)
    return measure_sites(given.nation, given.atlas, given.count or 10_000, given.seed)


def measure_points(folder: Path, count: int, seed: int, rounds: int, *, in_box: bool) -> int:
    """Print a table of points a second, ours beside the peers; 1 if any pair of point and unit differs."""
    started = time.perf_counter()
    keep_grid(folder)
    print(f"grid of the units made and kept, or there: {time.perf_counter() - started:.1f} s")
    units = load_layer(folder, "units", mapped=True).shapes
    points = points_in_box(units, count, seed) if in_box else points_on_land(land_of(folder), count, seed)
    print(
        f"{count:,} points {'in the box' if in_box else 'on the land'}, {len(units):,} units, {len(units.xy):,} vertices\n"
    )
    loads, firsts, joins = {}, {}, {}
    truth: Pairs | None = None
    unlike = []
    for name, contender in CONTENDERS.items():
        gc.collect()
        started = time.perf_counter()
        joins[name], pairs_of = contender(folder, points)
        loads[name] = time.perf_counter() - started
        firsts[name], found = _timed(joins[name])
        pairs = pairs_of(found)
        truth = truth or pairs
        if not all(np.array_equal(one, other) for one, other in zip(pairs, truth, strict=True)):
            unlike.append(name)
        del found, pairs
    # In turn, so that whatever else the machine does slows all of them alike.
    times: dict[str, list[float]] = {name: [] for name in joins}
    for _ in range(rounds):
        for name, join in joins.items():
            times[name].append(_timed(join)[0])
    print(f"{'':31}{'load s':>9}{'first s':>9}{'join s':>9}{'points/s':>13}{'with load':>13}")
    rates = {name: (count / median(times[name]), count / (loads[name] + firsts[name])) for name in joins}
    for name, (join_rate, load_rate) in rates.items():
        figures = f"{loads[name]:9.2f}{firsts[name]:9.2f}{median(times[name]):9.2f}{join_rate:13,.0f}{load_rate:13,.0f}"
        print(f"{name:31}{figures}{'  PAIRS DIFFER FROM OURS' if name in unlike else ''}")
    print(f"\n{len(truth[0]) if truth else 0:,} pairs, the same from {len(joins) - len(unlike)} of {len(joins)}")
    ours = next(iter(rates.values()))
    for peer in PEERS:
        alike = [rate for name, rate in rates.items() if name.startswith(peer)]
        join_rate, load_rate = (max(rate[side] for rate in alike) for side in (0, 1))
        print(f"ours is {ours[0] / join_rate:.1f} x {peer} at its best, {ours[1] / load_rate:.1f} x with the load")
    return 1 if unlike else 0


def _timed(join: Join) -> tuple[float, Any]:
    """Seconds, and what was found."""
    started = time.perf_counter()
    found = join()
    return time.perf_counter() - started, found


def measure_sites(folder: Path, atlas_folder: Path | None, count: int, seed: int) -> int:
    """Print the time of `locate` on one site after another, the load's, and memory."""
    process = psutil.Process()
    sites = sites_at(points_on_land(land_of(folder), count, seed), seed)
    gc.collect()
    before = process.memory_info().rss
    started = time.perf_counter()
    if atlas_folder is None:
        atlas = zone_set(folder, exact=False)
        _ = atlas.index
    else:
        atlas = Atlas.load(atlas_folder)
    loaded = time.perf_counter() - started
    where = atlas_folder or "put together in memory"
    print(f"atlas ({where}): {loaded:.2f} s; {(process.memory_info().rss - before) / 2**20:,.0f} MB more than before")
    gc.collect()
    gc.freeze()
    times = np.empty(count)
    units = 0
    for number, site in enumerate(sites):
        started = time.perf_counter()
        units += len(locate(site, atlas, DAY).units)
        times[number] = time.perf_counter() - started
    middle, high, most = np.percentile(times, [50, 99, 100]) * 1e3
    print(
        f"{count:,} sites one at a time, {units / count:.2f} units each: median {middle:.2f} ms, p99 {high:.2f} ms, ",
        end="",
    )
    print(f"most {most:.1f} ms; the first {times[0] * 1e3:.1f} ms")
    full = process.memory_full_info()
    print(f"resident after {count:,}: {full.rss / 2**20:,.0f} MB, of it the process's own {full.uss / 2**20:,.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
