"""Which articles of a law the rulebook answers for, and which nobody has turned into a rule yet.

`rules/coverage/INSTRUMENT.csv` lists every article of an instrument from the first to the last
(`articles,chapter,reason,paragraphs,topic`). A row with a `reason` says of a run of articles why no project can be turned
down or questioned on their ground; a row with a `topic` names one article that bears on access and counts its
paragraphs. Whether such an article is encoded, left to judgement or missing is never written down: it follows from the
rules that cite it. An article that a rule cites although its row says that it is not about access is an error.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from screening.documents import DocumentError
from screening.errors import Problem, RulebookError, suggest
from screening.rulebook.clauses import cited_articles
from screening.rulebook.model import Effect, Instrument, Level, Rule
from screening.rulebook.reader import Rulebook
from screening.rulebook.words import read_csv
from screening.text import Text

FOLDER: Final = "coverage"
_NUMBER: Final = re.compile("[1-9][0-9]{0,3}")
_COLUMNS: Final = ["articles", "chapter", "reason", "paragraphs", "topic"]


class Status(StrEnum):
    """Where an article stands. The order is the order of every table."""

    ENCODED = "encoded"
    JUDGEMENT = "judgement"
    NOT_ABOUT_ACCESS = "not_about_access"
    MISSING = "missing"

    @property
    def label(self) -> Text:
        return _STATUS_LABELS[self]


_STATUS_LABELS: Final = {
    Status.ENCODED: Text("已编码", "encoded"),
    Status.JUDGEMENT: Text("留待判断", "judgement"),
    Status.NOT_ABOUT_ACCESS: Text("不涉及准入", "not about access"),
    Status.MISSING: Text("缺", "missing"),
}

REASONS: Final[Mapping[str, Text]] = {
    "purpose": Text("目的、原则和政策", "purpose, principle or policy"),
    "definition": Text("定义和适用范围", "definition or scope"),
    "government": Text("政府和部门的职责", "duty of government"),
    "planning": Text("编制规划、划定区域", "making of plans and drawing of zones"),
    "standards": Text("制定标准和名录", "making of standards and lists"),
    "survey": Text("监测、调查和信息共享", "monitoring, survey and data"),
    "procedure": Text("审查程序和机构", "how authorities and consultants proceed"),
    "running": Text("投产以后的运行管理", "running of what has been admitted"),
    "works": Text("施工期的措施", "conduct of building works"),
    "products": Text("产品、车辆和船舶", "goods, vehicles and ships"),
    "conduct": Text("个人行为和农事、渔猎", "conduct of people, farming, fishing and hunting"),
    "restoration": Text("修复和治理", "restoration and clean-up"),
    "emergency": Text("突发事件应对", "emergencies"),
    "support": Text("鼓励、资金和宣传", "encouragement, money and teaching"),
    "public": Text("信息公开和公众参与", "publicity and participation"),
    "supervision": Text("监督检查和考核", "supervision"),
    "penalty": Text("法律责任", "penalty"),
    "final": Text("附则", "final provisions"),
}
"""Why an article is not about access. An article that bars, limits or conditions what may be built never has one."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One row: articles `first` to `last` (both in). `reason` is a key of REASONS, or empty for a single article that
    bears on access, with its number of `paragraphs` and its `topic` in our own words."""

    first: int
    last: int
    chapter: str
    reason: str
    paragraphs: int
    topic: str
    where: str


@dataclass(frozen=True, slots=True)
class ArticleMap:
    """Every article of an instrument, in order and without gaps."""

    instrument: str
    stretches: tuple[Stretch, ...]

    @property
    def last(self) -> int:
        return self.stretches[-1].last

    def find(self, article: int) -> Stretch | None:
        """The row an article stands in, or None past the end."""
        return next((one for one in self.stretches if one.first <= article <= one.last), None)


@dataclass(frozen=True, slots=True)
class Clause:
    """One article on one day. `cited` are its paragraphs that rules name, empty when some rule cites it as a whole;
    `rules` are the ids of those rules, `provisional` those of them that can only ask for review so far; `duty` is true when
    all of them only remind of a duty, so that nothing is turned down or questioned on its ground."""

    article: int
    chapter: str
    status: Status
    reason: str
    topic: str
    paragraphs: int
    cited: tuple[int, ...]
    rules: tuple[str, ...]
    provisional: frozenset[str]
    duty: bool

    @property
    def in_part(self) -> bool:
        """Whether rules name some of its paragraphs and are silent on others."""
        return bool(self.cited) and len(self.cited) < self.paragraphs


@dataclass(frozen=True, slots=True)
class Coverage:
    """An instrument on one day. Out of force it has no clauses to answer for, and `clauses` is empty."""

    instrument: Instrument
    articles: int
    clauses: tuple[Clause, ...]

    @property
    def in_force(self) -> bool:
        return bool(self.clauses)

    def count(self) -> Mapping[Status, int]:
        """How many articles have each status; every status is named."""
        tally = Counter(clause.status for clause in self.clauses)
        return {status: tally[status] for status in Status}

    def having(self, status: Status) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.status is status)


def read_maps(folder: Path, rulebook: Rulebook) -> tuple[ArticleMap, ...]:
    """The maps under `folder`/coverage, in the order of their instruments, held against every rule of any date.

    Raises RulebookError with every problem found: an unknown instrument or reason, articles that overlap or are left out,
    and rules that cite an article which does not exist or which the map says is not about access.
    """
    problems: list[Problem] = []
    maps: list[ArticleMap] = []
    paths = sorted((folder / FOLDER).glob("*.csv"))
    if not paths:
        where = f"{folder.name}/{FOLDER}"
        raise RulebookError(Problem(where, "has no map of articles", "add INSTRUMENT.csv", f"{where} 下没有条文清单"))
    for path in paths:
        shown = f"{folder.name}/{FOLDER}/{path.name}"
        if path.stem not in rulebook.instruments:
            problems.append(_unknown(path.stem, shown, rulebook))
        stretches = tuple(_stretches(path, shown, problems))
        if stretches:
            maps.append(ArticleMap(path.stem, stretches))
    for one in maps:
        for rule in rulebook.rules:
            problems.extend(_contradictions(rule, one))
    if problems:
        # A rule written once for every row of a table would otherwise repeat one problem a hundred times.
        raise RulebookError(sorted(set(problems)))
    return tuple(maps)


def coverage(maps: Iterable[ArticleMap], rulebook: Rulebook, day: date) -> tuple[Coverage, ...]:
    """What the rules in force on `day` answer for, of every instrument in force then."""
    rules = rulebook.in_force(day)
    found = []
    for one in maps:
        instrument = rulebook.instruments[one.instrument]
        clauses = tuple(_clauses(one, rules)) if instrument.life.covers(day) else ()
        found.append(Coverage(instrument, one.last, clauses))
    return tuple(found)


def _unknown(name: str, shown: str, rulebook: Rulebook) -> Problem:
    near = suggest(name, rulebook.instruments)
    remedy = near or "name the file after an instrument of rules/instruments.yaml"
    return Problem(
        shown, f'there is no instrument "{name}"', remedy, f"没有名为“{name}”的法律法规；{near}".rstrip("；")
    )


def _stretches(path: Path, shown: str, problems: list[Problem]) -> Iterator[Stretch]:
    try:
        rows = read_csv(path)
    except DocumentError as error:
        problems.extend(error.problems)
        return
    if not rows or list(rows[0][1]) != _COLUMNS:
        what = "has other columns" if rows else "lists no article"
        problems.append(Problem(f"{shown}:1", what, f"write {','.join(_COLUMNS)}", f"表头应为 {','.join(_COLUMNS)}"))
        return
    expected = 1
    for line, row in rows:
        where = f"{shown}:{line}"
        head, dash, tail = row["articles"].partition("-")
        if not (_is_number(head) and (_is_number(tail) if dash else True)) or (dash and int(tail) <= int(head)):
            what = f'"{row["articles"]}" is no article or run of articles'
            problems.append(
                Problem(where, what, "write 12 or 12-15", f"“{row['articles']}”不是条号；请写 12 或者 12-15")
            )
            return
        first, last = int(head), int(tail or head)
        if first != expected:
            what = (
                f"article {first} stands twice"
                if first < expected
                else f"article {expected} is left out"
                if first == expected + 1
                else f"articles {expected}-{first - 1} are left out"
            )
            problems.append(
                Problem(where, what, f"go on with article {expected}", f"此处应接第{expected}条，却是第{first}条")
            )
        expected = max(expected, last + 1)
        problems.extend(_row_faults(where, row, first, last))
        count = row["paragraphs"]
        yield Stretch(
            first, last, row["chapter"], row["reason"], int(count) if _is_number(count) else 0, row["topic"], where
        )


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _row_faults(where: str, row: Mapping[str, str], first: int, last: int) -> Iterator[Problem]:
    reason, topic = row["reason"], row["topic"]
    if not row["chapter"]:
        yield Problem(where, "names no chapter", "write the chapter the articles stand in", "没有写明所在的章")
    if reason and reason not in REASONS:
        remedy = suggest(reason, REASONS) or f"use one of {', '.join(REASONS)}"
        yield Problem(
            where, f'"{reason}" is no reason', remedy, f"“{reason}”不是可用的理由；可用：{'、'.join(REASONS)}"
        )
    if reason and (topic or row["paragraphs"]):
        what = "has a reason for not being about access, and a topic or paragraphs as well"
        yield Problem(where, what, "keep one of the two", "不涉及准入的条文不写事项和款数")
    if not reason and not topic:
        remedy = "write a reason if the article is not about access, else its topic"
        yield Problem(where, "says neither reason nor topic", remedy, "理由和事项都没有写")
    if not reason and first != last:
        what = f"articles {first}-{last} bear on access and share one row"
        yield Problem(where, what, "give each article its own row", "涉及准入的条文应逐条分行")
    if not reason and not _is_number(row["paragraphs"]):
        yield Problem(where, "does not count the paragraphs of the article", "write 1 or more", "没有写明该条的款数")


def _contradictions(rule: Rule, one: ArticleMap) -> Iterator[Problem]:
    for citation in rule.basis:
        if citation.instrument != one.instrument:
            continue
        named = f"{citation.instrument} {citation.clause}"
        cited = cited_articles(citation.clause)
        if not cited:
            remedy = "write it as 第12条 or 第12条第2款"
            yield Problem(
                rule.where, f"cites {named}, which names no article", remedy, f"引用“{citation.clause}”没有条号"
            )
        for article, paragraphs in cited.items():
            stretch = one.find(article)
            if stretch is None:
                what = f"cites {named}, but the last article is {one.last}"
                yield Problem(rule.where, what, "check the clause", f"引用“{citation.clause}”，而全文只有{one.last}条")
            elif stretch.reason:
                what = f'cites {named}, which {stretch.where} says is not about access ("{stretch.reason}")'
                remedy = "give the article its own row with a topic, or correct the citation"
                yield Problem(rule.where, what, remedy, f"引用的第{article}条在 {stretch.where} 被列为不涉及准入")
            elif stretch.paragraphs and max(paragraphs, default=0) > stretch.paragraphs:
                what = f"cites {named}, but article {article} has {stretch.paragraphs} paragraphs"
                remedy = f"check the clause, or the count in {stretch.where}"
                yield Problem(
                    rule.where, what, remedy, f"引用“{citation.clause}”，而第{article}条只有{stretch.paragraphs}款"
                )


def _clauses(one: ArticleMap, rules: Iterable[Rule]) -> Iterator[Clause]:
    citing: dict[int, list[tuple[Rule, frozenset[int]]]] = {}
    for rule in rules:
        for citation in rule.basis:
            if citation.instrument == one.instrument:
                for article, paragraphs in cited_articles(citation.clause).items():
                    citing.setdefault(article, []).append((rule, paragraphs))
    for stretch in one.stretches:
        for article in range(stretch.first, stretch.last + 1):
            found = citing.get(article, [])
            whole = any(not paragraphs for _, paragraphs in found)
            yield Clause(
                article,
                stretch.chapter,
                _status(stretch, [rule for rule, _ in found]),
                stretch.reason,
                stretch.topic,
                stretch.paragraphs,
                () if whole else tuple(sorted(frozenset[int]().union(*(paragraphs for _, paragraphs in found)))),
                tuple(sorted({rule.id for rule, _ in found})),
                frozenset(rule.id for rule, _ in found if rule.level is not Level.TEXT),
                bool(found) and all(rule.effect is Effect.OBLIGATION for rule, _ in found),
            )


def _status(stretch: Stretch, rules: list[Rule]) -> Status:
    if stretch.reason:
        return Status.NOT_ABOUT_ACCESS
    if not rules:
        return Status.MISSING
    return Status.JUDGEMENT if all(rule.judgement for rule in rules) else Status.ENCODED
