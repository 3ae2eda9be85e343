"""What a file is, by what stands in it; its name is only asked where its content leaves a choice."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, NoReturn

from screening.atlas.formats.archive import Member
from screening.atlas.formats.source import refuse

_HEAD: Final = 1 << 16
_SPACE: Final = b" \t\r\n\x00"
_TAGS: Final = re.compile(rb"<([A-Za-z][\w.-]*:)?([A-Za-z][\w.-]*)[\s>/]")
_DXF: Final = re.compile(rb"\A(?:\s*999\r?\n[^\n]*\n)*\s*0\r?\n\s*SECTION\s", re.IGNORECASE)
_JSON: Final = re.compile(rb'\{|\[\s*[\[{"0-9tfn-]')
_MIF: Final = re.compile(rb"\A\s*version\s+\d+", re.IGNORECASE)
_TYPE: Final = re.compile(rb'"type"\s*:\s*"([A-Za-z]+)"')
_GEOJSON: Final = frozenset(
    b"FeatureCollection Feature Point MultiPoint LineString MultiLineString Polygon MultiPolygon GeometryCollection".split()
)
_KNOWN: Final = "GeoJSON, Shapefile, GeoPackage, KML, FlatGeobuf, GeoParquet, DXF, File Geodatabase, MapInfo, CSV, XLSX or 界址点 text"

_REFUSED: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"AC10", "a DWG drawing; save it as DXF", "DWG 图形，请另存为 DXF"),
    (b"AutoCAD Binary DXF", "a binary DXF; save it as text DXF", "二进制 DXF，请另存为文本 DXF"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .xlsx", "旧版 Office 文件，请另存为 .xlsx"),
    (b"Rar!", "a RAR archive; pack it as zip", "RAR 压缩包，请改用 zip"),
    (b"7z\xbc\xaf", "a 7z archive; pack it as zip", "7z 压缩包，请改用 zip"),
    (b"\x1f\x8b", "a gzip archive; unpack it, or pack it as zip", "gzip 压缩包，请解压或改用 zip"),
    (b"%PDF", "a PDF; hand in the data it was made from", "PDF 文件，请提交其原始数据"),
    (b"\x89PNG", "a picture; hand in the data it was made from", "图片，请提交其原始数据"),
    (b"\xff\xd8\xff", "a picture; hand in the data it was made from", "图片，请提交其原始数据"),
    (b"II*\x00", "a raster picture; hand in the data it was made from", "栅格图片，请提交矢量数据"),
)


def form_of(path: Path, where: str) -> str:
    """The form of a file or folder: a key of `gdal.DRIVERS`, or "GeoParquet", "zip", "text". Raises SourceError."""
    if path.is_dir():
        if any(path.glob("a0*.gdbtable")):
            return "File Geodatabase"
        refuse(
            where,
            "is a folder, and no File Geodatabase",
            "name a file in it",
            "这是文件夹，不是文件地理数据库（.gdb），请指定其中的文件",
        )
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(_SPACE):
        refuse(where, "the file is empty", "export it again", "文件为空")
    for magic, en, zh in _REFUSED:
        if head.startswith(magic):
            refuse(where, f"it is {en.partition(';')[0]}", en.partition("; ")[2], f"这是{zh}")
    for magic, form in (
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"SQLite format 3\x00", "GeoPackage"),
        (b"fgb\x03", "FlatGeobuf"),
        (b"PAR1", "GeoParquet"),
        (b"\x00\x00\x27\x0a", "Shapefile"),
    ):
        if head.startswith(magic):
            return form
    return _form_of_text(head, path, where)


def _form_of_text(head: bytes, path: Path, where: str) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "ignore").encode()
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip(_SPACE + b"\x1e")
    if _JSON.match(bare):
        return _form_of_json(bare, path, where)
    if bare.startswith(b"<"):
        tag = next((match.group(2) for match in _TAGS.finditer(bare)), b"")
        if tag in (b"kml", b"Document", b"Placemark", b"Folder"):
            return "KML"
        refuse(
            where,
            f"it is XML of the kind <{tag.decode('ascii', 'replace')[:40]}>",
            f"hand in {_KNOWN}",
            "是 XML 文件但不是 KML，请改用常用矢量格式",
        )
    if _DXF.match(bare):
        return "DXF"
    if bare[:6].lower() == b"!table" or (
        _MIF.match(bare) and re.search(rb"^\s*columns\s+\d+", bare, re.MULTILINE | re.IGNORECASE)
    ):
        return "MapInfo"
    if b"\x00" in bare:
        refuse(where, "it is of no kind that is read", f"hand in {_KNOWN}", f"无法识别的文件类型，请提交 {_KNOWN}")
    return "text"


def _form_of_json(bare: bytes, path: Path, where: str) -> str:
    """GeoJSON, or a sequence of it: one whole object on each line."""
    lines = [line for line in bare.split(b"\n") if line.strip(_SPACE + b"\x1e")]
    kinds = {match.group(1) for match in _TYPE.finditer(bare)}
    if bare.startswith(b"[") or not kinds & _GEOJSON or b"Topology" in kinds:
        refuse(
            where, "it is JSON, but not GeoJSON", "export it as GeoJSON", "是 JSON 文件但不是 GeoJSON，请导出为 GeoJSON"
        )
    with path.open("rb") as file:
        marked = file.read(1) == b"\x1e"
    if marked:
        return "GeoJSONSeq"
    if len(lines) > 1 and _whole(lines[0].strip(_SPACE + b"\x1e")) and lines[1].lstrip().startswith(b"{"):
        return "GeoJSONSeq"
    return "GeoJSON"


def _whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


Sets = dict[str, tuple[tuple[Member, str], ...]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The data sets of one archive that are of one form: by name, each the members to unpack and as what.

    `start` is the file or folder to read of each, `others` the members that belong to none.
    """

    form: str
    sets: Sets
    start: dict[str, str]
    others: tuple[str, ...]


_SINGLE: Final = {
    ".gpkg": "GeoPackage",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".geojsonl": "GeoJSONSeq",
    ".geojsons": "GeoJSONSeq",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".dxf": "DXF",
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
}


_RANKS: Final = (
    (".kml",),
    (".gpkg",),
    (".fgb",),
    (".parquet",),
    (".geojson", ".geojsonl", ".geojsons"),
    (".dxf",),
    (".json",),
    (".csv", ".tsv"),
    (".txt",),
)
"""In this order: a text beside a map is about the map."""


def packed_in(members: tuple[Member, ...], where: str) -> Packed:
    """What an archive holds: a workbook, a geodatabase, shapefiles, or one other file. Raises SourceError otherwise."""
    names = {member.name for member in members}
    if "xl/workbook.xml" in names:
        return Packed("workbook", {"": ()}, {"": ""}, ())
    tables = {str(PurePosixPath(name).parent) for name in names if re.fullmatch(r"(.*/)?a0[0-9a-f]{7}\.gdbtable", name)}
    if tables:
        if len(tables) > 1:
            listed = ", ".join(sorted(tables)[:10])
            refuse(
                where,
                f"the archive holds several geodatabases: {listed}",
                "hand in one of them",
                f"压缩包内有多个地理数据库，请只提交其一：{listed}",
            )
        return _geodatabases(members, tables)
    if any(member.suffix == ".shp" for member in members):
        return _shapefiles(members)
    found = next((kept for suffixes in _RANKS if (kept := [one for one in members if one.suffix in suffixes])), [])
    if not found:
        _nothing(where, any(member.suffix in (".zip", ".kmz", ".rar", ".7z", ".xlsx") for member in members))
    if found[0].suffix == ".kml":
        return _documents(members, found)
    if len(found) > 1:
        listed = ", ".join(member.name for member in found[:10])
        refuse(
            where,
            f"the archive holds several data sets: {listed}",
            "hand in one of them",
            f"压缩包内有多个数据文件，请只提交其一：{listed}",
        )
    member = found[0]
    stem, staged = PurePosixPath(member.name).stem, f"packed{member.suffix}"
    sets: Sets = {stem: ((member, staged),)}
    return Packed(_SINGLE[member.suffix], sets, {stem: staged}, _rest(members, sets))


def _documents(members: tuple[Member, ...], found: list[Member]) -> Packed:
    """Each KML of a KMZ by itself; its links to others in the archive lead to what is read anyway."""
    sets: Sets = {}
    start: dict[str, str] = {}
    for number, member in enumerate(found):
        name = member.name.removesuffix(PurePosixPath(member.name).suffix)
        sets[name] = ((member, f"{number}.kml"),)
        start[name] = f"{number}.kml"
    return Packed("KML", sets, start, _rest(members, sets))


def _nothing(where: str, inner: bool) -> NoReturn:
    if inner:
        refuse(
            where,
            "the archive only holds other archives or workbooks",
            "hand them in unpacked",
            "压缩包内只有其他压缩包或表格，请解压后提交",
        )
    refuse(
        where, "the archive holds no data that is read", f"pack {_KNOWN}", f"压缩包内没有可读取的数据，请打包 {_KNOWN}"
    )


def _geodatabases(members: tuple[Member, ...], tables: set[str]) -> Packed:
    sets: Sets = {}
    start: dict[str, str] = {}
    for number, folder in enumerate(sorted(tables)):
        name = PurePosixPath(folder).stem if folder != "." else "layer"
        staged = f"{number}.gdb"
        inside = [member for member in members if str(PurePosixPath(member.name).parent) == folder]
        sets[name] = tuple((member, f"{staged}/{PurePosixPath(member.name).name}") for member in inside)
        start[name] = staged
    return Packed("File Geodatabase", sets, start, _rest(members, sets))


def _shapefiles(members: tuple[Member, ...]) -> Packed:
    sets: Sets = {}
    start: dict[str, str] = {}
    shapes = sorted((member for member in members if member.suffix == ".shp"), key=lambda member: member.name)
    for number, shape in enumerate(shapes):
        stem = str(PurePosixPath(shape.name).with_suffix("")).casefold()
        name = PurePosixPath(shape.name).stem
        name = name if name not in sets else str(PurePosixPath(shape.name).with_suffix(""))
        inside = [
            (member, f"{number}/packed{member.suffix}")
            for member in members
            if member.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg")
            and str(PurePosixPath(member.name).with_suffix("")).casefold() in (stem, f"{stem}.shp")
        ]
        sets[name] = tuple(inside)
        start[name] = f"{number}/packed.shp"
    return Packed("Shapefile", sets, start, _rest(members, sets))


def _rest(members: tuple[Member, ...], sets: Sets) -> tuple[str, ...]:
    taken = {member.name for inside in sets.values() for member, _ in inside}
    sidecars = (
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".sbn",
        ".sbx",
        ".qix",
        ".xml",
        ".qmd",
        ".qml",
        ".qpj",
        ".lock",
        ".fix",
        ".atx",
        ".ain",
        ".aih",
    )
    return tuple(member.name for member in members if member.name not in taken and member.suffix not in sidecars)
