"""All layers of the nation, made one after the other and written as they come.

The same units and seed give the same bytes wherever sines and logarithms come out the same: on one kind of processor
with one numpy and one GEOS, which the report names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks.nation.land import Land
from benchmarks.nation.redline import make_redline
from benchmarks.nation.shoreline import kilometres, make_shoreline
from benchmarks.nation.storage import Stored, save_geoparquet, save_layer
from benchmarks.nation.territory import make_territory


def make_nation(
    folder: Path, units: int, seed: int, *, geoparquet: bool = True, say: Callable[[str], None] = lambda what: None
) -> dict[str, Any]:
    """Write every layer under `folder`; what was made: for each layer its counts and sha256."""
    folder.mkdir(parents=True, exist_ok=True)
    made_with = {"numpy": np.__version__, "geos": shapely.geos_version_string}
    report: dict[str, Any] = {"units": units, "seed": seed, "invented": True, "made_with": made_with, "layers": {}}
    for name, layer in _layers(units, seed):
        shapes = layer.shapes
        found = {
            "features": len(shapes),
            "parts": len(shapes.rings) - 1,
            "rings": len(shapes.vertices) - 1,
            "vertices": len(shapes.xy),
            "sha256": save_layer(folder, name, layer),
        }
        if not shapes.areal:
            found["kilometres"] = round(kilometres(shapes))
        report["layers"][name] = found
        if geoparquet:
            save_geoparquet(folder / f"{name}.parquet", layer)
        say(f"{name}: {found['features']:,} features, {found['parts']:,} parts, {found['vertices']:,} vertices")
    return report


def _layers(units: int, seed: int) -> Iterator[tuple[str, Stored]]:
    land = Land.of(units, seed)
    made = make_territory(land, units, seed)
    while made:
        # Handed on one by one, so that what is written is let go.
        name = next(iter(made))
        yield name, made.pop(name)
    yield "redline", make_redline(land, units, seed)
    yield "shoreline", make_shoreline(land, units, seed)
