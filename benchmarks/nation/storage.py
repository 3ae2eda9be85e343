"""Layers of the nation on disk: each a folder of plain arrays with its attributes, and a GeoParquet file for the peers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import shapely

from screening.atlas.shapes import Shapes

LAYERS: Final = ("units", "counties", "territory", "redline", "shoreline", "frame")

_ARRAYS: Final = ("xy", "vertices", "rings", "parts")
_ROWS: Final = 2048


class Stored(NamedTuple):
    """A layer: its shapes, and of each feature name, code and class, None where the layer has no such attribute."""

    shapes: Shapes
    names: Sequence[str | None]
    codes: Sequence[str | None]
    classes: Sequence[str | None]


def save_layer(folder: Path, name: str, layer: Stored) -> str:
    """Write folder/name/*.npy and attributes.json. The sha256 is over the arrays' and then the attributes' bytes."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    for array in _ARRAYS:
        values = np.ascontiguousarray(getattr(layer.shapes, array))
        np.save(place / f"{array}.npy", values)
        digest.update(values.data)
    attributes = {
        "areal": layer.shapes.areal,
        "names": list(layer.names),
        "codes": list(layer.codes),
        "classes": list(layer.classes),
    }
    text = json.dumps(attributes, ensure_ascii=False).encode()
    (place / "attributes.json").write_bytes(text)
    digest.update(text)
    return digest.hexdigest()


def load_layer(folder: str | Path, name: str, *, mapped: bool = False) -> Stored:
    """A layer that `save_layer` wrote; its arrays read, or `mapped` into memory. Raises OSError if it is not there."""
    place = Path(folder) / name
    attributes: dict[str, Any] = json.loads((place / "attributes.json").read_bytes())
    arrays = [np.load(place / f"{array}.npy", mmap_mode="r" if mapped else None) for array in _ARRAYS]
    shapes = Shapes(attributes["areal"], *arrays)
    return Stored(shapes, attributes["names"], attributes["codes"], attributes["classes"])


def single_geometries(shapes: Shapes) -> np.ndarray:
    """Every feature as shapely has it: Polygon or LineString where of one part, else Multi."""
    found = shapes.geometries()
    alone = np.diff(shapes.parts) == 1
    found[alone] = shapely.get_geometry(found[alone], 0)
    return found


def save_geoparquet(path: Path, layer: Stored) -> None:
    """Write a layer as GeoParquet 1.1 with WKB geometry in CGCS2000; `row` is the number of the feature."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    geometries = single_geometries(layer.shapes)
    columns = {"code": layer.codes, "name": layer.names, "class": layer.classes}
    texts = [(name, pa.string()) for name in columns]
    schema = pa.schema([("row", pa.int64()), *texts, ("geometry", pa.binary())])
    described = schema.with_metadata({"geo": json.dumps(_geo(geometries))})
    with pq.ParquetWriter(path, described, compression="zstd") as writer:
        for first in range(0, len(geometries), _ROWS):
            some = slice(first, min(first + _ROWS, len(geometries)))
            rows = [pa.array(np.arange(some.start, some.stop))]
            rows += [pa.array(values[some], pa.string()) for values in columns.values()]
            rows.append(pa.array(shapely.to_wkb(geometries[some]), pa.binary()))
            writer.write_table(pa.Table.from_arrays(rows, schema=described))


def _geo(geometries: np.ndarray) -> dict[str, Any]:
    from pyproj import CRS

    kinds = sorted({one.geom_type for one in geometries})
    return {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": kinds,
                "crs": CRS.from_epsg(4490).to_json_dict(),
                "bbox": shapely.total_bounds(geometries).tolist(),
            }
        },
    }
