"""Which version of our tables a database holds, and bringing it to this one. Migrations lie inside the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError

from screening.audit.chain import Chain
from screening.audit.digests import Algorithm
from screening.errors import Problem
from screening.store.database import Database, is_away, refused, short
from screening.store.errors import StoreSchemaError, unavailable
from screening.store.ids import Clock, Ids, time_text
from screening.store.tables import audit_entries, chain_end

_FOLDER: Final = Path(__file__).resolve().parent / "migrations"
_LOCK: Final = 5_430_001
"""The advisory lock under which one of several servers that start at once migrates."""


def newest() -> str:
    """The version of the tables that this program is for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def version_of(connection: Connection) -> str | None:
    """The version of the tables in a database; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, clock: Clock, algorithm: Algorithm | None = None) -> tuple[str | None, str]:
    """Bring the tables to this version, and begin the chain where there is none; the versions before and after.

    `algorithm` is that of a new chain, SHA-256 by default; a chain that exists keeps its own, and another one asked for is
    refused with StoreSchemaError, as is a database of a later version.
    """
    if database.file is not None:
        database.file.parent.mkdir(parents=True, exist_ok=True)
    for _ in database.tries():
        try:
            with database.writing() as connection:
                return _upgrade(database, connection, clock, algorithm)
        except DBAPIError as error:
            if not is_away(error):
                raise refused(database.shown, error) from error
            why = short(error)
    raise unavailable(database.shown, why)


def _upgrade(
    database: Database, connection: Connection, clock: Clock, algorithm: Algorithm | None
) -> tuple[str | None, str]:
    if not database.is_sqlite:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = version_of(connection)
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise _later(database, before) from None
    row = connection.execute(select(chain_end.c.chain)).first()
    if row is None:
        _begin(connection, clock, algorithm or Algorithm.SHA256)
    else:
        kept = Chain.of(json.loads(row.chain)).algorithm
        if algorithm is not None and kept is not algorithm:
            raise StoreSchemaError(
                Problem(
                    database.shown,
                    f"its chain is hashed with {kept}, and a chain keeps its hash function",
                    "use a new database",
                    f"既有审计链使用 {kept}，不能改用 {algorithm}；请另建数据库",
                )
            )
    return before, newest()


def _begin(connection: Connection, clock: Clock, algorithm: Algorithm) -> None:
    chain, entry, own = Chain(algorithm).begin(time_text(clock()), "screening")
    payload = algorithm.value.encode()
    connection.execute(
        insert(audit_entries), {**entry.plain(), "hash": own, "payload": payload, "batch": Ids(clock).new()}
    )
    connection.execute(insert(chain_end), {"id": 1, "chain": json.dumps(chain.plain())})


def require_newest(database: Database) -> None:
    """Raises StoreSchemaError unless the tables are of this version."""
    if database.file is not None and not database.file.exists():
        raise StoreSchemaError(
            Problem(
                database.shown,
                "is not there",
                "screening db upgrade makes it",
                "数据库不存在，screening db upgrade 可建",
            )
        )
    found = database.read(version_of)
    if found == newest():
        return
    if found is not None and found not in {
        one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()
    }:
        raise _later(database, found)
    held = "holds no tables of ours" if found is None else f"holds tables of version {found}, this is {newest()}"
    zh = "尚无数据表" if found is None else f"数据表为 {found} 版，程序需要 {newest()} 版"
    raise StoreSchemaError(Problem(database.shown, held, "screening db upgrade", f"{zh}，请运行 screening db upgrade"))


def _later(database: Database, found: str | None) -> StoreSchemaError:
    return StoreSchemaError(
        Problem(
            database.shown,
            f"holds tables of version {found}, which this program does not know",
            "use the program that wrote it, or a later one",
            f"数据表为本程序未知的 {found} 版，请使用更新的程序",
        )
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
