"""Is the fast path plain geometry? Points and sites in the nation, ours beside plain shapely: every difference is shown.

    python -m benchmarks.nation.exact build/nation [--points 1000000] [--polygons 20000]

Plain shapely is a tree, `intersects`, and `intersection`, with whole geometries. Points are in a polygon or on its
boundary in both or in neither. For a site, on layers without tolerance:

* a layer with a geometry that meets the site is listed or at a distance that may be 0;
* a layer that is not listed has nothing within 98 % of the least distance given (looked at up to 5 km), and the place
  given as nearest is as far as is said;
* a zone is listed if the plain intersection is over 2e-5 m2 and not if the plain geometries are disjoint, and is certain
  if it is over 2e-3 m2 and not under 5e-4 (between these, what the intersection of doubles comes to is chance);
* the plain area lies in the area we give, which is no wider than 0.03 m2 and 3e-9 of itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.nation.contenders import in_order
from benchmarks.nation.places import awkward_sites, land_of, points_in_box, points_on_borders, points_on_land, sites_at
from benchmarks.nation.storage import load_layer, single_geometries
from benchmarks.nation.zone_set import DAY, SHOWN, zone_set
from screening.atlas import Atlas, DistanceHit, Footprint, Layer, Placement, locate
from screening.atlas.crs import Floats, Plane, areas, project
from screening.atlas.layer import Use
from screening.atlas.points import PointGrid
from screening.facts import Interval

LISTED, CERTAIN_OVER, CERTAIN_FROM = 2e-5, 2e-3, 5e-4


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nation.exact", description=__doc__.splitlines()[0])
    parser.add_argument("nation", type=Path, help="folder that `python -m benchmarks.nation` wrote")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--polygons", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    unlike = 0
    for name in ("units", "counties", "redline"):
        if given.points:
            unlike += compare_points(given.nation, name, given.points, given.seed)
    if given.polygons:
        unlike += compare_sites(given.nation, given.polygons, given.seed)
    print(f"{unlike} differences from plain shapely")
    return 1 if unlike else 0


def mixed_points(folder: Path, name: str, count: int, seed: int) -> Floats:
    """A third uniform on the land, a third in the box, a third on and beside the borders of a layer."""
    shapes = load_layer(folder, name, mapped=True).shapes
    third = count // 3
    return np.concatenate(
        [
            points_on_land(land_of(folder), third, seed),
            points_in_box(shapes, third, seed),
            points_on_borders(shapes, count - 2 * third, seed),
        ]
    )


def mixed_sites(folder: Path, count: int, seed: int) -> list[Footprint]:
    """Half as projects have them, on the land; half awkward ones along the borders of every layer."""
    found = sites_at(points_on_land(land_of(folder), count - count // 2, seed), seed)
    layers = [name for name, _, use, _ in SHOWN if use is not Use.EXTENT]
    for place, name in enumerate(layers):
        shapes = load_layer(folder, name, mapped=True).shapes
        some = count // 2 * (place + 1) // len(layers) - count // 2 * place // len(layers)
        found += awkward_sites(shapes, some, seed + place)
    return found


def compare_points(folder: Path, name: str, count: int, seed: int) -> int:
    """The number of pairs of point and feature that only one of PointGrid and plain shapely has."""
    shapes = load_layer(folder, name).shapes
    points = mixed_points(folder, name, count, seed)
    started = time.perf_counter()
    ours = PointGrid.of(shapes).find(points)
    took = time.perf_counter() - started
    started = time.perf_counter()
    # The tree is of the points, so that shapely prepares each polygon once: some have 200,000 vertices.
    tree = shapely.STRtree(np.asarray(shapely.points(points)))
    feature, point = tree.query(single_geometries(shapes), predicate="intersects")
    plain = in_order(point, feature)
    plainly = time.perf_counter() - started
    keys, plain_keys = (point * len(shapes) + feature for point, feature in (ours, plain))
    unlike = np.setxor1d(keys, plain_keys)
    shared = len(plain[0]) - len(np.unique(plain[0]))
    print(
        f"{name}: {count:,} points, {len(plain[0]):,} pairs, {shared:,} of them a point's second or later; "
        f"{len(unlike)} differ ({took:.1f} s with the grid made, plain {plainly:.1f} s)",
        flush=True,
    )
    for key in unlike[:5].tolist():
        point, feature = divmod(key, len(shapes))
        print(f"  {points[point].tolist()} in feature {feature}: {'ours' if key in keys else 'plain'} alone")
    return len(unlike)


@dataclass(slots=True)
class _Plain:
    """The layers of an atlas as plain geometries, each with a tree of them."""

    layers: tuple[Layer, ...]
    geometries: dict[str, NDArray[Any]] = field(default_factory=dict)
    trees: dict[str, shapely.STRtree] = field(default_factory=dict)

    @classmethod
    def of(cls, atlas: Atlas) -> _Plain:
        found = cls(tuple(layer for layer in atlas.layers if layer.card.use is not Use.EXTENT))
        for layer in found.layers:
            found.geometries[layer.id] = single_geometries(layer.features.shapes)
            found.trees[layer.id] = shapely.STRtree(found.geometries[layer.id])
        return found


def compare_sites(folder: Path, count: int, seed: int) -> int:
    """The number of differences between `locate` and plain shapely, for sites of every kind."""
    atlas = zone_set(folder, exact=True)
    plain = _Plain.of(atlas)
    sites = mixed_sites(folder, count, seed)
    unlike = pairs = open_ones = 0
    spent = [0.0, 0.0]
    for number, site in enumerate(sites):
        started = time.perf_counter()
        placement = locate(site, atlas, DAY)
        between = time.perf_counter()
        problems, found, between_ones = _compare(site, placement, plain)
        spent[0] += between - started
        spent[1] += time.perf_counter() - between
        pairs += found
        open_ones += between_ones
        unlike += len(problems)
        if number % 2000 == 1999:
            print(f"  {number + 1:,} sites, {unlike} differ", flush=True)
        for problem in problems if unlike < 20 else ():
            print(f"  site {number} ({site.geometry.wkt[:60]}…): {problem}", flush=True)
    print(
        f"{count:,} sites, {pairs:,} pairs of site and zone, {open_ones} with an area that doubles cannot tell from none or "
        f"from certain; {unlike} differ (ours {spent[0]:.0f} s, plain {spent[1]:.0f} s)"
    )
    return unlike


def _compare(site: Footprint, placement: Placement, plain: _Plain) -> tuple[list[str], int, int]:
    """What differs for one site, as sentences; the pairs compared; and those whose area is too small to tell."""
    problems: list[str] = []
    pairs = open_ones = 0
    apart = {hit.layer: hit for hit in placement.distances}
    for layer in plain.layers:
        tree = plain.trees[layer.id]
        rows = np.sort(tree.query(site.geometry, predicate="intersects"))
        hit = apart.get(layer.id)
        if hit is not None and len(rows) and hit.metres.lo > 0:
            problems.append(f"{layer.id}: meets the site, and is said to be {float(hit.metres.lo)} m away")
        elif hit is not None and not len(rows):
            problems += _compare_distance(site, hit, tree)
        elif hit is None and not len(rows):
            problems.append(f"{layer.id}: does not meet the site, and no distance is given")
        if layer.card.use is Use.LINE:
            continue
        listed = _listed(placement, layer)
        common = (
            areas(shapely.intersection(site.geometry, plain.geometries[layer.id][rows])) if len(rows) else np.zeros(0)
        )
        # Names, not numbers, are in a placement; the nation's names are each used once.
        sizes = {layer.features.names[row] or "": float(size) for row, size in zip(rows, common, strict=True)}
        pairs += len(sizes)
        problems += [f"{layer.id}: {name} is listed and disjoint" for name in listed if name not in sizes]
        for name, size in sizes.items():
            certain, area = listed.get(name, (False, Interval(0, 0)))
            open_ones += 0 < size <= LISTED or CERTAIN_FROM <= size <= CERTAIN_OVER
            if name not in listed:
                if size > LISTED:
                    problems.append(f"{layer.id}: {name} with {size} m2 in common is not listed")
                continue
            if (size > CERTAIN_OVER and not certain) or (size < CERTAIN_FROM and certain):
                problems.append(f"{layer.id}: {name} with {size} m2 in common is {'' if certain else 'not '}certain")
            if not area.lo <= size <= area.hi or float(area.hi - area.lo) > 0.03 + 3e-9 * size:
                problems.append(f"{layer.id}: {name} has {size} m2 in common, not {float(area.lo)} to {float(area.hi)}")
    return problems, pairs, open_ones


def _compare_distance(site: Footprint, hit: DistanceHit, tree: shapely.STRtree) -> list[str]:
    """What is wrong with the distance to a layer that does not meet the site."""
    plane = Plane.near(site.geometry.centroid.x)
    flat = project(site.geometry, plane)
    place = plane.project(np.array([[hit.longitude, hit.latitude]]))
    metres = shapely.distance(flat, shapely.Point(place[0]))
    least, most = float(hit.metres.lo), float(hit.metres.hi)
    problems = []
    # The plane's metre is good to a hundred-thousandth this near.
    if metres < 20_000 and not least - 0.1 - metres * 1e-4 <= metres <= most + 0.1 + metres * 1e-4:
        problems.append(f"{hit.layer}: the place said to be {least} to {most} m away is {metres:.3f} m away")
    if 0.1 < least < 5_000:
        around = shapely.transform(shapely.buffer(flat, least * 0.98 - 0.05), plane.unproject)
        if len(tree.query(around, predicate="intersects")):
            problems.append(f"{hit.layer}: something is nearer than the {least} m said")
    return problems


def _listed(placement: Placement, layer: Layer) -> dict[str, tuple[bool, Interval]]:
    hits = placement.units if layer.card.use is Use.UNITS else placement.hits
    return {hit.name: (hit.certain, hit.area) for hit in hits if hit.layer == layer.id}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
