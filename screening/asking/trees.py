"""What is still open of a condition: tests of what can be answered, joined by *all* and *any*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from screening.engine.truth import Truth

State = Mapping[int, int]
"""For the variables that were answered, the mask of the cells left; a variable that is not in it is as it is known today."""
Steps = tuple[tuple[int, int], ...]
"""Variables, each with the cells to leave it."""
UNANSWERABLE: Final = -1
"""The variable of a test that only the map can settle: it stays unknown, whatever an applicant answers."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test that is still open: it holds for the cells `mask` of a variable."""

    variable: int
    mask: int


@dataclass(frozen=True, slots=True)
class Join:
    """All (or, with `some`, at least one) of the parts."""

    parts: tuple[Tree, ...]
    some: bool
    variables: frozenset[int]


Tree = Leaf | Join
NEVER: Final = Leaf(UNANSWERABLE, 0)


def joined(parts: Sequence[Tree], some: bool) -> Tree:
    """Several trees as one."""
    if len(parts) == 1:
        return parts[0]
    return Join(tuple(parts), some, frozenset[int]().union(*(variables_of(part) for part in parts)))


def variables_of(tree: Tree) -> frozenset[int]:
    """The variables a tree asks for."""
    if isinstance(tree, Join):
        return tree.variables
    return frozenset() if tree.variable == UNANSWERABLE else frozenset({tree.variable})


def certainly(tree: Tree, truth: Truth, state: State) -> bool:
    """Whether a tree has a truth (true or false) in a state, however the rest is answered. Narrowing keeps it so."""
    if isinstance(tree, Leaf):
        mask = state.get(tree.variable)
        return mask is not None and not mask & (~tree.mask if truth is Truth.TRUE else tree.mask)
    if tree.some is (truth is Truth.TRUE):
        return any(certainly(part, truth, state) for part in tree.parts)
    return all(certainly(part, truth, state) for part in tree.parts)


def first_steps(tree: Tree, wanted: Truth, state: State, full: Sequence[int]) -> tuple[Truth, Steps]:
    """The truth of a tree and, while it is open, first steps such that every way to the truth wanted takes one of them.

    `full` holds every cell of each variable.
    """
    if isinstance(tree, Leaf):
        if tree.variable == UNANSWERABLE:
            return Truth.UNKNOWN, ()
        mask = state.get(tree.variable, full[tree.variable])
        met, rest = mask & tree.mask, mask & ~tree.mask
        if tree.variable in state and not (met and rest):
            return Truth.TRUE if met else Truth.FALSE, ()
        left = met if wanted is Truth.TRUE else rest
        return Truth.UNKNOWN, ((tree.variable, left),) if left else ()
    stop = Truth.TRUE if tree.some else Truth.FALSE
    ways: list[Steps] = []
    for part in tree.parts:
        found, steps = first_steps(part, wanted, state, full)
        if found is stop:
            return stop, ()
        if found is Truth.UNKNOWN:
            ways.append(steps)
    if not ways:
        return ~stop, ()
    if wanted is stop:
        return Truth.UNKNOWN, tuple(step for steps in ways for step in steps)
    # Every part must get there, so it is enough to begin with one: the one with the fewest steps.
    return Truth.UNKNOWN, min(ways, key=len)
