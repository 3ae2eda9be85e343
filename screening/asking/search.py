"""Looking for answers that give several trees the truths wanted, while others are kept from one.

Complete: where nothing is found within the steps allowed, there is nothing; where they run out, `GaveUp` is raised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from screening.asking.trees import State, Steps, Tree, certainly, first_steps, variables_of
from screening.engine.truth import Truth

Goal = tuple[Tree, Truth]
"""A tree and the truth it shall have."""


class GaveUp(Exception):
    """The search was too long; nothing is proved."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A goal that is not met, with the first steps towards it."""

    goal: Goal
    steps: Steps


class Search:
    """One search. `impossible`: trees that may never be true, by variable. `bans`: trees that may not have a truth while
    the variables `without` are not answered.

    `full` holds every cell of each variable, `rank` which are tried first. `left` is how many steps it may still take.
    """

    def __init__(
        self,
        full: Sequence[int],
        rank: Sequence[int],
        impossible: Mapping[int, Sequence[Tree]],
        bans: Iterable[Goal],
        without: frozenset[int],
        left: int,
    ) -> None:
        self.full = full
        self.rank = rank
        self.impossible = impossible
        self.without = without
        self.left = left
        self.bans: dict[int, list[Goal]] = {}
        for ban in bans:
            for variable in variables_of(ban[0]) - without:
                self.bans.setdefault(variable, []).append(ban)

    def find(self, goals: Iterable[Goal], start: State) -> State | None:
        """Answers found, beginning with some that break nothing; None where there are none. Raises GaveUp."""
        pending = self._pending(goals, start)
        if pending is None:
            return None
        if not pending:
            return start
        trail = [self._tries(pending, start)]
        while trail:
            found = next(trail[-1], None)
            if found is None:
                trail.pop()
                continue
            state, pending = found
            if not pending:
                return state
            trail.append(self._tries(pending, state))
        return None

    def _tries(self, pending: Sequence[Pending], state: State) -> Iterator[tuple[State, list[Pending]]]:
        """Each first step towards the goal with the fewest, with what is then left to do."""
        for variable, mask in min(pending, key=lambda one: len(one.steps)).steps:
            self.left -= 1
            if self.left < 0:
                raise GaveUp
            narrower = {**state, variable: mask}
            if not self._allowed(narrower, variable):
                continue
            about = [one.goal for one in pending if variable in variables_of(one.goal[0])]
            left = self._pending(about, narrower)
            if left is not None:
                left.extend(one for one in pending if variable not in variables_of(one.goal[0]))
                yield narrower, left

    def _pending(self, goals: Iterable[Goal], state: State) -> list[Pending] | None:
        """Of some goals, those not met; None where one cannot be met any more."""
        left: list[Pending] = []
        for goal in goals:
            tree, wanted = goal
            found, steps = first_steps(tree, wanted, state, self.full)
            if found is wanted:
                continue
            allowed = {step for step in steps if self._allowed({**state, step[0]: step[1]}, step[0])}
            if not allowed:
                return None
            left.append(Pending(goal, tuple(sorted(allowed, key=lambda step: (self.rank[step[0]], step)))))
        return left

    def _allowed(self, state: State, variable: int) -> bool:
        """Whether answers break nothing, of which all but those to one variable were looked at before."""
        if any(certainly(tree, Truth.TRUE, state) for tree in self.impossible.get(variable, ())):
            return False
        bans = self.bans.get(variable)
        if not bans:
            return True
        spared = {one: mask for one, mask in state.items() if one not in self.without}
        return not any(certainly(tree, truth, spared) for tree, truth in bans)
