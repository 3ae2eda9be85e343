"""Who may do what: one table from act to roles. Whose things a role may see is the second, shorter one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from screening.text import Text


class Role(StrEnum):
    """What a principal is to the office."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> Text:
        return _LABELS[self]


_LABELS: Final[Mapping[Role, Text]] = {
    Role.APPLICANT: Text("申请人", "applicant"),
    Role.OFFICER: Text("审查人员", "officer"),
    Role.ADMINISTRATOR: Text("管理员", "administrator"),
}


class Act(StrEnum):
    """One thing that can be asked of the service: a noun and a verb. Every route but the open ones names its act."""

    SCREEN = "screening.create"
    ASK_QUESTIONS = "question.ask"
    READ_SITE = "site.read"
    VERIFY_RECEIPT = "receipt.verify"

    CREATE_APPLICATION = "application.create"
    READ_APPLICATION = "application.read"
    CHANGE_APPLICATION = "application.change"
    DECIDE_APPLICATION = "application.decide"

    READ_DECISION = "decision.read"
    READ_REPORT = "decision.report"
    READ_RECEIPT = "decision.receipt"
    READ_OVERRIDE = "override.read"
    OVERRIDE = "override.create"

    CREATE_JOB = "job.create"
    READ_JOB = "job.read"
    END_JOB = "job.end"
    READ_PROCESS = "process.read"
    EXECUTE_PROCESS = "process.execute"

    READ_RULES = "rule.read"
    READ_VOCABULARY = "vocabulary.read"
    READ_ZONES = "zone.read"
    READ_SELF = "self.read"

    READ_AUDIT = "audit.read"
    VERIFY_AUDIT = "audit.verify"
    READ_WEBHOOK = "webhook.read"
    CREATE_WEBHOOK = "webhook.create"
    END_WEBHOOK = "webhook.end"
    READ_KEY = "key.read"
    CREATE_KEY = "key.create"
    REVOKE_KEY = "key.revoke"
    READ_METRICS = "metrics.read"


_ALL: Final = frozenset(Role)
_OFFICE: Final = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
_ADMINISTRATION: Final = frozenset({Role.ADMINISTRATOR})

PERMISSIONS: Final[Mapping[Act, frozenset[Role]]] = MappingProxyType(
    {
        Act.SCREEN: _ALL,
        Act.ASK_QUESTIONS: _ALL,
        Act.READ_SITE: _ALL,
        Act.VERIFY_RECEIPT: _ALL,
        Act.CREATE_APPLICATION: _ALL,
        Act.READ_APPLICATION: _ALL,
        Act.CHANGE_APPLICATION: _ALL,
        Act.DECIDE_APPLICATION: _ALL,
        Act.READ_DECISION: _ALL,
        Act.READ_REPORT: _ALL,
        Act.READ_RECEIPT: _ALL,
        Act.READ_OVERRIDE: _ALL,
        Act.OVERRIDE: _OFFICE,
        Act.CREATE_JOB: _ALL,
        Act.READ_JOB: _ALL,
        Act.END_JOB: _ALL,
        Act.READ_PROCESS: _ALL,
        Act.EXECUTE_PROCESS: _ALL,
        Act.READ_RULES: _ALL,
        Act.READ_VOCABULARY: _ALL,
        Act.READ_ZONES: _ALL,
        Act.READ_SELF: _ALL,
        Act.READ_AUDIT: _ADMINISTRATION,
        Act.VERIFY_AUDIT: _ADMINISTRATION,
        Act.READ_WEBHOOK: _ADMINISTRATION,
        Act.CREATE_WEBHOOK: _ADMINISTRATION,
        Act.END_WEBHOOK: _ADMINISTRATION,
        Act.READ_KEY: _ADMINISTRATION,
        Act.CREATE_KEY: _ADMINISTRATION,
        Act.REVOKE_KEY: _ADMINISTRATION,
        Act.READ_METRICS: _ADMINISTRATION,
    }
)

OWNED: Final = frozenset(
    {
        Act.READ_APPLICATION,
        Act.CHANGE_APPLICATION,
        Act.DECIDE_APPLICATION,
        Act.READ_DECISION,
        Act.READ_REPORT,
        Act.READ_RECEIPT,
        Act.READ_OVERRIDE,
        Act.OVERRIDE,
        Act.READ_JOB,
        Act.END_JOB,
    }
)
"""Acts on a record that has an owner. Of others' records an applicant is told that there are none."""

SEES_ALL: Final = _OFFICE
"""Roles to whom every owner's records are shown."""
