"""The layers of a file, named and counted without their shapes being read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from screening.atlas.formats import drawing, gdal, geojson, geoparquet, kml, shapefile
from screening.atlas.formats.opened import Request, open_request, single, unpacked_set
from screening.atlas.formats.reading import read_text_file, shown
from screening.atlas.formats.source import LayerInfo
from screening.atlas.formats.staging import stage
from screening.atlas.formats.table import read_workbook


def list_here(request: Request) -> tuple[LayerInfo, ...]:
    """The layers of a file. Raises SourceError."""
    opened = open_request(request)
    if opened.form == "workbook":
        tables = read_workbook(opened.path, request.where, request.limits)
        return tuple(LayerInfo(name, "Unknown", len(table.rows), None) for name, table in tables.items())
    if opened.packed is not None and opened.form == "Shapefile":
        return tuple(
            replace(gdal_layer, name=name)
            for name in opened.packed.sets
            for gdal_layer in _shapefile_layers(
                request, shapefile.pieces_beside(unpacked_set(request, opened, name)), name
            )
        )
    if opened.packed is not None and len(opened.packed.sets) > 1:
        counts = {name: kml.count_placemarks(unpacked_set(request, opened, name)) for name in opened.packed.sets}
        return tuple(LayerInfo(name, "Unknown", count, kml.CRS) for name, count in counts.items())
    opened = single(request, opened)
    if opened.form == "Shapefile":
        return _shapefile_layers(request, shapefile.pieces_beside(opened.path), opened.name)
    if opened.form == "GeoParquet":
        return (geoparquet.layer_of(opened.path, request.where, opened.name),)
    if opened.form == "text":
        source = read_text_file(request, opened)
        kinds = {shape.geom_type for shape in source.geometries if shape is not None}
        return (
            LayerInfo(
                source.layer, next(iter(kinds)) if len(kinds) == 1 else "Unknown", len(source.geometries), source.crs
            ),
        )
    staged, _, _ = stage(request, opened)
    if opened.form == "DXF":
        layers = drawing.count_entities(staged, request.where).layers()
        return tuple(LayerInfo(name, "Unknown", count, None) for name, count in sorted(layers.items()))
    found = gdal.layers_of(staged, opened.form, request.where)
    if opened.form in ("GeoJSON", "GeoJSONSeq"):
        crs, _ = geojson.declared_crs(staged, request.where)
        found = tuple(replace(one, crs=crs) for one in found)
    return tuple(replace(one, name=shown(opened, one.name)) for one in found)


def _shapefile_layers(request: Request, pieces: dict[str, Path], name: str) -> tuple[LayerInfo, ...]:
    facts = shapefile.check_pieces(pieces, request.where, request.limits)
    into = request.scratch / f"list-{len(list(request.scratch.iterdir()))}"
    into.mkdir()
    found = gdal.layers_of(shapefile.stage(pieces, into), "Shapefile", request.where)
    return tuple(replace(one, name=name, features=facts.shapes - len(facts.deleted), crs=facts.crs) for one in found)
