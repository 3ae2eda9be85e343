"""The sample that was read one by one says what the page says, and holds nothing too narrow."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def sample() -> list[dict[str, str]]:
    with (DOCS / "drafting-sample.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_at_least_a_hundred_wordings_were_judged_and_none_is_too_narrow() -> None:
    rows = sample()
    assert len({row["proposal"] for row in rows}) == len(rows) >= 100
    assert {row[name] for row in rows for name in ("judged", "judged_with_zones")} == {"right", "too wide"}


def test_the_page_gives_the_figures_of_the_sample() -> None:
    page = (DOCS / "drafting.md").read_text(encoding="utf-8")
    for judged in ("right", "too wide"):
        for column in ("judged", "judged_with_zones"):
            found = [int(row["clauses_alike"]) for row in sample() if row[column] == judged]
            assert re.search(rf"{judged}.*\| ?(.*\| )?{sum(found)}, \d+ % \({len(found)}\)", page), (judged, column)
    assert sum(int(row["clauses_alike"]) for row in sample()) == 687


def test_the_sample_holds_our_words_and_not_those_of_the_list() -> None:
    counted = Counter(len(re.findall(r"[\u4e00-\u9fff]", " ".join(row.values()))) for row in sample())
    assert max(counted) == 0
