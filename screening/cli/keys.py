"""The commands that keep API keys: the first key of an office is made here, where its database is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Final

import click

from screening.cli.common import Day, clear_errors, lang_option
from screening.cli.db import database_option, need_service
from screening.errors import InputError, Problem

# As in screening.access.roles, which is only there with the libraries of the service.
ROLES: Final = ("applicant", "officer", "administrator")


@click.group()
def keys() -> None:
    """Keep the API keys of programs."""


@keys.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(ROLES),
    help="May be given again.",
)
@click.option("--principal", default=None, help="Whom the key speaks for: its records are this one's. By default NAME.")
@click.option("--expires", type=Day(), default=None, help="The day (UTC) at whose beginning the key ends.")
@click.option("--actor", default="cli", show_default=True, help="Who makes it, for the audit trail.")
@database_option
@lang_option
@clear_errors
def new(
    name: str, roles: tuple[str, ...], principal: str | None, expires: date | None, actor: str, database: str, lang: str
) -> None:
    """Make a key and print it, this once: only its hash is kept."""
    need_service()
    from screening.access import Role, new_key
    from screening.store import Store, utc_now

    end = datetime.combine(expires, time.min, UTC) if expires is not None else None
    if end is not None and end <= utc_now():
        raise InputError(Problem("--expires", "is past", "name a day to come", "失效日期已过"))
    made = new_key()
    with Store.open(database) as store:
        kept = store.keys.create(
            name=name,
            principal=f"key:{principal or name}",
            roles=roles,
            hashed=made.hashed,
            actor=actor,
            expires_at=end,
        )
    zh = f"{kept.id}：{name}（{'、'.join(Role(role).label.zh for role in kept.roles)}），密钥只显示这一次："
    en = f"{kept.id}: {name} ({', '.join(kept.roles)}); the key is shown this once:"
    click.echo(zh if lang == "zh" else en, err=True)
    click.echo(made.text)


@keys.command("list")
@database_option
@lang_option
@clear_errors
def show(database: str, lang: str) -> None:
    """Every key, revoked ones too, without the keys themselves."""
    need_service()
    from screening.store import Store, time_text, utc_now

    with Store.open(database) as store:
        for key in store.keys.all():
            zh, en = ("有效", "holds") if key.holds_at(utc_now()) else ("失效", "ended")
            end = time_text(key.expires_at) if key.expires_at is not None else "-"
            shown = (key.id, zh if lang == "zh" else en, key.name, key.principal, ",".join(key.roles), end)
            click.echo("\t".join(shown))


@keys.command()
@click.argument("key")
@click.option("--actor", default="cli", show_default=True, help="Who ends it, for the audit trail.")
@database_option
@lang_option
@clear_errors
def revoke(key: str, actor: str, database: str, lang: str) -> None:
    """End a key, by its id, from the next request on."""
    need_service()
    from screening.store import Store

    with Store.open(database) as store:
        store.keys.revoke(key, actor=actor)
    click.echo(f"{key}：已吊销" if lang == "zh" else f"{key}: revoked")
