"""One clause of an access list as it is read: its unit, its dimension, its type, and what it becomes.

No clause is lost and none clears a project by being badly labelled: of two labels the stricter counts, and a clause
that is called general but speaks of what is barred is put to a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from screening.text import Text


class Dimension(StrEnum):
    """What a clause governs: the four national dimensions; what holds for all of them; a flat list; a word not known."""

    SPATIAL_LAYOUT = "spatial_layout"
    EMISSION_CONTROL = "emission_control"
    RISK_CONTROL = "risk_control"
    RESOURCE_EFFICIENCY = "resource_efficiency"
    COMMON = "common"
    FLAT = "flat"
    OTHER = "other"


class ClauseType(StrEnum):
    """How the list itself classes a clause, the strictest first."""

    PROHIBITION = "prohibition"
    RESTRICTION = "restriction"
    UNTAGGED = "untagged"
    GENERAL = "general"
    ENCOURAGEMENT = "encouragement"


class Standing(StrEnum):
    """What a row of the list becomes.

    `reject`, `review` and `obligation` are rules of their own, from structured columns. `judgement` and `duty` clauses
    of a unit are gathered into one rule each. The rest are no rules: encouragements, rows without words, empty rows.
    """

    REJECT = "reject"
    REVIEW = "review"
    OBLIGATION = "obligation"
    JUDGEMENT = "judgement"
    DUTY = "duty"
    ENCOURAGEMENT = "encouragement"
    WORDLESS = "wordless"
    BLANK = "blank"

    @property
    def rule(self) -> bool:
        """True when a rule carries the clause."""
        return self not in (Standing.ENCOURAGEMENT, Standing.WORDLESS, Standing.BLANK)

    @property
    def encoded(self) -> bool:
        """True when the clause is a rule of its own, from its structured columns."""
        return self in (Standing.REJECT, Standing.REVIEW, Standing.OBLIGATION)


DIMENSION_LABELS: Final[Mapping[Dimension, Text]] = {
    Dimension.SPATIAL_LAYOUT: Text("空间布局约束", "spatial layout"),
    Dimension.EMISSION_CONTROL: Text("污染物排放管控", "emission control"),
    Dimension.RISK_CONTROL: Text("环境风险防控", "risk control"),
    Dimension.RESOURCE_EFFICIENCY: Text("资源利用效率", "resource efficiency"),
    Dimension.COMMON: Text("共性要求", "common requirements"),
    Dimension.FLAT: Text("不分维度", "no dimension"),
    Dimension.OTHER: Text("其他维度", "other dimension"),
}
TYPE_LABELS: Final[Mapping[ClauseType, Text]] = {
    ClauseType.PROHIBITION: Text("禁止类", "prohibition"),
    ClauseType.RESTRICTION: Text("限制类", "restriction"),
    ClauseType.UNTAGGED: Text("未标类型", "untagged"),
    ClauseType.GENERAL: Text("综合类", "general"),
    ClauseType.ENCOURAGEMENT: Text("鼓励引导类", "encouragement"),
}
STANDING_LABELS: Final[Mapping[Standing, Text]] = {
    Standing.REJECT: Text("已编码：不符合准入", "encoded: reject"),
    Standing.REVIEW: Text("已编码：人工复核", "encoded: review"),
    Standing.OBLIGATION: Text("已编码：附条件", "encoded: obligation"),
    Standing.JUDGEMENT: Text("须人工判断", "for an officer to judge"),
    Standing.DUTY: Text("附条件", "obligation"),
    Standing.ENCOURAGEMENT: Text("鼓励引导，不提问", "encouragement, never asks"),
    Standing.WORDLESS: Text("没有条文", "no words"),
    Standing.BLANK: Text("空行", "blank row"),
}

DIMENSION_WORDS: Final[Mapping[str, Dimension]] = {
    **{dimension.value: dimension for dimension in Dimension},
    **{label.zh: dimension for dimension, label in DIMENSION_LABELS.items()},
    "空间布局": Dimension.SPATIAL_LAYOUT,
    "区域布局管控": Dimension.SPATIAL_LAYOUT,
    "区域布局约束": Dimension.SPATIAL_LAYOUT,
    "空间布局管控": Dimension.SPATIAL_LAYOUT,
    "空间布局引导": Dimension.SPATIAL_LAYOUT,
    "污染物排放": Dimension.EMISSION_CONTROL,
    "污染物排放约束": Dimension.EMISSION_CONTROL,
    "污染排放管控": Dimension.EMISSION_CONTROL,
    "环境风险管控": Dimension.RISK_CONTROL,
    "环境风险": Dimension.RISK_CONTROL,
    "能源资源利用": Dimension.RESOURCE_EFFICIENCY,
    "资源能源利用": Dimension.RESOURCE_EFFICIENCY,
    "资源利用效率要求": Dimension.RESOURCE_EFFICIENCY,
    "资源利用要求": Dimension.RESOURCE_EFFICIENCY,
    "资源开发效率": Dimension.RESOURCE_EFFICIENCY,
    "资源开发效率要求": Dimension.RESOURCE_EFFICIENCY,
    "资源开发利用效率": Dimension.RESOURCE_EFFICIENCY,
    "资源开发利用效率要求": Dimension.RESOURCE_EFFICIENCY,
    "资源利用管控": Dimension.RESOURCE_EFFICIENCY,
    "总体要求": Dimension.COMMON,
    "": Dimension.FLAT,
}
"""What the provinces call the dimensions. A card adds its own words."""

TYPE_WORDS: Final[Mapping[str, ClauseType]] = {
    **{kind.value: kind for kind in ClauseType},
    **{label.zh: kind for kind, label in TYPE_LABELS.items()},
    "禁止": ClauseType.PROHIBITION,
    "限制": ClauseType.RESTRICTION,
    "综合": ClauseType.GENERAL,
    "鼓励引导": ClauseType.ENCOURAGEMENT,
    "鼓励": ClauseType.ENCOURAGEMENT,
    "鼓励类": ClauseType.ENCOURAGEMENT,
    "引导": ClauseType.ENCOURAGEMENT,
    "引导类": ClauseType.ENCOURAGEMENT,
}

_STRICTEST: Final = {kind: number for number, kind in enumerate(ClauseType)}
_TAG: Final = re.compile(r"【([^】]*)】")
_REGULAR: Final = re.compile(r"(?:ZH|HY)\d{6}[123]\d{4}")
_WORDLESS: Final = frozenset({"", "/", "／", "\\", "-", "--", "—", "——", "无", "无。", "暂无", "无要求"})
_BARS: Final = re.compile(
    "禁|不得|不准|不予|不允许|不许|不可|不能|不再|不新增|不新建|不扩建|不布局|不引进|不批|不审批|停批|拒批|拒绝|杜绝|取缔|清退"
    "|只允许|仅允许|只能|仅限"
)
_OBJECTS: Final = re.compile(
    f"{_BARS.pattern}|限制|严控|严格控制|从严|淘汰|退出|关停|关闭|拆除|搬迁|暂停|暂缓|停止|停产|否决|不宜|不应|不符合|不鼓励|原则上|一律"
    "|准入|除外|例外|负面清单|同上|同左"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A row of the list. `row` is its row in the published spreadsheet; `written` its type there, `type` the strictest
    its labels give; `cells` its structured columns, as written.
    """

    row: int
    unit: str
    unit_name: str
    dimension: Dimension
    dimension_written: str
    number: str
    element: str
    written: ClauseType
    type: ClauseType
    text: str
    cells: Mapping[str, str]
    standing: Standing
    id: str = ""

    @property
    def reference(self) -> str:
        """Where the words stand in the unit's list: `区域布局管控 1-1`, or the row where it has no number."""
        place = self.number or f"表第{self.row}行"
        return f"{self.dimension_written} {place}".strip()


def unit_key(code: str) -> str:
    """A unit code as it is compared: half-width, upper case, without spaces and characters that nobody sees.

    What else is odd about it stays.
    """
    if code.isascii() and code.isalnum():
        return code.upper()
    seen = "".join(char for char in unicodedata.normalize("NFKC", code) if unicodedata.category(char) != "Cf")
    return "".join(seen.split()).upper()


def several_codes(unit: str) -> bool:
    """Whether a cell holds the codes of several units."""
    return len(set(_REGULAR.findall(unit))) > 1


def odd_code(unit: str, jurisdiction: str) -> tuple[str, str]:
    """What is odd about a unit code, in English and Chinese; empty where nothing is. Odd codes warn, no more."""
    if not _REGULAR.fullmatch(unit):
        return (
            f'unit code "{unit[:40]}" ({len(unit)} characters) is not of the usual form ZH + 6 + 1 + 4 digits',
            f"管控单元编码“{unit[:40]}”（{len(unit)} 位）不是通常的 13 位形式",
        )
    if not unit[2:].startswith(jurisdiction):
        return (
            f'unit code "{unit}" lies outside the jurisdiction {jurisdiction} of the list',
            f"管控单元编码“{unit}”不在清单辖区 {jurisdiction} 之内",
        )
    return "", ""


def bars(text: str) -> bool:
    """Whether words bar something, or carry the tag of a clause."""
    tagged = (part.strip() for tag in _TAG.findall(text) for part in _tagged(tag))
    return _BARS.search(text) is not None or any(word in TYPE_WORDS for word in tagged if word)


def read_type(written: str, text: str, words: Mapping[str, ClauseType]) -> tuple[ClauseType, ClauseType, bool]:
    """The type in its column, the strictest of that and the tags in the text, and whether the column's word is known.

    A column left empty leaves the tags to say it; a word that is not known is never softened by a tag.
    """
    word = written.strip()
    column = words.get(word) or words.get(unicodedata.normalize("NFKC", word)) if word else None
    tags = [
        kind for tag in _TAG.findall(text) for part in _tagged(tag) if (kind := words.get(part.strip())) is not None
    ]
    own = [column] if column is not None else [ClauseType.UNTAGGED] if word or not tags else []
    said = [*own, *tags]
    return column or ClauseType.UNTAGGED, min(said, key=_STRICTEST.__getitem__), not word or column is not None


def _tagged(tag: str) -> list[str]:
    """The words of a tag that may be a type: those after its element (`水/禁止类`), or the only one (`禁止类`)."""
    parts = re.split("[/／]", tag)
    return parts[1:] or parts


def standing_of(kind: ClauseType, text: str, outcome: Standing | None, conditioned: bool) -> Standing:
    """What a clause becomes. An `outcome` written for it decides; else its type, and where that is mild, its words."""
    if text.strip() in _WORDLESS:
        return Standing.WORDLESS
    if outcome is not None:
        return outcome
    if kind is ClauseType.ENCOURAGEMENT:
        asks = _BARS.search(text) is not None
        if not asks:
            return Standing.ENCOURAGEMENT
    elif kind is ClauseType.GENERAL:
        asks = _OBJECTS.search(text) is not None
    else:
        asks = True
    if conditioned:
        return Standing.REVIEW if asks else Standing.OBLIGATION
    return Standing.JUDGEMENT if asks else Standing.DUTY
