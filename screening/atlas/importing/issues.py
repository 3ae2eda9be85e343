"""What was found wrong with the features of a file: a list for people, with places that a GIS can open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from screening.text import Text

MOST_LISTED: Final = 20_000
"""Issues written out; those left over are counted. What goes beyond the tolerance comes first, the largest first."""

ORDER: Final = ("unread", "overlap", "gap", "repaired", "code", "class")


@dataclass(frozen=True, slots=True, eq=False)
class Issue:
    """One thing a keeper of the map should look at.

    `features` are numbers in the file, from 0. `area` is square metres, where that says how much. `beyond`: wider than
    the tolerance allows. `geometry` in degrees is where it is, None where that is not known.
    """

    kind: str
    features: tuple[int, ...]
    words: Text
    area: float | None = None
    beyond: bool = False
    geometry: BaseGeometry | None = None

    @property
    def place(self) -> tuple[float, float] | None:
        """Longitude and latitude of a point in it, to a centimetre."""
        if self.geometry is None:
            return None
        point = shapely.point_on_surface(self.geometry)
        return round(point.x, 7), round(point.y, 7)


def ordered(issues: Iterable[Issue]) -> list[Issue]:
    """The gravest first: what is not on the map, then overlaps and gaps beyond tolerance by size, then the rest."""
    return sorted(issues, key=lambda one: (ORDER.index(one.kind) if not one.beyond else 0.5, -(one.area or 0.0)))


def issues_geojson(issues: Sequence[Issue]) -> str:
    """The issues as a GeoJSON FeatureCollection, one a line, `left_out` of them only counted."""
    kept = ordered(issues)[:MOST_LISTED]
    lines = ",\n".join(json.dumps(_feature(one), ensure_ascii=False, sort_keys=True) for one in kept)
    return f'{{"type":"FeatureCollection","left_out":{len(issues) - len(kept)},"features":[\n{lines}\n]}}\n'


def _feature(issue: Issue) -> dict[str, Any]:
    place = issue.place or (None, None)
    properties = {
        "issue": issue.kind,
        "features": list(issue.features),
        "zh": issue.words.zh,
        "en": issue.words.en,
        "area_m2": None if issue.area is None else round(issue.area, 2),
        "beyond_tolerance": issue.beyond,
        "longitude": place[0],
        "latitude": place[1],
    }
    geometry = None if issue.geometry is None else shapely.geometry.mapping(issue.geometry)
    return {"type": "Feature", "properties": properties, "geometry": geometry}
