"""Applications kept while they are written, changed against the version that was read, and decided."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response

from screening.access import Act, Principal
from screening.api.access import may, require_shown
from screening.api.bodies import read_body
from screening.api.decisions import with_offset
from screening.api.models import ApplicationOut, ApplicationsOut, DecisionOut
from screening.api.parameters import ONLY_KNOWN, After, AsOf, PageSize, Words
from screening.api.problems import PROBLEMS
from screening.api.screenings import (
    APPLICATION_BODY,
    CREATED,
    MAX_BODY,
    IdempotencyKey,
    decide_and_record,
    idempotency,
)
from screening.api.services import Services
from screening.decision import Outcome
from screening.errors import InputError, Problem
from screening.project import Project
from screening.store import Application, State, time_text
from screening.store.errors import not_found


def router(services: Services) -> APIRouter:
    """The routes of applications."""
    routes = APIRouter(prefix="/v1/applications", tags=["applications"], dependencies=[ONLY_KNOWN])
    store = services.store

    def shown(request: Request, who: Principal, act: Act, application: str) -> tuple[Application, bytes]:
        found, body = store.applications.read(application)
        missing = not_found("application", "申请", application)
        subject = f"application/{application}"
        require_shown(request, who, act, owner=found.owner, subject=subject, missing=missing)
        return found, body

    @routes.post("", status_code=201, response_model=ApplicationOut, responses=PROBLEMS, openapi_extra=APPLICATION_BODY)
    async def create_application(
        request: Request,
        response: Response,
        who: Annotated[Principal, may(Act.CREATE_APPLICATION)],
        state: State = State.DRAFT,
        idempotency_key: IdempotencyKey = None,
    ) -> ApplicationOut:
        """Keep an application as it was sent; it need not be complete, but must be one."""
        body = await read_body(request, MAX_BODY)
        project = Project.from_bytes(body)

        def keep() -> Application:
            return store.applications.create(
                owner=who.id,
                actor=who.id,
                title=project.title,
                body=body,
                state=state,
                idempotency=idempotency(who, idempotency_key, "application", state.value, body),
            )

        made = await asyncio.to_thread(keep)
        response.headers.update({"Location": f"/v1/applications/{made.id}", "ETag": tag(made)})
        return plain_application(made)

    @routes.get("", response_model=ApplicationsOut, responses=PROBLEMS)
    def applications(
        who: Annotated[Principal, may(Act.READ_APPLICATION)],
        state: State | None = None,
        outcome: Outcome | None = None,
        q: Words = None,
        since: datetime | None = None,
        limit: PageSize = 50,
        after: After = None,
    ) -> ApplicationsOut:
        """Applications, newest first; `outcome` is of the last decision on each."""
        page = store.applications.page(
            owner=who.only_owner,
            state=state,
            outcome=outcome,
            text=q,
            since=with_offset(since),
            after=after,
            limit=limit,
        )
        return ApplicationsOut(applications=[plain_application(one) for one in page.items], next=page.next)

    @routes.get("/{application}", responses=PROBLEMS)
    def read_application(
        request: Request, application: str, who: Annotated[Principal, may(Act.READ_APPLICATION)]
    ) -> Response:
        """The application, byte for byte as it was sent; its version is its ETag."""
        found, body = shown(request, who, Act.READ_APPLICATION, application)
        headers = {"ETag": tag(found), "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match", "").removeprefix("W/") == tag(found):
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    @routes.get("/{application}/record", response_model=ApplicationOut, responses=PROBLEMS)
    def application_record(
        request: Request, response: Response, application: str, who: Annotated[Principal, may(Act.READ_APPLICATION)]
    ) -> ApplicationOut:
        """Whose it is, in what state and version, and the last decision on it."""
        found, _ = shown(request, who, Act.READ_APPLICATION, application)
        response.headers["ETag"] = tag(found)
        return plain_application(found)

    @routes.put("/{application}", response_model=ApplicationOut, responses=PROBLEMS, openapi_extra=APPLICATION_BODY)
    async def replace_application(
        request: Request,
        response: Response,
        application: str,
        who: Annotated[Principal, may(Act.CHANGE_APPLICATION)],
        if_match: Annotated[str | None, Header(max_length=200, description="the ETag of the version read")] = None,
        state: State | None = None,
    ) -> ApplicationOut:
        """Put another version in place of the one that was read. Without `If-Match` the answer is 428."""
        if if_match is None:
            raise HTTPException(428, "say in If-Match which version this replaces; * replaces whichever is there")
        body = await read_body(request, MAX_BODY)
        project = Project.from_bytes(body)
        version = None if if_match.strip() == "*" else version_of(if_match)

        def put() -> Application:
            shown(request, who, Act.CHANGE_APPLICATION, application)
            return store.applications.replace(
                application, actor=who.id, version=version, title=project.title, body=body, state=state
            )

        made = await asyncio.to_thread(put)
        response.headers["ETag"] = tag(made)
        return plain_application(made)

    @routes.post(
        "/{application}/decisions", status_code=201, response_model=DecisionOut, responses={**PROBLEMS, **CREATED}
    )
    async def decide_application(
        request: Request,
        application: str,
        who: Annotated[Principal, may(Act.DECIDE_APPLICATION)],
        as_of: AsOf = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Screen the application as it stands and record the decision."""
        found, body = await asyncio.to_thread(shown, request, who, Act.DECIDE_APPLICATION, application)
        key = idempotency(who, idempotency_key, "decision of", application, as_of)
        day = as_of or services.today
        return await decide_and_record(services, who, body, day, key, application=application, owner=found.owner)

    return routes


def tag(application: Application) -> str:
    return f'"{application.version}"'


def version_of(text: str) -> int:
    """The version that an If-Match names. Raises InputError."""
    digits = text.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 12):
        what = "is no ETag of an application"
        raise InputError(Problem("If-Match", what, "send the ETag that came with it", "不是申请的版本标识"))
    return int(digits)


def plain_application(application: Application) -> ApplicationOut:
    return ApplicationOut(
        id=application.id,
        owner=application.owner,
        title=application.title,
        state=application.state.value,
        version=application.version,
        created_at=time_text(application.created_at),
        updated_at=time_text(application.updated_at),
        decision=application.decision,
        outcome=application.outcome.value if application.outcome is not None else None,
    )
