"""Drawing the facts of whole projects over the real vocabulary, near what some rule asks so that rules are reached."""

from __future__ import annotations

from fractions import Fraction
from math import inf

from hypothesis import strategies as st

from screening.engine.program import Prepared, Program
from screening.facts import Choice, Fact, Facts, Interval, Members, Value
from screening.rulebook.model import Test, tests_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type
from screening.rulebook.vocabulary import Vocabulary

ODD_WORDS = ("新建", "😀", "it's", '"', "\\", "无", "ZH42990199999")


def numbers_near(bound: Fraction) -> st.SearchStrategy[Fraction]:
    step = Fraction(1, 10**9)
    return st.one_of(
        st.sampled_from([bound, bound - step, bound + step, bound * 2, bound / 2, -bound]),
        st.sampled_from([Fraction(0), Fraction(10) ** 30, Fraction(1, 10**30), Fraction(-(10**30))]),
        st.integers(-(10**6), 10**6).map(Fraction),
    )


@st.composite
def intervals(draw: st.DrawFn, bound: Fraction) -> Interval:
    one, other = sorted((draw(numbers_near(bound)), draw(numbers_near(bound))))
    return draw(
        st.sampled_from(
            [Interval(one, one), Interval(one, one), Interval(one, other), Interval(-inf, one), Interval(one, inf)]
        )
    )


def values_for(term: Term, test: Test | None) -> st.SearchStrategy[Value]:
    """Values that meet, miss or only touch a test of the fact."""
    if term.type in (Type.NUMBER, Type.DATE):
        return intervals(test.value if test is not None and isinstance(test.value, Fraction) else Fraction(1))
    if term.type is Type.SET:
        asked = sorted(test.value) if test is not None and isinstance(test.value, frozenset) else []
        words = st.sampled_from(
            [*asked, *list(term.choices)[:8], *([] if term.choices else ODD_WORDS)] or list(ODD_WORDS)
        )
        known = st.frozensets(words, max_size=3).map(lambda found: Members(found, found))
        meets = st.sampled_from(asked or [""]).map(lambda word: Members(frozenset({word}), frozenset({word})))
        open_ended = st.frozensets(words, max_size=2).map(lambda found: Members(found, None))
        return st.one_of(meets, known, open_ended) if asked else st.one_of(known, open_ended)
    words_of = sorted(term.choices) or ["yes", "no"]
    inside = sorted(test.value) if test is not None and isinstance(test.value, frozenset) else words_of
    one = st.one_of(st.sampled_from(inside), st.sampled_from(words_of)).map(lambda word: Choice(frozenset({word})))
    several = st.frozensets(st.sampled_from(words_of), min_size=1, max_size=4).map(Choice)
    return st.one_of(one, one, one, several)


def all_prepared(program: Program) -> list[Prepared]:
    return [item for stratum in program.strata for group in stratum.groups for item in group.prepared]


@st.composite
def projects(draw: st.DrawFn, rulebook: Rulebook, program: Program, rules: int = 2) -> Facts:
    """Facts near what one or two rules ask, plus a few others."""
    vocabulary: Vocabulary = rulebook.vocabulary
    prepared = all_prepared(program)
    facts: dict[str, Value] = {}
    for _ in range(draw(st.integers(1, rules))):
        item = draw(st.sampled_from(prepared))
        for test in tests_of(item.condition):
            if not test.fact.startswith("class.") and test.fact not in facts and draw(st.integers(0, 9)) > 0:
                facts[test.fact] = draw(values_for(vocabulary[test.fact], test))
    others = sorted(key for key in vocabulary if not key.startswith("class."))
    for key in draw(st.lists(st.sampled_from(others), max_size=4, unique=True)):
        facts.setdefault(key, draw(values_for(vocabulary[key], None)))
    return Facts.of(Fact(key, value) for key, value in facts.items() if not value.missing)


def widened(value: Value) -> st.SearchStrategy[Value]:
    """Values that allow all `value` allows, and more."""
    match value:
        case Interval(lo, hi):
            low = st.sampled_from([lo, lo if isinstance(lo, float) else lo - Fraction(1, 10**9), -inf])
            high = st.sampled_from([hi, hi if isinstance(hi, float) else hi + 1, inf])
            return st.builds(Interval, low, high)
        case Choice(possible):
            if possible is None:
                return st.just(value)
            return st.one_of(
                st.just(Choice()),
                st.frozensets(st.sampled_from(["yes", "no", *ODD_WORDS])).map(lambda more: Choice(possible | more)),
            )
        case Members(certain, possible):
            fewer = st.frozensets(st.sampled_from(sorted(certain))) if certain else st.just(frozenset())
            more = st.just(None) if possible is None else st.sampled_from([None, possible, possible | {"更多"}])
            return st.builds(Members, fewer, more)
