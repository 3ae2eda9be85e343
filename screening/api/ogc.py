"""OGC API - Processes 1.0 (part 1: core): `screen` for GIS programs and workflow engines as they stand.

A decision made here is recorded as any other; a job here is a job of /v1/jobs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from screening.access import AccessError, Act, Principal
from screening.api.access import may, require_shown
from screening.api.bodies import read_body
from screening.api.models import ProblemOut
from screening.api.ogc_documents import (
    CONFORMANCE,
    OPENAPI,
    PROCESS,
    as_feature,
    description,
    landing,
    link,
    status,
    status_of,
    summary,
)
from screening.api.ogc_execution import GEOJSON, JSON, Answer, Execution, read_execution
from screening.api.parameters import ONLY_KNOWN, After, PageSize
from screening.api.problems import language, plain_problem
from screening.api.screenings import MAX_BODY, IdempotencyKey, decide_and_record, idempotency
from screening.api.services import Services
from screening.errors import InputError, Problem, ScreeningError
from screening.project import Project
from screening.store import Job, JobState, NotFoundError, Result
from screening.store.errors import not_found

_PROBLEM: Final[dict[str, Any]] = {"application/problem+json": {}}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    number: {"model": ProblemOut, "content": _PROBLEM} for number in (400, 404, 409, 413, 422, 500, 503)
}
_OBJECT: Final = {"schema": {"type": "object"}}
_REQUEST: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["inputs"],
                    "properties": {
                        "inputs": {"type": "object", "required": ["feature"]},
                        "outputs": {"type": "object"},
                        "response": {"enum": ["raw", "document"], "default": "raw"},
                    },
                }
            }
        },
    }
}
_EXECUTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "the decision, alone or in a document", "content": {JSON: _OBJECT, GEOJSON: _OBJECT}},
    201: {"description": "queued (`Prefer: respond-async`); `Location` is the job", "content": {JSON: _OBJECT}},
    204: {"description": "the decision is where `Link` says"},
}


class NoSuchProcessError(ScreeningError):
    """A process that this service does not have."""

    kind = "no-such-process"
    heading = "there is no such process"


class ResultNotReadyError(ScreeningError):
    """Results asked for before there are any."""

    kind = "result-not-ready"
    heading = "the job has no results yet"


class OgcRoute(APIRoute):
    """A route whose errors are those of the standard: 400 for what is wrong with a request, 404 with the standard's type."""

    _TYPES: ClassVar = {
        NoSuchProcessError: (404, "no-such-process"),
        NotFoundError: (404, "no-such-job"),
        ResultNotReadyError: (404, "result-not-ready"),
    }

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await plain(request)
            except AccessError:
                raise
            except RequestValidationError as error:
                wrong = [
                    Problem("/".join(map(str, one["loc"])), str(one["msg"]), "", "参数有误") for one in error.errors()
                ]
                return _refused(InputError(wrong), request)
            except ScreeningError as error:
                return _refused(error, request)

        return handled


def _refused(error: ScreeningError, request: Request) -> Response:
    body = plain_problem(error, language(request))
    known = next((found for kind, found in OgcRoute._TYPES.items() if isinstance(error, kind)), None)
    if known is not None:
        body["status"] = known[0]
        body["type"] = f"http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{known[1]}"
    elif isinstance(error, InputError) and body["status"] == 422:
        body["status"] = 400
    headers = {"Retry-After": "5"} if body["status"] == 503 else None
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, body["status"], headers=headers, media_type="application/problem+json")


def _format(f: Annotated[Literal["json"], Query(description="the only format")] = "json") -> None:
    """Many clients name the format."""


def router(services: Services) -> APIRouter:
    """The routes of OGC API - Processes."""
    routes = APIRouter(
        prefix="/ogc",
        tags=["ogc"],
        route_class=OgcRoute,
        dependencies=[ONLY_KNOWN, Depends(_format)],
        responses=_PROBLEMS,
    )
    store, vocabulary = services.store, services.rulebook.vocabulary
    reading = [may(Act.READ_PROCESS)]

    def shown(request: Request, who: Principal, act: Act, job: str) -> Job:
        found = store.jobs.get(job)
        require_shown(request, who, act, owner=found.owner, subject=f"job/{job}", missing=not_found("job", "任务", job))
        return found

    @routes.get("", dependencies=reading)
    def ogc(request: Request) -> dict[str, Any]:
        """The landing page of OGC API - Processes."""
        return landing(_base(request), language(request))

    @routes.get("/conformance", dependencies=reading)
    def conformance() -> dict[str, Any]:
        """The conformance classes that are kept."""
        return {"conformsTo": list(CONFORMANCE)}

    @routes.get("/api", dependencies=reading, response_class=Response, responses={200: {"content": {OPENAPI: _OBJECT}}})
    def api(request: Request) -> Response:
        """This service's OpenAPI document."""
        return Response(json.dumps(request.app.openapi(), ensure_ascii=False).encode(), media_type=OPENAPI)

    @routes.get("/processes", dependencies=reading)
    def processes(request: Request) -> dict[str, Any]:
        """The processes: one."""
        base = _base(request)
        return {"processes": [summary(base, language(request))], "links": [link(base, "/ogc/processes", "self")]}

    @routes.get("/processes/{process}", dependencies=reading)
    def process(request: Request, process: str) -> dict[str, Any]:
        """A process with its inputs and outputs."""
        _require(process)
        return description(_base(request), language(request), vocabulary)

    @routes.post(
        "/processes/{process}/execution",
        response_class=Response,
        responses=_EXECUTED,
        openapi_extra=_REQUEST,
    )
    async def execute(
        request: Request,
        process: str,
        who: Annotated[Principal, may(Act.EXECUTE_PROCESS)],
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Screen one application and record the decision: at once, or as a job (`Prefer: respond-async`)."""
        _require(process)
        body = await read_body(request, MAX_BODY)
        asked = await asyncio.to_thread(read_execution, body)
        day = asked.as_of or services.today
        wishes = ",".join(request.headers.getlist("prefer")).replace(" ", "").lower().split(",")
        if "respond-async" in wishes:
            key = idempotency(who, idempotency_key, "ogc job", body)
            job = await asyncio.to_thread(_queue, services, asked, who, day, key)
            base = _base(request)
            headers = {"Location": f"{base}/ogc/jobs/{job.id}", "Preference-Applied": "respond-async"}
            return Response(_json(status(base, language(request), job)), 201, headers, JSON)
        key = idempotency(who, idempotency_key, "ogc", asked.as_of, asked.application)
        recorded = await decide_and_record(services, who, asked.application, day, key)
        decision, place = bytes(recorded.body), recorded.headers["Location"]
        return await asyncio.to_thread(_answer, request, asked.answer, asked.application, decision, place)

    @routes.get("/jobs")
    def jobs(
        request: Request, who: Annotated[Principal, may(Act.READ_JOB)], limit: PageSize = 50, after: After = None
    ) -> dict[str, Any]:
        """Jobs, newest first; those of /v1/jobs are among them."""
        base, page = _base(request), store.jobs.page(owner=who.only_owner, after=after, limit=limit)
        links = [link(base, "/ogc/jobs", "self")]
        if page.next is not None:
            links.append(link(base, f"/ogc/jobs?limit={limit}&after={page.next}", "next"))
        return {"jobs": [status(base, language(request), one) for one in page.items], "links": links}

    @routes.get("/jobs/{job}")
    def job(request: Request, job: str, who: Annotated[Principal, may(Act.READ_JOB)]) -> dict[str, Any]:
        """How far a job is."""
        return status(_base(request), language(request), shown(request, who, Act.READ_JOB, job))

    @routes.delete("/jobs/{job}")
    def dismiss(request: Request, job: str, who: Annotated[Principal, may(Act.END_JOB)]) -> dict[str, Any]:
        """Dismiss a job: what is decided stays recorded, what is not never will be."""
        shown(request, who, Act.END_JOB, job)
        return status(_base(request), language(request), store.jobs.cancel(job, actor=who.id))

    @routes.get("/jobs/{job}/results", response_class=Response, responses=_EXECUTED)
    def results(request: Request, job: str, who: Annotated[Principal, may(Act.READ_JOB)]) -> Response:
        """The results of a job that has ended, sent as they were asked for; of many applications, links to them."""
        found = shown(request, who, Act.READ_JOB, job)
        if found.state is not JobState.DONE:
            zh = "任务尚未完成" if status_of(found) != "dismissed" else "任务已取消，没有结果"
            raise ResultNotReadyError(Problem(f"job/{job}", f"is {status_of(found)}", "ask for its status", zh))
        if found.total > 1:
            return Response(_json({"decision": _many(services, request, found)}), media_type=JSON)
        (only,) = store.jobs.results(job, limit=1)
        if only.decision is None:
            return _failed(only)
        content = store.decisions.content(only.decision)
        place = f"/v1/decisions/{only.decision}"
        return _answer(request, Answer.of_title(found.title), content.request, content.decision, place)

    return routes


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def _require(process: str) -> None:
    if process != PROCESS:
        remedy = f"the process is {PROCESS}"
        raise NoSuchProcessError(
            Problem(process[:80], "there is no such process", remedy, f"没有此过程，可用：{PROCESS}")
        )


def _queue(services: Services, asked: Execution, who: Principal, day: Any, key: Any) -> Job:
    # What cannot be read is said now, not by the job.
    Project.from_bytes(asked.application)
    return services.store.jobs.create(
        [asked.application], owner=who.id, actor=who.id, as_of=day, title=asked.answer.title, idempotency=key
    )


def _answer(request: Request, asked: Answer, application: bytes, decision: bytes, place: str) -> Response:
    """The decision as it was asked for. `place` is where it is recorded."""
    href = f"{_base(request)}{place}"
    # Only the canonical JSON of a decision has an address.
    headers = {"Link": f'<{href}>; rel="{"related" if asked.by_value else "item"}"; type="{JSON}"'}
    if not asked.by_value:
        if asked.raw:
            return Response(None, 204, headers)
        return Response(_json({"decision": {"href": href, "type": JSON}}), 200, headers, JSON)
    content = as_feature(application, decision) if asked.media_type == GEOJSON else decision
    if asked.raw:
        return Response(content, 200, headers, asked.media_type)
    document = f'{{"decision": {{"mediaType": "{asked.media_type}", "value": '.encode() + content + b"}}"
    return Response(document, 200, headers, JSON)


def _failed(result: Result) -> Response:
    """The problem that an application ended with, as the answer to who asks for the decision."""
    problem: dict[str, Any] = json.loads(result.problem) if result.problem is not None else {"type": "about:blank"}
    number = int(problem.get("status", 500))
    problem["status"] = 400 if number == 422 else number
    return Response(_json(problem), problem["status"], media_type="application/problem+json")


def _many(services: Services, request: Request, job: Job) -> list[dict[str, Any]]:
    """A link for every decision of a job, and what was wrong with an application in the place of its decision."""
    found: list[dict[str, Any]] = []
    while len(found) < job.total:
        page = services.store.jobs.results(job.id, after=len(found) - 1, limit=500)
        if not page:
            break
        for one in page:
            if one.decision is not None:
                found.append({"href": f"{_base(request)}/v1/decisions/{one.decision}", "type": JSON})
            else:
                problem = json.loads(one.problem) if one.problem is not None else {}
                found.append({"mediaType": "application/problem+json", "value": problem})
    return found
