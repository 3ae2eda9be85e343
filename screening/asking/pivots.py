"""Which answers the outcome still hangs on.

A fact can still change a decision when, for some answers to other facts (or none), a further answer to it changes the
outcome. Knowing more never takes a reject or a pass back, so this is the same as: the fact is part of answers that
settle the outcome, and that without it would not. Two ways are looked for, and there is no third: answers under which a
prohibition certainly applies, and answers under which every objection is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from screening.asking.answers import Answers
from screening.asking.open_rules import Open
from screening.asking.search import GaveUp, Search
from screening.asking.trees import State, Tree, certainly, variables_of
from screening.decision import Outcome
from screening.engine.truth import Truth
from screening.facts import Value

STEPS: Final = 2_000
"""How long one fact may be looked at. A fact given up on is asked: a needless question, never a missing one."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """A fact the outcome hangs on. With `answers` (its own among them) the outcome is `outcome`, without its own it is not.

    Empty where the search was given up; `proved` is then false.
    """

    fact: str
    outcome: Outcome
    answers: Mapping[str, Value]
    proved: bool = True


class Hinge:
    """What the outcome hangs on, looked for fact by fact; what one search finds out about others is kept."""

    def __init__(self, case: Open, steps: int = STEPS) -> None:
        self.case = case
        self.steps = steps
        self._bars = list(dict.fromkeys(one.rejects for one in case.rules if one.rejects is not None))
        self._objections = list(dict.fromkeys(one.objects for one in case.rules))
        self._owner = {variable: one for one in case.answers for variable in one.variables}
        self._full = [one.full for one in case.answers for _ in one.variables]
        self._bars_of = self._by_fact(self._bars)
        self._objections_of = self._by_fact(self._objections)
        # Rarely asked facts are answered first: what many rules ask then stays as wide as it can, and one set of answers
        # shows of many facts that they matter.
        self._rank = [len(self._objections_of.get(self._owner[at].term.key, ())) for at in range(len(self._full))]
        self._impossible: dict[int, list[Tree]] = {}
        for tree in case.impossible:
            for at in variables_of(tree):
                self._impossible.setdefault(at, []).append(tree)
        self._found: dict[str, Pivot | None] = {}
        self._passing: State = {}
        self.may_reject = self._may_reject()
        self.may_pass = not case.stays and self._may_pass()

    @property
    def candidates(self) -> tuple[Answers, ...]:
        """The facts that open rules ask for; no other can be a pivot, unless an answer may undo what was certain."""
        asked = self._bars_of.keys() | self._objections_of.keys()
        return tuple(one for one in self.case.answers if self.case.unsteady or one.term.key in asked)

    @property
    def outcomes(self) -> frozenset[Outcome]:
        """What answers can still make the outcome; where a search was given up, what it was looking for too."""
        may = {Outcome.REJECT: self.may_reject, Outcome.PASS: self.may_pass}
        return frozenset(outcome for outcome, found in may.items() if found)

    def pivot(self, answers: Answers) -> Pivot | None:
        """How a fact can still change the outcome; None where it cannot."""
        key = answers.term.key
        if key not in self._found:
            sought = Outcome.REJECT
            try:
                if self.case.unsteady:
                    raise GaveUp
                if self.may_reject:
                    self._look_for_reject(answers)
                sought = Outcome.PASS
                if self.may_pass and key not in self._found:
                    self._look_for_pass(answers)
                self._found.setdefault(key, None)
            except GaveUp:
                self._found[key] = Pivot(key, sought, {}, proved=False)
        return self._found[key]

    def _look_for_reject(self, answers: Answers) -> None:
        """A prohibition that applies with an answer, while none does without it."""
        left = self.steps
        for bar in self._bars_of.get(answers.term.key, ()):
            near = [(one, Truth.TRUE) for one in self._bars if variables_of(one) & variables_of(bar)]
            search = self._search(left, near, answers)
            state = search.find([(bar, Truth.TRUE)], {})
            if state is not None:
                self._learn(state, Outcome.REJECT)
                return
            left = search.left

    def _look_for_pass(self, answers: Answers) -> None:
        """Every objection gone with an answer, while without it one is not."""
        left = self.steps
        everything = [(tree, Truth.FALSE) for tree in self._objections]
        for tree in self._objections_of.get(answers.term.key, ()):
            about = variables_of(tree)
            # First beside the answers known to pass: they settle all that shares no fact with this tree.
            near = [goal for goal in everything if variables_of(goal[0]) & about]
            beside = {at: mask for at, mask in self._passing.items() if at not in about}
            for goals, start in ((near, beside), (everything, {})) if self._passing else ((everything, {}),):
                search = self._search(left, [(tree, Truth.FALSE)], answers)
                state = search.find(goals, start)
                if state is not None:
                    self._learn(state, Outcome.PASS)
                    return
                left = search.left

    def _may_reject(self) -> bool:
        found = self.case.unsteady
        for bar in self._bars:
            try:
                state = self._search(self.steps).find([(bar, Truth.TRUE)], {})
            except GaveUp:
                return True
            if state is not None:
                self._learn(state, Outcome.REJECT)
                found = True
        return found

    def _may_pass(self) -> bool:
        try:
            state = self._search(10 * self.steps).find([(tree, Truth.FALSE) for tree in self._objections], {})
        except GaveUp:
            return True
        if state is not None:
            self._passing = state
            self._learn(state, Outcome.PASS)
        return state is not None or self.case.unsteady

    def _search(self, left: int, bans: Iterable[tuple[Tree, Truth]] = (), without: Answers | None = None) -> Search:
        spared = frozenset(without.variables if without else ())
        return Search(self._full, self._rank, self._impossible, bans, spared, left)

    def _learn(self, state: State, outcome: Outcome) -> None:
        """Of answers that end in an outcome: every fact without which it would be another."""
        if self.case.unsteady:
            return
        owners = {self._owner[at].term.key: self._owner[at] for at in sorted(state)}
        new = [one for key, one in owners.items() if self._found.get(key) is None]
        settled = [one for one in new if self._hangs(state, outcome, one)]
        if settled:
            stated = {key: one.stated(state) for key, one in owners.items()}
            self._found.update((one.term.key, Pivot(one.term.key, outcome, stated)) for one in settled)

    def _hangs(self, state: State, outcome: Outcome, answers: Answers) -> bool:
        spared = {at: mask for at, mask in state.items() if at not in answers.variables}
        if outcome is Outcome.REJECT:
            return not any(certainly(tree, Truth.TRUE, spared) for tree in self._bars)
        about = self._objections_of.get(answers.term.key, ())
        return not all(certainly(tree, Truth.FALSE, spared) for tree in about)

    def _by_fact(self, trees: Iterable[Tree]) -> dict[str, list[Tree]]:
        found: dict[str, list[Tree]] = {}
        for tree in sorted(trees, key=lambda one: len(variables_of(one))):
            for key in dict.fromkeys(self._owner[at].term.key for at in sorted(variables_of(tree))):
                found.setdefault(key, []).append(tree)
        return found
