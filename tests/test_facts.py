"""Facts: less knowledge is a wider value, missing is the widest, and wider is a partial order."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.facts import (
    FLAG_MAYBE,
    FLAG_NO,
    FLAG_YES,
    Choice,
    Fact,
    Facts,
    Interval,
    Members,
    Origin,
    Supplier,
    Value,
    exactly,
    flag,
)

WORDS = frozenset("abc")
SUBSETS = [
    frozenset(word for word, take in zip("abc", taken, strict=True) if take) for taken in product((0, 1), repeat=3)
]

ends = st.one_of(st.sampled_from([-inf, inf, Fraction(0), Fraction(1, 3)]), st.fractions(-2, 2))
intervals = st.tuples(ends, ends).map(sorted).map(lambda pair: Interval(*pair))
choices = st.one_of(st.just(Choice()), st.frozensets(st.sampled_from("abc"), min_size=1).map(Choice))
members = st.one_of(
    st.frozensets(st.sampled_from("abc")).map(Members),
    st.tuples(st.sampled_from(SUBSETS), st.sampled_from(SUBSETS)).map(lambda pair: Members(pair[0], pair[0] | pair[1])),
)
triples = st.sampled_from([intervals, choices, members]).flatmap(lambda kind: st.tuples(kind, kind, kind))


def wider(one: Value, other: Value) -> bool:
    return one.widens(other)  # type: ignore[arg-type]


@given(triples)
def test_wider_is_a_partial_order(triple: tuple[Value, Value, Value]) -> None:
    one, other, third = triple
    assert wider(one, one)
    if wider(one, other) and wider(other, one):
        assert one == other
    if wider(one, other) and wider(other, third):
        assert wider(one, third)


@given(triples)
def test_missing_is_wider_than_everything_and_nothing_but_missing_is(triple: tuple[Value, Value, Value]) -> None:
    for value in triple:
        assert type(value)().widens(value)  # type: ignore[arg-type]
        assert wider(value, type(value)()) is value.missing


@given(triples)
def test_only_itself_is_narrower_than_a_known_value(triple: tuple[Value, Value, Value]) -> None:
    one, other, _ = triple
    if one.known and wider(one, other):
        assert one == other


@given(members, members)
def test_a_set_is_wider_exactly_when_it_allows_every_set_the_other_allows(one: Members, other: Members) -> None:
    def allowed(value: Members) -> set[frozenset[str]]:
        # One word more than any set names stands for all the words nobody named.
        whole = [found | more for found in SUBSETS for more in (frozenset(), frozenset("z"))]
        return {
            found for found in whole if value.certain <= found and (value.possible is None or found <= value.possible)
        }

    assert one.widens(other) is (allowed(one) >= allowed(other))


@given(intervals, intervals, st.fractions(-3, 3))
def test_a_wider_interval_holds_every_number_of_the_narrower(one: Interval, other: Interval, number: Fraction) -> None:
    if one.widens(other) and other.lo <= number <= other.hi:
        assert one.lo <= number <= one.hi


@pytest.mark.parametrize(("lo", "hi"), [(Fraction(2), Fraction(1)), (inf, -inf), (nan, nan), (Fraction(0), nan)])
def test_an_interval_from_high_to_low_cannot_be_made(lo: float, hi: float) -> None:
    with pytest.raises(ValueError, match="from low to high"):
        Interval(lo, hi)


def test_a_choice_without_any_possibility_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no possibility left"):
        Choice(frozenset())


def test_a_set_cannot_hold_for_certain_what_is_impossible() -> None:
    with pytest.raises(ValueError, match="cannot possibly have"):
        Members(frozenset("a"), frozenset("b"))


@pytest.mark.parametrize(
    ("value", "known", "missing"),
    [
        (Interval(Fraction(1), Fraction(1)), True, False),
        (Interval(Fraction(1), Fraction(2)), False, False),
        (Interval(Fraction(1)), False, False),
        (Interval(), False, True),
        (Choice(frozenset("a")), True, False),
        (Choice(frozenset("ab")), False, False),
        (Choice(), False, True),
        (exactly(), True, False),
        (exactly("a"), True, False),
        (Members(frozenset("a")), False, False),
        (Members(frozenset(), frozenset("a")), False, False),
        (Members(), False, True),
    ],
)
def test_a_value_is_known_bounded_or_missing(value: Value, known: bool, missing: bool) -> None:
    assert (value.known, value.missing) == (known, missing)


@pytest.mark.parametrize(
    ("certain", "possible", "value"),
    [(True, True, FLAG_YES), (False, True, FLAG_MAYBE), (False, False, FLAG_NO), (True, False, FLAG_YES)],
)
def test_a_flag_is_yes_undecided_or_no(certain: bool, possible: bool, value: Choice) -> None:
    assert flag(certain, possible) == value


def test_the_empty_set_is_knowledge_and_no_fact_is_none() -> None:
    facts = Facts.of([Fact("project.fuels", exactly())])
    assert facts.value("project.fuels") == exactly()
    assert facts.value("project.works") is None


def test_of_two_facts_with_one_key_the_later_stands() -> None:
    first, later = Fact("project.in_park", FLAG_NO), Fact("project.in_park", FLAG_YES, Origin(Supplier.ATLAS, "parks"))
    assert Facts.of([first, later])["project.in_park"] is later
    assert Facts.of([first]).and_also([later])["project.in_park"] is later


def test_adding_and_leaving_out_make_new_facts() -> None:
    facts = Facts.of([Fact("project.a", FLAG_YES), Fact("project.b", FLAG_NO)])
    assert sorted(facts.without("project.a", "project.absent")) == ["project.b"]
    assert sorted(facts.and_also([Fact("project.c", FLAG_NO)])) == ["project.a", "project.b", "project.c"]
    assert sorted(facts) == ["project.a", "project.b"]
