"""The HTTP door: an application in, a decision out; the rules and the zones to read. Loopback only for now."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool

from screening.api import rules, sites, vocabulary, zones
from screening.api.bodies import read_body
from screening.api.models import DecisionOut, HealthOut
from screening.api.parameters import ONLY_KNOWN, AsOf
from screening.api.problems import PROBLEMS, add_problem_handlers
from screening.api.services import Services
from screening.atlas import Atlas
from screening.project import Project
from screening.rulebook.reader import Rulebook
from screening.screen import screen
from screening.version import VERSION

MAX_BODY: Final = 10_000_000
_APPLICATION: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Project.model_json_schema(by_alias=True)},
            "application/geo+json": {
                "schema": {"type": "object", "description": "a Feature; its properties hold the facts"}
            },
        },
    }
}


def make_app(rulebook: Rulebook, atlas: Atlas) -> FastAPI:
    """The service over one rulebook and one atlas."""
    services = Services(rulebook, atlas)
    # The documentation page with its script and style from this machine: an office has no outside network.
    app = FastAPIOffline(
        title="screening 建设项目生态环境准入筛查",
        version=VERSION,
        description="Screens a project and its site against dated, declarative environmental-access rules.",
    )
    add_problem_handlers(app)

    @app.get("/health", response_model=HealthOut)
    def health() -> HealthOut:
        """That the service answers, with the versions it answers by."""
        return HealthOut(status="ok", engine=VERSION, rulebook=rulebook.digest, atlas=atlas.hash)

    @app.post(
        "/v1/screenings",
        response_model=DecisionOut,
        responses=PROBLEMS,
        openapi_extra=_APPLICATION,
        dependencies=[ONLY_KNOWN],
    )
    async def create_screening(request: Request, as_of: AsOf = None) -> Response:
        """Screen one application. The answer is canonical JSON: the same application gives the same bytes."""
        project = Project.from_bytes(await read_body(request, MAX_BODY))
        decision = await run_in_threadpool(screen, project, rulebook, atlas, as_of=as_of or services.today)
        return Response(decision.canonical(), media_type="application/json")

    for routes in (rules.router(services), vocabulary.router(services), zones.router(services), sites.router()):
        app.include_router(routes)
    return app
