"""The door to GDAL (pyogrio): one layer of one staged file, by one named driver, with everything GDAL complains about.

Text can be had as it stands (`raw`: each byte one Latin-1 character), so that its encoding is chosen here and not there.
Arcs come as chords of one degree, which stay within 4e-5 of their radius.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.formats.limits import Limits
from screening.atlas.formats.source import LayerInfo, SourceError, door, refuse
from screening.text import Text

_EXACT: Final = 2**53
_OPTIONS: Final = {
    "OGR_ARC_STEPSIZE": "1",
    "DXF_ENCODING": "UTF-8",
    "DXF_MERGE_BLOCK_GEOMETRIES": "FALSE",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "0",
    "LIBKML_RESOLVE_STYLE": "NO",
    "GDAL_NUM_THREADS": "1",
}
_LAYERED: Final = ("GeoPackage", "KML", "File Geodatabase")
_MESSAGES: Final = 10
_QUIET: Final = ("More than one layer found", "set the OGR_GEOMETRY_ACCEPT_UNCLOSED_RING")
DRIVERS: Final[Mapping[str, str]] = {
    "GeoJSON": "GeoJSON",
    "GeoJSONSeq": "GeoJSONSeq",
    "Shapefile": "ESRI Shapefile",
    "GeoPackage": "GPKG",
    "KML": "LIBKML",
    "FlatGeobuf": "FlatGeobuf",
    "DXF": "DXF",
    "File Geodatabase": "OpenFileGDB",
    "MapInfo": "MapInfo File",
}
"""The one driver that may read each form."""

_ALL_DRIVERS: Final = (
    "ADBC AIVector AVCBin AVCE00 AmigoCloud CAD CSV CSW Carto DGN DXF EDIGEO EEDA ESRI_Shapefile ESRIJSON Elasticsearch "
    "FlatGeobuf GDALG GML GMLAS GPKG GPSBabel GPX GTFS GeoJSON GeoJSONSeq GeoRSS HTTP Idrisi JML JSONFG KML LIBKML LVBAG "
    "MBTiles MEM MSSQLSpatial MVT MapInfo_File MapML Memory MiraMonVector MongoDBv3 MySQL NAS NGW OAPIF OCI ODBC ODS "
    "OGCAPI OGR_GMT OGR_PDS OGR_VRT OSM OpenFileGDB PCIDSK PDF PDS4 PGDUMP PGeo PLSCENES PMTiles PostgreSQL Parquet Arrow "
    "S57 SXF SQLite Selafin SOSI TopoJSON VDV VFK VICAR WAsP WFS XLS XLSX netCDF HDF5 BAG"
)


def skipped_drivers(form: str) -> str:
    """What GDAL_SKIP must say, before GDAL is loaded, so that only the driver of a form is there."""
    kept = DRIVERS.get(form)
    return ",".join(
        name
        for name in (
            word.replace("_", " ") if word in ("ESRI_Shapefile", "MapInfo_File") else word
            for word in _ALL_DRIVERS.split()
        )
        if name != kept
    )


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What GDAL gave of one layer: (n,) well-known binary or None, fields by name, feature ids where it has them."""

    name: str
    binaries: NDArray[Any]
    fields: Mapping[str, NDArray[Any]]
    ids: NDArray[np.int64] | None
    crs: str | None
    remarks: tuple[Text, ...]


def layers_of(path: Path, form: str, where: str) -> tuple[LayerInfo, ...]:
    """The layers of a file. Raises SourceError for whatever GDAL cannot open."""
    # With this set GDAL writes the index anew even where there is one, so it is set only where there is none.
    rebuild = form == "Shapefile" and not path.with_suffix(".shx").exists()
    with _listening(where, [], {"SHAPE_RESTORE_SHX": "YES"} if rebuild else {}):
        # To open a large text is to read all of it: once is enough where there is only one layer.
        names = [str(name) for name, _ in door("pyogrio", where).list_layers(str(path))] if form in _LAYERED else [None]
        return tuple(_facts(path, form, name, where) for name in names)


def _facts(path: Path, form: str, name: str | None, where: str) -> LayerInfo:
    info = door("pyogrio", where).read_info(str(path), layer=name, force_feature_count=True, encoding=_encoding(form))
    if info["driver"] != DRIVERS[form]:
        refuse(where, f"it is not {form} but {info['driver']}", f"hand in {form}", f"文件不是 {form}")
    return LayerInfo(str(info["layer_name"]), str(info["geometry_type"] or "None"), int(info["features"]), info["crs"])


def _encoding(form: str) -> str | None:
    return "ISO-8859-1" if form in ("Shapefile", "MapInfo") else None


def pick_layer(found: tuple[LayerInfo, ...], layer: str | None, where: str) -> LayerInfo:
    """The layer of that name; without a name the only one that holds anything. Raises SourceError otherwise."""
    listed = ", ".join(f'"{one.name}" ({one.features:,} {one.geometry})' for one in found[:30])
    if layer is not None:
        for one in found:
            if one.name == layer:
                return one
        refuse(
            where,
            f'there is no layer "{layer[:60]}"',
            f"choose among {listed or 'none'}",
            f"没有图层“{layer[:60]}”，可选：{listed or '无'}",
        )
    filled = [one for one in found if one.features] or list(found)
    if not filled:
        refuse(where, "there is no layer of places in it", "hand in a file with geometries", "文件内没有空间图层")
    if len(filled) > 1:
        refuse(
            where,
            f"it holds several layers: {listed}",
            "name the layer to read",
            f"文件内有多个图层，请指明其一：{listed}",
        )
    return filled[0]


def read_layer(path: Path, form: str, info: LayerInfo, where: str, limits: Limits) -> Layer:
    """All of a layer. Raises SourceError for a damaged file, one over the limits, or fewer features than it counts."""
    if info.features > limits.features:
        refuse(
            where,
            f"{info.features:,} features, over the limit of {limits.features:,}",
            "split the layer",
            f"要素 {info.features:,} 个，超过上限 {limits.features:,}，请拆分",
        )
    messages: list[str] = []
    with _listening(where, messages):
        raw = door("pyogrio.raw", where)
        meta, ids, binaries, values = raw.read(
            str(path), layer=info.name, encoding=_encoding(form), return_fids=True, datetime_as_string=True
        )
    if binaries is None:
        binaries = np.full(len(ids) if ids is not None else info.features, None, dtype=object)
    remarks = [Text(f"读取时的提示：{message}", f"GDAL says: {message}") for message in dict.fromkeys(messages)]
    fields: dict[str, NDArray[Any]] = {}
    for name, kind, declared, column in zip(meta["fields"], meta["dtypes"], meta["ogr_types"], values, strict=True):
        fields[str(name)] = _tidy(column, str(kind), str(declared), str(name), remarks)
    given = None if ids is None else np.asarray(ids, dtype=np.int64)
    return Layer(info.name, binaries, fields, given, info.crs, tuple(remarks))


def kinds_of(path: Path, layer: str, where: str) -> frozenset[str]:
    """The kinds of geometry that stand in a layer, as OGR names them ("CURVEPOLYGON", "MULTISURFACE" …)."""
    with _listening(where, []):
        quoted = layer.replace('"', '\\"')
        _, _, _, values = door("pyogrio.raw", where).read(
            str(path), sql=f'SELECT DISTINCT OGR_GEOMETRY FROM "{quoted}"', sql_dialect="OGRSQL", read_geometry=False
        )
    return frozenset(str(value) for value in values[0] if value)


def _tidy(column: NDArray[Any], kind: str, declared: str, name: str, remarks: list[Text]) -> NDArray[Any]:
    """A column with None for what is missing, never a NaN or a NaT."""
    if kind.startswith("list"):
        return _objects([None if value is None else ", ".join(map(str, value)) for value in column])
    if declared == "OFTBinary":
        remarks.append(Text(f"字段“{name}”为二进制，未采用", f'the field "{name}" is binary and was left out'))
        return np.full(len(column), None, dtype=object)
    if declared == "OFTDateTime":
        return _objects([_moment(value) for value in column])
    if column.dtype.kind == "M":
        return _objects([None if np.isnat(value) else value.astype("datetime64[D]").item() for value in column])
    if column.dtype.kind == "f":
        missing = np.isnan(column)
        whole = kind.startswith(("int", "uint", "bool"))
        if not missing.any() and not whole:
            return column.astype(np.float64)
        if kind.startswith(("int", "uint")) and (np.abs(column[~missing]) >= _EXACT).any():
            remarks.append(
                Text(
                    f"字段“{name}”的整数超过 2^53，已不精确",
                    f'integers of the field "{name}" are over 2^53 and not exact',
                )
            )
        make: Any = bool if kind == "bool" else int if whole else float
        return _objects([None if gone else make(value) for value, gone in zip(column, missing, strict=True)])
    if column.dtype.kind in "iu":
        return column.astype(np.int64)
    if column.dtype.kind == "b":
        return column
    return _objects([None if value is None else value if isinstance(value, str) else str(value) for value in column])


def _moment(value: Any) -> datetime | date | str | None:
    if value is None or value == "":
        return None
    try:
        return datetime.fromisoformat(str(value).replace("/", "-"))
    except ValueError:
        return str(value)


def _objects(values: list[Any]) -> NDArray[Any]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


@contextmanager
def _listening(where: str, messages: list[str], options: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """GDAL's complaints into `messages`, its failures into SourceError."""
    pyogrio = door("pyogrio", where)
    errors = door("pyogrio.errors", where)
    pyogrio.set_gdal_config_options(_OPTIONS | {"SHAPE_RESTORE_SHX": None, **options})
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
    except SourceError:
        raise
    except MemoryError:
        raise
    except UnicodeDecodeError:
        refuse(
            where, "text in it is not in the encoding it must be in", "save it as UTF-8", "文字编码有误，请另存为 UTF-8"
        )
    except (
        errors.DataSourceError,
        errors.DataLayerError,
        errors.FeatureError,
        errors.FieldError,
        errors.GeometryError,
        errors.CRSError,
        ValueError,
        RuntimeError,
        OverflowError,
        # pyogrio takes the first layer of a file that has none.
        IndexError,
        OSError,
    ) as error:
        said = " ".join(str(error).split())[:200]
        refuse(
            where,
            f"GDAL cannot read it: {said}",
            "open it in a GIS and export it again",
            f"文件损坏或不符合格式，请用 GIS 软件重新导出（GDAL：{said}）",
        )
    seen = [" ".join(str(one.message).split())[:200] for one in caught if issubclass(one.category, Warning)]
    messages.extend([message for message in seen if not any(quiet in message for quiet in _QUIET)][:_MESSAGES])
