"""The coverage map: complete, derived from the rules, and refused where map and rules contradict each other."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.cli.coverage import coverage_command
from screening.errors import RulebookError
from screening.rulebook.coverage import Clause, Coverage, Status, coverage, read_maps
from screening.rulebook.coverage_page import coverage_page, rules_in_short, runs
from screening.rulebook.reader import Rulebook
from tests.rulebook.minimal import load, rule_text

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"
DAY = date(2026, 11, 23)
HEAD = "articles,chapter,reason,paragraphs,topic\n"
RIVER = "1,总则,purpose,,\n2-25,总则,government,,\n26,规划,,3,岸线\n27,规划,,2,航道\n28-30,责任,penalty,,\n"
ARTICLES = {
    "eco-code": 1242,
    "energy-conservation-law": 87,
    "groundwater-regulation": 64,
    "huaihe-basin-regulation": 43,
    "national-parks-law": 63,
    "planning-eia-regulation": 36,
    "qinghai-tibet-law": 63,
    "scenic-areas-regulation": 52,
    "taihu-basin-regulation": 70,
    "wetland-protection-law": 65,
    "yangtze-protection-law": 96,
    "yellow-river-protection-law": 122,
}
"""Counted in the published texts."""


@pytest.fixture(scope="module")
def found(rulebook: Rulebook, rules_folder: Path) -> dict[str, Coverage]:
    return {one.instrument.id: one for one in coverage(read_maps(rules_folder, rulebook), rulebook, DAY)}


def small(folder: Path, *rules: str, river: str = RIVER, name: str = "river-law") -> Rulebook:
    """A small rulebook with a map of the river law."""
    return load(folder, *(rules or (rule_text(),)), files={f"coverage/{name}.csv": HEAD + river})


def article(number: int, folder: Path, rulebook: Rulebook, day: date = DAY) -> Clause:
    (one,) = coverage(read_maps(folder / "rules", rulebook), rulebook, day)
    return one.clauses[number - 1]


def fault(folder: Path, rulebook: Rulebook) -> str:
    with pytest.raises(RulebookError) as caught:
        read_maps(folder / "rules", rulebook)
    return caught.value.report()


# The carried map


def test_every_law_of_the_issue_is_mapped_to_its_last_article(found: dict[str, Coverage]) -> None:
    assert {name: one.articles for name, one in found.items()} == ARTICLES


def test_every_article_has_exactly_one_status(found: dict[str, Coverage]) -> None:
    for one in found.values():
        assert [clause.article for clause in one.clauses] == list(range(1, one.articles + 1))
        assert sum(one.count().values()) == one.articles


def test_an_article_that_bears_on_access_says_on_what_and_has_a_row_of_its_own(found: dict[str, Coverage]) -> None:
    for one in found.values():
        for clause in one.clauses:
            assert bool(clause.topic) is (clause.status is not Status.NOT_ABOUT_ACCESS)


def test_known_articles_stand_where_a_lawyer_expects_them(found: dict[str, Coverage]) -> None:
    yangtze, code = found["yangtze-protection-law"].clauses, found["eco-code"].clauses
    assert yangtze[26 - 1].status is Status.ENCODED and yangtze[26 - 1].cited == (2, 3) and yangtze[26 - 1].in_part
    assert "yangtze-chemical-1km" in yangtze[26 - 1].rules
    assert code[566 - 1].status is Status.ENCODED
    assert code[1 - 1].status is Status.NOT_ABOUT_ACCESS and code[1 - 1].reason == "purpose"
    assert code[1200 - 1].reason == "penalty"


def test_before_the_code_was_in_force_it_has_nothing_to_answer_for(rulebook: Rulebook, rules_folder: Path) -> None:
    maps = read_maps(rules_folder, rulebook)
    before = {one.instrument.id: one for one in coverage(maps, rulebook, date(2026, 8, 14))}
    after = {one.instrument.id: one for one in coverage(maps, rulebook, date(2026, 8, 15))}
    assert not before["eco-code"].in_force and not any(before["eco-code"].count().values())
    assert after["eco-code"].in_force
    assert before["wetland-protection-law"].in_force


def test_the_page_is_what_the_rules_say_today(rulebook: Rulebook, rules_folder: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    match = re.search(r"--as-of (\d{4}-\d{2}-\d{2}) ", text)
    assert match, "the page names no day"
    day = date.fromisoformat(match[1])
    now = coverage_page(coverage(read_maps(rules_folder, rulebook), rulebook, day), day)
    assert text == now, f"run: screening rules coverage --as-of {day} --write docs/coverage.md"


# What follows from the rules


def test_an_article_without_a_rule_is_missing(tmp_path: Path) -> None:
    rulebook = small(tmp_path)
    assert article(26, tmp_path, rulebook).status is Status.ENCODED
    assert article(27, tmp_path, rulebook).status is Status.MISSING
    assert article(28, tmp_path, rulebook).status is Status.NOT_ABOUT_ACCESS


def test_without_its_rule_an_encoded_article_turns_missing(tmp_path: Path) -> None:
    rulebook = small(tmp_path)
    assert article(26, tmp_path, rulebook.only(())).status is Status.MISSING


def test_a_rule_that_has_lapsed_covers_nothing(tmp_path: Path) -> None:
    rulebook = small(tmp_path, rule_text(effective="{from: 2021-03-01, until: 2026-11-23}"))
    assert article(26, tmp_path, rulebook, date(2026, 11, 22)).status is Status.ENCODED
    assert article(26, tmp_path, rulebook, date(2026, 11, 23)).status is Status.MISSING


def test_an_article_of_which_every_rule_asks_a_question_is_left_to_judgement(tmp_path: Path) -> None:
    asks = rule_text(id="asks", outcome="review", question="{zh: 是否可行？, en: may it?}", message=None)
    rulebook = small(tmp_path, asks)
    assert article(26, tmp_path, rulebook).status is Status.JUDGEMENT


def test_one_deciding_rule_beside_a_question_makes_an_article_encoded(tmp_path: Path) -> None:
    asks = rule_text(id="asks", outcome="review", question="{zh: 是否可行？, en: may it?}", message=None)
    rulebook = small(tmp_path, asks, rule_text())
    clause = article(26, tmp_path, rulebook)
    assert clause.status is Status.ENCODED and clause.rules == ("asks", "the-rule")


def test_paragraphs_that_no_rule_names_make_an_article_covered_in_part(tmp_path: Path) -> None:
    cites = "[{instrument: river-law, clause: 第26条第2款、第3款}]"
    clause = article(26, tmp_path, small(tmp_path, rule_text(basis=cites)))
    assert clause.cited == (2, 3) and clause.paragraphs == 3 and clause.in_part


def test_an_article_cited_as_a_whole_is_not_covered_in_part(tmp_path: Path) -> None:
    by_paragraph = rule_text(id="one", basis="[{instrument: river-law, clause: 第26条第2款}]")
    clause = article(26, tmp_path, small(tmp_path, by_paragraph, rule_text()))
    assert clause.cited == () and not clause.in_part


def test_a_rule_not_compared_with_a_text_is_marked_provisional(tmp_path: Path) -> None:
    clause = article(26, tmp_path, small(tmp_path, rule_text(checked="{level: memory}")))
    assert clause.provisional == {"the-rule"}
    assert rules_in_short(clause) == "`the-rule`°"


def test_an_article_of_which_every_rule_only_reminds_of_a_duty_is_marked(tmp_path: Path) -> None:
    reminds = rule_text(id="reminds", outcome="obligation")
    rulebook = small(tmp_path, reminds)
    clause = article(26, tmp_path, rulebook)
    assert clause.status is Status.ENCODED and clause.duty
    assert not article(26, tmp_path / "both", small(tmp_path / "both", reminds, rule_text())).duty
    page = coverage_page(coverage(read_maps(tmp_path / "rules", rulebook), rulebook, DAY), DAY)
    assert "| encoded, duty |" in page and "| 30 | 1 | 0 | 1 | 0 |" in page


# Where map and rules contradict each other


def test_a_cited_article_listed_as_not_about_access_is_a_contradiction_that_names_both_places(tmp_path: Path) -> None:
    rulebook = small(tmp_path, rule_text(basis="[{instrument: river-law, clause: 第20条}]"))
    assert fault(tmp_path, rulebook) == (
        "rules/rule1.yaml:1: cites river-law 第20条, which rules/coverage/river-law.csv:3 says is not about access "
        '("government"); give the article its own row with a topic, or correct the citation'
    )


def test_a_contradiction_counts_even_after_the_rule_has_lapsed(tmp_path: Path) -> None:
    lapsed = rule_text(
        basis="[{instrument: river-law, clause: 第20条}]", effective="{from: 2021-03-01, until: 2022-01-01}"
    )
    assert "not about access" in fault(tmp_path, small(tmp_path, lapsed))


def test_a_citation_past_the_last_article_is_refused(tmp_path: Path) -> None:
    rulebook = small(tmp_path, rule_text(basis="[{instrument: river-law, clause: 第31条}]"))
    assert "cites river-law 第31条, but the last article is 30" in fault(tmp_path, rulebook)


def test_a_citation_past_the_last_paragraph_is_refused(tmp_path: Path) -> None:
    rulebook = small(tmp_path, rule_text(basis="[{instrument: river-law, clause: 第26条第4款}]"))
    assert "article 26 has 3 paragraphs" in fault(tmp_path, rulebook)


def test_a_citation_of_a_mapped_law_must_name_an_article(tmp_path: Path) -> None:
    rulebook = small(tmp_path, rule_text(basis="[{instrument: river-law, clause: 岸线条款}]"))
    assert "which names no article" in fault(tmp_path, rulebook)


def test_an_unknown_instrument_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    report = fault(tmp_path, small(tmp_path, name="rivers-law"))
    assert report == 'rules/coverage/rivers-law.csv: there is no instrument "rivers-law"; did you mean "river-law"?'


@pytest.mark.parametrize(
    ("river", "says"),
    [
        (
            "1-25,总则,purpose,,\n25,总则,,1,岸线\n26,规划,,1,岸线\n",
            ":3: article 25 stands twice; go on with article 26",
        ),
        ("1-24,总则,purpose,,\n26,规划,,1,岸线\n", ":3: article 25 is left out; go on with article 25"),
        ("1-20,总则,purpose,,\n26,规划,,1,岸线\n", ":3: articles 21-25 are left out; go on with article 21"),
        ("2-25,总则,purpose,,\n26,规划,,1,岸线\n", ":2: article 1 is left out"),
        ("1-25,总则,porpose,,\n26,规划,,1,岸线\n", ':2: "porpose" is no reason; did you mean "purpose"?'),
        ("1-25,总则,purpose,,\n26,规划,purpose,1,岸线\n", ":3: has a reason for not being about access, and a topic"),
        ("1-25,总则,purpose,,\n26,规划,,,\n", ":3: says neither reason nor topic"),
        ("1-25,总则,purpose,,\n26,规划,,,岸线\n", ":3: does not count the paragraphs of the article"),
        ("1-25,总则,purpose,,\n26,规划,,零,岸线\n", ":3: does not count the paragraphs of the article"),
        ("1-25,总则,purpose,,\n26-27,规划,,1,岸线\n", ":3: articles 26-27 bear on access and share one row"),
        ("1-25,,purpose,,\n26,规划,,1,岸线\n", ":2: names no chapter"),
        ("1-25,总则,purpose,,\n第26条,规划,,1,岸线\n", ':3: "第26条" is no article or run of articles'),
        ("9-1,总则,purpose,,\n", ':2: "9-1" is no article or run of articles'),
        ("0-25,总则,purpose,,\n", ':2: "0-25" is no article or run of articles'),
        ("1-99999,总则,purpose,,\n", ':2: "1-99999" is no article or run of articles'),
    ],
)
def test_a_map_that_is_not_whole_is_refused_with_its_line(tmp_path: Path, river: str, says: str) -> None:
    assert f"rules/coverage/river-law.csv{says}" in fault(tmp_path, small(tmp_path, river=river))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("articles,chapter,reason\n1,总则,purpose\n", "has other columns"),
        (HEAD, "lists no article"),
        (HEAD + "1,总则\n", "this row has not as many cells as the header"),
        ("", "is empty"),
    ],
)
def test_a_map_that_is_no_table_of_articles_is_refused(tmp_path: Path, text: str, says: str) -> None:
    assert says in fault(tmp_path, load(tmp_path, rule_text(), files={"coverage/river-law.csv": text}))


def test_a_rulebook_without_maps_says_where_they_belong(tmp_path: Path) -> None:
    assert fault(tmp_path, load(tmp_path, rule_text())) == "rules/coverage: has no map of articles; add INSTRUMENT.csv"


def test_every_problem_is_named_at_once_and_each_only_once(tmp_path: Path) -> None:
    cites = "[{instrument: river-law, clause: 第20条}, {instrument: river-law, clause: 第20条}]"
    report = fault(tmp_path, small(tmp_path, rule_text(basis=cites), river=RIVER.replace("purpose", "porpose")))
    assert len(report.splitlines()) == 2


# The command and the page


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(coverage_command, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_command_counts_each_instrument_on_a_day(found: dict[str, Coverage]) -> None:
    code, output = run("--as-of", str(DAY), "--lang", "en", "--instrument", "wetland-protection-law")
    head, row = output.splitlines()
    assert code == 0 and head.split(maxsplit=1)[0] == "encoded"
    assert row.split() == ["wetland-protection-law", *map(str, found["wetland-protection-law"].count().values())]


def test_the_command_lists_what_is_missing(found: dict[str, Coverage]) -> None:
    code, output = run("--as-of", str(DAY), "--missing", "--instrument", "scenic-areas-regulation")
    listed = [int(number) for number in re.findall(r"^scenic-areas-regulation 第(\d+)条 ", output, re.MULTILINE)]
    assert code == 0
    assert listed == [clause.article for clause in found["scenic-areas-regulation"].having(Status.MISSING)]


def test_the_command_says_when_a_law_was_not_in_force() -> None:
    code, output = run("--as-of", "2026-08-14", "--lang", "en", "--instrument", "eco-code")
    assert code == 0 and output.splitlines()[1].split(maxsplit=1)[1] == "not in force that day"


def test_an_instrument_without_a_map_is_refused_with_the_nearest_one() -> None:
    code, output = run("--instrument", "wetlands-protection-law", "--lang", "en")
    assert code == 2 and 'did you mean "wetland-protection-law"?' in output


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "coverage.md"
    code, _ = run("--as-of", str(DAY), "--write", str(page))
    assert code == 0 and page.read_text(encoding="utf-8").startswith("# Coverage map\n")


def test_a_page_that_cannot_be_written_is_refused_clearly(tmp_path: Path) -> None:
    code, output = run("--write", str(tmp_path / "none" / "coverage.md"), "--lang", "en")
    assert code == 2 and "cannot be written" in output and "Traceback" not in output


def test_a_law_out_of_force_has_no_numbers_on_the_page(tmp_path: Path) -> None:
    rulebook = small(tmp_path)
    day = date(2020, 1, 1)
    page = coverage_page(coverage(read_maps(tmp_path / "rules", rulebook), rulebook, day), day)
    assert "not in force | 30 |  |" in page and "Not in force on that day." in page


def test_neighbouring_articles_are_written_as_runs() -> None:
    assert runs([3, 1, 2, 7, 9, 10]) == "1-3, 7, 9-10"
    assert runs([]) == ""


def test_the_rules_of_one_table_are_written_as_one() -> None:
    rules = ("alone", "many.a", "many.b")
    clause = Clause(1, "章", Status.ENCODED, "", "事项", 1, (), rules, frozenset({"many.a", "many.b"}), False)
    assert rules_in_short(clause) == "`alone`, `many.*`° (2)"
