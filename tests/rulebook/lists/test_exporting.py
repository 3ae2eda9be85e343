"""The spreadsheet back: the same bytes or the same cells, whatever stands in them."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rulebook.lists.exporting import export_list
from screening.rulebook.lists.importing import read_list
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.lists.sheet import Origin, Sheet, read_csv_sheet, read_sheet, write_csv
from screening.rulebook.lists.table import published_sheet
from screening.rulebook.lists.workbook import read_workbook, write_workbook
from screening.rulebook.reader import Rulebook
from tests.rulebook.lists import synthetic
from tests.rulebook.lists.conftest import UNIT, write_rows

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "0311",
        " 禁止",
        "1-1",
        '他说"不"',
        "a,b",
        "行一\n行二",
        "行一\r\n行二",
        "\r",
        "＝１",
        "=1+1",
        "🏭",
        "无",
        "é",
        "{project.sector}",
    ]
)
names = texts.map(lambda text: f"备注{text}") | st.just("")


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """A list of any texts under any further columns, with blank rows and rows above its header."""
    more = draw(st.lists(names, max_size=3))
    header = ("单元编码", *more, "条款内容", "类型")
    width = len(header)
    above = draw(st.lists(st.tuples(texts), max_size=2))
    units = st.sampled_from([UNIT, "ZH999901200012", " zh99990120003", "甲"])
    row = st.tuples(units, *([texts] * (width - 1))) | st.just(("",) * width)
    rows = draw(st.lists(row, max_size=8))
    last = (UNIT, *([""] * (width - 3)), "禁止虚构。", "禁止类")
    return Sheet(
        "drawn.csv", Origin("csv", "utf-8", draw(st.sampled_from(["\n", "\r\n"]))), [*above, header, *rows, last]
    )


@given(sheets())
def test_what_goes_in_comes_out_byte_for_byte_and_every_row_is_accounted_for(sheet: Sheet) -> None:
    data = write_csv(sheet)
    again = read_csv_sheet(data, "drawn.csv")
    assert again.same_cells(sheet)
    found = read_list(again, synthetic.request(meanings={"类型": "clause_type"}), BOOK.vocabulary, "", None)
    count = found.account
    assert count.balanced and count.rows == len(sheet.rows) - 1 - len(found.access_list.card.published.above)
    carried = sum(number for standing, number in count.standings.items() if standing.rule)
    rules = [rule for unit in found.access_list.units for rule in found.access_list.rules(unit)]
    assert len(rules) == count.rules <= carried
    listed = [one for unit in found.access_list.units for one in found.access_list.clauses(unit)]
    assert sum(one.standing.rule for one in listed) == carried
    assert write_csv(published_sheet(found.access_list.card.published, found.access_list.rows())) == data


excel = st.text(st.characters(codec="utf-8", min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
cells: st.SearchStrategy[Any] = (
    excel
    | st.sampled_from(["=1+1", "0311", "行一\n行二", "@x", " 前后 "])
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e6, 1e6).map(lambda number: round(number, 3))
    | st.booleans()
    | st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))
    | st.just(datetime(2021, 7, 1))
    | st.just(time(8, 30))
    | st.none()
)


@given(st.lists(st.tuples(cells, cells, cells), max_size=6))
def test_the_cells_of_a_workbook_come_out_as_they_went_in(rows: list[tuple[Any, ...]]) -> None:
    from screening.rulebook.lists.sheet import kind_and_text

    typed = [[("", "") if cell is None else kind_and_text(cell) for cell in row] for row in rows]
    header = ("单元编码", "条款内容", "甲", "乙", "丙")
    texts_of = [header, *((UNIT, "禁止。", *(text for _, text in row)) for row in typed)]
    kinds = {number: {at + 2: kind for at, (kind, _) in enumerate(row) if kind} for number, row in enumerate(typed, 1)}
    sheet = Sheet("drawn.xlsx", Origin("xlsx", sheet="清单"), texts_of, {n: one for n, one in kinds.items() if one})
    if len(sheet.rows) == 1:
        return
    read = read_workbook(write_workbook(sheet), "drawn.xlsx")
    assert read.same_cells(sheet)
    found = read_list(read, synthetic.request(), BOOK.vocabulary, "", None).access_list
    assert published_sheet(found.card.published, found.rows()).same_cells(sheet)


def _book() -> Rulebook:
    import tempfile

    from tests.rulebook.minimal import load, rule_text

    with tempfile.TemporaryDirectory() as folder:
        return load(Path(folder), rule_text())


BOOK = _book()


def test_a_published_csv_comes_back_byte_for_byte(tmp_path: Path, book: Rulebook) -> None:
    path = synthetic.write_list(tmp_path / "made.csv", units=30, clauses=20)
    done = export_list(synthetic.imported(path, book).access_list, tmp_path / "back.csv")
    assert done.exact and (tmp_path / "back.csv").read_bytes() == path.read_bytes()


def test_a_csv_with_needless_quotes_comes_back_cell_for_cell_and_says_so(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "quoted.csv"
    path.write_bytes(f'"单元编码","条款内容"\r\n"{UNIT}","禁止。"'.encode())
    done = export_list(synthetic.imported(path, book).access_list, tmp_path / "back.csv")
    assert not done.exact
    assert read_sheet(tmp_path / "back.csv").same_cells(read_sheet(path))


def test_a_workbook_comes_back_cell_for_cell_with_its_merged_and_typed_cells(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "in.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    page.title = "准入清单"
    page.append(["虚构市准入清单"])
    page.append(["单元编码", "序号", "空间布局约束", "环境风险防控", "面积", "日期"])
    page.append([UNIT, 1, "禁止甲。\n禁止乙。", None, 12.5, datetime(2021, 7, 1)])
    page.append([None, 2, "=禁止", "防控。", True, None])
    page["C4"].data_type = "s"
    page.append([None, None, None, None, None, None])
    page.append(["ZH99990120002", 3, None, None, None, None])
    made.save(path)
    found = synthetic.imported(path, book, filled_down=("unit_code",)).access_list
    export_list(found, tmp_path / "out.xlsx")

    def values(file: Path) -> list[tuple[Any, ...]]:
        return [tuple(cell.value for cell in row) for row in openpyxl.load_workbook(file)["准入清单"].iter_rows()]

    assert values(tmp_path / "out.xlsx") == values(path)
    assert [one.text for one in found.clauses(UNIT)] == ["禁止甲。\n禁止乙。", "=禁止", "防控。"]


def test_text_that_looks_like_a_formula_is_text_in_a_workbook_and_warned_of_in_a_csv(
    tmp_path: Path, book: Rulebook
) -> None:
    path = write_rows(
        tmp_path / "a.csv", [("单元编码", "条款内容", "数"), (UNIT, '=HYPERLINK("x")', "-5"), (UNIT, "@甲", "+1")]
    )
    found = synthetic.imported(path, book).access_list
    assert export_list(found, tmp_path / "b.csv").formulas == 2
    export_list(found, tmp_path / "b.xlsx")
    page = openpyxl.load_workbook(tmp_path / "b.xlsx")["清单"]
    assert (page["B2"].data_type, page["B2"].value) == ("s", '=HYPERLINK("x")')


def test_what_a_workbook_cannot_hold_is_refused_not_cut_short(tmp_path: Path, book: Rulebook) -> None:
    for number, text in enumerate(("禁" * 32_768, "禁\x07止")):
        path = write_rows(tmp_path / f"{number}.csv", [("单元编码", "条款内容"), (UNIT, text)])
        found = synthetic.imported(path, book).access_list
        with pytest.raises(AccessListError, match=r"row 2: holds characters, or more than 32,767"):
            export_list(found, tmp_path / "b.xlsx")
        assert not (tmp_path / "b.xlsx").exists()
        assert export_list(found, tmp_path / "b.csv").exact


def test_structured_columns_are_added_filled_in_and_imported_again(tmp_path: Path, book: Rulebook) -> None:
    path = synthetic.write_list(tmp_path / "made.csv", units=5, clauses=4)
    export_list(synthetic.imported(path, book).access_list, tmp_path / "wide.xlsx", structured=True)
    made = openpyxl.load_workbook(tmp_path / "wide.xlsx")
    page = made.active
    names = [cell.value for cell in page[1]]
    assert names[-10:] == [
        "sector",
        "works",
        "threshold",
        "when",
        "unless",
        "outcome",
        "question",
        "remedy",
        "level",
        "checked_on",
    ]
    for name, value in {
        "sector": "26",
        "outcome": "reject",
        "level": "text",
        "checked_on": datetime(2026, 11, 22),
    }.items():
        page.cell(2, names.index(name) + 1).value = value
    made.save(tmp_path / "filled.xlsx")
    found = synthetic.imported(tmp_path / "filled.xlsx", book)
    assert found.access_list.card.table.encoded == 1 and found.account.balanced


def test_a_workbook_goes_out_as_a_csv_that_programs_open_rightly(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "in.xlsx"
    made = openpyxl.Workbook()
    for row in (["单元编码", "条款内容", "数"], [UNIT, "禁止。", 7]):
        made.active.append(row)
    made.save(path)
    export_list(synthetic.imported(path, book).access_list, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == f"﻿单元编码,条款内容,数\r\n{UNIT},禁止。,7\r\n".encode()


def test_a_file_of_another_kind_is_refused(tmp_path: Path, book: Rulebook) -> None:
    path = synthetic.write_list(tmp_path / "made.csv", units=1, clauses=1)
    with pytest.raises(AccessListError, match="is neither"):
        export_list(synthetic.imported(path, book).access_list, tmp_path / "out.ods")
