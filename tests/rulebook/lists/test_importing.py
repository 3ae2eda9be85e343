"""Spreadsheets in: whole and accounted for, or refused with every reason and nothing written."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from screening.rulebook.lists.clause import Standing
from screening.rulebook.lists.importing import Imported, write_list
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.model import Period
from screening.rulebook.reader import Rulebook
from tests.rulebook.lists import synthetic
from tests.rulebook.lists.conftest import HEADER, UNIT, MakeList, clause, write_rows


def said(caught: pytest.ExceptionInfo[AccessListError]) -> str:
    assert all(problem.zh or problem.what for problem in caught.value.problems)
    return caught.value.report()


def workbook(path: Path, *sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        page = book.create_sheet(f"表{number}")
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def test_a_list_shaped_like_a_published_one_imports_whole(tmp_path: Path, book: Rulebook) -> None:
    path = synthetic.write_list(tmp_path / "made.csv", units=40, clauses=15)
    found = synthetic.imported(path, book)
    count = found.account
    assert (count.rows, count.clauses, count.units, count.balanced) == (600, 600, 40, True)
    assert sum(count.types.values()) == sum(count.dimensions.values()) == 600
    assert count.standings[Standing.ENCOURAGEMENT] > 0 and count.standings[Standing.DUTY] > 0
    assert [remark.what for remark in found.remarks] == [
        f'unit code "{code}" (14 characters) is not of the usual form ZH + 6 + 1 + 4 digits'
        for code in ("ZH99990120007" + "1", "ZH99990120011" + "1")
    ]
    assert found.access_list.card.published.exact


def test_a_unit_asks_once_however_many_clauses_it_has(tmp_path: Path, book: Rulebook) -> None:
    found = synthetic.imported(synthetic.write_list(tmp_path / "made.csv", units=10, clauses=60), book).access_list
    for unit in found.units:
        rules = found.rules(unit)
        assert len([rule for rule in rules if rule.judgement]) == 1 and len(rules) <= 2
        judged = [one for one in found.clauses(unit) if one.standing is Standing.JUDGEMENT]
        question = next(rule for rule in rules if rule.judgement).question
        assert len(judged) > 12
        assert all(one.text.strip() in question.zh and one.text.strip() in question.en for one in judged)


def test_the_clauses_of_a_unit_may_stand_apart(make_list: MakeList) -> None:
    found = make_list(clause(number="1"), clause(unit="ZH99990120002"), clause(number="2", text="不得虚构。"))
    assert [one.number for one in found.access_list.clauses(UNIT)] == ["1", "2"]


def test_every_published_column_is_kept(make_list: MakeList) -> None:
    header = ("备注", "单元编码", "", "条款内容", "备注")
    found = make_list(("甲", UNIT, "x", "禁止。", "乙"), header=header)
    kept = [column.kept for column in found.access_list.card.published.layout.columns]
    assert kept == ["extra.备注", "unit_code", "extra..3", "text", "extra.备注.5"]


def test_a_row_without_text_and_a_blank_row_are_counted_and_list_no_unit(make_list: MakeList) -> None:
    found = make_list(clause(), ("",) * len(HEADER), clause(unit="ZH99990120002", text=" "))
    assert found.account.standings == {Standing.JUDGEMENT: 1, Standing.BLANK: 1, Standing.WORDLESS: 1}
    assert found.account.balanced and set(found.access_list.units) == {UNIT}
    assert not found.access_list.has("ZH99990120002") and not found.access_list.has("")


def test_one_row_a_unit_with_a_column_a_dimension(make_list: MakeList) -> None:
    header = (
        "管控单元编码",
        "管控单元名称",
        "空间布局约束",
        "污染物排放\n管控",
        "环境风险防控",
        "资源开发利用效率要求",
        "备注",
    )
    found = make_list(
        (UNIT, "一号", "禁止虚构。", "", "/", "控制用水。", "甲"),
        ("ZH99990120002", "二号", "", "", "", "", ""),
        header=header,
    )
    read = found.access_list.clauses(UNIT)
    assert [(one.dimension.value, one.text) for one in read] == [
        ("spatial_layout", "禁止虚构。"),
        ("risk_control", "/"),
        ("resource_efficiency", "控制用水。"),
    ]
    assert len({one.id for one in read if one.id}) == 2
    assert found.account.balanced and set(found.access_list.units) == {UNIT}


def test_ids_of_clauses_differ_even_where_their_numbers_do_not(make_list: MakeList) -> None:
    numbers = ("1", "1", "", "judgement", "row2", "第一条", "2")
    found = make_list(*(clause(number=number, sector="26", outcome="review") for number in numbers))
    ids = [rule.id for rule in found.access_list.rules(UNIT)]
    assert len(set(ids)) == len(numbers) and f"made-2021.{UNIT}.2" in ids
    assert all(found.access_list.find(one) is not None for one in ids)


def test_titles_above_the_header_are_passed_over_and_kept(tmp_path: Path, book: Rulebook) -> None:
    rows = [["虚构市准入清单", None, None], [], ["单元编码", "序号", "条款内容"], [UNIT, 1, "禁止。"]]
    found = synthetic.imported(workbook(tmp_path / "a.xlsx", rows), book)
    assert found.account.rows == 1
    assert [cells for cells, _ in found.access_list.card.published.above] == [("虚构市准入清单",), ()]


def test_merged_cells_are_filled_down_when_that_is_said(tmp_path: Path, book: Rulebook) -> None:
    path = tmp_path / "merged.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    for row in (["单元编码", "条款内容"], [UNIT, "禁止甲。"], [None, "禁止乙。"], ["ZH99990120002", "禁止丙。"]):
        page.append(row)
    page.merge_cells("A2:A3")
    made.save(path)
    with pytest.raises(AccessListError, match=r'row 3, column "单元编码": has no unit code; .*--fill-down'):
        synthetic.imported(path, book)
    found = synthetic.imported(path, book, filled_down=("unit_code",)).access_list
    assert [one.text for one in found.clauses(UNIT)] == ["禁止甲。", "禁止乙。"]


def test_one_sheet_of_several_must_be_named(tmp_path: Path, book: Rulebook) -> None:
    rows = [["单元编码", "条款内容"], [UNIT, "禁止。"]]
    path = workbook(tmp_path / "two.xlsx", rows, [["说明"]], [])
    with pytest.raises(AccessListError, match="2 sheets hold something: 表1, 表2; say which one: --sheet"):
        synthetic.imported(path, book)
    assert synthetic.imported(path, book, sheet="表1").account.rows == 1
    with pytest.raises(AccessListError, match='no sheet "表9"; its sheets: 表1, 表2, 表3'):
        synthetic.imported(path, book, sheet="表9")


def test_formulas_are_refused_and_text_that_looks_like_one_stays_text(
    tmp_path: Path, book: Rulebook, make_list: MakeList
) -> None:
    rows = [["单元编码", "条款内容", "备注"], [UNIT, '=HYPERLINK("http://x")', "=1/0"]]
    with pytest.raises(AccessListError) as caught:
        synthetic.imported(workbook(tmp_path / "f.xlsx", rows), book)
    assert [problem.where for problem in caught.value.problems] == ["f.xlsx row 2, cell 2", "f.xlsx row 2, cell 3"]
    assert make_list(clause(text="=禁止虚构")).access_list.clauses(UNIT)[0].text == "=禁止虚构"


def test_a_number_that_a_program_made_a_date_is_shown_and_a_sector_that_lost_its_zero_refused(
    tmp_path: Path, book: Rulebook
) -> None:
    rows = [["单元编码", "no", "条款内容", "sector"], [UNIT, datetime(2021, 1, 1), "禁止。", "2611"]]
    found = synthetic.imported(workbook(tmp_path / "d.xlsx", rows), book)
    assert "2021-01-01 is a date" in found.remarks[0].what
    rows[1] = [UNIT, "1-1", "禁止。", 261]
    with pytest.raises(AccessListError, match='column "sector": 261 is a number, which loses a leading zero'):
        synthetic.imported(workbook(tmp_path / "s.xlsx", rows), book)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_are_recognised(tmp_path: Path, book: Rulebook, encoding: str) -> None:
    path = write_rows(tmp_path / "e.csv", [("单元编码", "条款内容"), (UNIT, "禁止虚构𠮷。")], encoding)
    found = synthetic.imported(path, book).access_list
    assert found.clauses(UNIT)[0].text == "禁止虚构𠮷。"
    assert found.card.published.origin.encoding == encoding and found.card.published.exact


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        ("单元编码,条款内容\n".encode("utf-16"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1abc", "old Excel file"),
        (b"PK\x03\x04 no zip at all", "not a workbook"),
        (b"\xff\xff,a\n", "is not utf-8 or gb18030 text"),
        ("甲,乙\n丙,丁\n".encode(), 'no row names the columns unit_code and text; the first row is 甲, 乙; say which'),
        ("单元编码,乙\n丙,丁\n".encode(), "no row names the columns text"),
        ("单元编码,条款内容\n".encode(), "holds no clause"),
        ('单元编码,条款内容\nA,"禁止\n'.encode(), "row 2: is not CSV"),
        ("单元编码,条款内容\nA,禁止,多\nB\nC,禁止\n".encode(), "row 2: has a cell beyond the header"),
        ("单元编码,条款内容\nA,禁止,多\nB\nC,禁止\n".encode(), "row 3: has 1 cells where the header has 2"),
        ("单元编码,条款内容\n,禁止\n".encode(), "has no unit code"),
        ("单元编码,条款内容,管控要求\nA,禁止,x\n".encode(), '2 columns mean text: "条款内容", "管控要求"'),
        ("单元编码,条款内容\nA,无\n".encode(), "holds no clause"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, book: Rulebook, data: bytes, words: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(data)
    with pytest.raises(AccessListError) as caught:
        synthetic.imported(path, book)
    assert words in said(caught) and "bad.csv" in said(caught)


def test_a_workbook_cut_short_is_refused(tmp_path: Path, book: Rulebook) -> None:
    whole = workbook(tmp_path / "a.xlsx", [["单元编码", "条款内容"], [UNIT, "禁止。"]]).read_bytes()
    for cut in range(0, len(whole) - 1, 97):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:cut])
        with pytest.raises(AccessListError):
            synthetic.imported(path, book)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(
    tmp_path: Path, book: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screening.rulebook.lists.workbook.MAX_UNPACKED", 1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 2_100_000)
    with pytest.raises(AccessListError, match="unpacks to 2,100,000 bytes"):
        synthetic.imported(tmp_path / "bomb.xlsx", book)


def test_a_workbook_that_lies_about_its_size_loses_no_column(tmp_path: Path, book: Rulebook) -> None:
    path = workbook(tmp_path / "a.xlsx", [["单元编码", "条款内容"], [UNIT, "禁止。"]])
    with zipfile.ZipFile(path) as archive:
        parts = {item.filename: archive.read(item) for item in archive.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b'<dimension ref="A1:B2"' in parts[sheet]
    parts[sheet] = parts[sheet].replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert synthetic.imported(path, book).account.clauses == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"list_id": "A b"}, '"A b" is no list id'),
        ({"jurisdiction": "99"}, ""),
        ({"jurisdiction": "Nowhere"}, '"Nowhere" is no jurisdiction'),
        ({"effective": Period()}, "has no first day"),
        ({"effective": Period(date(2021, 7, 1), date(2021, 7, 1))}, "not after the first day"),
        ({"instrument": "no-such-law"}, 'unknown instrument "no-such-law"'),
        ({"instrument": "river-law", "effective": Period(date(2020, 1, 1))}, "in force only from 2021-03-01"),
        ({"instrument": "water-law"}, "in force only from 2008-06-01 to 2026-08-15"),
        ({"meanings": {"条款内容": "txt"}}, 'did you mean "text"?'),
        ({"meanings": {"类型": "clause_type", "条文内容": "text"}}, 'did you mean "条款内容"?'),
        ({"filled_down": ("单元编号",)}, 'no column "单元编号" to fill down'),
    ],
)
def test_what_is_said_of_a_list_is_checked(make_list: MakeList, changes: dict[str, Any], words: str) -> None:
    if not words:
        assert make_list(clause(), **changes).account.rows == 1
        return
    with pytest.raises(AccessListError) as caught:
        make_list(clause(), **changes)
    assert words in said(caught)


def test_a_refused_import_writes_nothing_and_a_replaced_list_is_replaced_whole(
    tmp_path: Path, make_list: MakeList
) -> None:
    home = tmp_path / "lists"
    one: Imported = make_list(clause())
    target = write_list(one, home)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    assert set(before) == {"list.yaml", "clauses.csv", "units.csv"}
    with pytest.raises(AccessListError, match="is there already"):
        write_list(one, home)
    with pytest.raises(AccessListError):
        make_list(clause(), clause(sector="9999"))
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    write_list(make_list(clause(), clause(number="2")), home, replacing=True)
    assert b"rows: '2'" in (target / "list.yaml").read_bytes()
    assert [path.name for path in home.iterdir()] == [target.name]


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path, make_list: MakeList) -> None:
    (tmp_path / "lists").write_text("a file", encoding="utf-8")
    with pytest.raises(AccessListError, match="cannot be written"):
        write_list(make_list(clause()), tmp_path / "lists")
