"""Values of facts in and out: what is written, read as its term says; what is known, shown to people."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import inf
from typing import Any, Final

from screening.errors import InputError
from screening.facts import NO, YES, Choice, Interval, Members, Number, Supplier, Value
from screening.quantity import parse_quantity, render
from screening.rulebook.terms import Term, Type, cut, wrong

UNKNOWN_WORDS: Final = frozenset({"unknown", "未知", "不详", "待定", "?", ""})
_NOTHING: Final = frozenset({"none", "none_of_these"})
MAX_MEMBERS: Final = 200


def parse_day(text: str) -> date:
    """A day from `2026-08-15`. Raises InputError otherwise."""
    try:
        return date.fromisoformat(text.strip()) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()) else _no_day(text)
    except ValueError:
        return _no_day(text)


def _no_day(text: str) -> date:
    raise wrong(f'"{cut(text)}" is not a day', "write it as 2026-08-15", f"“{cut(text)}”不是日期，请写成 2026-08-15")


def read_value(term: Term, raw: Any) -> Value:
    """What was written for a fact, as a value. Missing where it says so (empty, `unknown`).

    A number may be `[low, high]` (either end empty: open), a choice a list of what it may still be, a set a list of all
    its members (an empty one of an applicant is no answer) or `{has: [...], may_have: [...]}`. Raises InputError or QuantityError (places are the caller's to add).
    """
    if raw is None or (isinstance(raw, str) and raw.strip().lower() in UNKNOWN_WORDS):
        return term.missing
    if isinstance(raw, bool):
        if term.type is not Type.FLAG:
            raise wrong("true / false is not a value of this fact", "see the vocabulary", "此处不应填是/否")
        raw = YES if raw else NO
    if term.type in (Type.NUMBER, Type.DATE):
        return _read_number(term, raw)
    if term.type is Type.SET:
        return _read_members(term, raw)
    words = raw if isinstance(raw, list) else [raw]
    if not words or len(words) > MAX_MEMBERS or not all(isinstance(word, str | int | Decimal) for word in words):
        raise wrong(
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
            raise wrong("a range has two ends", "write [low, high]", "区间应有两端，写成 [低, 高]")
        ends = [
            None if end is None or str(end).strip().lower() in UNKNOWN_WORDS else _read_end(term, end) for end in raw
        ]
        lo, hi = (-inf if ends[0] is None else ends[0]), (inf if ends[1] is None else ends[1])
        if lo > hi:
            raise wrong("the range runs from high to low", "write [low, high]", "区间应由低到高")
        return Interval(lo, hi)
    if isinstance(raw, dict):
        raise wrong("a mapping is not a quantity", "write for example 100 m", "应填一个数值")
    number = _read_end(term, raw)
    return Interval(number, number)


def _read_end(term: Term, raw: Any) -> Fraction:
    if term.type is Type.DATE:
        return Fraction(parse_day(str(raw)).toordinal())
    number = parse_quantity(raw, term.unit)
    if number < term.low:
        raise wrong(
            f"{render(number, term.unit)} is below zero",
            "check the sign",
            f"{render(number, term.unit)} 为负值，请核对",
        )
    if number > term.high:
        shown, most = render(number, term.unit), render(Fraction(term.high), term.unit)
        raise wrong(
            f"{shown} is more than {most}",
            "check it; write 150 % with its sign, or 1.5:1",
            f"{shown} 超过 {most}，请核对；百分数要写百分号，例如 150 % 或者 1.5:1",
        )
    return number


def _read_members(term: Term, raw: Any) -> Members:
    def words(part: Any) -> frozenset[str]:
        found = part if isinstance(part, list) else [part]
        if len(found) > MAX_MEMBERS or not all(isinstance(word, str | int | Decimal) for word in found):
            raise wrong("not a list of words", f"write a list of at most {MAX_MEMBERS} words", "应填词的列表")
        return frozenset(term.word(str(word)) for word in found)

    if isinstance(raw, dict):
        if not raw or set(raw) - {"has", "may_have"}:
            raise wrong("an unknown form of a set", "write a list, or {has: [...], may_have: [...]}", "集合应写成列表")
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
        raise wrong(f'"{min(nothing)}" and something else', "keep one of them", f"“{word}”不能与其他选项同时填报")
    return Members(certain, possible)


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
