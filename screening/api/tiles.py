"""The zones as vector tiles, for maps: Mapbox Vector Tile 2.1 in the Web Mercator squares that map pages ask for."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final

import anyio
from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from screening.access import Act
from screening.api.access import may
from screening.api.parameters import ONLY_KNOWN
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.atlas.tiles import MOST_ZOOM, Address, Tiles

MEDIA_TYPE: Final = "application/vnd.mapbox-vector-tile"
_AT_ONCE: Final = 2
"""Tiles drawn at a time: a map that asks for fifty must not keep applications waiting."""
_DRAWN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
    204: {"description": "the layer shows nothing there"},
    304: {"description": "the tile that the client has"},
}
_Number = Annotated[int, Path(ge=0, lt=1 << MOST_ZOOM)]


def router(services: Services) -> APIRouter:
    """The routes of tiles."""
    routes = APIRouter(prefix="/v1/zones/tiles", tags=["zones"], dependencies=[ONLY_KNOWN, may(Act.READ_ZONES)])
    atlas, tiles = services.atlas, Tiles(services.atlas)
    drawing = anyio.CapacityLimiter(_AT_ONCE)

    @routes.get("/{layer}/{z}/{x}/{y}.mvt", response_class=Response, responses={**PROBLEMS, **_DRAWN})
    async def tile(
        request: Request,
        layer: str,
        z: Annotated[int, Path(ge=0, le=MOST_ZOOM)],
        x: _Number,
        y: _Number,
        v: Annotated[
            str, Query(max_length=64, description="the layer's hash: the tile may then be kept for good")
        ] = "",
    ) -> Response:
        """One tile of one layer: features with `kind`, `use`, `name`, `code` and `class`; their ids are those of
        `/v1/zones` behind the slash. What is too small for the scale is shown as a mark."""
        shown, address = atlas.layer(layer), Address(z, x, y)
        if shown is None:
            raise HTTPException(404, f'no layer "{layer[:80]}"; /v1/zones/layers lists them')
        if not address.there:
            raise HTTPException(404, f"at zoom {z} x and y go from 0 to {(1 << z) - 1}")
        tag = f'"{tiles.tag(shown, address)}"'
        kept = "private, max-age=31536000, immutable" if v == shown.sha256 else "no-cache"
        headers = {"ETag": tag, "Cache-Control": kept}
        asked = request.headers.get("if-none-match", "")
        if asked == "*" or tag in {part.strip().removeprefix("W/") for part in asked.split(",")}:
            return Response(status_code=304, headers=headers)
        drawn = await anyio.to_thread.run_sync(partial(tiles.tile, shown, address), limiter=drawing)
        return Response(drawn, media_type=MEDIA_TYPE, headers=headers) if drawn else Response(None, 204, headers)

    return routes
