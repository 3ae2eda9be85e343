"""What administrators read and keep: the audit chain, keys, webhooks; and who one is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from screening.access import Act, Principal, Role, new_key
from screening.api.access import may
from screening.api.models import AuditOut, AuditVerificationOut, KeyOut, KeysOut, MeOut, NewKeyOut
from screening.api.parameters import ONLY_KNOWN, PageSize
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.audit.chain import Head
from screening.errors import InputError, Problem
from screening.store import ApiKey, AuditEntry, time_text

LONGEST_DAYS: Final = 3660


class KeyIn(BaseModel):
    """A key to be made: a name to know it by, whom it speaks for, what it may do, until when."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    principal: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f:]+$")
    roles: list[Role] = Field(min_length=1, max_length=3)
    expires_at: AwareDatetime | None = None


def router(services: Services) -> APIRouter:
    """The routes of administration."""
    routes = APIRouter(prefix="/v1", tags=["administration"], dependencies=[ONLY_KNOWN])
    store = services.store

    @routes.get("/me", response_model=MeOut, responses=PROBLEMS)
    def me(who: Annotated[Principal, may(Act.READ_SELF)]) -> MeOut:
        """Who one is here, and what one may do."""
        return MeOut(
            id=who.id,
            name=who.name,
            roles=sorted(role.value for role in who.roles),
            method=who.method.value,
            acts=sorted(act.value for act in Act if who.may(act)),
        )

    @routes.get("/audit", response_model=AuditOut, responses=PROBLEMS)
    def audit(
        who: Annotated[Principal, may(Act.READ_AUDIT)],
        actor: Annotated[str | None, Query(max_length=400)] = None,
        act: Annotated[str | None, Query(max_length=80)] = None,
        subject: Annotated[str | None, Query(max_length=200)] = None,
        before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
        limit: PageSize = 100,
    ) -> AuditOut:
        """Entries of the chain, newest first, below the number `before`."""
        found = store.audit.page(actor=actor, act=act, subject=subject, before=before, limit=limit)
        return AuditOut(head=str(store.audit.head()), entries=[plain_entry(one) for one in found])

    @routes.get("/audit/verify", response_model=AuditVerificationOut, responses=PROBLEMS)
    def verify_audit(
        who: Annotated[Principal, may(Act.VERIFY_AUDIT)],
        head: Annotated[str | None, Query(max_length=200, description="a head kept elsewhere, SEQ:HASH")] = None,
    ) -> AuditVerificationOut:
        """Look at the whole chain and every record it vouches for; names what is changed, missing or moved."""
        return AuditVerificationOut.model_validate(store.audit.verify(head_of(head)).plain())

    @routes.get("/audit/export", responses={**PROBLEMS, 200: {"content": {"application/x-ndjson": {}}}})
    def export_audit(who: Annotated[Principal, may(Act.READ_AUDIT)]) -> Response:
        """The whole chain, an entry a line, for `screening audit verify --file`."""

        def lines() -> Iterator[bytes]:
            for line in store.audit.export():
                yield line + b"\n"

        store.audit.note(actor=who.id, act="audit.exported", subject="audit", payload={})
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)

    @routes.get("/keys", response_model=KeysOut, responses=PROBLEMS)
    def keys(who: Annotated[Principal, may(Act.READ_KEY)]) -> KeysOut:
        """Every key, revoked ones too; none can be read again."""
        return KeysOut(keys=[plain_key(one) for one in store.keys.all()])

    @routes.post("/keys", status_code=201, response_model=NewKeyOut, responses=PROBLEMS)
    def create_key(said: KeyIn, response: Response, who: Annotated[Principal, may(Act.CREATE_KEY)]) -> NewKeyOut:
        """Make a key. Its text is in this answer and nowhere else."""
        if said.expires_at is not None and said.expires_at <= services.clock():
            raise InputError(Problem("/expires_at", "is past", "write a time to come", "失效时间已过"))
        made = new_key()
        kept = store.keys.create(
            name=said.name,
            principal=f"key:{said.principal}",
            roles=[role.value for role in said.roles],
            hashed=made.hashed,
            actor=who.id,
            expires_at=said.expires_at.astimezone(UTC) if said.expires_at is not None else None,
        )
        response.headers["Cache-Control"] = "no-store"
        return NewKeyOut(**plain_key(kept).model_dump(), key=made.text)

    @routes.delete("/keys/{key}", response_model=KeyOut, responses=PROBLEMS)
    def revoke_key(key: str, who: Annotated[Principal, may(Act.REVOKE_KEY)]) -> KeyOut:
        """End a key at once."""
        return plain_key(store.keys.revoke(key, actor=who.id))

    return routes


def head_of(text: str | None) -> Head | None:
    """A head as it is written. Raises InputError."""
    try:
        return Head.parse(text) if text is not None else None
    except ValueError as error:
        raise InputError(Problem("head", str(error), "write SEQ:HASH", "应写作 序号:哈希")) from None


def plain_entry(found: AuditEntry) -> dict[str, Any]:
    return {**found.entry.plain(), "hash": found.hash}


def plain_key(key: ApiKey) -> KeyOut:
    def told(moment: datetime | None) -> str | None:
        return time_text(moment) if moment is not None else None

    return KeyOut(
        id=key.id,
        name=key.name,
        principal=key.principal,
        roles=list(key.roles),
        created_at=time_text(key.created_at),
        created_by=key.created_by,
        expires_at=told(key.expires_at),
        revoked_at=told(key.revoked_at),
    )
