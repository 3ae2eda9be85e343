"""Site files as they arrive: bytes with a name, read as a worker reads them, with nothing of it kept."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from screening.atlas import Drawing, Reading, Source, drawing_of_source, read_drawing
from screening.atlas.formats import FOOTPRINT_LIMITS, SourceError, read_source
from screening.errors import FootprintError, InputError, Problem, QuantityError
from screening.places import MOST_PLACES
from screening.workers.service import SiteFile

_NAME: Final = re.compile(r"[^\x00-\x1f/\\]{1,200}")


def read_source_of(file: SiteFile, layer: str | None) -> Source:
    """What stands in a site file. Raises InputError for its name, SourceError for what is in it."""
    if not _NAME.fullmatch(file.name) or file.name in (".", ".."):
        raise InputError(Problem("name", "is no file name", "write it without a folder", "不是文件名，请勿带路径"))
    with TemporaryDirectory(prefix="screening-site-") as folder:
        path = Path(folder) / file.name
        try:
            path.write_bytes(file.content)
        except (OSError, UnicodeEncodeError):
            raise InputError(
                Problem("name", "is too long or not writable", "write a shorter one", "文件名过长或者无法使用，请改短")
            ) from None
        try:
            return read_source(path, layer=layer, limits=FOOTPRINT_LIMITS)
        except SourceError as error:
            raise SourceError(_without(folder, error.problems)) from None


def read_site(file: SiteFile, layer: str | None, crs: str | None, extent: str | None) -> dict[str, Any]:
    """What a site file holds and where that may be, as plain JSON data. Raises SourceError, FootprintError or InputError."""
    source = read_source_of(file, layer)
    try:
        drawing = drawing_of_source(source, file.name, extent=extent, crs=crs)
        return plain_drawing(source, drawing, extent)
    except (InputError, QuantityError) as error:
        raise FootprintError(error.problems) from None


def _without(folder: str, problems: tuple[Problem, ...]) -> list[Problem]:
    """The problems without the folder of ours that the file was in."""
    return [Problem(one.where.replace(f"{folder}/", ""), one.what, one.remedy, one.zh) for one in problems]


def plain_drawing(source: Source, drawing: Drawing, extent: str | None) -> dict[str, Any]:
    """What was read of a site file as plain JSON data."""
    readings = drawing.readings.all[:MOST_PLACES]
    open_site = {"geometry": drawing.numbers(), "crs": "unknown", **({"extent": extent} if extent else {})}
    certain = drawing.readings.certain
    return {
        "form": source.form,
        "layer": source.layer,
        "sha256": source.sha256,
        "encoding": source.encoding,
        "declared": source.crs,
        "kind": drawing.kind,
        "certain": certain is not None,
        "site": _site(drawing, certain, extent) if certain is not None else open_site,
        "places": [
            {
                "system": one.system.id,
                "name": one.system.name.plain(),
                "why": one.why.plain(),
                "error_m": f"{float(one.system.error):g}",
                "geometry": drawing.geojson(one),
                "site": _site(drawing, one, extent),
            }
            for one in readings
        ],
        "remarks": [text.plain() for text in source.remarks],
    }


def _site(drawing: Drawing, reading: Reading, extent: str | None) -> dict[str, Any] | None:
    """The site to submit for a reading; None where the numbers alone would be taken for another place, or as more exact."""
    numbers = drawing.numbers(reading)
    # Degrees of which nothing was said are within half a metre, and so are those of WGS 84, at the same places.
    for words in (reading.system.id, "EPSG:4326"):
        try:
            again = read_drawing(numbers, "/site/geometry", extent=extent, crs=words)
        except FootprintError:
            continue
        read = again.readings.certain
        as_exact = read is not None and read.system.error >= reading.system.error
        if read is not None and as_exact and again.geojson(read) == drawing.geojson(reading):
            return {"geometry": numbers, "crs": words, **({"extent": extent} if extent else {})}
    return None
