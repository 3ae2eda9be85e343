"""An opinion as DOCX with real headings, tables and Chinese fonts. The only place that imports docx."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any, Final

from screening.report.opinion.document import (
    Banner,
    Block,
    Boxes,
    Cell,
    Document,
    Heading,
    Line,
    Paragraph,
    Picture,
    Points,
    Signature,
    Table,
    Tone,
    text_of,
)
from screening.report.opinion.needed import needed
from screening.report.opinion.pdf import to_png

_COLOURS: Final = {"reject": "A30000", "review": "8A5A00", "pass": "1D6B2C"}
_BODY: Final = ("Times New Roman", "宋体")
_HEAD: Final = ("Arial", "黑体")
_LINK: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_WIDTH: Final = 165.0
"""Millimetres between the margins."""
_TABLE: Final = 164.0
_INDENT: Final = 115
"""Twentieths of a point by which a table is moved in, so that its rule and not its text stands at the margin."""


def to_docx(document: Document) -> bytes:
    """The document as DOCX; the same document gives the same bytes with the same versions of the libraries."""
    paper = _Paper(document)
    for block in document.blocks:
        paper.add(block)
    written = io.BytesIO()
    paper.file.save(written)
    return _timeless(written.getvalue())


class _Paper:
    """A Word document being written."""

    def __init__(self, document: Document) -> None:
        docx = needed("docx")
        self.units = needed("docx.shared")
        self.xml = needed("docx.oxml")
        self.names = needed("docx.oxml.ns").qn
        self.low = needed("docx.enum.table").WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
        self.align = needed("docx.enum.text").WD_ALIGN_PARAGRAPH
        self.file: Any = docx.Document()
        self.language = {"zh": "zh-CN", "en": "en-GB"}[document.lang]
        self._page()
        self._styles()
        self._properties(document)
        self._top(document)
        self._foot(document)

    def _page(self) -> None:
        millimetres = self.units.Mm
        section = self.file.sections[0]
        section.page_width, section.page_height = millimetres(210), millimetres(297)
        section.left_margin, section.right_margin = millimetres(24), millimetres(21)
        section.top_margin, section.bottom_margin = millimetres(24), millimetres(22)

    def _styles(self) -> None:
        points = self.units.Pt
        looks = (
            ("Normal", _BODY, 10.5, False, 0, 3),
            ("Title", _HEAD, 21, True, 4, 8),
            ("Heading 1", _HEAD, 13, True, 12, 5),
            ("Heading 2", _HEAD, 11, True, 8, 3),
            ("List Bullet", _BODY, 10.5, False, 0, 2),
        )
        for name, (latin, chinese), size, heavy, before, after in looks:
            style = self.file.styles[name]
            style.font.name, style.font.size, style.font.bold = latin, points(size), heavy
            style.font.color.rgb = self.units.RGBColor(0x11, 0x11, 0x11)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for key in [key for key in fonts.attrib if "heme" in key]:
                del fonts.attrib[key]
            for key, value in (("w:ascii", latin), ("w:hAnsi", latin), ("w:eastAsia", chinese)):
                fonts.set(self.names(key), value)
            style.paragraph_format.space_before, style.paragraph_format.space_after = points(before), points(after)
            style.paragraph_format.line_spacing = 1.25
        title = self.file.styles["Title"].element.get_or_add_pPr()
        for border in title.findall(self.names("w:pBdr")):
            title.remove(border)
        properties = self.file.styles.element.find(f".//{self.names('w:rPrDefault')}/{self.names('w:rPr')}")
        language = properties.find(self.names("w:lang"))
        language.set(self.names("w:val"), self.language if self.language == "en-GB" else "en-US")
        language.set(self.names("w:eastAsia"), "zh-CN")

    def _properties(self, document: Document) -> None:
        day = document.day
        moment = datetime(day.year, day.month, day.day)
        core = self.file.core_properties
        core.title, core.author, core.comments = text_of(document.title)[:255], text_of(document.office)[:255], ""
        core.created = core.modified = moment
        core.last_modified_by, core.language, core.revision = "", self.language, 1

    def _top(self, document: Document) -> None:
        if document.office:
            office = self.file.add_paragraph()
            office.alignment = self.align.CENTER
            for run in self._write(office, document.office):
                run.font.size, run.font.bold = self.units.Pt(15), True
                run.font.color.rgb = self.units.RGBColor(0xB0, 0, 0)
        title = self.file.add_paragraph(style="Title")
        title.alignment = self.align.CENTER
        self._write(title, document.title)
        facts = self.file.add_table(1, len(document.facts))
        for content, one in zip(facts.rows[0].cells, document.facts, strict=True):
            self._write(content.paragraphs[0], one)
        facts.rows[0].cells[-1].paragraphs[0].alignment = self.align.RIGHT
        self._borders(facts, {"bottom": ("single", "12", "B00000")})

    def _foot(self, document: Document) -> None:
        foot = self.file.sections[0].footer.paragraphs[0]
        stop = needed("docx.enum.text").WD_TAB_ALIGNMENT.RIGHT
        self.file.styles["Footer"].paragraph_format.tab_stops.clear_all()
        foot.paragraph_format.tab_stops.add_tab_stop(self.units.Mm(_WIDTH), stop)
        zh = document.lang == "zh"
        foot.add_run(f"{text_of(document.foot)}\t{'第 ' if zh else 'Page '}")
        self._field(foot, "PAGE")
        foot.add_run(" 页，共 " if zh else " of ")
        self._field(foot, "NUMPAGES")
        if zh:
            foot.add_run(" 页")
        for run in foot.runs:
            run.font.size = self.units.Pt(8)

    def _field(self, paragraph: Any, code: str) -> None:
        for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
            run = paragraph.add_run(text if kind == "text" else "")._r
            if kind == "text":
                continue
            element = self.xml.OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(self.names("w:fldCharType"), kind)
            else:
                element.text = text
            run.append(element)

    def add(self, block: Block) -> None:
        """Write one block."""
        match block:
            case Heading(line, level):
                self._write(self.file.add_paragraph(style=f"Heading {level}"), line)
            case Paragraph(line, tone):
                self._paragraph(line, tone)
            case Banner(line, outcome):
                self._banner(line, _COLOURS[outcome])
            case Points(lines):
                for one in lines:
                    self._write(self.file.add_paragraph(style="List Bullet"), one)
            case Table():
                self._table(block)
            case Picture():
                self._picture(block)
            case Boxes(choices, remark):
                self._ruled("　".join(f"□ {choice}" for choice in choices) + f"　{remark}")
            case Signature(labels):
                self._signature(labels)

    def _paragraph(self, line: Line, tone: Tone) -> None:
        paragraph = self.file.add_paragraph()
        runs = self._write(paragraph, line)
        if tone is Tone.NOTE:
            for run in runs:
                run.font.size, run.font.color.rgb = self.units.Pt(9), self.units.RGBColor(0x44, 0x44, 0x44)
        if tone is Tone.NOTICE:
            self._frame(paragraph, "6", "666666")

    def _banner(self, line: Line, colour: str) -> None:
        paragraph = self.file.add_paragraph()
        paragraph.alignment = self.align.CENTER
        for run in self._write(paragraph, line):
            run.font.size, run.font.bold = self.units.Pt(19), True
            run.font.color.rgb = self.units.RGBColor.from_string(colour)
            self._fonts(run, _HEAD)
        self._frame(paragraph, "12", colour)

    def _frame(self, paragraph: Any, size: str, colour: str) -> None:
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = self.units.Pt(5)
        form.space_before = form.space_after = self.units.Pt(7)
        borders = self.xml.OxmlElement("w:pBdr")
        for side in ("top", "left", "bottom", "right"):
            borders.append(self._border(side, ("single", size, colour), "4"))
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(
            borders, *(f"w:{name}" for name in ("shd", "tabs", "spacing", "ind", "jc", "outlineLvl", "rPr"))
        )

    def _border(self, side: str, look: tuple[str, str, str], space: str = "0") -> Any:
        element = self.xml.OxmlElement(f"w:{side}")
        for key, value in zip(("val", "sz", "color"), look, strict=True):
            element.set(self.names(f"w:{key}"), value)
        element.set(self.names("w:space"), space)
        return element

    def _borders(self, table: Any, sides: dict[str, tuple[str, str, str]]) -> None:
        borders = self.xml.OxmlElement("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            if side in sides:
                borders.append(self._border(side, sides[side]))
        properties = table._tbl.tblPr
        inside = self.xml.OxmlElement("w:tblInd")
        inside.set(self.names("w:w"), str(_INDENT))
        inside.set(self.names("w:type"), "dxa")
        for element in (inside, borders):
            properties.insert_element_before(element, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")

    def _table(self, table: Table) -> None:
        columns, head = len(table.widths), 1 if table.head else 0
        made = self.file.add_table(len(table.rows) + head, columns)
        made.autofit = False
        thin = ("single", "4", "555555")
        self._borders(made, dict.fromkeys(("top", "left", "bottom", "right", "insideH", "insideV"), thin))
        widths = [self.units.Mm(_TABLE * width / sum(table.widths)) for width in table.widths]
        for column, width in zip(made.columns, widths, strict=True):
            column.width = width
        rows = list(made.rows)
        if head:
            self._repeat(rows[0])
            self._row(rows[0], tuple((one,) for one in table.head), widths, shaded=columns, heavy=True)
        for row, contents in zip(rows[head:], table.rows, strict=True):
            self._row(row, contents, widths, shaded=0 if head else 1)
        self.file.add_paragraph().paragraph_format.space_after = self.units.Pt(0)
        self.file.paragraphs[-1].paragraph_format.line_spacing = self.units.Pt(6)

    def _row(self, row: Any, contents: tuple[Cell, ...], widths: list[Any], shaded: int, heavy: bool = False) -> None:
        whole = self.xml.OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().insert(0, whole)
        for number, (place, content, width) in enumerate(zip(row.cells, contents, widths, strict=True)):
            place.width = width
            for count, one in enumerate(content):
                paragraph = place.paragraphs[0] if count == 0 else place.add_paragraph()
                paragraph.paragraph_format.space_after = self.units.Pt(1)
                paragraph.paragraph_format.line_spacing = 1.1
                for run in self._write(paragraph, one):
                    run.font.size = self.units.Pt(9)
                    if heavy:
                        run.font.bold = True
            if number < shaded:
                shade = self.xml.OxmlElement("w:shd")
                for key, value in (("val", "clear"), ("color", "auto"), ("fill", "EEEEEE")):
                    shade.set(self.names(f"w:{key}"), value)
                place._tc.get_or_add_tcPr().append(shade)

    def _repeat(self, row: Any) -> None:
        element = self.xml.OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(element)

    def _picture(self, picture: Picture) -> None:
        holder = self.file.add_paragraph()
        holder.alignment = self.align.CENTER
        holder.paragraph_format.keep_with_next = True
        image = io.BytesIO(to_png(picture))
        shape = holder.add_run().add_picture(image, width=self.units.Mm(picture.width))
        shape._inline.docPr.set("descr", text_of(picture.words))
        caption = self.file.add_paragraph()
        caption.alignment = self.align.CENTER
        for run in self._write(caption, picture.words):
            run.font.size = self.units.Pt(9)

    def _ruled(self, text: str) -> None:
        """Text and a line to write on up to the margin."""
        paragraph = self.file.add_paragraph(f"{text}\t")
        fonts = paragraph.runs[0]._r.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(self.names("w:hint"), "eastAsia")
        self._leader(paragraph, _WIDTH)
        paragraph.paragraph_format.space_after = self.units.Pt(6)

    def _leader(self, paragraph: Any, *ends: float) -> None:
        enums = needed("docx.enum.text")
        for end in ends:
            paragraph.paragraph_format.tab_stops.add_tab_stop(
                self.units.Mm(end), enums.WD_TAB_ALIGNMENT.RIGHT, enums.WD_TAB_LEADER.LINES
            )

    def _signature(self, labels: tuple[str, ...]) -> None:
        """Two labels a row, each with a ruled cell beside it."""
        made = self.file.add_table((len(labels) + 1) // 2, 4)
        made.autofit = False
        widths = [self.units.Mm(width) for width in (28, 50, 28, 50)]
        for column, width in zip(made.columns, widths, strict=True):
            column.width = width
        for row in made.rows:
            row.height = self.units.Mm(12)
            for place, width in zip(row.cells, widths, strict=True):
                place.width = width
        places = [place for row in made.rows for place in row.cells]
        for number, label in enumerate(labels):
            for place, text in zip(places[2 * number : 2 * number + 2], (label, ""), strict=True):
                place.vertical_alignment = self.low
                place.paragraphs[0].paragraph_format.keep_with_next = True
                place.paragraphs[0].paragraph_format.space_after = self.units.Pt(0)
                place.paragraphs[0].add_run(text)
            ruled = self.xml.OxmlElement("w:tcBorders")
            ruled.append(self._border("bottom", ("single", "4", "111111")))
            properties = places[2 * number + 1]._tc.get_or_add_tcPr()
            properties.insert_element_before(
                ruled, "w:shd", "w:noWrap", "w:tcMar", "w:textDirection", "w:tcFitText", "w:vAlign"
            )

    def _write(self, paragraph: Any, line: Line) -> list[Any]:
        """The runs of a line, added to a paragraph; of a linked one, its text in a hyperlink."""
        made = []
        for run in line:
            new = paragraph.add_run(run.text)
            new.bold = True if run.bold else None
            if run.link:
                relation = paragraph.part.relate_to(run.link, _LINK, is_external=True)
                holder = self.xml.OxmlElement("w:hyperlink")
                holder.set(self.names("r:id"), relation)
                new.font.color.rgb = self.units.RGBColor(0x0B, 0x3D, 0x91)
                paragraph._p.remove(new._r)
                holder.append(new._r)
                paragraph._p.append(holder)
            made.append(new)
        return made

    def _fonts(self, run: Any, names: tuple[str, str]) -> None:
        fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
        for key, value in zip(("w:ascii", "w:hAnsi", "w:eastAsia"), (names[0], *names), strict=True):
            fonts.set(self.names(key), value)


def _timeless(content: bytes) -> bytes:
    """The same package with no time of day in it: its parts in their order, each of the day ZIP begins with."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(
                zipfile.ZipInfo(part.filename, (1980, 1, 1, 0, 0, 0)), source.read(part), zipfile.ZIP_DEFLATED
            )
    return written.getvalue()
