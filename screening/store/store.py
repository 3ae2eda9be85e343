"""The store: everything that is kept, by its nouns, in one database."""

from __future__ import annotations

import json
from types import TracebackType

from sqlalchemy import select

from screening.audit.chain import Chain
from screening.audit.digests import Algorithm
from screening.store.applications import Applications
from screening.store.backing import Backing
from screening.store.database import PATIENCE, Database
from screening.store.decisions import Decisions
from screening.store.deliveries import Deliveries
from screening.store.idempotency import IdempotencyKeys
from screening.store.ids import Clock, Ids, utc_now
from screening.store.jobs import Jobs
from screening.store.keys import ApiKeys
from screening.store.overrides import Overrides
from screening.store.schema import require_newest, upgrade
from screening.store.tables import chain_end
from screening.store.trail import Trail
from screening.store.webhooks import Webhooks
from screening.store.writer import Writer


class Store:
    """One database's applications, decisions, overrides, jobs, keys, webhooks and audit chain; safe to share between threads.

    Every method either returns after what it changed is on the disk, or raises a StoreError.
    """

    def __init__(self, database: Database, algorithm: Algorithm, clock: Clock = utc_now) -> None:
        ids = Ids(clock)
        self.database = database
        self._writer = Writer(database, clock, ids)
        backing = Backing(database, self._writer, ids, clock, algorithm)
        self.applications = Applications(backing)
        self.decisions = Decisions(backing)
        self.overrides = Overrides(backing)
        self.idempotency = IdempotencyKeys(backing)
        self.jobs = Jobs(backing)
        self.keys = ApiKeys(backing)
        self.webhooks = Webhooks(backing)
        self.deliveries = Deliveries(backing)
        self.audit = Trail(backing)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = False,
        algorithm: Algorithm | None = None,
        clock: Clock = utc_now,
        patience: float = PATIENCE,
    ) -> Store:
        """The store at an address, or in a SQLite file. `create` makes or upgrades its tables first.

        Raises StoreSchemaError where the tables are not of this version, StoreUnavailableError where nothing answers.
        """
        database = Database.open(url, patience)
        try:
            if create:
                upgrade(database, clock, algorithm)
            else:
                require_newest(database)
            statement = select(chain_end.c.chain)
            held = database.read(lambda connection: connection.execute(statement).scalar_one())
            return cls(database, Chain.of(json.loads(held)).algorithm, clock)
        except BaseException:
            database.close()
            raise

    @property
    def alone(self) -> bool:
        """Whether the database is a file of this machine, which one service uses."""
        return self.database.engine.dialect.name == "sqlite"

    def ping(self) -> None:
        """Raises StoreUnavailableError where the database does not answer; for readiness, with little patience."""
        Database(self.database.url, self.database.engine, 0).read(
            lambda connection: connection.execute(select(chain_end.c.id)).first()
        )

    def close(self) -> None:
        """Finish what is being written, and let the database go."""
        self._writer.close()
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
