"""Zone sets on disk: what is read, what is repaired and counted, and every problem at once with its place."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from screening.atlas import read_atlas
from screening.errors import AtlasError
from screening.facts import FLAG_YES

from .conftest import FRAME, MakeAtlas, Sheet, at, box, line, place, polygon, value, write_atlas

ZONE = polygon(box(0, 0, 2, 2))
BOW = polygon([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])


def problems(base: Path) -> list[str]:
    with pytest.raises(AtlasError) as caught:
        read_atlas(base)
    return [problem.text() for problem in caught.value.problems]


def test_a_zone_set_is_read_with_its_cards(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [(ZONE, {"name": "甲"})], tolerance="0.5 m"))
    assert [layer.id for layer in atlas.layers] == ["frame", "zone"]
    assert atlas.kinds == ("zone",)
    assert atlas.invented
    layer = atlas.layers[1]
    assert layer.tolerance == Fraction(1, 2)
    assert layer.features[0].name == "甲"
    assert len(layer.sha256) == len(atlas.hash) == 64


def test_a_layer_in_wgs84_is_half_a_metre_less_exact(make_atlas: MakeAtlas) -> None:
    assert (
        make_atlas(Sheet("zone", "zone", [ZONE], tolerance="5 m", card={"crs": "EPSG:4326"})).layers[1].tolerance == 5.5
    )


def test_the_hash_changes_with_any_byte_of_card_or_data(tmp_path: Path) -> None:
    base = write_atlas(tmp_path, Sheet("zone", "zone", [ZONE]))
    before = read_atlas(base).hash
    for name in ("zone.geojson", "zone.card.yaml", "atlas.yaml"):
        path = base / name
        path.write_text(path.read_text() + "\n")
        after = read_atlas(base).hash
        assert after != before
        before = after


def test_invalid_geometry_is_made_valid_and_counted(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [BOW, ZONE]))
    assert (atlas.layers[1].repaired, atlas.layers[1].unread) == (1, 0)
    assert value(place(atlas, polygon(box(0.1, 0.9, 0.3, 1.1))), "site.overlaps.zone") == FLAG_YES


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {},
        {"type": "Point", "coordinates": [112, 30]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[112, 30], [112, "x"], [113, 30], [112, 30]]]},
        {"type": "Polygon", "coordinates": [[[112, 30], [113, 30], [112, 30], [112, 30]]]},
        {"type": "Polygon", "coordinates": [[[112, 1e999], [113, 30], [113, 31], [112, 30]]]},
        {"type": "MultiPolygon", "coordinates": None},
        {"type": "Polygon", "coordinates": 5},
    ],
)
def test_a_feature_that_cannot_be_read_is_counted(tmp_path: Path, geometry: Any) -> None:
    base = write_atlas(tmp_path, Sheet("zone", "zone", [ZONE, ZONE]))
    path = base / "zone.geojson"
    data = json.loads(path.read_text())
    data["features"][1]["geometry"] = geometry
    path.write_text(json.dumps(data).replace("Infinity", "1e999"))
    layer = read_atlas(base).layers[1]
    assert (layer.unread, len(layer.features)) == (1, 1)


def test_every_problem_of_every_file_is_told_at_once_with_file_and_line(tmp_path: Path) -> None:
    one = Sheet("one", "Zone", [ZONE], tolerance="5 kg", card={"colour": "red", "as_of": "yesterday"})
    two = Sheet("two", "zone", [ZONE], geometry="polygon", card={"crs": "EPSG:3857", "features": 3})
    told = problems(write_atlas(tmp_path, one, two))
    for words in (
        'kind "Zone" is not',
        '"kg" does not measure',
        'unknown key "colour"',
        'as_of "yesterday" is not a date',
        'unknown geometry "polygon"',
        'the coordinate system "EPSG:3857" is not read',
    ):
        (found,) = [text for text in told if words in text]
        assert ".card.yaml:" in found
        assert found.split(".card.yaml:")[1][0].isdigit()


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (Sheet("zone", "zone", [ZONE], card={"features": 2}), "says 2 features"),
        (Sheet("zone", "zone", [ZONE], card={"features": "many"}), "not a number of features"),
        (Sheet("zone", "zone", [ZONE], within="elsewhere"), "not an extent layer"),
        (Sheet("zone", "zone", [ZONE], within="zone"), "not an extent layer"),
        (Sheet("zone", "zone", [ZONE], tolerance="-1 m"), "a tolerance of"),
        (Sheet("zone", "zone", [ZONE], card={"in_force": {"from": "2026-01-01", "until": "2025-01-01"}}), "in force"),
        (Sheet("zone", "zone", [ZONE], card={"data": "../zone.geojson"}), "not a path inside"),
        (Sheet("zone", "zone", [ZONE], card={"data": "missing.geojson"}), "cannot be opened"),
        (Sheet("zone", "zone", [ZONE], card={"title": None}), '"title" is missing'),
        (Sheet("zone", "zone", [ZONE], card={"attributes": {"class": "c"}}), "no attribute"),
        (Sheet("zone", "zone", [ZONE], geometry="units", card={"attributes": {"name": "n"}}), "its code"),
        (Sheet("zone", "admin", [(ZONE, {"code": "Hubei"})], geometry="admin"), "not an administrative code"),
        (Sheet("zone", "zone", [polygon([(9000, 0), (9001, 0), (9001, 1), (9000, 0)])]), "not a longitude"),
        (Sheet("frame", "zone", [ZONE]), "a second layer has the id"),
    ],
)
def test_a_wrong_layer_is_an_error_of_the_atlas(tmp_path: Path, sheet: Sheet, words: str) -> None:
    assert any(words in text for text in problems(write_atlas(tmp_path, sheet)))


def test_one_kind_is_either_lines_or_areas(tmp_path: Path) -> None:
    base = write_atlas(
        tmp_path, Sheet("a", "zone", [ZONE]), Sheet("b", "zone", [line((0, 0), (1, 1))], geometry="line")
    )
    assert any("and line in another" in text for text in problems(base))


def test_a_kind_is_not_both_shown_and_certified_absent(tmp_path: Path) -> None:
    base = write_atlas(tmp_path, Sheet("zone", "zone", [ZONE]), absent=["zone"])
    assert any("certified absent and shown" in text for text in problems(base))


def test_an_absence_needs_a_territory(tmp_path: Path) -> None:
    base = write_atlas(tmp_path, Sheet("zone", "zone", [ZONE], within=""), absent=["school"], frame=None)
    assert any("absent from where" in text for text in problems(base))


@pytest.mark.parametrize("content", ["", "[]", "a: [", "just text", "{id: x}"])
def test_a_broken_atlas_card_is_an_atlas_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "atlas.yaml").write_text(content)
    assert problems(tmp_path)


@pytest.mark.parametrize("content", ["", "{}", "[1]", "{", '{"features": 3}', '{"features": [NaN]}'])
def test_broken_data_is_an_atlas_error(tmp_path: Path, content: str) -> None:
    base = write_atlas(tmp_path, Sheet("zone", "zone", [ZONE]))
    (base / "zone.geojson").write_text(content)
    assert problems(base)


def test_a_missing_atlas_is_an_atlas_error(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere")


def test_features_are_served_as_geojson_by_kind(make_atlas: MakeAtlas) -> None:
    atlas = make_atlas(Sheet("zone", "zone", [(ZONE, {"name": "甲"})]), Sheet("other", "other", [ZONE]))
    served = json.loads(json.dumps(atlas.features_geojson("zone")))
    (feature,) = served["features"]
    assert feature["properties"]["name"] == "甲"
    assert feature["properties"]["kind"] == "zone"
    assert feature["geometry"]["coordinates"][0][0] == pytest.approx(at(0, 0))
    assert len(atlas.features_geojson(None)["features"]) == 3
    assert atlas.features_geojson("nothing")["features"] == []


def test_the_frame_of_the_tests_is_an_extent() -> None:
    assert FRAME.geometry == "extent"
