"""Whatever is done to a real file, it is read whole or refused; never another error, never fewer features in silence."""

from __future__ import annotations

import random
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from screening.atlas.formats import Source, SourceError
from tests.atlas.formats.files import GBK_NAMES, here, pieces, squares, write, write_geoparquet, zipped

DXF = "  0\nSECTION\n  2\nENTITIES\n" + "".join(
    f"  0\nLWPOLYLINE\n  8\n红线\n 90\n4\n 70\n1\n 10\n{x}\n 20\n0\n 10\n{x + 9}\n 20\n0\n 10\n{x + 9}\n 20\n9\n 10\n{x}\n 20\n9\n" for x in range(5)
)  # fmt: skip
TABLE = "点号,地块号,X坐标,Y坐标\n" + "".join(
    f"J{i},{i // 4},{2433800 + i % 2},{38520600 + i // 2 % 2 * (1 - i % 2)}\n" for i in range(20)
)
BOUNDARY = "[属性描述]\n坐标系=2000国家大地坐标系\n带号=38\n[地块坐标]\n" + "".join(
    f"4,0.01,{i},地块{i},面,,,,@\nJ1,1,0,{i}\nJ2,1,0,{i + 1}\nJ3,1,1,{i + 1}\nJ4,1,1,{i}\n" for i in range(5)
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("whole")
    degrees = {"shapes": squares(114.2, 22.0, 0.001), "crs": "EPSG:4326"}
    found = {
        "geojson": write(folder / "a.geojson", "GeoJSON"),
        "geojsonl": write(folder / "a.geojsonl", "GeoJSONSeq", crs=None),
        "gpkg": write(folder / "a.gpkg", "GPKG"),
        "fgb": write(folder / "a.fgb", "FlatGeobuf"),
        "kml": write(folder / "a.kml", "LIBKML", **degrees),
        "kmz": write(folder / "a.kmz", "LIBKML", **degrees),
        "parquet": write_geoparquet(folder / "a.parquet"),
        "shp": write(folder / "s" / "a.shp", "ESRI Shapefile", names=GBK_NAMES, encoding="GBK"),
        "mif": write(
            folder / "m" / "a.mif",
            "MapInfo File",
            field="name",
            names=GBK_NAMES,
            encoding="GB18030",
            FORMAT="MIF",
            ENCODING="GB18030",
        ),
    }
    found["zip"] = zipped(folder / "a.zip", pieces(found["shp"]))
    for name, text in (("dxf", DXF + "  0\nENDSEC\n  0\nEOF\n"), ("csv", TABLE), ("txt", BOUNDARY)):
        found[name] = folder / f"b.{name}"
        found[name].write_text(text, encoding="gb18030")
    found["xlsx"] = _workbook(folder / "a.xlsx")
    found["gdb"] = write(folder / "a.gdb", "OpenFileGDB", kind="MultiPolygon")
    return found


def _workbook(path: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for line in TABLE.splitlines():
        book.active.append(line.split(","))
    book.save(path)
    return path


FORMS = (
    "geojson",
    "geojsonl",
    "gpkg",
    "fgb",
    "kml",
    "kmz",
    "parquet",
    "shp",
    "mif",
    "zip",
    "dxf",
    "csv",
    "txt",
    "xlsx",
    "gdb",
)
ROUNDS = 12


def _copied(path: Path, into: Path) -> Path:
    """The file with its pieces, or the folder, in a place of its own."""
    shutil.rmtree(into, ignore_errors=True)
    if path.is_dir():
        shutil.copytree(path, into / path.name)
        return into / path.name
    into.mkdir()
    for piece in path.parent.iterdir():
        if piece.stem == path.stem and piece.is_file():
            shutil.copy(piece, into / piece.name)
    return into / path.name


def _victim(path: Path, chance: random.Random) -> Path:
    """The file itself, or any of its pieces."""
    if path.is_dir():
        return chance.choice(sorted(path.iterdir()))
    if path.suffix in (".shp", ".mif"):
        return chance.choice(sorted(path.parent.iterdir()))
    return path


def _read(path: Path) -> Source | None:
    try:
        found = here(path)
    except SourceError as error:
        assert all(problem.where and problem.what and problem.remedy and problem.zh for problem in error.problems)
        return None
    missing = [place for place, shape in enumerate(found.geometries) if shape is None]
    assert [one.number for one in found.unread] == missing, "a feature without geometry has its reason"
    assert all(len(column) == len(found.geometries) for column in found.fields.values())
    return found


@pytest.mark.parametrize("form", FORMS)
def test_the_whole_file_is_five_features(form: str, whole: dict[str, Path]) -> None:
    found = _read(whole[form])
    assert found is not None
    assert len(found.geometries) == 5
    assert not found.unread


@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_off_anywhere_is_refused_or_whole(form: str, whole: dict[str, Path], tmp_path: Path) -> None:
    chance = random.Random(f"cut {form}")
    for _ in range(ROUNDS):
        path = _copied(whole[form], tmp_path / "cut")
        victim = _victim(path, chance)
        size = victim.stat().st_size
        with victim.open("r+b") as file:
            file.truncate(chance.randrange(size) if size else 0)
        found = _read(path)
        # A text that ends after a whole line is a whole text; a boundary text then has fewer parcels, or an unread one.
        if form not in ("csv", "txt", "geojsonl"):
            assert found is None or len(found.geometries) == 5


@pytest.mark.parametrize("form", FORMS)
def test_flipped_bytes_are_an_error_or_a_reading_never_a_crash(
    form: str, whole: dict[str, Path], tmp_path: Path
) -> None:
    chance = random.Random(f"flip {form}")
    for _ in range(ROUNDS):
        path = _copied(whole[form], tmp_path / "flip")
        victim = _victim(path, chance)
        data = bytearray(victim.read_bytes())
        for _ in range(chance.choice((1, 1, 4, 40))):
            if data:
                data[chance.randrange(len(data))] = chance.choice((0, 0xFF, 0x7F, chance.randrange(256)))
        victim.write_bytes(data)
        _read(path)


@pytest.mark.parametrize("form", ["geojson", "shp", "fgb", "kml", "gpkg", "parquet"])
def test_two_files_glued_are_an_error_or_a_reading(form: str, whole: dict[str, Path], tmp_path: Path) -> None:
    path = _copied(whole[form], tmp_path / "glue")
    path.write_bytes(path.read_bytes() + whole["gpkg"].read_bytes()[:5000])
    _read(path)


def test_a_flipped_member_of_an_archive_fails_its_checksum(whole: dict[str, Path], tmp_path: Path) -> None:
    path = _copied(whole["zip"], tmp_path / "crc")
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("a.shp").header_offset + 30 + len("a.shp") + 40
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(SourceError, match="the archive is damaged"):
        here(path)


@pytest.mark.parametrize(("driver", "suffix"), [("GPKG", "gpkg"), ("FlatGeobuf", "fgb"), ("ESRI Shapefile", "shp")])
@pytest.mark.parametrize("number", [np.inf, -np.inf, np.nan])
def test_a_coordinate_that_is_no_number_makes_its_feature_unread(
    driver: str, suffix: str, number: float, tmp_path: Path
) -> None:
    fine = shapely.LineString([(0, 0), (1, 1)])
    wild = shapely.LineString([(0, 0), (1, 7777.25), (2, 2)])
    options = {"encoding": "UTF-8"} if suffix == "shp" else {"SPATIAL_INDEX": "NO"}
    path = write(tmp_path / f"a.{suffix}", driver, shapes=[fine, wild, fine], crs=None, kind="LineString", **options)
    data = path.read_bytes()
    # Some writers refuse such a number, so it is put in afterwards; the box of a GeoPackage's or shapefile's shape has it too.
    path.write_bytes(data.replace(struct.pack("<d", 7777.25), struct.pack("<d", number)))
    found = _read(path)
    assert found is not None
    assert [shape is None for shape in found.geometries] == [False, True, False]
    assert found.unread[0].why.en == "a coordinate is not a finite number"


def test_a_point_that_is_no_number_in_a_table_is_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("WKT\nPOINT (1 2)\nPOINT (nan 2)\nPOINT (inf 2)\n")
    found = _read(path)
    assert found is not None and [one.number for one in found.unread] == [1, 2]
