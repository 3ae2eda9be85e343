"""The numbers of a file as places: one certain reading by the coordinate guard, or a refusal that names the candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.crs import EAST, NORTH, SOUTH, WEST, Floats
from screening.atlas.formats.source import Source
from screening.atlas.guard import CoordinateError, Reading, read_coordinates
from screening.atlas.guard.edges import longest_edge
from screening.errors import AtlasError, Problem
from screening.text import Text

_SAMPLE: Final = 200_000
"""Vertices shown to the guard of a layer that has more; the outermost are always among them."""

MOST_ADDED: Final = 50_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The geometries of a source in degrees on CGCS2000, None where there is none; how they were read; vertices added."""

    geometries: NDArray[Any]
    reading: Reading
    added: int
    remarks: tuple[Text, ...]


def place(source: Source, stated: str | None) -> Placed:
    """Read the coordinates of a source under what is `stated` of their system, else what the file declares.

    Raises AtlasError where no reading is certain, CoordinateError where there is none.
    """
    there = np.flatnonzero(shapely.is_geometry(source.geometries))
    geometries = source.geometries[there]
    xy = shapely.get_coordinates(geometries)
    if not len(xy):
        raise AtlasError(
            Problem(source.path, "holds no geometry", "export the layer with its shapes", "文件内没有图形")
        )
    reading = _certain(source, xy, stated)
    remarks = [reading.why]
    if stated is not None and source.crs is not None:
        declared = " ".join(source.crs.split())[:120]
        remarks.append(
            Text(
                f"按声明的坐标系“{stated[:60]}”读取，未采用文件所注“{declared}”",
                f'read as stated ("{stated[:60]}"), not as the file declares ("{declared}")',
            )
        )
    added = 0
    longest = longest_edge(reading.system)
    if longest is not None:
        geometries, added = cut_edges(geometries, longest, source.path)
    placed = source.geometries.copy()
    placed[there] = shapely.transform(geometries, reading.to_degrees)
    _check_in_china(placed, source.path)
    return Placed(placed, reading, added, tuple(remarks))


def _certain(source: Source, xy: Floats, stated: str | None) -> Reading:
    rows = np.arange(0, len(xy), max(1, len(xy) // _SAMPLE))
    slopes = (xy[:, 0], xy[:, 1], xy[:, 0] + xy[:, 1], xy[:, 0] - xy[:, 1])
    outermost = [int(pick(slope)) for slope in slopes for pick in (np.argmin, np.argmax)]
    shown = xy[np.unique(np.append(rows, outermost))]
    try:
        readings = read_coordinates(shown, stated or source.crs, source.axes, source.hints)
    except CoordinateError as error:
        problems = [Problem(f"{source.path}{one.where}", one.what, one.remedy, one.zh) for one in error.problems]
        raise CoordinateError(problems) from None
    if readings.certain is not None:
        return readings.certain
    named = readings.candidates[:12]
    known = [(f"{one.system.id}, {one.axes.replace('_', ' then ')}", one.system.name) for one in named]
    more = len(readings.candidates) - len(named)
    raise AtlasError(
        Problem(
            source.path,
            f"the coordinate system is not certain; the numbers may be {'; '.join(f'{i} ({n.en})' for i, n in known)}"
            + (f" and {more} more" if more else ""),
            f'state it: --crs "{named[0].system.id}"',
            f"坐标系不能确定，可能是：{'；'.join(f'{i}（{n.zh}）' for i, n in known)}；请用 --crs 指明",
        )
    )


def cut_edges(geometries: NDArray[Any], longest: float, where: str) -> tuple[NDArray[Any], int]:
    """The same lines with no edge longer than `longest`, and how many vertices that took.

    An edge is cut at the same places whichever way it is drawn, so that neighbours go on sharing it.
    """
    before = shapely.get_num_coordinates(geometries).sum()
    expected = float(shapely.length(geometries).sum()) / longest
    if not expected < MOST_ADDED:
        raise AtlasError(
            Problem(
                where, f"its edges are {expected * longest:,.0f} long in its own unit", "check the coordinate system"
            )
        )
    cut = geometries.copy()
    lengths = _longest_edges(geometries)
    for number in np.flatnonzero(lengths > longest):
        cut[number] = _cut(geometries[number], longest)
    return cut, int(shapely.get_num_coordinates(cut).sum() - before)


def _longest_edges(geometries: NDArray[Any]) -> Floats:
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    lengths = np.hypot(*np.diff(xy, axis=0).T) if len(xy) > 1 else np.zeros(0)
    # From one part to the next is no edge, but taken for one here: the geometry is then looked at needlessly.
    lengths[owner[1:] != owner[:-1]] = 0.0
    found = np.zeros(len(geometries))
    np.maximum.at(found, owner[1:], lengths)
    return found


def _cut(geometry: Any, longest: float) -> Any:
    def ring(coordinates: Floats) -> Floats:
        starts, ends = coordinates[:-1], coordinates[1:]
        pieces = np.maximum(1, np.ceil(np.hypot(*(ends - starts).T) / longest)).astype(np.int64)
        edge = np.repeat(np.arange(len(starts)), pieces)
        step = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        first, last, count = starts[edge], ends[edge], pieces[edge]
        swapped = (first[:, 0] > last[:, 0]) | ((first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1]))
        low, high = np.where(swapped[:, None], last, first), np.where(swapped[:, None], first, last)
        part = np.where(swapped, count - step, step) / count
        between = low + (high - low) * part[:, None]
        between[step == 0] = first[step == 0]
        return np.vstack([between, coordinates[-1:]])

    def polygon(part: Any) -> Any:
        return shapely.Polygon(ring(_xy(part.exterior)), [ring(_xy(hole)) for hole in part.interiors])

    match geometry.geom_type:
        case "Polygon":
            return polygon(geometry)
        case "MultiPolygon":
            return shapely.MultiPolygon([polygon(part) for part in geometry.geoms])
        case "LineString":
            return shapely.LineString(ring(_xy(geometry)))
        case "MultiLineString":
            return shapely.MultiLineString([ring(_xy(part)) for part in geometry.geoms])
        case _:
            return geometry


def _xy(line: Any) -> Floats:
    return shapely.get_coordinates(line)


def _check_in_china(geometries: NDArray[Any], where: str) -> None:
    west, south, east, north = shapely.bounds(geometries).T
    out = (west < WEST) | (east > EAST) | (south < SOUTH) | (north > NORTH)
    out |= np.isinf(west) | np.isinf(east) | np.isinf(south) | np.isinf(north)
    if out.any():
        first = int(np.flatnonzero(out)[0])
        raise AtlasError(
            Problem(
                f"{where}#{first}",
                f"feature {first} lies at [{west[first]:.6g}, {south[first]:.6g}], outside China",
                "correct or remove it, or state the coordinate system (--crs)",
                f"第 {first} 个要素位于 [{west[first]:.6g}, {south[first]:.6g}]，在我国范围之外",
            )
        )
