"""The questions that can still change a decision, in the order that settles it fastest, read from the decision itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import inf
from typing import Any, Final

from screening.asking.open_rules import Open, open_of
from screening.asking.ordering import Asked, in_order
from screening.asking.pivots import Hinge, Pivot
from screening.atlas import Atlas, Source
from screening.decision import Decision, Finding, Need, Outcome, Reason
from screening.facts import Choice, Fact, Facts, Interval, Members, Supplier, Value
from screening.places import SYSTEM
from screening.project import Project
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import show_value
from screening.screen import screen
from screening.text import NOTHING, Text

_SYSTEM_FOUND: Final = Text(
    "测绘成果说明、勘测定界报告或者图件的图例。", "the survey report or the legend of the drawing"
)
_SYSTEM_WHY: Final = Text(
    "坐标系不定，位置就不定，其他问题都依位置而定。", "the place hangs on it, and all else on the place"
)


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask for one fact. `known`: what is known of it already. `rules`: the open rules the answer bears on.

    `after`: facts asked before it whose answers may make it needless. `outcome`: an outcome the answer, with others, can lead
    to (None for the coordinate system: any). `proved` is false where the search for such answers was given up; the question may then be needless.
    """

    fact: str
    label: Text
    question: Text
    type: str
    unit: str
    found: Text
    why: Text
    known: Text
    choices: Mapping[str, Text]
    rules: tuple[str, ...]
    after: tuple[str, ...]
    outcome: Outcome | None = None
    proved: bool = True

    def plain(self) -> dict[str, Any]:
        return {
            "fact": self.fact,
            "label": self.label.plain(),
            "question": self.question.plain(),
            "type": self.type,
            "unit": self.unit,
            "found": self.found.plain(),
            "why": self.why.plain(),
            "known": self.known.plain(),
            "choices": {word: label.plain() for word, label in self.choices.items()},
            "rules": list(self.rules),
            "after": list(self.after),
            "outcome": self.outcome.value if self.outcome else None,
            "proved": self.proved,
        }


@dataclass(frozen=True, slots=True)
class Questions:
    """All that can still change a decision.

    `may_become`: the outcomes that answers can lead to, beside the present one. `stays`: what calls for a person whatever
    is answered. `needless`: applicant facts that are open but cannot change the outcome. `map_facts`: what only a better
    map can settle. `perhaps`: facts not looked at since enough questions were found.
    """

    project: str
    outcome: Outcome
    may_become: tuple[Outcome, ...]
    questions: tuple[Question, ...]
    stays: tuple[Text, ...]
    needless: tuple[str, ...]
    map_facts: tuple[str, ...]
    perhaps: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        return {
            "project": self.project,
            "outcome": self.outcome.value,
            "may_become": [outcome.value for outcome in self.may_become],
            "questions": [question.plain() for question in self.questions],
            "perhaps": list(self.perhaps),
            "stays": [text.plain() for text in self.stays],
            "needless": list(self.needless),
            "map_facts": list(self.map_facts),
        }


def questions(
    project: Project,
    rulebook: Rulebook,
    atlas: Atlas,
    as_of: date,
    most: int | None = None,
    source: Source | None = None,
) -> Questions:
    """The questions for an application on a day, or the first `most`. Pure, as `screen` is; raises InputError as it does."""
    return questions_of(screen(project, rulebook, atlas, as_of=as_of, source=source), rulebook, most)


def questions_of(decision: Decision, rulebook: Rulebook, most: int | None = None) -> Questions:
    """The questions for a decision made with this rulebook; only the first `most`, which takes less long.

    Where the place is not certain: first the coordinate system, then the questions of each possible place.
    """
    found: dict[str, Question] = {}
    perhaps: set[str] = set()
    outcomes = {place.outcome for place in decision.places if decision.outcome is not Outcome.REJECT}
    system = [
        _system(need) for need in decision.needs if need.fact == SYSTEM and decision.outcome is not Outcome.REJECT
    ]
    for case in open_cases(decision, rulebook):
        hinge = Hinge(case)
        outcomes |= hinge.outcomes
        for asked in in_order(case, hinge.candidates):
            if most is not None and len(system) + len(found) >= most:
                perhaps.add(asked.answers.term.key)
            elif (pivot := hinge.pivot(asked.answers)) is not None:
                found.setdefault(pivot.fact, _question(asked, pivot, found.keys()))
    waiting = {need.fact for need in decision.needs if need.supplied_by == Supplier.APPLICANT} - {SYSTEM}
    certain = decision.outcome is Outcome.REJECT and not found
    return Questions(
        project=decision.project,
        outcome=decision.outcome,
        may_become=tuple(one for one in Outcome if one in outcomes and one is not decision.outcome),
        questions=(*system, *found.values())[:most],
        stays=() if certain else tuple(one.title for one in decision.findings if _stays(one, rulebook)),
        needless=tuple(sorted(waiting - found.keys() - perhaps)),
        map_facts=() if certain else tuple(need.fact for need in decision.needs if need.supplied_by == Supplier.ATLAS),
        perhaps=tuple(sorted(perhaps - found.keys())),
    )


_RULES: Final = frozenset({Reason.FIRED, Reason.DOUBTFUL, Reason.PROVISIONAL, Reason.JUDGEMENT})
"""Reasons of findings that a rule gives; the others are about the map, the lists and the engines."""


def open_cases(decision: Decision, rulebook: Rulebook) -> Iterator[Open]:
    """What is open at each place the site may be at, where it is not settled there."""
    day = date.fromisoformat(decision.receipt.as_of)
    classifying = [rule for rule in rulebook.in_force(day) if rule.classifies]
    places = [(one.outcome, one.findings, one.facts) for one in decision.places if one.worked_out]
    if decision.outcome is Outcome.REJECT or not decision.places:
        places = [(decision.outcome, decision.findings, decision.receipt.facts)]
    for outcome, findings, stated in places:
        about = [(one, rulebook.find(one.rule, day) if one.reason in _RULES else None) for one in findings]
        stays = any(rule is None and one.outcome is Outcome.REVIEW for one, rule in about)
        terms = rulebook.vocabulary.terms
        facts = Facts.of(Fact(one["fact"], read_plain(terms[one["fact"]], one["value"])) for one in stated)
        rules = [rule for _, rule in about if rule is not None]
        case = open_of(rules, classifying, facts, rulebook.vocabulary, stays)
        if outcome is not Outcome.REJECT or case.unsteady:
            yield case


def _stays(finding: Finding, rulebook: Rulebook) -> bool:
    """Whether a finding calls for a person whatever the applicant answers."""
    if finding.outcome is not Outcome.REVIEW or finding.reason is Reason.AMBIGUOUS_PLACE:
        return False
    return finding.reason is not Reason.DOUBTFUL or rulebook.find(finding.rule) is None


def _system(need: Need) -> Question:
    return Question(
        need.fact, need.label, need.question, Type.CHOICE, "", _SYSTEM_FOUND, _SYSTEM_WHY, NOTHING, {}, need.rules, ()
    )


def _question(asked: Asked, pivot: Pivot, before: Collection[str]) -> Question:
    term, value = asked.answers.term, asked.answers.value
    return Question(
        fact=term.key,
        label=term.label,
        question=term.question,
        type=term.type,
        unit=term.unit,
        found=term.found,
        why=term.why,
        known=NOTHING if value.missing else Text(show_value(term, value, "zh"), show_value(term, value, "en")),
        choices=_choices(term, value),
        rules=asked.rules,
        after=asked.after if all(fact in before for fact in asked.after) else (),
        outcome=pivot.outcome,
        proved=pivot.proved,
    )


def _choices(term: Term, value: Value) -> Mapping[str, Text]:
    """The words that may be answered; not those of the sector table, which is a book of its own."""
    if term.type is Type.SECTOR:
        return {}
    possible = value.possible if isinstance(value, Choice | Members) else None
    return {word: label for word, label in term.choices.items() if possible is None or word in possible}


def read_plain(term: Term, plain: Any) -> Value:
    """A value as the receipt of a decision holds it, exactly."""
    if term.type in (Type.NUMBER, Type.DATE):
        lo, hi = plain if isinstance(plain, list) else (plain, plain)
        return Interval(-inf if lo is None else Fraction(lo), inf if hi is None else Fraction(hi))
    if term.type is Type.SET:
        has = frozenset(plain["has"])
        more = plain.get("may_have", [])
        return Members(has, None if more == "anything" else has | frozenset(more))
    if plain is None:
        return Choice()
    return Choice(frozenset(plain if isinstance(plain, list) else [plain]))
