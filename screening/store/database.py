"""A database of ours, SQLite or PostgreSQL: how it is opened, how it is read, and which of its errors mean that it is away.

SQLite: write-ahead log, every commit on the disk before it is acknowledged. Reading never waits for writing in either.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from screening.errors import Problem
from screening.store.errors import StoreError, unavailable

T = TypeVar("T")

PATIENCE: Final = 20.0
"""Seconds a call waits for a database that is away before it fails."""
_SQLITE_AWAY: Final = frozenset({5, 6, 8, 10, 13, 14})
"""Primary result codes of SQLite that pass: busy, locked, read-only, disk error, disk full, cannot open."""
_SQLITE_WAIT: Final = 10.0
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 1.0


class Database:
    """One database. `patience` is how many seconds a call waits for it while it is away."""

    def __init__(self, url: URL, engine: Engine, patience: float) -> None:
        self.url, self.engine, self.patience = url, engine, patience

    @classmethod
    def open(cls, url: str, patience: float = PATIENCE) -> Database:
        """The database at an address (`sqlite:///path`, `postgresql://user@host/name`) or of a SQLite file's path.

        Nothing is connected to yet. Raises StoreError for an address of another kind.
        """
        parsed = read_url(url)
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, connect_args={"timeout": _SQLITE_WAIT, "check_same_thread": False})
            event.listen(engine, "connect", _sqlite_connected)
            event.listen(engine, "begin", _sqlite_begun)
        else:
            engine = create_engine(
                parsed,
                pool_size=8,
                max_overflow=8,
                pool_pre_ping=True,
                # A server that vanished without a word is given up after these, not after hours.
                connect_args={"connect_timeout": 5, "tcp_user_timeout": 10_000, "application_name": "screening"},
            )
        return cls(parsed, engine, patience)

    @property
    def shown(self) -> str:
        """The address without its password."""
        return self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` reads in one transaction; tried again while the database is away. Raises StoreUnavailableError."""
        for _ in self.tries():
            try:
                with self.engine.connect() as connection, connection.begin():
                    return work(connection)
            except (DBAPIError, PoolTimeoutError) as error:
                if not is_away(error):
                    raise refused(self.shown, error) from error
                why = short(error)
        raise unavailable(self.shown, why)

    def tries(self) -> Iterator[int]:
        """Numbers of attempts, with growing pauses between them, until patience is at its end; at least one."""
        deadline, pause, number = time.monotonic() + self.patience, _FIRST_PAUSE, 0
        while True:
            yield number
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(pause, left))
            pause, number = min(pause * 2, _LONGEST_PAUSE), number + 1

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that writes, committed at the end of the block. Not tried again."""
        with self.engine.connect() as bare:
            try:
                connection = bare.execution_options(writing=True)
                with connection.begin():
                    yield connection
            except BaseException:
                # A commit that failed leaves its transaction open, and the pool would hand that to the next caller.
                bare.invalidate()
                raise

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees the database as it is at one moment, however long it reads. Not tried again."""
        try:
            with self.engine.connect() as connection:
                if not self.is_sqlite:
                    connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    yield connection
        except (DBAPIError, PoolTimeoutError) as error:
            raise (unavailable(self.shown, short(error)) if is_away(error) else refused(self.shown, error)) from error

    def close(self) -> None:
        self.engine.dispose()


def read_url(url: str) -> URL:
    """An address as SQLAlchemy takes it. Raises StoreError."""
    if "://" not in url:
        return URL.create("sqlite", database=url)
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    backend = parsed.get_backend_name() if parsed is not None else ""
    if parsed is None or backend not in ("sqlite", "postgresql", "postgres"):
        raise StoreError(
            Problem(
                "database",
                "is not the address of a database",
                "write sqlite:///path/to/file or postgresql://user:password@host/name",
                "不是数据库地址，应为 sqlite:///文件路径 或 postgresql://用户:密码@主机/库名",
            )
        )
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise StoreError(
                Problem(
                    "database",
                    "a store in memory keeps nothing",
                    "name a file",
                    "内存数据库不能保存记录，请指定文件",
                )
            )
        return parsed.set(drivername="sqlite")
    return parsed.set(drivername="postgresql+psycopg")


def is_away(error: Exception) -> bool:
    """True where the database may answer the same call later; False where the call itself was wrong."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeoutError)
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_AWAY
    return isinstance(error, OperationalError | InterfaceError)


def short(error: Exception) -> str:
    """The first line of what a database said."""
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return said.strip().partition("\n")[0][:200]


def refused(shown: str, error: Exception) -> StoreError:
    """A call that the database refuses: not a passing state."""
    return StoreError(
        Problem(shown, f"the database refuses: {short(error)}", "see `screening db check`", "数据库拒绝了此操作")
    )


def _sqlite_connected(connection: Any, _: Any) -> None:
    # Transactions are ours to begin: the driver would begin one only at the first change.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _sqlite_begun(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
