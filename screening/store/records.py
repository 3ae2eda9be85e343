"""Is every record the one that its entry in the chain vouches for, and has every entry its record?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, select

from screening.audit.verify import Fault, FaultKind
from screening.decision import canonical_json
from screening.store import applications as applying
from screening.store import decisions as deciding
from screening.store import keys as keying
from screening.store import overrides as overriding
from screening.store import webhooks as subscribing
from screening.store.backing import Backing
from screening.store.tables import api_keys, applications, audit_entries, decisions, overrides, webhooks
from screening.text import Text

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of record: its noun, its table, the acts whose entry vouches for it, and what that entry must hold."""

    noun: str
    zh: str
    table: Table
    acts: tuple[str, ...]
    payload: Callable[[Row[Any], Connection, Backing], dict[str, Any]]
    versions: bool = False


def record_faults(connection: Connection, backing: Backing) -> Iterator[Fault]:
    """Records that are not, or no longer, what their entry vouches for; that have none; entries whose record is gone."""
    for kind in _KINDS:
        vouched = _vouched(connection, kind)
        for row in connection.execute(select(kind.table).execution_options(yield_per=_AT_ONCE)):
            held = vouched.pop(row.id, None)
            if held is None:
                yield _fault(kind, None, row.id, "没有对应的审计记录", "has no entry in the chain")
                continue
            seq, digest = held
            try:
                payload = canonical_json(kind.payload(row, connection, backing))
            except ValueError as error:
                yield _fault(kind, seq, row.id, "内容已损坏", f"is damaged ({error})")
                continue
            if backing.digest(payload) != digest:
                what = _changed(payload, _payload(connection, seq))
                yield _fault(
                    kind, seq, row.id, f"与第 {seq} 条审计记录不符：{what}", f"is not as entry {seq} has it: {what}"
                )
        for record, (seq, _) in vouched.items():
            yield _fault(kind, seq, record, f"第 {seq} 条审计记录所载的记录已不存在", f"of entry {seq} is not there")


def _vouched(connection: Connection, kind: _Kind) -> dict[str, tuple[int, str]]:
    """The number and digest of the entry of each record; of a record with versions, of the last."""
    columns = (audit_entries.c.seq, audit_entries.c.subject, audit_entries.c.digest)
    statement = select(*columns).where(audit_entries.c.act.in_(kind.acts)).order_by(audit_entries.c.seq)
    found: dict[str, tuple[int, str]] = {}
    for row in connection.execute(statement.execution_options(yield_per=1000)):
        record = row.subject.rpartition("/")[2]
        if kind.versions or record not in found:
            found[record] = (row.seq, row.digest)
    return found


def _payload(connection: Connection, seq: int) -> bytes:
    return bytes(connection.execute(select(audit_entries.c.payload).where(audit_entries.c.seq == seq)).scalar_one())


def _changed(payload: bytes, vouched: bytes) -> str:
    """The keys in which a record differs from what was entered."""
    try:
        now, then = json.loads(payload), json.loads(vouched)
    except ValueError:
        return "?"
    if not isinstance(then, Mapping):
        return "?"
    return ", ".join(sorted(key for key in {*now, *then} if now.get(key) != then.get(key))) or "?"


def _fault(kind: _Kind, seq: int | None, record: str, zh: str, en: str) -> Fault:
    return Fault(FaultKind.RECORD, seq, 0, Text(f"{kind.zh} {record} {zh}", f"{kind.noun} {record} {en}"))


def _of_decision(row: Row[Any], connection: Connection, backing: Backing) -> dict[str, Any]:
    content = deciding.Decisions(backing).content_of(row, connection)
    digests = {"request": backing.digest(content.request), "decision": backing.digest(content.decision)}
    return deciding.payload_of(row._asdict(), digests)


def _of_override(row: Row[Any], _: Connection, __: Backing) -> dict[str, Any]:
    return overriding.payload_of(row._asdict())


def _of_application(row: Row[Any], _: Connection, backing: Backing) -> dict[str, Any]:
    return applying.payload_of(row._asdict(), backing.digest(bytes(row.body)))


def _of_key(row: Row[Any], _: Connection, backing: Backing) -> dict[str, Any]:
    return keying.payload_of(row._asdict(), backing.digest(row.hash.encode()))


def _of_webhook(row: Row[Any], _: Connection, backing: Backing) -> dict[str, Any]:
    return subscribing.payload_of(row._asdict(), backing.digest(row.secret.encode()))


_KINDS: Final = (
    _Kind("decision", "结论", decisions, (deciding.RECORDED,), _of_decision),
    _Kind("override", "改判", overrides, (overriding.MADE,), _of_override),
    _Kind("application", "申请", applications, (applying.CREATED, applying.CHANGED), _of_application, versions=True),
    _Kind("key", "密钥", api_keys, (keying.CREATED,), _of_key),
    _Kind("webhook", "订阅", webhooks, (subscribing.CREATED,), _of_webhook),
)
