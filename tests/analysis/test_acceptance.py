"""What the keepers let stand, and the command that says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from screening.analysis import Kind, analyse
from screening.cli.rules import lint
from screening.errors import RulebookError
from screening.rulebook.reader import Rulebook
from tests.rulebook.minimal import rule_text, write_book

GAP = {
    "rule1.yaml": rule_text(id="the-rule", effective="{from: 2021-03-01, until: 2024-01-01}"),
    "rule2.yaml": rule_text(id="the-rule", effective="{from: 2025-01-01}"),
}
QUESTION = "asking: {project.works: {found: {zh: 批复, en: approval}, why: {zh: 因为, en: because}}}\n"


def kinds(folder: Path, accepted: str | None) -> tuple[list[Kind], list[str]]:
    files = GAP | ({"lint.yaml": accepted} if accepted else {})
    root = write_book(folder, files)
    found = analyse(Rulebook.load(root), root)
    return [fault.kind for fault in found.errors], [problem.text() for problem in found.stale]


def test_a_fault_with_a_reason_may_stand(tmp_path: Path) -> None:
    assert Kind.GAP_IN_TIME in kinds(tmp_path / "open", None)[0]
    entry = 'accepted: [{fault: gap-between-editions, about: "the-*", reason: 暂停一年。}]'
    errors, stale = kinds(tmp_path / "accepted", entry)
    assert Kind.GAP_IN_TIME not in errors and stale == []


def test_an_acceptance_of_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    entry = "accepted:\n  - {fault: gap-between-editions, about: other-rule, reason: 没有了。}\n"
    errors, stale = kinds(tmp_path, entry)
    assert Kind.GAP_IN_TIME in errors
    assert stale == ["rules/lint.yaml:2: accepts gap-between-editions of other-rule, which is not found; remove it"]


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ("{fault: gap-between-editions, about: the-rule}", 'the key "reason" is missing'),
        ("{fault: gap-between-edition, about: the-rule, reason: 无}", 'did you mean "gap-between-editions"?'),
    ],
)
def test_an_acceptance_without_a_reason_or_of_no_fault_is_refused(tmp_path: Path, entry: str, what: str) -> None:
    with pytest.raises(RulebookError) as caught:
        kinds(tmp_path, f"accepted: [{entry}]")
    assert what in str(caught.value)


def test_lint_names_the_fault_with_its_line_and_project_and_fails(tmp_path: Path) -> None:
    root = write_book(tmp_path, GAP)
    ended = CliRunner().invoke(lint, ["--rules", str(root)])
    assert ended.exit_code == 1
    assert "rules/rule2.yaml:1: gap-between-editions: the-rule: no version holds for 366 days" in ended.output
    assert "{as_of: 2024-01-01, project.works: new_build}" in ended.output
    assert ended.output.rstrip().endswith("errors")


def test_a_quick_lint_only_reads(tmp_path: Path) -> None:
    ended = CliRunner().invoke(lint, ["--quick", "--rules", str(write_book(tmp_path, GAP))])
    assert ended.exit_code == 0 and ended.output.rstrip().endswith("no errors")


def test_lint_of_a_sound_rulebook_counts_its_notes_and_lists_them_when_asked(tmp_path: Path) -> None:
    facts = {
        "rule1.yaml": rule_text(when="{site.overlaps.redline: yes}"),
        "rule1.cases.yaml": (
            "rule: the-rule\nbase: {as_of: 2026-01-01}\n"
            "cases: [{name: 一, with: {site.overlaps.redline: yes}, expect: reject}]\n"
        ),
    }
    root = write_book(tmp_path, facts)
    plain, noted = (CliRunner().invoke(lint, [*more, "--rules", str(root)]) for more in ([], ["--notes"]))
    assert plain.exit_code == noted.exit_code == 0, plain.output
    assert "0 errors" in plain.output and "fact-not-asked" not in plain.output
    assert "vocabulary: fact-not-asked: project.ratio" in noted.output
