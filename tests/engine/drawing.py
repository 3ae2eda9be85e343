"""Drawing small vocabularies, conditions and facts, for the properties of the engine."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise, product
from math import inf

from hypothesis import strategies as st

from screening.facts import Choice, Fact, Facts, Interval, Members, Supplier, Value
from screening.rulebook.model import AllOf, AnyOf, Condition, Effect, Level, Not, Op, Period, Rule, Test
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

WORDS = ("新建", "a'b", '"q"', "😀")
NUMBERS = ("project.size", "project.depth")
CHOICES = ("project.works", "project.kind")
SETS = ("project.products",)
THRESHOLDS = (Fraction(-3), Fraction(0), Fraction(1, 3), Fraction(10**18) + Fraction(1, 10**9))
DAY = date(2026, 11, 22)


def small_vocabulary() -> Vocabulary:
    terms: dict[str, Term] = {}
    for key in NUMBERS:
        terms[key] = Term(key, Type.NUMBER, "m", Supplier.APPLICANT, Text(key, key))
    for key in CHOICES:
        terms[key] = Term(
            key, Type.CHOICE, "", Supplier.APPLICANT, Text(key, key), choices={w: Text(w, w) for w in WORDS}
        )
    for key in SETS:
        terms[key] = Term(key, Type.SET, "", Supplier.APPLICANT, Text(key, key), choices={w: Text(w, w) for w in WORDS})
    for key in ("class.big", "class.odd"):
        terms[key] = Term(key, Type.FLAG, "", Supplier.CLASSIFICATION, Text(key, key))
    return Vocabulary(terms)


VOCABULARY = small_vocabulary()

numbers = st.one_of(
    st.sampled_from(THRESHOLDS),
    st.fractions(min_value=-5, max_value=5),
    st.integers(-(10**30), 10**30).map(Fraction),
    st.sampled_from([Fraction(1, 10**30), -Fraction(1, 10**30)]),
)
words = st.sampled_from(WORDS)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    shape = draw(st.sampled_from(["known", "between", "below", "above", "missing"]))
    one, other = sorted((draw(numbers), draw(numbers)))
    return {
        "known": Interval(one, one),
        "between": Interval(one, other),
        "below": Interval(-inf, one),
        "above": Interval(one, inf),
        "missing": Interval(),
    }[shape]


choices = st.one_of(st.just(Choice()), st.frozensets(words, min_size=1).map(Choice))


@st.composite
def members(draw: st.DrawFn) -> Members:
    certain = draw(st.frozensets(words))
    more = draw(st.one_of(st.none(), st.frozensets(words)))
    return Members(certain, None if more is None else certain | more)


@st.composite
def drawn_facts(draw: st.DrawFn) -> Facts:
    values: dict[str, Value] = {key: draw(intervals()) for key in NUMBERS}
    values |= {key: draw(choices) for key in CHOICES}
    values |= {key: draw(members()) for key in SETS}
    left_out = draw(st.frozensets(st.sampled_from(sorted(values))))
    return Facts.of(Fact(key, value) for key, value in values.items() if key not in left_out)


def single_tests(with_missing: bool = True) -> st.SearchStrategy[Condition]:
    bounds = st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.OVER, Op.UNDER])
    kinds: list[st.SearchStrategy[Condition]] = [
        st.builds(Test, st.sampled_from(NUMBERS), bounds, st.sampled_from(THRESHOLDS)),
        st.builds(Test, st.sampled_from(CHOICES), st.just(Op.IN), st.frozensets(words, min_size=1)),
        st.builds(Test, st.sampled_from(SETS), st.just(Op.HAS), st.frozensets(words, min_size=1, max_size=2)),
    ]
    if with_missing:
        kinds.append(st.builds(Test, st.sampled_from(NUMBERS + CHOICES + SETS), st.just(Op.MISSING), st.none()))
    return st.one_of(kinds)


def conditions(with_missing: bool = True, with_not: bool = True) -> st.SearchStrategy[Condition]:
    def larger(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
        kinds = [st.builds(AllOf, parts), st.builds(AnyOf, parts)]
        if with_not:
            kinds.append(st.builds(Not, inner))
        return st.one_of(kinds)

    return st.recursive(single_tests(with_missing), larger, max_leaves=7)


def make_rule(
    number: int,
    when: Condition,
    unless: Condition | None = None,
    effect: Effect = Effect.REJECT,
    classifies: str = "",
    level: Level = Level.TEXT,
) -> Rule:
    words = Text(f"规则{number}", f"rule {number}")
    return Rule(
        id=f"rule-{number}",
        title=words,
        jurisdiction="CN",
        effective=Period(date(2020, 1, 1)),
        basis=(),
        when=when,
        unless=unless,
        effect=effect,
        classifies=classifies,
        message=words,
        remedy=Text("", ""),
        question=Text("", ""),
        level=level,
        checked_on=None,
        readings=(),
        not_encoded=(),
        path="drawn",
        line=number,
        digest=f"{number}:{when!r}:{unless!r}:{effect}:{classifies}:{level}",
    )


def book(rules: list[Rule]) -> Rulebook:
    return Rulebook(tuple(sorted(rules, key=lambda rule: rule.id)), VOCABULARY, {})


def worlds(facts: Facts, condition_numbers: tuple[Fraction, ...] = THRESHOLDS) -> list[dict[str, Value]]:
    """Every way the unknowns may turn out, up to what any test can tell apart."""
    options: list[list[tuple[str, Value]]] = []
    for key in NUMBERS:
        value = VOCABULARY.value(facts, key)
        assert isinstance(value, Interval)
        points = {value.lo, value.hi, *condition_numbers} - {inf, -inf}
        ordered = sorted(points)
        between = [(a + b) / 2 for a, b in pairwise(ordered)]
        tries = [*ordered, *between, ordered[0] - 1, ordered[-1] + 1]
        options.append([(key, Interval(x, x)) for x in tries if value.lo <= x <= value.hi])
    for key in CHOICES:
        value = VOCABULARY.value(facts, key)
        assert isinstance(value, Choice)
        options.append([(key, Choice(frozenset({word}))) for word in (value.possible or WORDS)])
    for key in SETS:
        value = VOCABULARY.value(facts, key)
        assert isinstance(value, Members)
        free = sorted((frozenset(WORDS) if value.possible is None else value.possible) - value.certain)
        sets = [
            frozenset(w for w, take in zip(free, picks, strict=True) if take)
            for picks in product((0, 1), repeat=len(free))
        ]
        options.append([(key, Members(value.certain | more, value.certain | more)) for more in sets])
    return [dict(world) for world in product(*options)]
