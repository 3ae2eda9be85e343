"""Many applications at once: queued, decided in the background, each recorded as any other; progress and results."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from screening.access import Act, Principal
from screening.api.access import access_of, may, require_shown
from screening.api.bodies import read_body
from screening.api.models import JobOut, JobResultsOut, JobsOut
from screening.api.parameters import ONLY_KNOWN, After, AsOf, PageSize
from screening.api.problems import PROBLEMS
from screening.api.screenings import IdempotencyKey, idempotency
from screening.api.services import Services
from screening.documents import decode, parse_json
from screening.errors import InputError, Problem
from screening.store import Job, JobState, Result, time_text
from screening.store.errors import not_found

MAX_JOB: Final = 60_000_000
MOST_APPLICATIONS: Final = 10_000
_APPLICATIONS: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}, "minItems": 1}},
        },
    }
}


def router(services: Services) -> APIRouter:
    """The routes of jobs."""
    routes = APIRouter(prefix="/v1/jobs", tags=["jobs"], dependencies=[ONLY_KNOWN])
    store = services.store

    def shown(request: Request, who: Principal, act: Act, job: str) -> Job:
        found = store.jobs.get(job)
        require_shown(request, who, act, owner=found.owner, subject=f"job/{job}", missing=not_found("job", "任务", job))
        return found

    @routes.post("", status_code=202, response_model=JobOut, responses=PROBLEMS, openapi_extra=_APPLICATIONS)
    async def create_job(
        request: Request,
        response: Response,
        who: Annotated[Principal, may(Act.CREATE_JOB)],
        as_of: AsOf = None,
        title: Annotated[str, Query(max_length=300)] = "",
        idempotency_key: IdempotencyKey = None,
    ) -> JobOut:
        """Queue applications: a JSON array, or one a line (application/x-ndjson). Each is decided and recorded once."""
        body = await read_body(request, MAX_JOB)
        lines = "ndjson" in request.headers.get("content-type", "") or "jsonl" in request.headers.get(
            "content-type", ""
        )
        requests = await asyncio.to_thread(split, body, lines)
        access_of(request).spend(request.state.arrival, who, Act.SCREEN, len(requests))
        key = idempotency(who, idempotency_key, "job", as_of, title, body)
        day = as_of or services.today

        def queue() -> Job:
            return store.jobs.create(requests, owner=who.id, actor=who.id, as_of=day, title=title, idempotency=key)

        made = await asyncio.to_thread(queue)
        response.headers["Location"] = f"/v1/jobs/{made.id}"
        return plain_job(made)

    @routes.get("", response_model=JobsOut, responses=PROBLEMS)
    def jobs(
        who: Annotated[Principal, may(Act.READ_JOB)],
        state: JobState | None = None,
        limit: PageSize = 50,
        after: After = None,
    ) -> JobsOut:
        """Jobs, newest first."""
        page = store.jobs.page(owner=who.only_owner, state=state, after=after, limit=limit)
        return JobsOut(jobs=[plain_job(one) for one in page.items], next=page.next)

    @routes.get("/{job}", response_model=JobOut, responses=PROBLEMS)
    def job(request: Request, job: str, who: Annotated[Principal, may(Act.READ_JOB)]) -> JobOut:
        """How far a job is."""
        return plain_job(shown(request, who, Act.READ_JOB, job))

    @routes.get("/{job}/results", response_model=JobResultsOut, responses=PROBLEMS)
    def results(
        request: Request,
        job: str,
        who: Annotated[Principal, may(Act.READ_JOB)],
        after: Annotated[int, Query(ge=-1, le=10**9, description="the number of the last one seen")] = -1,
        limit: PageSize = 100,
    ) -> JobResultsOut:
        """What became of each application, in the order they were sent: the decision's record, or the problem."""
        shown(request, who, Act.READ_JOB, job)
        found = store.jobs.results(job, after=after, limit=limit)
        return JobResultsOut.model_validate({"results": [plain_result(one) for one in found]})

    @routes.delete("/{job}", response_model=JobOut, responses=PROBLEMS)
    def end_job(request: Request, job: str, who: Annotated[Principal, may(Act.END_JOB)]) -> JobOut:
        """End a job: what is decided stays, what is not never will be."""
        shown(request, who, Act.END_JOB, job)
        return plain_job(store.jobs.cancel(job, actor=who.id))

    return routes


def split(body: bytes, lines: bool) -> list[bytes]:
    """The applications of a body, each as the bytes of a request. Raises InputError or DocumentError."""
    if lines:
        found = [line for line in body.split(b"\n") if line.strip()]
    else:
        read = parse_json(decode(body, ""), "")
        if not isinstance(read, list):
            raise InputError(
                Problem("", "is no list of applications", "write [ ... ], or one a line", "应为申请的列表")
            )
        found = [json.dumps(one, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass") for one in read]
    if not found or len(found) > MOST_APPLICATIONS:
        what = "holds no applications" if not found else f"holds {len(found):,} applications"
        remedy = f"send 1 to {MOST_APPLICATIONS:,} at a time"
        raise InputError(Problem("", what, remedy, f"一次可提交 1 至 {MOST_APPLICATIONS} 个申请"))
    return found


def plain_job(job: Job) -> JobOut:
    return JobOut(
        id=job.id,
        owner=job.owner,
        title=job.title,
        as_of=job.as_of.isoformat(),
        state=job.state.value,
        total=job.total,
        done=job.done,
        failed=job.failed,
        created_at=time_text(job.created_at),
        ended_at=time_text(job.ended_at) if job.ended_at is not None else None,
    )


def plain_result(result: Result) -> dict[str, Any]:
    return {
        "number": result.number,
        "state": result.state.value,
        "decision": f"/v1/decisions/{result.decision}" if result.decision is not None else None,
        "problem": json.loads(result.problem) if result.problem is not None else None,
    }
