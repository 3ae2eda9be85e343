"""A file laid out for GDAL: under a plain name in a folder of its own, in UTF-8 where it is text, with nothing beside it."""

from __future__ import annotations

from pathlib import Path

from screening.atlas.formats import drawing, geopackage, kml
from screening.atlas.formats.encoding import Encoding, as_utf8, codec_of, encoding_of_file
from screening.atlas.formats.mapinfo import mapinfo_pieces
from screening.atlas.formats.opened import Opened, Request
from screening.text import Text

_SUFFIX = {
    "GeoJSON": ".geojson",
    "GeoJSONSeq": ".geojsonl",
    "KML": ".kml",
    "DXF": ".dxf",
    "FlatGeobuf": ".fgb",
    "File Geodatabase": ".gdb",
}


def stage(request: Request, opened: Opened) -> tuple[Path, Encoding, tuple[Text, ...]]:
    """Where the file stands for GDAL, the encoding it was in, and what was assumed of that."""
    where, into, path, form = request.where, request.scratch, opened.path, opened.form
    if form == "GeoPackage":
        geopackage.check_closed(path, where)
        return geopackage.stage(path, into), Encoding("utf-8"), ()
    if form == "MapInfo":
        for suffix, piece in mapinfo_pieces(path).items():
            _linked(piece, into / f"layer{suffix}")
        return into / f"layer{path.suffix.lower()}", Encoding("utf-8"), ()
    target = into / f"layer{_SUFFIX[form]}"
    if form in ("FlatGeobuf", "File Geodatabase"):
        return _linked(path, target), Encoding("utf-8"), ()
    declared = kml.declared_encoding(path) if form == "KML" else None
    known = drawing.declared_encoding(path) if form == "DXF" else codec_of(declared)
    encoding, skip = encoding_of_file(path, where, [known], request.codec)
    odd = form == "KML" and (encoding.codec != "utf-8" or codec_of(declared or "utf-8") != "utf-8")
    copied = as_utf8(path, encoding, skip, into / f"words{_SUFFIX[form]}", kml.as_declared_utf8 if odd else None)
    # UTF-8 is what these formats are by their standards, declared or not.
    remarks = () if encoding.codec == "utf-8" and known in (None, "utf-8") else encoding.remarks
    return _linked(copied, target), encoding, remarks


def _linked(path: Path, target: Path) -> Path:
    if not target.exists():
        target.symlink_to(path.resolve())
    return target
