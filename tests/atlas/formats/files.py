"""Real files, written by the libraries that offices' programs are made of."""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from screening.atlas.formats import LIMITS, Limits, Source
from screening.atlas.formats.opened import Request
from screening.atlas.formats.reading import read_here
from screening.text import Text

EAST, NORTH = 38_520_652.46, 2_433_813.98
CRS = "EPSG:4526"
"""CGCS2000, three degrees, zone 38: the place of the golden point, with its zone in the easting."""

NAMES = ("甲单元", "乙镇、丙村", "䶮昶〇", None, "plain")
"""The third is in GB18030 and GBK at their edges: 䶮 has four bytes."""

GBK_NAMES = ("甲单元", "乙镇、丙村", "生态保护红线", None, "plain")
CODES = np.array([44060420001, 2, 3, 4, 5], dtype=np.int64)


def squares(east: float = EAST, north: float = NORTH, size: float = 100.0) -> list[Any]:
    """Five polygons in a row, the second with a hole."""
    scale = size / 100
    found = [shapely.box(east + 200 * i * scale, north, east + 200 * i * scale + size, north + size) for i in range(5)]
    found[1] = found[1].difference(shapely.box(*np.array(found[1].bounds) + np.array([20, 20, -20, -20]) * scale))
    return found


def write(
    path: Path,
    driver: str,
    shapes: Sequence[Any] | None = None,
    names: Sequence[str | None] = NAMES,
    field: str = "名称",
    crs: str | None = CRS,
    encoding: str | None = None,
    kind: str | None = "Polygon",
    **options: Any,
) -> Path:
    """A layer of shapes with a name and a code each, by GDAL."""
    import pyogrio.raw as raw

    path.parent.mkdir(parents=True, exist_ok=True)
    drawn = squares() if shapes is None else list(shapes)
    binaries = np.array(
        [
            shape if isinstance(shape, bytes) else shapely.to_wkb(shape) if shape is not None else None
            for shape in drawn
        ],
        dtype=object,
    )
    columns = [np.array(names, dtype=object)[: len(drawn)], CODES[: len(drawn)]]
    titles = [field, "code"]
    if driver == "DXF":
        columns, titles = [np.array(["用地红线"] * len(drawn), dtype=object)], ["Layer"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.write(
            path,
            binaries,
            columns,
            np.array(titles, dtype=object),
            geometry_type=kind,
            crs=crs,
            driver=driver,
            encoding=encoding,
            **options,
        )
    return path


def write_geoparquet(path: Path, shapes: Sequence[Any] | None = None, **column: Any) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyproj import CRS as System

    drawn = squares() if shapes is None else list(shapes)
    table = pa.table(
        {
            "名称": list(NAMES)[: len(drawn)],
            "code": CODES[: len(drawn)],
            "geometry": pa.array([None if shape is None else shapely.to_wkb(shape) for shape in drawn], pa.binary()),
        }
    )
    facts = {"encoding": "WKB", "geometry_types": [], "crs": System(CRS).to_json_dict()} | column
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": facts}}
    pq.write_table(
        table.replace_schema_metadata({"geo": json.dumps(geo)}), path, use_dictionary=False, compression="zstd"
    )
    return path


def zipped(path: Path, members: Mapping[str, Path | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    return path


def pieces(path: Path) -> dict[str, Path]:
    """The files of a shapefile, by name."""
    return {piece.name: piece for piece in sorted(path.parent.iterdir()) if piece.stem == path.stem}


def here(path: Path, layer: str | None = None, encoding: str | None = None, limits: Limits = LIMITS) -> Source:
    """The code the child runs, in this process."""
    scratch = path.parent / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        return read_here(Request(path, path.name, scratch, layer, encoding, limits))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def english(texts: Sequence[Text]) -> str:
    return " | ".join(text.en for text in texts)
