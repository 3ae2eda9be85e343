"""The territory: control units that fill it without gap or overlap, the counties they make up, its outline and frame."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from benchmarks.nation.borders import choose_steps, trace
from benchmarks.nation.hierarchy import CLASS_NAMES, CLASSES, Hierarchy, classify, divide, unit_codes
from benchmarks.nation.land import WHOLE, Land, to_degrees
from benchmarks.nation.mesh import Mesh, make_mesh
from benchmarks.nation.outlines import count_uses, outline
from benchmarks.nation.storage import Stored
from screening.atlas.crs import Integers
from screening.atlas.shapes import Shapes

VERTICES: Final = 30_300_000
"""Vertices of the units at full size, a shared border counted once for each side."""

_ENCLAVES: Final = 0.010
_EXCLAVES: Final = 0.012
_ISLANDS: Final = 0.006
"""Per unit of the whole: units inside another, parts of a neighbour inside another, islands off a coast."""


def make_territory(land: Land, units: int, seed: int) -> dict[str, Stored]:
    """The layers units, counties, territory and frame."""
    mesh = make_mesh(land, units, seed)
    mesh, unit, site = _settle(land, mesh, units, seed)
    classes = classify(units, seed)
    hierarchy = divide(mesh.sites[site], units / WHOLE, seed)
    codes = unit_codes(hierarchy, classes)
    order = np.array(sorted(range(units), key=codes.__getitem__))
    rank = np.empty(units, dtype=np.int64)
    rank[order] = np.arange(units)
    labels = np.where(unit >= 0, rank[unit], -1)
    uses = count_uses(mesh, labels)
    borders = trace(mesh, choose_steps(mesh, uses, round(VERTICES * units / WHOLE)), seed)
    counties, names = _counties(hierarchy)
    county = np.where(unit >= 0, counties[hierarchy.county[unit]], -1)
    unit_names = [f"虚构县{codes[one][2:8]}{CLASS_NAMES[classes[one]]}{int(codes[one][9:])}" for one in order.tolist()]
    nothing = [None] * len(names)
    return {
        "units": Stored(
            outline(mesh, borders, labels),
            unit_names,
            [codes[one] for one in order.tolist()],
            [CLASSES[classes[one]] for one in order.tolist()],
        ),
        "counties": Stored(outline(mesh, borders, county), [f"虚构县{code}" for code in names], names, nothing),
        "territory": Stored(outline(mesh, borders, np.where(unit >= 0, 0, -1)), ["虚构国土"], [None], [None]),
        "frame": Stored(_frame(mesh, uses), ["虚构国范围"], [None], [None]),
    }


def _counties(hierarchy: Hierarchy) -> tuple[Integers, list[str]]:
    """The rank by code of each county, and the codes in that order."""
    names = sorted(hierarchy.codes)
    place = {code: number for number, code in enumerate(names)}
    return np.array([place[code] for code in hierarchy.codes]), names


def _settle(land: Land, mesh: Mesh, units: int, seed: int) -> tuple[Mesh, Integers, Integers]:
    """The mesh with its insets, the unit (or -1) of each cell, and the cell at which each unit lies."""
    draw = np.random.default_rng([seed, 9])
    alone = round(_ENCLAVES * units)
    home = np.sort(np.argsort(land.height(mesh.sites), kind="stable")[: units - alone])
    unit = np.full(len(mesh.sites), -1, dtype=np.int64)
    unit[home] = np.arange(len(home))
    inland = draw.permutation(home)[: alone + round(_EXCLAVES * units)]
    enclosed, shared = inland[:alone], inland[alone:]
    coast = (unit[mesh.left] < 0) != (unit[mesh.right] < 0)
    sea = np.unique(np.where(unit[mesh.left[coast]] < 0, mesh.left[coast], mesh.right[coast]))
    isles = draw.permutation(sea)[: max(1, round(_ISLANDS * units))]
    beside = mesh.neighbours(np.append(shared, isles))
    owner = [int(unit[beside[host]][unit[beside[host]] >= 0][0]) for host in [*shared.tolist(), *isles.tolist()]]
    whole = mesh.with_insets(np.concatenate([enclosed, shared, isles]), seed)
    unit = np.concatenate([unit, np.arange(len(home), units), np.array(owner, dtype=np.int64)])
    return whole, unit, np.append(home, enclosed)


def _frame(mesh: Mesh, uses: Integers) -> Shapes:
    """A plain convex polygon some tens of kilometres around everything: no border leaves its kite."""
    used = uses > 0
    points = np.vstack([mesh.corners[mesh.ends[used]].reshape(-1, 2), mesh.kite[used].reshape(-1, 2)])
    hull = shapely.convex_hull(shapely.buffer(shapely.convex_hull(shapely.multipoints(points)), 0.3))
    plain = shapely.simplify(hull, 0.1)
    xy = to_degrees(shapely.get_coordinates(plain)[::-1])
    one = np.array([0, 1], dtype=np.int64)
    return Shapes(True, xy, np.array([0, len(xy)], dtype=np.int64), one, one)
