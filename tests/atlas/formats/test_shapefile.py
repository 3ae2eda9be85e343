"""Shapefiles as they come: pieces missing, pieces that disagree, text in the wrong encoding or cut in half."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from screening.atlas.formats import LIMITS, SourceError
from tests.atlas.formats.files import GBK_NAMES, english, here, pieces, squares, write, zipped


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "zones.shp", "ESRI Shapefile", names=GBK_NAMES, encoding="GBK")


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(SourceError) as caught:
        here(path, **options)
    return caught.value.report()


def change(path: Path, place: int, content: bytes) -> None:
    data = bytearray(path.read_bytes())
    data[place : place + len(content)] = content
    path.write_bytes(data)


def test_a_shp_cut_off_is_refused_with_its_lengths(path: Path) -> None:
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-50])
    assert f"zones.shp: the .shp is cut off: {size - 50:,} bytes of the {size:,}" in refusal(path)


def test_a_dbf_cut_off_is_refused(path: Path) -> None:
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-50])
    assert "the .dbf is cut off" in refusal(path)


def test_an_index_that_states_fewer_shapes_is_refused(path: Path) -> None:
    change(path.with_suffix(".shx"), 24, struct.pack(">i", 50))
    assert "the .shp holds 5 shapes but the .shx 0" in refusal(path)


def test_an_index_that_names_one_shape_twice_is_refused(path: Path) -> None:
    index = path.with_suffix(".shx")
    change(index, 108, index.read_bytes()[100:108])
    assert "the .shx does not point at the shapes" in refusal(path)


def test_rows_and_shapes_that_differ_in_number_are_refused(path: Path) -> None:
    shorter = write(
        path.parent / "other" / "zones.shp", "ESRI Shapefile", shapes=squares()[:4], names=GBK_NAMES, encoding="GBK"
    )
    path.with_suffix(".dbf").write_bytes(shorter.with_suffix(".dbf").read_bytes())
    assert "the .shp holds 5 shapes but the .dbf 4 rows" in refusal(path)


def test_a_missing_index_is_rebuilt_beside_a_copy(path: Path) -> None:
    path.with_suffix(".shx").unlink()
    found = here(path)
    assert [shape.area for shape in found.geometries] == [shape.area for shape in squares()]
    assert "the index was rebuilt" in english(found.remarks)
    assert not path.with_suffix(".shx").exists()


def test_an_index_that_is_there_is_not_written_anew(path: Path) -> None:
    index = path.with_suffix(".shx")
    before = index.stat().st_mtime_ns
    here(path)
    assert index.stat().st_mtime_ns == before


def test_a_missing_table_leaves_shapes_without_fields(path: Path) -> None:
    path.with_suffix(".dbf").unlink()
    found = here(path)
    assert len(found.geometries) == 5 and not found.fields
    assert "the .dbf is missing" in english(found.remarks)


def test_a_missing_prj_declares_nothing(path: Path) -> None:
    path.with_suffix(".prj").unlink()
    found = here(path)
    assert found.crs is None
    assert "no coordinate system is declared" in english(found.remarks)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_prj_is_handed_on_in_its_own_words(path: Path, encoding: str) -> None:
    path.with_suffix(".prj").write_bytes('LOCAL_CS["佛山2000独立坐标系"]'.encode(encoding))
    assert here(path).crs == 'LOCAL_CS["佛山2000独立坐标系"]'


def test_a_missing_shp_is_named(path: Path) -> None:
    path.unlink()
    with pytest.raises(SourceError):
        here(path.with_suffix(".shx"))


def test_deleted_rows_are_counted(path: Path) -> None:
    table = path.with_suffix(".dbf")
    start, width = struct.unpack("<HH", table.read_bytes()[8:12])
    change(table, start + width, b"*")
    found = here(path)
    assert found.fields["名称"].tolist() == [GBK_NAMES[0], *GBK_NAMES[2:]]
    assert "1 records marked as deleted" in english(found.remarks)


def test_a_shape_left_out_of_the_index_is_counted(path: Path) -> None:
    """Editors that rewrite a shape append it and leave the old one in the .shp."""
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack(">i", data[104:108])
    data += data[100 : 108 + length * 2]
    data[24:28] = struct.pack(">i", len(data) // 2)
    path.write_bytes(data)
    found = here(path)
    assert len(found.geometries) == 5
    assert "1 shapes of the .shp that its index does not name" in english(found.remarks)


def test_a_damaged_shape_is_unread_and_the_others_stay(path: Path) -> None:
    change(path, 108 + 36, struct.pack("<i", 100_000_000))
    found = here(path)
    assert [one.number for one in found.unread] == [0]
    assert found.geometries[0] is None
    assert found.geometries[4].equals(squares()[4])


@pytest.mark.parametrize(
    ("cpg", "language"),
    [("GBK", 0), ("936", 0), ("ANSI 936", 0), (None, 0x4D), ("ISO-8859-1", 0x57), (None, 0x57), ("nonsense", 0)],
)
def test_gbk_is_known_from_whatever_declares_it_or_nothing_does(path: Path, cpg: str | None, language: int) -> None:
    path.with_suffix(".cpg").unlink()
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    change(path.with_suffix(".dbf"), 29, bytes([language]))
    found = here(path)
    assert found.fields["名称"].tolist() == list(GBK_NAMES)
    assert found.encoding == "GB18030"
    assert bool(found.remarks) == (cpg not in ("GBK", "936", "ANSI 936") and language != 0x4D)


def test_a_cpg_that_lies_is_said_to(path: Path) -> None:
    path.with_suffix(".cpg").write_text("UTF-8")
    found = here(path)
    assert found.fields["名称"].tolist() == list(GBK_NAMES)
    assert "the text is not in UTF-8 as the file declares; it was read as GB18030" in english(found.remarks)


def test_one_short_chinese_word_is_not_taken_for_cyrillic(tmp_path: Path) -> None:
    """一 in GBK is the two bytes of a Cyrillic letter in UTF-8."""
    path = write(
        tmp_path / "a.shp", "ESRI Shapefile", shapes=squares()[:1], names=("一",), field="name", encoding="GBK"
    )
    path.with_suffix(".cpg").unlink()
    assert here(path).fields["name"].tolist() == ["一"]


def test_half_a_character_cut_off_by_the_field_is_left_out_and_counted(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.shp",
        "ESRI Shapefile",
        shapes=squares()[:1],
        names=("x" + "管" * 100,),
        field="name",
        encoding="GBK",
    )
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    start, width = struct.unpack("<HH", data[8:12])
    # The column is made one byte narrower, as a program would that writes at most so many.
    text_width = data[32 + 16]
    row = data[start : start + width]
    narrow = bytearray(data[:start])
    narrow[48] = text_width - 1
    narrow[10:12] = struct.pack("<H", width - 1)
    table.write_bytes(bytes(narrow) + row[:text_width] + row[text_width + 1 :] + b"\x1a")
    found = here(path)
    assert found.fields["name"].tolist() == ["x" + "管" * 99]
    assert "half character at their end" in english(found.remarks)


def test_text_in_no_encoding_names_the_field_and_the_row(path: Path) -> None:
    table = path.with_suffix(".dbf")
    start, width = struct.unpack("<HH", table.read_bytes()[8:12])
    change(table, start + 2 * width + 1, b"\x81\x20\xff\x20ab")
    said = refusal(path)
    assert 'the field "名称", row 2 (from 0), is not GB18030 text' in said


def test_an_encoding_asked_for_is_the_only_one_tried(path: Path) -> None:
    assert here(path, encoding="GBK").fields["名称"].tolist() == list(GBK_NAMES)
    assert "is not UTF-8 text" in refusal(path, encoding="UTF-8")
    assert '"klingon" is not a known encoding' in refusal(path, encoding="klingon")


def test_upper_case_pieces_belong_together(path: Path) -> None:
    for piece in pieces(path).values():
        piece.rename(piece.with_name(piece.name.upper()))
    assert len(here(path.with_name("ZONES.SHP")).fields) == 2


def test_a_spatial_index_beside_the_file_is_not_used(path: Path) -> None:
    path.with_suffix(".qix").write_bytes(b"SQT\1" + b"\xff" * 400)
    path.with_suffix(".sbn").write_bytes(b"\xff" * 400)
    assert len(here(path).geometries) == 5


def test_heights_and_measures_are_left_out_and_said(tmp_path: Path) -> None:
    shapes = [shapely.force_3d(shape, 12.5) for shape in squares()]
    found = here(write(tmp_path / "a.shp", "ESRI Shapefile", shapes=shapes, kind="Polygon Z", encoding="UTF-8"))
    assert not any(shape.has_z for shape in found.geometries)
    assert "heights" in english(found.remarks)


def test_rings_that_cross_are_kept_as_they_are(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    found = here(write(tmp_path / "a.gpkg", "GPKG", shapes=[bow]))
    assert found.geometries[0].equals_exact(bow)
    assert not found.geometries[0].is_valid


def test_several_shapefiles_in_an_archive_must_be_told_apart(path: Path) -> None:
    other = write(
        path.parent / "o" / "岸线.shp", "ESRI Shapefile", shapes=squares()[:2], names=GBK_NAMES, encoding="GBK"
    )
    archive = zipped(path.parent / "all.zip", {**pieces(path), **pieces(other), "readme.txt": b"-"})
    assert 'it holds several layers: "zones", "岸线"' in refusal(archive)
    assert len(here(archive, "岸线").geometries) == 2
    assert "readme.txt" in english(here(archive, "zones").remarks)
    assert 'there is no layer "none"' in refusal(path, layer="none")


def test_names_packed_in_gbk_are_read(path: Path) -> None:
    """Packers on Chinese Windows write member names in GBK without saying so."""
    archive = zipped(path.parent / "gbk.zip", {f"ABCDEFGH{piece.suffix}": piece for piece in pieces(path).values()})
    archive.write_bytes(archive.read_bytes().replace(b"ABCDEFGH", "管控单元".encode("gbk")))
    assert here(archive).layer == "管控单元"


def test_more_shapes_than_the_limit_are_refused(path: Path) -> None:
    with pytest.raises(SourceError, match="more than 4 shapes"):
        here(path, limits=replace(LIMITS, features=4))
    with pytest.raises(SourceError, match="more than 20 vertices"):
        here(path, limits=replace(LIMITS, vertices=20))
