"""The commands of the database and of the chain."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from screening.cli import main
from screening.store import Store
from tests.store.records import recording


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--lang", "en"])


def test_a_database_is_made_checked_verified_exported_and_verified_again(address: str, tmp_path: Path) -> None:
    made = run("db", "upgrade", "--database", address, "--digest", "sm3")
    assert made.exit_code == 0, made.output
    with Store.open(address) as store:
        store.decisions.record(recording())
        head = str(store.audit.head())
    assert head in run("db", "check", "--database", address).output
    whole = run("audit", "verify", "--database", address, "--head", head)
    assert whole.exit_code == 0, whole.output
    assert "2 entries (sm3)" in whole.output
    file = tmp_path / "chain.jsonl"
    assert run("audit", "export", "--database", address, "--to", str(file)).exit_code == 0
    assert run("audit", "verify", "--file", str(file), "--head", head).exit_code == 0
    assert run("audit", "export", "--database", address, "--to", str(file)).exit_code == 2, "never over another file"
    file.write_bytes(file.read_bytes().replace(b"applicant-1", b"applicant-2"))
    changed = run("audit", "verify", "--file", str(file))
    assert changed.exit_code == 1
    assert "entry 1 does not have the hash it states" in changed.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "verify", "--database", "none.db"),
        ("audit", "verify", "--file", "none.jsonl"),
        ("audit", "verify", "--file", "."),
        ("audit", "verify", "--head", "x"),
        ("db", "check", "--database", "mysql://x"),
        ("db", "backup", "--database", "none.db", "--to", "copy.db"),
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_what_cannot_be_read_ends_in_one_message_and_exit_code_2(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run(*arguments)
    assert ended.exit_code == 2, ended.output
    assert "Traceback" not in ended.output
    assert not list(tmp_path.iterdir())


def test_a_backup_is_made_by_command(tmp_path: Path) -> None:
    database = str(tmp_path / "folder" / "store.db")
    assert run("db", "upgrade", "--database", database).exit_code == 0
    copied = run("db", "backup", "--database", database, "--to", str(tmp_path / "copy.db"))
    assert copied.exit_code == 0, copied.output
    assert run("audit", "verify", "--database", str(tmp_path / "copy.db")).exit_code == 0
