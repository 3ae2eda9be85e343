"""Cases beside the rules, and the scaffold that makes both."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from screening.errors import RulebookError
from screening.facts import Choice, Interval, exactly
from screening.rulebook.cases import Case, read_cases
from screening.rulebook.reader import Rulebook
from screening.scaffold import new_rule
from screening.trial import run_cases

from .minimal import rule_text, write_book

RULE = rule_text(when="{project.works: {in: new_works}, site.distance.shoreline: {at_most: 1 km}}")
CASES = """\
rule: the-rule
base: {as_of: 2026-11-22, project.works: new_build, site.distance.shoreline: 400 m}
cases:
  - {name: 近岸, expect: reject}
  - {name: 一公里外一米, with: {site.distance.shoreline: 1001 m}, expect: pass}
  - {name: 误差带跨线, with: {site.distance.shoreline: [997 m, 1003 m]}, expect: review, needs: [site.distance.shoreline]}
  - {name: 没有图层, without: [site.distance.shoreline], expect: review, needs: [site.distance.shoreline]}
  - {name: 施行前一日, with: {as_of: 2021-02-28}, expect: pass}
"""


def read(folder: Path, cases: str, rule: str = RULE) -> tuple[tuple[Case, ...], Rulebook]:
    rules = write_book(folder, {"rule1.yaml": rule, "rule1.cases.yaml": cases})
    rulebook = Rulebook.load(rules)
    return read_cases(rules, rulebook), rulebook


def faults(folder: Path, cases: str, rule: str = RULE) -> dict[str, str]:
    found, rulebook = read(folder, cases, rule)
    return {result.case.name: result.fault for result in run_cases(found, rulebook)}


def case_problems(folder: Path, cases: str) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        read(folder, cases)
    return [problem.text() for problem in caught.value.problems]


def test_a_case_is_its_base_changed(tmp_path: Path) -> None:
    cases, _ = read(tmp_path, CASES)
    first, second, _, without, before = cases
    assert first.facts.value("project.works") == Choice(frozenset({"new_build"}))
    assert second.facts.value("site.distance.shoreline") == Interval(Fraction(1001), Fraction(1001))
    assert "site.distance.shoreline" not in without.facts
    assert (first.as_of, before.as_of) == (date(2026, 11, 22), date(2021, 2, 28))
    assert (first.where, before.where) == ("rules/rule1.cases.yaml:4", "rules/rule1.cases.yaml:8")
    assert (first.needs, without.needs) == (None, ("site.distance.shoreline",))


def test_cases_that_are_right_have_no_fault(tmp_path: Path) -> None:
    assert set(faults(tmp_path, CASES).values()) == {""}


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("{name: x, expect: pass}", "expected pass, said reject"),
        (
            "{name: x, without: [project.works], expect: reject}",
            "expected reject, said review (waits for project.works)",
        ),
        (
            "{name: x, without: [project.works], expect: review, needs: [site.distance.shoreline]}",
            "should wait for site.distance.shoreline, waits for project.works",
        ),
        ("{name: x, with: {as_of: 2021-02-28}, expect: reject}", "expected reject, said pass"),
    ],
)
def test_a_case_that_is_wrong_says_how(tmp_path: Path, case: str, fault: str) -> None:
    text = CASES.split("cases:")[0] + f"cases:\n  - {case}\n"
    assert faults(tmp_path, text) == {"x": fault}


@pytest.mark.parametrize(
    ("changes", "expectations"),
    [
        ({"outcome": "reject"}, ("reject", "review", "pass")),
        ({"outcome": "reject", "checked": "{level: memory}"}, ("reject", "review", "pass")),
        ({"outcome": "review"}, ("review", "review", "pass")),
        ({"outcome": "obligation"}, ("obligation", "perhaps", "pass")),
        ({"outcome": "classify", "classifies": "class.big", "message": None}, ("yes", "maybe", "no")),
    ],
)
def test_each_effect_has_its_words_for_fires_doubtful_and_silent(
    tmp_path: Path, changes: dict[str, str | None], expectations: tuple[str, str, str]
) -> None:
    """Cases test a rule as if it were adopted: its `checked` level changes none."""
    fires, doubtful, silent = expectations
    text = (
        "rule: the-rule\nbase: {as_of: 2026-11-22, project.works: new_build}\ncases:\n"
        f"  - {{name: fires, expect: {fires}}}\n"
        f"  - {{name: doubtful, without: [project.works], expect: {doubtful}, needs: [project.works]}}\n"
        f"  - {{name: silent, with: {{project.works: alteration}}, expect: {silent}}}\n"
        f"  - {{name: before, with: {{as_of: 2021-02-28}}, expect: {silent}}}\n"
    )
    assert set(faults(tmp_path, text, rule_text(**changes)).values()) == {""}


def test_a_case_lies_in_the_place_of_its_rule_unless_it_says_otherwise(tmp_path: Path) -> None:
    text = (
        "rule: the-rule\nbase: {as_of: 2026-11-22, project.works: new_build}\ncases:\n"
        "  - {name: inside, expect: reject}\n"
        "  - {name: outside, with: {site.jurisdictions: [CN]}, expect: pass}\n"
        "  - {name: perhaps, with: {site.jurisdictions: {has: [CN], may_have: ['42']}}, expect: review}\n"
    )
    assert set(faults(tmp_path, text, rule_text(jurisdiction="'42'")).values()) == {""}
    cases, _ = read(tmp_path, text, rule_text(jurisdiction="'42'"))
    assert cases[0].facts.value("site.jurisdictions") == exactly("CN", "42")


def test_a_case_may_name_a_rule_of_its_own(tmp_path: Path) -> None:
    table = "unit\nZH42990120001\nZH42990120002\n"
    rule = rule_text(id="a.{unit}", jurisdiction='"{unit}"', for_each="table.csv")
    text = (
        "rule: a.ZH42990120001\nbase: {as_of: 2026-11-22, project.works: new_build}\ncases:\n"
        "  - {name: one, expect: reject}\n  - {name: other, rule: a.ZH42990120002, expect: reject}\n"
    )
    rules = write_book(tmp_path, {"rule1.yaml": rule, "table.csv": table, "rule1.cases.yaml": text})
    rulebook = Rulebook.load(rules)
    cases = read_cases(rules, rulebook)
    assert [case.rule for case in cases] == ["a.ZH42990120001", "a.ZH42990120002"]
    assert [result.fault for result in run_cases(cases, rulebook)] == ["", ""]


TABLE = "key,limit,from\none,10 t/a,2021-03-01\ntwo,20 t/a,2022-03-01\n"
ROW_RULE = rule_text(
    id="a.{key}", effective="{from: '{from}'}", when="{project.capacity: {over: '{limit}'}}", for_each="table.csv"
)


def table_cases(folder: Path, text: str) -> tuple[tuple[Case, ...], Rulebook]:
    rules = write_book(folder, {"rule1.yaml": ROW_RULE, "table.csv": TABLE, "rule1.cases.yaml": text})
    rulebook = Rulebook.load(rules)
    return read_cases(rules, rulebook), rulebook


@pytest.mark.parametrize(
    "text",
    [
        "rule: a.{key}\nfor_each: table.csv\nbase: {as_of: 2026-11-22}\ncases:\n"
        "  - {name: '{key}', with: {project.capacity: '{limit}'}, expect: pass}\n"
        "  - {name: '{key}', with: {project.capacity: 'just over {limit}'}, expect: reject}\n"
        "  - {name: '{key}', with: {project.capacity: 21 t/a, as_of: 'day before {from}'}, expect: pass}\n",
        "rule: a.one\nbase: {as_of: 2026-11-22}\ncases:\n"
        "  - {name: '{key}', for_each: table.csv, rule: 'a.{key}', with: {project.capacity: '{limit}'}, expect: pass}\n"
        "  - {name: one, with: {project.capacity: just over 10 t/a}, expect: reject}\n"
        "  - {name: two, rule: a.two, with: {project.capacity: just under 20 t/a}, expect: pass}\n"
        "  - {name: '{key}', for_each: {table: table.csv, where: {key: two}}, rule: 'a.{key}', "
        "with: {project.capacity: '{limit}'}, expect: pass}\n"
        "  - {name: one, with: {project.capacity: 11 t/a, as_of: day before 2021-03-01}, expect: pass}\n",
    ],
    ids=["a file for each row", "a case for each row"],
)
def test_cases_are_written_once_for_every_row_of_a_table(tmp_path: Path, text: str) -> None:
    cases, rulebook = table_cases(tmp_path, text)
    assert [result.fault for result in run_cases(cases, rulebook)] == [""] * 6
    assert {case.rule for case in cases} == {"a.one", "a.two"}


def test_just_over_and_just_under_are_a_thousandth_and_the_day_before_a_day(tmp_path: Path) -> None:
    text = (
        "rule: a.one\nbase: {as_of: day before 2026-11-22, project.capacity: just over 10 t/a, project.change: just under 0 t/a, "
        "project.started: day before 2026-08-15, project.ratio: just under 1.5}\ncases:\n  - {name: x, expect: reject}\n"
    )
    (case,), _ = table_cases(tmp_path, text)
    assert case.as_of == date(2026, 11, 21)
    numbers = {key: fact.value for key, fact in case.facts.items() if isinstance(fact.value, Interval)}
    assert {key: value.lo for key, value in numbers.items()} == {
        "project.capacity": Fraction("10.01"),
        "project.change": Fraction("-0.001"),
        "project.started": Fraction(date(2026, 8, 14).toordinal()),
        "project.ratio": Fraction("1.4985"),
    }


def test_a_table_column_a_case_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match='the table has no column "row"'):
        table_cases(tmp_path, "rule: a.{row}\nfor_each: table.csv\ncases:\n  - {name: x, expect: pass}\n")


def test_a_review_that_only_may_fire_names_what_it_waits_for(tmp_path: Path) -> None:
    text = "rule: the-rule\nbase: {as_of: 2026-11-22}\ncases:\n  - {name: x, expect: review}\n"
    review = rule_text(outcome="review")
    assert faults(tmp_path, text, review) == {
        "x": "should fire, but waits for project.works; where that is meant, write needs"
    }
    assert faults(tmp_path, text.replace("expect: review", "expect: review, needs: [project.works]"), review) == {
        "x": ""
    }


def test_the_class_a_case_names_must_be_the_one_the_rule_sets(tmp_path: Path) -> None:
    text = (
        "rule: the-rule\nsets: class.two_high\nbase: {as_of: 2026-11-22, project.works: new_build}\n"
        "cases:\n  - {name: x, expect: yes}\n"
    )
    rule = rule_text(outcome="classify", classifies="class.big", message=None)
    assert faults(tmp_path, text, rule) == {"x": "expected to set class.two_high, sets class.big"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rule: the-rule", "rule: the-rul", '4: no rule has the id "the-rul"; did you mean "the-rule"?'),
        ("rule: the-rule", "rules: the-rule", '1: unknown key "rules"; did you mean "rule"?'),
        ("expect: reject", "expect: rejected", '4: unknown expectation "rejected"; use pass, review, reject'),
        ("name: 近岸, ", "", '4: the key "name" is missing; add it'),
        ("{name: 近岸, expect", "{name: 近岸, expects", '4: unknown key "expects"; did you mean "expect"?'),
        ("{site.distance.shoreline: 1001 m}", "{site.distance.shore: 1 m}",
         '5: unknown fact "site.distance.shore"; did you mean "site.distance.shoreline"?'),
        ("1001 m", "1001 t", '5: site.distance.shoreline: "t" does not measure the same thing as "m"; write it in m'),
        ("1001 m", "1001", '5: site.distance.shoreline: 1001 has no unit; write for example "100 m"'),
        ("[997 m, 1003 m]", "[1003 m, 997 m]", "6: site.distance.shoreline: the range runs from high to low"),
        ("project.works: new_build", "project.works: 造", '2: project.works: "造" is not a known kind of works'),
        ("without: [site.distance.shoreline]", "without: [site.distance.redline]",
         '7: "site.distance.redline" is left out but was not stated; did you mean "site.distance.shoreline"?'),
        ("as_of: 2026-11-22, ", "", "4: has no as_of; write as_of: 2026-11-22 in the base"),
        ("2021-02-28", "2021-02-30", '8: as_of: "2021-02-30" is not a day; write it as 2026-08-15'),
        ("cases:\n", "cases: []\nx:\n", '4: unknown key "x"; known here: rule, sets, base, cases'),
        ("rule: the-rule\n", "rule: the-rule\nrule: the-rule\n", '2: the key "rule" stands twice; keep one of them'),
    ],
)  # fmt: skip
def test_a_wrong_case_is_refused_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert CASES.count(old) == 1
    found = case_problems(tmp_path, CASES.replace(old, new))
    assert any(f"rules/rule1.cases.yaml:{said}" in line for line in found), found


def test_every_wrong_case_is_named_at_once(tmp_path: Path) -> None:
    text = CASES.replace("expect: reject", "expect: rejected").replace("1001 m", "1001 t").replace("2021-02-28", "then")
    assert len({line.split(": ")[0] for line in case_problems(tmp_path, text)}) == 3


def test_a_file_of_no_cases_is_refused(tmp_path: Path) -> None:
    assert case_problems(tmp_path, "rule: the-rule\ncases: []\n") == [
        "rules/rule1.cases.yaml:1: has no cases; list some"
    ]


# --- the scaffold ------------------------------------------------------------------------------------------------


def test_a_new_rule_loads_and_its_cases_pass(tmp_path: Path) -> None:
    rules = write_book(tmp_path)
    rule, cases = new_rule(rules, "national/space/my-rule")
    assert (rule, cases) == (rules / "national/space/my-rule.yaml", rules / "national/space/my-rule.cases.yaml")
    rulebook = Rulebook.load(rules)
    assert [item.id for item in rulebook.rules] == ["my-rule"]
    found = read_cases(rules, rulebook)
    assert len(found) >= 3
    assert [result.fault for result in run_cases(found, rulebook)] == [""] * len(found)


def test_a_new_rule_fits_the_carried_rulebook_too(tmp_path: Path, rulebook: Rulebook) -> None:
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(rulebook.root, rules)
    new_rule(rules, "national/space/my-rule.yaml")
    grown = Rulebook.load(rules)
    assert {rule.id for rule in grown.rules} - {rule.id for rule in rulebook.rules} == {"my-rule"}


def test_a_rule_that_is_there_is_never_touched(tmp_path: Path) -> None:
    rules = write_book(tmp_path)
    new_rule(rules, "a/my-rule")
    (rules / "a/my-rule.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(RulebookError, match="is there already; choose another name"):
        new_rule(rules, "a/my-rule")
    (rules / "a/my-rule.yaml").unlink()
    with pytest.raises(RulebookError, match=r"my-rule\.cases\.yaml: is there already"):
        new_rule(rules, "a/my-rule")
    assert not (rules / "a/my-rule.yaml").exists()


@pytest.mark.parametrize("place", ["../outside", "/elsewhere/outside", "a/../../outside"])
def test_a_new_rule_stays_inside_the_rulebook(tmp_path: Path, place: str) -> None:
    rules = write_book(tmp_path)
    with pytest.raises(RulebookError, match="lies outside the rulebook"):
        new_rule(rules, place)


@pytest.mark.parametrize("place", ["", "a/", "a/我的规则", "a/My Rule", "a/x", "a/my-rule.cases", "a/{id}"])
def test_a_new_rule_has_a_name_the_rulebook_can_load(tmp_path: Path, place: str) -> None:
    rules = write_book(tmp_path)
    before = sorted(rules.rglob("*"))
    with pytest.raises(RulebookError, match="is not a rule id; use letters"):
        new_rule(rules, place)
    assert sorted(rules.rglob("*")) == before
