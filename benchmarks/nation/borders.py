"""Borders that wriggle: each is halved again and again by a point on the short axis of its kite.

Both halves of a kite (A, P, B, Q) about a point M of P-Q are kites again, (A, AP/2, M, AQ/2) and (M, PB/2, B, QB/2),
and have M alone in common: a border never meets itself, nor any border outside its kite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.nation.land import to_degrees
from benchmarks.nation.mesh import Mesh
from screening.atlas.crs import Floats, Integers

_SWING: Final = 0.35
"""How far from the middle of its axis a point may fall: 0.5 is the axis's end."""

_AT_ONCE: Final = 1 << 20
_MOST: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Borders:
    """Of border i the vertices in degrees are xy[start[i]] to xy[start[i] + steps[i]], both ends included."""

    xy: Floats
    start: Integers
    steps: Integers

    def lengths(self, measure: Floats) -> Floats:
        """Length of each border, given the length of each step of `xy` to the next, in the unit of those."""
        total = np.append(0.0, np.cumsum(measure))
        found: Floats = total[self.start + self.steps] - total[self.start]
        return found


def choose_steps(mesh: Mesh, uses: Integers, vertices: int) -> Integers:
    """Steps of each border, powers of two and about equally long, so that all its `uses` have `vertices` in total or just more."""
    lengths = mesh.lengths
    used = uses > 0
    fine, coarse = 1e-6, 10.0
    for _ in range(60):
        middle = float(np.sqrt(fine * coarse))
        if (_steps(lengths[used], middle) * uses[used]).sum() >= vertices:
            fine = middle
        else:
            coarse = middle
    steps = np.zeros(len(uses), dtype=np.int64)
    steps[used] = _steps(lengths[used], fine)
    return steps


def _steps(lengths: Floats, spacing: float) -> Integers:
    levels = np.clip(np.rint(np.log2(lengths / spacing)), 0, _MOST).astype(np.int64)
    found: Integers = np.int64(1) << levels
    return found


def trace(mesh: Mesh, steps: Integers, seed: int) -> Borders:
    """Every border with steps traced; one with 0 steps has no vertices."""
    draw = np.random.default_rng([seed, 6])
    sizes = np.where(steps > 0, steps + 1, 0)
    order = np.argsort(steps, kind="stable")
    start = np.zeros(len(steps), dtype=np.int64)
    start[order] = np.cumsum(sizes[order]) - sizes[order]
    xy = np.empty((int(sizes.sum()), 2))
    for step in np.unique(steps[steps > 0]).tolist():
        alike = order[steps[order] == step]
        for first in range(0, len(alike), max(1, _AT_ONCE // step)):
            some = alike[first : first + max(1, _AT_ONCE // step)]
            traced = _wriggle(mesh.corners[mesh.ends[some]], mesh.kite[some], step, draw)
            xy[start[some[0]] : start[some[0]] + traced.shape[0] * (step + 1)] = to_degrees(traced.reshape(-1, 2))
    return Borders(xy, start, steps)


def _wriggle(line: Floats, kite: Floats, steps: int, draw: np.random.Generator) -> Floats:
    """(n, 2, 2) straight borders as (n, steps + 1, 2)."""
    one, two = kite[:, :1], kite[:, 1:]
    while line.shape[1] <= steps:
        swing = draw.uniform(0.5 - _SWING, 0.5 + _SWING, (*one.shape[:2], 1))
        begin, end = line[:, :-1], line[:, 1:]
        middle = one + (two - one) * swing
        line = np.concatenate([_between(begin, middle), line[:, -1:]], axis=1)
        one, two = _between((begin + one) / 2, (one + end) / 2), _between((begin + two) / 2, (two + end) / 2)
    return line


def _between(odd: Floats, even: Floats) -> Floats:
    return np.stack([odd, even], axis=2).reshape(len(odd), -1, 2)
