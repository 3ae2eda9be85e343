"""What the service records: decisions once for a key, applications by version, overrides beside the engine's decision."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from screening.api.models import (
    ApplicationOut,
    ApplicationsOut,
    DecisionOut,
    DecisionRecordOut,
    DecisionsOut,
    OverrideOut,
    QuestionsOut,
    VerifiedOut,
)
from tests.api.test_api import APPLICATION

DAY = "as_of=2026-11-22"
ANSWER = {"outcome": "pass", "reason": "园区已出具意见", "authority": "〔2026〕12号授权", "until_day": "2027-01-01"}


def screened(client: TestClient, **headers: str) -> Any:
    answer = client.post(f"/v1/screenings?{DAY}", json=APPLICATION, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_decision_is_recorded_and_read_again_byte_for_byte(client: TestClient) -> None:
    made = screened(client)
    where = made.headers["location"]
    assert client.get(where).content == made.content
    DecisionOut.model_validate(client.get(where).json())
    record = DecisionRecordOut.model_validate(client.get(f"{where}/record").json())
    assert record.content == made.json()["id"] and record.outcome == made.json()["outcome"]
    assert client.get(f"{where}/application").json() == APPLICATION


def test_two_submissions_are_two_records_and_with_one_key_one(client: TestClient) -> None:
    assert screened(client).headers["location"] != screened(client).headers["location"]
    first, again = (screened(client, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"


def test_many_at_once_with_one_key_make_one_record(client: TestClient) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(screened(client, **{"Idempotency-Key": "k-many"}).headers["location"])
        )
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_a_key_sent_with_another_request_is_refused(client: TestClient) -> None:
    screened(client, **{"Idempotency-Key": "k-2"})
    other = client.post(
        f"/v1/screenings?{DAY}", json={**APPLICATION, "title": "另一项目"}, headers={"Idempotency-Key": "k-2"}
    )
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-conflict")


def test_decisions_are_listed_newest_first_and_paged(client: TestClient) -> None:
    made = [screened(client).headers["location"].rpartition("/")[2] for _ in range(3)]
    page = DecisionsOut.model_validate(client.get("/v1/decisions?limit=2").json())
    assert [one.id for one in page.decisions] == [made[2], made[1]]
    rest = DecisionsOut.model_validate(client.get(f"/v1/decisions?limit=2&after={page.next}").json())
    assert rest.decisions[0].id == made[0]


def test_decisions_are_found_by_outcome_and_words(client: TestClient) -> None:
    outcome = screened(client).json()["outcome"]
    found = DecisionsOut.model_validate(client.get(f"/v1/decisions?outcome={outcome}&q=试&limit=500").json())
    assert found.decisions and {one.outcome for one in found.decisions} == {outcome}
    assert client.get("/v1/decisions?q=没有这样的项目").json()["decisions"] == []


def test_an_override_counts_and_leaves_the_decision_as_it_was(client: TestClient) -> None:
    made = screened(client)
    where = made.headers["location"]
    said = client.post(f"{where}/overrides", json=ANSWER)
    assert said.status_code == 201, said.text
    OverrideOut.model_validate(said.json())
    record = client.get(f"{where}/record").json()
    assert record["outcome"] == made.json()["outcome"] != "pass"
    assert record["counts"] == "pass" and record["override"]["id"] == said.json()["id"]
    assert client.get(where).content == made.content
    assert [one["id"] for one in client.get(f"{where}/overrides").json()["overrides"]] == [said.json()["id"]]


@pytest.mark.parametrize("lacking", ["outcome", "reason", "authority", "until_day"])
def test_an_override_without_reason_authority_or_expiry_is_refused(client: TestClient, lacking: str) -> None:
    where = screened(client).headers["location"]
    answer = client.post(f"{where}/overrides", json={key: value for key, value in ANSWER.items() if key != lacking})
    assert answer.status_code == 422 and lacking in answer.text


def test_a_receipt_verifies_and_a_changed_one_is_named(client: TestClient) -> None:
    receipt = client.get(f"{screened(client).headers['location']}/receipt").json()
    found = VerifiedOut.model_validate(client.post("/v1/receipts/verify", json=receipt).json())
    assert (found.verdict, found.good) == ("same", True)
    receipt["decision"]["outcome"] = "pass"
    changed = client.post("/v1/receipts/verify", json=receipt).json()
    assert (changed["verdict"], changed["good"]) == ("tampered", False)


@pytest.mark.parametrize(("form", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-"), ("docx", b"PK")])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_opinion_on_a_decision_is_printed(client: TestClient, form: str, begins: bytes, lang: str) -> None:
    where = screened(client).headers["location"]
    client.post(f"{where}/overrides", json=ANSWER)
    answer = client.get(f"{where}/report?format={form}&lang={lang}")
    assert answer.status_code == 200, answer.text
    assert answer.content.lower().startswith(begins.lower())
    if form == "html":
        assert ANSWER["reason"] in answer.text and where.rpartition("/")[2] in answer.text
        assert "script" not in answer.headers["content-security-policy"]


def test_an_application_is_changed_only_against_the_version_that_was_read(client: TestClient) -> None:
    made = client.post("/v1/applications", json=APPLICATION)
    assert made.status_code == 201
    ApplicationOut.model_validate(made.json())
    where, tag = made.headers["location"], made.headers["etag"]
    other = {**APPLICATION, "title": "改名"}
    assert client.put(where, json=other).status_code == 428
    changed = client.put(where, json=other, headers={"If-Match": tag})
    assert changed.status_code == 200 and changed.json()["version"] == 2
    late = client.put(where, json=APPLICATION, headers={"If-Match": tag})
    assert late.status_code == 412 and late.json()["type"].endswith("version-conflict")
    assert client.get(where).json() == other
    assert client.get(where, headers={"If-None-Match": changed.headers["etag"]}).status_code == 304


def test_the_decision_on_an_application_stands_with_it(client: TestClient) -> None:
    where = client.post("/v1/applications?state=submitted", json=APPLICATION).headers["location"]
    decided = client.post(f"{where}/decisions?{DAY}")
    assert decided.status_code == 201
    assert decided.content == screened(client).content
    record = ApplicationOut.model_validate(client.get(f"{where}/record").json())
    assert record.decision == decided.headers["location"].rpartition("/")[2]
    assert record.outcome == decided.json()["outcome"]
    listed = ApplicationsOut.model_validate(client.get(f"/v1/applications?outcome={record.outcome}").json())
    assert record.id in {one.id for one in listed.applications}


def test_questions_are_asked_and_nothing_is_kept(client: TestClient) -> None:
    before = client.get("/v1/audit?limit=1").json()["head"]
    asked = QuestionsOut.model_validate(client.post(f"/v1/questions?{DAY}&limit=3", json=APPLICATION).json())
    assert len(asked.questions) <= 3
    assert client.get("/v1/audit?limit=1").json()["head"] == before


def test_every_act_is_in_the_chain_and_the_chain_is_whole(client: TestClient) -> None:
    where = screened(client).headers["location"]
    client.post(f"{where}/overrides", json=ANSWER)
    record = where.rpartition("/")[2]
    acts = [one["act"] for one in client.get(f"/v1/audit?subject=decision/{record}").json()["entries"]]
    assert acts == ["decision.recorded"]
    found = client.get("/v1/audit/verify").json()
    assert found["whole"] and not found["faults"]
    exported = client.get("/v1/audit/export")
    assert all(json.loads(line)["hash"] for line in exported.text.splitlines())


@pytest.mark.parametrize("path", ["decisions", "applications", "jobs"])
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(f"/v1/{path}/0198aaaa-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_service_says_that_it_is_ready_and_counts_by_route(client: TestClient) -> None:
    assert client.get("/ready").json() == {"ready": True, "decides": True, "store": True}
    screened(client)
    figures = client.get("/metrics").text
    assert 'screening_requests_total{method="POST",route="/v1/screenings",status="201"}' in figures
