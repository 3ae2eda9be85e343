"""The findings of a decision: what rejects, what a person must look at, the questions for the officer, the obligations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from screening.report.opinion.case import Case, Plain
from screening.report.opinion.document import (
    Block,
    Boxes,
    Heading,
    Line,
    Paragraph,
    Table,
    Tone,
    bold,
    cell,
    line,
)
from screening.report.opinion.facts import fact_label
from screening.report.opinion.words import CHECKED, REASONS

MOST_IN_FULL: Final = 40
"""Findings of one part that are told in full; the next ones are listed with their clause."""
MOST_LISTED: Final = 160
MOST_NEEDS: Final = 6


def is_question(finding: Plain) -> bool:
    """A finding that an officer answers with yes or no, rather than one that waits for facts."""
    return bool(finding["outcome"] == "review" and finding["reason"] == "judgement")


def rejecting(case: Case) -> Iterator[Block]:
    yield from _in_full(case, case.findings("reject"))


def reviewing(case: Case) -> Iterator[Block]:
    yield from _in_full(case, [one for one in case.findings("review") if not is_question(one)])


def questions(case: Case) -> Iterator[Block]:
    """Each question with its ground, boxes for the answer and a line for its reason."""
    found = [one for one in case.findings("review") if is_question(one)]
    for number, finding in enumerate(found[:MOST_IN_FULL], 1):
        yield Heading(line(f"{number}. {case.of(finding['title'])}"), 2)
        asked = case.of(finding["question"]) or case.of(finding["message"])
        yield Paragraph(case.labelled("问题", "Question", asked))
        yield from _told(case, finding, without_question=True)
        yield Boxes((case.say("是", "yes"), case.say("否", "no")), case.say("理由：", "Reason:"))
    yield from _listed(case, found[MOST_IN_FULL:])


def obligations(case: Case) -> Iterator[Block]:
    """One row each, those that certainly apply first."""
    found = sorted(case.findings("pass"), key=lambda one: not one["certain"])
    rows = []
    for number, finding in enumerate(found[:MOST_LISTED], 1):
        state = () if finding["certain"] else line(bold(case.say("（可能适用）", "(may apply)")))
        said = case.of(finding["message"]) or case.of(finding["question"])
        rows.append(
            (
                cell(str(number)),
                cell(line(bold(case.of(finding["title"])), *state), said),
                cell(case.cited(finding["grounds"])),
            )
        )
    head = (line(case.say("序号", "No.")), line(case.say("要求", "Requirement")), line(case.say("依据", "Ground")))
    yield Table(head, tuple(rows), (6, 56, 38))
    yield from _more(case, len(found) - MOST_LISTED)


def _in_full(case: Case, findings: Sequence[Plain]) -> Iterator[Block]:
    for number, finding in enumerate(findings[:MOST_IN_FULL], 1):
        yield Heading(line(f"{number}. {case.of(finding['title'])}"), 2)
        yield from _told(case, finding)
    yield from _listed(case, findings[MOST_IN_FULL:])


def _told(case: Case, finding: Plain, without_question: bool = False) -> Iterator[Block]:
    """How it stands, on what clause, by which facts, what it says, what is missing and what would change it."""
    lines: list[Line] = [
        case.labelled("认定", "Standing", _standing(case, finding)),
        case.labelled("依据", "Ground", case.cited(finding["grounds"])),
        case.labelled("说明", "Says", case.of(finding["message"])),
        case.labelled("事实", "Facts", case.clauses([case.of(text) for text in finding["because"]])),
        case.labelled("待补资料", "Missing", _missing(case, finding["needs"])),
    ]
    if not without_question:
        lines.append(case.labelled("须回答", "Question", case.of(finding["question"])))
    lines.append(case.labelled("改进", "What to change", case.of(finding["remedy"])))
    yield from (Paragraph(one) for one in lines if one)


def _standing(case: Case, finding: Plain) -> str:
    words = case.of(REASONS[finding["reason"]])
    checked = CHECKED.get(finding["checked"])
    if finding["reason"] == "judgement" and not finding["certain"]:
        words += case.say("，是否适用待定", ", whether it applies is open")
    if checked is not None and finding["reason"] != "provisional":
        words += f"{'；' if case.zh else '; '}{case.say('条文', 'its text: ')}{case.of(checked)}"
    return f"{words}{'（' if case.zh else ' ('}{finding['rule']}{'）' if case.zh else ')'}"


def _missing(case: Case, needs: Sequence[str]) -> str:
    shown = case.listed([fact_label(key, case.vocabulary, case.lang) for key in needs[:MOST_NEEDS]])
    more = len(needs) - MOST_NEEDS
    return shown + (case.say(f"等 {len(needs)} 项", f" and {more} more") if more > 0 else "")


def _listed(case: Case, findings: Sequence[Plain]) -> Iterator[Block]:
    """What follows the findings told in full: title, clause and what is missing, one row each."""
    if not findings:
        return
    yield Paragraph(
        line(
            case.say(
                f"以下 {len(findings)} 项仅列名称、依据和待补资料：",
                f"Of the following {len(findings)} only title, ground and missing facts are listed:",
            )
        )
    )
    head = (
        line(case.say("事项", "Matter")),
        line(case.say("依据", "Ground")),
        line(case.say("待补资料", "Missing")),
    )
    rows = tuple(
        (cell(case.of(one["title"])), cell(case.cited(one["grounds"])), cell(_missing(case, one["needs"])))
        for one in findings[:MOST_LISTED]
    )
    yield Table(head, rows, (38, 34, 28))
    yield from _more(case, len(findings) - MOST_LISTED)


def _more(case: Case, rest: int) -> Iterator[Block]:
    if rest > 0:
        yield Paragraph(
            line(
                case.say(
                    f"另有 {rest} 项未在本件列出，见结论数据（编号见末页）。",
                    f"{rest} more are not printed here; they stand in the decision's data (its id is on the last page).",
                )
            ),
            Tone.NOTE,
        )
