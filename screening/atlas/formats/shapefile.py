"""The pieces of a shapefile, checked against each other before GDAL sees them.

GDAL trusts the .shx for how many shapes there are, gives an empty shape for one that is cut off, and so can lose zones
without a word. Here the records of the .shp are walked from end to end; every entry of the .shx must point at one of
them, no two at the same; the .shx and .dbf must agree on their number, and lengths must be whole. Only these three are handed on: no spatial index, no .prj (its text is declared as it
stands), no other sidecar. A missing .shx is rebuilt beside a copy; a missing .dbf leaves shapes without fields.
"""

from __future__ import annotations

import mmap
import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray

from screening.atlas.formats.encoding import codec_of
from screening.atlas.formats.limits import Limits
from screening.atlas.formats.source import refuse
from screening.text import Text

PIECES: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MAGIC: Final = 9994
_LANGUAGE: Final = {
    0x4D: "gb18030",
    0x78: "big5",
    0x4F: "big5",
    0x13: "cp932",
    0x7B: "cp932",
    0xC8: "cp1250",
    0xC9: "cp1251",
}
"""Language driver ids of a .dbf that name an encoding; 0x57 and 0x03 say Windows' own, which says nothing."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A checked shapefile: what is declared about its text and system, the width of each text column in bytes, and
    which of its records are marked deleted."""

    shapes: int
    declared: tuple[str | None, ...]
    widths: tuple[int, ...]
    deleted: NDArray[np.int64]
    crs: str | None
    remarks: tuple[Text, ...]


def pieces_beside(path: Path) -> dict[str, Path]:
    """The pieces of the shapefile that `path` is a piece of, by lower-case suffix, however their names are cased."""
    stem = path.stem.casefold()
    found: dict[str, Path] = {}
    for other in sorted(path.parent.iterdir()):
        suffix = other.suffix.lower()
        if suffix in PIECES and other.stem.casefold() == stem and (suffix not in found or other.stem == path.stem):
            found[suffix] = other
    # ArcGIS writes roads.shp.cpg now and then.
    named = path.parent / f"{path.stem}.shp.cpg"
    if ".cpg" not in found and named.is_file():
        found[".cpg"] = named
    return found


def check_pieces(pieces: Mapping[str, Path], where: str, limits: Limits) -> Pieces:
    """The facts of a shapefile. Raises SourceError when a piece is cut, or two disagree, or there are too many shapes."""
    if ".shp" not in pieces:
        refuse(
            where,
            "the .shp is missing",
            "hand in .shp, .shx, .dbf and .prj together",
            "缺少 .shp 文件，请将 .shp、.shx、.dbf、.prj 一并提交",
        )
    remarks: list[Text] = []
    starts = _walk_shapes(pieces[".shp"], where, limits)
    shapes = len(starts)
    if ".shx" in pieces:
        indexed = _check_index(pieces[".shx"], starts, where)
        if indexed < shapes and ".dbf" in pieces:
            # An editor that rewrites a shape at the end leaves the old one behind, out of the index.
            left = shapes - indexed
            remarks.append(
                Text(
                    f".shp 中有 {left} 个不在索引内的旧图形未采用",
                    f"{left} shapes of the .shp that its index does not name were left out",
                )
            )
            shapes = indexed
        elif indexed != shapes:
            _disagree(where, shapes, indexed)
    else:
        remarks.append(
            Text("缺少 .shx，已按 .shp 逐条重建索引", "the .shx is missing; the index was rebuilt from the .shp")
        )
    widths: tuple[int, ...] = ()
    deleted = np.zeros(0, dtype=np.int64)
    declared: list[str | None] = []
    if ".cpg" in pieces:
        declared.append(codec_of(pieces[".cpg"].read_bytes()[:64].decode("ascii", "ignore")))
    if ".dbf" in pieces:
        rows, widths, language, deleted = _read_table(pieces[".dbf"], where, shapes)
        declared.append(_LANGUAGE.get(language))
        if rows != shapes:
            refuse(
                where,
                f"the .shp holds {shapes:,} shapes but the .dbf {rows:,} rows",
                "export the layer again and hand in all its pieces",
                f".shp 有 {shapes:,} 个图形，.dbf 却有 {rows:,} 行，请重新导出并提交全部文件",
            )
    else:
        remarks.append(Text("缺少 .dbf，图形没有属性", "the .dbf is missing; the shapes have no fields"))
    crs = None
    if ".prj" in pieces:
        raw = pieces[".prj"].read_bytes()[:65536]
        try:
            crs = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            crs = raw.decode("gb18030", "replace")
        crs = crs.strip("\0 \r\n\t") or None
    else:
        remarks.append(Text("缺少 .prj，未声明坐标系", "the .prj is missing; no coordinate system is declared"))
    if len(deleted):
        remarks.append(
            Text(
                f"{len(deleted)} 条在 .dbf 中标记为已删除的记录未采用",
                f"{len(deleted)} records marked as deleted in the .dbf were left out",
            )
        )
    return Pieces(shapes, tuple(declared), widths, deleted, crs, tuple(remarks))


def _walk_shapes(path: Path, where: str, limits: Limits) -> NDArray[np.int64]:
    """The place of every record, in 16-bit words from the start of the file, as the .shx counts them."""
    size = path.stat().st_size
    starts = array("q")
    with path.open("rb") as file:
        head = file.read(100)
        if len(head) < 100 or struct.unpack(">i", head[:4])[0] != _MAGIC:
            refuse(where, "the .shp has no header", "export the layer again", ".shp 文件头损坏，请重新导出")
        (words,) = struct.unpack(">i", head[24:28])
        if words * 2 > size or words < 50:
            refuse(
                where,
                f"the .shp is cut off: {size:,} bytes of the {words * 2:,} its header states",
                "copy or export the file again",
                f".shp 不完整：应有 {words * 2:,} 字节，实有 {size:,} 字节，请重新复制或导出",
            )
        end, place = words * 2, 100
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            while place < end:
                length = struct.unpack_from(">i", data, place + 4)[0] if place + 12 <= end else -1
                starts.append(place // 2)
                place += 8 + length * 2
                if length < 2 or place > end:
                    refuse(
                        where,
                        f"shape {len(starts) - 1} of the .shp (from 0) is damaged or cut off",
                        "export the layer again",
                        f".shp 第 {len(starts) - 1} 个图形（从 0 计）损坏或不完整，请重新导出",
                    )
                if len(starts) > limits.features:
                    refuse(
                        where,
                        f"more than {limits.features:,} shapes",
                        "split the layer",
                        f"图形超过 {limits.features:,} 个，请拆分",
                    )
    return np.frombuffer(starts, dtype=np.int64) if starts else np.zeros(0, dtype=np.int64)


def _check_index(path: Path, starts: NDArray[np.int64], where: str) -> int:
    """How many shapes the .shx names. Raises SourceError where it names none or one twice."""
    raw = path.read_bytes()
    words = struct.unpack(">i", raw[24:28])[0] if len(raw) >= 100 else 0
    stated, held = (words * 2 - 100) // 8, (len(raw) - 100) // 8
    if stated != held or stated < 0:
        _disagree(where, len(starts), max(0, min(stated, held)))
    named = np.frombuffer(raw, dtype=">i4", count=stated * 2, offset=100)[::2].astype(np.int64)
    if len(np.unique(named)) != stated or not np.isin(named, starts).all():
        refuse(
            where,
            "the .shx does not point at the shapes of the .shp",
            "export the layer again, or hand it in without the .shx to have it rebuilt",
            ".shx 与 .shp 不对应，请重新导出，或去掉 .shx 由系统重建",
        )
    return int(stated)


def _disagree(where: str, shapes: int, indexed: int) -> NoReturn:
    refuse(
        where,
        f"the .shp holds {shapes:,} shapes but the .shx {indexed:,}",
        "export the layer again, or hand it in without the .shx to have it rebuilt",
        f".shp 有 {shapes:,} 个图形，.shx 却有 {indexed:,} 个，请重新导出，或去掉 .shx 由系统重建",
    )


def _read_table(path: Path, where: str, shapes: int) -> tuple[int, tuple[int, ...], int, NDArray[np.int64]]:
    """Rows, the width of each column, the language driver id, and the numbers of rows marked deleted."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
        rows, start, width = struct.unpack("<IHH", head[4:12]) if len(head) == 32 else (0, 0, 0)
        if start < 33 or width < 1 or start + rows * width > size:
            refuse(
                where,
                f"the .dbf is cut off: {size:,} bytes of {start + rows * width:,}",
                "copy or export the file again",
                f".dbf 不完整：应有 {start + rows * width:,} 字节，实有 {size:,} 字节，请重新复制或导出",
            )
        columns = file.read(start - 32)
        widths = tuple(
            columns[place + 16] + (columns[place + 17] << 8 if columns[place + 11 : place + 12] == b"C" else 0)
            for place in range(0, len(columns) - 31, 32)
            if columns[place] != 0x0D
        )
        if not rows or rows != shapes:
            return rows, widths, head[29], np.zeros(0, dtype=np.int64)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            table = np.frombuffer(data, dtype=np.uint8, count=rows * width, offset=start).reshape(rows, width)
            deleted = np.flatnonzero(table[:, 0] == 0x2A).astype(np.int64)
            del table
    return rows, widths, head[29], deleted


def stage(pieces: Mapping[str, Path], into: Path) -> Path:
    """The .shp, .shx and .dbf under one plain name in `into`, where GDAL may write an index and sees no sidecar."""
    for suffix in (".shp", ".shx", ".dbf"):
        if suffix in pieces:
            (into / f"layer{suffix}").symlink_to(pieces[suffix].resolve())
    return into / "layer.shp"
