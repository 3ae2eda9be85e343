"""What share of complete applications is decided (pass or reject), and why the others are reviewed.

python -m benchmarks.decisive [--count 10000] [--as-of 2026-11-22]
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path

import shapely

from benchmarks.decisive.applications import Drawer
from screening import Atlas, Decision, Outcome, Project, Rulebook, screen
from screening.atlas import read_atlas
from screening.errors import InputError
from screening.settings import read_settings

BATCH = 250
MOST_REASONS = 25


@cache
def _house() -> tuple[Rulebook, Atlas, Drawer]:
    settings = read_settings({})
    rulebook = Rulebook.load(settings.rules)
    outlines = (
        _outline(settings.zones / "layers" / f"{name}.geojson")
        for name in ("control-units", "chemical-park", "industrial-park")
    )
    return rulebook, read_atlas(settings.zones), Drawer(rulebook, *outlines)


def _outline(path: Path) -> shapely.Geometry:
    data = json.loads(path.read_text("utf-8"))
    return shapely.union_all([shapely.from_geojson(json.dumps(one["geometry"])) for one in data["features"]])


def _why(decision: Decision) -> list[str]:
    """What a review rests on: rule (a row of a table by its rule) and reason."""
    return sorted(
        {
            f"{finding.rule.partition('.')[0]} | {finding.reason}"
            for finding in decision.findings
            if finding.outcome is Outcome.REVIEW
        }
    )


def run(first: int, count: int, as_of: date) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
    """Outcomes, and for reviews: all reasons, the only reason, and facts still asked of the applicant."""
    rulebook, atlas, drawer = _house()
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for number in range(first, first + count):
        try:
            decision = screen(Project.of(drawer.application(number)), rulebook, atlas, as_of=as_of)
        except InputError as error:
            outcomes["refused"] += 1
            reasons.update(f"refused: {problem.what[:80]}" for problem in error.problems)
            continue
        outcomes[decision.outcome.value] += 1
        if decision.outcome is Outcome.REVIEW:
            found = _why(decision)
            reasons.update(found)
            if len(found) == 1:
                alone.update(found)
            asked.update(need.fact for need in decision.needs if need.supplied_by == "applicant")
    return outcomes, reasons, alone, asked


def report(count: int, as_of: date) -> str:
    """The whole measurement as a Markdown page."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(run, first, min(BATCH, count - first), as_of) for first in range(0, count, BATCH)]
        outcomes, reasons, alone, asked = (
            sum(found, Counter()) for found in zip(*(t.result() for t in tasks), strict=True)
        )
    total = sum(outcomes.values())
    decided = outcomes["pass"] + outcomes["reject"]
    lines = [
        f"{total} applications on {as_of}: **{decided / total:.1%} decided** "
        f"({outcomes['pass'] / total:.1%} pass, {outcomes['reject'] / total:.1%} reject), "
        f"{outcomes['review'] / total:.1%} review, {outcomes['refused']} refused.",
        "",
        "| why it is reviewed | reason | of all reviews | alone |",
        "|---|---|---|---|",
    ]
    for reason, number in reasons.most_common(MOST_REASONS):
        lines.append(f"| {reason} | {number / max(outcomes['review'], 1):.1%} | {alone[reason]} |")
    if asked:
        lines += [
            "",
            "Still asked of the applicant: " + ", ".join(f"{fact} ({n})" for fact, n in asked.most_common(12)),
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 22))
    args = parser.parse_args()
    print(report(args.count, args.as_of), end="")


if __name__ == "__main__":
    main()
