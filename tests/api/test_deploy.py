"""What stands in deploy/ and docs/service.md does what it says: the worker of a workflow engine, the curl example."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import uvicorn

from screening import Atlas, Rulebook
from screening.api.embedded import make_service
from screening.store import Store
from tests.api.test_api import APPLICATION

ROOT = Path(__file__).parents[2]


def external_task() -> Any:
    spec = spec_from_file_location("external_task", ROOT / "deploy" / "external_task.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def service(rulebook: Rulebook, atlas: Atlas, tmp_path: Path) -> Iterator[str]:
    """A real service on a port of its own."""
    with Store.open(str(tmp_path / "screening.db"), create=True) as store:
        server = uvicorn.Server(
            uvicorn.Config(make_service(rulebook, atlas, store), host="127.0.0.1", port=0, log_level="error")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


class Engine(BaseHTTPRequestHandler):
    """As much of a BPMN engine's REST interface as a worker meets: hands out its tasks once, keeps what it is told."""

    tasks: list[dict[str, Any]]
    told: list[tuple[str, Any]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.told.append((self.path, body))
        answer = b""
        if self.path.endswith("/fetchAndLock"):
            answer = json.dumps(self.tasks).encode()
            self.tasks.clear()
        self.send_response(200 if answer else 204)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to the terminal."""


@contextmanager
def engine(*applications: str) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    tasks = [
        {"id": f"task-{number}", "variables": {"application": {"value": text}}}
        for number, text in enumerate(applications)
    ]
    told: list[tuple[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Engine,), {"tasks": tasks, "told": told}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", told
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_worker_ends_a_task_with_the_outcome_and_where_the_record_is(service: str) -> None:
    with engine(json.dumps(APPLICATION), '{"project": {}}') as (where, told):
        assert external_task().serve_once(where, service, None) == 2
    ended = {path: body for path, body in told if "fetch" not in path}
    variables = ended["/external-task/task-0/complete"]["variables"]
    assert variables["outcome"]["value"] in ("review", "reject")
    assert variables["decision"]["value"].startswith("/v1/decisions/")
    failed = ended["/external-task/task-1/failure"]
    assert failed["retries"] == 0 and "/site" in failed["errorDetails"]


def test_a_task_handed_out_twice_is_decided_once(service: str) -> None:
    worker = external_task()
    first, again = (worker.screen(service, None, "task-7", json.dumps(APPLICATION)) for _ in range(2))
    assert first == again


def test_the_workflow_routes_every_outcome() -> None:
    tree = ElementTree.parse(ROOT / "deploy" / "approval.bpmn")
    space = {"b": "http://www.omg.org/spec/BPMN/20100524/MODEL"}
    flows = {one.get("id"): one for one in tree.iterfind(".//b:sequenceFlow", space)}
    said = {name: "".join(flow.itertext()) for name, flow in flows.items()}
    assert "'pass'" in said["toAccept"] and "'reject'" in said["toRefuse"]
    gateway = tree.find(".//b:exclusiveGateway", space)
    assert gateway is not None and gateway.get("default") == "toOfficer"


def test_the_curl_example_of_the_documentation_is_answered(service: str) -> None:
    text = (ROOT / "docs" / "service.md").read_text("utf-8")
    found = re.search(r"-d '(\{.*?\})' \|", text, re.DOTALL)
    assert found is not None
    body, _ = external_task().post(f"{service}/v1/screenings?as_of=2026-11-22", found[1].encode())
    assert body["project"] == "my-plant"


def test_what_the_documentation_names_is_there() -> None:
    text = (ROOT / "docs" / "service.md").read_text("utf-8")
    for name in re.findall(r"\]\(([^)]+)\)", text):
        if name != "workers.md":
            assert (ROOT / "docs" / name).resolve().exists(), name
