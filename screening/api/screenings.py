"""Screening over HTTP: an application in, its recorded decision out; and, unrecorded, what may still be asked."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response

from screening.access import Act, Principal
from screening.api.access import may
from screening.api.bodies import read_body
from screening.api.models import DecisionOut, QuestionsOut
from screening.api.parameters import ONLY_KNOWN, AsOf
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.project import Project
from screening.store import Idempotency, JobItem, Recorded, Recording
from screening.workers import Decided

MAX_BODY: Final = 10_000_000
APPLICATION_BODY: Final[dict[str, Any]] = {
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
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="sent again with the same request, it gives the record that was made, once",
    ),
]
CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "description": "recorded; the bytes are canonical JSON",
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "where the record is"},
            "Idempotency-Replayed": {"schema": {"type": "string"}, "description": "true where it was made before"},
        },
    }
}


def router(services: Services) -> APIRouter:
    """The routes that screen."""
    routes = APIRouter(prefix="/v1", tags=["screenings"], dependencies=[ONLY_KNOWN])

    @routes.post(
        "/screenings",
        status_code=201,
        response_model=DecisionOut,
        responses={**PROBLEMS, **CREATED},
        openapi_extra=APPLICATION_BODY,
    )
    async def create_screening(
        request: Request,
        who: Annotated[Principal, may(Act.SCREEN)],
        as_of: AsOf = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        """Screen one application and record the decision. The answer is canonical JSON: the same application gives the
        same bytes."""
        body = await read_body(request, MAX_BODY)
        day = as_of or services.today
        # A key sent with no day means the same request on every day it is sent again.
        key = idempotency(who, idempotency_key, "screening", as_of, body)
        return await decide_and_record(services, who, body, day, key)

    @routes.post("/questions", response_model=QuestionsOut, responses=PROBLEMS, openapi_extra=APPLICATION_BODY)
    async def ask(
        request: Request,
        who: Annotated[Principal, may(Act.ASK_QUESTIONS)],
        as_of: AsOf = None,
        limit: Annotated[int | None, Query(ge=1, le=100, description="how many questions at most")] = None,
    ) -> Response:
        """What can still change the decision on an application, in the order that settles it fastest. Nothing is kept."""
        body = await read_body(request, MAX_BODY)
        found = await services.decider.questions(body, as_of or services.today, limit)
        return Response(found, media_type="application/json")

    return routes


def request_digest(*parts: Any) -> str:
    """SHA-256 over all of a request that changes its answer."""
    whole = hashlib.sha256()
    for part in parts:
        piece = part if isinstance(part, bytes) else str(part).encode("utf-8", "replace")
        whole.update(len(piece).to_bytes(8, "big"))
        whole.update(piece)
    return whole.hexdigest()


def idempotency(who: Principal, key: str | None, *parts: Any) -> Idempotency | None:
    """What a key stands for: whose it is, and the digest of all that changes the answer."""
    return Idempotency(who.id, key, request_digest(*parts)) if key is not None else None


async def decide_and_record(
    services: Services,
    who: Principal,
    body: bytes,
    day: date,
    key: Idempotency | None,
    application: str | None = None,
    owner: str | None = None,
) -> Response:
    """The recorded decision for the bytes of an application; of one key the one made first."""
    if key is not None:
        made = await asyncio.to_thread(services.store.idempotency.recall, key)
        if made is not None:
            return await asyncio.to_thread(recorded_before, services, made)
    decided = await services.decider.screen(body, day)
    recording = recording_of(services, decided, body, day, owner or who.id, who.id, key=key, application=application)
    recorded = await recorded_of(services, recording)
    if recorded.replayed:
        return await asyncio.to_thread(recorded_before, services, f"decision/{recorded.record.id}")
    return answer(decided.decision, recorded.record.id)


def recording_of(
    services: Services,
    decided: Decided,
    body: bytes,
    day: date,
    owner: str,
    actor: str,
    *,
    key: Idempotency | None = None,
    application: str | None = None,
    item: JobItem | None = None,
) -> Recording:
    """What is to be recorded of a decision."""
    return Recording(
        owner=owner,
        actor=actor,
        request=body,
        as_of=day,
        decision=decided.decision,
        outcome=decided.outcome,
        content=decided.content,
        rulebook=decided.rulebook,
        project=decided.project,
        title=decided.title,
        application=application,
        idempotency=key,
        item=item,
    )


async def recorded_of(services: Services, recording: Recording) -> Recorded:
    """The record, once it is on the disk."""
    future = await asyncio.to_thread(services.store.decisions.record_soon, recording)
    return await asyncio.wrap_future(future)


def recorded_before(services: Services, subject: str) -> Response:
    """What was recorded for an idempotency key."""
    record = subject.rpartition("/")[2]
    return answer(services.store.decisions.content(record).decision, record, replayed=True)


def answer(decision: bytes, record: str, replayed: bool = False) -> Response:
    headers = {"Location": f"/v1/decisions/{record}", **({"Idempotency-Replayed": "true"} if replayed else {})}
    return Response(decision, 201, headers=headers, media_type="application/json")
