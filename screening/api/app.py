"""The HTTP door: an application in, a decision out; the rules and the zones to read. Loopback only for now."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from screening.api.models import DecisionOut, HealthOut, ProblemOut, RulesOut
from screening.api.problems import TooLargeError, add_problem_handlers
from screening.atlas import Atlas
from screening.decision import Ground
from screening.errors import InputError, Problem, suggest
from screening.project import Project
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook
from screening.rulebook.sentences import rule_in_words
from screening.rulebook.values import parse_day
from screening.screen import screen
from screening.version import VERSION

MAX_BODY: Final = 10_000_000
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ProblemOut, "content": {"application/problem+json": {}}} for status in (400, 413, 422)
}
_APPLICATION: Final = {
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


def _written_day(value: Any) -> Any:
    """A day as `parse_day` reads it: pydantic alone would take 0 for 1970-01-01, a day without law."""
    try:
        return parse_day(value) if isinstance(value, str) else value
    except InputError as error:
        raise ValueError(error.problems[0].text()) from None


AsOf = Annotated[
    date | None, BeforeValidator(_written_day), Query(description="the day whose law counts; today by default")
]


def make_app(rulebook: Rulebook, atlas: Atlas) -> FastAPI:
    """The service over one rulebook and one atlas."""
    # The documentation page with its script and style from this machine: an office has no outside network.
    app = FastAPIOffline(
        title="screening 建设项目生态环境准入筛查",
        version=VERSION,
        description="Screens a project and its site against dated, declarative environmental-access rules.",
    )
    add_problem_handlers(app)
    # A misspelt or doubled parameter must not be answered as if it had not been sent: `asof=` would mean today.
    named = [Depends(_only_known_parameters)]

    @app.get("/health", response_model=HealthOut)
    def health() -> HealthOut:
        """That the service answers, with the versions it answers by."""
        return HealthOut(status="ok", engine=VERSION, rulebook=rulebook.digest, atlas=atlas.hash)

    @app.post(
        "/v1/screenings",
        response_model=DecisionOut,
        responses=_PROBLEMS,
        openapi_extra=_APPLICATION,
        dependencies=named,
    )
    async def create_screening(request: Request, as_of: AsOf = None) -> Response:
        """Screen one application. The answer is canonical JSON: the same application gives the same bytes."""
        project = Project.from_bytes(await _body(request))
        day = as_of or date.today()
        decision = await run_in_threadpool(screen, project, rulebook, atlas, as_of=day)
        return Response(decision.canonical(), media_type="application/json")

    @app.get("/v1/rules", response_model=RulesOut, responses={422: _PROBLEMS[422]}, dependencies=named)
    def rules(as_of: AsOf = None) -> JSONResponse:
        """The rules in force on a day."""
        day = as_of or date.today()
        return JSONResponse({"as_of": day.isoformat(), "rulebook": rulebook.digest, "rules": _listed(rulebook, day)})

    @app.get("/v1/zones", responses={404: _PROBLEMS[422], 422: _PROBLEMS[422]}, dependencies=named)
    def zones(kind: Annotated[str | None, Query(max_length=80)] = None) -> Response:
        """Features as GeoJSON in CGCS2000 longitude and latitude: of one kind, or of every layer."""
        if kind is not None and kind not in atlas.kinds:
            raise HTTPException(404, f'no layer shows "{kind}"; known: {", ".join(atlas.kinds)}')
        return JSONResponse(atlas.features_geojson(kind), media_type="application/geo+json")

    return app


def _only_known_parameters(request: Request) -> None:
    known = {"/v1/zones": "kind"}.get(request.url.path, "as_of")
    for name in request.query_params:
        if name != known:
            hint = suggest(name, [known]) or f"known: {known}"
            raise InputError(Problem(name[:80], "is no parameter here", hint, f"没有参数“{name[:80]}”，可用：{known}"))
        if len(request.query_params.getlist(name)) > 1:
            raise InputError(Problem(name, "stands twice", "keep one", f"参数“{name}”重复"))


async def _body(request: Request) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLargeError(
                Problem(
                    "",
                    f"is over {MAX_BODY:,} bytes",
                    "simplify the footprint",
                    f"超过 {MAX_BODY:,} 字节，请简化用地边界",
                )
            )
        chunks.append(chunk)
    return b"".join(chunks)


def _listed(rulebook: Rulebook, day: date) -> list[dict[str, Any]]:
    return [_plain_rule(rule, rulebook) for rule in rulebook.in_force(day)]


def _plain_rule(rule: Rule, rulebook: Rulebook) -> dict[str, Any]:
    grounds = [
        Ground(item.id, item.name, citation.clause, item.number, item.url).plain()
        for citation in rule.basis
        for item in [rulebook.instruments[citation.instrument]]
    ]
    return {
        "id": rule.id,
        "title": rule.title.plain(),
        "sentence": {lang: rule_in_words(rule, rulebook.vocabulary, lang) for lang in ("zh", "en")},
        "jurisdiction": rule.jurisdiction,
        "effect": rule.effect.value,
        "checked": rule.level.value,
        "effective_from": rule.effective.start.isoformat() if rule.effective.start else None,
        "effective_until": rule.effective.until.isoformat() if rule.effective.until else None,
        "grounds": grounds,
        "digest": rule.digest,
    }
