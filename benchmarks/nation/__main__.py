"""Make the nation: python -m benchmarks.nation --to DIR [--units N] [--seed S] [--check]."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.nation.land import WHOLE
from benchmarks.nation.make import make_nation


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nation", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder to write, made if need be")
    parser.add_argument("--units", type=int, default=WHOLE, help=f"control units, 50 to {WHOLE:,}: a smaller nation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="prove every polygon valid and the units a partition")
    parser.add_argument("--no-geoparquet", action="store_true", help="leave out the files for the peers")
    given = parser.parse_args(arguments)
    if not 50 <= given.units <= WHOLE or given.seed < 0:
        parser.error(f"--units is from 50 to {WHOLE}, --seed from 0")
    started = time.perf_counter()

    def say(what: str) -> None:
        print(f"{time.perf_counter() - started:6.1f} s  {what}", flush=True)

    report = make_nation(given.to, given.units, given.seed, geoparquet=not given.no_geoparquet, say=say)
    (given.to / "nation.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    if given.check:
        from benchmarks.nation.check import check_nation

        problems = check_nation(given.to, say)
        for problem in problems:
            print(problem)
        return 1 if problems else 0
    return 0


if __name__ == "__main__":
    np.seterr(all="raise", under="ignore")
    sys.exit(main(sys.argv[1:]))
