"""Mutants: a rule with one thing in it changed, as a slip of the pen would change it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final

from screening.facts import NO, YES
from screening.rulebook.cases import step_of
from screening.rulebook.model import AllOf, AnyOf, Condition, Effect, Not, Op, Rule, Test
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Vocabulary


class Kind(StrEnum):
    """What was changed."""

    FACT = "fact"
    COMPARISON = "comparison"
    THRESHOLD = "threshold"
    WORDS = "words"
    STRUCTURE = "structure"
    PROVISO = "proviso"
    PLACE = "place"
    DATE = "date"
    CLASS = "class"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`rule` as written and `changed`, which differs in the one thing that `what` says."""

    rule: Rule
    kind: Kind
    what: str
    changed: Rule


_STRICTER: Final = {
    Op.AT_LEAST: Op.OVER,
    Op.OVER: Op.AT_LEAST,
    Op.AT_MOST: Op.UNDER,
    Op.UNDER: Op.AT_MOST,
}
_ALWAYS: Final = AllOf(())
_PLACES: Final = ("11", "44")

Change = tuple[Kind, str, Condition]


def mutants_of(rule: Rule, vocabulary: Vocabulary, tried: Mapping[str, frozenset[str]]) -> Iterator[Mutant]:
    """Every mutant of a rule.

    Each word written out in the rule is dropped in its turn. Of a named group (or a sector code of fewer than four
    digits) those words are dropped that its cases name, and to every set those are added that its cases name and the
    set does not hold: there must be a case for either, but not for each of a hundred classes. Where the cases name
    none, it is the first word, or the next. `tried` holds the words the rule's cases name, by fact.
    """
    own = _own(rule)
    for kind, what, condition in _changes(own, vocabulary, tried, whole=True):
        yield Mutant(rule, kind, what, replace(rule, when=_placed(condition, rule.jurisdiction)))
    if rule.unless is not None:
        yield Mutant(rule, Kind.PROVISO, "`unless` dropped", replace(rule, unless=None))
        yield Mutant(rule, Kind.PROVISO, "`unless` negated", replace(rule, unless=Not(rule.unless)))
        for kind, what, condition in _changes(rule.unless, vocabulary, tried, whole=False):
            yield Mutant(rule, kind, f"in `unless`: {what}", replace(rule, unless=condition))
    yield from _places(rule, own)
    yield from _dates(rule)
    yield from _outcomes(rule, vocabulary)


def _own(rule: Rule) -> Condition:
    """`when` without the test of the jurisdiction that reading a rule put before it."""
    if rule.jurisdiction == EVERYWHERE or not isinstance(rule.when, AllOf):
        return rule.when
    parts = rule.when.parts[1:]
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _placed(condition: Condition, jurisdiction: str) -> Condition:
    if jurisdiction == EVERYWHERE:
        return condition
    place = Test(JURISDICTIONS, Op.HAS, frozenset({jurisdiction}), jurisdiction)
    return AllOf((place, *(condition.parts if isinstance(condition, AllOf) else (condition,))))


def _places(rule: Rule, own: Condition) -> Iterator[Mutant]:
    if rule.jurisdiction != EVERYWHERE:
        yield Mutant(rule, Kind.PLACE, "law everywhere", replace(rule, jurisdiction=EVERYWHERE, when=own))
    other = next(place for place in _PLACES if not rule.jurisdiction.startswith(place))
    yield Mutant(rule, Kind.PLACE, f"law of {other} only", replace(rule, jurisdiction=other, when=_placed(own, other)))


def _dates(rule: Rule) -> Iterator[Mutant]:
    for name, end in (("start", rule.effective.start), ("until", rule.effective.until)):
        for days, said in ((-1, "a day earlier"), (1, "a day later")):
            if end is not None:
                period = replace(rule.effective, **{name: end + timedelta(days)})
                written = "from" if name == "start" else name
                yield Mutant(rule, Kind.DATE, f"{written} {end} {said}", replace(rule, effective=period))


def _outcomes(rule: Rule, vocabulary: Vocabulary) -> Iterator[Mutant]:
    others = (
        (Effect.REVIEW,)
        if rule.effect is Effect.CLASSIFY
        else tuple(effect for effect in (Effect.REJECT, Effect.REVIEW, Effect.OBLIGATION) if effect is not rule.effect)
    )
    for effect in others:
        changed = replace(rule, effect=effect, classifies="")
        yield Mutant(rule, Kind.OUTCOME, f"{rule.effect} -> {effect}", changed)
    if rule.effect is Effect.CLASSIFY:
        other = next((key for key in sorted(vocabulary) if key.startswith("class.") and key != rule.classifies), None)
        if other is not None:
            yield Mutant(rule, Kind.CLASS, f"{rule.classifies} -> {other}", replace(rule, classifies=other))


def _changes(
    condition: Condition, vocabulary: Vocabulary, tried: Mapping[str, frozenset[str]], *, whole: bool
) -> Iterator[Change]:
    """The condition with one thing in it changed. `whole`: it is all of `when`, so dropping it leaves `always`."""
    if whole and not isinstance(condition, AllOf | AnyOf):
        yield Kind.STRUCTURE, f"dropped: {_shown(condition)}", _ALWAYS
    match condition:
        case Test():
            yield from _of_test(condition, vocabulary, tried)
        case Not():
            yield Kind.STRUCTURE, f"`none` dropped around {_shown(condition.part)}", condition.part
            for kind, what, part in _changes(condition.part, vocabulary, tried, whole=False):
                yield kind, what, Not(part)
        case AllOf() | AnyOf():
            parts = condition.parts
            yield Kind.STRUCTURE, *_swapped(condition)
            for at, one in enumerate(parts):
                before, after = parts[:at], parts[at + 1 :]
                yield Kind.STRUCTURE, f"dropped: {_shown(one)}", type(condition)((*before, *after))
                for kind, what, part in _changes(one, vocabulary, tried, whole=False):
                    yield kind, what, type(condition)((*before, part, *after))


def _swapped(condition: AllOf | AnyOf) -> tuple[str, Condition]:
    shown = ", ".join(_shown(part) for part in condition.parts)
    if isinstance(condition, AllOf):
        return f"all -> any: {shown}", AnyOf(condition.parts)
    return f"any -> all: {shown}", AllOf(condition.parts)


def _of_test(test: Test, vocabulary: Vocabulary, tried: Mapping[str, frozenset[str]]) -> Iterator[Change]:
    if (fact := _beside(test.fact, vocabulary)) is not None:
        yield Kind.FACT, f"{test.fact} -> {fact}", replace(test, fact=fact)
    if isinstance(test.value, Fraction):
        yield from _of_number(test, vocabulary[test.fact].type, test.value)
        return
    opposite = test.op.opposite
    yield Kind.COMPARISON, f"{test.fact}: {test.op} -> {opposite}", replace(test, op=opposite)
    if isinstance(test.value, frozenset) and vocabulary[test.fact].type is not Type.FLAG:
        yield from _of_words(test, test.value, vocabulary, tried.get(test.fact, frozenset()))


def _beside(fact: str, vocabulary: Vocabulary) -> str | None:
    """The fact listed next to this one in its family, that may be asked the same: the slip of the hand in a list."""
    term, family = vocabulary[fact], fact.rpartition(".")[0]
    alike = [
        key
        for key, other in vocabulary.items()
        if (other.type, other.unit, other.supplier, other.choices)
        == (term.type, term.unit, term.supplier, term.choices)
        and key.rpartition(".")[0] == family
    ]
    at = alike.index(fact)
    return None if len(alike) == 1 else alike[at + 1] if at + 1 < len(alike) else alike[at - 1]


def _of_number(test: Test, kind: Type, bound: Fraction) -> Iterator[Change]:
    for op in (_STRICTER[test.op], test.op.opposite):
        yield Kind.COMPARISON, f"{test.fact}: {test.op} -> {op}", replace(test, op=op)
    step = step_of(bound, kind)
    moved = [(bound + step, "a step up"), (bound - step, "a step down")]
    if bound and kind is not Type.DATE:
        moved += [(bound * 2, "doubled"), (bound / 2, "halved")]
    for number, said in moved:
        yield Kind.THRESHOLD, f"{test.fact} {test.op} {test.written}: {said}", replace(test, value=number)


def _of_words(test: Test, value: frozenset[str], vocabulary: Vocabulary, tried: frozenset[str]) -> Iterator[Change]:
    term = vocabulary[test.fact]
    written = {token: _members(token, term, vocabulary) & value for token in test.written.split(", ")}
    for token, members in written.items():
        elsewhere = frozenset[str]().union(*(words for other, words in written.items() if other != token))
        alone = members - elsewhere
        if alone and value - alone:
            yield Kind.WORDS, f"{test.fact} without {token}", replace(test, value=value - alone)
        if len(members) > 1 and alone:
            some = alone & tried if value - (alone & tried) else frozenset[str]()
            some = some or frozenset({min(alone)})
            yield Kind.WORDS, f"{test.fact} without {_few(some)} of {token}", replace(test, value=value - some)
    outside = [word for word in term.choices if word not in value]
    if outside:
        more = tried.intersection(outside) or frozenset({_neighbour(outside, value, term)})
        yield Kind.WORDS, f"{test.fact} with {_few(more)} too", replace(test, value=value | more)


def _members(token: str, term: Term, vocabulary: Vocabulary) -> frozenset[str]:
    group = vocabulary.groups.get(token)
    if group is not None and group.of == term.key:
        return group.members
    if term.type is Type.SECTOR:
        return term.sector_codes(token)
    return frozenset({term.word(token)}) if token not in (YES, NO) else frozenset({token})


def _neighbour(outside: list[str], value: frozenset[str], term: Term) -> str:
    """The word after the last of the set, as the vocabulary lists them."""
    listed = list(term.choices)
    last = max((listed.index(word) for word in value if word in term.choices), default=-1)
    return next((word for word in listed[last + 1 :] if word in outside), outside[-1])


def _few(words: frozenset[str]) -> str:
    return ", ".join(sorted(words)[:4]) + (" ..." if len(words) > 4 else "")


def _shown(condition: Condition) -> str:
    match condition:
        case Test():
            return f"{condition.fact} {condition.op} {condition.written}".strip()
        case Not():
            return f"none({_shown(condition.part)})"
        case AllOf():
            return f"all({', '.join(_shown(part) for part in condition.parts)})"
        case AnyOf():
            return f"any({', '.join(_shown(part) for part in condition.parts)})"
