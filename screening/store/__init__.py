"""The store: applications, decisions, overrides, jobs, keys, webhooks and the audit chain, in SQLite or PostgreSQL.

The only door to SQLAlchemy and Alembic.
"""

from screening.store.applications import Application, State
from screening.store.backing import Page
from screening.store.decisions import DecisionContent, DecisionRecord, Recorded, Recording
from screening.store.deliveries import Delivery, DeliveryState, Due
from screening.store.errors import (
    ConflictError,
    IdempotencyConflictError,
    InvalidRecordError,
    NotFoundError,
    StoreError,
    StoreSchemaError,
    StoreUnavailableError,
    VersionConflictError,
)
from screening.store.idempotency import Idempotency
from screening.store.ids import day_in_china, time_text, utc_now
from screening.store.job_items import ItemState, JobItem
from screening.store.jobs import Claimed, Job, JobState, Result
from screening.store.keys import ApiKey
from screening.store.overrides import Effective, Override, effective
from screening.store.store import Store
from screening.store.trail import AuditEntry, Proof
from screening.store.webhooks import EVENTS, Webhook

__all__ = [
    "EVENTS",
    "ApiKey",
    "Application",
    "AuditEntry",
    "Claimed",
    "ConflictError",
    "DecisionContent",
    "DecisionRecord",
    "Delivery",
    "DeliveryState",
    "Due",
    "Effective",
    "Idempotency",
    "IdempotencyConflictError",
    "InvalidRecordError",
    "ItemState",
    "Job",
    "JobItem",
    "JobState",
    "NotFoundError",
    "Override",
    "Page",
    "Proof",
    "Recorded",
    "Recording",
    "Result",
    "State",
    "Store",
    "StoreError",
    "StoreSchemaError",
    "StoreUnavailableError",
    "VersionConflictError",
    "Webhook",
    "day_in_china",
    "effective",
    "time_text",
    "utc_now",
]
