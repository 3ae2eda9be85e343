"""A client of the service over the carried rulebook and the demo district."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from screening import Atlas, Rulebook
from tests.api.service import serving


@pytest.fixture(scope="module")
def client(rulebook: Rulebook, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(rulebook, atlas, tmp_path_factory.mktemp("service")) as client:
        yield client
