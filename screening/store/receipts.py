"""The receipt of a recorded decision, with its entry in the chain and the way to it from today's head."""

from __future__ import annotations

import json

from screening.audit.chain import Head
from screening.audit.receipt import Receipt, Vouched
from screening.errors import Problem
from screening.store.errors import StoreError
from screening.store.store import Store


def receipt_of(store: Store, record: str, head: Head | None = None) -> Receipt:
    """The receipt of a record, proved to `head` or to today's. Raises NotFoundError, or StoreError for damaged bytes."""
    content = store.decisions.content(record)
    found = store.audit.get(store.decisions.get(record).entry)
    proof = store.audit.prove(found.entry.seq, head)
    try:
        payload = json.loads(found.payload)
    except ValueError:
        raise StoreError(
            Problem(f"decision/{record}", "its audit entry is damaged", "screening audit verify", "审计记录已损坏")
        ) from None
    return Receipt.of(
        content.request,
        content.decision,
        Vouched(proof.algorithm, found.entry, payload, proof.head, proof.entries),
    )
