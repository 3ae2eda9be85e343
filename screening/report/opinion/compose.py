"""A decision as a document: which parts an opinion has and in which order.

The outcome stands first and the parts that rest on it follow; a part with nothing to say is left out, and the parts are
numbered by what remains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from screening.decision import OUTCOME_WORDS, Outcome
from screening.report.opinion import closing, grounds, lists, place
from screening.report.opinion.case import Case
from screening.report.opinion.document import (
    Banner,
    Block,
    Document,
    Heading,
    Paragraph,
    Table,
    Tone,
    bold,
    cell,
    line,
)
from screening.report.opinion.facts import claimed, fact_label, fact_value
from screening.report.opinion.measures import square_metres
from screening.report.opinion.words import LICENSING, MEANING, TITLE
from screening.text import Text

_COUNT: Final = "一二三四五六七八九十"


def compose(case: Case) -> Document:
    """The opinion on one decision."""
    decision, head = case.decision, case.letterhead
    number = head.number or decision["id"][:16]
    facts = [case.colon(case.say("编号", "No."), number)]
    facts.append(case.colon(case.say("判定日", "As of"), case.day(case.as_of)))
    if head.issued:
        facts.append(case.colon(case.say("出具日期", "Issued"), case.day(head.issued)))
    blocks: list[Block] = [Paragraph(line(case.of(decision["notice"])), Tone.NOTICE)]
    for count, (title, part) in enumerate(_parts(case)):
        blocks.append(Heading(line(f"{_numeral(count)}、{title.zh}" if case.zh else f"{count + 1}. {title.en}")))
        blocks.extend(part(case))
    blocks.append(closing.signature(case))
    return Document(
        lang=case.lang,
        title=line(case.of(TITLE)),
        office=line(head.office),
        facts=tuple(line(one) for one in facts),
        blocks=tuple(blocks),
        foot=line(case.say(f"结论编号 {decision['id'][:16]}", f"Decision {decision['id'][:16]}")),
        day=head.issued or case.as_of,
    )


def _numeral(count: int) -> str:
    """0 to 98 as 一 to 九十九."""
    tens, ones = divmod(count + 1, 10)
    return f"{'' if tens < 2 else _COUNT[tens - 1]}{'十' if tens else ''}{_COUNT[ones - 1] if ones else ''}"


def _parts(case: Case) -> Iterator[tuple[Text, Callable[[Case], Iterator[Block]]]]:
    decision = case.decision
    reviews = case.findings("review")
    yield Text("研判结论", "Outcome"), _outcome
    if case.overrides:
        yield Text("审批人员改判", "Override by an officer"), closing.overriding
    yield Text("项目概况", "The project"), _project
    yield Text("用地位置", "The site"), place.where
    if lists.spoken_of(case):
        yield Text("项目认定（两高等）", "What the project is (two-high)"), lists.classes
    if case.findings("reject"):
        yield Text("不符合准入的依据", "Grounds to reject"), grounds.rejecting
    if any(not grounds.is_question(one) for one in reviews):
        yield Text("须人工复核的事项", "For a person to review"), grounds.reviewing
    if any(grounds.is_question(one) for one in reviews):
        yield Text("须由审批人员判断的问题", "Questions for the officer"), grounds.questions
    if decision["needs"]:
        yield Text("须补充的资料", "What is missing"), closing.missing
    if closing.remedies(case):
        yield Text("改进建议", "What to change"), closing.to_change
    if case.findings("pass"):
        yield Text("附条件（不影响结论）", "Obligations (they do not change the outcome)"), grounds.obligations
    if decision.get("co_control") is not None:
        yield Text("减污降碳协同", "Pollution and carbon together"), lists.sheet
    yield Text("范围与提示", "Scope and remarks"), closing.scope
    yield Text("核验", "Receipt"), closing.receipt


def _outcome(case: Case) -> Iterator[Block]:
    """The engine's outcome; where an officer's answer counts instead, that first, and the engine's still there."""
    decision = case.decision
    outcome = Outcome(decision["outcome"])
    words = case.of(OUTCOME_WORDS[outcome]) if case.zh else case.of(OUTCOME_WORDS[outcome]).upper()
    last = case.counting
    if last is not None:
        answer = case.of(OUTCOME_WORDS[last.outcome])
        yield Banner(
            line(case.say(f"{answer}（审批人员改判）", f"{answer.upper()} (override by an officer)")),
            last.outcome.value,
        )
        yield Paragraph(line(bold(case.colon(case.say("系统研判结论", "Outcome of the engine"), words))))
    else:
        yield Banner(line(words), outcome.value)
    yield Paragraph(line(case.of(MEANING[outcome.value])))
    yield _counts(case)
    if Outcome.REJECT in (outcome, last.outcome if last else outcome):
        yield Paragraph(line(case.of(LICENSING)), Tone.NOTICE)


def _counts(case: Case) -> Table:
    """How much there is of each kind, what is certain apart from what is only possible."""
    reviews = case.findings("review")
    obliged = case.findings("pass")
    figures = (
        (case.say("确定适用的禁止性规定", "Prohibitions that certainly apply"), len(case.findings("reject"))),
        (
            case.say("确定须复核的事项", "Matters that certainly call for review"),
            sum(one["certain"] and not grounds.is_question(one) for one in reviews),
        ),
        (
            case.say("资料不足、可能适用的事项", "Matters that may apply: not enough is known"),
            sum(not one["certain"] and not grounds.is_question(one) for one in reviews),
        ),
        (case.say("须判断的问题", "Questions to judge"), sum(grounds.is_question(one) for one in reviews)),
        (case.say("附条件", "Obligations"), len(obliged)),
    )
    head = tuple(line(label) for label, _ in figures)
    return Table(head, (tuple(cell(str(count)) for _, count in figures),), tuple(20 for _ in figures))


def _project(case: Case) -> Iterator[Block]:
    """What the applicant stated, as it was read."""
    decision, head = case.decision, case.letterhead
    rows = [
        (cell(bold(case.say("项目名称", "Project"))), cell(decision["title"] or decision["project"])),
        (cell(bold(case.say("申请编号", "Application"))), cell(decision["project"])),
    ]
    if head.applicant:
        rows.append((cell(bold(case.say("申请人", "Applicant"))), cell(head.applicant)))
    for fact in claimed(decision["receipt"]["facts"], case.vocabulary):
        label = fact_label(fact["fact"], case.vocabulary, case.lang)
        if fact["fact"] in case.vocabulary.terms:
            label = label[:1].upper() + label[1:]
        rows.append((cell(bold(label)), cell(fact_value(fact, case.vocabulary, case.lang))))
    area = next((fact for fact in decision["receipt"]["facts"] if fact["fact"] == "site.area"), None)
    if area is not None:
        label = case.say("用地面积（量算）", "Site area (measured)")
        ends = area["value"] if isinstance(area["value"], list) else [area["value"]] * 2
        rows.append((cell(bold(label)), cell(square_metres(ends))))
    yield Table((), tuple(rows), (30, 70))
    yield Paragraph(
        line(
            case.say(
                "除注明量算的以外，均为申请人填报，未经核实。",
                "Stated by the applicant and not verified, unless said to be measured.",
            )
        ),
        Tone.NOTE,
    )
