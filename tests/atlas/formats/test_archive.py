"""Archives that are too much, lead out, or hide something: one error, before anything is unpacked."""

from __future__ import annotations

import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from screening.atlas.formats import FOOTPRINT_LIMITS, LIMITS, Limits, SourceError
from tests.atlas.formats.files import english, here, squares, write, zipped


def refusal(path: Path, limits: Limits = LIMITS) -> str:
    with pytest.raises(SourceError) as caught:
        here(path, limits=limits)
    return caught.value.report()


def test_a_zip_bomb_is_refused_by_what_it_states(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"a.geojson": b"0" * (70 << 20)})
    assert path.stat().st_size < 100_000
    assert "unpacks to 73,400,320, over the limit" in refusal(path)


def test_a_bomb_in_a_workbook_is_refused_too(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.xlsx",
        {"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * (70 << 20)},
    )
    assert "over the limit" in refusal(path)


def test_a_member_longer_than_it_states_is_not_unpacked_further(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.geojson": b"0" * 100_000})
    data = path.read_bytes()
    size = (100_000).to_bytes(4, "little")
    assert data.count(size) >= 2
    path.write_bytes(data.replace(size, (50).to_bytes(4, "little")))
    assert "the archive is damaged" in refusal(path)


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{number}.txt": b"" for number in range(2_001)}, zipfile.ZIP_STORED)
    assert "2,001 members" in refusal(path, FOOTPRINT_LIMITS)


@pytest.mark.parametrize(
    "name", ["../a.geojson", "/etc/a.geojson", "a/../../b.geojson", "C:\\a.geojson", "..\\a.geojson"]
)
def test_a_path_out_of_the_archive_is_refused(name: str, tmp_path: Path) -> None:
    assert "a path out of the archive" in refusal(zipped(tmp_path / "a.zip", {name: b"{}"}))


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("a.geojson")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "is a link" in refusal(path)


def test_a_locked_member_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.geojson": b"{}"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    path.write_bytes(data)
    assert "locked with a password" in refusal(path)


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.geojson": b"{}"})
    assert "only holds other archives" in refusal(zipped(tmp_path / "a.zip", {"inner.zip": inner}))
    assert "the archive holds another archive" in refusal(zipped(tmp_path / "b.zip", {"a.geojson": inner}))


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("A.geojson", b"{}")
        archive.writestr("a.geojson", b"{}")
    assert 'two members are named "a.geojson"' in refusal(path)


def test_an_archive_of_several_data_sets_is_refused_with_their_names(tmp_path: Path) -> None:
    one = write(tmp_path / "one.geojson", "GeoJSON")
    path = zipped(tmp_path / "a.zip", {"甲/one.geojson": one, "乙/two.geojson": one})
    assert "甲/one.geojson, 乙/two.geojson" in refusal(path)


def test_an_archive_without_places_says_what_could_be_in_it(tmp_path: Path) -> None:
    assert "the archive holds no data that is read" in refusal(zipped(tmp_path / "a.zip", {"a.docx": b"-"}))
    assert "the archive holds no data that is read" in refusal(zipped(tmp_path / "b.zip", {}))


def test_a_kmz_with_its_placemarks_in_a_linked_document_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.kmz", "LIBKML", shapes=squares(114.2, 22.0, 0.001), crs="EPSG:4326")
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) >= {"doc.kml", "layers/a.kml"}, "GDAL writes a list of links first"
    found = here(path)
    assert len(found.geometries) == 5
    assert not english(found.remarks).count("not read")


def test_a_kmz_of_several_documents_must_be_told_apart(tmp_path: Path) -> None:
    one = write(tmp_path / "one.kml", "LIBKML", shapes=squares(114.2, 22.0, 0.001), crs="EPSG:4326")
    path = zipped(tmp_path / "a.kmz", {"doc.kml": one, "files/二.kml": one, "files/icon.png": b"-"})
    assert 'it holds several layers: "doc", "files/二"' in refusal(path)
    assert len(here(path, "files/二").geometries) == 5


def test_limits_of_layers_leave_room_for_a_nation() -> None:
    assert LIMITS.vertices >= 3 * 30_000_000
    assert replace(FOOTPRINT_LIMITS).vertices < 1_000_000
