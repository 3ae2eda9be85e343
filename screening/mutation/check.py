"""Which mutants the cases notice, which nothing could tell apart, and which would slip through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from screening.engine.conditions import fires_when
from screening.engine.explain import Explainer
from screening.engine.program import Prepared
from screening.facts import Choice, Members, Value
from screening.mutation.mutants import Kind, Mutant, mutants_of
from screening.mutation.witness import tell_apart
from screening.rulebook.cases import Case
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook
from screening.trial import fault_of


class Kill(StrEnum):
    """What became of a mutant."""

    CASE = "killed by a case"
    READER = "refused when the rulebook is read"
    EQUIVALENT = "equivalent: nothing tells it from the rule"
    SURVIVES = "survives"


@dataclass(frozen=True, slots=True)
class Fate:
    """A mutant and what became of it. Of a survivor, `like` and `values`: a case of the rule and the facts to change in
    it, after which rule and mutant differ (empty where the difference is not one of facts)."""

    mutant: Mutant
    kill: Kill
    by: str = ""
    like: Case | None = None
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants there were and what became of them. `share` leaves out the equivalent ones."""

    total: int
    by: Mapping[Kill, int]

    @property
    def share(self) -> float:
        real = self.total - self.by.get(Kill.EQUIVALENT, 0)
        return 1.0 if not real else 1 - self.by.get(Kill.SURVIVES, 0) / real


def score(fates: Iterable[Fate], *, without: Iterable[Kind] = ()) -> Score:
    """The score over all mutants, or over those of other kinds than `without`."""
    left_out = frozenset(without)
    counted = Counter(fate.kill for fate in fates if fate.mutant.kind not in left_out)
    return Score(counted.total(), counted)


def check_mutants(rulebook: Rulebook, cases: Iterable[Case], rules: Iterable[Rule] | None = None) -> tuple[Fate, ...]:
    """The fate of every mutant of the rulebook's rules, or of some `rules` of it.

    A mutant is killed when a case of its rule no longer says what is expected; only the plain-Python engine is asked,
    since the cases themselves hold the two engines together. A case that already fails kills nothing.
    """
    of_rule: dict[str, list[Case]] = {}
    for case in cases:
        of_rule.setdefault(case.rule, []).append(case)
    versions: dict[str, list[Rule]] = {}
    for rule in rulebook.rules:
        versions.setdefault(rule.id, []).append(rule)
    fates: list[Fate] = []
    for rule in rulebook.rules if rules is None else rules:
        bench = _Bench(rulebook, rule, versions[rule.id], of_rule.get(rule.id, []))
        fates.extend(bench.fate(mutant) for mutant in mutants_of(rule, rulebook.vocabulary, bench.tried))
    return tuple(fates)


class _Bench:
    """One version of a rule with the cases that can tell what it says: those of its days, and of the days beside them."""

    def __init__(self, rulebook: Rulebook, rule: Rule, versions: list[Rule], cases: list[Case]) -> None:
        self._rulebook = rulebook
        self._rule = rule
        self._others = [other for other in versions if other is not rule]
        asked = Prepared(rule, fires_when(rule))
        self._cases = [
            case
            for case in cases
            if not any(other.effective.covers(case.as_of) for other in self._others) and not self._fault(asked, case)
        ]
        self.tried = self._words()

    def _words(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for case in self._cases:
            for key, fact in case.facts.items():
                if isinstance(fact.value, Choice | Members) and fact.value.known:
                    found.setdefault(key, set()).update(fact.value.possible or ())
        return {key: frozenset(words) for key, words in found.items()}

    def _fault(self, asked: Prepared, case: Case) -> str:
        if not asked.rule.effective.covers(case.as_of):
            return fault_of(case, self._rule, None)
        return fault_of(case, asked.rule, Explainer(case.facts, self._rulebook.vocabulary).verdict(asked))

    def fate(self, mutant: Mutant) -> Fate:
        asked = Prepared(mutant.changed, fires_when(mutant.changed))
        for case in self._cases:
            if self._fault(asked, case):
                return Fate(mutant, Kill.CASE, case.where)
        if refused := self._refused(mutant):
            return Fate(mutant, Kill.READER, refused)
        if mutant.kind in (Kind.DATE, Kind.OUTCOME, Kind.CLASS):
            return Fate(mutant, Kill.SURVIVES)
        near = [case for case in self._cases if self._rule.effective.covers(case.as_of)]
        apart = tell_apart(
            fires_when(self._rule),
            asked.condition,
            self._rulebook.vocabulary,
            [{key: fact.value for key, fact in case.facts.items()} for case in near],
        )
        if apart.values is None:
            said = "no difference was found, and none was ruled out"
            return Fate(mutant, Kill.EQUIVALENT) if apart.exhausted else Fate(mutant, Kill.SURVIVES, said)
        like = None if apart.near is None else near[apart.near]
        return Fate(mutant, Kill.SURVIVES, "", like, _difference(like, apart.values))

    def _refused(self, mutant: Mutant) -> str:
        """Why reading the rulebook would refuse a mutant of a date, or ""."""
        period = mutant.changed.effective
        if period.start is not None and period.until is not None and period.until <= period.start:
            return "ends before it begins"
        if any(other.effective.overlaps(period) for other in self._others):
            return "in force twice on some day"
        for citation in mutant.rule.basis:
            if not period.within(self._rulebook.instruments[citation.instrument].life):
                return f"{citation.instrument} is not law on all its days"
        return ""


def _difference(case: Case | None, values: Mapping[str, Value]) -> Mapping[str, Value]:
    if case is None:
        return values
    stated = {key: fact.value for key, fact in case.facts.items()}
    return {key: value for key, value in values.items() if stated.get(key) != value}
