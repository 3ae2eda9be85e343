"""The rulebook in: law by its days, tables by their rows, and every problem at once with its file and line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.engine.program import prepare
from screening.errors import RulebookError, ScreeningError
from screening.rulebook.model import AllOf, Citation, Effect, Level, Op, Period, Rule, Test
from screening.rulebook.reader import Rulebook, rule_files

from .minimal import FACTS, INSTRUMENTS, RULE, load, load_rule, problems, rule_problems, rule_text, write_book

days = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2020, 1, 9)))
periods = st.tuples(days, days).filter(lambda pair: None in pair or pair[0] < pair[1]).map(lambda pair: Period(*pair))
CALENDAR = [date(2019, 12, 25) + timedelta(number) for number in range(30)]


@given(periods, periods)
def test_periods_overlap_and_lie_within_as_their_days_do(one: Period, other: Period) -> None:
    ours, theirs = ({day for day in CALENDAR if period.covers(day)} for period in (one, other))
    assert one.overlaps(other) is bool(ours & theirs)
    assert one.within(other) is (ours <= theirs)


def test_a_rule_is_read_whole(tmp_path: Path) -> None:
    rule = load_rule(tmp_path, readings="[含本数]", not_encoded="[园区本身]", remedy="{zh: 改, en: mend}")
    assert (rule.id, rule.jurisdiction, rule.effect, rule.level) == ("the-rule", "CN", Effect.REJECT, Level.TEXT)
    assert (rule.effective, rule.checked_on) == (Period(date(2021, 3, 1)), date(2026, 11, 22))
    assert rule.basis == (Citation("river-law", "第26条"),)
    assert (rule.title, rule.message, rule.remedy) == (("题目", "title"), ("不行", "no"), ("改", "mend"))
    assert (rule.readings, rule.not_encoded) == (("含本数",), ("园区本身",))
    assert rule.where == "rules/rule1.yaml:1"


def test_a_review_with_a_question_is_a_judgement(tmp_path: Path) -> None:
    assert load_rule(tmp_path, outcome="review", message=None, question="{zh: 是否, en: whether}").judgement
    assert not load_rule(tmp_path, outcome="review").judgement


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"titel": "{zh: 甲, en: a}"}, '10: unknown key "titel"; did you mean "title"?'),
        ({"zzz": "1"}, '10: unknown key "zzz"; known here: id, title, '),
        ({"title": None}, '1: the key "title" is missing; add it'),
        ({"title": "题目"}, '2: "题目" where a mapping belongs; write the keys zh, en'),
        ({"title": "{zh: 题目}"}, '2: the key "en" is missing; add it'),
        ({"message": "{zh: 不行}"}, '8: the key "en" is missing; add it'),
        ({"message": "{zh: 不行, en: no, fr: non}"}, '8: unknown key "fr"'),
        ({"id": "x"}, '1: "x" is not a rule id; use letters, digits, - and .'),
        ({"id": "规则"}, '1: "规则" is not a rule id'),
        ({"id": "a/b/c"}, '1: "a/b/c" is not a rule id'),
        ({"jurisdiction": "China"}, '3: "China" is no jurisdiction; CN, a 2, 4 or 6 digit code'),
        ({"jurisdiction": "429"}, '3: "429" is no jurisdiction'),
        ({"effective": "{}"}, "4: has no first day; write from: DAY"),
        ({"effective": "2021-03-01"}, '4: "2021-03-01" where a mapping belongs; write the keys from, until'),
        ({"effective": "{from: 2021-02-30}"}, '4: "2021-02-30" is not a day; write it as 2026-08-15'),
        ({"effective": "{from: 2022-01-01, until: 2022-01-01}"}, "4: the period ends before it begins"),
        ({"effective": "{from: 2022-01-01, to: 2023-01-01}"}, '4: unknown key "to"'),
        ({"basis": "[]"}, "5: rests on nothing; list {instrument: ..., clause: ...}"),
        ({"basis": "river-law"}, "5: rests on nothing"),
        ({"basis": "[{instrument: river-law}]"}, '5: the key "clause" is missing; add it'),
        ({"basis": "[{instrument: rivver-law, clause: 1}]"}, '5: unknown instrument "rivver-law"; did you mean "river-law"?'),
        ({"basis": "[{instrument: gb-1, clause: 1}]"}, '5: unknown instrument "gb-1"; add it to rules/instruments.yaml'),
        ({"outcome": "forbid"}, "7: unknown outcome; use reject, review, obligation, classify"),
        ({"outcome": "pass"}, "7: unknown outcome"),
        ({"outcome": "classify"}, "1: classifies and `outcome: classify` belong together; write both or neither"),
        ({"classifies": "class.big"}, "1: classifies and `outcome: classify` belong together"),
        ({"outcome": "classify", "classifies": "class.bigg"}, '10: "class.bigg" is no class.* flag; did you mean "class.big"?'),
        ({"outcome": "classify", "classifies": "project.in_park"}, '10: "project.in_park" is no class.* flag'),
        ({"message": None}, "1: says nothing to the applicant; write message: {zh: ..., en: ...}"),
        ({"question": "{zh: 问, en: ask}"}, "1: a question belongs to a rule whose outcome is review"),
        ({"checked": "{level: hearsay}"}, "9: unknown level; use text, secondary, memory"),
        ({"checked": "{on: 2026-11-22}"}, '9: the key "level" is missing; add it'),
        ({"checked": "{level: text, on: yesterday}"}, '9: "yesterday" is not a day'),
        ({"message": "{zh: '距{site.distance.shore}', en: no}"}, '8: "{site.distance.shore}" is neither a column nor a fact'),
        ({"message": "{zh: '{name}', en: no}"}, '8: "{name}" is neither a column nor a fact; write a fact key'),
        ({"when": None}, '1: the key "when" is missing; add it'),
        ({"for_each": "table.csv"}, "table.csv: cannot be opened"),
        ({"for_each": "../../table.csv"}, "10: names a table outside the rulebook; keep the CSV beside the rules"),
        ({"for_each": '"\\0"'}, "cannot be opened"),
        ({"for_each": "{tabel: t.csv}"}, '10: unknown key "tabel"; did you mean "table"?'),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_with_its_line_and_a_remedy(
    tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    found = rule_problems(tmp_path, **changes)
    where = "rules/" if said.startswith("table.csv") or said == "cannot be opened" else "rules/rule1.yaml:"
    assert any(line.startswith(where) and said in line for line in found), found


def test_every_problem_of_every_file_comes_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        rule_text(titel="x", outcome="forbid", when="{project.worxs: new_build}", jurisdiction="China"),
        "a: [",
        rule_text(id="other", basis="[{instrument: gb-1, clause: 1}]"),
        "- a list",
        "a: 1\na: 2\n",
    )
    assert [line.split(": ")[0] for line in found] == [
        "rules/rule1.yaml:3",
        "rules/rule1.yaml:6",
        "rules/rule1.yaml:7",
        "rules/rule1.yaml:10",
        "rules/rule2.yaml:2",
        "rules/rule3.yaml:5",
        *["rules/rule4.yaml:1"] * (len(found) - 7),
        "rules/rule5.yaml:2",
    ]


@pytest.mark.parametrize(
    "text", ["", "\n", "# nothing yet\n", "text\n", "[]\n", "when: []\n", "for_each: {}\n", "😀\n"]
)
def test_no_rule_file_is_skipped_in_silence(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)


@given(st.binary(max_size=80))
def test_any_rule_file_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = write_book(tmp_path_factory.mktemp("any"))
    (folder / "rule1.yaml").write_bytes(data)
    with pytest.raises(RulebookError):
        Rulebook.load(folder)


@given(st.sampled_from(sorted(RULE)), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_words_under_any_key_load_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, key: str, text: str
) -> None:
    try:
        load(tmp_path_factory.mktemp("any"), rule_text(**{key: text}))
    except ScreeningError as error:
        assert isinstance(error, RulebookError)
        assert all(problem.where for problem in error.problems)


def test_a_folder_that_is_no_rulebook_says_so(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="is not a folder of rules"):
        Rulebook.load(tmp_path / "absent")
    with pytest.raises(RulebookError, match=r"instruments\.yaml: cannot be opened"):
        Rulebook.load(tmp_path)


# --- law by its days ---------------------------------------------------------------------------------------------

NEW_LAW, OLD_LAW = "[{instrument: eco-code, clause: 第1条}]", "[{instrument: water-law, clause: 第1条}]"


@pytest.mark.parametrize(
    ("basis", "effective", "fits"),
    [
        (OLD_LAW, "{from: 2020-01-01, until: 2026-08-15}", True),
        (OLD_LAW, "{from: 2008-06-01, until: 2026-08-15}", True),
        (OLD_LAW, "{from: 2020-01-01, until: 2026-08-16}", False),
        (OLD_LAW, "{from: 2020-01-01}", False),
        (OLD_LAW, "{from: 2008-05-31, until: 2026-08-15}", False),
        (OLD_LAW, "{from: 2026-08-15, until: 2027-01-01}", False),
        (NEW_LAW, "{from: 2026-08-15}", True),
        (NEW_LAW, "{from: 2026-08-14}", False),
        (NEW_LAW, "{from: 2020-01-01, until: 2026-08-15}", False),
        ("[{instrument: river-law, clause: 1}, {instrument: water-law, clause: 1}]", "{from: 2022-01-01}", False),
    ],
)
def test_a_rule_cites_only_what_was_law_on_all_its_days(tmp_path: Path, basis: str, effective: str, fits: bool) -> None:
    """The Code replaced ten laws on 2026-08-15: neither side of that day may rest on the other's law."""
    if fits:
        assert load_rule(tmp_path, basis=basis, effective=effective).basis
    else:
        found = rule_problems(tmp_path, basis=basis, effective=effective)
        assert len(found) == 1
        assert "is law only from" in found[0]
        assert found[0].endswith("cite what was in force, or bound the rule with from / until")


def test_the_day_a_law_is_repealed_is_the_first_day_of_the_next(tmp_path: Path) -> None:
    book = load(
        tmp_path,
        rule_text(basis=OLD_LAW, effective="{from: 2020-01-01, until: 2026-08-15}", title="{zh: 旧, en: old}"),
        rule_text(basis=NEW_LAW, effective="{from: 2026-08-15}", title="{zh: 新, en: new}"),
    )
    titles = {day: [rule.title.en for rule in book.in_force(date.fromisoformat(day))] for day in (
        "2019-12-31", "2020-01-01", "2026-08-14", "2026-08-15")}  # fmt: skip
    assert titles == {"2019-12-31": [], "2020-01-01": ["old"], "2026-08-14": ["old"], "2026-08-15": ["new"]}
    latest, before, none = (book.find("the-rule", day) for day in (None, date(2026, 8, 14), date(2019, 1, 1)))
    assert latest is not None
    assert before is not None
    assert (latest.title.en, before.title.en, none) == ("new", "old", None)


@pytest.mark.parametrize(
    ("one", "other", "fits"),
    [
        ("{from: 2022-01-01}", "{from: 2023-01-01}", False),
        ("{from: 2022-01-01, until: 2023-01-02}", "{from: 2023-01-01}", False),
        ("{from: 2022-01-01}", "{from: 2022-01-01}", False),
        ("{from: 2022-01-01, until: 2023-01-01}", "{from: 2023-01-01}", True),
        ("{from: 2022-01-01, until: 2022-06-01}", "{from: 2023-01-01}", True),
    ],
)
def test_two_versions_of_a_rule_are_never_in_force_on_one_day(tmp_path: Path, one: str, other: str, fits: bool) -> None:
    texts = rule_text(effective=other), rule_text(effective=one)
    if fits:
        assert len(load(tmp_path, *texts).rules) == 2
    else:
        found = problems(tmp_path, *texts)
        assert len(found) == 1
        assert '"the-rule" is in force twice on some days (see rules/rule' in found[0]
        assert found[0].endswith("end the older with `until`")


def test_overlap_is_found_past_a_short_version_in_between(tmp_path: Path) -> None:
    periods = "{from: 2022-01-01}", "{from: 2023-01-01, until: 2023-02-01}", "{from: 2024-01-01}"
    assert problems(tmp_path, *(rule_text(effective=period) for period in periods))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x: {name: {zh: 甲, en: a}, issuer: 甲}", '4: the key "in_force" is missing; add it'),
        ("x: {name: {zh: 甲, en: a}, issuer: 甲, in_force: {until: 2020-01-01}}", '4: "x" has no day of entry into force'),
        ("x: {name: {zh: 甲}, issuer: 甲, in_force: {from: 2020-01-01}}", '4: the key "en" is missing'),
        ("x: {name: {zh: 甲, en: a}, issuer: 甲, in_force: {from: 2020-01-01}, repealed_by: eco-cod}",
         '4: "x" is repealed by unknown "eco-cod"; did you mean "eco-code"?'),
        ("x: {name: {zh: 甲, en: a}, issuer: 甲, in_force: {from: 2020-01-01}, link: y}", '4: unknown key "link"'),
        ("eco-code: {}", '4: the key "eco-code" stands twice'),
    ],
)  # fmt: skip
def test_a_wrong_instrument_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    found = problems(tmp_path, files={"instruments.yaml": INSTRUMENTS + line + "\n"})
    assert any(
        text.startswith("rules/instruments.yaml:4: ") and said in f"4: {text.split(': ', 1)[1]}" for text in found
    ), found


# --- place -------------------------------------------------------------------------------------------------------

UNIT = "ZH42990120001"


@pytest.mark.parametrize("place", ["42", "4205", "420500", "basin_yangtze", "region_fenwei", UNIT])
def test_a_rule_of_a_place_asks_first_whether_the_site_lies_there(tmp_path: Path, place: str) -> None:
    asked = Test("site.jurisdictions", Op.HAS, frozenset({place}), place)
    rule = load_rule(tmp_path, jurisdiction=f"'{place}'")
    assert isinstance(rule.when, AllOf)
    assert rule.when.parts[0] == asked
    assert rule.when.parts[1:] == (load_rule(tmp_path).when,)


def test_a_rule_of_the_country_asks_nothing_of_the_place(tmp_path: Path) -> None:
    assert "site.jurisdictions" not in str(load_rule(tmp_path).when)


# --- tables ------------------------------------------------------------------------------------------------------

TABLE = """\
unit,name,limit,class,clause
ZH42990120001,一号单元,5 t/a,banned,2.1
ZH42990120002,二号单元,7 t/a,limited,2.2
ZH42990120003,三号单元,,limited,2.3
"""
EACH = {
    "id": "cap.{unit}",
    "title": '{zh: "{name}产能", en: "capacity in {unit}"}',
    "jurisdiction": '"{unit}"',
    "basis": '[{instrument: river-law, clause: "{clause}"}]',
    "when": '{project.capacity: {at_least: "{limit}"}}',
    "message": '{zh: "{project.capacity}", en: "{project.capacity}"}',
    "for_each": "{table: table.csv, given: [limit]}",
}


def expanded(folder: Path, **changes: str) -> dict[str, Rule]:
    book = load(folder, rule_text(**{**EACH, **changes}), files={"table.csv": TABLE})
    return {rule.id: rule for rule in book.rules}


def test_a_rule_over_a_table_is_one_rule_for_every_row_left(tmp_path: Path) -> None:
    rules = expanded(tmp_path)
    assert list(rules) == ["cap.ZH42990120001", "cap.ZH42990120002"]
    second = rules["cap.ZH42990120002"]
    assert (second.title.zh, second.jurisdiction, second.basis[0].clause) == ("二号单元产能", "ZH42990120002", "2.2")
    assert isinstance(second.when, AllOf)
    assert second.when.parts[-1] == Test("project.capacity", Op.AT_LEAST, 7, "7 t/a")
    assert second.message.zh == "{project.capacity}"
    assert len({rule.digest for rule in rules.values()}) == 2


@pytest.mark.parametrize(
    ("each", "ids"),
    [
        ("{table: table.csv, given: [limit], where: {class: limited}}", ["cap.ZH42990120002"]),
        (
            "{table: table.csv, given: [limit], where: {class: banned|limited}}",
            ["cap.ZH42990120001", "cap.ZH42990120002"],
        ),
        ("{table: table.csv, given: limit, where: {class: banned}}", ["cap.ZH42990120001"]),
    ],
)
def test_the_rows_of_a_table_are_chosen_by_their_cells(tmp_path: Path, each: str, ids: list[str]) -> None:
    assert list(expanded(tmp_path, for_each=each)) == ids


@pytest.mark.parametrize(
    ("changes", "table", "said"),
    [
        ({}, TABLE.replace("limit", "limits"), 'rule1.yaml:10: the table has no column "limit"; did you mean "limits"?'),
        ({"for_each": "{table: table.csv, where: {klass: banned}}"}, TABLE, 'the table has no column "klass"'),
        ({"for_each": "{table: table.csv, where: {class: none}}"}, TABLE, "rule1.yaml:10: no row of the table is left"),
        ({}, "unit,name,limit,class,clause\n", "rule1.yaml:10: "),
        ({"basis": '[{instrument: river-law, clause: "{claus}"}]'}, TABLE, '5: the table has no column "claus"; did you mean "clause"?'),
        ({"message": '{zh: "{nam}", en: no}'}, TABLE, 'rule1.yaml:8: the table has no column "nam"; did you mean "name"?'),
        ({"when": '{"project.{nam}": yes}'}, TABLE, 'rule1.yaml:6: the table has no column "nam"'),
        ({"readings": '["{nam}"]'}, TABLE, 'rule1.yaml:11: the table has no column "nam"'),
        ({"for_each": "table.csv"}, TABLE, 'rule1.yaml:6: "" is not a quantity'),
        ({}, TABLE.replace("5 t/a", "5 km"), 'rule1.yaml:6: "km" does not measure the same thing as "t/a"'),
        ({}, TABLE.replace("ZH42990120001", "42990120001"), '"42990120001" is no jurisdiction'),
        ({}, TABLE.replace("ZH42990120002", "ZH42990120001"), '"cap.ZH42990120001" is in force twice on some days'),
        ({}, TABLE.replace("5 t/a,banned", "5 t/a;banned"), "table.csv:2: this row has not as many cells as the header"),
        ({}, TABLE.replace("class", "name"), "table.csv:1: the header has an empty or repeated column"),
        ({}, TABLE.replace("unit,", ","), "table.csv:1: the header has an empty or repeated column"),
        ({}, "\n", "table.csv: is empty"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_with_its_line(tmp_path: Path, changes: dict[str, str], table: str, said: str) -> None:
    found = problems(tmp_path, rule_text(**{**EACH, **changes}), files={"table.csv": table})
    assert any(said in line for line in found), found


def test_a_cell_left_empty_is_a_key_left_empty(tmp_path: Path) -> None:
    """So that a column `until` may hold a day for some rows and nothing for the others."""
    table = "unit,until\nZH42990120001,2024-01-01\nZH42990120002,\n"
    text = rule_text(id="a.{unit}", effective='{from: 2022-01-01, until: "{until}"}', for_each="table.csv")
    book = load(tmp_path, text, files={"table.csv": table})
    assert [rule.effective.until for rule in book.rules] == [date(2024, 1, 1), None]


def test_a_cell_cannot_break_out_of_the_words_it_fills(tmp_path: Path) -> None:
    table = 'unit,words\nZH42990120001,"a, en: b}\nwhen: {project.fuels: {has: coal}} {unit}"\n'
    text = rule_text(id="a.{unit}", message='{zh: "{words}", en: no}', for_each="table.csv")
    assert "is neither a column nor a fact" in problems(tmp_path, text, files={"table.csv": table})[0]
    rule = load(tmp_path, text, files={"table.csv": table.replace("{project.fuels: {has: coal}} {unit}", "x")}).rules[0]
    assert rule.message.zh == "a, en: b}\nwhen: x"
    assert rule.when == load_rule(tmp_path).when


# --- digests and order -------------------------------------------------------------------------------------------


def test_a_digest_is_of_the_meaning_wherever_the_file_lies(tmp_path: Path) -> None:
    here = load(tmp_path / "a", rule_text())
    there = load(tmp_path / "b", files={"national/deep/other.yaml": "# a remark\n\n" + rule_text()})
    assert here.rules[0].digest == there.rules[0].digest
    assert here.digest == there.digest


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "{zh: 题, en: title}"},
        {"jurisdiction": "'42'"},
        {"effective": "{from: 2021-03-02}"},
        {"basis": "[{instrument: river-law, clause: 第27条}]"},
        {"when": "{project.works: new_build}"},
        {"unless": "{project.in_park: yes}"},
        {"outcome": "review"},
        {"message": "{zh: 不行, en: never}"},
        {"checked": "{level: memory}"},
        {"readings": "[含本数]"},
    ],
)
def test_a_digest_changes_with_whatever_a_rule_says(tmp_path: Path, changes: dict[str, str]) -> None:
    assert load_rule(tmp_path, **changes).digest != load_rule(tmp_path).digest


def test_a_digest_changes_with_a_group_the_rule_names(tmp_path: Path) -> None:
    """The words are the same; what they mean is not."""
    wider = FACTS.replace("members: [new_build, expansion]", "members: [new_build, expansion, alteration]")
    assert (
        load(tmp_path, rule_text(), files={"vocabulary/facts.yaml": wider}).digest
        != load(tmp_path / "b", rule_text()).digest
    )


def test_rules_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    ids = ["zeta-rule", "alpha-rule", "mid-rule"]
    assert [rule.id for rule in load(tmp_path, *(rule_text(id=it) for it in ids)).rules] == sorted(ids)


def test_only_narrows_a_rulebook_and_keeps_its_words(tmp_path: Path) -> None:
    book = load(tmp_path, rule_text(), rule_text(id="other"))
    alone = book.only([book.rules[1]])
    assert [rule.id for rule in alone.rules] == [book.rules[1].id]
    assert alone.vocabulary is book.vocabulary
    assert alone.digest != book.digest


def test_cases_vocabulary_and_instruments_are_no_rules(tmp_path: Path) -> None:
    folder = write_book(tmp_path, {"a/b.yaml": "", "a/b.cases.yaml": "", "a/instruments.yaml": "", "t.csv": ""})
    assert [path.relative_to(folder).as_posix() for path in rule_files(folder)] == ["a/b.yaml", "a/instruments.yaml"]


# --- classes -----------------------------------------------------------------------------------------------------

CLASSIFY = {"outcome": "classify", "message": None}


def test_classes_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    one = rule_text(id="one", classifies="class.big", when="{class.two_high: yes}", **CLASSIFY)
    other = rule_text(id="other", classifies="class.two_high", when="{class.big: yes}", **CLASSIFY)
    with pytest.raises(RulebookError, match=r"classes wait for each other: class\.big, class\.two_high; let one"):
        prepare(load(tmp_path, one, other), date(2026, 11, 22))


def test_a_class_that_waits_for_itself_is_refused(tmp_path: Path) -> None:
    alone = rule_text(classifies="class.big", when="{class.big: yes}", **CLASSIFY)
    with pytest.raises(RulebookError, match=r"classes wait for each other: class\.big"):
        prepare(load(tmp_path, alone), date(2026, 11, 22))


def test_a_class_may_rest_on_another(tmp_path: Path) -> None:
    one = rule_text(id="one", classifies="class.big", when="{project.capacity: {over: 5 t/a}}", **CLASSIFY)
    other = rule_text(id="other", classifies="class.two_high", when="{class.big: yes}", **CLASSIFY)
    sets = [stratum.sets for stratum in prepare(load(tmp_path, one, other), date(2026, 11, 22)).strata]
    assert sets == [{"class.big"}, {"class.two_high"}]


def test_a_circle_is_refused_only_on_days_it_is_law(tmp_path: Path) -> None:
    one = rule_text(id="one", classifies="class.big", when="{class.two_high: yes}", **CLASSIFY)
    other = rule_text(
        id="other",
        classifies="class.two_high",
        when="{class.big: yes}",
        **{**CLASSIFY, "effective": "{from: 2025-01-01}"},
    )
    book = load(tmp_path, one, other)
    assert prepare(book, date(2024, 12, 31)).strata
    with pytest.raises(RulebookError):
        prepare(book, date(2025, 1, 1))
