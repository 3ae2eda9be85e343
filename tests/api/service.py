"""The service for tests: the carried rulebook, the demo district, a store of its own, and a client on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from screening import Atlas, Rulebook
from screening.api.embedded import make_service
from screening.store import Store


@contextmanager
def serving(rulebook: Rulebook, atlas: Atlas, folder: Path, **how: Any) -> Iterator[TestClient]:
    """A client of a running service whose records lie in `folder`."""
    with Store.open(str(folder / "screening.db"), create=True) as store:
        app = make_service(rulebook, atlas, store, **how)
        with client_of(app) as client:
            yield client


def client_of(app: Any) -> TestClient:
    """A client on this machine."""
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False, client=("127.0.0.1", 50000))
