"""Formats by coordinate systems: how far from the truth a file of each is placed, as a table in Markdown.

    python -m benchmarks.forms

Files are those of `tests/atlas/matrix`: one polygon with a hole at three places of China, written by GDAL, openpyxl and in
the layouts of land offices, in each system that the format can hold and its encodings in turn, read as a site and as a
layer. A cell is the worst of them, in metres, over vertices and edges.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.atlas.matrix.systems import COLUMNS
from tests.atlas.matrix.trial import UNSAID, Trial, tried
from tests.atlas.matrix.writers import ROWS


def main() -> int:
    columns = [*COLUMNS, *UNSAID]
    stated: dict[str, set[float]] = {column: set() for column in columns}
    lines: list[list[str]] = []
    files = 0
    for row in ROWS:
        cells = []
        for column in columns:
            with TemporaryDirectory() as folder:
                found = list(tried(row, column, Path(folder)))
            files += len(found)
            stated[column] |= {float(one.site.error) for one in found if not one.site.asked}
            cells.append(_cell(found))
        lines.append([row.name, " ".join(row.encodings), *cells])
        print(f"\r{len(lines)} of {len(ROWS)}", end="", file=sys.stderr)
    print(file=sys.stderr)
    print("|", " | ".join(["file", "encodings", *columns]), "|")
    print("|", " | ".join(["---"] * (len(columns) + 2)), "|")
    print("|", " | ".join(["stated error, m", "", *(_error(stated[column]) for column in columns)]), "|")
    for line in lines:
        print("|", " | ".join(line), "|")
    print(f"\n{files} files, each as a site and as a layer.")
    return 0


def _error(metres: set[float]) -> str:
    return " or ".join(f"{one:g}" for one in sorted(metres))


def _cell(found: list[Trial]) -> str:
    if not found:
        return "–"
    if any(one.site.asked != one.attempt.must_ask for one in found):
        return "WRONG"
    worst = max(max(one.site.metres, one.layer.metres if one.layer else 0.0) for one in found)
    if found[0].attempt.must_ask:
        return f"asked ({worst:.3f})"
    return f"{worst:.1f}" if worst > 1 else f"{worst:.3f}"


if __name__ == "__main__":
    sys.exit(main())
