"""Every format, by the content of a real file: the same shapes, the same text, the system it declares."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS as System

from screening.atlas.formats import SourceError
from tests.atlas.formats.files import (
    CODES,
    CRS,
    GBK_NAMES,
    NAMES,
    english,
    here,
    pieces,
    squares,
    write,
    write_geoparquet,
    zipped,
)

Make = Callable[[Path], Path]

FORMATS: dict[str, tuple[str, Make]] = {
    "geojson": ("GeoJSON", lambda folder: write(folder / "zones.geojson", "GeoJSON")),
    "geojson-seq": (
        "GeoJSONSeq",
        lambda folder: write(folder / "zones.geojsonl", "GeoJSONSeq", crs=None, COORDINATE_PRECISION="9"),
    ),
    "geojson-rs": (
        "GeoJSONSeq",
        lambda folder: write(folder / "zones.geojsons", "GeoJSONSeq", crs=None, RS="YES", COORDINATE_PRECISION="9"),
    ),
    "shapefile": ("Shapefile", lambda folder: write(folder / "zones.shp", "ESRI Shapefile", encoding="UTF-8")),
    "shapefile-zip": (
        "Shapefile",
        lambda folder: zipped(
            folder / "z.zip", pieces(write(folder / "zones.shp", "ESRI Shapefile", encoding="UTF-8"))
        ),
    ),
    "geopackage": ("GeoPackage", lambda folder: write(folder / "zones.gpkg", "GPKG")),
    "geopackage-wal": ("GeoPackage", lambda folder: _in_wal_mode(write(folder / "zones.gpkg", "GPKG"))),
    "geopackage-zip": (
        "GeoPackage",
        lambda folder: zipped(folder / "z.zip", {"读我.txt": b"-", "zones.gpkg": write(folder / "zones.gpkg", "GPKG")}),
    ),
    "flatgeobuf": ("FlatGeobuf", lambda folder: write(folder / "zones.fgb", "FlatGeobuf")),
    "geoparquet": ("GeoParquet", lambda folder: write_geoparquet(folder / "zones.parquet")),
    "geodatabase": (
        "File Geodatabase",
        lambda folder: write(
            folder / "zones.gdb", "OpenFileGDB", kind="MultiPolygon", TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER"
        ),
    ),
    "geodatabase-zip": ("File Geodatabase", lambda folder: _zipped_gdb(folder)),
    "mapinfo-tab": (
        "MapInfo",
        lambda folder: write(
            folder / "zones.tab",
            "MapInfo File",
            names=GBK_NAMES,
            field="name",
            encoding="GB18030",
            ENCODING="GB18030",
            BOUNDS="38000000,2000000,39000000,3000000",
        ),
    ),
    "mapinfo-mif": (
        "MapInfo",
        lambda folder: write(
            folder / "zones.mif",
            "MapInfo File",
            names=GBK_NAMES,
            field="name",
            encoding="GB18030",
            FORMAT="MIF",
            ENCODING="GB18030",
        ),
    ),
}


def _stamps(folder: Path) -> list[tuple[str, int, bytes]]:
    inside = (one for one in sorted(folder.rglob("*")) if one.is_file())
    return [(str(one), one.stat().st_mtime_ns, one.read_bytes()) for one in inside]


def _in_wal_mode(path: Path) -> Path:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.close()
    return path


def _zipped_gdb(folder: Path) -> Path:
    base = write(
        folder / "zones.gdb", "OpenFileGDB", kind="MultiPolygon", TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER"
    )
    return zipped(folder / "z.gdb.zip", {f"上报/zones.gdb/{one.name}": one for one in base.iterdir()})


@pytest.mark.parametrize("name", FORMATS)
def test_a_real_file_is_read_to_the_last_vertex(name: str, tmp_path: Path) -> None:
    form, make = FORMATS[name]
    path = make(tmp_path)
    before = _stamps(tmp_path)
    found = here(path)
    assert (found.form, len(found.geometries), found.unread) == (form, 5, ())
    by_code = {int(code): place for place, code in enumerate(found.fields["code"])}
    for code, shape, drawn_name in zip(CODES, squares(), GBK_NAMES if form == "MapInfo" else NAMES, strict=True):
        place = by_code[int(code)]
        # TAB stores whole numbers of a grid over its bounds; the others keep every bit.
        slack = (
            0.001 if name == "mapinfo-tab" else 1e-6 if form in ("File Geodatabase", "GeoJSONSeq", "GeoJSON") else 0.0
        )
        assert shapely.hausdorff_distance(found.geometries[place].normalize(), shape.normalize()) <= max(slack, 0)
        assert found.geometries[place].area == pytest.approx(shape.area, abs=1.0 if slack else 1e-6)
        text = found.fields["name" if form == "MapInfo" else "名称"][place]
        assert (text or None) == drawn_name
    assert found.axes == "east_north"
    if "seq" in name or "-rs" in name:
        assert found.crs is None
    elif form != "MapInfo":
        assert found.crs is not None
        declared = System(found.crs)
        assert declared.equals(System(CRS), ignore_axis_order=True) or declared.to_epsg(min_confidence=60) == 4526
    assert len(found.sha256) == 64
    assert _stamps(tmp_path) == before, "reading wrote in the folder of the file"


ENCODINGS: dict[str, tuple[str, bool, str]] = {
    "utf-8, declared": ("UTF-8", True, "UTF-8"),
    "utf-8, nothing declared": ("UTF-8", False, "UTF-8"),
    "gbk, declared": ("GBK", True, "GB18030"),
    "gbk, nothing declared": ("GBK", False, "GB18030"),
    "gb2312, declared": ("GB2312", True, "GB18030"),
    "gb18030, declared": ("GB18030", True, "GB18030"),
    "gb18030, nothing declared": ("GB18030", False, "GB18030"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_shapefiles_text_is_read_in_its_encoding(name: str, tmp_path: Path) -> None:
    encoding, declared, said = ENCODINGS[name]
    names = NAMES if encoding in ("UTF-8", "GB18030") else GBK_NAMES
    path = write(tmp_path / "zones.shp", "ESRI Shapefile", names=names, encoding=encoding)
    if not declared:
        (tmp_path / "zones.cpg").unlink()
    found = here(path)
    assert found.encoding == said
    assert found.fields["名称"].tolist() == list(names)
    assert ("no encoding is declared" in english(found.remarks)) == (not declared)


TEXTS = ("GeoJSON", "KML", "CSV", "界址点")


@pytest.mark.parametrize("form", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_text_file_is_read_in_any_of_its_encodings(form: str, encoding: str, tmp_path: Path) -> None:
    name = "生态保护红线" if encoding == "gbk" else "䶮昶〇红线"
    texts = {
        "GeoJSON": '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"名称":"%s"},"geometry":{"type":"Point","coordinates":[114.2,22]}}]}',
        "KML": '<?xml version="1.0" encoding="GB2312"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>%s</name>'
        "<Point><coordinates>114.2,22</coordinates></Point></Placemark></Document></kml>",
        "CSV": "名称,经度,纬度\n%s,114.2,22\n",
        "界址点": "[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n1,,1,%s,点,,,,@\nJ1,1,114.2,22\n",
    }
    path = tmp_path / "file.dat"
    text = texts[form] % name
    path.write_bytes((text if "utf-8" not in encoding else text.replace("GB2312", "UTF-8")).encode(encoding))
    found = here(path)
    assert found.form == form
    assert name in {str(column[0]) for column in found.fields.values()}
    assert found.geometries[0].equals(shapely.Point(114.2, 22))


def test_the_format_is_known_by_content_whatever_the_name(tmp_path: Path) -> None:
    for source, wrong in (
        (write(tmp_path / "a.gpkg", "GPKG"), "a.shp"),
        (write(tmp_path / "b.geojson", "GeoJSON"), "b.csv"),
    ):
        path = shutil.copy(source, tmp_path / wrong)
        assert here(path).form == here(source).form


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj"])
def test_any_piece_of_a_shapefile_stands_for_the_whole(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / "zones.shp", "ESRI Shapefile", encoding="UTF-8")
    assert here(path.with_suffix(suffix)).sha256 == here(path).sha256


def test_the_digest_changes_with_any_byte_of_any_piece(tmp_path: Path) -> None:
    path = write(tmp_path / "zones.shp", "ESRI Shapefile", encoding="UTF-8")
    seen = {here(path).sha256}
    prj = path.with_suffix(".prj")
    prj.write_text(prj.read_text() + " ")
    seen.add(here(path).sha256)
    path.with_suffix(".cpg").unlink()
    seen.add(here(path).sha256)
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\0" * 500, "the file is empty"),
        (b"AC1027" + b"\0" * 200, "DWG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .xlsx"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"%PDF-1.7\n", "PDF"),
        (b'{"type":"Topology","objects":{}}', "not GeoJSON"),
        (b"[1, 2, 3]", "not GeoJSON"),
        (b"<?xml version='1.0'?><gml:FeatureCollection/>", "XML of the kind"),
        (b"a\0b\xff\xfe\x81" * 99, "of no kind that is read"),
        ("无\n".encode(), "no row names columns of coordinates"),
        (b"\x81\x20\xff\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_is_no_file_of_places_is_refused_with_what_it_is(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "file.shp"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        here(path)
    problem = caught.value.problems[0]
    assert words in problem.text()
    assert problem.where == "file.shp"
    assert problem.remedy and problem.zh


def test_integers_keep_their_digits_beside_missing_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":['
        '{"type":"Feature","properties":{"n":9007199254740991,"f":1.5,"b":true,"d":"2020-02-03"},"geometry":null},'
        '{"type":"Feature","properties":{"n":null,"f":null,"b":null,"d":null},"geometry":null}]}'
    )
    fields = here(path).fields
    assert [type(value) for value in fields["n"]] == [int, type(None)]
    assert fields["n"][0] == 9007199254740991
    assert fields["b"].tolist() == [True, None]
    assert fields["f"].tolist() == [1.5, None]
    assert str(fields["d"][0]) == "2020-02-03"


def test_columns_of_numbers_are_arrays_of_numbers(tmp_path: Path) -> None:
    fields = here(write(tmp_path / "a.gpkg", "GPKG")).fields
    assert fields["code"].dtype == np.int64
