"""The same rules by hand: plain Python, three-valued, and it keeps the reasons.

Nothing here reads the compiled forms, so a mistake in them (or in durable_rules) shows as a disagreement.
"""

from __future__ import annotations

from dataclasses import dataclass

from screening.engine.program import Prepared
from screening.engine.truth import Truth, truth_of
from screening.engine.verdicts import State
from screening.facts import Facts, Value
from screening.rulebook.model import AllOf, AnyOf, Condition, Test
from screening.rulebook.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a rule and why.

    `because`: the tests that decided it (all true ones when it fires, the unknown ones when doubtful, one false one when
    silent). `needs`: for a doubtful rule, the facts that would settle it.
    """

    state: State
    because: tuple[Test, ...]
    needs: tuple[str, ...] = ()


class Explainer:
    """Answers for one project; remembers each test, since many rules ask the same."""

    __slots__ = ("_facts", "_known", "_vocabulary")

    def __init__(self, facts: Facts, vocabulary: Vocabulary) -> None:
        self._facts = facts
        self._vocabulary = vocabulary
        self._known: dict[int, Truth] = {}

    def value(self, fact: str) -> Value:
        return self._vocabulary.value(self._facts, fact)

    def closed(self, gates: tuple[Test, ...]) -> int | None:
        """The number of the first gate that is certainly false, if any."""
        for number, gate in enumerate(gates):
            if self._truth(gate) is Truth.FALSE:
                return number
        return None

    def verdict(self, prepared: Prepared) -> Verdict:
        """The state of a rule, with its reasons."""
        condition = prepared.condition
        found = self._truth(condition)
        if found is Truth.FALSE:
            return Verdict(State.SILENT, self._objection(condition))
        if found is Truth.TRUE:
            return Verdict(State.FIRES, tuple(dict.fromkeys(self._having(condition, Truth.TRUE))))
        open_tests = tuple(dict.fromkeys(self._having(condition, Truth.UNKNOWN)))
        return Verdict(State.DOUBTFUL, open_tests, tuple(dict.fromkeys(test.fact for test in open_tests)))

    def _truth(self, condition: Condition) -> Truth:
        if isinstance(condition, Test):
            # By identity: the program keeps one object for each test, and keeps it alive.
            found = self._known.get(id(condition))
            if found is None:
                found = self._known[id(condition)] = truth_of(condition, self.value(condition.fact))
            return found
        if isinstance(condition, AllOf):
            least = Truth.TRUE
            for part in condition.parts:
                found = self._truth(part)
                if found is Truth.FALSE:
                    return found
                if found is Truth.UNKNOWN:
                    least = found
            return least
        if isinstance(condition, AnyOf):
            most = Truth.FALSE
            for part in condition.parts:
                found = self._truth(part)
                if found is Truth.TRUE:
                    return found
                if found is Truth.UNKNOWN:
                    most = found
            return most
        return ~self._truth(condition.part)

    def _having(self, condition: Condition, wanted: Truth) -> list[Test]:
        """The tests with a truth, in those branches that have it themselves."""
        if self._truth(condition) is not wanted:
            return []
        if isinstance(condition, Test):
            return [condition]
        parts = condition.parts if isinstance(condition, AllOf | AnyOf) else (condition.part,)
        return [test for part in parts for test in self._having(part, wanted)]

    def _objection(self, condition: Condition) -> tuple[Test, ...]:
        """The shortest reason for silence: one false test of an `all`, every test of an `any`."""
        if isinstance(condition, Test):
            return (condition,)
        if isinstance(condition, AllOf):
            part = next(part for part in condition.parts if self._truth(part) is Truth.FALSE)
            return self._objection(part)
        parts = condition.parts if isinstance(condition, AnyOf) else (condition.part,)
        return tuple(test for part in parts for test in self._objection(part))
