"""screen() itself: threads, an engine that breaks, and what stays in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from screening import Atlas, Outcome, Project, Rulebook, screen
from screening.decision import Decision, Reason
from screening.engine.durable import DurableEngine, DurableError
from screening.engine.verdicts import State
from screening.rulebook.model import AllOf, Op, Test
from screening.settings import read_settings

DAY = date(2026, 11, 22)
FILES = sorted(read_settings({}).applications.glob("*.yaml"))


@pytest.fixture(scope="module")
def applications() -> list[Project]:
    return [Project.read(file) for file in FILES]


def test_eight_threads_deciding_at_once_give_the_answers_of_one(
    rulebook: Rulebook, atlas: Atlas, applications: list[Project]
) -> None:
    alone = [screen(project, rulebook, atlas, as_of=DAY).id for project in applications]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda project: screen(project, rulebook, atlas, as_of=DAY).id, applications * 8))
    assert together == alone * 8


class BrokenEngine(DurableEngine):
    """durable_rules stopped by a fault."""

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, State]:
        raise DurableError("stopped on purpose")


class LyingEngine(DurableEngine):
    """durable_rules that says every rule is silent."""

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, State]:
        return dict.fromkeys(super().evaluate(*args, **kwargs), State.SILENT)


def test_a_broken_engine_ends_in_review_never_in_pass(
    rulebook: Rulebook, atlas: Atlas, applications: list[Project]
) -> None:
    for project in applications:
        decision = screen(project, rulebook, atlas, as_of=DAY, engine=BrokenEngine())
        assert decision.outcome is not Outcome.PASS
        assert Reason.ENGINE_FAILED in {finding.reason for finding in decision.findings}


def test_engines_that_differ_end_in_review_with_their_own_reason(
    rulebook: Rulebook, atlas: Atlas, applications: list[Project]
) -> None:
    for project in applications:
        honest = screen(project, rulebook, atlas, as_of=DAY)
        lied = screen(project, rulebook, atlas, as_of=DAY, engine=LyingEngine())
        if any(finding.outcome is not Outcome.PASS for finding in honest.findings):
            assert Reason.ENGINE_DISAGREES in {finding.reason for finding in lied.findings}
            assert lied.outcome is not Outcome.PASS


def test_a_unit_without_an_access_list_is_a_review(
    rulebook: Rulebook, atlas: Atlas, applications: list[Project]
) -> None:
    bare = rulebook.only(rule for rule in rulebook.rules if not rule.jurisdiction.startswith("ZH"))
    for project in applications:
        decision = screen(project, bare, atlas, as_of=DAY)
        if decision.place["units"]:
            assert Reason.NO_ACCESS_LIST in {finding.reason for finding in decision.findings}
            assert decision.outcome is not Outcome.PASS


def _asks_every_group(decision: Decision) -> set[str]:
    return {rule for entry in decision.considered for rule in entry.rules}


def test_every_rule_that_may_lie_at_the_site_is_accounted_for(
    rulebook: Rulebook, atlas: Atlas, applications: list[Project]
) -> None:
    for project in applications:
        decision = screen(project, rulebook, atlas, as_of=DAY)
        national = {rule.id for rule in rulebook.in_force(DAY) if rule.jurisdiction == "CN"}
        assert national <= _asks_every_group(decision)
        assert _asks_every_group(decision) == set(decision.receipt.rules)


def test_rules_of_another_unit_are_silent_by_their_place(rulebook: Rulebook) -> None:
    rule = next(rule for rule in rulebook.rules if rule.jurisdiction.startswith("ZH"))
    assert isinstance(rule.when, AllOf)
    assert rule.when.parts[0] == Test("site.jurisdictions", Op.HAS, frozenset({rule.jurisdiction}), rule.jurisdiction)
