"""GeoParquet by pyarrow: well-known binary in the primary geometry column, its system as PROJJSON.

The size that the file states for what it unpacks to is checked first: a few kilobytes may hold a thousand million zeros.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from screening.atlas.formats.gdal import Layer
from screening.atlas.formats.limits import Limits
from screening.atlas.formats.source import LayerInfo, door, refuse
from screening.text import Text


def layer_of(path: Path, where: str, name: str) -> LayerInfo:
    """The one layer of the file. Raises SourceError when it is damaged or no GeoParquet."""
    with _opened(path, where) as file:
        geo, primary = _geo(file, where)
        kinds = geo["columns"][primary].get("geometry_types") or ["Unknown"]
        return LayerInfo(name, "/".join(map(str, kinds))[:80], file.metadata.num_rows, _crs(geo["columns"][primary]))


def read(path: Path, where: str, name: str, limits: Limits) -> Layer:
    """All of the file. Raises SourceError when it is damaged, over the limits, or in an encoding that is not read."""
    with _opened(path, where) as file:
        geo, primary = _geo(file, where)
        meta = file.metadata
        if meta.num_rows > limits.features:
            refuse(
                where,
                f"{meta.num_rows:,} features, over the limit of {limits.features:,}",
                "split the layer",
                f"要素 {meta.num_rows:,} 个，超过上限 {limits.features:,}，请拆分",
            )
        groups = [meta.row_group(number) for number in range(meta.num_row_groups)]
        unpacked = sum(group.total_byte_size for group in groups)
        pieces = [group.column(place) for group in groups for place in range(group.num_columns)]
        shapes = sum(piece.total_uncompressed_size for piece in pieces if piece.path_in_schema == primary)
        if unpacked > limits.memory or shapes > 32 * limits.vertices:
            refuse(
                where,
                f"it unpacks to {unpacked:,} bytes, over the limit",
                "split the layer",
                f"解压后 {unpacked:,} 字节，超过上限，请拆分",
            )
        column = geo["columns"][primary]
        if str(column.get("encoding", "")).upper() != "WKB":
            refuse(
                where,
                f'the geometry is encoded as "{column.get("encoding")}"',
                "write it as WKB",
                f"几何编码“{column.get('encoding')}”不支持，请写为 WKB",
            )
        arrow = door("pyarrow", where)
        try:
            table = file.read(use_threads=False)
            binaries = _objects(table.column(primary).cast(arrow.large_binary()).to_pylist())
            remarks: list[Text] = []
            fields = {}
            for field in table.column_names:
                if field not in geo["columns"] and not field.startswith("__index_level_"):
                    fields[field] = _field(table.column(field), field, remarks)
        except (arrow.ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
            _damaged(where, error)
        if len(binaries) != meta.num_rows:
            refuse(
                where,
                f"{len(binaries):,} of {meta.num_rows:,} features could be read",
                "export it again",
                "要素数与文件头不符，请重新导出",
            )
        if column.get("edges") == "spherical":
            remarks.append(
                Text(
                    "文件声明边为球面大圆，按直线读取",
                    "the file says that edges are great circles; they were read as straight",
                )
            )
        return Layer(name, binaries, fields, None, _crs(column), tuple(remarks))


def _opened(path: Path, where: str) -> Any:
    arrow = door("pyarrow", where)
    parquet = door("pyarrow.parquet", where)
    try:
        return parquet.ParquetFile(path, memory_map=False)
    except (arrow.ArrowException, OSError, ValueError) as error:
        _damaged(where, error)


def _geo(file: Any, where: str) -> tuple[dict[str, Any], str]:
    """The `geo` metadata and the primary column's name."""
    try:
        geo = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        primary = geo["primary_column"]
        whole = isinstance(geo["columns"][primary], dict) and primary in file.schema_arrow.names
    except (KeyError, ValueError, TypeError, RecursionError):
        geo, primary, whole = {}, "", False
    if not whole:
        refuse(
            where,
            "it is Parquet, but not GeoParquet",
            "write it with its geometry metadata",
            "是 Parquet 文件但没有 GeoParquet 几何说明",
        )
    return geo, primary


def _crs(column: dict[str, Any]) -> str | None:
    """Absent means longitude and latitude on WGS 84 by the standard; null means not known."""
    if "crs" not in column:
        return "OGC:CRS84"
    crs = column["crs"]
    return None if crs is None else crs if isinstance(crs, str) else json.dumps(crs, ensure_ascii=False)


def _field(column: Any, name: str, remarks: list[Text]) -> NDArray[Any]:
    values = column.to_pylist()
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int} and None not in values:
        try:
            return np.array(values, dtype=np.int64)
        except OverflowError:
            return _objects([str(value) for value in values])
    if kinds == {float} and None not in values and not any(value != value for value in values):
        return np.array(values, dtype=np.float64)
    if kinds <= {bytes, bytearray}:
        if kinds:
            remarks.append(Text(f"字段“{name}”为二进制，未采用", f'the field "{name}" is binary and was left out'))
        return np.full(len(values), None, dtype=object)
    if len(kinds) == 1 and kinds <= {int, float, bool, str, date, datetime}:
        return _objects([None if value is None or value != value else value for value in values])
    if kinds == {Decimal}:
        return _objects([None if value is None else float(value) for value in values])
    return _objects([None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values])


def _objects(values: list[Any]) -> NDArray[Any]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _damaged(where: str, error: Exception) -> NoReturn:
    said = " ".join(str(error).split())[:160]
    refuse(where, f"the Parquet file is damaged: {said}", "export it again", "Parquet 文件损坏，请重新导出")
