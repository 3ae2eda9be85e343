"""A site file over HTTP: what it holds, where that may be, and the site to submit for it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from screening.access import Act
from screening.api.access import may
from screening.api.bodies import read_body
from screening.api.models import SiteOut
from screening.api.parameters import ONLY_KNOWN
from screening.api.problems import PROBLEMS
from screening.atlas import Drawing, Reading, Source, drawing_of_source, read_drawing
from screening.atlas.formats import FOOTPRINT_LIMITS, SourceError, read_source
from screening.errors import FootprintError, InputError, Problem, QuantityError
from screening.places import MOST_PLACES

MAX_FILE: Final = 60_000_000
_NAME: Final = re.compile(r"[^\x00-\x1f/\\]{1,200}")
_UPLOAD: Final = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


def router() -> APIRouter:
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
        found = await run_in_threadpool(_told, body, name, layer, crs, extent)
        return Response(json.dumps(found, ensure_ascii=False).encode(), media_type="application/json")

    return routes


def _told(body: bytes, name: str, layer: str | None, crs: str | None, extent: str | None) -> dict[str, Any]:
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise InputError(Problem("name", "is no file name", "write it without a folder", "不是文件名，请勿带路径"))
    with TemporaryDirectory(prefix="screening-site-") as folder:
        path = Path(folder) / name
        path.write_bytes(body)
        try:
            source = read_source(path, layer=layer, limits=FOOTPRINT_LIMITS)
            drawing = drawing_of_source(source, name, extent=extent, crs=crs)
            return plain_drawing(source, drawing, extent)
        except (SourceError, InputError, QuantityError) as error:
            problems = [
                Problem(one.where.replace(f"{folder}/", ""), one.what, one.remedy, one.zh) for one in error.problems
            ]
            raise (SourceError if isinstance(error, SourceError) else FootprintError)(problems) from None


def plain_drawing(source: Source, drawing: Drawing, extent: str | None) -> dict[str, Any]:
    """What was read of a site file as plain JSON data."""
    readings = drawing.readings.all[:MOST_PLACES]
    open_site = {"geometry": drawing.numbers(), "crs": "unknown", **({"extent": extent} if extent else {})}
    certain = drawing.readings.certain
    return {
        "form": source.form,
        "layer": source.layer,
        "sha256": source.sha256,
        "encoding": source.encoding,
        "declared": source.crs,
        "kind": drawing.kind,
        "certain": certain is not None,
        "site": _site(drawing, certain, extent) if certain is not None else open_site,
        "places": [
            {
                "system": one.system.id,
                "name": one.system.name.plain(),
                "why": one.why.plain(),
                "error_m": f"{float(one.system.error):g}",
                "geometry": drawing.geojson(one),
                "site": _site(drawing, one, extent),
            }
            for one in readings
        ],
        "remarks": [text.plain() for text in source.remarks],
    }


def _site(drawing: Drawing, reading: Reading, extent: str | None) -> dict[str, Any] | None:
    """The site to submit for a reading; None where the numbers alone would be taken for another place, or as more exact."""
    numbers = drawing.numbers(reading)
    # Degrees of which nothing was said are within half a metre, and so are those of WGS 84, at the same places.
    for words in (reading.system.id, "EPSG:4326"):
        try:
            again = read_drawing(numbers, "/site/geometry", extent=extent, crs=words)
        except FootprintError:
            continue
        read = again.readings.certain
        as_exact = read is not None and read.system.error >= reading.system.error
        if read is not None and as_exact and again.geojson(read) == drawing.geojson(reading):
            return {"geometry": numbers, "crs": words, **({"extent": extent} if extent else {})}
    return None
