"""The co-control sheet (减污降碳) of a two-high project: what each measure asks, what meets it, what is missing.

A requirement is *met* when its rule is silent only because of the figures stated: were these unknown, it would not be
silent. So nothing counts as met that no figure shows, and nothing is listed that does not concern the project.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from screening.engine.explain import Explainer
from screening.engine.judge import Judged, Judgement
from screening.engine.program import Group
from screening.engine.verdicts import State
from screening.facts import NO, YES, Choice, Facts
from screening.findings import grounds_of, words_of
from screening.rulebook.measures import MEDIUM_WORDS, Measure, Medium
from screening.rulebook.model import Effect, Test, facts_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import JURISDICTIONS
from screening.rulebook.values import show_value
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

TWO_HIGH: Final = "class.two_high"
MOST_BECAUSE: Final = 3


class Standing(StrEnum):
    """How a requirement or a measure stands, the gravest first."""

    NOT_MET = "not_met"
    """A figure stated does not meet it."""
    JUDGE = "judge"
    """An officer must say whether it is met."""
    OPEN = "open"
    """A fact is missing."""
    DUE = "due"
    """Something the project must do."""
    MET = "met"
    """The figures stated meet it."""
    NOT_ASKED = "not_asked"
    """No rule in force asks it of this project."""


STANDING_WORDS: Final = {
    Standing.NOT_MET: Text("未达到", "not met"),
    Standing.JUDGE: Text("须判断", "to be judged"),
    Standing.OPEN: Text("资料不全", "open"),
    Standing.DUE: Text("应落实", "to be done"),
    Standing.MET: Text("已达到", "met"),
    Standing.NOT_ASKED: Text("规则未要求", "not asked"),
}


_ORDER: Final = [standing.value for standing in Standing]


def co_control(judgement: Judgement, rulebook: Rulebook) -> dict[str, Any] | None:
    """The sheet as plain JSON data; None for a project that is certainly not two-high (or that no rule can make so).

    `state`: whether the project is two-high, yes or maybe. `measures`: every measure of the vocabulary with its
    requirements. `media`: for each medium, the measures that serve it and how they stand.
    """
    value = judgement.facts.value(TWO_HIGH)
    if not isinstance(value, Choice) or value.possible == frozenset({NO}):
        return None
    about: dict[str, list[Judged]] = {}
    for item in judgement.ran:
        about.setdefault(item.rule.measure, []).append(item)
    aside: dict[str, list[Test]] = {}
    for group, closed in judgement.aside:
        for name, tests in _by_measure(group, closed):
            aside.setdefault(name, []).extend(tests)
    measures = [
        _measure(one, about.get(one.id, []), aside.get(one.id, []), judgement.facts, rulebook)
        for one in rulebook.vocabulary.measures.values()
    ]
    return {
        "state": "yes" if value.possible == frozenset({YES}) else "maybe",
        "measures": measures,
        "media": [_medium(medium, measures) for medium in Medium],
    }


def _medium(medium: Medium, measures: list[dict[str, Any]]) -> dict[str, Any]:
    serving = [one for one in measures if medium.value in one["media"]]
    return {
        "medium": medium.value,
        "label": MEDIUM_WORDS[medium].plain(),
        "state": _gravest(one["state"] for one in serving),
        "measures": [one["measure"] for one in serving if one["state"] != Standing.NOT_ASKED.value],
    }


def _gravest(states: Iterable[str]) -> str:
    return min(states, key=_ORDER.index, default=Standing.NOT_ASKED.value)


@lru_cache(maxsize=20_000)
def _by_measure(group: Group, closed: int) -> tuple[tuple[str, tuple[Test, ...]], ...]:
    """The tests that silence the rules of a group when its gate of that number is false, each once, by measure."""
    found: dict[str, dict[int, Test]] = {}
    for item, own in zip(group.prepared, group.own[closed], strict=True):
        if item.rule.measure:
            found.setdefault(item.rule.measure, {})[id(own)] = own
    return tuple((name, tuple(tests.values())) for name, tests in found.items())


def _measure(
    measure: Measure, about: list[Judged], aside: list[Test], facts: Facts, rulebook: Rulebook
) -> dict[str, Any]:
    unknown = Explainer(facts.without(*measure.figures), rulebook.vocabulary)
    requirements = [
        _requirement(item, standing, measure, facts, rulebook)
        for item in about
        if (standing := _standing(item, unknown)) is not Standing.NOT_ASKED
    ]
    requirements.sort(key=lambda one: (_ORDER.index(one["state"]), one["rule"]))
    found: dict[str, Any] = {
        "measure": measure.id,
        "label": measure.label.plain(),
        "media": [medium.value for medium in measure.media],
        "state": _gravest(one["state"] for one in requirements),
        "requirements": requirements,
    }
    if not requirements:
        tests = [*(item.verdict.because[0] for item in about), *aside]
        found["because"] = [text.plain() for text in _why_not(tests, rulebook.vocabulary)]
    return found


def _standing(item: Judged, unknown: Explainer) -> Standing:
    state = item.verdict.state if item.agreed else State.DOUBTFUL
    if state is State.DOUBTFUL:
        return Standing.OPEN
    effect = item.rule.effect
    if state is State.SILENT:
        # A duty that does not arise is not met, it is not there.
        turns = effect is not Effect.OBLIGATION and unknown.verdict(item.prepared).state is not State.SILENT
        return Standing.MET if turns else Standing.NOT_ASKED
    return (
        Standing.DUE if effect is Effect.OBLIGATION else Standing.JUDGE if effect is Effect.REVIEW else Standing.NOT_MET
    )


def _requirement(
    item: Judged, standing: Standing, measure: Measure, facts: Facts, rulebook: Rulebook
) -> dict[str, Any]:
    rule, vocabulary = item.rule, rulebook.vocabulary
    asked = facts_of(rule.when) | facts_of(rule.unless)
    # What a duty hangs on does not show that it is done.
    shows = frozenset[str]() if standing is Standing.DUE else asked & measure.figures
    stated = [key for key in sorted(shows) if key in facts]
    missing = [key for key in item.verdict.needs if key not in facts or not facts[key].value.known]
    return {
        "rule": rule.id,
        "state": standing.value,
        "title": rule.title.plain(),
        "figures": [_figure(key, facts, vocabulary) for key in stated],
        "missing": missing,
        "checked": rule.level.value,
        # What fires or is doubtful is a finding of the decision, with its grounds and words.
        **({"grounds": [one.plain() for one in grounds_of(rule, rulebook)]} if standing is Standing.MET else {}),
    }


def _figure(key: str, facts: Facts, vocabulary: Vocabulary) -> dict[str, Any]:
    term, value = vocabulary[key], vocabulary.value(facts, key)
    shown = Text(show_value(term, value, "zh"), show_value(term, value, "en"))
    return {"fact": key, "label": term.label.plain(), "value": shown.plain()}


def _why_not(tests: Iterable[Test], vocabulary: Vocabulary) -> list[Text]:
    """Why no rule of a measure asks anything: the first few tests that do not hold, those on the place last."""
    unlike = {id(test): test for test in tests}.values()
    ordered = sorted(unlike, key=lambda test: test.fact == JURISDICTIONS)
    return [words_of(test, vocabulary, denied=True) for test in ordered[:MOST_BECAUSE]]
