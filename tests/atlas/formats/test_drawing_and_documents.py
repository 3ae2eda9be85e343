"""DXF, KML and GeoJSON: what closes, what is lost, and what the text says of its origin."""

from __future__ import annotations

import json
from math import pi
from pathlib import Path

import pytest
import shapely

from screening.atlas.formats import SourceError
from tests.atlas.formats.files import english, here, squares, write

SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]
EVEN = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>%s</Document></kml>'
RING = "<Polygon><outerBoundaryIs><LinearRing><coordinates>114,22 114.1,22 114.1,22.1 114,22</coordinates></LinearRing></outerBoundaryIs></Polygon>"


def dxf(
    path: Path, *entities: str, header: str = "", blocks: str = "", end: str = "  0\nEOF\n", encoding: str = "gbk"
) -> Path:
    text = f"  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n{header}  0\nENDSEC\n  0\nSECTION\n  2\nBLOCKS\n{blocks}  0\nENDSEC\n"
    text += "  0\nSECTION\n  2\nENTITIES\n" + "".join(entities) + "  0\nENDSEC\n" + end
    path.write_bytes(text.encode(encoding))
    return path


def polyline(
    points: list[tuple[float, float]], closed: bool, layer: str = "用地红线", bulge: float = 0, more: str = ""
) -> str:
    head = f"  0\nLWPOLYLINE\n100\nAcDbEntity\n  8\n{layer}\n{more}100\nAcDbPolyline\n 90\n{len(points)}\n 70\n{int(closed)}\n"
    return head + "".join(f" 10\n{x}\n 20\n{y}\n 42\n{bulge}\n" for x, y in points)


def old_polyline(points: list[tuple[float, float]], closed: bool) -> str:
    head = f"  0\nPOLYLINE\n  8\n0\n 66\n1\n 70\n{int(closed)}\n"
    return head + "".join(f"  0\nVERTEX\n  8\n0\n 10\n{x}\n 20\n{y}\n 30\n5\n" for x, y in points) + "  0\nSEQEND\n"


def test_polylines_closed_by_flag_or_by_their_ends_are_polygons(tmp_path: Path) -> None:
    path = dxf(
        tmp_path / "a.dxf",
        polyline(SQUARE, True),
        polyline([*SQUARE, SQUARE[0]], False),
        old_polyline(SQUARE, True),
        polyline(SQUARE, False),
        old_polyline(SQUARE, False),
    )
    found = here(path)
    assert [shape.geom_type for shape in found.geometries] == ["Polygon"] * 3 + ["LineString"] * 2
    assert all(shape.equals(shapely.Polygon(SQUARE)) for shape in found.geometries[:3])
    assert found.fields["Layer"][0] == "用地红线"
    assert found.crs is None


@pytest.mark.parametrize(
    ("header", "encoding"), [("  9\n$DWGCODEPAGE\n  3\nANSI_936\n", "gbk"), ("", "gbk"), ("", "utf-8")]
)
def test_the_names_of_layers_are_read_in_their_code_page(header: str, encoding: str, tmp_path: Path) -> None:
    found = here(dxf(tmp_path / "a.dxf", polyline(SQUARE, True), header=header, encoding=encoding))
    assert found.fields["Layer"].tolist() == ["用地红线"]


def test_text_and_its_escapes_are_read(tmp_path: Path) -> None:
    text = "  0\nTEXT\n  8\n注记\n 10\n5\n 20\n5\n 40\n1\n  1\n甲\\U+4E59\n"
    found = here(dxf(tmp_path / "a.dxf", text))
    assert found.fields["Text"].tolist() == ["甲乙"]
    assert found.geometries[0].equals(shapely.Point(5, 5))


def test_arcs_are_chords_within_their_stated_error(tmp_path: Path) -> None:
    circle = "  0\nCIRCLE\n  8\n0\n 10\n5\n 20\n5\n 40\n1000\n"
    found = here(dxf(tmp_path / "a.dxf", circle, polyline([(0, 0), (2000, 0)], True, bulge=1)))
    for shape in found.geometries:
        assert 0 <= pi * 1000**2 - shape.area < 2 * pi * 1000 * 1000 * 4e-5


def test_paper_space_and_unknown_entities_are_unread_not_absent(tmp_path: Path) -> None:
    found = here(
        dxf(
            tmp_path / "a.dxf",
            polyline(SQUARE, True),
            polyline(SQUARE, True, more=" 67\n1\n"),
            "  0\nREGION\n  8\n0\n",
            "  0\nWIPEOUT\n  8\n0\n",
        )
    )
    assert len(found.geometries) == 4
    assert [one.number for one in found.unread] == [1, 2, 3]
    assert [one.why.en for one in found.unread][1:] == [
        "entities of type REGION are not read",
        "entities of type WIPEOUT are not read",
    ]


def test_one_layer_of_a_drawing_may_be_asked_for(tmp_path: Path) -> None:
    region = "  0\nREGION\n  8\n%s\n"
    path = dxf(
        tmp_path / "a.dxf",
        polyline(SQUARE, False, "道路"),
        polyline(SQUARE, True, "红线"),
        region % "道路",
        region % "红线",
    )
    found = here(path, "红线")
    assert found.layer == "红线"
    assert [shape and shape.geom_type for shape in found.geometries] == ["Polygon", None]
    assert [one.number for one in found.unread] == [1]
    assert len(here(path).geometries) == 4
    with pytest.raises(SourceError, match=r'there is no layer "绿线"; choose among 红线, 道路'):
        here(path, "绿线")


def test_a_drawing_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the drawing is cut off"):
        here(dxf(tmp_path / "a.dxf", polyline(SQUARE, True), end=""))


def test_a_drawing_in_millimetres_says_so(tmp_path: Path) -> None:
    found = here(dxf(tmp_path / "a.dxf", polyline(SQUARE, True), header="  9\n$INSUNITS\n 70\n4\n"))
    assert "millimetres" in english(found.remarks)


def test_blocks_are_drawn_where_they_are_put(tmp_path: Path) -> None:
    block = "  0\nBLOCK\n  8\n0\n  2\nB\n 70\n0\n 10\n0\n 20\n0\n" + polyline(SQUARE, True) + "  0\nENDBLK\n"
    put = "  0\nINSERT\n  8\n0\n  2\nB\n 10\n100\n 20\n100\n"
    found = here(dxf(tmp_path / "a.dxf", put, blocks=block))
    assert found.geometries[0].equals(shapely.box(100, 100, 110, 110))


def kml(path: Path, body: str) -> Path:
    path.write_text(EVEN % body, encoding="utf-8")
    return path


def test_kml_is_on_wgs_84_and_names_no_program_by_its_namespaces(tmp_path: Path) -> None:
    body = f"<Style><IconStyle><Icon><href>http://maps.google.com/mapfiles/kml/a.png</href></Icon></IconStyle></Style><Placemark><name>甲</name>{RING}</Placemark>"
    found = here(kml(tmp_path / "a.kml", body))
    assert (found.crs, found.hints, found.fields["Name"].tolist()) == ("EPSG:4326", (), ["甲"])


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("高德地图导出", "高德"),
        ("from Amap", "amap"),
        ("百度坐标", "百度"),
        ("奥维互动地图", "奥维"),
        ("Google Earth", "google"),
        ("GCJ-02", "gcj-02"),
    ],
)
def test_programs_that_shift_coordinates_are_named_in_hints(words: str, hint: str, tmp_path: Path) -> None:
    found = here(kml(tmp_path / "a.kml", f"<description>{words}</description><Placemark>{RING}</Placemark>"))
    assert hint in found.hints


def test_folders_are_layers_and_empty_ones_do_not_count(tmp_path: Path) -> None:
    found = here(
        kml(
            tmp_path / "a.kml",
            f"<Folder><name>空</name></Folder><Folder><name>红线</name><Placemark>{RING}</Placemark></Folder>",
        )
    )
    assert found.layer == "红线"
    two = kml(
        tmp_path / "b.kml",
        "".join(f"<Folder><name>{name}</name><Placemark>{RING}</Placemark></Folder>" for name in "甲乙"),
    )
    with pytest.raises(SourceError, match=r'it holds several layers: .*"甲".*"乙"'):
        here(two)
    assert len(here(two, "乙").geometries) == 1


def test_a_placemark_without_a_place_is_unread(tmp_path: Path) -> None:
    body = f"<Placemark><name>a</name></Placemark><Placemark>{RING}</Placemark><Placemark><MultiGeometry><Point><coordinates>1,2</coordinates></Point>{RING}</MultiGeometry></Placemark>"
    found = here(kml(tmp_path / "a.kml", body))
    assert [one.number for one in found.unread] == [0, 2]
    assert "collection" in found.unread[1].why.en


def test_links_to_elsewhere_are_said_and_entities_refused(tmp_path: Path) -> None:
    found = here(
        kml(
            tmp_path / "a.kml",
            f"<NetworkLink><Link><href>http://127.0.0.1:9/b.kml</href></Link></NetworkLink><Placemark>{RING}</Placemark>",
        )
    )
    assert "1 network links" in english(found.remarks)
    bomb = tmp_path / "b.kml"
    bomb.write_text(
        '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><kml><Document>&b;</Document></kml>'
    )
    with pytest.raises(SourceError, match="document type or entities"):
        here(bomb)


def collection(path: Path, features: list[object], **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", **more, "features": features}), encoding="utf-8")
    return path


def feature(coordinates: object, kind: str = "Polygon", **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


CLOSED = [[[0, 0], [1, 0], [1, 1], [0, 0]]]


def test_members_that_are_no_features_are_unread_at_their_number(tmp_path: Path) -> None:
    found = here(
        collection(
            tmp_path / "a.geojson",
            [None, feature(CLOSED, n=1), 5, {"type": "Polygon", "coordinates": CLOSED}, feature(CLOSED, n=2)],
        )
    )
    assert [one.number for one in found.unread] == [0, 2, 3]
    assert found.fields["n"].tolist() == [None, 1, None, None, 2]


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "Feature", "properties": {}, "geometry": None},
        {"type": "Feature"},
        feature(CLOSED, "Polygone"),
        feature([]),
        feature([[]]),
        feature(5),
        feature([[[0, 0], [1, 0]]]),
        feature([[[0, 0], [1, 0], [1, 1], [0, 1]]]),
        feature([[[0, 0], [1, "x"], [1, 1], [0, 0]]]),
        feature([[[0, 0], [1, None], [1, 1], [0, 0]]]),
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]},
        },
    ],
)
def test_a_feature_that_is_no_place_is_unread_with_its_reason(bad: object, tmp_path: Path) -> None:
    found = here(collection(tmp_path / "a.geojson", [feature(CLOSED), bad, feature(CLOSED)]))
    assert [one.number for one in found.unread] == [1]
    assert found.unread[0].why.zh and found.unread[0].why.en


@pytest.mark.parametrize(
    ("member", "crs"),
    [
        ({"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4526"}}}, "urn:ogc:def:crs:EPSG::4526"),
        ({"crs": {"type": "name", "properties": {"name": "GCJ02"}}}, "GCJ02"),
        ({"crs": {"type": "EPSG", "properties": {"code": 4490}}}, "EPSG:4490"),
        ({"crs": None}, None),
        ({}, None),
    ],
)
def test_geojson_declares_its_system_in_its_own_words(
    member: dict[str, object], crs: str | None, tmp_path: Path
) -> None:
    assert here(collection(tmp_path / "a.geojson", [feature(CLOSED, crs="not this one")], **member)).crs == crs


def test_a_sequence_with_a_broken_line_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.geojsonl"
    path.write_text(
        "\n".join(
            [json.dumps(feature(CLOSED)), json.dumps(feature(CLOSED)), '{"type": "Fea', json.dumps(feature(CLOSED))]
        )
    )
    with pytest.raises(SourceError, match="record 3 is not a GeoJSON feature"):
        here(path)


def curve() -> bytes:
    """A full circle of radius 100 as a curve polygon, in well-known binary."""
    import struct

    ring = struct.pack("<BII", 1, 8, 5) + struct.pack("<10d", 0, 0, 100, 100, 200, 0, 100, -100, 0, 0)
    return struct.pack("<BII", 1, 10, 1) + ring


@pytest.mark.parametrize(("driver", "suffix"), [("GPKG", "gpkg"), ("FlatGeobuf", "fgb"), ("OpenFileGDB", "gdb")])
def test_curves_are_read_as_chords_and_said(driver: str, suffix: str, tmp_path: Path) -> None:
    options = {"geometry_name": "SHAPE"} if suffix == "gdb" else {"SPATIAL_INDEX": "NO"}
    kind = "MultiPolygon" if suffix == "gdb" else "Unknown"
    found = here(write(tmp_path / f"a.{suffix}", driver, shapes=[curve()], kind=kind, **options))
    assert found.geometries[0].area == pytest.approx(pi * 100**2, rel=1e-4)
    assert "arcs" in english(found.remarks)


@pytest.mark.parametrize("kind", ["CURVEPOLYGON", "MULTISURFACE", "GEOMETRYCOLLECTION"])
def test_a_layer_may_declare_kinds_that_are_not_read_as_such(kind: str, tmp_path: Path) -> None:
    import sqlite3

    path = write(tmp_path / "a.gpkg", "GPKG", shapes=[curve()], kind="Unknown", SPATIAL_INDEX="NO")
    connection = sqlite3.connect(path)
    connection.execute("update gpkg_geometry_columns set geometry_type_name = ?", (kind,))
    connection.commit()
    connection.close()
    assert here(path).geometries[0].area == pytest.approx(pi * 100**2, rel=1e-4)


def test_a_geopackage_in_use_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG")
    path.with_name("a.gpkg-wal").write_bytes(b"x" * 100)
    with pytest.raises(SourceError, match="open in another program"):
        here(path)


def test_a_geopackage_that_counts_itself_wrongly_is_refused(tmp_path: Path) -> None:
    import sqlite3

    path = write(tmp_path / "a.gpkg", "GPKG")
    connection = sqlite3.connect(path)
    connection.execute("update gpkg_ogr_contents set feature_count = 3")
    connection.commit()
    connection.close()
    with pytest.raises(SourceError, match="it holds 5 features but 3 could be read"):
        here(path)


def test_layers_of_a_geopackage_must_be_told_apart(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", "GPKG", layer="红线")
    write(path, "GPKG", layer="单元", append=True, shapes=squares()[:2])
    with pytest.raises(SourceError, match=r'"红线" \(5 Polygon\), "单元" \(2 Polygon\)'):
        here(path)
    assert len(here(path, "单元").geometries) == 2
