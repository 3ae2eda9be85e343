"""The commands that make, list and end keys, with a real database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from screening.access import AccessSettings, Act, Arrival, NotAuthenticatedError, Role
from screening.api.embedded import open_door
from screening.cli.keys import ROLES, keys
from screening.store import Store

Run = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = str(tmp_path / "store.db")
    Store.open(path, create=True).close()
    return path


@pytest.fixture
def run(database: str) -> Run:
    return lambda *words: CliRunner().invoke(keys, [*words, "--database", database, "--lang", "en"])


def test_the_first_key_is_made_where_the_database_is_and_opens_the_door(run: Run, database: str) -> None:
    made = run("new", "root", "--role", "administrator", "--expires", "2999-01-01")
    assert made.exit_code == 0, made.output
    text = made.stdout.strip()
    with Store.open(database) as store:
        door = open_door(AccessSettings(api_keys=True), store)
        arrival = Arrival("GET", "/v1/keys", ("h",), "203.0.113.9", api_keys=(text,))
        who = door.enter(arrival, Act.READ_KEY)
        assert (who.id, who.name, who.roles) == ("key:root", "root", {Role.ADMINISTRATOR})
        assert run("revoke", who.credential).exit_code == 0
        with pytest.raises(NotAuthenticatedError, match="revoked"):
            door.enter(arrival, Act.READ_KEY)
        acts = [entry.entry.act for entry in store.audit.page(limit=10)]
    assert {"key.created", "key.revoked", "key.read.refused"} <= set(acts)


def test_the_list_shows_keys_without_their_secrets(run: Run) -> None:
    text = run("new", "workflow", "--role", "applicant", "--principal", "wuhan").stdout.strip()
    listed = run("list").output
    assert "workflow\tkey:wuhan\tapplicant\t-" in listed and "holds" in listed
    assert text not in listed and text.split("_", 2)[2] not in listed


@pytest.mark.parametrize(
    "words",
    [
        ("new", "x", "--role", "root"),
        ("new", "x"),
        ("new", "x", "--role", "officer", "--expires", "2001-01-01"),
        ("revoke", "none"),
    ],
)
def test_what_cannot_be_done_ends_with_a_clear_message(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words)
    assert ended.exit_code == 2 and "Traceback" not in ended.output and not ended.stdout.startswith("scr_")


def test_the_command_knows_every_role() -> None:
    assert tuple(Role) == ROLES
