"""A site file over HTTP: what it holds, where that may be, and the site to submit for it."""

from __future__ import annotations

import json
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from screening.access import Act
from screening.api.access import may
from screening.api.bodies import read_body
from screening.api.models import SiteOut
from screening.api.parameters import ONLY_KNOWN
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.workers import SiteFile

MAX_FILE: Final = 60_000_000
_UPLOAD: Final = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


def router(services: Services) -> APIRouter:
    """The route that reads site files."""
    routes = APIRouter(prefix="/v1/sites", tags=["sites"], dependencies=[ONLY_KNOWN, may(Act.READ_SITE)])

    @routes.post("", response_model=SiteOut, responses=PROBLEMS, openapi_extra=_UPLOAD)
    async def read_site(
        request: Request,
        name: Annotated[str, Query(min_length=1, max_length=200, description="the file's name with its ending")],
        layer: Annotated[str | None, Query(max_length=200, description="the layer that holds the site")] = None,
        crs: Annotated[str | None, Query(max_length=2000, description="the coordinate system, if known")] = None,
        extent: Annotated[str | None, Query(max_length=60, description='for a point or line, such as "30 m"')] = None,
    ) -> Response:
        """Read a file of places (shapefile .zip, KML, DXF, GeoPackage, 界址点 text, table ...). Nothing is kept.

        `site` is what to submit for it: the numbers as they stand, with their system. Where the system is not certain,
        every place they may be at is told, each with the `site` that would state it.
        """
        body = await read_body(request, MAX_FILE)
        found = await services.decider.read_site(SiteFile(name, body), layer, crs, extent)
        return Response(json.dumps(found, ensure_ascii=False).encode(), media_type="application/json")

    return routes
