"""An opinion as PDF, set by Typst with a Chinese typeface that comes as a package; nothing is fetched.

The only place that imports typst. The document goes in as data, never as markup, so no text of it can be a command. What
the typeface has no sign for is shown by its number (U+1F600), not by an empty box.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from screening.report.opinion.document import (
    Banner,
    Block,
    Boxes,
    Document,
    Heading,
    Line,
    Paragraph,
    Picture,
    Points,
    Signature,
    Table,
    text_of,
)
from screening.report.opinion.needed import needed
from screening.report.opinion.typeface import FAMILY, folder, signs

_HERE: Final = Path(__file__).parent
_LONG: Final = re.compile(r"[!-~]{20,}")
_STEP: Final = 8


def to_pdf(document: Document) -> bytes:
    """The document as PDF/A-2a; the same document gives the same bytes with the same versions of Typst and typeface."""
    found: bytes = _set("opinion.typ", _data(document), document, "pdf")
    return found


def to_pages(document: Document, dots: int = 110) -> list[bytes]:
    """Each page of the PDF as PNG, for a preview."""
    found = _set("opinion.typ", _data(document), None, "png", ppi=float(dots))
    return list(found) if isinstance(found, list) else [found]


def to_png(picture: Picture, dots: int = 220) -> bytes:
    """A drawing as PNG at some dots an inch, for forms that cannot hold SVG."""
    found: bytes = _set("picture.typ", {"picture": json.dumps(_picture(picture))}, None, "png", ppi=float(dots))
    return found


def _set(template: str, inputs: dict[str, str], document: Document | None, form: str, **options: Any) -> Any:
    if document is not None:
        day = document.day
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        options |= {"timestamp": int(moment.timestamp()), "pdf_standards": ["a-2a"]}
    markup = (_HERE / "drawing.typ").read_bytes() + (_HERE / template).read_bytes()
    return needed("typst").compile(
        markup, font_paths=[str(folder())], ignore_system_fonts=True, sys_inputs=inputs, format=form, **options
    )


def _data(document: Document) -> dict[str, str]:
    return {"document": json.dumps(_plain(document), ensure_ascii=False)}


def _plain(document: Document) -> dict[str, Any]:
    day = document.day
    return {
        "lang": document.lang,
        "family": FAMILY,
        "title": _line(document.title),
        "name": text_of(document.title),
        "office": _line(document.office),
        "facts": [_line(one) for one in document.facts],
        "foot": _line(document.foot),
        "day": [day.year, day.month, day.day],
        "blocks": [_block(block) for block in document.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(line, level):
            return {"is": "heading", "line": _line(line), "level": level}
        case Paragraph(line, tone):
            return {"is": tone.value, "line": _line(line)}
        case Banner(line, outcome):
            return {"is": "banner", "line": _line(line), "outcome": outcome}
        case Points(lines):
            return {"is": "points", "lines": [_line(one) for one in lines]}
        case Table(head, rows, widths):
            return {
                "is": "table",
                "head": [_line(one) for one in head],
                "rows": [[[_line(one) for one in content] for content in row] for row in rows],
                "widths": list(widths),
            }
        case Picture():
            return _picture(block)
        case Boxes(choices, remark):
            return {"is": "boxes", "choices": list(choices), "remark": remark}
        case Signature(labels):
            return {"is": "signature", "labels": list(labels)}


def _picture(picture: Picture) -> dict[str, Any]:
    return {
        "is": "picture",
        "svg": picture.svg,
        "words": text_of(picture.words),
        "width": picture.width,
        "units": picture.units,
        "family": FAMILY,
        "labels": [{**asdict(label), "text": _shown(label.text)} for label in picture.labels],
    }


def _line(line: Line) -> list[dict[str, Any]]:
    return [{"text": _breakable(_shown(run.text)), "bold": run.bold, "link": run.link} for run in line]


def _breakable(text: str) -> str:
    """Text in which a long word, such as a digest, may be broken."""
    return _LONG.sub(lambda word: "\u200b".join(_cut(word.group())), text)


def _cut(word: str) -> list[str]:
    return [word[start : start + _STEP] for start in range(0, len(word), _STEP)]


@lru_cache(maxsize=20_000)
def _shown(text: str) -> str:
    """Text with what the typeface has no sign for written as its number."""
    known = signs()
    if all(ord(letter) in known for letter in text):
        return text
    return "".join(letter if ord(letter) in known else f"[U+{ord(letter):04X}]" for letter in text)
