"""What is missing, what to change, what was not looked at, the officer's answer, the receipt, and room to sign."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from screening.decision import OUTCOME_WORDS
from screening.report.opinion.case import Case, Override, Plain
from screening.report.opinion.document import (
    Block,
    Heading,
    Line,
    Paragraph,
    Points,
    Signature,
    Table,
    Tone,
    bold,
    cell,
    line,
)
from screening.report.opinion.qr import qr_code
from screening.report.opinion.words import CORRECTION, SUPPLIERS

MOST_NEEDS: Final = 60
MOST_REMEDIES: Final = 60
MOST_REMARKS: Final = 60


def missing(case: Case) -> Iterator[Block]:
    """What can be asked now, one row each; what may be asked after it is counted."""
    needs = case.decision["needs"]
    now = [need for need in needs if not need["after"]]
    head = (
        line(case.say("序号", "No.")),
        line(case.say("资料", "What is missing")),
        line(case.say("问题", "Question")),
        line(case.say("由谁提供", "From whom")),
        line(case.say("涉及事项", "Matters")),
    )
    rows = tuple(
        (
            cell(str(number)),
            cell(_with_unit(case, need)),
            cell(
                case.of(need["question"])
                or case.say("由图层量算，请补充或者更新图层", "measured on the map: add or update its layer")
            ),
            cell(case.of(SUPPLIERS[need["supplied_by"]]) if need["supplied_by"] in SUPPLIERS else "—"),
            cell(case.say(f"{len(need['rules'])} 项", str(len(need["rules"])))),
        )
        for number, need in enumerate(now[:MOST_NEEDS], 1)
    )
    yield Table(head, rows, (7, 26, 43, 13, 11))
    later = len(needs) - len(rows)
    if later:
        words = case.say(
            f"补齐以后，可能还需补充 {later} 项中的一部分。", f"After these, some of {later} more may be needed."
        )
        yield Paragraph(line(words), Tone.NOTE)
    yield Paragraph(line(case.of(CORRECTION)), Tone.NOTE)


def _with_unit(case: Case, need: Plain) -> str:
    unit = need["unit"]
    return case.of(need["label"]) + ((f"（{unit}）" if case.zh else f" ({unit})") if unit else "")


def remedies(case: Case) -> list[tuple[str, list[str]]]:
    """Each thing that would change the outcome, once, with the matters it serves; those that reject first."""
    found: dict[str, list[str]] = {}
    for outcome in ("reject", "review"):
        for finding in case.findings(outcome):
            words = case.of(finding["remedy"])
            if words:
                found.setdefault(words, []).append(case.of(finding["title"]))
    return list(found.items())


def to_change(case: Case) -> Iterator[Block]:
    found = remedies(case)
    head = (
        line(case.say("序号", "No.")),
        line(case.say("改进", "Change")),
        line(case.say("针对", "Serves")),
    )
    rows = []
    for number, (words, titles) in enumerate(found[:MOST_REMEDIES], 1):
        more = len(titles) - 3
        rest = case.say(f"等 {len(titles)} 项", f" and {more} more") if more > 0 else ""
        rows.append((cell(str(number)), cell(words), cell(case.clauses(titles[:3]) + rest)))
    yield Table(head, tuple(rows), (7, 48, 45))
    if len(found) > MOST_REMEDIES:
        rest_count = len(found) - MOST_REMEDIES
        yield Paragraph(line(case.say(f"另有 {rest_count} 项从略。", f"{rest_count} more are left out.")), Tone.NOTE)


def scope(case: Case) -> Iterator[Block]:
    """Tiers without a list, what must be known of the map, and how many rules were looked at."""
    decision = case.decision
    if decision["not_covered"]:
        tiers = case.listed([case.of(text) for text in decision["not_covered"]])
        yield Paragraph(case.labelled("未载入清单的层级", "Tiers without a loaded list", tiers))
        words = case.say(
            "这些层级的准入要求未经研判，须另行核对。",
            "What these tiers require was not screened and must be checked apart.",
        )
        yield Paragraph(line(words), Tone.NOTE)
    remarks: tuple[Line, ...] = tuple(line(case.of(text)) for text in decision["warnings"][:MOST_REMARKS])
    if remarks:
        yield Points(remarks)
    counts = {
        state: sum(len(entry["rules"]) for entry in decision["considered"] if entry["state"] == state)
        for state in ("fires", "doubtful", "silent")
    }
    yield Paragraph(
        line(
            case.say(
                f"共考察 {sum(counts.values())} 条规则：适用 {counts['fires']} 条，可能适用 {counts['doubtful']} 条，"
                f"不适用 {counts['silent']} 条。未编入规则库的规定不在本意见范围内。",
                f"{sum(counts.values())} rules were considered: {counts['fires']} apply, {counts['doubtful']} may apply, "
                f"{counts['silent']} do not. What is not encoded in the rulebook is outside this opinion.",
            )
        )
    )


def overriding(case: Case) -> Iterator[Block]:
    """Every answer an officer gave beside the engine's, which stays as it was."""
    for number, one in enumerate(case.overrides, 1):
        idle = (
            ""
            if one is case.counting
            else case.say("（未生效、已届满或者已被取代）", " (not in force yet, expired or replaced)")
        )
        yield Heading(line(f"{number}. {case.of(OUTCOME_WORDS[one.outcome])}{idle}"), 2)
        yield from (Paragraph(row) for row in _override(case, one) if row)
    yield Paragraph(
        line(
            case.say(
                "改判是审批人员另行作出的记录，系统研判的结论和依据保持不变。",
                "An override is a record of its own by an officer; the engine's outcome and its grounds stay as they were.",
            )
        ),
        Tone.NOTE,
    )


def _override(case: Case, one: Override) -> Iterator[Line]:
    last = one.until_day - timedelta(days=1)
    yield case.labelled("审批人员", "Officer", one.officer_name)
    yield case.labelled("职权依据", "Authority", one.authority)
    yield case.labelled("理由", "Reason", one.reason)
    yield case.labelled(
        "适用期间",
        "Holds",
        case.say(f"{case.day(one.from_day)}至{case.day(last)}", f"{case.day(one.from_day)} to {case.day(last)}"),
    )
    yield case.labelled("记录时间", "Recorded", f"{one.at:%Y-%m-%d %H:%M:%S} UTC")


def receipt(case: Case) -> Iterator[Block]:
    """What the decision was made from, by digest, and the code of its own."""
    decision = case.decision
    made = decision["receipt"]
    rows = (
        (cell(bold(case.say("结论编号（SHA-256）", "Decision id (SHA-256)"))), cell(decision["id"])),
        (cell(bold(case.say("规则库（SHA-256）", "Rulebook (SHA-256)"))), cell(made["rulebook"])),
        (cell(bold(case.say("程序版本", "Engine version"))), cell(made["engine"])),
        (cell(bold(case.say("判定日", "As of"))), cell(made["as_of"])),
        (
            cell(bold(case.say("规则与图层", "Rules and layers"))),
            cell(
                case.say(
                    f"规则 {len(made['rules'])} 条、图层 {len(made['layers'])} 个，各自的摘要载于收据文件",
                    f"{len(made['rules'])} rules, {len(made['layers'])} layers; the digest of each is in the receipt file",
                )
            ),
        ),
    )
    yield Table((), rows, (28, 72))
    yield qr_code(decision["id"], case.say("结论编号的二维码", "QR code of the decision id"), 30)
    yield Paragraph(
        line(
            case.say(
                "核验：以收据文件运行 screening verify，可以离线用同一规则、图层重新研判，逐字节比对。",
                "To verify: run screening verify on the receipt file; it decides again offline by the same rules and layers "
                "and compares byte for byte.",
            )
        ),
        Tone.NOTE,
    )


def signature(case: Case) -> Signature:
    issued = case.letterhead.issued
    day = case.colon(case.say("日期", "Date"), case.day(issued)) if issued else case.say("日期：", "Date:")
    return Signature(
        (
            case.say("经办人：", "Prepared by:"),
            case.say("审核人：", "Reviewed by:"),
            case.say("单位（盖章）：", "Office (seal):"),
            day,
        )
    )
