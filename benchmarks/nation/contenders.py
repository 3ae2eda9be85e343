"""Those who place points in the units: ours and the peers. Each loads what it needs once, and joins as often as asked.

A join gives pairs of the point's and the unit's number, sorted. Loading is measured apart: from files on disk, the points
from an array in memory, to the moment when the first join can start.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.nation.storage import load_layer
from screening.atlas.crs import Floats, Integers
from screening.atlas.points import PointGrid

Pairs = tuple[Integers, Integers]
Join = Callable[[], Any]
Contender = Callable[[Path, Floats], tuple[Join, Callable[[Any], Pairs]]]


def keep_grid(folder: Path) -> None:
    """Write the grid of the units beside them, as a snapshot keeps it, unless it is there."""
    place = folder / "units" / "grid"
    if place.is_dir():
        return
    unfinished = place.with_name("grid-unfinished")
    unfinished.mkdir(exist_ok=True)
    for name, array in PointGrid.of(load_layer(folder, "units").shapes).arrays().items():
        np.save(unfinished / f"{name}.npy", array)
    unfinished.rename(place)


def ours(folder: Path, points: Floats) -> tuple[Join, Callable[[Any], Pairs]]:
    """`PointGrid`, its arrays mapped from disk."""
    shapes = load_layer(folder, "units", mapped=True).shapes
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in (folder / "units" / "grid").glob("*.npy")}
    grid = PointGrid.from_arrays(arrays, shapes)
    return lambda: grid.find(points), lambda found: found


def geopandas_points_left(folder: Path, points: Floats) -> tuple[Join, Callable[[Any], Pairs]]:
    """`geopandas.sjoin` of points with units: a tree of the units, made while loading, asked for every point."""
    import geopandas

    units, places = _frames(folder, points)
    assert len(units.sindex) == len(units)

    def pairs(found: Any) -> Pairs:
        return in_order(found.index.to_numpy(), found["row"].to_numpy())

    return lambda: geopandas.sjoin(places, units, predicate="intersects"), pairs


def geopandas_units_left(folder: Path, points: Floats) -> tuple[Join, Callable[[Any], Pairs]]:
    """The same the other way about: a tree of the points, made while loading, asked for every unit."""
    import geopandas

    units, places = _frames(folder, points)
    assert len(places.sindex) == len(places)

    def pairs(found: Any) -> Pairs:
        return in_order(found["index_right"].to_numpy(), found["row"].to_numpy())

    return lambda: geopandas.sjoin(units, places, predicate="intersects"), pairs


def _frames(folder: Path, points: Floats) -> tuple[Any, Any]:
    import geopandas

    units = geopandas.read_parquet(folder / "units.parquet", columns=["row", "geometry"])
    return units, geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(*points.T), crs=units.crs)


def sedona_points_left(folder: Path, points: Floats) -> tuple[Join, Callable[[Any], Pairs]]:
    """SedonaDB's SQL join of points and units, both in its memory."""
    return _sedona(folder, points, "points p JOIN units u", in_memory=True)


def sedona_units_left(folder: Path, points: Floats) -> tuple[Join, Callable[[Any], Pairs]]:
    """The same with the other side built first."""
    return _sedona(folder, points, "units u JOIN points p", in_memory=True)


def sedona_parquet(folder: Path, points: Floats) -> tuple[Join, Callable[[Any], Pairs]]:
    """The same with the units read from Parquet by each join, and so with nothing to load."""
    return _sedona(folder, points, "units u JOIN points p", in_memory=False)


def _sedona(folder: Path, points: Floats, tables: str, *, in_memory: bool) -> tuple[Join, Callable[[Any], Pairs]]:
    import pyarrow as pa
    import sedonadb

    context = sedonadb.connect()
    context.read_parquet(folder / "units.parquet").to_view("stored", overwrite=True)
    units = context.sql("SELECT row, geometry FROM stored")
    (units.to_memtable() if in_memory else units).to_view("units", overwrite=True)
    columns = pa.table({"id": np.arange(len(points)), "x": points[:, 0], "y": points[:, 1]})
    context.create_data_frame(columns).to_view("numbers", overwrite=True)
    made = "SELECT id, ST_SetCRS(ST_Point(x, y), 'EPSG:4490') AS geometry FROM numbers"
    context.sql(made).to_memtable().to_view("points", overwrite=True)
    query = f"SELECT p.id, u.row FROM {tables} ON ST_Intersects(u.geometry, p.geometry)"

    def pairs(found: Any) -> Pairs:
        return in_order(found["id"].to_numpy(), found["row"].to_numpy())

    return lambda: pa.RecordBatchReader.from_stream(context.sql(query)).read_all(), pairs


def in_order(points: Integers, units: Integers) -> Pairs:
    """Pairs by point and then by unit."""
    order = np.lexsort([units, points])
    return points[order], units[order]


CONTENDERS: dict[str, Contender] = {
    "screening PointGrid": ours,
    "geopandas.sjoin(points, units)": geopandas_points_left,
    "geopandas.sjoin(units, points)": geopandas_units_left,
    "SedonaDB, points JOIN units": sedona_points_left,
    "SedonaDB, units JOIN points": sedona_units_left,
    "SedonaDB, units in Parquet": sedona_parquet,
}
