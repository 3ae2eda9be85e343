"""The redline: patches of a third of the land, of one cell to thousands, many with holes; not bound to the units."""

from __future__ import annotations

from typing import Final

import numpy as np

from benchmarks.nation.borders import choose_steps, trace
from benchmarks.nation.land import WHOLE, Land
from benchmarks.nation.mesh import Mesh, make_mesh
from benchmarks.nation.outlines import count_uses, outline
from benchmarks.nation.storage import Stored
from screening.atlas.crs import Floats, Integers

VERTICES: Final = 10_200_000
CELLS: Final = 80_000

_SHARE: Final = 0.36
_HOLES: Final = 0.10
"""Of all patches' cells, those with a hole in them."""


def make_redline(land: Land, units: int, seed: int) -> Stored:
    """The layer redline; every tenth patch is one feature with the next."""
    fraction = units / WHOLE
    mesh = make_mesh(land, max(60, round(CELLS * fraction)), seed + 1)
    draw = np.random.default_rng([seed, 10])
    inland = land.height(mesh.sites) < 0.96
    wanted = np.where(inland, rough(mesh.sites, draw), -np.inf)
    chosen = np.sort(np.argsort(-wanted, kind="stable")[: round(_SHARE * inland.sum())])
    patch = _patches(mesh, chosen)
    hosts = np.sort(draw.permutation(chosen)[: round(_HOLES * len(chosen))])
    whole = mesh.with_insets(hosts, seed + 1)
    labels = np.append(patch, np.full(len(hosts), -1))
    borders = trace(whole, choose_steps(whole, count_uses(whole, labels), round(VERTICES * fraction)), seed + 1)
    shapes = outline(whole, borders, labels)
    nothing = [None] * len(shapes)
    return Stored(shapes, [f"虚构生态保护红线{number + 1}" for number in range(len(shapes))], nothing, nothing)


def rough(sites: Floats, draw: np.random.Generator) -> Floats:
    """A field of hills some hundred kilometres wide, and grain from site to site."""
    total = draw.normal(0, 1.2, len(sites))
    for wave in (0.9, 1.4, 2.2, 3.5, 5.5):
        for _ in range(3):
            turn, phase = draw.uniform(0, 6.283, 2)
            total += 0.4 * np.cos(6.283 / wave * (sites @ [np.cos(turn), np.sin(turn)]) + phase)
    return total


def _patches(mesh: Mesh, chosen: Integers) -> Integers:
    """A label of each cell: -1 outside, else its patch; patches are numbered in order, every tenth as the next."""
    label = np.full(len(mesh.sites), -1, dtype=np.int64)
    label[chosen] = np.arange(len(chosen))
    inside = (label[mesh.left] >= 0) & (label[mesh.right] >= 0)
    left, right = mesh.left[inside], mesh.right[inside]
    while True:
        least = np.minimum(label[left], label[right])
        before = label.copy()
        np.minimum.at(label, left, least)
        np.minimum.at(label, right, least)
        if np.array_equal(label, before):
            break
    _, number = np.unique(label[chosen], return_inverse=True)
    last = int(number.max())
    joined = np.where((number % 10 == 0) & (number < last), number + 1, number)
    label[chosen] = np.unique(joined, return_inverse=True)[1]
    return label
