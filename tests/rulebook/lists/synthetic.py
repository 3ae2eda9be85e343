"""An invented access list, shaped like a published one: what is odd about those is odd about this.

Key and general units name the dimensions as one province does, priority units have flat lists without any, two codes have
fourteen characters, every key unit refers to element zones in a clause without number or type, and encouragements,
general duties, restrictions and prohibitions come mixed. Deterministic; no sentence of it is anybody's law.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from screening.rulebook.lists.importing import Imported, Request, import_list
from screening.rulebook.lists.sheet import csv_text
from screening.rulebook.model import Instrument, Level, Period
from screening.rulebook.reader import Rulebook
from screening.text import Text

HEADER: Final = (
    "unit_code", "county", "unit_name", "class_digit", "dimension_as_published", "dimension_national", "no",
    "element_tag", "clause_type", "text",
)  # fmt: skip
DIMENSIONS: Final = (
    ("区域布局管控", "空间布局约束"),
    ("能源资源利用", "资源利用效率要求"),
    ("污染物排放管控", "污染物排放管控"),
    ("环境风险防控", "环境风险防控"),
)
_SAID: Final = {
    "禁止类": ("禁止新建虚构的{thing}项目。", "虚构水源地一级保护区内不得建设与供水无关的{thing}项目。"),
    "限制类": ("严格限制新建{thing}项目，鼓励现有{thing}企业“搬迁”入园。", "限制{thing}规模，确需建设的应当论证。"),
    "综合类": ("{thing}企业应编制应急预案，\n落实分区防渗。", "推进{thing}行业节水改造，提高重复利用率。"),
    "鼓励引导类": ("鼓励{thing}企业使用清洁能源。", "引导{thing}企业入园集聚发展。"),
}
_THINGS: Final = ("造纸", "印染", "电镀", "涂料, 油墨", "畜禽养殖", "危险化学品仓储", "水泥")
LAW: Final = Period(date(2021, 7, 1))


def rows(units: int, clauses: int, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """The rows of a list of that many units with that many clauses each, its header first."""
    draw = random.Random(seed)
    yield HEADER
    for number in range(units):
        kind = (1, 2, 2, 2, 3)[number % 5]
        county = 999901 + number // 2000 % 99
        code = f"ZH{county}{kind}{number % 2000:04d}" + ("1" if number in (7, 11) else "")
        name, place = f"虚构{number}号{('优先保护', '重点管控', '一般管控')[kind - 1]}区", f"虚构{county % 100}县"
        left = clauses
        if kind == 2:
            text = "单元内各环境要素细类管控区内，按该环境要素细类管控要求执行。"
            yield code, place, name, "2", "共性要求", "共性要求", "", "", "", text
            left -= 1
        for at in range(left):
            tag = draw.choices(tuple(_SAID), (18, 24, 43, 15))[0]
            element = draw.choice(("水", "大气", "生态", "产业"))
            written, national = DIMENSIONS[at % 4] if kind != 1 else ("", "(不分维度)")
            place_in = f"{at % 4 + 1}-{at // 4 + 1}" if kind != 1 else str(at + 1)
            said = draw.choice(_SAID[tag]).format(thing=draw.choice(_THINGS))
            yield (
                code, place, name, str(kind), written, national, place_in, element, tag,
                f"{place_in}.【{element}/{tag}】{said}",
            )  # fmt: skip


def write_list(path: Path, units: int = 20, clauses: int = 12, seed: int = 1) -> Path:
    path.write_bytes(csv_text(rows(units, clauses, seed)).encode())
    return path


def read_back(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def request(list_id: str = "made-2021", **changes: object) -> Request:
    """What a keeper says of the invented list."""
    title = Text("虚构市准入清单", "Access list of Nowhere")
    instrument = Instrument(list_id, title, "虚构〔2021〕1号", "虚构市", "", Period(LAW.start))
    said: dict[str, object] = {
        "id": list_id, "title": title, "jurisdiction": "9999", "effective": LAW, "instrument": instrument,
        "level": Level.TEXT,
    }  # fmt: skip
    return Request(**{**said, **changes})  # type: ignore[arg-type]


def imported(path: Path, book: Rulebook, **changes: object) -> Imported:
    return import_list(path, request(**changes), book.vocabulary, book.instruments)  # type: ignore[arg-type]
