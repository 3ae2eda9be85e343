"""The tables are made and upgraded by migrations that come with the package."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from screening.audit import Algorithm
from screening.store import Store, StoreError, StoreSchemaError, StoreUnavailableError
from screening.store.backup import back_up
from screening.store.database import Database, read_url
from screening.store.ids import utc_now
from screening.store.schema import newest, upgrade
from screening.store.soundness import faults
from screening.store.tables import metadata
from tests.store.records import recording


def test_the_migrations_make_exactly_the_tables_of_the_program(store: Store) -> None:
    with store.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_upgrading_twice_changes_nothing(address: str) -> None:
    database = Database.open(address)
    assert upgrade(database, utc_now) == (None, newest())
    assert upgrade(database, utc_now) == (newest(), newest())
    assert faults(database) == ()
    database.close()


def test_a_database_without_tables_with_later_ones_or_of_another_chain_is_refused(address: str) -> None:
    with pytest.raises(StoreSchemaError, match="db upgrade"):
        Store.open(address)
    Store.open(address, create=True).close()
    with pytest.raises(StoreSchemaError, match="keeps its hash function"):
        Store.open(address, create=True, algorithm=Algorithm.SM3)
    database = Database.open(address)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    for create in (False, True):
        with pytest.raises(StoreSchemaError, match="9999"):
            Store.open(address, create=create)


def test_a_database_that_is_not_there_is_not_made_by_reading_it(tmp_path: Path) -> None:
    with pytest.raises(StoreSchemaError, match="is not there"):
        Store.open(str(tmp_path / "none.db"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "://", "http://x"])
def test_an_address_that_is_none_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Database.open(url)
    assert caught.value.problems[0].zh


def test_a_password_is_never_shown() -> None:
    database = Database.open("postgresql://user:s3cret@127.0.0.1:1/x", patience=0)
    with pytest.raises(StoreUnavailableError) as caught:
        database.read(lambda connection: connection.execute(text("SELECT 1")).first())
    assert "s3cret" not in str(caught.value) + database.shown
    assert read_url("postgres://u@h/x").drivername == "postgresql+psycopg"
    database.close()


def test_a_trigger_that_was_taken_away_is_named(store: Store) -> None:
    sqlite = "DROP TRIGGER decisions_no_update"
    with store.database.engine.begin() as connection:
        connection.execute(text(sqlite if store.database.is_sqlite else "ALTER TABLE decisions DISABLE TRIGGER USER"))
    assert "decisions_n" in faults(store.database)[0].en


def test_a_damaged_file_is_refused_clearly(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(str(file))


def test_a_backup_of_sqlite_is_a_store_of_its_own_taken_while_it_is_written_to(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "store.db"), create=True) as store:
        record = store.decisions.record(recording()).record
        assert back_up(store.database, tmp_path / "copy.db") > 10_000
        with pytest.raises(StoreError, match="there already"):
            back_up(store.database, tmp_path / "copy.db")
    with Store.open(str(tmp_path / "copy.db")) as copy:
        assert copy.decisions.get(record.id) == record
        assert copy.audit.verify().whole
