"""What GDAL does not tell of GeoJSON: members that are no features, lines that do not parse, the crs in its own words.

GDAL drops a `null` among the features, or a line of a sequence that is cut off, without a word. Here they are counted.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.formats.source import Unread, refuse
from screening.text import Text

_WHOLE: Final = 64 << 20
"""Bytes up to which a collection is parsed a second time, to know each member; above it features are counted."""

_FEATURE: Final = re.compile(rb'"type"\s*:\s*"Feature"')
_CRS: Final = re.compile(
    rb'"crs"\s*:\s*(null|\{\s*"type"\s*:\s*"[^"]{0,40}"\s*,\s*"properties"\s*:\s*\{[^{}]{0,400}\}\s*\})'
)
_NO_FEATURE: Final = Text("不是 GeoJSON 要素", "it is not a GeoJSON feature")
_GEOMETRIES: Final = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


def declared_crs(path: Path, where: str) -> tuple[str | None, tuple[Text, ...]]:
    """The name in the `crs` member of the file. Raises SourceError when two members disagree."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = {match.group(1) for match in _CRS.finditer(data)}
    names: set[str] = set()
    for text in found - {b"null"}:
        try:
            properties = json.loads(text)["properties"]
        except (ValueError, KeyError):
            continue
        name = next((str(properties[key]) for key in ("name", "code", "href") if key in properties), None)
        if name:
            names.add(f"EPSG:{name}" if name.isdigit() else name)
    if len(names) > 1:
        several = ", ".join(sorted(names))
        refuse(
            where,
            f"it declares several coordinate systems: {several[:200]}",
            "declare one",
            f"文件声明了多个坐标系：{several[:200]}",
        )
    if b"null" in found and not names:
        return None, (
            Text("文件写明坐标系为空（crs: null）", "the file says that it has no coordinate system (crs: null)"),
        )
    return next(iter(names), None), ()


def members(path: Path, read: int, where: str) -> tuple[int, NDArray[np.int64], tuple[Unread, ...]]:
    """How many members a collection has, the place of each of the `read` features among them, and the others.

    Raises SourceError when GDAL read fewer features than there are.
    """
    if path.stat().st_size > _WHOLE:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            stated = sum(1 for _ in _FEATURE.finditer(data))
        if read < stated:
            _fewer(where, stated, read)
        return read, np.arange(read, dtype=np.int64), ()
    try:
        parsed: Any = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        refuse(where, f"it is not JSON: {str(error)[:120]}", "export the file again", "不是合法的 JSON，请重新导出")
    if not isinstance(parsed, dict) or parsed.get("type") != "FeatureCollection":
        return read, np.arange(read, dtype=np.int64), ()
    features = parsed.get("features")
    features = features if isinstance(features, list) else []
    kept = [number for number, one in enumerate(features) if isinstance(one, dict) and one.get("type") == "Feature"]
    if len(kept) != read:
        _fewer(where, len(kept), read)
    wrong = sorted(set(range(len(features))) - set(kept))
    return len(features), np.array(kept, dtype=np.int64), tuple(Unread(number, _NO_FEATURE) for number in wrong)


def check_lines(path: Path, read: int, where: str) -> None:
    """Raises SourceError when a record of a sequence was not read, with the number of the first that is no feature."""
    count, wrong = 0, 0
    for number, record in enumerate(_records(path), 1):
        if not record.strip():
            continue
        count += 1
        if not wrong and not _is_feature(record):
            wrong = number
    if wrong:
        refuse(
            where,
            f"record {wrong} is not a GeoJSON feature",
            "export the file again",
            f"第 {wrong} 条不是 GeoJSON 要素，请重新导出",
        )
    if count != read:
        _fewer(where, count, read)


def _records(path: Path) -> Iterator[bytes]:
    """The records of a sequence: lines, or what stands between record separators (RFC 8142)."""
    with path.open("rb") as file:
        if file.read(1) == b"\x1e":
            yield from file.read().split(b"\x1e")
        else:
            file.seek(0)
            yield from file


def _is_feature(record: bytes) -> bool:
    try:
        parsed = json.loads(record)
    except (ValueError, RecursionError):
        return False
    return isinstance(parsed, dict) and (parsed.get("type") == "Feature" or parsed.get("type") in _GEOMETRIES)


def _fewer(where: str, stated: int, read: int) -> None:
    refuse(
        where,
        f"it holds {stated:,} features but only {read:,} could be read",
        "export the file again",
        f"文件有 {stated:,} 个要素，只读出 {read:,} 个，请重新导出",
    )
