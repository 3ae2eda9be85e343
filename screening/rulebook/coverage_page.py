"""The coverage map as a page for people: one table for all instruments, then every article that bears on access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Final

from screening.rulebook.coverage import REASONS, Clause, Coverage, Status

_INTRODUCTION: Final = """\
Written by `screening rules coverage --as-of {day} --write docs/coverage.md` for the rules in force on {day}; a test
proves it current.

An article is **encoded** when a rule in force cites it, and left to **judgement** when every such rule only puts a
question to an officer. *Duties* counts the encoded articles of which rules only remind: an officer or another permit sees
to them, and nothing is turned down on their ground. An article is **not about access** when no project could be turned
down or questioned on its ground; why is written in `rules/coverage/`, read article by article from the published text.
Everything else that bears on access is **missing**, however little it says: an article is called not about access only
when it binds authorities, plans, goods or people and not what is built, where, when or with what. *In part* counts the
encoded and judged articles of which rules name some paragraphs and not others; what the others say may or may not bear
on access. A rule marked ° was not yet compared with a text and can only ask for review. The topics are our own words and
not the law's.

How far the reading holds: of 60 articles called not about access, drawn at random outside the chapters of liability, a
second reading changed none; of all 105 of the Code called running or building works it changed eight.

A law often repeats another. An article of the Code that restates a special law stays missing until a rule cites it too.
"""
_COLUMNS: Final = ("Instrument", "Articles", "Encoded", "Judgement", "Duties", "In part", "Not about access", "Missing")


def coverage_page(found: Iterable[Coverage], day: date) -> str:
    """The page in Markdown, the same for the same rules and day."""
    all_of_them = tuple(found)
    lines = ["# Coverage map", "", *_INTRODUCTION.format(day=day).splitlines(), ""]
    lines.extend((_row(_COLUMNS), "|---|---:|---:|---:|---:|---:|---:|---:|"))
    lines.extend(_row(_numbers(one)) for one in all_of_them)
    lines.append(_row(_totals(all_of_them)))
    for one in all_of_them:
        lines.extend(_section(one))
    return "\n".join(lines) + "\n"


def runs(articles: Iterable[int]) -> str:
    """Article numbers with neighbours joined: 1-3, 7."""
    parts: list[list[int]] = []
    for article in sorted(articles):
        if parts and article == parts[-1][-1] + 1:
            parts[-1][1:] = [article]
        else:
            parts.append([article])
    return ", ".join("-".join(map(str, part)) for part in parts)


def rules_in_short(clause: Clause) -> str:
    """The ids of the rules of an article, those of one table as one: `energy-new.* (27)`."""
    shown = []
    for stem, group in groupby(clause.rules, key=lambda rule: rule.partition(".")[0]):
        ids = tuple(group)
        mark = "°" if clause.provisional.issuperset(ids) else ""
        shown.append(f"`{ids[0]}`{mark}" if len(ids) == 1 else f"`{stem}.*`{mark} ({len(ids)})")
    return ", ".join(shown)


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _numbers(one: Coverage) -> tuple[object, ...]:
    name = f"{one.instrument.name.zh} `{one.instrument.id}`"
    if not one.in_force:
        return (f"{name}, not in force", one.articles, "", "", "", "", "", "")
    tally, in_part = one.count(), sum(clause.in_part for clause in one.clauses)
    duties = sum(clause.duty for clause in one.clauses)
    encoded, judged = tally[Status.ENCODED], tally[Status.JUDGEMENT]
    return (name, one.articles, encoded, judged, duties, in_part, tally[Status.NOT_ABOUT_ACCESS], tally[Status.MISSING])


def _totals(found: Iterable[Coverage]) -> tuple[object, ...]:
    columns = zip(*(_numbers(one)[1:] for one in found if one.in_force), strict=True)
    return ("**All in force**", *(sum(int(str(cell)) for cell in column) for column in columns))


def _status(clause: Clause) -> str:
    return f"{clause.status.label.en}, duty" if clause.duty else clause.status.label.en


def _section(one: Coverage) -> Iterator[str]:
    yield from ("", f"## {one.instrument.name.en}", "")
    if not one.in_force:
        yield "Not in force on that day."
        return
    yield f"{one.instrument.name.zh}, `{one.instrument.id}`, {one.articles} articles."
    answered = [clause for clause in one.clauses if clause.status in (Status.ENCODED, Status.JUDGEMENT)]
    if answered:
        yield from ("", "| Article | Topic | Paragraphs | Status | Rules |", "|---:|---|---|---|---|")
        for clause in answered:
            named = ", ".join(map(str, clause.cited)) or "all"
            of_them = f"{named} of {clause.paragraphs}" if clause.paragraphs > 1 else ""
            yield _row((clause.article, clause.topic, of_them, _status(clause), rules_in_short(clause)))
    missing = one.having(Status.MISSING)
    if missing:
        yield from ("", "Missing:", "")
        for chapter, group in groupby(missing, key=lambda clause: clause.chapter):
            yield f"- {chapter}: {'; '.join(f'{clause.article} {clause.topic}' for clause in group)}"
    yield from ("", "Not about access:", "")
    aside = one.having(Status.NOT_ABOUT_ACCESS)
    for reason, label in REASONS.items():
        articles = [clause.article for clause in aside if clause.reason == reason]
        if articles:
            yield f"- {label.en}: {runs(articles)}"
