"""The whole OpenAPI document tried with drawn requests, and bodies of every deformity: no fault of ours, no lie."""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from screening import Rulebook
from screening.api.embedded import make_service
from screening.atlas import read_atlas
from screening.settings import read_settings
from screening.store import Store
from tests.api.bodies import deformed
from tests.api.service import client_of

FOUND = read_settings({})
APP = make_service(
    Rulebook.load(FOUND.rules),
    read_atlas(FOUND.zones),
    Store.open(str(Path(mkdtemp(prefix="screening-fuzz-")) / "screening.db"), create=True),
)
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)


async def from_this_machine(scope: Any, receive: Any, send: Any) -> None:
    """The service as a client on this machine meets it."""
    if scope["type"] == "http":
        scope = {**scope, "client": ("127.0.0.1", 50000)}
    await APP(scope, receive, send)


@schemathesis.serializer("application/x-ndjson")
def _lines(_: Any, value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")


schema = schemathesis.openapi.from_dict(APP.openapi())
schema.app = from_this_machine
schema.config.update(base_url="http://127.0.0.1:8000")


@schema.parametrize()
@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
def test_every_operation_answers_drawn_requests_as_its_document_says(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)


@pytest.mark.parametrize(
    "path", ["/v1/screenings", "/v1/questions", "/v1/applications", "/v1/jobs", "/v1/receipts/verify"]
)
def test_no_body_of_any_deformity_makes_a_fault(path: str) -> None:
    bodies = deformed()
    assert len(bodies) >= 318
    with client_of(APP) as client:
        for name, body in bodies.items():
            answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, f"{name}: {answer.text[:200]}"
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json", name
