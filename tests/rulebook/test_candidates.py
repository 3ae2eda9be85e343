"""The account of the rule candidates: complete, tied to the rules, and refused when it claims too much."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.cli.candidates import candidates as command
from screening.errors import RulebookError
from screening.rulebook.candidates import FILE, Standing, counts, read_candidates
from screening.rulebook.reader import Rulebook
from screening.settings import read_settings

RULES = read_settings({}).rules
HEAD = "# count: {count}\nid,status,rule,reason\n"


def account(folder: Path, *rows: str, count: int | None = None) -> Path:
    (folder / FILE).write_text(
        HEAD.format(count=len(rows) if count is None else count) + "".join(f"{row}\n" for row in rows), encoding="utf-8"
    )
    return folder


def fault(folder: Path, rulebook: Rulebook) -> str:
    with pytest.raises(RulebookError) as caught:
        read_candidates(folder, rulebook)
    return str(caught.value)


def test_all_237_candidates_are_accounted_for_and_at_least_220_stand_in_the_rulebook(rulebook: Rulebook) -> None:
    found = read_candidates(RULES, rulebook)
    assert len(found) == 237
    assert sum(one.standing.in_rulebook for one in found) >= 220
    assert sum(counts(found).values()) == 237


def test_a_rule_that_does_not_exist_is_named_with_its_line(tmp_path: Path, rulebook: Rulebook) -> None:
    text = fault(account(tmp_path, "AA-001,encoded,drinking-water-9,"), rulebook)
    assert "candidates.csv:3" in text
    assert "drinking-water-9" in text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("AA-001,done,steel-capacity,", "no status"),
        ("AA-001,encoded,,", "names no rule"),
        ("AA-001,judgement,,", "names no rule"),
        ("AA-001,merged,steel-capacity,", "without a reason"),
        ("AA-001,declined,,", "without a reason"),
        ("AA-001,open,,", "without a reason"),
        ("AA-001,declined,steel-capacity,why", "yet names a rule"),
        ("AA-001,judgement,steel-capacity,", "none of its rules asks for review"),
        ("AA-001,encoded,steel-capacity|steel-capacity,", "twice"),
        ("A1,encoded,steel-capacity,", "no candidate id"),
        ("AA-001,encoded", "2 cells"),
    ],
)
def test_a_row_that_claims_what_is_not_so_is_refused(tmp_path: Path, rulebook: Rulebook, row: str, said: str) -> None:
    assert said in fault(account(tmp_path, row), rulebook)


def test_a_candidate_that_stands_twice_is_refused(tmp_path: Path, rulebook: Rulebook) -> None:
    text = fault(account(tmp_path, "AA-001,open,,later", "AA-001,open,,later", count=1), rulebook)
    assert "AA-001 stands twice" in text


def test_a_missing_candidate_is_named(tmp_path: Path, rulebook: Rulebook) -> None:
    text = fault(account(tmp_path, "AA-001,open,,later", "AA-003,open,,later", count=3), rulebook)
    assert "AA-002 is missing" in text
    assert "2 candidates where 3 are counted" in text


def test_all_faults_come_at_once(tmp_path: Path, rulebook: Rulebook) -> None:
    text = fault(account(tmp_path, "AA-001,encoded,nowhere,", "AA-002,declined,,"), rulebook)
    assert "nowhere" in text
    assert "without a reason" in text


def test_an_account_without_its_count_is_refused(tmp_path: Path, rulebook: Rulebook) -> None:
    (tmp_path / FILE).write_text("id,status,rule,reason\n", encoding="utf-8")
    assert "# count: N" in fault(tmp_path, rulebook)


def test_other_columns_are_refused(tmp_path: Path, rulebook: Rulebook) -> None:
    (tmp_path / FILE).write_text("# count: 0\nid,rule\n", encoding="utf-8")
    assert "id,status,rule,reason" in fault(tmp_path, rulebook)


def test_quoted_commas_and_lines_keep_their_place(tmp_path: Path, rulebook: Rulebook) -> None:
    found = read_candidates(account(tmp_path, 'AA-001,declined,,"one, two"', "AA-002,open,,later"), rulebook)
    assert [one.reason for one in found] == ["one, two", "later"]
    assert [one.where for one in found] == ["candidates.csv:3", "candidates.csv:4"]


def test_the_command_counts_them_and_lists_those_of_one_status() -> None:
    counted = CliRunner().invoke(command, ["--lang", "en"])
    assert counted.exit_code == 0
    assert "of 237 in the rulebook" in counted.output
    listed = CliRunner().invoke(command, ["--lang", "en", "--status", Standing.DECLINED.value])
    assert "SP-005" in listed.output
    assert "SP-001 " not in listed.output
