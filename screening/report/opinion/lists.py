"""What the project is, list by list (两高), and the co-control sheet (减污降碳协同)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from screening.co_control import STANDING_WORDS, Standing
from screening.report.opinion.case import Case, Plain
from screening.report.opinion.document import Block, Cell, Heading, Line, Paragraph, Table, Tone, bold, cell, line
from screening.report.opinion.facts import fact_label
from screening.report.opinion.words import BY_LIST, ROW_REASONS, STATES
from screening.rulebook.measures import MEDIUM_WORDS, Medium

MOST_ROWS: Final = 12
_SHOWN: Final = (Standing.NOT_MET, Standing.JUDGE, Standing.OPEN, Standing.DUE, Standing.MET)


def spoken_of(case: Case) -> list[Plain]:
    """The classes that some list speaks of, and those that are or may be yes."""
    return [entry for entry in case.decision["classes"].values() if entry["state"] != "no" or entry["lists"]]


def classes(case: Case) -> Iterator[Block]:
    """Each class, then every list that speaks of it here: edition, rows, and by which facts."""
    for entry in spoken_of(case):
        yield Heading(line(case.colon(case.of(entry["label"]), case.of(STATES[entry["state"]]))), 2)
        if entry["lists"]:
            head = (
                line(case.say("目录或者文件", "List")),
                line(case.say("版本", "Edition")),
                line(case.say("认定", "Finding")),
                line(case.say("相符的行和事实", "Rows and facts")),
            )
            yield Table(head, tuple(_list(case, one) for one in entry["lists"]), (30, 20, 12, 38))
        told = {row["rule"] for one in entry["lists"] for row in one["rows"]}
        for rule in entry["rules"]:
            if rule["rule"] not in told:
                yield Paragraph(
                    (*line(f"{case.of(rule['title'])}{'：' if case.zh else ': '}"), *case.cited(rule["grounds"]))
                )


def _list(case: Case, one: Plain) -> tuple[Cell, ...]:
    start, until = one["in_force"]["from"], one["in_force"]["until"]
    edition = [one["number"]] if one["number"] else []
    edition.append(case.say(f"{start} 起施行", f"in force from {start}"))
    if until:
        edition.append(case.say(f"{until} 前有效", f"until {until}"))
    if one["loaded"] == "part":
        edition.append(case.say("部分载入", "loaded in part"))
    if not one["certain"]:
        edition.append(case.say("用地可能在其辖区", "the site may lie in its area"))
    name = f"《{one['name']['zh']}》" if case.zh else case.of(one["name"])
    rows: list[str | Line] = [] if one["rows"] else [case.of(one["because"])]
    for row in one["rows"][:MOST_ROWS]:
        label = f"“{row['row']}”" if case.zh else case.of(row["title"])
        facts = case.clauses([case.of(text) for text in row["because"]])
        said = f"{case.of(ROW_REASONS[row['reason']])}{f'（{facts}）' if facts and case.zh else f' ({facts})' if facts else ''}"
        rows.append(line(bold(label), f"{'：' if case.zh else ': '}{said}"))
    rest = len(one["rows"]) - MOST_ROWS
    if rest > 0:
        rows.append(case.say(f"另有 {rest} 行", f"and {rest} more rows"))
    return cell(name), cell(*edition), cell(case.of(BY_LIST[one["state"]])), cell(*rows)


def sheet(case: Case) -> Iterator[Block]:
    """The five media first, then each measure with what is asked, what meets it and what is missing."""
    found = case.decision["co_control"]
    if found["state"] == "maybe":
        words = case.say(
            "是否属于两高项目待定，以下按两高项目列出。",
            "It is not settled whether the project is two-high; listed as if it were.",
        )
        yield Paragraph(line(words), Tone.NOTE)
    media = tuple(line(case.of(entry["label"])) for entry in found["media"])
    states = tuple(cell(_standing(case, entry["state"])) for entry in found["media"])
    yield Table(media, (states,), tuple(20 for _ in media))
    asked = [entry for entry in found["measures"] if entry["requirements"]]
    if asked:
        head = (
            line(case.say("措施", "Measure")),
            line(case.say("服务于", "Serves")),
            line(case.say("状况", "Standing")),
            line(case.say("要求", "Requirements")),
        )
        yield Table(head, tuple(_measure(case, entry) for entry in asked), (22, 16, 12, 50))
    rest = [case.of(entry["label"]) for entry in found["measures"] if not entry["requirements"]]
    if rest:
        words = case.say("现行规则未对本项目要求的措施", "Measures that no rule in force asks of this project")
        yield Paragraph(line(case.colon(words, case.listed(rest))), Tone.NOTE)


def _measure(case: Case, entry: Plain) -> tuple[Cell, ...]:
    media = case.listed([MEDIUM_WORDS[Medium(word)].get(case.lang) for word in entry["media"]])
    lines: list[Line] = []
    for standing in _SHOWN:
        here = [one for one in entry["requirements"] if one["state"] == standing.value]
        lines.extend(_requirements(case, here, standing))
    return cell(case.of(entry["label"])), cell(media), cell(_standing(case, entry["state"])), cell(*lines)


def _requirements(case: Case, requirements: list[Plain], standing: Standing) -> Iterator[Line]:
    """One line each; those that are met by the same figures share theirs."""
    gathered: dict[str, list[str]] = {}
    for one in requirements:
        figures = case.listed([f"{case.of(figure['label'])} {case.of(figure['value'])}" for figure in one["figures"]])
        missing = case.listed([fact_label(key, case.vocabulary, case.lang) for key in one["missing"]])
        detail = case.say(f"缺 {missing}", f"missing {missing}") if standing is Standing.OPEN and missing else figures
        gathered.setdefault(detail, []).append(case.of(one["title"]))
    for detail, titles in gathered.items():
        tail = (f"（{detail}）" if case.zh else f" ({detail})") if detail else ""
        label = f"{_standing(case, standing.value)}{'：' if case.zh else ': '}"
        yield line(bold(label), f"{case.clauses(titles)}{tail}")


def _standing(case: Case, state: str) -> str:
    return STANDING_WORDS[Standing(state)].get(case.lang)
