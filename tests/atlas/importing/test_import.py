"""Files of an office in: placed, mapped, kept with all they say, or refused whole with the reason."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
import shapely
from pyproj import Transformer

from screening.atlas import read_atlas
from screening.atlas.importing import importer
from screening.errors import AtlasError, ScreeningError

from .office import EAST, NORTH, ROW, UNITS, box, bring, write_file


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(file: Path, to: Path, **said: Any) -> str:
    """What the import says; and nothing has changed."""
    before = everything(to) if to.exists() else None
    with pytest.raises(ScreeningError) as caught:
        bring(file, to, **said)
    assert (everything(to) if to.exists() else None) == before
    return str(caught.value)


@pytest.fixture(scope="module")
def shapefile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_file(tmp_path_factory.mktemp("office") / "管控单元.shp")


@pytest.fixture(scope="module")
def done(shapefile: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported") / "set"
    bring(shapefile, folder)
    return folder


def test_units_of_a_gbk_shapefile_are_placed_with_their_codes_names_and_classes(done: Path) -> None:
    (layer,) = read_atlas(done).layers
    features = layer.features
    assert features.codes == tuple(UNITS["HJGKDYBM"])
    assert features.names == ("优先单元", "重点单元", "一般单元")
    assert features.unit_classes == ("priority_protection", "key_control", "general_control")
    back = Transformer.from_crs("EPSG:4490", "EPSG:4526", always_xy=True)
    for feature, drawn in zip(features, ROW, strict=True):
        plane = shapely.transform(feature.geometry, lambda xy: np.column_stack(back.transform(*xy.T)))
        assert shapely.hausdorff_distance(plane, drawn) < 0.001


def test_the_tolerance_has_the_error_of_the_transformation_added(done: Path) -> None:
    (layer,) = read_atlas(done).layers
    came = layer.card.transformed
    assert came is not None and came.source == "EPSG:4526"
    assert layer.tolerance == layer.card.tolerance + came.error > 2


def test_every_field_of_the_file_is_kept_beside_the_shapes(done: Path) -> None:
    (layer,) = read_atlas(done).layers
    assert layer.folder is not None and layer.card.attributes is not None
    table = parquet.read_table(layer.folder / "data.parquet")
    assert table.column(layer.card.attributes["spatial_layout"]).to_pylist()[0] == "禁止新建化工园区"
    assert set(UNITS) < set(table.column_names)
    assert table.column("feature_number").to_pylist() == [0, 1, 2]


def test_the_card_says_where_the_data_came_from(done: Path, shapefile: Path) -> None:
    (layer,) = read_atlas(done).layers
    assert layer.card.original is not None
    assert layer.card.original["file"] == shapefile.name
    assert layer.card.original["encoding"] == "GB18030"
    assert "CGCS2000" in layer.card.original["declared"]


def test_the_same_import_gives_the_same_bytes(shapefile: Path, done: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    bring(shapefile, folder)
    assert everything(folder) == everything(done)


def test_neighbours_share_their_border_to_the_last_digit_after_long_edges_were_cut(tmp_path: Path) -> None:
    shapes = [box(0, 0, 30_000, 9_000), box(30_000, 0, 60_000, 9_000).reverse()]
    file = write_file(tmp_path / "a.shp", shapes, {name: values[:2] for name, values in UNITS.items()})
    found = bring(file, tmp_path / "set")
    assert found.card.counts is not None
    assert found.card.counts.cut_edges == 2 * (59 + 17) * 2 - 2 * 0
    assert (found.card.counts.overlaps, found.card.counts.gaps) == (0, 0)
    one, other = (feature.geometry for feature in read_atlas(tmp_path / "set").layers[0].features)
    border = shapely.intersection(one, other)
    assert border.geom_type in ("LineString", "MultiLineString")
    east = shapely.get_coordinates(one)[:, 0] > shapely.get_coordinates(one)[:, 0].max() - 1e-3
    assert {tuple(xy) for xy in shapely.get_coordinates(one)[east]} <= {
        tuple(xy) for xy in shapely.get_coordinates(other)
    }


def test_a_code_that_is_odd_warns_and_the_unit_is_still_there(tmp_path: Path) -> None:
    codes = ["ZH440605200001", "ZH4201012002", "zh42010130003 "]
    file = write_file(tmp_path / "a.shp", fields=UNITS | {"HJGKDYBM": codes, "ZHGKDYFL": ["2", "2", "3"]})
    found = bring(file, tmp_path / "set")
    assert found.card.counts is not None and found.card.counts.odd_codes == 3
    assert [issue.features for issue in found.issues if issue.kind == "code"] == [(0,), (1,), (2,)]
    (layer,) = read_atlas(tmp_path / "set").layers
    assert layer.features.codes == ("ZH440605200001", "ZH4201012002", "ZH42010130003")


def test_a_class_at_odds_with_its_code_is_not_known(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.shp", fields=UNITS | {"ZHGKDYFL": ["一般管控单元", "重点管控单元", "其他"]})
    found = bring(file, tmp_path / "set")
    assert found.card.counts is not None and found.card.counts.doubtful_classes == 2
    assert read_atlas(tmp_path / "set").layers[0].features.unit_classes == (None, "key_control", None)


def test_a_file_without_a_known_code_field_is_refused_with_its_fields(tmp_path: Path) -> None:
    fields = {"BM1": UNITS["HJGKDYBM"], "ZHGKDYFL": UNITS["ZHGKDYFL"], "X": UNITS["KJBJYS"]}
    file = write_file(tmp_path / "a.shp", fields=fields)
    assert "its fields: BM1, ZHGKDYFL, X" in refused(file, tmp_path / "set")
    assert 'did you mean "BM1"?' in refused(file, tmp_path / "set", given={"code": "BM2"})
    found = bring(file, tmp_path / "set", given={"code": "bm1"})
    assert found.card.attributes == {"code": "BM1", "class": "ZHGKDYFL"}


def test_a_file_with_two_code_fields_that_differ_is_refused(tmp_path: Path) -> None:
    both = UNITS | {"HJZHGKDYBM": ["ZH1", "ZH2", "ZH3"]}
    said = refused(write_file(tmp_path / "a.shp", fields=both), tmp_path / "set")
    assert "HJGKDYBM or HJZHGKDYBM, which differ" in said


def test_two_code_fields_that_agree_are_one(tmp_path: Path) -> None:
    both = UNITS | {"HJZHGKDYBM": UNITS["HJGKDYBM"]}
    found = bring(write_file(tmp_path / "a.shp", fields=both), tmp_path / "set")
    assert found.card.attributes is not None and found.card.attributes["code"] == "HJGKDYBM"


def test_an_uncertain_coordinate_system_is_refused_with_the_candidates(tmp_path: Path) -> None:
    moved = [shapely.transform(shape, lambda xy: xy - [38_000_000, 0]) for shape in ROW]
    file = write_file(tmp_path / "a.shp", moved, crs=None)
    said = refused(file, tmp_path / "set")
    assert "is not certain" in said and "EPSG:" in said and "--crs" in said
    found = bring(file, tmp_path / "set", crs="EPSG:4547")
    assert found.card.transformed is not None and found.card.transformed.source == "EPSG:4547"


def test_a_stated_system_that_the_file_contradicts_is_used_and_told(tmp_path: Path, shapefile: Path) -> None:
    found = bring(shapefile, tmp_path / "set", crs="2000国家大地坐标系 3度带 38带")
    assert any("not as the file declares" in remark.en for remark in found.remarks)


def test_a_layer_placed_away_from_where_it_is_complete_is_refused(tmp_path: Path) -> None:
    frame = write_file(tmp_path / "frame.gpkg", [box(-5000, -5000, 5000, 5000)], {"name": ["框"]})
    bring(frame, tmp_path / "set", id="frame", kind="frame", geometry="extent")
    moved = [shapely.transform(shape, lambda xy: xy - [38_000_000, 0]) for shape in ROW]
    file = write_file(tmp_path / "a.shp", moved, crs="EPSG:4547")
    wrong = refused(file, tmp_path / "set", crs="EPSG:4548", complete_within="frame")
    assert 'nothing of the layer lies in "frame"' in wrong
    bring(file, tmp_path / "set", complete_within="frame")
    assert [layer.id for layer in read_atlas(tmp_path / "set").layers] == ["frame", "units"]


def test_an_extent_that_is_not_there_is_refused(tmp_path: Path, shapefile: Path) -> None:
    assert "not an extent layer" in refused(shapefile, tmp_path / "set", complete_within="frame")


def test_all_that_is_not_stated_is_told_at_once(tmp_path: Path, shapefile: Path) -> None:
    said = refused(shapefile, tmp_path / "set", tolerance="", source="", as_of="yesterday", licence="")
    for option in ("--tolerance", "--source", "--as-of", "--licence"):
        assert option in said


def test_never_stale_needs_a_reason(tmp_path: Path, shapefile: Path) -> None:
    assert "without a reason" in refused(shapefile, tmp_path / "set", stale_after="never")
    found = bring(shapefile, tmp_path / "set", stale_after="", never_stale="界线经立法划定")
    assert (found.card.stale_after, found.card.never_stale.zh) == (None, "界线经立法划定")


def test_the_same_import_twice_is_refused(tmp_path: Path, shapefile: Path) -> None:
    bring(shapefile, tmp_path / "set")
    assert "already imported" in refused(shapefile, tmp_path / "set")


def test_two_versions_that_cannot_be_told_apart_are_refused(tmp_path: Path, shapefile: Path) -> None:
    bring(shapefile, tmp_path / "set")
    assert "is in force on the same days" in refused(shapefile, tmp_path / "set", tolerance="3 m")


def test_an_atlas_card_keeps_what_people_wrote_in_it(tmp_path: Path, shapefile: Path) -> None:
    bring(shapefile, tmp_path / "set")
    path = tmp_path / "set" / "atlas.yaml"
    written = "# 手写\n" + path.read_text() + "\nnote: 说明  # 不动\n"
    path.write_text(written)
    found = bring(shapefile, tmp_path / "set", recorded="2025-07-01")
    entry = found.folder.relative_to(tmp_path / "set").as_posix()
    first = written.splitlines()[4]
    assert path.read_text() == written.replace(first, f"{first}\n  - {entry}/card.yaml")


@pytest.mark.parametrize("moment", ["write_snapshot", "_replace", "keep_prepared"])
def test_an_import_that_ends_midway_leaves_nothing(
    tmp_path: Path, shapefile: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(shapefile, tmp_path / "set")
    monkeypatch.setattr(importer, "PREPARE_FROM", 1)

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device", "data.parquet")

    monkeypatch.setattr(importer, moment, full)
    assert "No space left" in refused(shapefile, tmp_path / "set", recorded="2025-07-01")
    assert "No space left" in refused(shapefile, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_folder_left_by_an_import_that_was_killed_is_no_layer_and_no_hindrance(
    tmp_path: Path, shapefile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bring(shapefile, tmp_path / "set")
    second = bring(shapefile, tmp_path / "set", recorded="2025-07-01")
    path = tmp_path / "set" / "atlas.yaml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if second.folder.name not in line))
    (second.folder / "data.parquet").write_bytes(b"half")
    assert [layer.folder for layer in read_atlas(tmp_path / "set").layers] == [first.folder]
    assert bring(shapefile, tmp_path / "set", recorded="2025-07-01").folder == second.folder
    assert len(read_atlas(tmp_path / "set").layers) == 2


KILLED = """
import os, signal, sys
from pathlib import Path
from screening.atlas.importing import importer
from tests.atlas.importing.office import bring
setattr(importer, sys.argv[3], lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
bring(Path(sys.argv[1]), Path(sys.argv[2]), recorded="2025-07-01")
"""


@pytest.mark.parametrize("moment", ["write_snapshot", "_listed", "_replace"])
def test_an_import_killed_midway_has_not_happened_and_can_be_done_again(
    tmp_path: Path, shapefile: Path, moment: str
) -> None:
    folder = tmp_path / "set"
    first = bring(shapefile, folder)
    command = [sys.executable, "-c", KILLED, str(shapefile), str(folder), moment]
    ended = subprocess.run(command, cwd=Path(__file__).parents[3], timeout=120, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert [layer.sha256 for layer in read_atlas(folder).layers] == [first.sha256]
    again = bring(shapefile, folder, recorded="2025-07-01")
    assert [layer.sha256 for layer in read_atlas(folder).layers] == [first.sha256, again.sha256]


def test_a_zone_set_changed_during_the_import_is_not_overwritten(
    tmp_path: Path, shapefile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(shapefile, tmp_path / "set")
    path = tmp_path / "set" / "atlas.yaml"
    usual = importer.write_snapshot

    def meanwhile(*given: Any, **named: Any) -> Any:
        path.write_text(path.read_text() + "note: 他人所改\n")
        return usual(*given, **named)

    monkeypatch.setattr(importer, "write_snapshot", meanwhile)
    with pytest.raises(AtlasError, match="was changed during the import"):
        bring(shapefile, tmp_path / "set", recorded="2025-07-01")
    assert path.read_text().endswith("note: 他人所改\n")
    assert len(list((tmp_path / "set" / "layers" / "units").iterdir())) == 1


def test_features_that_are_not_on_the_map_are_counted_and_named(tmp_path: Path) -> None:
    bow = shapely.Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    line = shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])
    # A ring that goes round twice: by its lines the inner square is outside, by its structure inside.
    twice = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0), (100, 100), (200, 100), (200, 200), (100, 200), (100, 100)]
    double = shapely.Polygon([(EAST + x, NORTH + y) for x, y in [*twice, (0, 0)]])
    shapes = [ROW[0], bow, line, None, double]
    file = write_file(tmp_path / "a.gpkg", shapes, {"NAME": list("甲乙丙丁戊")})
    found = bring(file, tmp_path / "set", id="redline", kind="ecological_redline", geometry="area")
    counts = found.card.counts
    assert counts is not None
    assert (counts.read, counts.unread, counts.wrong_type, counts.repaired, counts.ambiguous) == (5, 3, 1, 1, 1)
    assert sorted(issue.features[0] for issue in found.issues if issue.kind == "unread") == [2, 3, 4]
    (layer,) = read_atlas(tmp_path / "set").layers
    assert (layer.unread, layer.repaired, layer.features.names) == (3, 1, ("甲", "乙"))
    listed = json.loads((found.folder / "issues.geojson").read_text())["features"]
    assert {(row["properties"]["issue"], *row["properties"]["features"]) for row in listed} == {
        ("unread", 2),
        ("unread", 3),
        ("unread", 4),
        ("repaired", 1),
    }


def test_a_file_with_nothing_to_map_is_refused(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.gpkg", [shapely.Point(EAST, NORTH)], {"NAME": ["甲"]})
    said = refused(file, tmp_path / "set", id="redline", kind="ecological_redline", geometry="area")
    assert "no feature that can be mapped" in said and "it is a Point, not a polygon" in said


def test_administrative_codes_must_be_codes(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.gpkg", ROW[:1], {"XZQDM": ["湖北"], "XZQMC": ["湖北省"]})
    assert "not an administrative code" in refused(file, tmp_path / "set", id="counties", kind="admin")


def test_a_county_lies_over_its_city_but_not_over_another_county(tmp_path: Path) -> None:
    shapes = [box(0, 0, 800, 400), box(0, 0, 400, 400), box(390, 0, 800, 400)]
    fields = {"XZQDM": ["420500", "420502", "420503"], "XZQMC": ["市", "甲区", "乙区"]}
    found = bring(write_file(tmp_path / "a.gpkg", shapes, fields), tmp_path / "set", id="counties", kind="admin")
    (issue,) = found.issues
    assert issue.features == (1, 2) and issue.area == pytest.approx(4000, rel=1e-3)
    assert found.card.counts is not None and (found.card.counts.overlaps, found.card.counts.gaps) == (1, 0)


def test_areas_that_may_lie_over_each_other_are_counted_and_not_complained_of(tmp_path: Path) -> None:
    shapes = [box(0, 0, 800, 400), box(100, 100, 200, 200)]
    file = write_file(tmp_path / "a.gpkg", shapes, {"NAME": ["甲", "乙"]})
    found = bring(file, tmp_path / "set", id="redline", kind="ecological_redline")
    counts = found.card.counts
    assert counts is not None and (counts.overlaps, counts.overlap_area, counts.gaps) == (1, 10_000, None)
    assert found.issues == ()


def test_lines_are_imported_as_lines(tmp_path: Path) -> None:
    file = write_file(tmp_path / "a.gpkg", [shapely.LineString([(EAST, NORTH), (EAST + 900, NORTH)])], {"NAME": ["江"]})
    found = bring(file, tmp_path / "set", id="river", kind="yangtze_main_stem")
    assert found.card.use == "line"
    (layer,) = read_atlas(tmp_path / "set").layers
    assert layer.features[0].geometry.geom_type == "LineString" and layer.features.names == ("江",)
