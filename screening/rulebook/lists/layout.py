"""Which column of a published spreadsheet means what, and the one layout a list is kept in.

Every published column is kept: one that means nothing to us goes to `extra.…`, so the spreadsheet can be given back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from screening.errors import Problem, suggest
from screening.rulebook.lists.clause import DIMENSION_WORDS, Dimension

PLACE: Final = ("unit_code", "unit_name", "unit_class", "county")
WORDS: Final = ("dimension", "number", "element", "clause_type", "text")
STRUCTURE: Final = (
    "sector", "works", "threshold", "when", "unless", "outcome", "question", "remedy", "level", "checked_on",
)  # fmt: skip
CANONICAL: Final = ("row", *PLACE, *WORDS, *STRUCTURE, "cells")
"""The columns of `clauses.csv`, before those of `extra.`. `row` is the row in the published spreadsheet, `cells` says
which of its cells were no text (see sheet.py)."""
MEANINGS: Final = (*PLACE, *WORDS, *STRUCTURE)
WIDE: Final = "wide"
"""The meaning of a column that holds the clauses of one dimension, one row a unit; its name is the dimension."""
EXTRA: Final = "extra"

_ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "unit_code": ("环境管控单元编码", "综合管控单元编码", "管控单元编码", "单元编码", "单元编号", "hjgkdybm", "hjzhgkdybm"),
    "unit_name": ("环境管控单元名称", "综合管控单元名称", "管控单元名称", "单元名称", "hjgkdymc", "hjzhgkdymc"),
    "unit_class": ("class_digit", "管控单元分类", "单元分类", "单元类别", "管控单元类别", "zhgkdyfl"),
    "county": ("区县", "县区", "所属区县", "区（县）", "县（市、区）", "县", "area"),
    "dimension": ("dimension_as_published", "维度", "管控维度", "管控类别"),
    "number": ("no", "序号", "条款号", "条款编号", "条款序号"),
    "element": ("element_tag", "要素", "环境要素", "管控要素"),
    "clause_type": ("条款类型", "条款类别", "管控类型"),
    "text": ("条款", "条款内容", "条文", "管控要求", "准入要求", "管控要求内容", "清单内容"),
    "sector": ("行业", "行业类别", "适用行业"),
    "works": ("建设性质",),
    "threshold": ("阈值", "规模", "限值"),
    "when": ("适用条件", "条件"),
    "unless": ("除外", "例外条件"),
    "outcome": ("结论", "处理结果"),
    "question": ("须回答", "问题"),
    "remedy": ("可改进", "整改建议"),
    "level": ("核对程度",),
    "checked_on": ("核对日", "核对日期"),
}  # fmt: skip
_WIDE_NAMES: Final = {
    **{
        word: dimension
        for word, dimension in DIMENSION_WORDS.items()
        if dimension not in (Dimension.FLAT, Dimension.OTHER, Dimension.COMMON) and not word.isascii()
    },
    "kjbjys": Dimension.SPATIAL_LAYOUT,
    "wrwpfgk": Dimension.EMISSION_CONTROL,
    "pwwpfgk": Dimension.EMISSION_CONTROL,
    "hjfxfk": Dimension.RISK_CONTROL,
    "zykfxlyq": Dimension.RESOURCE_EFFICIENCY,
}
_BRACKET: Final = re.compile(r"[（(][^（）()]*[）)]$")


def folded(name: str) -> str:
    """A column name as it is compared: half-width, lower case, without spaces and line ends."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()


_KNOWN: Final = {folded(alias): meaning for meaning, names in _ALIASES.items() for alias in (meaning, *names)}
_WIDE_KNOWN: Final = {
    folded(name + more): dimension
    for more in ("要求", "约束要求", "管控要求", "")
    for name, dimension in _WIDE_NAMES.items()
}


def dimension_of(name: str, words: Mapping[str, Dimension]) -> Dimension | None:
    """The dimension a word or a column name stands for, or None where it is not known."""
    word = name.strip()
    found = words.get(word) or DIMENSION_WORDS.get(word)
    return found or _WIDE_KNOWN.get(folded(name))


@dataclass(frozen=True, slots=True)
class Column:
    """One published column: its name as written, and where its cells are kept (`wide`: in dimension and text)."""

    name: str
    kept: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The published columns in their order."""

    columns: tuple[Column, ...]

    @property
    def wide(self) -> tuple[int, ...]:
        """The columns that hold the clauses of one dimension each; empty where there is one clause a row."""
        return tuple(number for number, column in enumerate(self.columns) if column.kept == WIDE)

    @property
    def extra(self) -> tuple[str, ...]:
        """The columns kept besides the canonical ones."""
        return tuple(column.kept for column in self.columns if column.kept.startswith(f"{EXTRA}."))

    @property
    def meanings(self) -> dict[str, str]:
        """What each named column was taken for."""
        return {
            column.name: EXTRA if column.kept.startswith(f"{EXTRA}.") else column.kept
            for column in self.columns
            if column.name
        }

    def has(self, meaning: str) -> bool:
        return any(column.kept == meaning for column in self.columns)

    def name(self, meaning: str) -> str:
        """What the spreadsheet calls a column of ours (our own name where it has none)."""
        return next((column.name for column in self.columns if column.kept == meaning), meaning)


def recognised(name: str, asked: Mapping[str, str]) -> str:
    """What a published column means: what was asked, else what its name says, else nothing."""
    if name in asked:
        return asked[name]
    plain = folded(name)
    short = _BRACKET.sub("", plain)
    found = asked.get(name.strip()) or _KNOWN.get(plain) or (_KNOWN.get(short) if short else None)
    return found or (WIDE if plain in _WIDE_KNOWN or short in _WIDE_KNOWN else "")


def is_header(names: Sequence[str], asked: Mapping[str, str]) -> bool:
    """True when a row names a column of unit codes and one of clauses."""
    found = {recognised(name, asked) for name in names}
    return "unit_code" in found and ("text" in found or WIDE in found)


def read_layout(names: Sequence[str], asked: Mapping[str, str], where: str) -> tuple[Layout, list[Problem]]:
    """What every column of a header means, and what is wrong with that."""
    problems = list(_wrong_wishes(names, asked, where))
    found = [recognised(name, asked) for name in names]
    if "text" in found:
        # Beside a column of clauses, one named like a dimension is something else.
        found = ["" if meaning == WIDE and names[at] not in asked else meaning for at, meaning in enumerate(found)]
    for meaning in dict.fromkeys(item for item in found if item not in ("", EXTRA, WIDE)):
        same = [names[at] for at, item in enumerate(found) if item == meaning]
        if len(same) > 1:
            shown = ", ".join(f'"{name[:40]}"' for name in same)
            problems.append(
                Problem(
                    where,
                    f"{len(same)} columns mean {meaning}: {shown}",
                    f'keep one and say --map "{same[-1][:40]}=extra" for the other',
                    f"有 {len(same)} 列都表示 {meaning}：{shown}；请用 --map 把其中一列设为 extra",
                )
            )
    wide = [names[at] for at, meaning in enumerate(found) if meaning == WIDE]
    if len(set(wide)) < len(wide):
        problems.append(
            Problem(where, "two columns of clauses have one name", "rename one of them", "两个条款列重名，请改名")
        )
    columns: list[Column] = []
    taken: set[str] = set()
    for at, (name, meaning) in enumerate(zip(names, found, strict=True), 1):
        kept = meaning
        if meaning in ("", EXTRA):
            plain = " ".join(name.split())
            kept = f"{EXTRA}.{plain}"
            if not plain or kept in taken:
                kept = f"{EXTRA}.{plain}.{at}"
            while kept in taken:
                kept += "."
        taken.add(kept)
        columns.append(Column(name, kept))
    return Layout(tuple(columns)), problems


def _wrong_wishes(names: Sequence[str], asked: Mapping[str, str], where: str) -> Iterable[Problem]:
    known = (*MEANINGS, WIDE, EXTRA)
    for name, meaning in asked.items():
        if meaning not in known:
            yield Problem(
                where,
                f'"{meaning[:40]}" is no meaning of a column',
                suggest(meaning, known) or f"use {', '.join(known)}",
                f"“{meaning[:40]}”不是可用的列含义",
            )
        if name not in names and name not in (item.strip() for item in names):
            yield Problem(
                where,
                f'there is no column "{name[:40]}"',
                suggest(name, names) or f"the columns are {', '.join(names)[:300]}",
                f"没有名为“{name[:40]}”的列",
            )


def header_missing(names: Sequence[str], asked: Mapping[str, str], where: str) -> Problem:
    """The problem of a spreadsheet in which no row is a header we know."""
    found = {recognised(name, asked) for name in names}
    lacking = [
        meaning
        for meaning, there in (("unit_code", "unit_code" in found), ("text", "text" in found or WIDE in found))
        if not there
    ]
    return Problem(
        where,
        f"no row names the columns {' and '.join(lacking or ('unit_code', 'text'))}; the first row is {', '.join(names)[:200]}",
        'say which column is which: --map "NAME=unit_code" --map "NAME=text"',
        f"没有找到含 {'、'.join(lacking or ('unit_code', 'text'))} 的表头；请用 --map 指明各列含义",
    )
