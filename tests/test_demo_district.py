"""The invented district zones/demo: it is what its scripts draw, well formed, and every card says it is invented."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from screening.documents import parse_yaml

DEMO = Path(__file__).parents[1] / "zones" / "demo"
CARDS = sorted((DEMO / "layers").glob("*.card.yaml"))
ATLAS = parse_yaml((DEMO / "atlas.yaml").read_text("utf-8"), "atlas.yaml").plain()


def card(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = parse_yaml(path.read_text("utf-8"), path.name).plain()
    return read


def features(layer: str) -> list[tuple[dict[str, str], BaseGeometry]]:
    data = json.loads((DEMO / "layers" / f"{layer}.geojson").read_text("utf-8"))
    return [(row["properties"], shape(row["geometry"])) for row in data["features"]]


def run(script: str, out: Path) -> None:
    without_traces = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, str(DEMO / script), "--out", str(out)], check=True, timeout=120, env=without_traces)


def test_the_script_draws_the_committed_bytes(tmp_path: Path) -> None:
    run("make_district.py", tmp_path)
    drawn = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    committed = {
        path.relative_to(DEMO): path.read_bytes() for path in [DEMO / "atlas.yaml", *(DEMO / "layers").iterdir()]
    }
    assert sorted(drawn) == sorted(committed)
    assert [str(path) for path, data in drawn.items() if committed[path] != data] == []


def test_every_place_is_found_again_where_it_was(tmp_path: Path) -> None:
    run("find_places.py", tmp_path / "PLACES.md")
    assert (tmp_path / "PLACES.md").read_bytes() == (DEMO / "PLACES.md").read_bytes()


def test_the_atlas_lists_every_card_once_and_says_invented() -> None:
    assert sorted(ATLAS["layers"]) == [f"layers/{path.name}" for path in CARDS]
    assert ATLAS["invented"] == "yes"
    assert "虚构" in ATLAS["note"]["zh"] and "nvented" in ATLAS["note"]["en"]
    assert all("虚构" in row["source"] and "nvented" in row["source"] for row in ATLAS["absent"])


def test_no_kind_is_both_shown_and_certified_absent() -> None:
    absent = [row["kind"] for row in ATLAS["absent"]]
    assert len(set(absent)) == len(absent)
    assert not {card(path)["kind"] for path in CARDS} & set(absent)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.name)
def test_a_card_says_invented_and_fits_its_data(path: Path) -> None:
    said = card(path)
    assert "虚构" in said["source"]["zh"] and "不得用于" in said["source"]["zh"]
    assert "Invented" in said["source"]["en"] and "must not be used for real decisions" in said["source"]["en"]
    assert path.name == f"{said['id']}.card.yaml" and said["data"] == f"{said['id']}.geojson"
    rows = features(said["id"])
    assert int(said["features"]) == len(rows) > 0
    assert all(row.get(name) for row, _ in rows for name in said["attributes"].values())
    assert said["complete_within"] in {"district-frame", "wide-frame"}
    assert said["in_force"] == {"from": "2019-01-01", "until": None} and said["stale_after"] == "2032-01-01"


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.name)
def test_a_layer_is_valid_has_seven_decimals_and_lies_in_its_frame(path: Path) -> None:
    said = card(path)
    areas = [area for _, area in features(said["id"])]
    expected = {"LineString"} if said["geometry"] == "line" else {"Polygon", "MultiPolygon"}
    assert {area.geom_type for area in areas} <= expected
    assert all(area.is_valid and not area.is_empty for area in areas)
    text = (DEMO / "layers" / said["data"]).read_text("utf-8")
    assert re.findall(r"\[\d+\.\d{7},\d+\.\d{7}\]", text) == re.findall(r"\[\d[^\[\]]*\]", text)
    frame = features("wide-frame")[0][1].buffer(2e-7)  # a crossing rounded to the grid may lie a step outside
    assert all(frame.covers(area) for area in areas)


def test_units_share_their_borders_and_make_up_the_district() -> None:
    units = [area for _, area in features("control-units")]
    assert shapely.coverage_is_valid(units)
    assert shapely.union_all(units).equals(features("district-frame")[0][1])


def test_units_have_codes_of_their_county_and_class() -> None:
    rows = [row for row, _ in features("control-units")]
    assert len({row["code"] for row in rows}) == len({row["name"] for row in rows}) == len(rows) >= 28
    assert all(re.fullmatch(rf"ZH429901{row['class']}\d{{4}}", row["code"]) for row in rows)
    classes = Counter(row["class"] for row in rows)
    assert classes["1"] >= 8 and classes["2"] >= 12 and classes["3"] >= 4 and set(classes) == {"1", "2", "3"}
    words = {"1": "优先保护单元", "2": "重点管控单元", "3": "一般管控单元"}
    assert all(row["category"] == words[row["class"]] and row["name"].endswith(row["category"]) for row in rows)


def test_two_counties_cover_the_wide_frame() -> None:
    rows = features("counties")
    assert [row["code"] for row, _ in rows] == ["429901", "429902"]
    assert shapely.coverage_is_valid([area for _, area in rows])
    assert shapely.union_all([area for _, area in rows]).equals(features("wide-frame")[0][1])
    assert rows[0][1].equals(features("district-frame")[0][1])


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("nature-reserve-core", "nature-reserve-general"),
        ("drinking-water-1", "drinking-water-2"),
        ("drinking-water-2", "drinking-water-quasi"),
    ],
)
def test_an_outer_area_leaves_the_inner_one_out_and_touches_it(inner: str, outer: str) -> None:
    for (_, one), (_, other) in zip(features(inner), features(outer), strict=True):
        assert shapely.coverage_is_valid([one, other])
        assert one.touches(other)


def test_reserves_lie_in_the_redline() -> None:
    redline = shapely.union_all([area for _, area in features("ecological-redline")])
    reserves = features("nature-reserve-core") + features("nature-reserve-general")
    assert all(redline.covers(area) for _, area in reserves)


def test_the_chemical_park_is_cut_by_the_air_region_and_far_from_both_shores() -> None:
    park, air = features("chemical-park")[0][1], features("air-key-region")[0][1]
    assert park.crosses(air.boundary) or 0 < park.intersection(air).area < park.area
    shores = [line for name in ("shoreline-main-stem", "shoreline-tributary") for _, line in features(name)]
    assert min(park.distance(line) for line in shores) > 1500 / 96_000  # a degree is longer than that both ways


def test_the_layers_stay_small() -> None:
    assert sum(path.stat().st_size for path in (DEMO / "layers").iterdir()) < 3_000_000
