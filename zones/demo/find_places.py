"""Finds sites for sample applications in the demo district, verifies what it says of each, and writes PLACES.md.

    python zones/demo/find_places.py [--out FILE]

A place is a wish (places.py) and the first rectangle on a grid that fulfils it. Everything claimed is measured on the
written ring (seven decimals) against the committed layers: overlaps in Transverse Mercator metres about 112.25 E,
distances as geodesics (pyproj.Geod) on the GRS80 ellipsoid. The layers' tolerances are not applied to the figures.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from places import WISHES, Wish
from pyproj import Geod, Transformer
from pyproj.enums import TransformDirection
from shapely import Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

HERE: Final = Path(__file__).resolve().parent
MIDDLE: Final = (112.25, 30.10)
GEOD: Final = Geod(ellps="GRS80")
TM: Final = Transformer.from_crs(
    "EPSG:4490", f"+proj=tmerc +lat_0={MIDDLE[1]} +lon_0={MIDDLE[0]} +k=1 +ellps=GRS80 +units=m", always_xy=True
)
# True everywhere in the district; the same areas as those of the Yangtze.
SIDE_ISSUES: Final = ("basin_yangtze", "river_lake_management")


def to_metres(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, lambda xy: np.column_stack(TM.transform(xy[:, 0], xy[:, 1])))


def to_degrees(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(
        geometry, lambda xy: np.column_stack(TM.transform(xy[:, 0], xy[:, 1], direction=TransformDirection.INVERSE))
    )


def as_written(geometry: BaseGeometry) -> BaseGeometry:
    """In degrees, to the seven decimals that are written."""
    return shapely.transform(to_degrees(geometry), lambda xy: np.round(xy, 7))


class District:
    """The committed layers in metres: one geometry a kind, and the units one by one."""

    def __init__(self, folder: Path) -> None:
        self.kinds: dict[str, BaseGeometry] = {}
        self.units: list[tuple[dict[str, str], BaseGeometry]] = []
        self.counties: list[tuple[dict[str, str], BaseGeometry]] = []
        for card in sorted(folder.glob("*.card.yaml")):
            fields = dict(line.split(": ", 1) for line in card.read_text("utf-8").splitlines() if ": " in line)
            data = json.loads((folder / fields["data"]).read_text("utf-8"))
            found = [(row["properties"], to_metres(shape(row["geometry"]))) for row in data["features"]]
            if fields["geometry"] == "units":
                self.units = found
            elif fields["geometry"] == "admin":
                self.counties = found
            else:
                kind = fields["id"] if fields["geometry"] == "extent" else fields["kind"]
                self.kinds[kind] = shapely.union_all([area for _, area in found])
        for area in (*self.kinds.values(), *(area for _, area in self.units), *(area for _, area in self.counties)):
            shapely.prepare(area)
        self.areas = {
            kind: area
            for kind, area in self.kinds.items()
            if area.geom_type.endswith("Polygon") and not kind.endswith("frame") and kind not in SIDE_ISSUES
        }

    def shares(self, site: BaseGeometry) -> dict[str, float]:
        """The share of the site in each unit it touches, largest first."""
        found = {p["code"]: site.intersection(area).area / site.area for p, area in self.units if area.intersects(site)}
        return dict(
            sorted(((code, part) for code, part in found.items() if part > 0), key=lambda row: (-row[1], row[0]))
        )

    def county_codes(self, site: BaseGeometry) -> list[str]:
        return [p["code"] for p, area in self.counties if area.intersects(site)]

    def distance(self, site: BaseGeometry, kind: str) -> float:
        """Geodesic metres from the site to the nearest feature of a kind."""
        here, there = shapely.get_coordinates(to_degrees(shapely.shortest_line(site, self.kinds[kind])))
        return float(GEOD.inv(*here, *there)[2])


def rectangle(x: float, y: float, wish: Wish) -> Polygon:
    """The wish's rectangle about (x, y) metres from the middle, as it will be written."""
    t, (width, height) = math.radians(wish.turn), wish.size
    corners = [(-width / 2, -height / 2), (width / 2, -height / 2), (width / 2, height / 2), (-width / 2, height / 2)]
    turned = [(x + u * math.cos(t) - v * math.sin(t), y + u * math.sin(t) + v * math.cos(t)) for u, v in corners]
    written = as_written(Polygon(turned))
    assert isinstance(written, Polygon)
    return written


def fulfils(wish: Wish, site: BaseGeometry, district: District) -> bool:
    """Whether a site (metres) is all that the wish says, and nothing that it does not."""
    if wish.off_map:
        return not district.kinds["wide-frame"].intersects(site)
    if not all(district.kinds[kind].contains(site) for kind in wish.inside):
        return False
    for kind in wish.across:
        part = site.intersection(district.kinds[kind]).area / site.area
        if not wish.least_part <= part <= 1 - wish.least_part:
            return False
    for kind, depth in wish.barely.items():  # touched, but by less than the tolerance either way
        zone = district.kinds[kind]
        if not zone.intersects(site) or zone.contains(site) or zone.intersects(site.buffer(-depth)):
            return False
        near = zone.intersection(site.buffer(2 * depth))
        if site.intersection(near).area <= 1 or near.buffer(-depth).intersects(site):
            return False
    named = {*wish.inside, *wish.across, *wish.barely, *wish.also, *wish.distances}
    if any(shapely.dwithin(area, site, wish.clear) for kind, area in district.areas.items() if kind not in named):
        return False
    if any(not low <= district.distance(site, kind) <= high for kind, (low, high) in wish.distances.items()):
        return False
    return fits_units(wish, site, district)


def fits_units(wish: Wish, site: BaseGeometry, district: District) -> bool:
    shares = district.shares(site)
    levels = sorted(code[8] for code in shares)
    if wish.half_out:
        return 0.3 < sum(shares.values()) < 0.7 and len(district.county_codes(site)) == 2
    if wish.levels is None:
        return True
    if wish.levels == "":
        return not shares
    if len(wish.levels) == 1:  # one unit, and well inside it
        near = district.shares(site.buffer(wish.clear))
        return levels == [wish.levels] and len(near) == 1 and district.kinds["district-frame"].contains(site.buffer(30))
    return (
        levels == sorted(wish.levels) and all(part > 0.2 for part in shares.values()) and sum(shares.values()) > 0.9999
    )


def slide(x: float, y: float, wish: Wish, district: District) -> tuple[float, float]:
    """Moves the rectangle straight to or from a zone until its distance is the one wished for, to the centimetre.

    A distance below zero pushes a site that stands outside so far into the zone.
    """
    for kind, target in wish.slide.items():
        zone, apart = district.kinds[kind], max(target, 0.05)
        for _ in range(12):
            site = to_metres(rectangle(x, y, wish))
            if zone.intersects(site) or abs(district.distance(site, kind) - apart) < 0.01:
                break
            (ax, ay), (bx, by) = shapely.get_coordinates(shapely.shortest_line(zone, site))
            step = (apart - district.distance(site, kind)) / max(math.hypot(bx - ax, by - ay), 1e-6)
            x, y = x + (bx - ax) * step, y + (by - ay) * step
        if target < 0 and not zone.intersects(site):
            (ax, ay), (bx, by) = shapely.get_coordinates(shapely.shortest_line(zone, site))
            step = (target - apart) / max(math.hypot(bx - ax, by - ay), 1e-6)
            x, y = x + (bx - ax) * step, y + (by - ay) * step
    return x, y


def candidates(wish: Wish) -> Iterator[tuple[float, float]]:
    """Points of a grid in the wish's window (km), nearest its middle first."""
    x0, y0, x1, y1 = (1000 * v for v in wish.window)
    grid = [(x, y) for x in np.arange(x0, x1 + 1, wish.step) for y in np.arange(y0, y1 + 1, wish.step)]
    yield from sorted(
        ((float(x), float(y)) for x, y in grid), key=lambda p: (math.dist(p, ((x0 + x1) / 2, (y0 + y1) / 2)), p)
    )


def find(wish: Wish, district: District) -> Polygon:
    """The first rectangle that fulfils the wish. Raises LookupError when the window holds none."""
    for x, y in candidates(wish):
        written = rectangle(*slide(x, y, wish, district), wish)
        if fulfils(wish, to_metres(written), district):
            return written
    raise LookupError(f"{wish.id}: no such place in {wish.window}")


@cache
def district() -> District:
    return District(HERE / "layers")


def describe(written: Polygon, land: District) -> dict[str, Any]:
    """What the layers say of a written ring."""
    site = to_metres(written)
    inside = {kind: site.intersection(area).area / site.area for kind, area in sorted(land.areas.items())}
    near = [kind for kind, part in inside.items() if part == 0 and shapely.dwithin(land.areas[kind], site, 30)]
    shares = land.shares(site)
    return {
        "overlaps": {kind: part for kind, part in inside.items() if part > 0},
        "near": {kind: land.distance(site, kind) for kind in near},
        "units": shares,
        "counties": land.county_codes(site),
        "hectares": round(abs(GEOD.geometry_area_perimeter(written)[0]) / 1e4, 2),
        "main": round(land.distance(site, "yangtze_main_stem"), 1),
        "side": round(land.distance(site, "yangtze_tributary"), 1),
    }


def ring_text(written: Polygon) -> str:
    points = ",".join(f"[{x:.7f},{y:.7f}]" for x, y in written.exterior.coords)
    return f'{{"type":"Polygon","coordinates":[[{points}]]}}'


def percent(part: float) -> str:
    """A share in words for the table: nothing for the whole, never 0 % for a little."""
    if part > 0.9999:
        return ""
    return " < 0.1%" if part < 0.001 else f" {part:.1%}"


def page() -> str:
    """PLACES.md."""
    land, rows, rings = district(), [], []
    for wish in WISHES:
        written = find(wish, land)
        said = describe(written, land)
        middle = f"{written.centroid.x:.5f}, {written.centroid.y:.5f}"
        units = " + ".join(code + percent(part) for code, part in said["units"].items()) or "none"
        overlaps = ", ".join(kind + percent(part) for kind, part in said["overlaps"].items())
        near = ", ".join(f"{kind} {metres:.1f} m" for kind, metres in said["near"].items()) or "nothing"
        counties = " ".join(said["counties"]) or "none"
        size = f"{wish.size[0]:g} x {wish.size[1]:g} m, {said['hectares']:.2f} ha"
        rows.append(
            f"| {wish.id} | {wish.zh}<br>{wish.en} | {middle} | {size} | {units} | {counties} "
            f"| {overlaps or 'nothing'} | {near} | {said['main']:,.1f} | {said['side']:,.1f} |"
        )
        rings.append(f"**{wish.id}**\n```json\n{ring_text(written)}\n```\n")
    return HEAD + "\n".join(rows) + "\n\n## Rings to paste\n\n" + "\n".join(rings)


HEAD: Final = """# Places in the invented district 示范县 / 虚构的示范县中的地点

Invented (虚构), not for real decisions (不得用于实际决策). Written by `find_places.py` from the committed layers;
do not edit. A share of the site stands behind a zone or unit that does not hold all of it; "within 30 m" lists zones
near it that it is not in. Distances are geodesic metres from the site's nearest edge, by the figures as drawn, without
the layers' tolerances (main stem, redline and units 5 m, air key region and county line 10 m, farmland 2 m, parks,
schools, hospitals and housing 3 m). All sites but `off-the-map` lie in `basin_yangtze`.

| id | what is there | centre lon, lat | size | control units | county | in | within 30 m | main stem m | tributary m |
|---|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes PLACES.md: verified sites for sample applications.")
    parser.add_argument("--out", type=Path, default=HERE / "PLACES.md", help="where to write")
    parser.parse_args().out.write_bytes(page().encode())


if __name__ == "__main__":
    main()
