"""Receipts held against this service's rulebook and zones: is the decision in it the one these give?"""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request

from screening.access import Act, Principal
from screening.api.access import may
from screening.api.administration import head_of
from screening.api.bodies import read_body
from screening.api.models import VerifiedOut
from screening.api.parameters import ONLY_KNOWN
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.audit.receipt import Receipt
from screening.receipts import verify_receipt

MAX_RECEIPT: Final = 20_000_000
_RECEIPT: Final = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


def router(services: Services) -> APIRouter:
    """The route that verifies receipts."""
    routes = APIRouter(prefix="/v1/receipts", tags=["receipts"], dependencies=[ONLY_KNOWN])

    @routes.post("/verify", response_model=VerifiedOut, responses=PROBLEMS, openapi_extra=_RECEIPT)
    async def verify(
        request: Request,
        who: Annotated[Principal, may(Act.VERIFY_RECEIPT)],
        head: Annotated[
            str | None, Query(max_length=200, description="a head of the audit chain kept elsewhere")
        ] = None,
    ) -> VerifiedOut:
        """Check the parts of a receipt, make its decision again, and compare byte for byte. Nothing is kept."""
        body = await read_body(request, MAX_RECEIPT)
        stated = head_of(head)
        receipt = Receipt.read(body)
        found = await asyncio.to_thread(verify_receipt, receipt, services.rulebook, services.atlas, stated=stated)
        return VerifiedOut.model_validate(found.plain())

    return routes
