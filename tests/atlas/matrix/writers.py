"""Files of one polygon with a hole, in every format, as GDAL, openpyxl and an office's own programs write them."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any, Final

import numpy as np
import openpyxl
import pyogrio.raw as raw
import shapely

from tests.atlas.formats.files import pieces, write_geoparquet, zipped
from tests.atlas.matrix.systems import System

NAME: Final = "甲单元"


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What to write: a polygon in the numbers of a system, its name, the system to declare (None: none), the text's encoding."""

    folder: Path
    polygon: shapely.Polygon
    system: System
    declared: str | None
    zone: int
    encoding: str = "UTF-8"
    name: str = NAME

    def points(self) -> Iterator[tuple[int, int, float, float]]:
        """Number, ring, first and second coordinate of every corner; rings are closed by repeating their first."""
        number = 0
        for ring, line in enumerate((self.polygon.exterior, *self.polygon.interiors), 1):
            for first, second in line.coords:
                number += 1
                yield number, ring, first, second

    @property
    def decimals(self) -> int:
        return 4 if self.system.in_metres else 10


Write = Callable[[Sheet], Path]


def _gdal(sheet: Sheet, path: Path, driver: str, kind: str = "Polygon", field: str = "名称", **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.write(
            path,
            np.array([shapely.to_wkb(sheet.polygon)], dtype=object),
            [np.array([sheet.name], dtype=object)],
            np.array([field], dtype=object),
            geometry_type=kind,
            crs=sheet.declared,
            driver=driver,
            **options,
        )
    return path


def _recoded(path: Path, encoding: str, old: str = "", new: str = "") -> Path:
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.replace(old, new).encode(encoding))
    return path


def geojson(sheet: Sheet) -> Path:
    # With fifteen decimals, as QGIS does.
    path = _gdal(sheet, sheet.folder / "红线.geojson", "GeoJSON", COORDINATE_PRECISION="15")
    if sheet.declared is None and '"crs"' in path.read_text(encoding="utf-8"):
        raise AssertionError("a system is declared")
    return _recoded(path, sheet.encoding)


def geojson_sequence(sheet: Sheet) -> Path:
    """A text sequence (RFC 8142). GDAL takes whatever it knows the system of to WGS 84, so it is told of none."""
    path = sheet.folder / "红线.geojsons"
    return _gdal(replace(sheet, declared=None), path, "GeoJSONSeq", RS="YES", COORDINATE_PRECISION="12")


def shapefile(sheet: Sheet) -> Path:
    declared = sheet.encoding != "GBK"
    path = _gdal(sheet, sheet.folder / "红线.shp", "ESRI Shapefile", encoding=sheet.encoding)
    if not declared:
        path.with_suffix(".cpg").unlink()
    return path


def shapefile_zip(sheet: Sheet) -> Path:
    path = shapefile(sheet)
    return zipped(path.with_suffix(".zip"), {f"上报/{name}": piece for name, piece in pieces(path).items()})


def geopackage(sheet: Sheet) -> Path:
    return _gdal(sheet, sheet.folder / "红线.gpkg", "GPKG")


def flatgeobuf(sheet: Sheet) -> Path:
    return _gdal(sheet, sheet.folder / "红线.fgb", "FlatGeobuf")


def geoparquet(sheet: Sheet) -> Path:
    from pyproj import CRS

    crs = CRS(sheet.declared).to_json_dict() if sheet.declared else None
    return write_geoparquet(sheet.folder / "红线.parquet", [sheet.polygon], crs=crs)


def geodatabase(sheet: Sheet) -> Path:
    # Without a system GDAL, and others, keep 0.0001 of whatever the unit is: 10 m of degrees.
    fine = {} if sheet.declared or sheet.system.in_metres else {"XYSCALE": "1e9", "XORIGIN": "-400", "YORIGIN": "-400"}
    return _gdal(sheet, sheet.folder / "红线.gdb", "OpenFileGDB", "MultiPolygon", **fine)


def kml(sheet: Sheet) -> Path:
    assert sheet.declared in ("EPSG:4326", None)
    path = _gdal(replace(sheet, declared="EPSG:4326"), sheet.folder / "红线.kml", "LIBKML")
    new = f'encoding="{sheet.encoding}"'
    return _recoded(path, sheet.encoding, 'encoding="UTF-8"', new)


def kmz(sheet: Sheet) -> Path:
    return _gdal(replace(sheet, declared="EPSG:4326"), sheet.folder / "红线.kmz", "LIBKML")


def mapinfo_tab(sheet: Sheet) -> Path:
    west, south, east, north = sheet.polygon.bounds
    margin = 100_000 if sheet.system.in_metres else 2
    bounds = f"{west - margin},{south - margin},{east + margin},{north + margin}"
    return _gdal(
        sheet, sheet.folder / "hx.tab", "MapInfo File", field="name", encoding=sheet.encoding, BOUNDS=bounds,
        ENCODING=sheet.encoding,
    )  # fmt: skip


def mapinfo_mif(sheet: Sheet) -> Path:
    return _gdal(
        sheet, sheet.folder / "hx.mif", "MapInfo File", field="name", encoding=sheet.encoding, FORMAT="MIF",
        ENCODING=sheet.encoding,
    )  # fmt: skip


def dxf(sheet: Sheet) -> Path:
    """A drawing, whose areas GDAL writes as hatches; their layer is the name."""
    path = _gdal(replace(sheet, declared=None), sheet.folder / "红线.dxf", "DXF", field="Layer")
    return _recoded(path, sheet.encoding)


@dataclass(frozen=True, slots=True)
class _Heads:
    """The names of a table's columns of coordinates, and which of them is the first of a pair."""

    metres: tuple[str, str]
    degrees: tuple[str, str]
    swapped: bool


EAST_FIRST: Final = _Heads(("东坐标", "北坐标"), ("经度", "纬度"), False)
NORTH_FIRST: Final = _Heads(("北坐标(m)", "东坐标(m)"), ("纬度(°)", "经度(°)"), True)
X_NORTH: Final = _Heads(("X", "Y"), ("X", "Y"), True)
X_EAST: Final = _Heads(("x", "y"), ("x", "y"), False)


def _rows(sheet: Sheet, heads: _Heads, numbers: bool) -> list[list[Any]]:
    head = heads.metres if sheet.system.in_metres else heads.degrees
    rows: list[list[Any]] = [["地块名称", "圈号", "界址点号", *head]]
    for number, ring, first, second in sheet.points():
        pair = (second, first) if heads.swapped else (first, second)
        cells = pair if numbers else tuple(f"{one:.{sheet.decimals}f}" for one in pair)
        rows.append([sheet.name, ring, f"J{number}", *cells])
    return rows


def csv_of(heads: _Heads) -> Write:
    def write(sheet: Sheet) -> Path:
        text = StringIO()
        csv.writer(text).writerows(_rows(sheet, heads, numbers=False))
        path = sheet.folder / "界址点.csv"
        path.write_bytes(text.getvalue().encode(sheet.encoding))
        return path

    return write


def csv_wkt(sheet: Sheet) -> Path:
    path = _gdal(replace(sheet, declared=None), sheet.folder / "红线.csv", "CSV", GEOMETRY="AS_WKT")
    return _recoded(path, sheet.encoding)


def xlsx_of(heads: _Heads) -> Write:
    def write(sheet: Sheet) -> Path:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.title = sheet.name
        for row in _rows(sheet, heads, numbers=True):
            page.append(row)
        path = sheet.folder / "界址点.xlsx"
        book.save(path)
        return path

    return write


def boundary_text(sheet: Sheet) -> Path:
    """The land offices' layout: north before east, the system in its header."""
    system = sheet.system
    head = ["[属性描述]", "格式版本号=1.01版本", "数据产生单位=某市测绘院"]
    if sheet.declared is not None:
        head.append(f"坐标系={system.in_words}")
        if system.in_metres:
            head += [f"几度分带={system.width}", "投影类型=高斯克吕格", "计量单位=米", f"带号={sheet.zone}"]
    points = list(sheet.points())
    head += ["精度=0.001", "转换参数=,,,,,,", "[地块坐标]", f"{len(points)},,1,{sheet.name},面,,,,@"]
    decimals = 3 if system.in_metres else 10
    lines = [f"J{number},{ring},{north:.{decimals}f},{east:.{decimals}f}" for number, ring, east, north in points]
    path = sheet.folder / "界址点.txt"
    path.write_bytes("\r\n".join([*head, *lines, ""]).encode(sheet.encoding))
    return path


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: how its files are made, the form they are known by, and what they can hold.

    `declares` says of which systems the file can carry the declaration; others are stated beside it.
    """

    name: str
    form: str
    write: Write
    encodings: tuple[str, ...] = ("UTF-8",)
    declares: Callable[[System], bool] = lambda system: not system.only_stated
    draws: Callable[[System], bool] = lambda _: True
    names_programs: bool = False

    @property
    def as_wgs84(self) -> bool:
        """GDAL gives the datum of MapInfo's CGCS2000 back as WGS 84."""
        return self.form == "MapInfo"


def _nothing(_: System) -> bool:
    return False


def _is_degrees(system: System) -> bool:
    return not system.in_metres


def _by_mapinfo(system: System) -> bool:
    """Of Xi'an 80 GDAL writes the datum and reads back another ellipsoid, which is refused unless its owner states it."""
    return not system.only_stated and system.datum != "Xi'an 80"


_TEXT: Final = ("UTF-8", "GB18030", "UTF-8-SIG")

ROWS: Final = (
    Row("GeoJSON", "GeoJSON", geojson, ("UTF-8", "GB18030"), names_programs=True),
    Row("GeoJSON sequence", "GeoJSONSeq", geojson_sequence, ("UTF-8",), _nothing, names_programs=True),
    Row("Shapefile", "Shapefile", shapefile, ("UTF-8", "GB18030", "GBK")),
    Row("Shapefile, no .prj", "Shapefile", shapefile, ("GB18030", "GBK"), _nothing),
    Row("Shapefile .zip", "Shapefile", shapefile_zip, ("GBK", "UTF-8")),
    Row("GeoPackage", "GeoPackage", geopackage),
    Row("FlatGeobuf", "FlatGeobuf", flatgeobuf),
    Row("GeoParquet", "GeoParquet", geoparquet),
    Row("File Geodatabase", "File Geodatabase", geodatabase),
    Row("MapInfo TAB", "MapInfo", mapinfo_tab, ("GB18030", "UTF-8"), _by_mapinfo),
    Row("MapInfo MIF", "MapInfo", mapinfo_mif, ("GB18030", "UTF-8"), _by_mapinfo),
    Row(
        "KML", "KML", kml, ("UTF-8", "GB18030"), lambda system: system.name == "WGS 84", _is_degrees,
        names_programs=True,
    ),
    Row("KMZ", "KML", kmz, ("UTF-8",), lambda system: system.name == "WGS 84", _is_degrees, names_programs=True),
    Row("DXF", "DXF", dxf, ("UTF-8", "GB18030"), _nothing, names_programs=True),
    Row("CSV, east first", "CSV", csv_of(EAST_FIRST), _TEXT, _nothing, names_programs=True),
    Row("CSV, north first", "CSV", csv_of(NORTH_FIRST), _TEXT, _nothing),
    Row("CSV, X is north", "CSV", csv_of(X_NORTH), ("GB18030", "UTF-8"), _nothing),
    Row("CSV, x is east", "CSV", csv_of(X_EAST), ("GB18030", "UTF-8"), _nothing),
    Row("CSV of WKT", "CSV", csv_wkt, ("UTF-8", "GB18030"), _nothing),
    Row("XLSX, east first", "XLSX", xlsx_of(EAST_FIRST), ("UTF-8",), _nothing, names_programs=True),
    Row("XLSX, north first", "XLSX", xlsx_of(NORTH_FIRST), ("UTF-8",), _nothing),
    Row(
        "界址点 text", "界址点", boundary_text, ("GB18030", "UTF-8", "UTF-8-SIG"),
        lambda system: bool(system.in_words) and not system.only_stated,
        names_programs=True,
    ),
)  # fmt: skip
"""The rows of the table."""
