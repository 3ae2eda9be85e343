"""An application that names a file beside it, as people run it: real processes, real files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from screening import Atlas, Rulebook
from screening.documents import parse_yaml
from screening.settings import read_settings
from tests.api.service import serving

FOOD = read_settings({}).applications / "05-food.yaml"
"""An application that passes."""


def food() -> Any:
    return parse_yaml(FOOD.read_text(encoding="utf-8"), FOOD.name).plain()


RING = [(float(x), float(y)) for x, y in food()["site"]["geometry"]["coordinates"][0]]


def run(*args: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-X", "utf8", "-m", "screening.cli", "check", *args, "--as-of", "2026-11-22"]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, input=data)


def shapefile(folder: Path, code: int = 4546) -> Path:
    there = Transformer.from_crs(4490, code, always_xy=True)
    flat = shapely.Polygon(np.column_stack(there.transform(*np.array(RING).T)))
    path = folder / "red-line.shp"
    pyogrio.raw.write(
        path, np.array([shapely.to_wkb(flat)]), [], [], driver="ESRI Shapefile", geometry_type="Polygon", crs=f"EPSG:{code}"
    )  # fmt: skip
    return path


def application(folder: Path, **site: Any) -> str:
    path = folder / "a.json"
    data = {**food(), "site": {"file": "red-line.shp", **site}}
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_a_shapefile_in_metres_is_decided_like_its_ring_in_degrees(tmp_path: Path) -> None:
    shapefile(tmp_path)
    ended = run(application(tmp_path), "--format", "json")
    assert ended.returncode == 0, ended.stderr.decode()
    said = json.loads(ended.stdout)
    plain = json.loads(run(str(FOOD), "--format", "json").stdout)
    assert said["outcome"] == plain["outcome"] == "pass"
    assert [unit["code"] for unit in said["place"]["units"]] == [unit["code"] for unit in plain["place"]["units"]]


def test_without_its_prj_the_same_shapefile_is_a_review_that_names_the_systems(tmp_path: Path) -> None:
    shapefile(tmp_path, 4525).with_suffix(".prj").unlink()
    ended = run(application(tmp_path))
    assert ended.returncode == 0, ended.stderr.decode()
    said = ended.stdout.decode("utf-8")
    assert "人工复核" in said
    assert all(system in said for system in ("EPSG:4525", "EPSG:2361", "EPSG:2413"))
    stated = run(application(tmp_path, crs="EPSG:4525"), "--format", "json")
    assert json.loads(stated.stdout)["outcome"] == "pass"


@pytest.mark.parametrize("name", ["../red-line.shp", "/etc/hostname", "below/link.shp"])
def test_a_file_outside_the_folder_of_the_application_is_refused(tmp_path: Path, name: str) -> None:
    shapefile(tmp_path)
    inner = tmp_path / "inner"
    (inner / "below").mkdir(parents=True)
    (inner / "below" / "link.shp").symlink_to(tmp_path / "red-line.shp")
    ended = run(application(inner, file=name))
    assert ended.returncode == 2
    assert "/site/file" in ended.stderr.decode("utf-8")
    assert "不在申请文件所在文件夹内" in ended.stderr.decode("utf-8")


def test_a_missing_or_damaged_file_ends_with_code_2_and_its_name(tmp_path: Path) -> None:
    for content in (None, b"", b"PK\x03\x04 not a zip"):
        if content is not None:
            (tmp_path / "red-line.shp").write_bytes(content)
        ended = run(application(tmp_path))
        said = ended.stderr.decode("utf-8")
        assert ended.returncode == 2, said
        assert "red-line.shp" in said and "/site/file" in said
        assert "Traceback" not in said


def test_a_wrong_system_names_the_vertex_of_the_file(tmp_path: Path) -> None:
    shapefile(tmp_path)
    ended = run(application(tmp_path, crs="EPSG:4490"), "--lang", "en")
    assert ended.returncode == 2
    assert "/site/file, vertex 1: " in ended.stderr.decode("utf-8")
    assert "projected metres" in ended.stderr.decode("utf-8")


def test_neither_standard_input_nor_the_service_opens_a_file(tmp_path: Path, rulebook: Rulebook, atlas: Atlas) -> None:
    shapefile(tmp_path)
    body = Path(application(tmp_path, file=str(tmp_path / "red-line.shp"))).read_bytes()
    ended = run("-", data=body)
    assert ended.returncode == 2
    assert "/site/file" in ended.stderr.decode("utf-8")
    with serving(rulebook, atlas, tmp_path) as client:
        answer = client.post("/v1/screenings", content=body)
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["pointer"] == "/site/file"
