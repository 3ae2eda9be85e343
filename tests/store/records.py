"""Decisions to record, without screening anything: of real size and form, each its own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from screening.decision import Outcome, canonical_json
from screening.store import Recording

RULES = {f"rule-{number}": hashlib.sha256(str(number).encode()).hexdigest() for number in range(400)}


def recording(number: int = 0, *, rulebook: str = "a" * 64, **more: Any) -> Recording:
    """A recording of its number."""
    body = {"project": f"p-{number}", "outcome": "review", "receipt": {"rules": RULES, "number": number}}
    content = hashlib.sha256(canonical_json(body)).hexdigest()
    usual = Recording(
        owner="applicant-1",
        actor="applicant-1",
        request=canonical_json({"id": f"p-{number}", "site": "x" * 200}),
        as_of=date(2026, 11, 22),
        decision=canonical_json({"id": content, **body}),
        outcome=Outcome.REVIEW,
        content=content,
        rulebook=rulebook,
        project=f"p-{number}",
        title=f"某项目 {number}",
    )
    return replace(usual, **more)
