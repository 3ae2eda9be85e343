"""The tables. Times and days are text that sorts, ids are UUIDs as text: both databases hold and order them alike.

What is never edited (`NEVER_EDITED`) the databases themselves guard by triggers, made by the migrations.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID: Final = String(36)
_TIME: Final = String(27)
_DAY: Final = String(10)
_HASH: Final = String(64)
_OUTCOME: Final = String(6)

NEVER_EDITED: Final = ("decisions", "overrides", "audit_entries")

applications: Final = Table(
    "applications",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("updated_at", _TIME, nullable=False),
    Column("decision", _ID, nullable=True),
    Column("outcome", _OUTCOME, nullable=True),
    Index(None, "owner", "id"),
    Index(None, "state", "id"),
)

decisions: Final = Table(
    "decisions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("at", _TIME, nullable=False),
    Column("application", _ID, ForeignKey("applications.id"), nullable=True),
    Column("owner", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("project", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("as_of", _DAY, nullable=False),
    Column("outcome", _OUTCOME, nullable=False),
    Column("content", _HASH, nullable=False),
    Column("rulebook", _HASH, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("decision", LargeBinary, nullable=False),
    # The decision whose bytes are the dictionary that this one's are packed with; see packing.py.
    Column("packed_on", _ID, ForeignKey("decisions.id"), nullable=True),
    Column("entry", BigInteger, nullable=False),
    CheckConstraint("outcome IN ('pass', 'review', 'reject')", name="outcome"),
    Index(None, "owner", "id"),
    Index(None, "outcome", "id"),
    Index(None, "application", "id"),
    Index(None, "content"),
    Index(None, "rulebook", "as_of", "packed_on"),
)

overrides: Final = Table(
    "overrides",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("decision", _ID, ForeignKey("decisions.id"), nullable=False),
    Column("at", _TIME, nullable=False),
    Column("officer", Text, nullable=False),
    Column("officer_name", Text, nullable=False),
    Column("outcome", _OUTCOME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("from_day", _DAY, nullable=False),
    Column("until_day", _DAY, nullable=False),
    Column("entry", BigInteger, nullable=False),
    CheckConstraint("outcome IN ('pass', 'review', 'reject')", name="outcome"),
    CheckConstraint("from_day < until_day", name="period"),
    Index(None, "decision", "id"),
)

audit_entries: Final = Table(
    "audit_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", _TIME, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", String(60), nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", _HASH, nullable=False),
    Column("prev", _HASH, nullable=False),
    Column("skip", _HASH, nullable=False),
    Column("hash", _HASH, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    # The transaction that wrote it: tells after a lost connection whether its commit took place. Not part of the chain.
    Column("batch", _ID, nullable=False),
    Index(None, "subject", "seq"),
    Index(None, "act", "seq"),
    Index(None, "actor", "seq"),
    Index(None, "batch"),
)

chain_end: Final = Table(
    "chain_end",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("chain", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("principal", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", _HASH, nullable=False),
    Column("at", _TIME, nullable=False),
    # What was made: "decision/0198…".
    Column("subject", Text, nullable=False),
    Index(None, "at"),
)

jobs: Final = Table(
    "jobs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("as_of", _DAY, nullable=False),
    Column("state", String(16), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("ended_at", _TIME, nullable=True),
    Index(None, "owner", "id"),
    Index(None, "state", "id"),
)

job_items: Final = Table(
    "job_items",
    metadata,
    Column("job", _ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("lease", _TIME, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("decision", _ID, ForeignKey("decisions.id"), nullable=True),
    Column("problem", LargeBinary, nullable=True),
    Index(None, "state", "job", "number"),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("principal", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", _TIME, nullable=True),
    Column("revoked_at", _TIME, nullable=True),
    UniqueConstraint("hash"),
)

webhooks: Final = Table(
    "webhooks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("everyone", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("created_at", _TIME, nullable=False),
    Column("ended_at", _TIME, nullable=True),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("webhook", _ID, ForeignKey("webhooks.id"), nullable=False),
    Column("event", String(60), nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", _TIME, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", _TIME, nullable=False),
    Column("ended_at", _TIME, nullable=True),
    Column("problem", Text, nullable=False),
    Index(None, "state", "due_at"),
    Index(None, "webhook", "id"),
)
