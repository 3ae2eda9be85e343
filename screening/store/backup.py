"""A copy of a whole database in one file, taken while the service runs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from screening.errors import Problem
from screening.store.database import Database
from screening.store.errors import StoreError, unavailable


def back_up(database: Database, to: Path) -> int:
    """Copy a database to a new file; its size in bytes.

    SQLite's copy is a database of its own; PostgreSQL's is an archive for `pg_restore`, made by `pg_dump`. Raises StoreError
    where the file is there already, or `pg_dump` is not.
    """
    if to.exists():
        raise StoreError(Problem(str(to), "is there already", "name a new file", "文件已存在，请另取名"))
    partial = to.with_name(f"{to.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        if database.file is not None:
            _copy_sqlite(database.file, partial)
        else:
            _dump_postgresql(database, partial)
        os.replace(partial, to)
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(Problem(str(to), f"cannot be written: {why}", "", f"无法写入：{why}")) from None
    finally:
        partial.unlink(missing_ok=True)
    return to.stat().st_size


def _copy_sqlite(source: Path, to: Path) -> None:
    if not source.is_file():
        raise StoreError(Problem(str(source), "is not there", "name the database", "数据库文件不存在"))
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as one,
            closing(sqlite3.connect(to)) as other,
        ):
            one.backup(other)
            found = other.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise unavailable(str(source), str(error)) from error
    if found != "ok":
        raise StoreError(Problem(str(source), f"is damaged: {found}", "restore a backup", "数据库已损坏，请从备份恢复"))


def _dump_postgresql(database: Database, to: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreError(
            Problem(
                database.shown,
                "is backed up with pg_dump, which is not installed",
                "install PostgreSQL's client programs",
                "备份 PostgreSQL 需要 pg_dump，请安装其客户端程序",
            )
        )
    address = database.url.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(database.url.password)} if database.url.password else {}
    ended = subprocess.run(
        [program, "--format=custom", f"--file={to}", f"--dbname={address}"],
        env={**os.environ, **password},
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        said = ended.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise StoreError(Problem(database.shown, f"pg_dump: {said}", "", f"pg_dump 失败：{said}"))
