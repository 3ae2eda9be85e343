"""Conditions: what an author writes becomes the test it says, and what could silence a rule unseen is refused."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from screening.rulebook.model import AllOf, AnyOf, Condition, Not, Op, Test, facts_of, tests_of

from .minimal import load_rule, rule_problems

NEW = Test("project.works", Op.IN, frozenset({"new_build", "expansion"}), "new_works")
BIG = Test("project.capacity", Op.AT_LEAST, Fraction(5), "5 t/a")
IN_PARK = Test("project.in_park", Op.IN, frozenset({"yes"}), "yes")


def test_the_opposite_of_the_opposite_is_the_test_itself() -> None:
    assert all(op.opposite.opposite is op and op.opposite is not op for op in Op)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{project.works: {in: new_works}}", NEW),
        ("{project.works: 新建}", Test("project.works", Op.IN, frozenset({"new_build"}), "新建")),
        ("{project.works: {is: new_build}}", Test("project.works", Op.IN, frozenset({"new_build"}), "new_build")),
        ("{project.works: [new_build, expansion]}", Test("project.works", Op.IN, NEW.value, "new_build, expansion")),
        ("{project.works: {in: [new_works, alteration]}}",
         Test("project.works", Op.IN, frozenset({"new_build", "expansion", "alteration"}), "new_works, alteration")),
        ("{project.sector: {in: chemicals}}", Test("project.sector", Op.IN, frozenset({"2611", "2614"}), "chemicals")),
        ("{project.sector: '301'}", Test("project.sector", Op.IN, frozenset({"3011", "3012"}), "301")),
        ("{project.sector: {in: [chemicals, '3011']}}",
         Test("project.sector", Op.IN, frozenset({"2611", "2614", "3011"}), "chemicals, 3011")),
        ("{project.fuels: {has: 煤}}", Test("project.fuels", Op.HAS, frozenset({"coal"}), "煤")),
        ("{project.fuels: {has: solid_fuels}}", Test("project.fuels", Op.HAS, frozenset({"coal", "coke"}), "solid_fuels")),
        ("{project.in_park: yes}", IN_PARK),
        ("{project.in_park: {is: 是}}", Test("project.in_park", Op.IN, frozenset({"yes"}), "是")),
        ("{class.two_high: yes}", Test("class.two_high", Op.IN, frozenset({"yes"}), "yes")),
        ("{project.capacity: {at_least: 5 t/a}}", BIG),
        ("{project.capacity: {at_most: 1 万吨/年}}", Test("project.capacity", Op.AT_MOST, Fraction(10000), "1 万吨/年")),
        ("{project.ratio: {under: '1.5:1'}}", Test("project.ratio", Op.UNDER, Fraction(3, 2), "1.5:1")),
        ("{project.ratio: {over: 45 %}}", Test("project.ratio", Op.OVER, Fraction(9, 20), "45 %")),
        ("{project.capacity: {over: 0}}", Test("project.capacity", Op.OVER, Fraction(0), "0")),
        ("{project.started: {under: 2026-08-15}}",
         Test("project.started", Op.UNDER, Fraction(date(2026, 8, 15).toordinal()), "2026-08-15")),
        ("{project.capacity: {at_least: 5 t/a, under: 9 t/a}}",
         AllOf((BIG, Test("project.capacity", Op.UNDER, Fraction(9), "9 t/a")))),
        ("{project.works: {in: new_works}, project.capacity: {at_least: 5 t/a}}", AllOf((NEW, BIG))),
        ("[{project.works: {in: new_works}}, {project.capacity: {at_least: 5 t/a}}]", AllOf((NEW, BIG))),
        ("{any: [{project.works: {in: new_works}}, {project.capacity: {at_least: 5 t/a}}]}", AnyOf((NEW, BIG))),
        ("{all: [{project.works: {in: new_works}}, {project.capacity: {at_least: 5 t/a}}]}", AllOf((NEW, BIG))),
        ("{none: [{project.works: {in: new_works}}, {project.in_park: yes}]}", Not(AnyOf((NEW, IN_PARK)))),
        ("{none: {project.in_park: yes}}", Not(IN_PARK)),
        ("{any: [{project.in_park: yes}]}", IN_PARK),
        ("{project.works: {in: new_works}, none: [{any: [{project.in_park: yes}, {project.capacity: {at_least: 5 t/a}}]}]}",
         AllOf((NEW, Not(AnyOf((IN_PARK, BIG)))))),
    ],
)  # fmt: skip
def test_a_condition_means_what_it_says(tmp_path: Path, written: str, meant: Condition) -> None:
    assert load_rule(tmp_path, when=written).when == meant


def test_unless_is_a_condition_of_its_own(tmp_path: Path) -> None:
    rule = load_rule(tmp_path, unless="{project.in_park: yes}")
    assert (rule.when, rule.unless) == (NEW, IN_PARK)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{project.worxs: new_build}", 'rules/rule1.yaml:6: unknown fact "project.worxs"; did you mean "project.works"?'),
        ("{site.distance.shore_line: {under: 1 km}}", 'unknown fact "site.distance.shore_line"; did you mean "site.distance.shoreline"?'),
        ("{没有: 1}", 'unknown fact "没有"; add it to rules/vocabulary first'),
        ("{project.works: {into: new_build}}", 'unknown test "into"; did you mean "in"?'),
        ("{project.works: {zzz: new_build}}", 'unknown test "zzz"; tests: is, in, has, at_least, at_most, over, under, given'),
        ("{project.works: {has: new_build}}", '"has" does not fit project.works, a choice; use is, in, given'),
        ("{project.capacity: 5 t/a}", '"is" does not fit project.capacity, a number; use at_least, at_most, over, under, given'),
        ("{project.fuels: coal}", '"is" does not fit project.fuels, a set; use has, given'),
        ("{project.in_park: [yes, no]}", '"in" does not fit project.in_park, a flag; use is, given'),
        ("{project.works: newbuild}", '"newbuild" is not a known kind of works; did you mean "new_build"?'),
        ("{project.works: solid_fuels}", '"solid_fuels" is not a known kind of works'),
        ("{project.works: {is: [new_build, expansion]}}", '"is" takes one word; use "in" for several'),
        ("{project.works: {in: []}}", '"in" lists nothing; list at least one word'),
        ("{project.works: []}", '"in" lists nothing; list at least one word'),
        ("{project.sector: chemical}", '"chemical" is not a class of GB/T 4754-2017; did you mean "chemicals"?'),
        ("{project.sector: '27'}", '"27" is not a class of GB/T 4754-2017'),
        ("{project.in_park: maybe}", '"maybe" is neither yes nor no; write yes or no'),
        ("{project.capacity: {at_least: 5 km}}", '"km" does not measure the same thing as "t/a"; write it in t/a'),
        ("{project.capacity: {at_least: 5 t/d}}", '"t/d" does not measure the same thing as "t/a"; write it in t/a'),
        ("{project.capacity: {at_least: 5}}", '5 has no unit; write for example "100 t/a"'),
        ("{project.capacity: {at_least: }}", '"" is not a quantity'),
        ("{project.capacity: {at_least: [5 t/a]}}", "a list where text belongs; write one line of text"),
        ("{project.ratio: {at_least: 5 m}}", '"5 m" is not a ratio or a count'),
        ("{project.started: {under: 15 August 2026}}", '"15 August 2026" is not a day; write it as 2026-08-15'),
        ("{any: []}", '"any" lists nothing; list at least one condition'),
        ("{any: {project.works: 新建, project.in_park: yes}}", '"any" of several facts in one mapping; list them: [{...}, {...}]'),
        ("{none: {project.works: 新建, project.in_park: yes}}", '"none" of several facts in one mapping'),
        ("{any: [[]]}", "a list where a condition belongs; write FACT: {TEST: VALUE}"),
        ("{none: text}", '"text" where a condition belongs'),
        ("{}", "a mapping where a condition belongs"),
        ("[]", "a list where a condition belongs"),
        ("text", '"text" where a condition belongs'),
        ("{project.capacity: {}}", "nothing is asked of project.capacity; use at_least, at_most, over, under, given"),
        ("{project.works: {in: new_works}, project.capacity: {}}", "nothing is asked of project.capacity"),
        ("{project.works: {in: new_works}, any: [[]]}", "a list where a condition belongs"),
    ],
)  # fmt: skip
def test_a_condition_nobody_can_mean_is_refused_where_it_stands(tmp_path: Path, written: str, said: str) -> None:
    found = rule_problems(tmp_path, when=written)
    assert all(line.startswith("rules/rule1.yaml:6: ") for line in found)
    assert any(said in line for line in found), found


REFUSED = "a fact that is not given would make this rule silent"


@pytest.mark.parametrize(
    ("when", "unless", "allowed"),
    [
        ("{project.capacity: {given: no}}", None, True),
        ("{project.capacity: {given: yes}}", None, False),
        ("{none: {project.capacity: {given: yes}}}", None, True),
        ("{none: {project.capacity: {given: no}}}", None, False),
        ("{none: {none: {project.capacity: {given: no}}}}", None, True),
        ("{none: {none: {project.capacity: {given: yes}}}}", None, False),
        ("{any: [{all: [{project.capacity: {given: yes}}]}]}", None, False),
        ("{project.in_park: yes}", "{project.capacity: {given: yes}}", True),
        ("{project.in_park: yes}", "{project.capacity: {given: no}}", False),
        ("{project.in_park: yes}", "{none: {project.capacity: {given: no}}}", True),
        ("{project.in_park: yes}", "{none: {project.capacity: {given: yes}}}", False),
    ],
)
def test_a_missing_fact_may_make_a_finding_but_never_silence_one(
    tmp_path: Path, when: str, unless: str | None, allowed: bool
) -> None:
    if allowed:
        rule = load_rule(tmp_path, outcome="review", when=when, unless=unless)
        asked = [*tests_of(rule.when), *tests_of(rule.unless)]
        assert any(test.op in (Op.GIVEN, Op.MISSING) for test in asked)
    else:
        assert any(REFUSED in line for line in rule_problems(tmp_path, outcome="review", when=when, unless=unless))


@pytest.mark.parametrize("word", ["true", "Yes", "是", "maybe", "", "[no]"])
def test_given_takes_yes_or_no_and_no_other_word(tmp_path: Path, word: str) -> None:
    found = rule_problems(tmp_path, outcome="review", when=f"{{project.capacity: {{given: {word}}}}}")
    assert any('"given" takes yes or no; write `given: no`' in line for line in found), found


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{project.capacity: {given: no}}", None),
        ("{none: {project.capacity: {given: yes}}}", None),
        ("{project.in_park: yes}", "{project.capacity: {given: yes}}"),
        ("{project.in_park: yes}", "{none: {project.capacity: {given: no}}}"),
    ],
)
def test_no_rule_rejects_a_project_for_a_fact_it_did_not_state(tmp_path: Path, when: str, unless: str | None) -> None:
    found = rule_problems(tmp_path, outcome="reject", when=when, unless=unless)
    assert [line.split(": ", 1)[1] for line in found] == [
        "a missing fact cannot reject or classify a project; make the outcome review, or drop `given`"
    ]


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{class.two_high: no}", None),
        ("{none: {class.two_high: yes}}", None),
        ("{project.in_park: yes}", "{class.two_high: yes}"),
    ],
)
def test_a_class_never_excuses_a_project(tmp_path: Path, when: str, unless: str | None) -> None:
    assert any(
        "a class must not excuse a project" in line for line in rule_problems(tmp_path, when=when, unless=unless)
    )


def test_a_condition_knows_its_facts_and_tests_in_the_order_written(tmp_path: Path) -> None:
    rule = load_rule(tmp_path, when="{project.in_park: yes, none: [{project.capacity: {at_least: 5 t/a}}]}")
    assert facts_of(rule.when) == {"project.in_park", "project.capacity"}
    assert [test.fact for test in tests_of(rule.when)] == ["project.in_park", "project.capacity"]
    assert (facts_of(None), tests_of(None)) == (frozenset(), ())
