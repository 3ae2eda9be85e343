"""Recorded decisions: listed, read, printed, exported as receipts, and answered by officers."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import date, datetime
from types import SimpleNamespace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from screening.access import REPORT_POLICY, Act, Principal
from screening.api.access import may, require_shown
from screening.api.models import DecisionOut, DecisionRecordOut, DecisionsOut, OverrideOut, OverridesOut
from screening.api.parameters import ONLY_KNOWN, After, PageSize, Words, conditional
from screening.api.problems import PROBLEMS
from screening.api.screenings import IdempotencyKey, idempotency
from screening.api.services import Services
from screening.decision import Outcome
from screening.report.opinion import FORMS, Form, Letterhead
from screening.store import DecisionRecord, Effective, Override, effective, time_text
from screening.store.errors import not_found
from screening.store.receipts import receipt_of
from screening.workers.tasks import REPORT


class OverrideIn(BaseModel):
    """What an officer answers: the outcome that counts instead, on what ground, by what authority, until when."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    reason: str = Field(min_length=1, max_length=10_000)
    authority: str = Field(min_length=1, max_length=1_000, description="by what power the officer decides")
    until_day: date = Field(description="the first day on which it no longer counts")
    from_day: date | None = Field(default=None, description="the first day on which it counts; today by default")


_PRINTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in FORMS.values()}}
}


def router(services: Services) -> APIRouter:
    """The routes of recorded decisions."""
    routes = APIRouter(prefix="/v1/decisions", tags=["decisions"], dependencies=[ONLY_KNOWN])
    store = services.store

    def shown(request: Request, who: Principal, act: Act, record: str) -> DecisionRecord:
        found = store.decisions.get(record)
        missing = not_found("decision", "结论", record)
        require_shown(request, who, act, owner=found.owner, subject=f"decision/{record}", missing=missing)
        return found

    @routes.get("", response_model=DecisionsOut, responses=PROBLEMS)
    def decisions(
        who: Annotated[Principal, may(Act.READ_DECISION)],
        outcome: Outcome | None = None,
        application: Annotated[str | None, Query(max_length=80)] = None,
        q: Words = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: PageSize = 50,
        after: After = None,
    ) -> DecisionsOut:
        """Recorded decisions, newest first. `outcome` is the engine's; what counts today stands beside it."""
        page = store.decisions.page(
            owner=who.only_owner,
            application=application,
            outcome=outcome,
            text=q,
            since=with_offset(since),
            until=with_offset(until),
            after=after,
            limit=limit,
        )
        made = store.overrides.of_many(record.id for record in page.items)
        return DecisionsOut(
            decisions=[
                plain_record(one, effective(one.outcome, made.get(one.id, ()), services.today)) for one in page.items
            ],
            next=page.next,
        )

    @routes.get("/{record}", response_model=DecisionOut, responses=PROBLEMS)
    def decision(request: Request, record: str, who: Annotated[Principal, may(Act.READ_DECISION)]) -> Response:
        """The decision as it was made, in canonical JSON."""
        shown(request, who, Act.READ_DECISION, record)
        return conditional(request, store.decisions.content(record).decision)

    @routes.get("/{record}/record", response_model=DecisionRecordOut, responses=PROBLEMS)
    def decision_record(
        request: Request, record: str, who: Annotated[Principal, may(Act.READ_DECISION)]
    ) -> DecisionRecordOut:
        """Who recorded it when, for whom, where it stands in the audit chain, and what counts today."""
        found = shown(request, who, Act.READ_DECISION, record)
        return plain_record(found, store.overrides.effective(found, services.today))

    @routes.get("/{record}/application", responses=PROBLEMS)
    def decided_application(
        request: Request, record: str, who: Annotated[Principal, may(Act.READ_DECISION)]
    ) -> Response:
        """The application as it was decided, byte for byte."""
        shown(request, who, Act.READ_DECISION, record)
        return conditional(request, store.decisions.content(record).request)

    @routes.get("/{record}/report", responses={**PROBLEMS, **_PRINTED}, response_class=Response)
    async def report(
        request: Request,
        record: str,
        who: Annotated[Principal, may(Act.READ_REPORT)],
        form: Annotated[Form, Query(alias="format")] = "pdf",
        lang: Literal["zh", "en"] = "zh",
    ) -> Response:
        """The opinion (生态环境准入研判意见) to print: HTML, DOCX or PDF."""
        await asyncio.to_thread(shown, request, who, Act.READ_REPORT, record)
        content = await asyncio.to_thread(store.decisions.content, record)
        made = await asyncio.to_thread(store.overrides.of, record)
        letterhead = Letterhead(number=record, issued=services.today)
        told = [SimpleNamespace(**asdict(one)) for one in made]
        printing = services.decider.submit(REPORT, content.decision, content.request, told, letterhead, lang, form)
        printed = await asyncio.wrap_future(printing)
        headers = {"Content-Disposition": f'{"inline" if form == "html" else "attachment"}; filename="{record}.{form}"'}
        if form == "html":
            headers["Content-Security-Policy"] = REPORT_POLICY
        return Response(printed, media_type=FORMS[form], headers=headers)

    @routes.get("/{record}/receipt", responses=PROBLEMS)
    def receipt(request: Request, record: str, who: Annotated[Principal, may(Act.READ_RECEIPT)]) -> Response:
        """One file by which `screening verify` makes the decision again, offline, with its place in the audit chain."""
        shown(request, who, Act.READ_RECEIPT, record)
        headers = {"Content-Disposition": f'attachment; filename="receipt-{record}.json"'}
        return Response(receipt_of(store, record).canonical(), media_type="application/json", headers=headers)

    @routes.get("/{record}/overrides", response_model=OverridesOut, responses=PROBLEMS)
    def overrides(request: Request, record: str, who: Annotated[Principal, may(Act.READ_OVERRIDE)]) -> OverridesOut:
        """What officers answered to it, in the order they did."""
        shown(request, who, Act.READ_OVERRIDE, record)
        return OverridesOut(overrides=[plain_override(one) for one in store.overrides.of(record)])

    @routes.post("/{record}/overrides", status_code=201, response_model=OverrideOut, responses=PROBLEMS)
    def override(
        request: Request,
        record: str,
        said: OverrideIn,
        who: Annotated[Principal, may(Act.OVERRIDE)],
        idempotency_key: IdempotencyKey = None,
    ) -> OverrideOut:
        """Answer a decision otherwise. It is a record of its own; the engine's decision stays as it is."""
        shown(request, who, Act.OVERRIDE, record)
        made = store.overrides.make(
            record,
            officer=who.id,
            officer_name=who.name or who.id,
            outcome=said.outcome,
            reason=said.reason,
            authority=said.authority,
            until_day=said.until_day,
            from_day=said.from_day,
            idempotency=idempotency(who, idempotency_key, "override", record, said.model_dump_json()),
        )
        return plain_override(made)

    return routes


def with_offset(moment: datetime | None) -> datetime | None:
    """A time without an offset is China's."""
    from screening.store.ids import CHINA

    return moment.replace(tzinfo=CHINA) if moment is not None and moment.tzinfo is None else moment


def plain_record(record: DecisionRecord, counts: Effective) -> DecisionRecordOut:
    """What is listed of a record."""
    return DecisionRecordOut(
        id=record.id,
        at=time_text(record.at),
        application=record.application,
        owner=record.owner,
        actor=record.actor,
        project=record.project,
        title=record.title,
        as_of=record.as_of.isoformat(),
        outcome=record.outcome.value,
        counts=counts.outcome.value,
        override=plain_override(counts.override) if counts.override is not None else None,
        content=record.content,
        rulebook=record.rulebook,
        entry=record.entry,
    )


def plain_override(override: Override) -> OverrideOut:
    return OverrideOut(
        id=override.id,
        decision=override.decision,
        at=time_text(override.at),
        officer=override.officer,
        officer_name=override.officer_name,
        outcome=override.outcome.value,
        reason=override.reason,
        authority=override.authority,
        from_day=override.from_day.isoformat(),
        until_day=override.until_day.isoformat(),
        entry=override.entry,
    )
