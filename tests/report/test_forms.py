"""HTML, DOCX and PDF say the same, word for word and in the same order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from itertools import pairwise

import docx
import pypdf
import pytest

from screening.report.opinion.document import Document, Heading, Table, text_of
from screening.report.opinion.html import to_html
from screening.report.opinion.pdf import to_pdf
from screening.report.opinion.word import to_docx
from tests.report.conftest import APPLICATIONS
from tests.report.reading import PAGE, docx_text, html_text, html_tree, pdf_pages, squashed

Draw = Callable[..., Document]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_three_forms_of_every_demonstration_opinion_say_the_same(name: str, drawn_up: Draw) -> None:
    document = drawn_up(name)
    whole = squashed("".join(document.lines()))
    assert html_text(to_html(document)) == whole
    assert docx_text(to_docx(document)) == whole
    _on_the_pages(document, pdf_pages(to_pdf(document)))


@pytest.mark.parametrize("name", ["01", "05", "07", "11", "19"])
def test_so_do_the_english_ones(name: str, drawn_up: Draw) -> None:
    document = drawn_up(name, "en")
    whole = squashed("".join(document.lines()))
    assert html_text(to_html(document)) == whole
    assert docx_text(to_docx(document)) == whole
    _on_the_pages(document, pdf_pages(to_pdf(document)))


def _on_the_pages(document: Document, pages: list[str]) -> None:
    """Every line stands on a page, and those of a page not before those of an earlier one."""
    at = 0
    for line in map(squashed, document.lines()):
        found = next((number for number in range(at, len(pages)) if line in pages[number]), None)
        assert found is not None, f"not on page {at + 1} or later: {line[:80]}"
        at = found
    assert at == len(pages) - 1


def test_each_page_of_the_pdf_has_its_number_and_the_id_of_the_decision(drawn_up: Draw) -> None:
    document = drawn_up("07")
    pages = pdf_pages(to_pdf(document))
    for number, page in enumerate(pages, 1):
        assert PAGE.findall(page) == [f"第{number}页，共{len(pages)}页"]
        assert squashed(text_of(document.foot)) in page


def test_the_pdf_is_tagged_pdf_a_in_its_language_and_every_typeface_is_embedded(drawn_up: Draw) -> None:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(drawn_up("01"))))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "zh-CN"
    assert b"pdfaid:part" in root["/Metadata"].get_data()
    fonts = {
        found["/BaseFont"]: font.get_object()
        for page in reader.pages
        for found in page["/Resources"]["/Font"].values()
        for font in found.get("/DescendantFonts", [])
    }
    assert fonts and all("NotoSansSC" in name and name[7] == "+" for name in fonts)
    embedded = ("/FontFile2", "/FontFile3")
    assert all(any(key in font["/FontDescriptor"] for key in embedded) for font in fonts.values())


def test_no_page_is_written_twice_differently(drawn_up: Draw) -> None:
    document = drawn_up("07")
    for write in (to_html, to_pdf, to_docx):
        assert write(document) == write(document)


def test_no_time_of_day_is_in_a_docx(drawn_up: Draw) -> None:
    content = to_docx(drawn_up("05"))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert {part.date_time for part in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    core = docx.Document(io.BytesIO(content)).core_properties
    assert (core.created.date().isoformat(), core.author) == ("2026-11-22", "")


def test_a_docx_has_real_headings_tables_and_chinese_fonts(drawn_up: Draw) -> None:
    document = drawn_up("07")
    found = docx.Document(io.BytesIO(to_docx(document)))
    headings = [one for one in found.paragraphs if one.style.name.startswith("Heading")]
    expected = [text_of(block.line) for block in document.blocks if isinstance(block, Heading)]
    assert [one.text for one in headings] == expected
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert len(found.tables) == len(tables) + 2  # the facts beneath the title, and the signature
    east = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia"
    assert found.styles["Normal"].element.rPr.rFonts.get(east) == "宋体"
    assert found.styles["Heading 1"].element.rPr.rFonts.get(east) == "黑体"


def test_the_html_is_one_file_without_script_that_fetches_nothing(drawn_up: Draw) -> None:
    content = to_html(drawn_up("07"))
    tree = html_tree(content)
    tags = {str(element.tag).rpartition("}")[2] for element in tree.iter()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)
    assert b"url(" not in content.replace(b"url(#", b"")
    ids = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))


def test_the_html_is_in_its_language_with_a_title_and_headings_in_order(drawn_up: Draw) -> None:
    for lang, code in (("zh", "zh-CN"), ("en", "en")):
        tree = html_tree(to_html(drawn_up("07", lang)))
        assert tree.attrib["lang"] == code
        assert tree.find(".//title").text == tree.find(".//h1").text
        levels = [int(one.tag[1]) for one in tree.iter() if str(one.tag) in ("h1", "h2", "h3")]
        assert levels[0] == 1 and all(later - earlier <= 1 for earlier, later in pairwise(levels))
