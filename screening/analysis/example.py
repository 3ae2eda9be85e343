"""A concrete project that shows a fault, written as an application writes it, and what the engine says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from screening.analysis.places import can_be
from screening.engine.conditions import fires_when
from screening.engine.explain import Explainer
from screening.engine.program import Prepared
from screening.engine.truth import Truth, truth
from screening.engine.verdicts import State
from screening.errors import InputError, Problem, QuantityError, ScreeningError
from screening.facts import Choice, Fact, Facts, Interval, Members, Supplier, Value, flag
from screening.quantity import render
from screening.rulebook.model import Condition, Rule, facts_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Type
from screening.rulebook.values import read_value


class AnalysisError(ScreeningError):
    """The solver and the engine do not agree on a project: a mistake of this package, never of the rulebook."""

    kind = "analysis-disagrees"
    heading = "the static analysis contradicts the engine"


@dataclass(frozen=True, slots=True)
class Example:
    """Facts on a day; what is not among them is missing."""

    day: date
    values: Mapping[str, Value]

    def written(self, rulebook: Rulebook) -> dict[str, Any]:
        """The facts in the words of an application or a case, the day as `as_of`."""
        terms = rulebook.vocabulary
        return {
            "as_of": self.day.isoformat(),
            **{key: write_value(terms[key].type, terms[key].unit, value) for key, value in sorted(self.values.items())},
        }

    def text(self, rulebook: Rulebook) -> str:
        """One line of YAML: `{as_of: 2026-08-15, project.works: new_build}`."""
        parts = (
            f"{key}: [{', '.join(value)}]" if isinstance(value, list) else f"{key}: {value}"
            for key, value in self.written(rulebook).items()
        )
        return "{" + ", ".join(parts) + "}"

    def with_value(self, fact: str, value: Value) -> Example:
        return Example(self.day, {**self.values, fact: value})


def write_value(kind: Type, unit: str, value: Value) -> Any:
    """A known value as an applicant writes it. A third is written as a ratio; with a unit it has no exact writing."""
    match value:
        case Interval():
            exact = Fraction(value.lo)
            if kind is Type.DATE:
                return date.fromordinal(int(exact)).isoformat()
            shown = render(exact, unit)
            return f"{exact.numerator}:{exact.denominator}" if shown.startswith("≈") and not unit else shown
        case Choice():
            return min(value.possible or {"unknown"})
        case Members():
            return sorted(value.certain)


class Bench:
    """The engine, to confirm what the solver says. Every rule is taken as adopted, as the cases take it."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook
        self._prepared: dict[int, Prepared] = {}
        self._facts: dict[tuple[str, Value], Fact] = {}

    def state(self, rule: Rule, example: Example) -> State:
        """What a rule says of a project on the day of the example; a rule not in force is silent."""
        return self.states((rule,), example)[0]

    def states(self, rules: tuple[Rule, ...], example: Example) -> tuple[State, ...]:
        """`state` for several rules over one project."""
        facts = self.facts(example)
        asked = frozenset[str]().union(*(facts_of(rule.when) | facts_of(rule.unless) for rule in rules))
        facts = self._with_classes(facts, asked, example.day)
        explainer = Explainer(facts, self._rulebook.vocabulary)
        return tuple(
            explainer.verdict(self._ready(rule)).state if rule.effective.covers(example.day) else State.SILENT
            for rule in rules
        )

    def truth(self, condition: Condition, example: Example) -> Truth:
        """The truth of any condition for a project, by the plain reading of conditions."""
        facts = self._with_classes(self.facts(example), facts_of(condition), example.day)
        return truth(condition, self._rulebook.vocabulary, {key: fact.value for key, fact in facts.items()})

    def facts(self, example: Example) -> Facts:
        """The facts as written and read again, each by itself. Raises InputError where one cannot be written."""
        return Facts({key: self._fact(key, value) for key, value in example.values.items()})

    def _fact(self, key: str, value: Value) -> Fact:
        if (key, value) not in self._facts:
            term = self._rulebook.vocabulary[key]
            raw = write_value(term.type, term.unit, value)
            exact = not (isinstance(raw, str) and raw.startswith("≈"))
            self._facts[key, value] = Fact(key, read_value(term, raw) if exact else value)
        return self._facts[key, value]

    def admits(self, example: Example) -> bool:
        """Whether a project may be so: its claims are read as an application's are, and some place can be like that."""
        terms = self._rulebook.vocabulary
        claims = {
            key.removeprefix("project."): raw
            for key, raw in example.written(self._rulebook).items()
            if key in terms and terms[key].supplier is Supplier.APPLICANT and not str(raw).startswith("≈")
        }
        try:
            self.facts(example)
            terms.read_claims(claims)
        except (InputError, QuantityError):
            return False
        return can_be(example.values)

    def confirm(self, what: str, example: Example, shown: Callable[[Example], bool]) -> Example:
        """The example with every fact left out that it does not need. Raises AnalysisError when the engine denies it."""
        if not self.admits(example) or not shown(example):
            raise AnalysisError(
                Problem(
                    "analysis", f"{what}: the engine does not confirm {example.text(self._rulebook)}", "report this"
                )
            )
        for fact in sorted(example.values, reverse=True) if len(example.values) > 1 else ():
            shorter = Example(example.day, {key: value for key, value in example.values.items() if key != fact})
            if shown(shorter):
                example = shorter
        for fact, value in sorted(example.values.items()):
            if isinstance(value, Members) and len(value.certain) > 1:
                example = self._with_fewer(example, fact, shown)
        return example

    def _with_fewer(self, example: Example, fact: str, shown: Callable[[Example], bool]) -> Example:
        value = example.values[fact]
        # Counties before their provinces: the one cannot be without the other.
        words = sorted(value.certain, key=lambda word: (-len(word), word)) if isinstance(value, Members) else []
        for word in words:
            alone = example.with_value(fact, Members(frozenset({word}), frozenset({word})))
            if shown(alone) and self.admits(alone):
                return alone
        for word in words:
            now = example.values[fact]
            fewer = (now.certain if isinstance(now, Members) else frozenset()) - {word}
            shorter = example.with_value(fact, Members(fewer, fewer))
            if fewer and shown(shorter) and self.admits(shorter):
                example = shorter
        return example

    def _ready(self, rule: Rule) -> Prepared:
        if id(rule) not in self._prepared:
            self._prepared[id(rule)] = Prepared(rule, fires_when(rule))
        return self._prepared[id(rule)]

    def _with_classes(self, facts: Facts, asked: frozenset[str], day: date) -> Facts:
        """The facts and the classes asked for, each after the classes its own rules ask."""
        for name in sorted(key for key in asked if key.startswith("class.") and key not in facts):
            rules = [rule for rule in self._rulebook.rules if rule.classifies == name and rule.effective.covers(day)]
            inner = frozenset[str]().union(*(facts_of(rule.when) | facts_of(rule.unless) for rule in rules))
            facts = self._with_classes(facts, inner, day)
            explainer = Explainer(facts, self._rulebook.vocabulary)
            said = [explainer.verdict(self._ready(rule)).state for rule in rules]
            sure, maybe = State.FIRES in said, any(state is not State.SILENT for state in said)
            facts = facts.and_also([Fact(name, flag(sure, maybe))])
        return facts
