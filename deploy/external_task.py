"""A worker of a BPMN engine (Camunda 7 REST, or Operaton): takes external tasks "screen" and answers them by the service.

    python external_task.py http://engine:8080/engine-rest http://127.0.0.1:8000 [API_KEY]

The process variable `application` is the application as JSON text. The task ends with `outcome` (pass, review, reject) and
`decision` (where the record is). The idempotency key is the task's id: a task fetched twice is decided once.
Only the standard library is needed.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from typing import Any

WORKER = "screening"
LEASE = 60_000
"""Milliseconds for which a task is locked for this worker."""


def post(url: str, body: bytes, **headers: str) -> tuple[Any, Any]:
    """The answer's JSON (None when empty) and its headers. Raises HTTPError."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as answer:
        content = answer.read()
        return json.loads(content) if content else None, answer.headers


def screen(service: str, key: str | None, task: str, application: str) -> dict[str, Any]:
    """The variables to end a task with. Raises HTTPError with the service's problem document."""
    headers = {"Idempotency-Key": task, **({"X-API-Key": key} if key else {})}
    decision, told = post(f"{service}/v1/screenings", application.encode(), **headers)
    return {"outcome": {"value": decision["outcome"]}, "decision": {"value": told["Location"]}}


def serve_once(engine: str, service: str, key: str | None) -> int:
    """Take up to ten tasks and answer each; how many there were."""
    wanted = {"workerId": WORKER, "maxTasks": 10, "asyncResponseTimeout": 20_000}
    topics = [{"topicName": "screen", "lockDuration": LEASE, "variables": ["application"]}]
    tasks, _ = post(f"{engine}/external-task/fetchAndLock", json.dumps({**wanted, "topics": topics}).encode())
    for task in tasks:
        where, done = f"{engine}/external-task/{task['id']}", {"workerId": WORKER}
        try:
            variables = screen(service, key, task["id"], task["variables"]["application"]["value"])
            post(f"{where}/complete", json.dumps({**done, "variables": variables}).encode())
        except urllib.error.HTTPError as error:
            problem = error.read().decode("utf-8", "replace")
            # An application that cannot be read is the applicant's to correct; all else may be tried again.
            final = error.code in (400, 413, 422)
            failed = {**done, "errorMessage": f"{error.code}", "errorDetails": problem}
            post(
                f"{where}/failure",
                json.dumps({**failed, "retries": 0 if final else 3, "retryTimeout": 30_000}).encode(),
            )
    return len(tasks)


def main() -> None:
    engine, service, *rest = (argument.rstrip("/") for argument in sys.argv[1:])
    while True:
        try:
            serve_once(engine, service, rest[0] if rest else None)
        except OSError as error:
            print(f"waiting: {error}", file=sys.stderr)
            time.sleep(5)


if __name__ == "__main__":
    main()
