"""A published spreadsheet as rows of text, exactly enough to be written back cell for cell.

A cell that was no text keeps its kind beside it: `i` whole number, `f` number, `b` yes or no, `d` date and time, `a` a
date alone, `t` time of day, `x` empty although a value is kept (a merged cell, filled down). Nothing is evaluated: a
formula is refused, and text that looks like one stays text.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from screening.errors import Problem
from screening.rulebook.lists.problems import AccessListError, at_row

MAX_FILE: Final = 500_000_000
MAX_ROWS: Final = 2_000_000
MAX_CELL: Final = 1_000_000
ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030")
EMPTIED: Final = "x"
_QUOTED: Final = re.compile(r'[",\r\n]')
_FORMULA: Final = re.compile(r"\s*[=+\-@\t\r]")

Cells = tuple[str, ...]
Kinds = Mapping[int, str]
NO_KINDS: Final[Kinds] = {}


@dataclass(frozen=True, slots=True)
class Origin:
    """How the file was written: `form` csv or xlsx, and for a CSV its encoding and line ends, for a workbook its sheet."""

    form: str
    encoding: str = ""
    line_end: str = ""
    ends: bool = True
    """False where the last line of a CSV has no line end."""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """All rows of a spreadsheet from its first; `kinds[n]` are the kinds of the cells of row n that are no text."""

    name: str
    origin: Origin
    rows: Sequence[Cells]
    kinds: Mapping[int, Kinds] = field(default_factory=dict)

    def same_cells(self, other: Sheet) -> bool:
        """True when both show the same value in every cell. Empty cells and rows at the end do not count."""
        return self.difference(other) is None

    def difference(self, other: Sheet) -> int | None:
        """The first row (0 the first) in which a cell differs, or None."""
        for number in range(max(len(self.rows), len(other.rows))):
            one = self.rows[number] if number < len(self.rows) else ()
            two = other.rows[number] if number < len(other.rows) else ()
            kinds, others = self.kinds.get(number), other.kinds.get(number)
            if (one != two or kinds != others) and _shown(one, kinds) != _shown(two, others):
                return number
        return None


def _shown(cells: Cells, kinds: Kinds | None) -> list[tuple[str, str]]:
    kinds = kinds or NO_KINDS
    found = [("", "") if kinds.get(at) == EMPTIED else (cell, kinds.get(at, "")) for at, cell in enumerate(cells)]
    while found and found[-1] == ("", ""):
        found.pop()
    return found


def read_sheet(path: Path, sheet: str = "", encoding: str = "") -> Sheet:
    """The spreadsheet in a .csv or .xlsx file. Raises AccessListError with every problem found."""
    try:
        size = path.stat().st_size
        if path.is_dir() or size > MAX_FILE:
            raise AccessListError(
                Problem(
                    str(path),
                    "is a folder" if path.is_dir() else f"is {size:,} bytes; at most {MAX_FILE:,} are read",
                    "name a .csv or .xlsx file, or split it",
                    "这是目录或文件过大，请指定不超过上限的 .csv 或 .xlsx 文件",
                )
            )
        data = path.read_bytes()
    except OSError as error:
        raise AccessListError(
            Problem(
                str(path), f"cannot be opened ({error.strerror})", "check the path", f"无法打开（{error.strerror}）"
            )
        ) from None
    if data[:4] == b"PK\x03\x04":
        from screening.rulebook.lists.workbook import read_workbook

        return read_workbook(data, path.name, sheet)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise AccessListError(
            Problem(
                path.name,
                "is an old Excel file (.xls)",
                "save it as .xlsx or CSV",
                "是旧版 .xls，请另存为 .xlsx 或 CSV",
            )
        )
    return read_csv_sheet(data, path.name, encoding)


def read_csv_sheet(data: bytes, name: str, encoding: str = "") -> Sheet:
    """The rows of a CSV in UTF-8 (with or without byte-order mark) or GB18030. Raises AccessListError."""
    text, found = _decoded(data, name, encoding)
    rows: list[Cells] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = csv.field_size_limit(MAX_CELL)
    try:
        for row in reader:
            rows.append(tuple(row))
            if len(rows) > MAX_ROWS:
                raise _too_long(name)
    except csv.Error as error:
        raise AccessListError(
            Problem(
                at_row(name, len(rows) + 1),
                f"is not CSV: {error}",
                "check the quotes of this row",
                "不是合法的 CSV，请检查引号",
            )
        ) from None
    finally:
        csv.field_size_limit(before)
    if not rows:
        raise AccessListError(Problem(name, "is empty", "export the list again", "文件是空的"))
    line_end = _line_end(text, rows)
    return Sheet(name, Origin("csv", found, line_end, text.endswith(("\n", "\r"))), rows)


def _line_end(text: str, rows: Sequence[Cells]) -> str:
    """How the lines end. The last end of a file is never inside a cell; without one, the first row shows it."""
    ends = ("\r\n", "\n", "\r")
    last = next((end for end in ends if text.endswith(end)), "")
    return last or next((end for end in ends if text.startswith(csv_text(rows[:1], end))), "\n")


def _too_long(name: str) -> AccessListError:
    return AccessListError(
        Problem(name, f"has more than {MAX_ROWS:,} rows", "split it by city", f"超过 {MAX_ROWS:,} 行，请按市拆分")
    )


def _decoded(data: bytes, name: str, encoding: str) -> tuple[str, str]:
    if b"\0" in data:
        raise AccessListError(
            Problem(name, "holds NUL bytes: UTF-16, or no text at all", "save it as UTF-8 CSV or .xlsx",
                    "含有空字节（可能是 UTF-16），请另存为 UTF-8 CSV 或 .xlsx")
        )  # fmt: skip
    tried = (encoding,) if encoding else ("utf-8-sig",) if data.startswith(codecs.BOM_UTF8) else ("utf-8", "gb18030")
    for one in tried:
        try:
            return data.decode(one), one
        except UnicodeDecodeError:
            continue
        except LookupError:
            break
    raise AccessListError(
        Problem(
            name,
            f"is not {' or '.join(tried)} text",
            f"save it as UTF-8, or say --encoding ({', '.join(ENCODINGS)})",
            f"不是 {'、'.join(tried)} 编码的文本，请另存为 UTF-8",
        )
    )


def write_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV, as its origin says; cells are quoted where they must be and nowhere else.

    Raises AccessListError when a character does not exist in the encoding.
    """
    origin = sheet.origin
    text = csv_text(
        (_emptied(cells, sheet.kinds.get(number)) for number, cells in enumerate(sheet.rows)), origin.line_end or "\n"
    )
    if not origin.ends:
        text = text[: -len(origin.line_end or "\n")]
    try:
        return text.encode(origin.encoding or "utf-8")
    except UnicodeEncodeError as error:
        raise AccessListError(
            Problem(
                sheet.name,
                f"cannot be written as {origin.encoding}: {text[error.start]!r} is not in it",
                "export as .xlsx",
                f"含有 {origin.encoding} 没有的字符 {text[error.start]!r}，请导出为 .xlsx",
            )
        ) from None


def _emptied(cells: Cells, kinds: Kinds | None) -> Cells:
    return tuple("" if kinds.get(at) == EMPTIED else cell for at, cell in enumerate(cells)) if kinds else cells


def csv_text(rows: Iterable[Sequence[str]], line_end: str = "\n") -> str:
    """Rows as CSV text: the same on every version of Python, which `csv.writer` is not where cells hold line ends."""
    lines: list[str] = []
    for cells in rows:
        if _QUOTED.search("\x1f".join(cells)) is None:
            lines.append(",".join(cells) if len(cells) != 1 or cells[0] else '""')
        else:
            lines.append(
                ",".join('"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells)
            )
    lines.append("")
    return line_end.join(lines)


def like_formulas(sheet: Sheet) -> int:
    """How many text cells a spreadsheet program would run when it opens them in a CSV (they begin with = + - or @)."""
    return sum(
        1
        for number, cells in enumerate(sheet.rows)
        for at, cell in enumerate(cells)
        if cell[:1] in "=+-@\t\r \n" and _FORMULA.match(cell) and not sheet.kinds.get(number, NO_KINDS).get(at)
        and not _number(cell)
    )  # fmt: skip


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def kind_and_text(value: Any) -> tuple[str, str]:
    """A cell's value as its kind and the text kept for it. Raises TypeError for a kind that cannot be kept."""
    if isinstance(value, str):
        return "", value
    if isinstance(value, bool):
        return "b", "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return "i", str(value)
    if isinstance(value, float):
        # A workbook writes 5.0 as 5.
        return ("i", str(int(value))) if value.is_integer() and abs(value) < 1e15 else ("f", repr(value))
    if isinstance(value, datetime):
        return ("a", value.date().isoformat()) if value.time() == time() else ("d", value.isoformat())
    if isinstance(value, time):
        return "t", value.isoformat()
    raise TypeError(type(value).__name__)


def value_of(kind: str, text: str) -> Any:
    """The value of a cell from its kind and its text."""
    match kind:
        case "b":
            return text == "TRUE"
        case "i":
            return int(text)
        case "f":
            return float(text)
        case "a" | "d":
            return datetime.fromisoformat(text)
        case "t":
            return time.fromisoformat(text)
        case "x":
            return None
        case _:
            return text or None


def packed(kinds: Kinds) -> str:
    """The kinds of a row in a few characters: `0i 6a`."""
    return " ".join(f"{at}{kind}" for at, kind in sorted(kinds.items()))


def unpacked(text: str) -> dict[int, str]:
    """What `packed` wrote. Raises ValueError otherwise."""
    return {int(item[:-1]): item[-1] for item in text.split()}
