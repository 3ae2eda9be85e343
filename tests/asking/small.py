"""Small worlds for the properties of asking: a vocabulary of few words, drawn rulebooks, and every answer tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product

from hypothesis import strategies as st

from screening.asking.open_rules import Open, open_of
from screening.decision import Outcome, gravest
from screening.engine.conditions import fires_when
from screening.engine.truth import Truth, truth
from screening.facts import FLAG_NO, FLAG_YES, Choice, Fact, Facts, Interval, Members, Supplier, Value, exactly
from screening.rulebook.model import AllOf, AnyOf, Condition, Effect, Level, Not, Op, Rule, Test, facts_of
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Implication, Vocabulary
from screening.text import Text

from ..engine.drawing import make_rule

NUMBER, CHOICE, SET, FLAG, MAP, BIG = (
    "project.size",
    "project.works",
    "project.products",
    "project.park",
    "site.near",
    "class.big",
)
STATED = (NUMBER, CHOICE, SET, FLAG, MAP)
WORDS = ("a", "b", "c")
MADE = ("none", "a", "b")
BOUND = Fraction(10)
POINTS = (Fraction(9), Fraction(10), Fraction(11))


def _vocabulary() -> Vocabulary:
    def term(key: str, kind: Type, supplier: Supplier, words: Sequence[str] = ()) -> Term:
        return Term(key, kind, "", supplier, Text(key, key), choices={word: Text(word, word) for word in words})

    terms = [
        term(NUMBER, Type.NUMBER, Supplier.APPLICANT),
        term(CHOICE, Type.CHOICE, Supplier.APPLICANT, WORDS),
        term(SET, Type.SET, Supplier.APPLICANT, MADE),
        term(FLAG, Type.FLAG, Supplier.APPLICANT),
        term(MAP, Type.FLAG, Supplier.ATLAS),
        term(BIG, Type.FLAG, Supplier.CLASSIFICATION),
    ]
    return Vocabulary({one.key: one for one in terms}, {}, (Implication(SET, "a", CHOICE, frozenset({"a", "b"})),))


VOCABULARY = _vocabulary()

BIG_YES = Test(BIG, Op.IN, frozenset({"yes"}))
_flags = st.sampled_from([frozenset({"yes"}), frozenset({"no"})])
_tests: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Test, st.just(NUMBER), st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.OVER, Op.UNDER]), st.just(BOUND)),
    st.builds(Test, st.just(CHOICE), st.just(Op.IN), st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=2)),
    st.builds(Test, st.just(SET), st.just(Op.HAS), st.frozensets(st.sampled_from(MADE), min_size=1, max_size=2)),
    st.builds(Test, st.sampled_from([FLAG, MAP]), st.just(Op.IN), _flags),
)


def _larger(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, parts), st.builds(AnyOf, parts), st.builds(Not, inner))


_conditions = st.recursive(_tests, _larger, max_leaves=5)


@st.composite
def books(draw: st.DrawFn) -> list[Rule]:
    """A few rules, some of which ask a class (which never excuses), and up to two that set it."""
    made: list[Rule] = []
    for number in range(draw(st.integers(1, 4))):
        when: Condition = draw(_conditions)
        if draw(st.booleans()):
            when = draw(st.sampled_from([AllOf, AnyOf]))((when, BIG_YES))
        effect = draw(st.sampled_from([Effect.REJECT, Effect.REJECT, Effect.REVIEW, Effect.OBLIGATION]))
        made.append(make_rule(number, when, effect=effect, level=draw(st.sampled_from([Level.TEXT, Level.MEMORY]))))
    for number in range(draw(st.integers(0, 2))):
        level = draw(st.sampled_from([Level.TEXT, Level.MEMORY]))
        made.append(make_rule(90 + number, draw(_conditions), effect=Effect.CLASSIFY, classifies=BIG, level=level))
    return made


knowledge = st.fixed_dictionaries(
    {},
    optional={
        NUMBER: st.sampled_from([Interval(Fraction(9), Fraction(10)), Interval(Fraction(11), Fraction(11))]),
        CHOICE: st.sampled_from([Choice(frozenset({"a", "b"})), Choice(frozenset({"b"}))]),
        SET: st.sampled_from(
            [Members(frozenset({"b"}), None), Members(frozenset(), frozenset({"a"})), exactly("none")]
        ),
        FLAG: st.just(FLAG_NO),
        MAP: st.sampled_from([FLAG_YES, FLAG_NO]),
    },
)


def whole(values: Mapping[str, Value]) -> dict[str, Value]:
    """What is known of every fact, today."""
    return {**{key: VOCABULARY[key].missing for key in STATED}, **values}


def outcome_of(rules: Sequence[Rule], values: Mapping[str, Value], stays: bool = False) -> Outcome:
    """The decision by the plain reading of docs/rules.md."""
    facts = {**values, BIG: _class(rules, values)}
    outcomes = [Outcome.REVIEW] if stays else []
    for rule in rules:
        if rule.effect in (Effect.REJECT, Effect.REVIEW):
            found = truth(fires_when(rule), VOCABULARY, facts)
            decides = rule.effect is Effect.REJECT and rule.level is Level.TEXT and found is Truth.TRUE
            if found is not Truth.FALSE:
                outcomes.append(Outcome.REJECT if decides else Outcome.REVIEW)
    return gravest(outcomes)


def _class(rules: Sequence[Rule], values: Mapping[str, Value]) -> Value:
    said = [(rule, truth(fires_when(rule), VOCABULARY, dict(values))) for rule in rules if rule.classifies]
    if any(found is Truth.TRUE and rule.level is Level.TEXT for rule, found in said):
        return FLAG_YES
    return Choice() if any(found is not Truth.FALSE for _, found in said) else FLAG_NO


def open_case(rules: Sequence[Rule], values: Mapping[str, Value], stays: bool = False) -> Open:
    """What asking is given: the rules that are not silent, and the facts with the class."""
    facts = {**values, BIG: _class(rules, whole(values))}
    loud = [
        rule
        for rule in rules
        if not rule.classifies and truth(fires_when(rule), VOCABULARY, {**whole(values), **facts}) is not Truth.FALSE
    ]
    setting = [rule for rule in rules if rule.classifies]
    return open_of(loud, setting, Facts.of(Fact(key, value) for key, value in facts.items()), VOCABULARY, stays)


def pivots_by_trial(rules: Sequence[Rule], values: Mapping[str, Value], stays: bool) -> set[str]:
    """Facts with an answer that changes the outcome, for some answers to the others (given, narrowed or still open)."""
    options = [list(_narrowings(key, whole(values)[key])) for key in STATED]
    asked = [key for key in STATED if any(key in facts_of(fires_when(rule)) for rule in rules)]
    found: dict[tuple[int, ...], Outcome] = {}
    for at in product(
        *(range(len(states)) if key in asked else (0,) for key, states in zip(STATED, options, strict=True))
    ):
        world = {key: options[n][i] for n, (key, i) in enumerate(zip(STATED, at, strict=True))}
        if not _contradicts(world):
            found[at] = outcome_of(rules, world, stays)
    return {
        STATED[n]
        for at, outcome in found.items()
        for n in range(len(STATED))
        if at[n] and found[(*at[:n], 0, *at[n + 1 :])] is not outcome
    }


def _narrowings(key: str, value: Value) -> Iterator[Value]:
    """A fact as it is known, then every answer an application may state of it, ranges among them."""
    yield value
    if value.known or key == MAP:
        return
    match value:
        case Interval():
            ends = [point for point in POINTS if value.lo <= point <= value.hi]
            yield from (Interval(one, other) for one in ends for other in ends if one <= other)
        case Choice():
            listed = [
                w for w in (("yes", "no") if key == FLAG else WORDS) if value.possible is None or w in value.possible
            ]
            yield from (Choice(frozenset(some)) for n in range(1, len(listed) + 1) for some in combinations(listed, n))
        case Members():
            free = [w for w in MADE if w not in value.certain and (value.possible is None or w in value.possible)]
            for marks in product((0, 1, 2), repeat=len(free)):
                certain = value.certain.union(word for word, mark in zip(free, marks, strict=True) if mark == 2)
                possible = certain.union(word for word, mark in zip(free, marks, strict=True) if mark)
                alone = "none" in certain and len(certain) > 1
                if possible and not alone:
                    yield Members(certain, possible)


def _contradicts(values: Mapping[str, Value]) -> bool:
    """What the vocabulary refuses: who makes `a` does works `a` or `b`."""
    chosen, made = values[CHOICE], values[SET]
    assert isinstance(chosen, Choice)
    assert isinstance(made, Members)
    return "a" in made.certain and chosen.possible is not None and chosen.possible.isdisjoint({"a", "b"})
