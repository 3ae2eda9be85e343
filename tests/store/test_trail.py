"""The kept chain: whole as long as nobody touches the database, and exact about what was touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from screening.audit import Algorithm, FaultKind, Head, verify_lines, verify_proof
from screening.decision import Outcome
from screening.receipts import Verdict, verify_receipt
from screening.store import NotFoundError, Store
from screening.store.receipts import receipt_of
from tests.store.records import recording


def filled(store: Store) -> list[str]:
    """A store with one of everything; the ids of its decisions."""
    application = store.applications.create(owner="a", actor="a", title="t", body=b"{}")
    made = [store.decisions.record(recording(n, application=application.id)).record.id for n in range(4)]
    store.applications.replace(application.id, actor="a", version=None, title="t2", body=b"{}")
    store.overrides.make(
        made[0],
        officer="o",
        officer_name="张三",
        outcome=Outcome.PASS,
        reason="r",
        authority="局",
        until_day=date(2027, 1, 1),
    )
    store.keys.create(name="n", principal="p", roles=["officer"], hashed="h", actor="admin")
    store.webhooks.create(owner="a", actor="a", url="u", secret="s", events=["job.ended"])
    store.audit.note(actor="x", act="access.refused", subject="route/v1/keys", payload={"why": "role"})
    return made


def tamper(store: Store, *statements: str, **values: Any) -> None:
    """Change the database past its guards, as one with its files in hand can."""
    with store.database.engine.begin() as connection:
        for table in ("decisions", "overrides", "audit_entries"):
            if store.database.is_sqlite:
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement), values)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_chain_is_whole_with_either_hash_function_and_keeps_it(
    opened: Callable[..., Store], algorithm: Algorithm
) -> None:
    filled(opened(algorithm=algorithm))
    again = opened()
    assert again.audit.algorithm is algorithm
    found = again.audit.verify(again.audit.head())
    assert found.whole, found.faults
    assert (found.entries, found.algorithm) == (11, algorithm)


def test_an_export_is_verified_without_the_database_and_every_entry_is_proved(store: Store) -> None:
    filled(store)
    head = store.audit.head()
    lines = list(store.audit.export())
    assert verify_lines(lines, head).whole
    for seq in range(head.seq + 1):
        proof = store.audit.prove(seq)
        assert verify_proof(proof.algorithm, head, seq, proof.entries) == ""
    with pytest.raises(NotFoundError):
        store.audit.prove(head.seq + 1)


TAMPERED: dict[str, tuple[str, FaultKind, str]] = {
    "outcome": ("UPDATE decisions SET outcome = 'pass' WHERE id = :one", FaultKind.RECORD, "outcome"),
    "owner": ("UPDATE decisions SET owner = 'x' WHERE id = :one", FaultKind.RECORD, "owner"),
    "bytes": ("UPDATE decisions SET decision = request WHERE id = :one", FaultKind.RECORD, "decision"),
    "garbage": ("UPDATE decisions SET request = title_bytes WHERE id = :one", FaultKind.RECORD, "damaged"),
    "deleted": ("DELETE FROM decisions WHERE id = :one", FaultKind.RECORD, "is not there"),
    "override": ("UPDATE overrides SET until_day = '2099-01-01'", FaultKind.RECORD, "until_day"),
    "override gone": ("DELETE FROM overrides", FaultKind.RECORD, "is not there"),
    "application": ("UPDATE applications SET title = 'x'", FaultKind.RECORD, "title"),
    "key": ("UPDATE api_keys SET roles = '[\"administrator\"]'", FaultKind.RECORD, "roles"),
    "key hash": ("UPDATE api_keys SET hash = 'mine'", FaultKind.RECORD, "hash"),
    "webhook": ("UPDATE webhooks SET url = 'https://elsewhere'", FaultKind.RECORD, "url"),
    "entry": ("UPDATE audit_entries SET actor = 'x' WHERE seq = 3", FaultKind.CHANGED, "entry 3"),
    "payload": ("UPDATE audit_entries SET payload = hash_bytes WHERE seq = 3", FaultKind.RECORD, "entry 3"),
    "entry gone": ("DELETE FROM audit_entries WHERE seq = 3", FaultKind.MISSING, "entry 3"),
    "last gone": ("DELETE FROM audit_entries WHERE seq = 10", FaultKind.TRUNCATED, "reach 10"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_behind_its_back_is_named(store: Store, name: str) -> None:
    made = filled(store)
    statement, kind, said = TAMPERED[name]
    as_bytes = "CAST('x' AS BLOB)" if store.database.is_sqlite else "convert_to('x', 'UTF8')"
    statement = statement.replace("title_bytes", as_bytes).replace("hash_bytes", as_bytes)
    tamper(store, statement, **({"one": made[2]} if ":one" in statement else {}))
    faults = store.audit.verify().faults
    assert any(fault.kind is kind and said in fault.words.en for fault in faults), faults


def test_a_record_put_in_without_an_entry_is_named(store: Store) -> None:
    filled(store)
    tamper(
        store,
        "INSERT INTO api_keys SELECT 'forged', name, principal, roles, 'mine', created_at, created_by, expires_at, "
        "revoked_at FROM api_keys",
    )
    faults = store.audit.verify().faults
    assert [fault.words.en for fault in faults] == ["key forged has no entry in the chain"]


def test_a_chain_cut_with_its_end_is_found_by_a_head_kept_elsewhere_and_by_its_records(store: Store) -> None:
    filled(store)
    head = store.audit.head()
    chain = store.database.read(lambda c: c.execute(text("SELECT chain FROM chain_end")).scalar_one())
    last = store.decisions.record(recording(9)).record.id
    tamper(store, "DELETE FROM audit_entries WHERE seq > 10", "UPDATE chain_end SET chain = :chain", chain=chain)
    assert store.audit.verify(head, records=False).whole
    assert [fault.words.en for fault in store.audit.verify().faults] == [f"decision {last} has no entry in the chain"]
    later = Head(11, "0" * 64)
    assert [fault.kind for fault in store.audit.verify(later, records=False).faults] == [FaultKind.TRUNCATED]


def test_entries_are_read_by_actor_act_and_subject_newest_first(store: Store) -> None:
    filled(store)
    assert [one.entry.seq for one in store.audit.page(limit=2)] == [10, 9]
    assert [one.entry.seq for one in store.audit.page(before=9, limit=1)] == [8]
    (refused,) = store.audit.page(act="access.refused")
    assert (refused.entry.actor, refused.payload) == ("x", b'{"why":"role"}')
    assert store.audit.page(actor="x", subject="route/v1/keys") == (refused,)
    with pytest.raises(NotFoundError):
        store.audit.get(99)


def test_the_receipt_of_a_recorded_decision_is_made_again(store: Store, rulebook: Any, atlas: Any) -> None:
    from screening import Project, screen
    from screening.settings import read_settings
    from screening.store import Recording

    body = (read_settings({}).zones / "applications" / "05-food.yaml").read_bytes()
    decision = screen(Project.parse(body.decode()), rulebook, atlas, as_of=date(2026, 11, 22))
    record = store.decisions.record(Recording.of(decision, body, owner="a")).record
    filled(store)
    receipt = receipt_of(store, record.id)
    found = verify_receipt(receipt, rulebook, atlas, stated=store.audit.head())
    assert found.verdict is Verdict.SAME
    assert {check.state.value for check in found.checks} == {"held"}
    assert record.content == decision.id
