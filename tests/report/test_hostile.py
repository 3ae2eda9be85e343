"""What an applicant may write into an application does no harm in its opinion."""

from __future__ import annotations

import copy
import io
import zipfile
from typing import Any
from xml.dom.minidom import parseString

import pytest

from screening import Rulebook
from screening.report.opinion import Letterhead
from screening.report.opinion.document import Document, Label, line, printable, text_of
from screening.report.opinion.html import to_html
from screening.report.opinion.pdf import to_pdf
from screening.report.opinion.printing import document_of
from screening.report.opinion.word import to_docx
from tests.report.reading import docx_text, html_text, html_tree, pdf_pages, squashed

TITLES = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)> &lt;b&gt; </title></style>",
    "typst": '#let x = sys.inputs; [*bold*] $x^2$ \\ #read("/etc/passwd") `code` @label <label> // end',
    "quotes": "\"'`” ]]> --> {{ 7*7 }} ${x} %s",
    "controls": "a\x00b\x07c\x1bd\u202e反\u2066向\ufffe\r\n第二行\u2028第三行",
    "long": "W" * 300,
    "emoji": "工厂🏭 𠀀 ￿ é",
    "svg": "<svg onload=alert(1)><text>x</text></svg>",
}


@pytest.fixture(params=TITLES)
def hostile(request: pytest.FixtureRequest, rulebook: Rulebook, decided: Any) -> Document:
    plain, scene = decided("07")
    plain = copy.deepcopy(plain)
    title = TITLES[request.param]
    plain["title"] = plain["project"] = title
    for near in plain["place"]["distances"]:
        near["name"] = title
    for finding in plain["findings"]:
        finding["message"] = {"zh": title, "en": title}
    head = Letterhead(title, title, title)
    return document_of(plain, vocabulary=rulebook.vocabulary, scene=scene, letterhead=head)


def test_a_hostile_title_is_text_and_nothing_else_in_html(hostile: Document) -> None:
    content = to_html(hostile)
    tree = html_tree(content)
    tags = {str(element.tag).rpartition("}")[2] for element in tree.iter()}
    assert not tags & {"script", "img", "iframe", "link"}
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)
    assert html_text(content) == squashed("".join(hostile.lines()))


def test_a_hostile_title_is_text_and_nothing_else_in_docx(hostile: Document) -> None:
    content = to_docx(hostile)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                parseString(package.read(name))
    assert docx_text(content) == squashed("".join(hostile.lines()))


def test_a_hostile_title_is_text_and_nothing_else_in_pdf(hostile: Document) -> None:
    title = text_of(hostile.title)
    pages = pdf_pages(to_pdf(hostile))
    assert title in pages[0]
    written = squashed(text_of(hostile.office))
    expected = "".join(letter if letter not in "🏭𠀀" else f"[U+{ord(letter):04X}]" for letter in written)
    assert expected in "".join(pages)


def test_what_no_document_may_carry_is_shown_as_a_missing_sign() -> None:
    assert printable("a\x00b\u202ec\ufeffd") == "a〓b〓c〓d"
    assert printable("两\r\n行\t和 　空") == "两 行 和 　空"
    assert printable("\ud800") == "〓"


def test_labels_and_runs_are_made_printable_where_they_are_made() -> None:
    assert Label(0, 0, "a\x00").text == "a〓"
    assert text_of(line("a\x00", "", "\nb")) == "a〓 b"
