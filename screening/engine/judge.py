"""Both engines over one project: classification first, then access; what they agree on, and where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from screening.engine.durable import DurableEngine
from screening.engine.explain import Explainer, Verdict
from screening.engine.program import Group, Prepared, Program
from screening.engine.verdicts import State
from screening.facts import FLAG_NO, FLAG_YES, Choice, Fact, Facts, Origin, Supplier
from screening.rulebook.model import Level, Rule
from screening.rulebook.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule with what the engines said of it. `durable` is None when that engine failed."""

    prepared: Prepared
    verdict: Verdict
    durable: State | None

    @property
    def rule(self) -> Rule:
        return self.prepared.rule

    @property
    def agreed(self) -> bool:
        return self.durable is self.verdict.state


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of every rule: those that `ran` through the engines, and the groups set `aside` by a false gate.

    `aside` holds each group with the number of its false gate. `facts` are those given, with the classes added; `failure` is
    an error text when durable_rules failed.
    """

    ran: tuple[Judged, ...]
    aside: tuple[tuple[Group, int], ...]
    facts: Facts
    failure: str = ""

    @property
    def rules(self) -> tuple[Judged, ...]:
        """Every rule considered, those set aside last."""
        return (*self.ran, *(judged for group, closed in self.aside for judged in set_aside(group, closed)))


@lru_cache(maxsize=1)
def shared_engine() -> DurableEngine:
    """The one durable engine of this process."""
    return DurableEngine()


def judge(program: Program, facts: Facts, vocabulary: Vocabulary, engine: DurableEngine | None = None) -> Judgement:
    """Run every rule that may concern the site through both engines.

    A class is yes when a rule compared with the published text sets it, undecided when only a doubtful or provisional
    rule does (or the engines disagree), else no.
    """
    durable = shared_engine() if engine is None else engine
    judged: list[Judged] = []
    aside: list[tuple[Group, int]] = []
    failure = ""
    for stratum in program.strata:
        explainer = Explainer(facts, vocabulary)
        encoded: dict[int, int] = {}
        here: list[Judged] = []
        for group in stratum.groups:
            if (closed := explainer.closed(group.gates)) is not None:
                aside.append((group, closed))
                continue
            states: Mapping[str, State] = {}
            try:
                states = durable.evaluate(group.prepared, program.scale, facts, vocabulary, encoded)
            except Exception as error:  # whatever breaks in there must become a review, not an outage
                failure = failure or f"{type(error).__name__}: {error}"
            here.extend(Judged(item, explainer.verdict(item), states.get(item.rule.id)) for item in group.prepared)
        judged.extend(here)
        facts = facts.and_also(_classes(stratum.sets, here))
    return Judgement(tuple(judged), tuple(aside), facts, failure)


def judge_all(
    program: Program,
    local: Iterable[Program],
    facts: Facts,
    vocabulary: Vocabulary,
    engine: DurableEngine | None = None,
) -> Judgement:
    """The program of the day, then those of the units the site may lie in, over the facts with the classes it set."""
    found = judge(program, facts, vocabulary, engine)
    for one in local:
        more = judge(one, found.facts, vocabulary, engine)
        found = Judgement(
            (*found.ran, *more.ran), (*found.aside, *more.aside), more.facts, found.failure or more.failure
        )
    return found


@lru_cache(maxsize=20_000)
def set_aside(group: Group, closed: int) -> tuple[Judged, ...]:
    """The rules of a group whose gate of that number is false: silent, each told by its own, narrower test."""
    return tuple(
        Judged(item, Verdict(State.SILENT, (own,)), State.SILENT)
        for item, own in zip(group.prepared, group.own[closed], strict=True)
    )


def _classes(names: frozenset[str], judged: list[Judged]) -> list[Fact]:
    facts: list[Fact] = []
    for name in sorted(names):
        about = [item for item in judged if item.rule.classifies == name]
        sure = [
            item.rule.id
            for item in about
            if item.agreed and item.verdict.state is State.FIRES and item.rule.level is Level.TEXT
        ]
        maybe = [item.rule.id for item in about if not item.agreed or item.verdict.state is not State.SILENT]
        value = FLAG_YES if sure else Choice(None) if maybe else FLAG_NO
        facts.append(Fact(name, value, Origin(Supplier.CLASSIFICATION, ", ".join(sure or maybe))))
    return facts
