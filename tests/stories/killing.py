"""A real service killed (SIGKILL) amid concurrent submissions, started again, and asked what it kept.

python -m tests.stories.killing --count 2000 [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

APPLICATION = {
    "id": "killed",
    "project": {"sector": "1432", "works": "new_build"},
    "site": {
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[112.2, 30.1], [112.202, 30.1], [112.202, 30.102], [112.2, 30.102], [112.2, 30.1]]],
        }
    },
}


@dataclass
class Service:
    """A service process on a port of its own, over one database."""

    database: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self, within: float = 90.0) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "screening.cli", "serve", "--port", str(self.port), "--workers", "2"]
        self.process = subprocess.Popen(
            [*command, "--database", self.database], start_new_session=True, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + within
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/ready")[0] == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the service did not start")

    def kill(self) -> None:
        """SIGKILL, to the service alone: its workers find out by themselves."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, Any]:
        """Status, JSON and headers. Raises OSError or HTTPException when the service is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None, answer.headers
        finally:
            connection.close()


@dataclass
class Kept:
    """What the submitters were told: of each key where its record is, if that was acknowledged."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


@contextmanager
def submitting(service: Service, keys: list[str], kept: Kept, threads: int) -> Iterator[None]:
    """Submit one application for each key, from several threads; those that fail are unsure."""
    waiting, lock = list(reversed(keys)), threading.Lock()
    body = json.dumps(APPLICATION).encode()

    def work() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                key = waiting.pop()
            try:
                status, _, headers = service.ask(
                    "POST", "/v1/screenings?as_of=2026-11-22", body, **{"Idempotency-Key": key}
                )
            except (OSError, http.client.HTTPException):
                status, headers = 0, {}
            with lock:
                if status == 201:
                    kept.acknowledged[key] = headers["Location"]
                else:
                    kept.unsure.add(key)

    crew = [threading.Thread(target=work) for _ in range(threads)]
    for one in crew:
        one.start()
    yield
    for one in crew:
        one.join()


def kill_and_count(database: str, count: int, threads: int) -> dict[str, int]:
    """Submit `count`, kill after about a third, start again, send what was unsure again with its key, and count.

    Raises AssertionError where an acknowledged record is missing or doubled, or the chain is not whole.
    """
    service, kept = Service(database), Kept()
    keys = [f"key-{number}" for number in range(count)]
    service.start()
    try:
        with submitting(service, keys, kept, threads):
            until = time.monotonic() + 120
            while len(kept.acknowledged) < count // 3 and time.monotonic() < until:
                time.sleep(0.01)
            service.kill()
        before = dict(kept.acknowledged)
        assert count // 3 <= len(before) < count, "the service was not killed amid the submissions"
        service.start()
        again = Kept()
        with submitting(service, keys, again, threads):
            pass
        assert not again.unsure
        for key, where in before.items():
            assert again.acknowledged[key] == where, f"{key} was acknowledged as {where} and is another now"
        found, after = 0, ""
        while True:
            _, page, _ = service.ask("GET", f"/v1/decisions?limit=500{after}")
            found += len(page["decisions"])
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert found == count, f"{found} records for {count} keys"
        _, verified, _ = service.ask("GET", "/v1/audit/verify")
        assert verified["whole"], verified["faults"]
        return {"submitted": count, "acknowledged before the kill": len(before), "records": found}
    finally:
        service.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        print(kill_and_count(args.database or str(Path(folder) / "screening.db"), args.count, args.threads))


if __name__ == "__main__":
    main()
