"""Where the site of an application is drawn, and in which order the places it may be at are looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Final

from screening.atlas import Atlas, Datum, Drawing, Footprint, Reading, Source, drawing_of_source, locate, read_drawing
from screening.decision import Decision
from screening.errors import InputError, Problem
from screening.places import MOST_PLACES
from screening.project import Site
from screening.text import Text

LEAST_EXTENT: Final = Fraction(1)
"""Metres around a point or line below which an extent cannot be meant."""


def draw(site: Site, source: Source | None) -> Drawing:
    """The site of an application, of its geometry or of the file that was read for it. Raises InputError."""
    if site.geometry is not None:
        return read_drawing(site.geometry, "/site/geometry", extent=site.extent, crs=site.stated_crs)
    if source is None:
        raise InputError(
            Problem(
                "/site/file",
                "a file is only read beside an application file",
                "send the geometry itself",
                "仅在以文件形式提交申请时读取其旁的坐标文件，请直接提交坐标",
            )
        )
    return drawing_of_source(source, "/site/file", extent=site.extent, crs=site.stated_crs)


def footprint_of(drawing: Drawing, reading: Reading) -> Footprint:
    """The site under one reading. Raises FootprintError."""
    footprint = drawing.footprint(reading)
    if footprint.kind != "polygon" and footprint.extent is not None and footprint.extent < LEAST_EXTENT:
        # No project is a point or a line of no width: such an extent tells as little as leaving it out.
        return replace(footprint, extent=None)
    return footprint


def in_order(drawing: Drawing, atlas: Atlas, as_of: date) -> tuple[Reading, ...]:
    """Every reading, the likelier first; where they are too many to work out, first those that are on the map."""
    readings = drawing.readings.all
    if len(readings) <= MOST_PLACES:
        return readings

    def off_the_map(reading: Reading) -> bool:
        placement = locate(drawing.centre(reading), atlas, as_of)
        return not (placement.units or placement.hits)

    return tuple(sorted(readings, key=off_the_map))


def with_reading(decision: Decision, reading: Reading) -> Decision:
    """The decision with a remark on how the coordinates were read, unless they were plain degrees declared as such."""
    system = reading.system
    if system.plane is None and system.datum in (Datum.CGCS2000, Datum.WGS84) and not system.margin:
        return decision
    error = f"{float(system.error):g}"
    remark = Text(
        f"坐标按 {system.name.zh}（{system.id}）读取，误差不超过 {error} 米；依据：{reading.why.zh}",
        f"coordinates read as {system.name.en} ({system.id}), within {error} m; {reading.why.en}",
    )
    return replace(decision, warnings=(remark, *decision.warnings))
