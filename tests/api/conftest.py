"""A client of the service over the carried rulebook and the demo district."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from screening import Atlas, Rulebook
from screening.api.app import make_app


@pytest.fixture(scope="module")
def client(rulebook: Rulebook, atlas: Atlas) -> Iterator[TestClient]:
    with TestClient(make_app(rulebook, atlas), raise_server_exceptions=False) as client:
        yield client
