"""A Source from one process to another: an Arrow file of well-known binary and fields, and a page of JSON. No pickle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.formats.settle import stretches
from screening.atlas.formats.source import LayerInfo, Source, Unread, door
from screening.errors import Problem
from screening.text import Text

_DATA: Final = "source.arrow"
_PAGE: Final = "answer.json"


def write_source(source: Source, into: Path) -> None:
    """The source as two files in a folder. The page comes last: where it stands, the data are whole."""
    arrow = door("pyarrow", source.path)
    kinds = {name: _kind(column) for name, column in source.fields.items()}
    types = {"text": arrow.large_string(), "int": arrow.int64(), "float": arrow.float64(), "bool": arrow.bool_()}
    columns = [arrow.field("geometry", arrow.large_binary())]
    columns += [
        arrow.field(f"f{place}", types.get(kind, arrow.large_string())) for place, kind in enumerate(kinds.values())
    ]
    schema = arrow.schema(columns)
    with arrow.OSFile(str(into / _DATA), "wb") as sink, arrow.ipc.new_file(sink, schema) as writer:
        for part in stretches(16 * shapely.get_num_coordinates(source.geometries).astype(np.int64)):
            arrays = [arrow.array(shapely.to_wkb(source.geometries[part], include_srid=False), arrow.large_binary())]
            for (name, kind), wanted in zip(kinds.items(), schema.types[1:], strict=True):
                values = source.fields[name][part]
                if kind in ("date", "datetime"):
                    values = np.array([None if value is None else value.isoformat() for value in values], dtype=object)
                arrays.append(arrow.array(values, wanted, from_pandas=False))
            writer.write_batch(arrow.record_batch(arrays, schema=schema))
    page = {
        "source": {
            "path": source.path,
            "form": source.form,
            "layer": source.layer,
            "sha256": source.sha256,
            "crs": source.crs,
            "axes": source.axes,
            "hints": list(source.hints),
            "encoding": source.encoding,
        },
        "fields": [[name, kind, source.fields[name].dtype.kind] for name, kind in kinds.items()],
        "unread": [[one.number, *one.why] for one in source.unread],
        "remarks": [list(one) for one in source.remarks],
    }
    _write_page(page, into)


def _kind(column: NDArray[Any]) -> str:
    if column.dtype != object:
        return {"i": "int", "f": "float", "b": "bool"}[column.dtype.kind]
    found = next((value for value in column if value is not None), None)
    for kind, of in (("bool", bool), ("int", int), ("float", float), ("datetime", datetime), ("date", date)):
        if isinstance(found, of):
            return kind if all(value is None or type(value) is type(found) for value in column) else "text"
    return "text"


def write_layers(layers: tuple[LayerInfo, ...], into: Path) -> None:
    _write_page({"layers": [[one.name, one.geometry, one.features, one.crs] for one in layers]}, into)


def write_problems(problems: tuple[Problem, ...], into: Path) -> None:
    _write_page({"problems": [[one.where, one.what, one.remedy, one.zh] for one in problems[:100]]}, into)


def _write_page(page: dict[str, Any], into: Path) -> None:
    part = into / f"{_PAGE}.part"
    part.write_text(json.dumps(page), encoding="utf-8")
    part.rename(into / _PAGE)


def read_answer(folder: Path) -> Source | tuple[LayerInfo, ...] | tuple[Problem, ...] | None:
    """What was written there; None where nothing was finished."""
    path = folder / _PAGE
    if not path.is_file():
        return None
    page = json.loads(path.read_text(encoding="utf-8"))
    if "problems" in page:
        return tuple(Problem(*one) for one in page["problems"])
    if "layers" in page:
        return tuple(LayerInfo(*one) for one in page["layers"])
    arrow = door("pyarrow", page["source"]["path"])
    with arrow.memory_map(str(folder / _DATA)) as data:
        table = arrow.ipc.open_file(data).read_all()
        pieces = list(_geometries(table))
        fields = {
            name: _column(table.column(place), kind, dtype)
            for place, (name, kind, dtype) in enumerate(page["fields"], 1)
        }
    geometries = np.concatenate(pieces) if pieces else np.empty(0, dtype=object)
    unread = tuple(Unread(number, Text(zh, en)) for number, zh, en in page["unread"])
    remarks = tuple(Text(*one) for one in page["remarks"])
    facts = page["source"] | {"hints": tuple(page["source"]["hints"])}
    return Source(**facts, geometries=geometries, fields=fields, unread=unread, remarks=remarks)


def _geometries(table: Any) -> Iterator[NDArray[Any]]:
    for chunk in table.column("geometry").chunks:
        binaries = np.empty(len(chunk), dtype=object)
        binaries[:] = chunk.to_pylist()
        yield np.asarray(shapely.from_wkb(binaries), dtype=object).reshape(len(chunk))


def _column(values: Any, kind: str, dtype: str) -> NDArray[Any]:
    listed = values.to_pylist()
    if dtype != "O":
        return np.array(listed, dtype={"i": np.int64, "f": np.float64, "b": np.bool_}[dtype])
    if kind in ("date", "datetime"):
        make = date.fromisoformat if kind == "date" else datetime.fromisoformat
        listed = [None if value is None else make(value) for value in listed]
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column
