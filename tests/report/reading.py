"""What a reader finds in an opinion: the text of each form, taken out by a library that had no part in writing it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import docx
import html5lib
import pypdf

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAGE = re.compile(r"(第\d+页，共\d+页|Page\d+of\d+)")


def squashed(text: str) -> str:
    """Text without spaces and line ends, which each form sets in its own way."""
    return re.sub(r"[\s\u200b]+", "", text)


def html_tree(content: bytes) -> Element:
    """The parsed document. Raises html5lib's ParseError for anything that is not valid."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(content)


def html_text(content: bytes) -> str:
    main = html_tree(content).find(".//main")
    return squashed("".join(_texts(main)))


def _texts(element: Element) -> Iterator[str]:
    """The text outside drawings: their words are part of the picture."""
    if str(element.tag).endswith("svg"):
        return
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield child.tail or ""


def docx_text(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return squashed("".join(found.text or "" for found in body.iter(f"{WORD}t")))


def pdf_pages(content: bytes) -> list[str]:
    return [squashed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]
