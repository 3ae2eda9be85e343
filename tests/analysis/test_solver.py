"""The solver and plain enumeration say the same, and the engine has the last word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise, product
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screening.analysis import AnalysisError, Example, find_faults
from screening.analysis.domains import Domains
from screening.analysis.example import Bench
from screening.analysis.solver import Solver
from screening.engine.truth import Truth, truth
from screening.engine.verdicts import State
from screening.facts import YES, Choice, Interval, Members, Value
from screening.rulebook.model import AllOf, Condition, Effect, Op, Test, facts_of
from screening.rulebook.reader import Rulebook
from tests.analysis.finding import book as small_book
from tests.engine.drawing import CHOICES, DAY, NUMBERS, SETS, THRESHOLDS, VOCABULARY, WORDS, book, conditions, make_rule


def every_project(condition: Condition) -> Iterator[dict[str, Value]]:
    """Every way the facts of a condition may be known or missing, up to what its tests can tell apart."""
    between = [(one + other) / 2 for one, other in pairwise(THRESHOLDS)]
    points = [*THRESHOLDS, *between, THRESHOLDS[0] - 1, THRESHOLDS[-1] + 1]
    options: list[list[tuple[str, Value | None]]] = []
    for fact in sorted(facts_of(condition)):
        known: list[Value] = []
        if fact in NUMBERS:
            known = [Interval(point, point) for point in points]
        elif fact in CHOICES:
            known = [Choice(frozenset({word})) for word in WORDS]
        elif fact in SETS:  # an applicant who lists nothing has not answered
            picks = product((False, True), repeat=len(WORDS))
            sets = [frozenset(word for word, take in zip(WORDS, pick, strict=True) if take) for pick in picks]
            known = [Members(chosen, chosen) for chosen in sets if chosen]
        options.append([(fact, None), *((fact, value) for value in known)])
    for combination in product(*options):
        yield {fact: value for fact, value in combination if value is not None}


@settings(max_examples=120)
@given(conditions())
def test_the_solver_finds_a_project_exactly_when_there_is_one(condition: Condition) -> None:
    rulebook = book([make_rule(1, condition)])
    solver = Solver(rulebook, Domains.of(rulebook))
    truths = {truth(condition, VOCABULARY, project) for project in every_project(condition)}
    certain = solver.example(solver.holds(condition, DAY))
    assert (certain is not None) == (Truth.TRUE in truths)
    assert certain is None or truth(condition, VOCABULARY, dict(certain)) is Truth.TRUE
    never = solver.example(solver.denied(solver.may(condition, DAY)))
    assert (never is not None) == (Truth.FALSE in truths)
    assert never is None or truth(condition, VOCABULARY, dict(never)) is Truth.FALSE


@settings(max_examples=60)
@given(conditions(with_missing=False), conditions(with_missing=False))
def test_the_solver_tells_whether_one_condition_implies_another_exactly(one: Condition, other: Condition) -> None:
    if len(facts_of(one) | facts_of(other)) > 3:
        return
    rulebook = book([make_rule(1, one), make_rule(2, other)])
    solver = Solver(rulebook, Domains.of(rulebook))
    projects = every_project(AllOf((one, other)))
    apart = any(
        truth(one, VOCABULARY, project) is Truth.TRUE and truth(other, VOCABULARY, project) is not Truth.TRUE
        for project in projects
    )
    found = solver.example(solver.holds(one, DAY), solver.denied(solver.holds(other, DAY)))
    assert (found is not None) == apart


@st.composite
def drawn_books(draw: st.DrawFn) -> Rulebook:
    """Three rules that reject, review or oblige, with provisos, and perhaps one that sets a class others ask."""
    effects = [draw(st.sampled_from([Effect.REJECT, Effect.REVIEW, Effect.OBLIGATION])) for _ in range(3)]
    asks = Test("class.big", Op.IN, frozenset({YES}))
    rules = [
        make_rule(
            number,
            AllOf((asks, draw(conditions()))) if draw(st.booleans()) else draw(conditions()),
            draw(st.one_of(st.none(), conditions(with_missing=False))),
            effect,
        )
        for number, effect in enumerate(effects)
    ]
    if draw(st.booleans()):
        rules.append(make_rule(9, draw(conditions(with_missing=False)), effect=Effect.CLASSIFY, classifies="class.big"))
    return book(rules)


@settings(max_examples=60)
@given(drawn_books())
def test_no_rulebook_makes_the_analysis_contradict_the_engine(rulebook: Rulebook) -> None:
    for fault in find_faults(rulebook):
        assert fault.about and fault.what
        for example in fault.examples:
            assert example.text(rulebook)


def test_an_example_the_engine_denies_is_an_error_of_the_analysis(tmp_path: Path) -> None:
    rulebook = small_book(tmp_path, {"when": "{project.works: new_build}"})
    bench, (rule,) = Bench(rulebook), rulebook.rules
    example = Example(date(2026, 1, 1), {"project.works": Choice(frozenset({"expansion"}))})
    with pytest.raises(AnalysisError) as caught:
        bench.confirm("r1-rule", example, lambda one: bench.state(rule, one) is State.FIRES)
    assert "the engine does not confirm {as_of: 2026-01-01, project.works: expansion}" in str(caught.value)


def test_an_example_is_told_in_as_few_facts_as_show_it(tmp_path: Path) -> None:
    rulebook = small_book(tmp_path, {"when": "{project.works: new_build, project.fuels: {has: coal}}"})
    bench, (rule,) = Bench(rulebook), rulebook.rules
    values: dict[str, Value] = {
        "project.works": Choice(frozenset({"new_build"})),
        "project.in_park": Choice(frozenset({"yes"})),
        "project.fuels": Members(frozenset({"coal", "gas"}), frozenset({"coal", "gas"})),
    }
    found = bench.confirm("r1", Example(date(2026, 1, 1), values), lambda one: bench.state(rule, one) is State.FIRES)
    assert found.text(rulebook) == "{as_of: 2026-01-01, project.fuels: [coal], project.works: new_build}"


@pytest.mark.parametrize(
    ("number", "plain"),
    [("7.123", "6"), ("5", "5"), ("0.3", "1"), ("99", "10"), ("9.7", "10"), ("9.52", "9.51"), ("9.55", "9.55")],
)
def test_a_figure_is_told_in_the_fewest_digits_that_decide_alike(tmp_path: Path, number: str, plain: str) -> None:
    whens = ("{project.ratio: {over: 5}}", "{project.ratio: {over: 9.5}}", "{project.ratio: {over: 9.55}}")
    domains = Domains.of(small_book(tmp_path, *({"when": when} for when in whens)))
    assert domains.plainest("project.ratio", Fraction(number)) == Fraction(plain)


def test_the_points_of_a_figure_meet_every_threshold_and_every_space_between(tmp_path: Path) -> None:
    rulebook = small_book(tmp_path, {"when": "{project.change: {over: -2 t/a, under: 3 t/a}}"})
    domains = Domains.of(rulebook)
    steps = domains.thresholds["project.change"]
    points = domains.points("project.change")
    assert set(steps) <= set(points)
    for low, high in pairwise((-inf, *steps, inf)):
        assert any(low < point < high for point in points)
    assert min(domains.points("project.ratio")) == 0
