"""The commands that keep the database: make or upgrade its tables, copy it, look whether it is sound."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import click

from screening.audit import Algorithm
from screening.cli.common import clear_errors, lang_option
from screening.errors import Problem, ScreeningError
from screening.settings import read_settings

database_option = click.option(
    "--database",
    default=lambda: read_settings().database,
    help="A SQLite file, or postgresql://user:password@host/name. By default SCREENING_DATABASE, or the user's own file.",
)


def need_service() -> None:
    """Raises ScreeningError where the libraries of the store are not installed."""
    missing = [
        name
        for name in ("sqlalchemy", "alembic", "zstandard", "jwt", "cryptography", "prometheus_client")
        if find_spec(name) is None
    ]
    if missing:
        raise ScreeningError(
            Problem(
                "screening.store",
                f"needs {', '.join(missing)}, which is not installed",
                "pip install 'screening[service]'",
                f"需要 {'、'.join(missing)}，尚未安装：pip install 'screening[service]'",
            )
        )


@click.group()
def db() -> None:
    """Keep the database of the service."""


@db.command()
@database_option
@click.option(
    "--digest",
    type=click.Choice([one.value for one in Algorithm]),
    default=None,
    help="The hash function of a new audit chain: sha256 (default) or sm3. It stays.",
)
@lang_option
@clear_errors
def upgrade(database: str, digest: str | None, lang: str) -> None:
    """Make the tables, or bring them to this version. Back up first."""
    need_service()
    from screening.store.database import Database
    from screening.store.ids import utc_now
    from screening.store.schema import upgrade as bring

    found = Database.open(database)
    try:
        before, after = bring(found, utc_now, Algorithm(digest) if digest else None)
    finally:
        found.close()
    zh = (
        f"{found.shown}：{f'由 {before} 版' if before else '新建，'}升至 {after} 版"
        if before != after
        else f"{found.shown}：已是 {after} 版"
    )
    en = (
        f"{found.shown}: {f'from {before} to' if before else 'new, version'} {after}"
        if before != after
        else f"{found.shown}: is version {after}"
    )
    click.echo(zh if lang == "zh" else en)


@db.command()
@database_option
@click.option("--to", required=True, type=click.Path(path_type=Path), help="The new file.")
@lang_option
@clear_errors
def backup(database: str, to: Path, lang: str) -> None:
    """Copy the database to one new file, while the service runs."""
    need_service()
    from screening.store.backup import back_up
    from screening.store.database import Database

    found = Database.open(database)
    try:
        size = back_up(found, to)
    finally:
        found.close()
    click.echo(f"已备份至 {to}，{size:,} 字节" if lang == "zh" else f"copied to {to}, {size:,} bytes")


@db.command()
@database_option
@lang_option
@clear_errors
def check(database: str, lang: str) -> None:
    """Look whether the database answers, is of this version and keeps its records from being edited. Ends with 1 if not.

    What the records say is looked at by `screening audit verify`.
    """
    need_service()
    from screening.store import Store
    from screening.store.soundness import faults

    with Store.open(database) as store:
        found = faults(store.database)
        head = store.audit.head()
    for text in found:
        click.echo(text.get(lang), err=True)
    if found:
        sys.exit(1)
    click.echo(
        f"数据库完好；审计链尾 {head}" if lang == "zh" else f"the database is sound; head of the audit chain {head}"
    )
