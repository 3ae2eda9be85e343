"""GeoPackage: a database that may be in use. Rows still in its write-ahead log would be missing from what is read."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from screening.atlas.formats.source import refuse


def check_closed(path: Path, where: str) -> None:
    """Raises SourceError when another program has left a log or journal beside the file."""
    for tail in ("-wal", "-journal"):
        beside = path.with_name(path.name + tail)
        if beside.is_file() and beside.stat().st_size:
            refuse(
                where,
                f"it is open in another program ({beside.name} holds changes)",
                "close it there, then hand it in",
                f"文件正被其他程序使用（{beside.name} 中有未写入的更改），请关闭后再提交",
            )


def stage(path: Path, into: Path) -> Path:
    """The file under a plain name; a copy where SQLite would write beside it (write-ahead mode)."""
    target = into / "layer.gpkg"
    with path.open("rb") as file:
        head = file.read(20)
    if head[18:20] == b"\x01\x01":
        target.symlink_to(path.resolve())
    else:
        shutil.copyfile(path, target)
    return target


def count_rows(path: Path, layer: str, where: str) -> int:
    """The rows of a layer's table, counted: the count that the file keeps of itself is not to be relied on."""
    quoted = layer.replace('"', '""')
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            return int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error as error:
        refuse(
            where,
            f"the database is damaged: {error}",
            "open it in a GIS and export it again",
            "数据库损坏，请用 GIS 软件重新导出",
        )
