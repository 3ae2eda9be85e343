"""Small atlases made from data: coordinates in kilometres about one place, written to disk and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening.atlas import Atlas, Footprint, Placement, locate, read_atlas, read_footprint
from screening.facts import Value

LONGITUDE, LATITUDE = 112.25, 30.5
EAST_KM, NORTH_KM = 1 / 95.999, 1 / 110.861
"""Degrees per kilometre there, good to a few decimetres a kilometre; tests that need better measure with pyproj."""

AS_OF = date(2026, 11, 22)
Shape = list[tuple[float, float]]


def at(x: float, y: float) -> list[float]:
    return [LONGITUDE + x * EAST_KM, LATITUDE + y * NORTH_KM]


def box(west: float, south: float, east: float, north: float) -> Shape:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def polygon(*rings: Shape) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[at(x, y) for x, y in ring] for ring in rings]}


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [at(x, y) for x, y in points]}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": at(x, y)}


@dataclass
class Sheet:
    """One layer to be written: features are geometries, or pairs of a geometry and its properties."""

    id: str
    kind: str
    features: Iterable[Any]
    geometry: str = "area"
    tolerance: str = "0 m"
    within: str = "frame"
    card: Mapping[str, Any] = field(default_factory=dict)

    def write(self, base: Path) -> str:
        collected = []
        for item in self.features:
            geometry, properties = item if isinstance(item, tuple) else (item, {"name": self.id})
            collected.append({"type": "Feature", "properties": properties, "geometry": geometry})
        data = {"type": "FeatureCollection", "features": collected}
        (base / f"{self.id}.geojson").write_text(json.dumps(data), encoding="utf-8")
        attributes = {"units": {"code": "code", "name": "name", "class": "class"}, "admin": {"code": "code"}}
        card = {
            "id": self.id,
            "title": {"zh": self.id, "en": self.id},
            "kind": self.kind,
            "geometry": self.geometry,
            "data": f"{self.id}.geojson",
            "crs": "EPSG:4490",
            "tolerance": self.tolerance,
            "source": "a test",
            "as_of": "2026-06-30",
            "stale_after": "2036-06-30",
            "licence": "CC0-1.0",
            "complete_within": self.within or None,
            "features": len(collected),
            "attributes": attributes.get(self.geometry, {"name": "name"}),
        } | dict(self.card)
        (base / f"{self.id}.card.yaml").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
        return f"{self.id}.card.yaml"


FRAME = Sheet("frame", "frame", [polygon(box(-20, -20, 20, 20))], geometry="extent", within="")

MakeAtlas = Callable[..., Atlas]


def write_atlas(base: Path, *sheets: Sheet, absent: Iterable[str] = (), frame: Sheet | None = FRAME) -> Path:
    base.mkdir(parents=True, exist_ok=True)
    everything = [*([frame] if frame else []), *sheets]
    card = {
        "id": "test",
        "title": "a test",
        "invented": "yes",
        "layers": [sheet.write(base) for sheet in everything],
        "absent": [{"kind": kind, "source": "a letter"} for kind in absent],
    }
    (base / "atlas.yaml").write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
    return base


@pytest.fixture(scope="session")
def make_atlas(tmp_path_factory: pytest.TempPathFactory) -> MakeAtlas:
    def make(*sheets: Sheet, absent: Iterable[str] = (), frame: Sheet | None = FRAME) -> Atlas:
        return read_atlas(write_atlas(tmp_path_factory.mktemp("zones"), *sheets, absent=absent, frame=frame))

    return make


def footprint(geometry: dict[str, Any], extent: str | None = None, crs: str = "EPSG:4490") -> Footprint:
    return read_footprint(geometry, "/site/geometry", extent=extent, crs=crs)


def place(atlas: Atlas, geometry: dict[str, Any], extent: str | None = None, as_of: date = AS_OF) -> Placement:
    return locate(footprint(geometry, extent), atlas, as_of)


def value(placement: Placement, key: str) -> Value:
    found = placement.facts.value(key)
    assert found is not None, f"{key} is missing"
    return found
