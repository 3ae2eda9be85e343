"""A QR code as SVG. The only place that imports segno."""

from __future__ import annotations

import io

from screening.report.opinion.document import Picture, line
from screening.report.opinion.needed import needed


def qr_code(text: str, words: str, width: int) -> Picture:
    """The code of some text, black on white with the quiet zone the standard asks for, error level M."""
    code = needed("segno").make(text, error="m", micro=False)
    written = io.BytesIO()
    code.save(written, kind="svg", xmldecl=False, nl=False, border=4, dark="#000", light="#fff", omitsize=True)
    size, _ = code.symbol_size(border=4)
    return Picture(written.getvalue().decode("utf-8"), (), line(words), width, (size, size))
