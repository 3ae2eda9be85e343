"""The HTTP door: the same models and the same answers as the library, and problems in the form of RFC 9457."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from screening import Atlas, Project, Rulebook, screen
from screening.api.embedded import make_service
from screening.api.models import DecisionOut, RulesOut
from screening.api.screenings import MAX_BODY
from screening.settings import read_settings
from screening.store import Store
from tests.api.service import client_of

RING = [[112.2, 30.1], [112.202, 30.1], [112.202, 30.102], [112.2, 30.102], [112.2, 30.1]]
APPLICATION: dict[str, Any] = {
    "id": "a",
    "title": "试",
    "project": {"sector": "2614", "works": "new_build"},
    "site": {"geometry": {"type": "Polygon", "coordinates": [RING]}},
}


def test_an_application_is_answered_with_the_decision_of_the_library(
    client: TestClient, rulebook: Rulebook, atlas: Atlas
) -> None:
    answer = client.post("/v1/screenings?as_of=2026-11-22", json=APPLICATION)
    assert answer.status_code == 201
    decision = screen(Project.of(APPLICATION), rulebook, atlas, as_of=date(2026, 11, 22))
    assert answer.content == decision.canonical()
    DecisionOut.model_validate(answer.json())


def test_the_day_decides_which_law_counts(client: TestClient) -> None:
    before, after = (
        client.post(f"/v1/screenings?as_of={day}", json=APPLICATION).json() for day in ("2026-08-14", "2026-08-15")
    )
    cited = [{g["instrument"] for f in said["findings"] for g in f["grounds"]} for said in (before, after)]
    assert "eco-code" not in cited[0]
    assert "eco-code" in cited[1]


@pytest.mark.parametrize(
    ("body", "status", "kind", "pointer"),
    [
        (b"", 400, "unreadable-document", ""),
        (b"{", 400, "unreadable-document", ":1"),
        (b"\xff\xfe", 400, "unreadable-document", ":1"),
        (b"[]", 422, "invalid-application", ""),
        (b'{"site": {"geometry": {"type": "Point", "coordinates": [30.1, 112.2]}}}', 422, "", "/site/geometry"),
        (
            b'{"project": {"colour": 1}, "site": {"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}}}',
            422,
            "",
            "/project/colour",
        ),
    ],
)
def test_bad_bodies_become_problem_documents(
    client: TestClient, body: bytes, status: int, kind: str, pointer: str
) -> None:
    answer = client.post("/v1/screenings", content=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert kind in problem["type"]
    assert any(pointer in entry["pointer"] for entry in problem["problems"])
    assert all(entry["what"] for entry in problem["problems"])


def test_a_body_over_the_limit_is_refused_before_it_is_read_whole(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MAX_BODY // 100_000 + 2):
            yield b" " * 100_000

    answer = client.post("/v1/screenings", content=endless())
    assert answer.status_code == 413
    assert answer.json()["type"].endswith("too-large")


def test_a_wrong_day_and_an_unknown_kind_are_problems_too(client: TestClient) -> None:
    assert client.get("/v1/rules?as_of=yesterday").headers["content-type"] == "application/problem+json"
    answer = client.get("/v1/zones?kind=nowhere")
    assert answer.status_code == 404
    assert answer.json()["status"] == 404
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_rules_are_listed_for_a_day_in_the_documented_shape(client: TestClient, rulebook: Rulebook) -> None:
    for day in ("2026-08-14", "2026-08-15"):
        listed = RulesOut.model_validate(client.get(f"/v1/rules?as_of={day}&limit=1000").json())
        assert [rule.id for rule in listed.rules] == [rule.id for rule in rulebook.in_force(date.fromisoformat(day))]


def test_zones_are_geojson(client: TestClient) -> None:
    answer = client.get("/v1/zones?kind=ecological_redline")
    assert answer.headers["content-type"] == "application/geo+json"
    features = answer.json()["features"]
    assert features
    assert {feature["properties"]["kind"] for feature in features} == {"ecological_redline"}


def test_health_names_the_versions_it_answers_by(client: TestClient, rulebook: Rulebook, atlas: Atlas) -> None:
    said = client.get("/health").json()
    assert (said["status"], said["rulebook"], said["atlas"]) == ("ok", rulebook.digest, atlas.hash)


def test_the_documentation_page_needs_no_outside_network(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "https://" not in page
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


_CLIENT: list[TestClient] = []


def quiet_client() -> TestClient:
    """One client for the drawn bodies; hypothesis does not mix with function fixtures."""
    if not _CLIENT:
        from screening.atlas import read_atlas

        settings = read_settings({})
        store = Store.open(str(Path(mkdtemp()) / "screening.db"), create=True)
        _CLIENT.append(client_of(make_service(Rulebook.load(settings.rules), read_atlas(settings.zones), store)))
    return _CLIENT[0]


json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=20)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=12), inner, max_size=4)),
    max_leaves=12,
)


@given(
    st.one_of(
        json_values,
        st.fixed_dictionaries({"project": json_values, "site": json_values}),
        st.fixed_dictionaries(
            {
                "project": st.fixed_dictionaries({"sector": json_values, "energy": json_values}),
                "site": st.fixed_dictionaries({"geometry": json_values}),
            }
        ),
    )
)
def test_no_json_body_makes_the_server_fail(body: Any) -> None:
    answer = quiet_client().post("/v1/screenings", json=body)
    assert answer.status_code in (201, 400, 422)
