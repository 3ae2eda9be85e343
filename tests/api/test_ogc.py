"""OGC API - Processes: an independent client calls it as it stands, and every requirement it does not test is a fact here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from owslib.ogcapi.processes import Processes

from screening import Atlas, Project, Rulebook, screen
from screening.api.embedded import make_service
from screening.atlas import read_atlas
from screening.settings import read_settings
from screening.store import Store
from tests.api.listening import listening
from tests.api.service import client_of
from tests.api.test_api import RING

FEATURE: dict[str, Any] = {
    "type": "Feature",
    "id": "a",
    "properties": {"title": "试", "sector": "2614", "works": "new_build"},
    "geometry": {"type": "Polygon", "coordinates": [RING]},
}
DAY = "2026-11-22"
EXECUTION = "/ogc/processes/screen/execution"
TYPES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"


def execute(client: TestClient, inputs: Any, prefer: str = "", **more: Any) -> Any:
    headers = {"Prefer": prefer} if prefer else {}
    return client.post(EXECUTION, json={"inputs": inputs, **more}, headers=headers)


def ended(client: TestClient, place: str) -> dict[str, Any]:
    """A job's status once it has ended."""
    for _ in range(600):
        found: dict[str, Any] = client.get(place).json()
        if found["status"] not in ("accepted", "running"):
            return found
        client.portal.call(anyio.sleep, 0.05)  # type: ignore[union-attr]
    raise AssertionError(f"still {found['status']}")


def expected(rulebook: Rulebook, atlas: Atlas, feature: Any = FEATURE) -> Any:
    return json.loads(screen(Project.of(feature), rulebook, atlas, as_of=date.fromisoformat(DAY)).canonical())


@pytest.fixture(scope="module")
def address(rulebook: Rulebook, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = str(tmp_path_factory.mktemp("ogc") / "screening.db")
    with Store.open(place, create=True) as store, listening(make_service(rulebook, atlas, store)) as found:
        yield found


def test_a_gis_client_finds_the_process_and_executes_it(address: str, rulebook: Rulebook, atlas: Atlas) -> None:
    gis = Processes(f"{address}/ogc")
    assert any(one.endswith("/conf/core") for one in gis.conformance()["conformsTo"])
    assert [one["id"] for one in gis.processes()] == ["screen"]
    described = gis.process("screen")
    assert set(described["inputs"]) == {"feature", "project", "as_of"}
    found = gis.execute("screen", {"feature": {"value": FEATURE}, "as_of": DAY})
    assert found["decision"]["value"] == expected(rulebook, atlas)


def test_a_gis_client_executes_it_as_a_job(address: str) -> None:
    gis = Processes(f"{address}/ogc")
    status = gis.execute("screen", {"feature": FEATURE}, async_=True)
    assert status["status"] in ("accepted", "running", "successful") and status["processID"] == "screen"
    assert gis.response_headers["Location"] == f"{address}/ogc/jobs/{status['jobID']}"


def test_the_landing_page_links_to_all_there_is(client: TestClient) -> None:
    links = {one["rel"].rpartition("/")[2]: one["href"] for one in client.get("/ogc").json()["links"]}
    assert links.keys() == {"self", "service-desc", "service-doc", "conformance", "processes", "job-list"}
    for href in links.values():
        assert client.get(href).status_code == 200, href
    described = client.get(links["service-desc"]).json()
    assert EXECUTION.replace("screen/", "{process}/") in described["paths"]


def test_raw_is_the_decision_itself_with_a_link_to_its_record(
    client: TestClient, rulebook: Rulebook, atlas: Atlas
) -> None:
    answer = execute(client, {"feature": FEATURE, "as_of": DAY})
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    assert answer.json() == expected(rulebook, atlas)
    href = answer.headers["link"].partition(">")[0].lstrip("<")
    assert client.get(href).content == answer.content


def test_by_reference_the_answer_says_where_the_decision_is(client: TestClient) -> None:
    outputs = {"decision": {"transmissionMode": "reference"}}
    raw = execute(client, {"feature": FEATURE}, outputs=outputs)
    assert raw.status_code == 204 and not raw.content
    assert client.get(raw.headers["link"].partition(">")[0].lstrip("<")).json()["outcome"]
    document = execute(client, {"feature": FEATURE}, outputs=outputs, response="document").json()
    assert client.get(document["decision"]["href"]).json()["outcome"]


def test_the_decision_comes_as_a_feature_of_the_map_where_that_is_asked_for(client: TestClient) -> None:
    outputs = {"decision": {"format": {"mediaType": "application/geo+json"}}}
    answer = execute(client, {"feature": FEATURE, "as_of": DAY}, outputs=outputs)
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert found["geometry"] == FEATURE["geometry"] and found["id"] == "a"
    assert found["properties"]["crs"] == "EPSG:4490"
    assert found["properties"]["outcome"] == found["properties"]["decision"]["outcome"]


def test_facts_beside_the_feature_take_the_place_of_its_attributes(
    client: TestClient, rulebook: Rulebook, atlas: Atlas
) -> None:
    """A layer of a GIS has attributes of its own, which are no facts of ours."""
    drawn = {**FEATURE, "properties": {"title": "试", "OBJECTID": 7, "Shape_Area": 1.5}}
    facts = {"sector": "2614", "works": "new_build"}
    whole = expected(rulebook, atlas)
    assert execute(client, {"feature": drawn, "project": facts, "as_of": DAY}).json() == whole
    assert execute(client, {"feature": drawn, "project": {"value": facts}, "as_of": {"value": DAY}}).json() == whole
    collection = {"type": "FeatureCollection", "features": [drawn]}
    assert execute(client, {"feature": collection, "project": facts, "as_of": DAY}).json() == whole
    bare = execute(client, {"feature": FEATURE["geometry"], "project": facts, "as_of": DAY}).json()
    assert bare["findings"] == whole["findings"] and bare["place"] == whole["place"]


def test_numbers_reach_the_engine_as_they_were_written(client: TestClient) -> None:
    body = json.dumps({"inputs": {"feature": FEATURE, "as_of": DAY}}).replace("112.202", "112.20200000000000000001")
    found = client.get(
        client.post(EXECUTION, content=body).headers["link"].partition(">")[0].lstrip("<") + "/application"
    )
    assert b"112.20200000000000000001" in found.content


def test_a_job_is_queued_decided_and_answered_as_it_was_asked_for(
    client: TestClient, rulebook: Rulebook, atlas: Atlas
) -> None:
    queued = execute(client, {"feature": FEATURE, "as_of": DAY}, prefer="wait=1, respond-async")
    assert queued.status_code == 201 and queued.headers["preference-applied"] == "respond-async"
    place = queued.headers["location"]
    status = ended(client, place)
    assert status["status"] == "successful" and status["progress"] == 100 and status["finished"]
    results = next(one["href"] for one in status["links"] if one["rel"].endswith("/results"))
    assert client.get(results).json() == expected(rulebook, atlas)
    assert status["jobID"] in [one["jobID"] for one in client.get("/ogc/jobs").json()["jobs"]]
    outputs = {"decision": {"format": {"mediaType": "application/geo+json"}}}
    more = {"outputs": outputs, "response": "document"}
    place = execute(client, {"feature": FEATURE}, prefer="respond-async", **more).headers["location"]
    ended(client, place)
    assert client.get(f"{place}/results").json()["decision"]["value"]["type"] == "Feature"


def test_an_application_that_cannot_be_placed_fails_its_job_with_the_problem(client: TestClient) -> None:
    far = {**FEATURE, "geometry": {"type": "Point", "coordinates": [2.35, 48.85]}}
    place = execute(client, {"feature": far}, prefer="respond-async").headers["location"]
    assert ended(client, place)["status"] == "failed"
    answer = client.get(f"{place}/results")
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 400 and answer.json()["problems"]


def test_a_job_of_many_applications_answers_with_links_in_their_order(client: TestClient) -> None:
    far = {**FEATURE, "geometry": {"type": "Point", "coordinates": [2.35, 48.85]}}
    job = client.post("/v1/jobs", json=[FEATURE, far, FEATURE]).json()["id"]
    assert ended(client, f"/ogc/jobs/{job}")["status"] == "failed"
    first, wrong, last = client.get(f"/ogc/jobs/{job}/results").json()["decision"]
    assert all(client.get(one["href"]).json()["outcome"] for one in (first, last))
    assert wrong["value"]["problems"]


def test_what_there_is_not_has_the_types_of_the_standard(client: TestClient, rulebook: Rulebook, atlas: Atlas) -> None:
    for path, kind in (("processes/buffer", "no-such-process"), ("jobs/none", "no-such-job")):
        answer = client.get(f"/ogc/{path}")
        assert answer.status_code == 404 and answer.json()["type"] == TYPES + kind
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/ogc/jobs/none/results").json()["type"] == f"{TYPES}no-such-job"
    assert client.delete("/ogc/jobs/none").json()["type"] == f"{TYPES}no-such-job"
    assert client.post("/ogc/processes/buffer/execution", json={}).json()["type"] == f"{TYPES}no-such-process"


def test_results_asked_for_too_early_are_not_ready_and_a_dismissed_job_has_none(
    rulebook: Rulebook, atlas: Atlas, tmp_path: Path
) -> None:
    with Store.open(str(tmp_path / "screening.db"), create=True) as store:
        # Not entered: nothing runs beside the requests, so that the job stays queued.
        client = client_of(make_service(rulebook, atlas, store))
        place = execute(client, {"feature": FEATURE}, prefer="respond-async").headers["location"]
        early = client.get(f"{place}/results")
        assert early.status_code == 404 and early.json()["type"] == f"{TYPES}result-not-ready"
        assert client.delete(place).json()["status"] == "dismissed"
        assert client.get(place).json()["status"] == "dismissed"
        assert client.get(f"{place}/results").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b"{", ":1"),
        (b"[]", ""),
        (b"{}", "/inputs"),
        (b'{"inputs": {}}', "/inputs/feature"),
        (b'{"inputs": {"feature": 3}}', "/inputs/feature"),
        (b'{"inputs": {"feature": {"href": "http://169.254.169.254/"}}}', "/inputs/feature"),
        (b'{"inputs": {"feature": {"type": "Feature"}, "colour": 1}}', "/inputs/colour"),
        (b'{"inputs": {"feature": {"type": "Feature"}, "as_of": 0}}', "/inputs/as_of"),
        (b'{"inputs": {"feature": {"type": "Feature"}, "as_of": "2026-02-30"}}', "/inputs/as_of"),
        (b'{"inputs": {"feature": {"type": "Feature"}, "project": []}}', "/inputs/project"),
        (
            b'{"inputs": {"feature": {"type": "Feature", "properties": {"project": {}}}, "project": {}}}',
            "/inputs/project",
        ),
        (b'{"inputs": {"feature": {"type": "Feature"}}, "outputs": {"map": {}}}', "/outputs/map"),
        (
            b'{"inputs": {"feature": {"type": "Feature"}}, "outputs": {"decision": {"format": {"mediaType": "text/x"}}}}',
            "/outputs",
        ),
        (
            b'{"inputs": {"feature": {"type": "Feature"}}, "outputs": {"decision": {"transmissionMode": []}}}',
            "/outputs",
        ),
        (
            b'{"inputs": {"feature": {"type": "Feature"}}, "outputs": {"decision": {"format": {"mediaType": []}}}}',
            "/outputs",
        ),
        (b'{"inputs": {"feature": {"type": "Feature"}}, "response": []}', "/response"),
        (b'{"inputs": {"feature": {"type": "Feature"}}, "subscriber": {"successUri": "http://a"}}', "/subscriber"),
        (b'{"inputs": {"feature": {"type": "Feature", "properties": {"colour": 1}}}}', "/site/geometry"),
        (b'{"inputs": {"feature": ' + b"[" * 20_000 + b"]" * 20_000 + b"}}", ""),
    ],
)
@pytest.mark.parametrize("prefer", ["", "respond-async"])
def test_what_is_wrong_with_a_request_is_a_400_that_says_where(
    client: TestClient, body: bytes, pointer: str, prefer: str
) -> None:
    answer = client.post(EXECUTION, content=body, headers={"Prefer": prefer})
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert problem["status"] == 400 and problem["type"]
    assert any(pointer in one["pointer"] for one in problem["problems"])


def test_a_parameter_there_is_not_is_a_400_and_the_format_that_clients_name_is_taken(client: TestClient) -> None:
    assert client.get("/ogc/processes?f=json").status_code == 200
    for query in ("f=html", "colour=1", "f=json&f=json"):
        assert client.get(f"/ogc/processes?{query}").status_code == 400


def test_sent_again_with_its_key_an_execution_is_made_once(client: TestClient) -> None:
    body, headers = {"inputs": {"feature": FEATURE, "as_of": DAY}}, {"Idempotency-Key": "ogc-1"}
    first, again = (client.post(EXECUTION, json=body, headers=headers) for _ in range(2))
    assert first.headers["link"] == again.headers["link"] and first.content == again.content
    headers = {"Idempotency-Key": "ogc-2", "Prefer": "respond-async"}
    first, again = (client.post(EXECUTION, json=body, headers=headers) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]


def test_the_description_speaks_the_language_of_the_client(client: TestClient) -> None:
    zh, en = (client.get("/ogc/processes/screen", headers={"Accept-Language": lang}).json() for lang in ("zh", "en"))
    assert "准入" in zh["title"] and en["title"].isascii()
    assert "sector" in zh["inputs"]["project"]["schema"]["properties"]


def _json(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    words = ("inputs", "feature", "project", "as_of", "value", "href", "type", "properties", "geometry", "coordinates")
    more = (
        "features",
        "outputs",
        "decision",
        "format",
        "mediaType",
        "transmissionMode",
        "response",
        "crs",
        "id",
        "title",
    )
    keys = st.sampled_from((*words, *more))
    return st.recursive(
        leaves, lambda one: st.lists(one, max_size=3) | st.dictionaries(keys, one, max_size=4), max_leaves=12
    )


_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4)
)
_WORDS = st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon", "raw", "document", "value", "reference"])


@given(
    said=st.fixed_dictionaries(
        {"inputs": _json(_LEAVES | _WORDS) | st.fixed_dictionaries({"feature": _json(_LEAVES | _WORDS)})},
        optional={"outputs": _json(_LEAVES | _WORDS), "response": _LEAVES | _WORDS},
    ),
    prefer=st.sampled_from(["", "respond-async"]),
)
def test_whatever_an_execute_request_holds_it_is_answered_without_a_fault(said: Any, prefer: str) -> None:
    answer = lone().post(EXECUTION, content=json.dumps(said), headers={"Prefer": prefer})
    assert answer.status_code < 500, answer.text
    assert answer.status_code < 300 or answer.headers["content-type"] == "application/problem+json"


@cache
def lone() -> TestClient:
    """Not the fixture: what a drawn test is given is written out when it fails."""
    found = read_settings({})
    store = Store.open(str(Path(mkdtemp()) / "screening.db"), create=True)
    return client_of(make_service(Rulebook.load(found.rules), read_atlas(found.zones), store))
