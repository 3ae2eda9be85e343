"""MapInfo tables (.tab with .dat and .map, or .mif with .mid): their pieces, their encoding, their count of rows.

GDAL ends quietly where a .mif is cut off; the rows of its .mid, or those that the .dat states, show what is missing.
"""

from __future__ import annotations

import struct
from pathlib import Path

from screening.atlas.formats.source import refuse


def mapinfo_pieces(path: Path) -> dict[str, Path]:
    """The pieces of the MapInfo table that `path` is the head of, by lower-case suffix."""
    known = (".tab", ".dat", ".map", ".id", ".ind") if path.suffix.lower() != ".mif" else (".mif", ".mid")
    stem = path.stem.casefold()
    return {
        other.suffix.lower(): other
        for other in sorted(path.parent.iterdir())
        if other.suffix.lower() in known and other.stem.casefold() == stem
    }


def mapinfo_charset(path: Path) -> str | None:
    """The codec that a MapInfo table names in its head."""
    with path.open("rb") as file:
        head = file.read(4096).decode("ascii", "ignore").lower()
    return "gb18030" if "windowssimpchinese" in head else "utf-8" if 'charset "utf-8"' in head else None


def declared_crs(crs: str | None) -> str | None:
    """What the table declares; nothing where it says "NonEarth", which is how MapInfo says nothing."""
    return None if crs is not None and crs.startswith('LOCAL_CS["Nonearth"') else crs


def count_rows(path: Path, where: str) -> int:
    """The rows of the table that goes with the shapes. Raises SourceError when it is missing."""
    beside = mapinfo_pieces(path).get(".mid" if path.suffix.lower() == ".mif" else ".dat")
    if beside is None:
        refuse(
            where, "the table (.dat or .mid) is missing", "hand in all its pieces", "缺少 .dat 或 .mid 文件，请一并提交"
        )
    with beside.open("rb") as file:
        if beside.suffix.lower() == ".mid":
            return sum(1 for line in file if line.strip())
        head = file.read(8)
    return int(struct.unpack("<I", head[4:8])[0]) if len(head) == 8 else 0
