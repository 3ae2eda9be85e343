"""Is the database itself sound: its pages, its tables, and the triggers that keep records from being edited?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text

from screening.store.database import Database
from screening.store.tables import NEVER_EDITED, metadata
from screening.text import Text


def faults(database: Database) -> tuple[Text, ...]:
    """What is wrong with a database; nothing where it is sound."""
    with database.snapshot() as connection:
        return tuple(_faults(connection, database.is_sqlite))


def _faults(connection: Connection, sqlite: bool) -> Iterator[Text]:
    if sqlite:
        said = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        yield from (Text(f"数据库文件已损坏：{one}", f"the file is damaged: {one}") for one in said if one != "ok")
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        wanted = {f"{table}_no_{act}" for table in NEVER_EDITED for act in ("update", "delete")}
    else:
        triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        wanted = {f"{table}_never_{act}" for table in NEVER_EDITED for act in ("edited", "emptied")}
    there = set(inspect(connection).get_table_names())
    for table in metadata.tables:
        if table not in there:
            yield Text(f"缺表 {table}", f"the table {table} is missing")
    for name in sorted(wanted - set(connection.execute(text(triggers)).scalars())):
        yield Text(
            f"防改触发器 {name} 缺失或被停用", f"the trigger {name} that keeps records as they are is missing or off"
        )
