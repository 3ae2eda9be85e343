"""A site file sent to the service: what it holds, where that may be, and what to submit for it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from fastapi.testclient import TestClient
from pyproj import Transformer

from screening import Atlas, Project, Rulebook, screen
from screening.api.models import SiteOut
from screening.atlas.formats import read_source
from screening.documents import parse_yaml
from screening.settings import read_settings

DAY = date(2026, 11, 22)
FOOD = read_settings({}).applications / "05-food.yaml"


def food() -> Any:
    return parse_yaml(FOOD.read_text(encoding="utf-8"), FOOD.name).plain()


RING = np.array([(float(x), float(y)) for x, y in food()["site"]["geometry"]["coordinates"][0]])


def zipped_shapefile(folder: Path, code: int = 4546, prj: bool = True) -> bytes:
    """The ring in metres as a shapefile in a zip, its names and attributes in GBK."""
    flat = shapely.Polygon(np.column_stack(Transformer.from_crs(4490, code, always_xy=True).transform(*RING.T)))
    path = folder / "红线.shp"
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(flat)]), [np.array(["示范地块"], dtype=object)], ["名称"], driver="ESRI Shapefile",
        geometry_type="Polygon", crs=f"EPSG:{code}", encoding="GBK",
    )  # fmt: skip
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for piece in sorted(folder.glob("红线.*")):
            if prj or piece.suffix != ".prj":
                archive.write(piece, piece.name)
    return held.getvalue()


def read(client: TestClient, name: str, content: bytes, **params: str) -> Any:
    answer = client.post("/v1/sites", params={"name": name, **params}, content=content)
    assert answer.status_code == 200, answer.text
    SiteOut.model_validate(answer.json())
    return answer.json()


def test_a_gbk_shapefile_in_metres_is_read_and_what_to_submit_decides_the_same(
    client: TestClient, tmp_path: Path, rulebook: Rulebook, atlas: Atlas
) -> None:
    content = zipped_shapefile(tmp_path)
    said = read(client, "红线.zip", content)
    assert said["certain"] and said["encoding"] == "GB18030" and said["kind"] == "polygon"
    (place,) = said["places"]
    assert shapely.Polygon(place["geometry"]["coordinates"][0]).hausdorff_distance(shapely.Polygon(RING)) < 1e-7
    (tmp_path / "a.zip").write_bytes(content)
    by_file = screen(
        Project.of({**food(), "site": {"file": "a.zip"}}),
        rulebook,
        atlas,
        as_of=DAY,
        source=read_source(tmp_path / "a.zip"),
    )
    sent = client.post(f"/v1/screenings?as_of={DAY}", json={**food(), "site": said["site"]}).json()
    assert sent["place"] == by_file.plain()["place"]
    assert sent["outcome"] == by_file.outcome == "pass"


def test_a_file_of_no_stated_system_tells_every_place_and_choosing_one_settles_it(
    client: TestClient, tmp_path: Path
) -> None:
    content = zipped_shapefile(tmp_path, 4525, prj=False)
    said = read(client, "红线.zip", content)
    assert not said["certain"] and len(said["places"]) > 1
    open_outcome = client.post(f"/v1/screenings?as_of={DAY}", json={**food(), "site": said["site"]}).json()
    assert open_outcome["outcome"] == "review" and open_outcome["places"]
    chosen = next(place for place in said["places"] if place["system"] == "EPSG:4525")
    settled = client.post(f"/v1/screenings?as_of={DAY}", json={**food(), "site": chosen["site"]}).json()
    assert settled["outcome"] == "pass"
    stated = read(client, "红线.zip", content, crs="EPSG:4525")
    assert stated["certain"] and stated["site"] == chosen["site"]


def test_the_error_of_an_old_datum_is_not_lost_on_the_way(client: TestClient, tmp_path: Path) -> None:
    said = read(client, "红线.zip", zipped_shapefile(tmp_path, 2383))
    assert said["site"]["crs"] == "EPSG:2383"
    sent = client.post(f"/v1/screenings?as_of={DAY}", json={**food(), "site": said["site"]}).json()
    assert any("150" in warning["en"] for warning in sent["warnings"])


def test_points_keep_their_extent(client: TestClient) -> None:
    said = read(client, "p.csv", b"lon,lat\n112.2514,30.1793\n", extent="30 m")
    assert said["kind"] == "point" and said["site"]["extent"] == "30 m"


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("a.zip", b"PK\x03\x04 no zip", 422), ("a.exe", b"MZ", 422), ("../a.kml", b"<kml/>", 422), ("a.shp", b"", 422)],
)
def test_a_file_that_cannot_be_read_is_a_problem_with_its_name_and_no_folder_of_ours(
    client: TestClient, name: str, content: bytes, status: int
) -> None:
    answer = client.post("/v1/sites", params={"name": name}, content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "screening-site-" not in answer.text
