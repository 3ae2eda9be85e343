"""What an opinion says and in which order, whatever it is printed as: headings, paragraphs, tables, pictures, boxes.

HTML, DOCX and PDF are written from this one model and from nothing else, so none can say what another does not. All text
is made fit to print here, once: what no document may carry (control characters, marks that turn the direction of writing)
is shown as 〓, the printers' mark for a missing sign, never handed on and never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufdd0-\ufdef\ud800-\udfff]"
    "|[\U0001fffe\U0001ffff\ufffe\uffff]"
)
_SPACES: Final = re.compile(r"[\t\n\r\u2028\u2029 ]+")
_LINK: Final = re.compile(r"https?://[!-~]+")


def printable(text: str) -> str:
    """Text on one line that every form can carry; what cannot be printed is shown as 〓."""
    return _UNPRINTABLE.sub("〓", _SPACES.sub(" ", text))


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. `link` is a web address or empty: of any other scheme it is left out."""

    text: str
    bold: bool = False
    link: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))
        if not _LINK.fullmatch(self.link):
            object.__setattr__(self, "link", "")


Line = tuple[Run, ...]
Cell = tuple[Line, ...]
"""What stands in a table's cell: lines, each a paragraph."""


def line(*parts: str | Run) -> Line:
    """A line of runs; plain text is a run of the usual look. Empty text is left out."""
    runs = (Run(part) if isinstance(part, str) else part for part in parts)
    return tuple(run for run in runs if run.text)


def bold(text: str) -> Run:
    return Run(text, bold=True)


def cell(*lines: str | Run | Line) -> Cell:
    """A cell of lines; those without text are left out."""
    found = (line(one) if isinstance(one, str | Run) else one for one in lines)
    return tuple(one for one in found if one)


class Tone(StrEnum):
    """How a paragraph is meant to look."""

    PLAIN = "plain"
    NOTE = "note"
    """Smaller: an aside."""
    NOTICE = "notice"
    """Framed: what a reader must not miss."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (a part) or 2 (one matter in it)."""

    line: Line
    level: int = 1


@dataclass(frozen=True, slots=True)
class Banner:
    """The outcome in large letters. `outcome` is pass, review or reject: its colour."""

    line: Line
    outcome: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of short points without numbers."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `head` is empty where the first column says what stands beside it. `widths` are shares of the whole."""

    head: tuple[Line, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Words on a drawing, in its units: where their baseline begins (or, `middle`, has its middle) and how high they are."""

    x: float
    y: float
    text: str
    size: float = 12.0
    middle: bool = False
    bold: bool = False
    grey: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: SVG without words, and the words on it, which each form sets in its own typeface.

    `words` say what it shows, for whoever cannot see it. `width` is millimetres, `units` the size of the drawing in its own.
    """

    svg: str
    labels: tuple[Label, ...]
    words: Line
    width: int
    units: tuple[float, float]

    @property
    def ratio(self) -> float:
        """Height over width."""
        return self.units[1] / self.units[0]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes to tick and a line to write on, for the officer."""

    choices: tuple[str, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose names, seals and dates are written at the end: labels, each with room beside it."""

    labels: tuple[str, ...]


Block = Paragraph | Heading | Banner | Points | Table | Picture | Boxes | Signature


@dataclass(frozen=True, slots=True)
class Document:
    """An opinion ready to print. `day` is what it is dated by: nothing in it comes from a clock."""

    lang: str
    title: Line
    office: Line
    facts: tuple[Line, ...]
    blocks: tuple[Block, ...]
    foot: Line
    day: date

    def lines(self) -> Iterator[str]:
        """Every piece of text in the order it is read; the foot, which stands on every page, is left out."""
        yield from (text_of(one) for one in (self.office, self.title, *self.facts) if one)
        for block in self.blocks:
            yield from _lines_of(block)


def text_of(one: Line) -> str:
    return "".join(run.text for run in one)


def _lines_of(block: Block) -> Iterable[str]:
    match block:
        case Table(head, rows):
            yield from (text_of(one) for one in head)
            yield from (text_of(one) for row in rows for content in row for one in content)
        case Points(lines):
            yield from (text_of(one) for one in lines)
        case Boxes():
            yield boxes_text(block)
        case Signature(labels):
            yield from labels
        case Picture():
            yield text_of(block.words)
        case _:
            yield text_of(block.line)


def boxes_text(boxes: Boxes) -> str:
    return f"{'　'.join(f'□ {choice}' for choice in boxes.choices)}　{boxes.remark}"
