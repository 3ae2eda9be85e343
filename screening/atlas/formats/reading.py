"""One layer of one file, in this process: what the file is, its pieces, its text, its geometries, and what was lost.

This trusts nothing but runs where it is called; `confined` runs it in a process of its own, where a crash or an endless
loop of a library ends as one clear error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.formats import (
    boundary_text,
    drawing,
    gdal,
    geodatabase,
    geojson,
    geopackage,
    geoparquet,
    kml,
    mapinfo,
    shapefile,
)
from screening.atlas.formats.attributes import decode_fields
from screening.atlas.formats.encoding import Encoding, read_words
from screening.atlas.formats.opened import Opened, Request, digest, open_request, single, stamp
from screening.atlas.formats.rows import features_of
from screening.atlas.formats.settle import Settled, settle, settle_shapes
from screening.atlas.formats.source import LayerInfo, Source, Unread, door, refuse
from screening.atlas.formats.staging import stage
from screening.atlas.formats.table import Table, read_text_table, read_workbook
from screening.text import Text

_ARCS: Final = frozenset({"CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE"})
_ARC_REMARK: Final = Text(
    "图形含圆弧，已按 1° 弦线读取（偏差不超过半径的十万分之四）",
    "the geometries hold arcs; they were read as chords of 1 degree (within 4e-5 of the radius)",
)


def read_here(request: Request) -> Source:
    """One layer of a file. Raises SourceError, and whatever a library raises that nobody thought of."""
    opened = open_request(request)
    before = stamp(request.path)
    sha256 = digest(opened)
    if opened.form == "workbook":
        source = _read_workbook(request, opened)
    else:
        opened = single(request, opened)
        read: dict[str, Callable[[Request, Opened], Source]] = {
            "Shapefile": _read_shapefile,
            "DXF": _read_drawing,
            "GeoParquet": _read_parquet,
            "text": read_text_file,
        }
        source = read.get(opened.form, _read_gdal)(request, opened)
    if stamp(request.path) != before:
        refuse(
            request.where,
            "it changed while it was read",
            "hand it in when it is finished",
            "读取期间文件被改动，请稍后重试",
        )
    # The names of file, layer and fields may tell where numbers come from (百度.csv, gcj_lng).
    named = kml.hints_of(" ".join((Path(request.where).name, source.layer, *source.fields)))
    hints = tuple(dict.fromkeys((*source.hints, *named)))
    return replace(source, path=request.where, sha256=sha256, hints=hints, remarks=(*opened.remarks, *source.remarks))


def _read_shapefile(request: Request, opened: Opened) -> Source:
    pieces = shapefile.pieces_beside(opened.path)
    if request.layer not in (None, opened.name):
        _no_layer(request, opened.name)
    facts = shapefile.check_pieces(pieces, request.where, request.limits)
    into = request.scratch / "shapefile"
    into.mkdir()
    staged = shapefile.stage(pieces, into)
    (info,) = gdal.layers_of(staged, "Shapefile", request.where)
    layer = gdal.read_layer(staged, "Shapefile", info, request.where, request.limits)
    expected = facts.shapes - len(facts.deleted)
    if len(layer.binaries) != expected:
        _fewer(request, expected, len(layer.binaries))
    settled = settle(layer.binaries, request.where, request.limits)
    fields, encoding, said = decode_fields(layer.fields, facts.declared, facts.widths, request.codec, request.where)
    remarks = (*facts.remarks, *layer.remarks, *settled.remarks, *said)
    return Source(
        "",
        "Shapefile",
        opened.name,
        "",
        settled.geometries,
        fields,
        facts.crs,
        "east_north",
        (),
        encoding,
        settled.unread,
        remarks,
    )


def shown(opened: Opened, name: str) -> str:
    """A layer's own name; the file's where GDAL made one up from the staged file's."""
    return opened.name if name == "layer" and opened.form not in ("GeoPackage", "File Geodatabase") else name


def _read_gdal(request: Request, opened: Opened) -> Source:
    where, form = request.where, opened.form
    staged, encoding, said = stage(request, opened)
    stated, remarks = kml.check_document(staged, where) if form == "KML" else (0, ())
    found = gdal.layers_of(staged, form, where)
    if form == "KML":
        kml.check_placemarks(stated, sum(one.features for one in found), where)
    info = gdal.pick_layer(found, _wanted(request, opened, found), where)
    layer = gdal.read_layer(staged, form, info, where, request.limits)
    counts = {
        "GeoPackage": lambda: geopackage.count_rows(staged, info.name, where),
        "MapInfo": lambda: mapinfo.count_rows(staged, where),
    }
    expected = counts[form]() if form in counts else info.features
    if len(layer.binaries) != expected:
        _fewer(request, expected, len(layer.binaries))
    settled = settle(layer.binaries, where, request.limits)
    fields = dict(layer.fields)
    crs = layer.crs
    hints: tuple[str, ...] = ()
    remarks = (*said, *remarks, *layer.remarks, *settled.remarks)
    if form in ("GeoPackage", "FlatGeobuf", "File Geodatabase") and gdal.kinds_of(staged, info.name, where) & _ARCS:
        remarks = (*remarks, _ARC_REMARK)
    name = encoding.name
    if form in ("GeoJSON", "GeoJSONSeq"):
        crs, more = geojson.declared_crs(staged, where)
        hints, remarks = kml.hints_of_file(staged), (*remarks, *more)
    if form == "GeoJSONSeq":
        geojson.check_lines(staged, len(layer.binaries), where)
    elif form == "GeoJSON":
        settled, fields = _spread(settled, fields, *geojson.members(staged, len(layer.binaries), where))
    elif form == "KML":
        crs, hints = kml.CRS, kml.hints_of_file(staged)
        read = len(settled.geometries)
        linked = tuple(replace(one, number=one.number + read) for one in kml.links(staged))
        settled, fields = _spread(settled, fields, read + len(linked), np.arange(read), linked)
    elif form == "MapInfo":
        fields, name, more = decode_fields(fields, (mapinfo.mapinfo_charset(staged),), (), request.codec, where)
        crs, remarks = mapinfo.declared_crs(crs), (*remarks, *more)
    elif form == "File Geodatabase":
        geodatabase.check_grid(settled.geometries, where)
    return Source(
        "",
        form,
        shown(opened, info.name),
        "",
        settled.geometries,
        fields,
        crs,
        "east_north",
        hints,
        name,
        settled.unread,
        remarks,
    )


def _read_drawing(request: Request, opened: Opened) -> Source:
    where = request.where
    staged, encoding, said = stage(request, opened)
    entities = drawing.count_entities(staged, where)
    (info,) = gdal.layers_of(staged, "DXF", where)
    whole = request.layer in (None, opened.name, info.name)
    if not whole and request.layer not in entities.layers():
        _no_layer(request, ", ".join(sorted(entities.layers())[:30]))
    layer = gdal.read_layer(staged, "DXF", info, where, request.limits)
    if len(layer.binaries) != info.features:
        _fewer(request, info.features, len(layer.binaries))
    settled, fields = drawing.finish(settle(layer.binaries, where, request.limits), layer.fields, entities)
    if not whole:
        settled, fields = drawing.select(settled, fields, str(request.layer))
    remarks = (*said, *layer.remarks, *settled.remarks)
    name = opened.name if whole else str(request.layer)
    return Source(
        "",
        "DXF",
        name,
        "",
        settled.geometries,
        fields,
        None,
        "east_north",
        kml.hints_of_file(staged),
        encoding.name,
        settled.unread,
        remarks,
    )


def _wanted(request: Request, opened: Opened, found: tuple[LayerInfo, ...]) -> str | None:
    """The name that GDAL has for the layer asked for."""
    if opened.packed is not None and len(opened.packed.sets) > 1 and request.layer == opened.name:
        return None
    known = {shown(opened, one.name): one.name for one in found}
    return known.get(request.layer, request.layer) if request.layer else None


def _spread(
    settled: Settled, fields: dict[str, NDArray[Any]], count: int, places: NDArray[np.int64], others: tuple[Unread, ...]
) -> tuple[Settled, dict[str, NDArray[Any]]]:
    """The features that were read at their places among all members of a collection."""
    if count == len(places):
        return settled, fields

    def spread(column: NDArray[Any]) -> NDArray[Any]:
        wide = np.full(count, None, dtype=object)
        wide[places] = column
        return wide

    moved = [replace(one, number=int(places[one.number])) for one in settled.unread]
    unread = tuple(sorted((*moved, *others), key=lambda one: one.number))
    return Settled(spread(settled.geometries), unread, settled.remarks), {
        name: spread(column) for name, column in fields.items()
    }


def _read_parquet(request: Request, opened: Opened) -> Source:
    if request.layer not in (None, opened.name):
        _no_layer(request, opened.name)
    layer = geoparquet.read(opened.path, request.where, opened.name, request.limits)
    settled = settle(layer.binaries, request.where, request.limits)
    remarks = (*layer.remarks, *settled.remarks)
    return Source(
        "",
        "GeoParquet",
        opened.name,
        "",
        settled.geometries,
        layer.fields,
        layer.crs,
        unread=settled.unread,
        remarks=remarks,
    )


def read_text_file(request: Request, opened: Opened) -> Source:
    if request.layer not in (None, opened.name):
        _no_layer(request, opened.name)
    text, encoding = read_words(opened.path, request.where, request.codec)
    hints = kml.hints_of(text[: 1 << 20])
    if boundary_text.is_boundary_text(text):
        found = boundary_text.read_boundaries(text, request.where, request.limits)
        settled = settle_shapes(found.geometries, request.where, request.limits)
        unread = _merged(settled.unread, found.unread)
        return Source(
            "", "界址点", opened.name, "", settled.geometries, found.fields, found.crs, "north_east", (*found.hints, *hints),
            encoding.name, unread, (*encoding.remarks, *found.remarks),
        )  # fmt: skip
    table = read_text_table(text, request.where, request.limits)
    return _of_table(request, table, "CSV", opened.name, encoding, hints)


def _read_workbook(request: Request, opened: Opened) -> Source:
    tables = read_workbook(opened.path, request.where, request.limits)
    name = request.layer
    if name is None and len(tables) > 1:
        listed = ", ".join(f'"{one}"' for one in tables)
        refuse(
            request.where,
            f"several sheets hold coordinates: {listed}",
            "name the sheet to read",
            f"多个工作表含坐标，请指明其一：{listed}",
        )
    name = name or next(iter(tables))
    if name not in tables:
        _no_layer(request, ", ".join(tables))
    return _of_table(
        request, tables[name], "XLSX", name, Encoding("utf-8"), kml.hints_of(" ".join((name, *tables[name].names)))
    )


def _of_table(
    request: Request, table: Table, form: str, name: str, encoding: Encoding, hints: tuple[str, ...]
) -> Source:
    found = features_of(table.names, table.rows, table.columns)
    settled = settle_shapes(found.geometries, request.where, request.limits)
    unread = _merged(settled.unread, found.unread)
    remarks = (*encoding.remarks, *found.remarks, *settled.remarks)
    return Source(
        "",
        form,
        name,
        "",
        settled.geometries,
        found.fields,
        None,
        table.columns.axes,
        hints,
        encoding.name,
        unread,
        remarks,
    )


def _merged(plain: tuple[Unread, ...], known: tuple[Unread, ...]) -> tuple[Unread, ...]:
    """Every unread feature once, with the reason that says more."""
    reasons = {one.number: one for one in (*plain, *known)}
    return tuple(reasons[number] for number in sorted(reasons))


def _no_layer(request: Request, known: str) -> None:
    refuse(
        request.where,
        f'there is no layer "{(request.layer or "")[:60]}"',
        f"choose among {known}",
        f"没有图层“{(request.layer or '')[:60]}”，可选：{known}",
    )


def _fewer(request: Request, stated: int, read: int) -> None:
    refuse(
        request.where,
        f"it holds {stated:,} features but {read:,} could be read",
        "open it in a GIS and export it again",
        f"文件有 {stated:,} 个要素，读出 {read:,} 个，请用 GIS 软件重新导出",
    )


def form_for(request: Request) -> str:
    """The form that reading will meet, archives opened. Raises SourceError."""
    opened = open_request(request)
    several = opened.packed is not None and len(opened.packed.sets) > 1
    return opened.form if several or opened.form == "workbook" else single(request, opened).form


def load_libraries(form: str, where: str) -> None:
    """The libraries that reading a form needs. Raises SourceError for one that is not installed."""
    door("pyarrow", where)
    if form in gdal.DRIVERS:
        door("pyogrio.raw", where)
    elif form == "GeoParquet":
        door("pyarrow.parquet", where)
    elif form == "workbook":
        door("openpyxl", where)
