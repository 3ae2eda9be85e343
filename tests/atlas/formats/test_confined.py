"""Reading in a process of its own: the same answer, and hostile files end as one error within their bounds."""

from __future__ import annotations

import json
import os
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from screening.atlas.formats import FOOTPRINT_LIMITS, LIMITS, LayerInfo, Limits, SourceError, list_layers, read_source
from screening.atlas.formats.gdal import DRIVERS, skipped_drivers
from screening.atlas.formats.transfer import read_answer, write_source
from screening.errors import ScreeningError
from tests.atlas.formats.files import GBK_NAMES, NAMES, here, pieces, squares, write, write_geoparquet, zipped

CEILINGS = pytest.mark.skipif(sys.platform != "linux", reason="ceilings on memory and processor time are Linux's")


@pytest.fixture(autouse=True)
def staging(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A temporary folder of its own, in which nothing may be left behind."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not list(folder.iterdir())


def refusal(path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(SourceError) as caught:
        read_source(path, limits=limits)
    problem = caught.value.problems[0]
    assert problem.where == str(path) and problem.remedy and problem.zh
    return problem.text()


def test_the_child_gives_what_the_same_code_gives_here(tmp_path: Path) -> None:
    rows = [
        ["名称", "日期", "编码", "经度", "纬度"],
        ["甲", "2026-06-30", "7", "114.2", "22"],
        ["乙", "", "8", "x", "22"],
    ]
    table = tmp_path / "表.csv"
    table.write_text("\n".join(",".join(row) for row in rows), encoding="gb18030")
    for path in (write(tmp_path / "a.gpkg", "GPKG", names=NAMES), table):
        one, other = here(path), read_source(path)
        assert (one.form, one.layer, one.sha256, one.crs, one.axes, one.encoding, one.hints) == (
            other.form, other.layer, other.sha256, other.crs, other.axes, other.encoding, other.hints,
        )  # fmt: skip
        assert other.path == str(path)
        assert (one.unread, one.remarks) == (other.unread, other.remarks)
        assert shapely.equals_exact(one.geometries, other.geometries).tolist() == [
            shape is not None for shape in one.geometries
        ]
        assert {name: (column.dtype, column.tolist()) for name, column in one.fields.items()} == {
            name: (column.dtype, column.tolist()) for name, column in other.fields.items()
        }


def test_every_kind_of_column_crosses_over(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    properties = [
        {"i": 1, "f": 1.5, "b": True, "d": "2026-06-30", "t": "2026-06-30T08:00:00+08:00", "s": "甲", "l": [1, 2]},
        {},
    ]
    features = [
        {"type": "Feature", "properties": one, "geometry": {"type": "Point", "coordinates": [1, 2]}}
        for one in properties
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    source = here(path)
    write_source(source, tmp_path)
    found = read_answer(tmp_path)
    assert not isinstance(found, tuple) and found is not None
    assert {name: column.tolist() for name, column in found.fields.items()} == {
        name: column.tolist() for name, column in source.fields.items()
    }
    assert [str(found.fields[name][0]) for name in "ifbdtsl"] == [
        "1",
        "1.5",
        "True",
        "2026-06-30",
        "2026-06-30 08:00:00+08:00",
        "甲",
        "1, 2",
    ]
    assert all(column[1] is None for column in found.fields.values())


def test_layers_are_listed_without_reading_them(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG", layer="红线")
    write(path, "GPKG", layer="单元", append=True, shapes=squares()[:2])
    assert list_layers(path) == (
        LayerInfo("红线", "Polygon", 5, "EPSG:4526"),
        LayerInfo("单元", "Polygon", 2, "EPSG:4526"),
    )
    one = write(tmp_path / "s" / "甲.shp", "ESRI Shapefile", names=GBK_NAMES, encoding="GBK")
    other = write(tmp_path / "s" / "乙.shp", "ESRI Shapefile", names=GBK_NAMES, encoding="GBK", shapes=squares()[:3])
    found = list_layers(zipped(tmp_path / "a.zip", pieces(one) | pieces(other)))
    assert [(layer.name, layer.features) for layer in found] == [("乙", 3), ("甲", 5)]


@pytest.mark.parametrize("path", ["nothing.shp", "a\0b.shp"])
def test_a_file_that_is_not_there_is_one_error(path: str, tmp_path: Path) -> None:
    assert "it cannot be opened" in refusal(tmp_path / path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.geojson")
    assert "neither a file nor a folder" in refusal(tmp_path / "a.geojson")


def test_a_folder_that_is_no_geodatabase_is_refused(tmp_path: Path) -> None:
    assert "is a folder, and no File Geodatabase" in refusal(tmp_path)


def test_a_footprint_of_ten_million_vertices_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    with path.open("wb") as file:
        file.write(b'{"type":"Polygon","coordinates":[[')
        file.truncate(10_000_000 * 20)
    assert "200,000,000 bytes, over the limit" in refusal(path, FOOTPRINT_LIMITS)


def test_ten_million_vertices_packed_small_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = write_geoparquet(tmp_path / "a.parquet", [shapely.LineString(np.zeros((10_000_000, 2)))])
    assert path.stat().st_size < FOOTPRINT_LIMITS.file_bytes
    assert "unpacks to" in refusal(path, FOOTPRINT_LIMITS)


def test_ten_million_vertices_are_within_the_limits_of_a_layer() -> None:
    assert LIMITS.vertices > 10_000_000


@CEILINGS
def test_a_file_that_takes_too_much_memory_is_one_error(tmp_path: Path) -> None:
    feature = '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}'
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join([feature] * 100_000) + "]}")
    assert "MiB of memory" in refusal(path, replace(LIMITS, memory=24 << 20))


@CEILINGS
def test_a_file_that_never_ends_is_one_error(tmp_path: Path) -> None:
    """A GeoPackage may hold a view, and a view an endless recursion."""
    import sqlite3

    path = write(tmp_path / "a.gpkg", "GPKG", layer="a", SPATIAL_INDEX="NO")
    connection = sqlite3.connect(path)
    connection.executescript(
        "alter table a rename to b;"
        "create view a as with recursive n(i) as (select 1 union all select i + 1 from n) select i as fid, b.geom, b.code from n, b where i < 0 or b.code < 0;"
        "delete from gpkg_ogr_contents;"
    )
    connection.commit()
    connection.close()
    assert "takes longer than 1 s" in refusal(path, replace(LIMITS, seconds=1.0))


@CEILINGS
def test_a_file_that_crashes_its_library_is_one_error(tmp_path: Path) -> None:
    """Collections nested so deep that the geometry library runs out of stack."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    nested = struct.pack("<BII", 1, 7, 1) * 2_000_000 + struct.pack("<BII", 1, 7, 0)
    geo = {"version": "1.0.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB", "geometry_types": []}}}
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"g": pa.array([nested], pa.binary())}).replace_schema_metadata({"geo": json.dumps(geo)}), path
    )
    assert "crashed on it (SIGSEGV)" in refusal(path)


def test_only_the_driver_of_the_form_is_loaded() -> None:
    for form, driver in DRIVERS.items():
        skipped = skipped_drivers(form).split(",")
        assert driver not in skipped
        assert {"OGR_VRT", "HTTP", "WFS", "CSV", "SQLite", "OAPIF"} <= set(skipped)
        assert set(DRIVERS.values()) - {driver} <= set(skipped)


def test_every_driver_that_gdal_has_is_known_here() -> None:
    import pyogrio

    known = set(skipped_drivers("none").split(","))
    assert set(pyogrio.list_drivers()) <= known


def test_a_file_that_points_at_others_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_text(
        "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    assert "XML of the kind <OGRVRTDataSource>" in refusal(tmp_path / "a.gpkg")


def test_a_source_error_is_one_of_the_family() -> None:
    assert issubclass(SourceError, ScreeningError)
