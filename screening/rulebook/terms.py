"""A term of the vocabulary: the type, unit, supplier, words and question of one fact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from typing import Final

from screening.errors import InputError, Problem, suggest
from screening.facts import NO, YES, Choice, Interval, Members, Number, Supplier, Value
from screening.text import NOTHING, Text

_FLAG_WORDS: Final = {"yes": YES, "no": NO, "true": YES, "false": NO, "是": YES, "否": NO, "有": YES, "无": NO}
_SECTOR: Final = re.compile(r"([A-T]?)(\d{2,4})")
_SECTIONS: Final = (
    ("A", 5), ("B", 12), ("C", 43), ("D", 46), ("E", 50), ("F", 52), ("G", 60), ("H", 62), ("I", 65), ("J", 69),
    ("K", 70), ("L", 72), ("M", 75), ("N", 79), ("O", 82), ("P", 83), ("Q", 85), ("R", 90), ("S", 96), ("T", 97),
)  # fmt: skip
"""The sections of GB/T 4754-2017 and the last division of each."""


class Type(StrEnum):
    """What kind of value a fact has."""

    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    SECTOR = "sector"
    SET = "set"


_MISSING: Final[Mapping[Type, Value]] = {
    Type.NUMBER: Interval(),
    Type.DATE: Interval(),
    Type.FLAG: Choice(),
    Type.CHOICE: Choice(),
    Type.SECTOR: Choice(),
    Type.SET: Members(),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One fact of the vocabulary.

    `choices` are the words a choice or set may take, with labels; empty on a set means any word. `aliases` maps what
    people write (labels, other names) to the word. Below `low` and above `high` a number is a slip of the pen. `found`
    says in which document the figure stands, `why` what hangs on it.
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
    found: Text = NOTHING
    why: Text = NOTHING

    @property
    def missing(self) -> Value:
        """The value of a fact nobody supplied: as wide as the type allows."""
        return _MISSING[self.type]

    def word(self, raw: str) -> str:
        """The vocabulary's word for what was written. Raises InputError with a suggestion when there is none."""
        text = raw.strip()
        if self.type is Type.FLAG:
            if (found := _FLAG_WORDS.get(text.lower())) is not None:
                return found
            raise wrong(f'"{cut(text)}" is neither yes nor no', "write yes or no", f"“{cut(text)}”不是“是”或“否”")
        if not self.choices:
            return text
        if text in self.choices:
            return text
        if text in self.aliases:
            return self.aliases[text]
        hint = suggest(text, [*self.choices, *self.aliases])
        known = "、".join(label.zh for label in list(self.choices.values())[:12])
        remedy = hint or f"use one of: {', '.join(list(self.choices)[:12])}{' ...' if len(self.choices) > 12 else ''}"
        raise wrong(
            f'"{cut(text)}" is not a known {self.label.en}', remedy, f"“{cut(text)}”不在可选范围内（如：{known}）"
        )

    def sector_codes(self, raw: str) -> frozenset[str]:
        """The four-digit GB/T 4754-2017 classes under a code of two to four digits, or a class name."""
        text = self.aliases.get(raw.strip(), raw.strip())
        if text in self.choices:
            return frozenset({text})
        match = _SECTOR.fullmatch(text)
        letter, digits = match.groups() if match else ("", "")
        codes = frozenset(
            code
            for code in self.choices
            if digits and code.startswith(digits) and letter in ("", _section(int(code[:2])))
        )
        if not codes:
            hint = suggest(text, [*self.choices, *self.aliases])
            raise wrong(
                f'"{cut(text)}" is not a class of GB/T 4754-2017',
                hint or "write its four digits, or the first two or three",
                f"“{cut(text)}”不是《国民经济行业分类》（GB/T 4754-2017）的代码或名称",
            )
        return codes

    def shown(self, word: str, lang: str) -> str:
        """A word of this fact for people."""
        if self.type is Type.FLAG:
            return {YES: Text("是", "yes"), NO: Text("否", "no")}[word].get(lang) if word in (YES, NO) else word
        label = self.choices.get(word)
        shown = label.get(lang) if label else word
        return f"{word} {shown}" if self.type is Type.SECTOR and label else shown


def _section(division: int) -> str:
    return next((letter for letter, last in _SECTIONS if division <= last), "")


def cut(text: str) -> str:
    """At most forty characters of what somebody wrote, for a message."""
    return text if len(text) <= 40 else text[:37] + "..."


def wrong(what: str, remedy: str, zh: str) -> InputError:
    """An error whose place the caller adds."""
    return InputError(Problem("", what, remedy, zh))
