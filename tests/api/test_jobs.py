"""Many applications at once: each decided and recorded once, wrong ones told, progress seen, ended when asked."""

from __future__ import annotations

import json
import time
from typing import Any

from fastapi.testclient import TestClient

from screening.api.models import JobOut, JobResultsOut
from tests.api.test_api import APPLICATION


def ended(client: TestClient, where: str) -> Any:
    for _ in range(600):
        job = client.get(where).json()
        if job["state"] in ("done", "cancelled"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job['state']}")


def test_a_job_decides_each_application_once_and_tells_the_wrong_ones(client: TestClient) -> None:
    lines = [json.dumps({**APPLICATION, "id": f"a-{number}"}) for number in range(4)]
    lines.insert(2, '{"id": "wrong"}')
    made = client.post(
        "/v1/jobs?as_of=2026-11-22", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    assert made.status_code == 202, made.text
    job = JobOut.model_validate(ended(client, made.headers["location"]))
    assert (job.total, job.done, job.failed) == (5, 4, 1)
    results = JobResultsOut.model_validate(client.get(f"{made.headers['location']}/results").json()).results
    assert [one.state for one in results] == ["done", "done", "failed", "done", "done"]
    assert results[2].problem and results[2].problem["problems"][0]["pointer"].startswith("/site")
    decided = [client.get(str(one.decision)).json()["project"] for one in results if one.decision]
    assert decided == ["a-0", "a-1", "a-2", "a-3"]


def test_a_json_array_is_a_job_too_and_a_key_makes_it_once(client: TestClient) -> None:
    sent = {"json": [APPLICATION], "headers": {"Idempotency-Key": "job-1"}}
    first, again = (client.post("/v1/jobs?as_of=2026-11-22", **sent) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert ended(client, first.headers["location"])["done"] == 1


def test_an_empty_or_senseless_job_is_refused(client: TestClient) -> None:
    for body in (b"[]", b"{}", b"", b"[1"):
        answer = client.post("/v1/jobs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), body


def test_an_ended_job_decides_nothing_more(client: TestClient) -> None:
    made = client.post("/v1/jobs?as_of=2026-11-22", json=[APPLICATION] * 200)
    gone = client.delete(made.headers["location"]).json()
    assert gone["state"] == "cancelled"
    # The next job is decided after what was left of this one would have been.
    ended(client, client.post("/v1/jobs?as_of=2026-11-22", json=[APPLICATION]).headers["location"])
    now = client.get(made.headers["location"]).json()
    assert now["state"] == "cancelled" and now["done"] - gone["done"] <= 2
