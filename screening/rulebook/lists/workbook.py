"""The one door to openpyxl: a sheet of an .xlsx workbook in and out, every cell with its kind."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any, Final

from screening.errors import Problem
from screening.rulebook.lists.problems import AccessListError, at_row
from screening.rulebook.lists.sheet import MAX_ROWS, Cells, Kinds, Origin, Sheet, kind_and_text, value_of

MAX_UNPACKED: Final = 2_000_000_000
MAX_COLUMNS: Final = 400


def _openpyxl(name: str) -> Any:
    try:
        import openpyxl  # type: ignore[import-untyped]  # the package carries no types
    except ImportError:
        raise AccessListError(
            Problem(
                name,
                "openpyxl is not installed, so .xlsx cannot be read or written",
                "pip install 'screening[zones]', or use CSV",
                "未安装 openpyxl，无法读写 .xlsx；请安装 screening[zones]，或使用 CSV",
            )
        ) from None
    return openpyxl


def read_workbook(data: bytes, name: str, wanted: str = "") -> Sheet:
    """One sheet of a workbook: `wanted`, else the only one that holds anything. Raises AccessListError.

    Formulas and Excel's error values are refused with their cell: what they show is not in the file, or not a text.
    """
    openpyxl = _openpyxl(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
        if unpacked > MAX_UNPACKED:
            raise AccessListError(
                Problem(name, f"unpacks to {unpacked:,} bytes", "split it", f"解压后有 {unpacked:,} 字节，过大，请拆分")
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions it does not know concern no cell value
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            return _one_sheet(book, name, wanted)
    except AccessListError:
        raise
    except Exception as error:  # openpyxl and the XML reader raise many kinds for a broken file
        raise AccessListError(
            Problem(
                name,
                f"is not a workbook that can be read ({type(error).__name__})",
                "open it and save it again as .xlsx",
                "不是可读的 .xlsx 工作簿，请打开后重新另存",
            )
        ) from None


def _one_sheet(book: Any, name: str, wanted: str) -> Sheet:
    problems: list[Problem] = []
    titles = [str(sheet.title) for sheet in book.worksheets]
    if wanted and wanted not in titles:
        raise AccessListError(
            Problem(
                name, f'has no sheet "{wanted[:60]}"', f"its sheets: {', '.join(titles)}", f"没有工作表“{wanted[:60]}”"
            )
        )
    filled: dict[str, tuple[list[Cells], dict[int, Kinds]]] = {}
    for sheet in book.worksheets:
        if wanted in ("", sheet.title):
            rows, kinds = _rows(sheet, name, problems)
            if rows:
                filled[str(sheet.title)] = rows, kinds
    if len(filled) != 1:
        what = f"{len(filled)} sheets hold something: {', '.join(filled)}" if filled else "holds nothing"
        raise AccessListError(
            Problem(name, what, "say which one: --sheet NAME", f"有 {len(filled)} 个非空工作表，请用 --sheet 指明一个")
        )
    if problems:
        raise AccessListError(problems)
    title, (rows, kinds) = next(iter(filled.items()))
    others = tuple(one for one in titles if one != title)
    return Sheet(name, Origin("xlsx", sheet=title, other_sheets=others), rows, kinds)


def _rows(sheet: Any, name: str, problems: list[Problem]) -> tuple[list[Cells], dict[int, Kinds]]:
    # What a file says of its own size is often wrong, and read-only mode would believe it and drop columns.
    sheet.reset_dimensions()
    rows: list[Cells] = []
    kinds: dict[int, Kinds] = {}
    last = 0
    for number, row in enumerate(sheet.iter_rows()):
        cells: list[str] = []
        found: dict[int, str] = {}
        for at, cell in enumerate(row):
            value = cell.value
            if value is None:
                cells.append("")
                continue
            if at >= MAX_COLUMNS or cell.data_type in ("f", "e"):
                problems.append(_refused(name, number + 1, at, cell.data_type))
                cells.append("")
                continue
            try:
                kind, text = kind_and_text(value)
            except TypeError:
                problems.append(_refused(name, number + 1, at, "?"))
                kind, text = "", ""
            if kind:
                found[at] = kind
            cells.append(text)
        while cells and not cells[-1]:
            cells.pop()
        rows.append(tuple(cells))
        if cells:
            last = number + 1
        if found:
            kinds[number] = found
        if last > MAX_ROWS or len(problems) > 1000:
            break
        if number > MAX_ROWS:
            break
    return rows[:last], kinds


def _refused(name: str, row: int, at: int, data_type: str) -> Problem:
    what, remedy, zh = {
        "f": ("holds a formula", "paste its value instead", "含有公式，请改为粘贴数值"),
        "e": ("holds an Excel error", "correct the cell", "含有 Excel 错误值，请更正"),
    }.get(data_type, ("holds a kind of value that is not kept", "make it text", "含有不支持的值，请改为文本"))
    return Problem(f"{name} row {row}, cell {at + 1}", what, remedy, zh)


def write_workbook(sheet: Sheet) -> bytes:
    """The sheet as a workbook of one sheet. Text that looks like a formula is written as text.

    What was written is read again and compared: a character or a length that a workbook cannot hold is an
    AccessListError that names the row, never a cell cut short.
    """
    openpyxl = _openpyxl(sheet.name)
    from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]  # the package carries no types

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet.origin.sheet or "Sheet1")
    for number, cells in enumerate(sheet.rows):
        kinds = sheet.kinds.get(number, {})
        row: list[Any] = []
        for at, text in enumerate(cells):
            value = value_of(kinds.get(at, ""), text)
            if isinstance(value, str) and value.startswith("="):
                cell = WriteOnlyCell(page, value)
                cell.data_type = "s"
                value = cell
            row.append(value)
        try:
            page.append(row)
        except Exception:
            raise AccessListError(_unfit(sheet.name, number + 1)) from None
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    wrong = sheet.difference(read_workbook(data, sheet.name, sheet.origin.sheet or "Sheet1"))
    if wrong is not None:
        raise AccessListError(_unfit(sheet.name, wrong + 1))
    return data


def _unfit(name: str, row: int) -> Problem:
    return Problem(
        at_row(name, row),
        "holds characters, or more than 32,767 of them, that a workbook cell cannot keep",
        "export as CSV",
        "含有工作簿单元格无法保存的字符或超过 32767 字，请导出为 CSV",
    )
