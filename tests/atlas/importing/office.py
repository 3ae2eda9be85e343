"""Files as an office hands them in, written by GDAL: control units in a Gauss-Krüger plane with their own field names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from pyogrio.raw import write
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from screening.atlas.formats import LIMITS
from screening.atlas.formats.opened import Request
from screening.atlas.formats.reading import read_here
from screening.atlas.importing import Import, Imported, import_source
from screening.atlas.importing.stated import stated

ZONE_38 = "EPSG:4526"
"""CGCS2000, three-degree zone 38, the zone before the easting."""

EAST, NORTH = Transformer.from_crs("EPSG:4490", ZONE_38, always_xy=True).transform(114.2, 30.5)

SAID = {
    "id": "units",
    "kind": "control_unit",
    "tolerance": "2 m",
    "source": "某市生态环境局",
    "as_of": "2025-01-01",
    "stale_after": "2036-01-01",
    "licence": "internal",
    "recorded": "2025-06-01",
}
UNITS = {
    "HJGKDYBM": ["ZH42010110001", "ZH42010120002", "ZH42010130003"],
    "HJGKDYMC": ["优先单元", "重点单元", "一般单元"],
    "ZHGKDYFL": ["优先保护单元", "2", "一般管控单元3"],
    "KJBJYS": ["禁止新建化工园区", "", "无"],
}


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """A rectangle in metres from a corner in the plane."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


ROW = (box(0, 0, 400, 400), box(400, 0, 800, 400), box(800, 0, 1200, 400))


def write_file(
    path: Path,
    shapes: Sequence[BaseGeometry | None] = ROW,
    fields: Mapping[str, Sequence[Any]] = UNITS,
    crs: str | None = ZONE_38,
    encoding: str | None = "GB18030",
) -> Path:
    """A file in the format its name says."""
    binaries = np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object)
    kinds = {shape.geom_type.removeprefix("Multi") for shape in shapes if shape is not None}
    write(
        path,
        binaries,
        [_column(values) for values in fields.values()],
        list(fields),
        crs=crs or ZONE_38,
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        encoding=encoding if path.suffix == ".shp" else None,
    )
    if crs is None:
        path.with_suffix(".prj").unlink(missing_ok=True)
    return path


def _column(values: Sequence[Any]) -> Any:
    array = np.array(values)
    return array.astype(object) if array.dtype.kind == "U" else array


def bring(
    file: Path, to: Path, given: Mapping[str, str] | None = None, crs: str | None = None, **said: str
) -> Imported:
    """Import a file, read in this process, with what an office says of it; some of it said otherwise."""
    keys = {key: text for key, text in (SAID | said).items() if text}
    wanted = Import(file, to, stated(keys), crs=crs, given=given or {})
    with TemporaryDirectory() as scratch:
        source = read_here(Request(file, str(file), Path(scratch), None, None, LIMITS))
    return import_source(wanted, source)
