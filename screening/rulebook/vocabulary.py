"""The vocabulary: every fact a rule may ask for, with its type, unit, supplier, words and question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import inf
from types import MappingProxyType
from typing import Any, Final

from screening.errors import InputError, Problem, QuantityError, nearest, suggest
from screening.facts import (
    CLAIMED,
    NO,
    YES,
    Choice,
    Fact,
    Facts,
    Interval,
    Members,
    Number,
    Origin,
    Supplier,
    Value,
)
from screening.quantity import parse_quantity, render
from screening.text import NOTHING, Text

UNKNOWN_WORDS: Final = frozenset({"unknown", "未知", "不详", "待定", "?", ""})
_FLAG_WORDS: Final = {"yes": YES, "no": NO, "true": YES, "false": NO, "是": YES, "否": NO, "有": YES, "无": NO}
_SECTOR: Final = re.compile(r"[A-T]?(\d{2,4})")
_NOTHING: Final = frozenset({"none", "none_of_these"})
MAX_MEMBERS: Final = 200
MAX_HINTS: Final = 50
"""How many wrong keys of one application get a suggestion: each costs milliseconds, and a hostile file has a million."""


class Type(StrEnum):
    """What kind of value a fact has."""

    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    SECTOR = "sector"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Term:
    """One fact of the vocabulary.

    `choices` are the words a choice or set may take, with labels; empty on a set means any word. `aliases` maps what
    people write (labels, other names) to the word. Below `low` and above `high` a number is a slip of the pen.
    """

    key: str
    type: Type
    unit: str
    supplier: Supplier
    label: Text
    question: Text = NOTHING
    choices: Mapping[str, Text] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    low: Number = -inf
    high: Number = inf

    @property
    def missing(self) -> Value:
        """The value of a fact nobody supplied: as wide as the type allows."""
        if self.type in (Type.NUMBER, Type.DATE):
            return Interval()
        return Members() if self.type is Type.SET else Choice()

    def word(self, raw: str) -> str:
        """The vocabulary's word for what was written. Raises InputError with a suggestion when there is none."""
        text = raw.strip()
        if self.type is Type.FLAG:
            if (found := _FLAG_WORDS.get(text.lower())) is not None:
                return found
            raise _wrong(f'"{_cut(text)}" is neither yes nor no', "write yes or no", f"“{_cut(text)}”不是“是”或“否”")
        if not self.choices:
            return text
        if text in self.choices:
            return text
        if text in self.aliases:
            return self.aliases[text]
        hint = suggest(text, [*self.choices, *self.aliases])
        known = "、".join(label.zh for label in list(self.choices.values())[:12])
        remedy = hint or f"use one of: {', '.join(list(self.choices)[:12])}{' ...' if len(self.choices) > 12 else ''}"
        raise _wrong(
            f'"{_cut(text)}" is not a known {self.label.en}', remedy, f"“{_cut(text)}”不在可选范围内（如：{known}）"
        )

    def sector_codes(self, raw: str) -> frozenset[str]:
        """The four-digit GB/T 4754-2017 classes under a code of two to four digits, or a class name."""
        text = self.aliases.get(raw.strip(), raw.strip())
        if text in self.choices:
            return frozenset({text})
        match = _SECTOR.fullmatch(text)
        codes = frozenset(code for code in self.choices if match and code.startswith(match.group(1)))
        if not codes:
            hint = suggest(text, [*self.choices, *self.aliases])
            raise _wrong(
                f'"{_cut(text)}" is not a class of GB/T 4754-2017',
                hint or "write its four digits, or the first two or three",
                f"“{_cut(text)}”不是《国民经济行业分类》（GB/T 4754-2017）的代码或名称",
            )
        return codes

    def shown(self, word: str, lang: str) -> str:
        """A word of this fact for people."""
        if self.type is Type.FLAG:
            return {YES: Text("是", "yes"), NO: Text("否", "no")}[word].get(lang) if word in (YES, NO) else word
        label = self.choices.get(word)
        shown = label.get(lang) if label else word
        return f"{word} {shown}" if self.type is Type.SECTOR and label else shown


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _wrong(what: str, remedy: str, zh: str) -> InputError:
    return InputError(Problem("", what, remedy, zh))


def parse_day(text: str) -> date:
    """A day from `2026-08-15`. Raises InputError otherwise."""
    try:
        return date.fromisoformat(text.strip()) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()) else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    raise _wrong(f'"{_cut(text)}" is not a day', "write it as 2026-08-15", f"“{_cut(text)}”不是日期，请写成 2026-08-15")


def read_value(term: Term, raw: Any) -> Value:
    """What was written for a fact, as a value. Missing where it says so (empty, `unknown`).

    A number may be `[low, high]` (either end empty: open), a choice a list of what it may still be, a set a list of all
    its members (an empty one of an applicant is no answer) or `{has: [...], may_have: [...]}`. Raises InputError or QuantityError (places are the caller's to add).
    """
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in UNKNOWN_WORDS):
        return term.missing
    if isinstance(raw, bool):
        if term.type is not Type.FLAG:
            raise _wrong("true / false is not a value of this fact", "see the vocabulary", "此处不应填是/否")
        raw = YES if raw else NO
    if term.type in (Type.NUMBER, Type.DATE):
        return _read_number(term, raw)
    if term.type is Type.SET:
        return _read_members(term, raw)
    words = raw if isinstance(raw, list) else [raw]
    if not words or len(words) > MAX_MEMBERS or not all(isinstance(word, str | int | Decimal) for word in words):
        raise _wrong(
            "neither a word nor a list of words",
            "write one word, or the list of what it may be",
            "应填一个词，或可能取值的列表",
        )
    if term.type is Type.SECTOR:
        return Choice(frozenset[str]().union(*(_sectors(term, word) for word in words)))
    return Choice(frozenset(term.word(str(word)) for word in words))


def _sectors(term: Term, word: Any) -> frozenset[str]:
    """The classes a code may mean. A number cannot keep a leading zero: 311 may be 311 (ironmaking) or 0311 (cattle)."""
    text = str(word)
    if isinstance(word, str) or not text.isdigit() or len(text) > 3:
        return term.sector_codes(text)
    padded = frozenset(code for code in term.choices if code.startswith(f"0{text}"))
    try:
        return term.sector_codes(text) | padded
    except InputError:
        if padded:
            return padded
        raise


def _read_number(term: Term, raw: Any) -> Interval:
    if isinstance(raw, list):
        if len(raw) != 2:
            raise _wrong("a range has two ends", "write [low, high]", "区间应有两端，写成 [低, 高]")
        ends = [
            None if end is None or str(end).strip().lower() in UNKNOWN_WORDS else _read_end(term, end) for end in raw
        ]
        lo, hi = (-inf if ends[0] is None else ends[0]), (inf if ends[1] is None else ends[1])
        if lo > hi:
            raise _wrong("the range runs from high to low", "write [low, high]", "区间应由低到高")
        return Interval(lo, hi)
    if isinstance(raw, dict):
        raise _wrong("a mapping is not a quantity", "write for example 100 m", "应填一个数值")
    number = _read_end(term, raw)
    return Interval(number, number)


def _read_end(term: Term, raw: Any) -> Fraction:
    if term.type is Type.DATE:
        return Fraction(parse_day(str(raw)).toordinal())
    number = parse_quantity(raw, term.unit)
    if number < term.low:
        raise _wrong(
            f"{render(number, term.unit)} is below zero",
            "check the sign",
            f"{render(number, term.unit)} 为负值，请核对",
        )
    if number > term.high:
        shown, most = render(number, term.unit), render(Fraction(term.high), term.unit)
        raise _wrong(
            f"{shown} is more than {most}",
            "check it; write 150 % with its sign, or 1.5:1",
            f"{shown} 超过 {most}，请核对；百分数要写百分号，例如 150 % 或者 1.5:1",
        )
    return number


def _read_members(term: Term, raw: Any) -> Members:
    def words(part: Any) -> frozenset[str]:
        found = part if isinstance(part, list) else [part]
        if len(found) > MAX_MEMBERS or not all(isinstance(word, str | int | Decimal) for word in found):
            raise _wrong("not a list of words", f"write a list of at most {MAX_MEMBERS} words", "应填词的列表")
        return frozenset(term.word(str(word)) for word in found)

    if isinstance(raw, dict):
        if not raw or set(raw) - {"has", "may_have"}:
            raise _wrong("an unknown form of a set", "write a list, or {has: [...], may_have: [...]}", "集合应写成列表")
        certain = words(raw.get("has") or [])
        more = raw.get("may_have")
        anything = isinstance(more, str) and more in ("anything", "任意")
        return _members(term, certain, None if anything else certain | words(more or []))
    members = words(raw)
    return _members(term, members, members)


def _members(term: Term, certain: frozenset[str], possible: frozenset[str] | None) -> Members:
    """The set, if it says anything: an applicant who means "none" has a word for it, so an empty list is no answer."""
    if possible is not None and not possible and term.supplier is Supplier.APPLICANT and term.choices:
        return Members()
    nothing = certain & _NOTHING
    if nothing and len(certain) > 1:
        word = term.shown(min(nothing), "zh")
        raise _wrong(f'"{min(nothing)}" and something else', "keep one of them", f"“{word}”不能与其他选项同时填报")
    return Members(certain, possible)


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of choices of one fact, such as the sector classes that make up chemical manufacturing."""

    id: str
    of: str
    label: Text
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary(Mapping[str, Term]):
    """All terms by key, and the groups rules may name."""

    terms: Mapping[str, Term]
    groups: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))

    def __getitem__(self, key: str) -> Term:
        return self.terms[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def value(self, facts: Facts, key: str) -> Value:
        """The value of a fact, or the widest one where it is missing."""
        value = facts.value(key)
        return self.terms[key].missing if value is None else value

    def read_claims(
        self, claims: Mapping[str, Any], pointer: str = "/project", supplier: Supplier = Supplier.APPLICANT
    ) -> Facts:
        """What an applicant declares (nested or dotted keys) as facts `project.*`. All problems at once, as InputError."""
        problems: list[Problem] = []
        facts: dict[str, Fact] = {}
        known = [name for name, term in self.terms.items() if term.supplier is supplier]
        for key, where, raw in _flatten(claims, "project", pointer, self.terms):
            term = self.terms.get(key)
            if term is None or term.supplier is not supplier:
                near = nearest(key, known) if len(problems) < MAX_HINTS else ""
                hint = "see `screening vocabulary` for the facts an application may state"
                zh = f"是否指“{near}”？" if near else "可填报的事实见 `screening vocabulary`"
                problems.append(
                    Problem(
                        where,
                        f'unknown fact "{_cut(key)}"',
                        f'did you mean "{near}"?' if near else hint,
                        f"没有名为“{_cut(key)}”的填报项；{zh}",
                    )
                )
                continue
            if key in facts:
                problems.append(Problem(where, f'"{key}" is stated twice', "keep one", f"“{key}”重复填报"))
                continue
            try:
                value = read_value(term, raw)
            except (InputError, QuantityError) as error:
                problems.extend(Problem(where, p.what, p.remedy, f"{term.label.zh}：{p.zh}") for p in error.problems)
                continue
            if not value.missing:
                facts[key] = Fact(key, value, CLAIMED if supplier is Supplier.APPLICANT else Origin(supplier))
        if problems:
            raise InputError(problems)
        return Facts(facts)


def _flatten(
    claims: Mapping[str, Any], prefix: str, pointer: str, terms: Mapping[str, Term]
) -> Iterator[tuple[str, str, Any]]:
    for word, raw in claims.items():
        key = f"{prefix}.{word}"
        where = f"{pointer}/{str(word)[:80].replace('~', '~0').replace('/', '~1')}"
        if isinstance(raw, Mapping) and key not in terms and len(key) < 400:
            yield from _flatten(raw, key, where, terms)
        else:
            yield key, where, raw


def show_value(term: Term, value: Value, lang: str = "zh") -> str:
    """A value for people: `600 m`, `597 m 至 603 m`, `新建`, `未知`."""
    if value.missing:
        return "未知" if lang == "zh" else "unknown"
    match value:
        case Interval():
            return _show_interval(term, value, lang)
        case Choice():
            words = sorted(value.possible or ())
            shown = [term.shown(word, lang) for word in words[:5]]
            more = f" … ({len(words)})" if len(words) > 5 else ""
            return (" 或 " if lang == "zh" else " or ").join(shown) + more
        case Members():
            return _show_members(term, value, lang)


_MEASURED_TO: Final = {"m": 10, "m2": 1}
"""Measured figures are shown to a decimetre and a square metre; the receipt holds them exactly."""


def _show_interval(term: Term, value: Interval, lang: str) -> str:
    def end(number: Number) -> str:
        exact = Fraction(number)
        if term.type is Type.DATE:
            return date.fromordinal(int(exact)).isoformat() if 1 <= exact <= 3652059 else str(int(exact))
        if term.supplier is not Supplier.ATLAS:
            return render(exact, term.unit)
        if term.unit == "":
            return f"{render(Fraction(round(exact * 1000), 10), '')} %"
        steps = _MEASURED_TO.get(term.unit, 1000)
        return render(Fraction(round(exact * steps), steps), term.unit)

    if value.known:
        return end(value.lo)
    if value.lo == -inf:
        return f"≤ {end(value.hi)}"
    if value.hi == inf:
        return f"≥ {end(value.lo)}"
    return f"{end(value.lo)} {'至' if lang == 'zh' else 'to'} {end(value.hi)}"


def _show_members(term: Term, value: Members, lang: str) -> str:
    comma = "、" if lang == "zh" else ", "
    certain = comma.join(term.shown(word, lang) for word in sorted(value.certain))
    if value.known:
        return certain or ("无" if lang == "zh" else "none")
    maybe = (
        ("其他" if lang == "zh" else "others")
        if value.possible is None
        else comma.join(term.shown(word, lang) for word in sorted(value.possible - value.certain))
    )
    return (
        f"{certain}{'；可能有 ' if lang == 'zh' else '; perhaps '}{maybe}"
        if certain
        else f"{'可能有 ' if lang == 'zh' else 'perhaps '}{maybe}"
    )
