"""Budgets: how many at once, how many later, how long to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.access import Budget, Budgets


class Seconds:
    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("text", "budget"),
    [("600/minute", Budget(600, 60)), ("1 / second", Budget(1, 1)), ("5/hour", Budget(5, 3600)), ("off", None)],
)
def test_a_budget_is_written_as_so_many_in_a_period(text: str, budget: Budget | None) -> None:
    assert Budget.parse(text) == budget


@pytest.mark.parametrize(
    "text", ["", "0/minute", "-1/minute", "600", "600/min", "1.5/minute", "６/minute", "1e9/minute", "Off"]
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="budget"):
        Budget.parse(text)


def test_the_whole_budget_may_be_spent_at_once_and_the_wait_for_one_more_is_told_exactly() -> None:
    clock = Seconds()
    budgets, budget = Budgets(clock), Budget(60, 60)
    assert [budgets.spend(budget, "requests", "a") for _ in range(60)] == [0.0] * 60
    assert budgets.spend(budget, "requests", "a") == pytest.approx(1.0)
    clock.now += 0.5
    assert budgets.spend(budget, "requests", "a") == pytest.approx(0.5)
    clock.now += 0.5
    assert budgets.spend(budget, "requests", "a") == 0.0
    assert budgets.spend(budget, "requests", "a") == pytest.approx(1.0)


def test_one_spends_nothing_of_another_ones_budget_nor_of_another_kind() -> None:
    budgets, budget = Budgets(Seconds()), Budget(1, 60)
    assert budgets.spend(budget, "requests", "a") == 0.0
    assert budgets.spend(budget, "requests", "b") == 0.0
    assert budgets.spend(budget, "uploads", "a") == 0.0
    assert budgets.spend(budget, "requests", "a") > 0


def test_a_refused_request_costs_nothing() -> None:
    clock = Seconds()
    budgets, budget = Budgets(clock), Budget(1, 10)
    budgets.spend(budget, "requests", "a")
    for _ in range(1000):
        assert budgets.spend(budget, "requests", "a") > 0
    clock.now += 10
    assert budgets.spend(budget, "requests", "a") == 0.0


def test_a_request_for_many_spends_many_and_one_over_all_spends_all() -> None:
    clock = Seconds()
    budgets, budget = Budgets(clock), Budget(10, 10)
    assert budgets.spend(budget, "jobs", "a", cost=7) == 0.0
    assert budgets.spend(budget, "jobs", "a", cost=7) == pytest.approx(4.0)
    assert budgets.spend(budget, "jobs", "b", cost=5000) == 0.0
    assert not budgets.left(budget, "jobs", "b")


def test_no_budget_is_no_limit() -> None:
    budgets = Budgets(Seconds())
    assert not any(budgets.spend(None, "requests", "a") for _ in range(1000)) and len(budgets) == 0
    assert budgets.left(None, "requests", "a")


def test_memory_is_bounded_whatever_names_come() -> None:
    budgets = Budgets(Seconds(), most=100)
    for number in range(10_000):
        budgets.spend(Budget(5, 3600), "requests", f"address {number}")
    assert len(budgets) <= 101


def test_names_whose_budget_is_whole_again_are_forgotten() -> None:
    clock = Seconds()
    budgets = Budgets(clock)
    for number in range(50):
        budgets.spend(Budget(5, 10), "requests", f"address {number}")
    clock.now += 100
    budgets.spend(Budget(5, 10), "requests", "new")
    assert len(budgets) == 1


@given(
    count=st.integers(1, 20),
    seconds=st.sampled_from([1.0, 7.0, 60.0]),
    steps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=80),
)
def test_in_no_stretch_of_time_is_more_served_than_a_burst_and_what_accrues(
    count: int, seconds: float, steps: list[float]
) -> None:
    clock = Seconds()
    budgets, budget = Budgets(clock), Budget(count, seconds)
    served: list[float] = []
    for step in steps:
        clock.now += step
        could = budgets.left(budget, "requests", "a")
        wait = budgets.spend(budget, "requests", "a")
        assert could is (wait == 0.0)
        if wait == 0.0:
            served.append(clock.now)
        else:
            # Waiting as told is enough.
            clock.now += wait
            assert budgets.left(budget, "requests", "a")
    for first, begin in enumerate(served):
        for last in range(first, len(served)):
            assert last - first + 1 <= count + (served[last] - begin) * count / seconds + 1e-6
