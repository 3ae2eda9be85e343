"""Structured columns: they become conditions of the rule format, and whatever they get wrong is named by row and column."""

from __future__ import annotations

from fractions import Fraction

import pytest

from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.model import AllOf, Effect, Level, Op, Rule, Test, tests_of
from tests.rulebook.lists.conftest import UNIT, MakeList, clause


def rules(make_list: MakeList, **cells: str) -> dict[str, Rule]:
    found = make_list(clause(**cells)).access_list
    return {rule.id.partition(f"{UNIT}.")[2]: rule for rule in found.rules(UNIT)}


def test_sector_works_threshold_and_outcome_become_one_encoded_rule(make_list: MakeList) -> None:
    rule = rules(
        make_list, type="禁止类", sector="chemicals|3011", works="新建、expansion", threshold="project.capacity ≥ 100 t/a",
        outcome="不符合准入", remedy="移至园区。",
    )["1"]  # fmt: skip
    assert (rule.effect, rule.level, rule.remedy.zh) == (Effect.REJECT, Level.TEXT, "移至园区。")
    assert isinstance(rule.when, AllOf)
    assert [(test.fact, test.op, test.value) for test in tests_of(rule.when)] == [
        ("site.jurisdictions", Op.HAS, frozenset({UNIT})),
        ("project.sector", Op.IN, frozenset({"2611", "2614", "3011"})),
        ("project.works", Op.IN, frozenset({"new_build", "expansion"})),
        ("project.capacity", Op.AT_LEAST, Fraction(100)),
    ]
    assert "禁止虚构" in rule.message.zh and "空间布局约束 1" in rule.basis[0].clause


def test_when_and_unless_are_written_as_in_a_rule_file(make_list: MakeList) -> None:
    rule = rules(
        make_list, when="{project.fuels: {has: solid_fuels}, site.distance.shoreline: {at_most: 1 km}}",
        unless="{project.in_park: yes}", outcome="review", question="能否改用天然气？",
    )["1"]  # fmt: skip
    assert (rule.effect, rule.judgement, rule.question.zh) == (Effect.REVIEW, True, "能否改用天然气？")
    assert rule.unless == Test("project.in_park", Op.IN, frozenset({"yes"}), "yes")
    assert len(tests_of(rule.when)) == 3


@pytest.mark.parametrize(
    ("kind", "text", "effect"),
    [
        ("禁止类", "禁止虚构。", Effect.REVIEW),
        ("", "按要求执行。", Effect.REVIEW),
        ("综合类", "推进节水。", Effect.OBLIGATION),
        ("综合类", "不得扩大规模。", Effect.REVIEW),
    ],
)
def test_a_condition_without_an_outcome_narrows_whom_a_clause_concerns_and_no_more(
    make_list: MakeList, kind: str, text: str, effect: Effect
) -> None:
    assert rules(make_list, type=kind, text=text, sector="26")["1"].effect is effect


def test_an_encouragement_with_a_condition_still_asks_nothing(make_list: MakeList) -> None:
    assert rules(make_list, type="鼓励引导类", text="鼓励节水。", sector="26") == {}


def test_an_outcome_written_for_a_clause_decides_over_its_type(make_list: MakeList) -> None:
    assert rules(make_list, type="", text="按要素要求执行。", outcome="附条件")["1"].effect is Effect.OBLIGATION
    assert (
        rules(make_list, type="鼓励引导类", text="鼓励。", sector="26", outcome="reject")["1"].effect is Effect.REJECT
    )


def test_a_clause_may_be_less_well_checked_than_its_list(make_list: MakeList) -> None:
    assert rules(make_list, sector="26", outcome="reject", level="memory")["1"].level is Level.MEMORY


def test_every_problem_of_every_row_is_named_at_once(make_list: MakeList) -> None:
    with pytest.raises(AccessListError) as caught:
        make_list(
            clause(sector="9999"),
            clause(works="拆除", outcome="rejects"),
            clause(threshold="project.capacity ≥ 100 m"),
            clause(threshold="规模很大"),
            clause(when="{project.capasity: {over: 1 t/a}}"),
            clause(when="{project.sector: [26"),
            clause(outcome="reject"),
            clause(outcome="reject", when="{project.capacity: {given: no}}"),
            clause(outcome="obligation", sector="26", question="？"),
            clause(unless="{project.in_park: yes}"),
            clause(unless="{project.capacity: {given: no}}", sector="26"),
            clause(level="sure"),
            clause(text="", sector="26"),
        )
    said = [problem.text() for problem in caught.value.problems]
    wanted = [
        ('row 2, column "行业"', "GB/T 4754"),
        ('row 3, column "建设性质"', "拆除"),
        ('row 3, column "结论"', "reject"),
        ('row 4, column "阈值"', "t/a"),
        ('row 5, column "阈值"', "no threshold"),
        ('row 6, column "条件"', 'did you mean "project.capacity"'),
        ('row 7, column "条件"', "not YAML"),
        ('row 8, column "结论"', "rejects every project"),
        ('row 9, column "结论"', "missing fact"),
        ('row 10, column "问题"', "review"),
        ("row 11", "exception"),
        ('row 12, column "除外"', "silent"),
        ('row 13, column "核对程度"', "sure"),
        ("row 14", "no words"),
    ]
    for place, words in wanted:
        assert any(place in line and words in line for line in said), (place, words, said)
    assert len(said) == len(wanted)


def test_a_condition_read_once_gives_the_same_rule_to_every_clause(make_list: MakeList) -> None:
    found = make_list(*(clause(number=str(n), sector="26", outcome="review") for n in (1, 2))).access_list
    one, other = found.rules(UNIT)
    assert one.when == other.when and one.digest != other.digest
