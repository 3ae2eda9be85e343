"""The mutation check: a slip of the pen in a rule is noticed by a case beside it, and the check itself can be trusted."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.cli import main
from screening.mutation import Fate, Kill, Kind, check_mutants, mutants_of, score, tell_apart, thin_rules
from screening.rulebook.cases import Case, read_cases
from screening.rulebook.model import AllOf, AnyOf, Op, Test
from screening.rulebook.reader import Rulebook
from screening.trial import run_case

from .rulebook.minimal import load, load_rule, rule_text, write_book

REACHED = 1.0
"""The share of mutants noticed. It may only rise."""

CASES = """\
rule: the-rule
base: {as_of: 2026-11-22, project.works: new_build, site.distance.shoreline: 400 m}
cases:
  - {name: 近岸, expect: reject}
  - {name: 扩建, with: {project.works: expansion}, expect: reject}
  - {name: 改建, with: {project.works: alteration}, expect: pass}
  - {name: 恰好一公里, with: {site.distance.shoreline: 1 km}, expect: reject}
  - {name: 刚过一公里, with: {site.distance.shoreline: just over 1 km}, expect: pass}
  - {name: 没有图层, without: [site.distance.shoreline], expect: review, needs: [site.distance.shoreline]}
  - {name: 首日, with: {as_of: 2021-03-02}, expect: reject}
  - {name: 施行前一日, with: {as_of: day before 2021-03-02}, expect: pass}
"""
WHEN = "{project.works: {in: [new_build, expansion]}, site.distance.shoreline: {at_most: 1 km}}"


def fates_of(folder: Path, cases: str = CASES, **changes: str | None) -> list[Fate]:
    keys: dict[str, str | None] = {"when": WHEN, "effective": "{from: 2021-03-02}", **changes}
    rules = write_book(folder, {"rule1.yaml": rule_text(**keys), "rule1.cases.yaml": cases})
    rulebook = Rulebook.load(rules)
    return list(check_mutants(rulebook, read_cases(rules, rulebook)))


def survivors(fates: list[Fate]) -> list[str]:
    return [fate.mutant.what for fate in fates if fate.kill is Kill.SURVIVES]


def without(name: str) -> str:
    left = "".join(line for line in CASES.splitlines(keepends=True) if f"name: {name}," not in line)
    assert left != CASES
    return left


# --- the carried rulebook ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cases(rules_folder: Path, rulebook: Rulebook) -> tuple[Case, ...]:
    return read_cases(rules_folder, rulebook)


@pytest.fixture(scope="module")
def fates(rulebook: Rulebook, cases: tuple[Case, ...]) -> tuple[Fate, ...]:
    return check_mutants(rulebook, cases)


def test_no_slip_of_the_pen_in_any_rule_goes_unnoticed(fates: tuple[Fate, ...]) -> None:
    left = [f"{fate.mutant.rule.where} {fate.mutant.rule.id}: {fate.mutant.what}" for fate in fates
            if fate.kill is Kill.SURVIVES]  # fmt: skip
    assert score(fates).share >= REACHED, left[:40]
    assert score(fates, without=[Kind.OUTCOME]).share >= REACHED, left[:40]


def test_few_mutants_are_excused_as_equivalent(fates: tuple[Fate, ...]) -> None:
    found = score(fates)
    assert found.by.get(Kill.EQUIVALENT, 0) <= found.total / 500


def test_what_the_plain_engine_notices_both_engines_notice(
    rulebook: Rulebook, cases: tuple[Case, ...], fates: tuple[Fate, ...]
) -> None:
    killed = [fate for fate in fates if fate.kill is Kill.CASE]
    for number, fate in enumerate(random.Random(4).sample(killed, 60)):
        mutant = fate.mutant
        changed = replace(mutant.changed, digest=f"mutant {number}")  # programs are kept by digest
        versions = [changed if rule is mutant.rule else rule for rule in rulebook.rules if rule.id == mutant.rule.id]
        own = [case for case in cases if case.where == fate.by and case.rule == mutant.rule.id]
        faults = [run_case(case, rulebook.only(versions)).fault for case in own]
        assert any(faults), (mutant.rule.id, mutant.what)
        assert not any("the engines disagree" in fault for fault in faults), (mutant.rule.id, mutant.what)


def test_every_kind_of_slip_is_tried(fates: tuple[Fate, ...]) -> None:
    assert {fate.mutant.kind for fate in fates} == set(Kind)


def test_no_deciding_rule_is_tried_too_little(rulebook: Rulebook, cases: tuple[Case, ...]) -> None:
    assert [(thin.rule.where, thin.rule.id, thin.cases, thin.lacks) for thin in thin_rules(rulebook, cases)] == []


def test_a_case_taken_away_is_missed(rulebook: Rulebook, cases: tuple[Case, ...]) -> None:
    rule = rulebook.find("yangtze-chemical-1km")
    assert rule is not None
    own = [case for case in cases if case.rule == rule.id]
    fewer = [case for case in own if case.name != "支流恰好一公里"]
    assert len(fewer) == len(own) - 1
    assert survivors(list(check_mutants(rulebook, own, [rule]))) == []
    assert survivors(list(check_mutants(rulebook, fewer, [rule]))) == [
        "dropped: site.distance.yangtze_tributary at_most 1 km",
        "site.distance.yangtze_tributary: at_most -> under",
        "site.distance.yangtze_tributary at_most 1 km: a step down",
        "site.distance.yangtze_tributary at_most 1 km: halved",
    ]


# --- the check itself ----------------------------------------------------------------------------------------------


def test_cases_on_both_sides_of_everything_leave_no_survivor(tmp_path: Path) -> None:
    assert survivors(fates_of(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "missed"),
    [
        ("扩建", ["project.works without expansion"]),
        ("改建", ["dropped: project.works in new_build, expansion", "project.works with alteration too"]),
        ("恰好一公里", ["site.distance.shoreline: at_most -> under",
                        "site.distance.shoreline at_most 1 km: a step down",
                        "site.distance.shoreline at_most 1 km: halved"]),
        ("刚过一公里", ["site.distance.shoreline at_most 1 km: a step up",
                        "site.distance.shoreline at_most 1 km: doubled"]),
        ("首日", ["from 2021-03-02 a day later"]),
        ("施行前一日", ["from 2021-03-02 a day earlier"]),
    ],
)  # fmt: skip
def test_without_a_case_what_it_tried_survives(tmp_path: Path, name: str, missed: list[str]) -> None:
    assert survivors(fates_of(tmp_path, without(name))) == missed


def test_a_survivor_comes_with_facts_that_tell_it_from_the_rule(tmp_path: Path) -> None:
    fate = next(fate for fate in fates_of(tmp_path, without("扩建")) if fate.kill is Kill.SURVIVES)
    assert fate.like is not None and fate.like.name == "近岸"
    assert {key: str(value) for key, value in fate.values.items()} == {
        "project.works": "Choice(possible=frozenset({'expansion'}))"
    }


def test_a_rule_without_cases_loses_every_mutant_but_those_the_reader_refuses(tmp_path: Path) -> None:
    rules = write_book(tmp_path, {"rule1.yaml": rule_text(when=WHEN)})
    rulebook = Rulebook.load(rules)
    fates = check_mutants(rulebook, ())
    refused = [fate.mutant.what for fate in fates if fate.kill is not Kill.SURVIVES]
    assert refused == ["from 2021-03-01 a day earlier"]  # the law it rests on is of that day


def test_a_proviso_is_dropped_and_negated(tmp_path: Path) -> None:
    outside = CASES.replace("project.works: new_build,", "project.works: new_build, project.in_park: no,")
    saved = "  - {name: 园区内, with: {project.in_park: yes}, expect: pass}\n"
    assert survivors(fates_of(tmp_path / "one", outside, unless="{project.in_park: yes}")) == ["`unless` dropped"]
    assert survivors(fates_of(tmp_path / "two", outside + saved, unless="{project.in_park: yes}")) == []


def test_a_class_set_by_mistake_is_noticed_where_the_cases_name_the_class(tmp_path: Path) -> None:
    text = (
        "rule: the-rule\nsets: class.two_high\nbase: {as_of: 2026-11-22, project.works: new_build}\n"
        "cases:\n  - {name: 适用, expect: yes}\n"
    )
    changes = {"outcome": "classify", "classifies": "class.two_high", "when": "{project.works: new_build}"}
    slip = "class.two_high -> class.big"
    assert slip not in survivors(fates_of(tmp_path / "named", text, **changes))
    assert slip in survivors(fates_of(tmp_path / "unnamed", text.replace("sets: class.two_high\n", ""), **changes))


def test_what_no_figure_can_show_is_equivalent_and_not_missed(tmp_path: Path) -> None:
    text = CASES.replace("site.distance.shoreline: 1 km", "site.distance.shoreline: 0 m")
    when = "{project.works: {in: [new_build, expansion]}, site.distance.shoreline: {at_least: 0 m}}"
    changed = {fate.mutant.what: fate.kill for fate in fates_of(tmp_path, text, when=when)}
    assert changed["site.distance.shoreline at_least 0 m: a step down"] is Kill.EQUIVALENT


def test_a_table_row_is_mutated_on_its_own(tmp_path: Path) -> None:
    rule = rule_text(id="a.{key}", when="{project.capacity: {over: '{limit}'}}", for_each="t.csv")
    text = (
        "rule: a.{key}\nfor_each: t.csv\nbase: {as_of: 2026-11-22}\ncases:\n"
        "  - {name: 恰好, with: {project.capacity: '{limit}'}, expect: pass}\n"
        "  - {name: 刚过, with: {project.capacity: 'just over {limit}'}, expect: reject}\n"
    )
    rules = write_book(
        tmp_path, {"rule1.yaml": rule, "t.csv": "key,limit\none,10 t/a\ntwo,20 t/a\n", "rule1.cases.yaml": text}
    )
    rulebook = Rulebook.load(rules)
    found = read_cases(rules, rulebook)
    thresholds = [fate for fate in check_mutants(rulebook, found) if fate.mutant.kind is Kind.THRESHOLD]
    assert len(thresholds) == 8 and {fate.kill for fate in thresholds} == {Kill.CASE}
    of_one = [case for case in found if case.rule == "a.one"]
    missed = [fate.mutant.rule.id for fate in check_mutants(rulebook, of_one) if fate.mutant.kind is Kind.THRESHOLD
              and fate.kill is Kill.SURVIVES]  # fmt: skip
    assert set(missed) == {"a.two"}


def test_of_a_group_the_words_that_cases_name_are_dropped_together(tmp_path: Path) -> None:
    rule = load_rule(tmp_path, when="{project.sector: {in: chemicals}}")
    vocabulary = load(tmp_path / "other").vocabulary
    named = {"project.sector": frozenset({"2614", "3011"})}
    assert [mutant.what for mutant in mutants_of(rule, vocabulary, named) if mutant.kind is Kind.WORDS] == [
        "project.sector without 2614 of chemicals",
        "project.sector with 3011 too",
    ]


def test_two_conditions_that_say_the_same_cannot_be_told_apart(tmp_path: Path) -> None:
    vocabulary = load(tmp_path).vocabulary
    big = Test("project.capacity", Op.OVER, Fraction(10))
    coal = Test("project.fuels", Op.HAS, frozenset({"coal"}))
    found = tell_apart(AllOf((big, coal)), AllOf((coal, AllOf((big, big)))), vocabulary)
    assert found.values is None and found.exhausted
    assert tell_apart(AllOf((big, coal)), AnyOf((big, coal)), vocabulary).values is not None
    assert tell_apart(big, replace(big, op=Op.AT_LEAST), vocabulary).values is not None


def test_a_difference_only_the_unknown_shows_is_found(tmp_path: Path) -> None:
    vocabulary = load(tmp_path).vocabulary
    any_works = Test("project.works", Op.IN, frozenset({"new_build", "expansion", "alteration"}))
    assert (
        tell_apart(any_works, AllOf(()), vocabulary).values is not None
    )  # true of every kind of works, but not of none


# --- rules tried too little ----------------------------------------------------------------------------------------


def test_a_thin_rule_is_named_with_what_no_case_tries(tmp_path: Path) -> None:
    text = "".join(CASES.splitlines(keepends=True)[:4])
    keys = {"when": WHEN, "effective": "{from: 2021-03-02, until: 2027-01-01}", "unless": "{project.in_park: yes}"}
    rules = write_book(
        tmp_path,
        {"rule1.yaml": rule_text(**keys), "rule1.cases.yaml": text.replace("400 m", "400 m, project.in_park: no")},
    )
    rulebook = Rulebook.load(rules)
    (thin,) = thin_rules(rulebook, read_cases(rules, rulebook))
    assert (thin.rule.id, thin.cases) == ("the-rule", 1)
    assert thin.lacks == (
        "none in which a fact is missing",
        "none in which it is silent",
        "none on its first day 2021-03-02",
        "none the day before 2021-03-02",
        "none on its last day 2026-12-31",
        "none on 2027-01-01, when it has ended",
        "none in which the proviso saves the project",
    )


def test_obligations_may_be_tried_less(tmp_path: Path) -> None:
    rules = write_book(tmp_path, {"rule1.yaml": rule_text(outcome="obligation")})
    assert thin_rules(Rulebook.load(rules), ()) == ()


# --- the command ---------------------------------------------------------------------------------------------------


def test_the_command_lists_survivors_and_ends_in_one_below_the_score_asked_for(tmp_path: Path) -> None:
    rules = write_book(
        tmp_path,
        {"rule1.yaml": rule_text(when=WHEN, effective="{from: 2021-03-02}"), "rule1.cases.yaml": without("扩建")},
    )
    run = CliRunner().invoke(main, ["rules", "mutate", "--rules", str(rules)])
    assert run.exit_code == 1
    assert (
        'rules/rule1.yaml:1: the-rule: project.works without expansion: survives; told apart by the case "近岸" with '
        "{project.works: expansion}" in run.output
    )
    assert (
        CliRunner().invoke(main, ["rules", "mutate", "the-", "--at-least", "90", "--rules", str(rules)]).exit_code == 0
    )


def test_the_command_refuses_a_part_that_is_in_no_rule(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, ["rules", "mutate", "nowhere", "--rules", str(write_book(tmp_path))])
    assert run.exit_code == 2 and "没有这样的规则" in run.output
