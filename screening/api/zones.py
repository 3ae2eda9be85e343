"""The zones over HTTP: the layers with what their cards say, and their features as GeoJSON."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Query, Request, Response

from screening.access import Act
from screening.api.access import may
from screening.api.models import LayersOut
from screening.api.parameters import ONLY_KNOWN, conditional
from screening.api.problems import PROBLEMS
from screening.api.services import Services
from screening.atlas import Atlas
from screening.errors import InputError, Problem

MOST_FEATURES: Final = 20_000
"""Features of one answer; a larger layer is drawn from its tiles."""


_FEATURES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/geo+json": {"schema": {"type": "object"}}}}
}


class GeoJson(Response):
    """RFC 7946."""

    media_type = "application/geo+json"


def router(services: Services) -> APIRouter:
    """The routes of the zones."""
    atlas = services.atlas
    routes = APIRouter(prefix="/v1/zones", tags=["zones"], dependencies=[ONLY_KNOWN, may(Act.READ_ZONES)])

    @routes.get("", responses={**PROBLEMS, **_FEATURES}, response_class=GeoJson)
    def zones(request: Request, kind: Annotated[str | None, Query(max_length=80)] = None) -> Response:
        """Features as GeoJSON in CGCS2000 longitude and latitude: of one kind, or of every layer."""
        if kind is not None and kind not in atlas.kinds:
            raise HTTPException(404, f'no layer shows "{kind}"; known: {", ".join(atlas.kinds)}')
        count = sum(len(layer.features) for layer in atlas.layers if kind is None or layer.kind == kind)
        if count > MOST_FEATURES:
            raise InputError(
                Problem(
                    "kind",
                    f"is {count:,} features, over the {MOST_FEATURES:,} of one answer",
                    "draw the tiles of its layers instead (/v1/zones/tiles)",
                    f"要素 {count} 个，超过一次返回的上限 {MOST_FEATURES}，请改用矢量切片",
                )
            )
        body = json.dumps(atlas.features_geojson(kind), ensure_ascii=False).encode()
        return conditional(request, body, "application/geo+json")

    @routes.get("/layers", response_model=LayersOut, responses=PROBLEMS)
    def layers(request: Request) -> Response:
        """Every layer: what it shows, how exact it is, how old, and how many features it has."""
        return conditional(request, json.dumps(plain_layers(atlas), ensure_ascii=False).encode())

    return routes


def plain_layers(atlas: Atlas) -> dict[str, Any]:
    """The layers of an atlas as plain JSON data, with the atlas's own name and note."""
    return {
        "atlas": atlas.id,
        "title": atlas.title.plain(),
        "note": atlas.note.plain(),
        "invented": atlas.invented,
        "hash": atlas.hash,
        "bounds": atlas.bounds,
        "layers": [
            {
                "id": layer.id,
                "kind": layer.kind,
                "use": str(layer.card.use),
                "title": layer.card.title.plain(),
                "areal": layer.features.shapes.areal,
                "features": len(layer.features),
                "tolerance_m": f"{float(layer.tolerance):g}",
                "as_of": layer.card.as_of.isoformat(),
                "stale_after": layer.card.stale_after.isoformat() if layer.card.stale_after else None,
                "source": layer.card.source.plain(),
                "hash": layer.sha256,
                "bounds": layer.bounds,
            }
            for layer in atlas.layers
        ],
    }
