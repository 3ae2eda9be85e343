"""An opinion as one HTML file that prints: no script, nothing fetched, every text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from screening.report.opinion.document import (
    Banner,
    Block,
    Boxes,
    Cell,
    Document,
    Heading,
    Label,
    Line,
    Paragraph,
    Picture,
    Points,
    Run,
    Signature,
    Table,
    text_of,
)

_LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE: Final = """
@page { size: A4; margin: 22mm 20mm 20mm 22mm; @bottom-left { content: "FOOT"; font: 8pt sans-serif; color: #444 }
  @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; color: #444 } }
* { box-sizing: border-box }
html { font-family: "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, "Times New Roman", serif; font-size: 11pt; line-height: 1.6; color: #111 }
body { max-width: 172mm; margin: 0 auto; padding: 8mm 4mm; overflow-wrap: anywhere }
h1, h2, h3, .banner, th { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", SimHei, Arial, sans-serif }
h1 { text-align: center; font-size: 22pt; line-height: 1.3; margin: 2mm 0 4mm; letter-spacing: .06em }
html[lang=en] h1 { letter-spacing: 0 }
.office { text-align: center; color: #b00000; font-size: 15pt; letter-spacing: .1em; margin: 0 }
.facts { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5em; border-bottom: 1.6pt solid #b00000; padding-bottom: 1.5mm; margin: 0 0 4mm; list-style: none; padding-left: 0; font-size: 10pt }
h2 { font-size: 13pt; margin: 6mm 0 2mm; break-after: avoid }
h3 { font-size: 11pt; margin: 3.5mm 0 1mm; break-after: avoid }
p { margin: 0 0 1.2mm }
.note { font-size: 9pt; color: #444 }
.notice { border: .8pt solid #666; padding: 1.5mm 3mm; margin: 2mm 0; font-size: 10pt; background: #f7f7f7 }
.banner { font-size: 19pt; font-weight: 700; text-align: center; border: 1.6pt solid; padding: 2mm; margin: 1mm 0 3mm; letter-spacing: .08em; break-inside: avoid }
.reject { color: #a30000 } .review { color: #8a5a00 } .pass { color: #1d6b2c }
table { width: 100%; border-collapse: collapse; table-layout: fixed; margin: 1.5mm 0 3mm; font-size: 9.5pt; line-height: 1.45 }
th, td { border: .6pt solid #555; padding: 1mm 1.6mm; vertical-align: top; text-align: left }
th { background: #eeeeee; font-weight: 700 }
td p, th p { margin: 0 }
tr { break-inside: avoid }
ul { margin: 1mm 0 2mm; padding-left: 1.4em }
figure { margin: 2mm 0; break-inside: avoid }
figure svg { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", SimHei, Arial, sans-serif; display: block; width: 100%; height: auto; border: 0 }
figcaption { font-size: 9pt; color: #444; text-align: center }
.boxes { margin: 1.5mm 0 3mm; display: flex; gap: 1.6em; white-space: nowrap }
.boxes .fill { flex: 1; border-bottom: .6pt solid #111 }
.signature { margin-top: 9mm; display: grid; grid-template-columns: 1fr 1fr; gap: 6mm 8mm; break-inside: avoid }
.signature div { display: flex; white-space: nowrap } .signature .fill { flex: 1; border-bottom: .6pt solid #111 }
a { color: #0b3d91; text-decoration: none } a:hover, a:focus { text-decoration: underline }
@media print { body { padding: 0; max-width: none } a { color: inherit } .notice, th { print-color-adjust: exact } }
"""


def to_html(document: Document) -> bytes:
    """The document as UTF-8 HTML; the same document gives the same bytes."""
    title = escape(text_of(document.title))
    foot = re.sub(r'["\\\n]', "", text_of(document.foot)).replace("<", "")
    facts = "".join(f"<li>{_line(one)}</li>" for one in document.facts)
    office = f'<p class="office">{_line(document.office)}</p>' if document.office else ""
    body = "".join(part for block in document.blocks for part in _block(block))
    return (
        f'<!DOCTYPE html>\n<html lang="{_LANGUAGES[document.lang]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_CSP}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{_STYLE.replace('FOOT', foot)}</style></head>\n"
        f'<body><main>{office}<h1>{_line(document.title)}</h1><ul class="facts">{facts}</ul>{body}</main></body></html>\n'
    ).encode()


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(line, level):
            yield f"<h{level + 1}>{_line(line)}</h{level + 1}>\n"
        case Paragraph(line, tone):
            yield f'<p class="{tone.value}">{_line(line)}</p>\n'
        case Banner(line, outcome):
            yield f'<p class="banner {escape(outcome)}">{_line(line)}</p>\n'
        case Points(lines):
            yield f"<ul>{''.join(f'<li>{_line(one)}</li>' for one in lines)}</ul>\n"
        case Table():
            yield _table(block)
        case Picture():
            words = escape(text_of(block.words))
            svg = block.svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)
            svg = svg.removesuffix("</svg>") + "".join(map(_label, block.labels)) + "</svg>"
            yield f'<figure style="max-width:{block.width}mm">{svg}<figcaption>{words}</figcaption></figure>\n'
        case Boxes(choices, remark):
            boxes = "".join(f"<span>□ {escape(choice)}</span>" for choice in choices)
            yield f'<div class="boxes">{boxes}<span>{escape(remark)}</span><span class="fill"></span></div>\n'
        case Signature(labels):
            rows = "".join(f'<div><span>{escape(label)}</span><span class="fill"></span></div>' for label in labels)
            yield f'<div class="signature">{rows}</div>\n'


def _label(label: Label) -> str:
    """Words on a drawing, with a light rim that keeps them legible on any ground."""
    looks = (' text-anchor="middle"' if label.middle else "") + (' font-weight="700"' if label.bold else "")
    return (
        f'<text x="{label.x:g}" y="{label.y:g}" font-size="{label.size:g}"{looks} fill="{"#444" if label.grey else "#111"}" '
        f'stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke">{escape(label.text)}</text>'
    )


def _table(table: Table) -> str:
    columns = "".join(f'<col style="width:{100 * width / sum(table.widths):.2f}%">' for width in table.widths)
    head = "".join(f'<th scope="col">{_line(one)}</th>' for one in table.head)
    rows = "".join(f"<tr>{''.join(_cells(row, not table.head))}</tr>\n" for row in table.rows)
    return f"<table><colgroup>{columns}</colgroup>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{rows}</tbody></table>\n"


def _cells(row: tuple[Cell, ...], named: bool) -> Iterator[str]:
    for number, content in enumerate(row):
        inner = "".join(f"<p>{_line(one)}</p>" for one in content)
        yield f'<th scope="row">{inner}</th>' if named and number == 0 else f"<td>{inner}</td>"


def _line(line: Line) -> str:
    return "".join(_run(run) for run in line)


def _run(run: Run) -> str:
    text = escape(run.text)
    if run.bold:
        text = f"<b>{text}</b>"
    return f'<a href="{escape(run.link)}" rel="noopener noreferrer">{text}</a>' if run.link else text
