"""From a decision to bytes in one of the three forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, get_args

from screening.decision import Decision
from screening.report.opinion.case import Case, Letterhead, Override
from screening.report.opinion.compose import compose
from screening.report.opinion.document import Document
from screening.report.opinion.html import to_html
from screening.report.opinion.pdf import to_pdf
from screening.report.opinion.scene import Scene
from screening.report.opinion.word import to_docx
from screening.rulebook.vocabulary import Vocabulary

Form = Literal["html", "docx", "pdf"]
FORMS: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
"""Each form with its media type."""


def opinion(
    decision: Decision | Mapping[str, Any],
    *,
    vocabulary: Vocabulary,
    scene: Scene | None = None,
    overrides: Sequence[Override] = (),
    letterhead: Letterhead | None = None,
    lang: str = "zh",
    form: str = "pdf",
) -> bytes:
    """The opinion on a decision, or on one as plain data. No clock is read: the same input gives the same bytes.

    Without a scene no sketch is drawn. Plain data must be a decision's, as `Decision.plain` writes it. Raises PrintingError
    where a library or the typeface is not installed, ValueError for a form that there is not.
    """
    document = document_of(
        decision, vocabulary=vocabulary, scene=scene, overrides=overrides, letterhead=letterhead, lang=lang
    )
    if form == "html":
        return to_html(document)
    if form == "docx":
        return to_docx(document)
    if form == "pdf":
        return to_pdf(document)
    raise ValueError(f'there is no form "{form}"; use {", ".join(get_args(Form))}')


def document_of(
    decision: Decision | Mapping[str, Any],
    *,
    vocabulary: Vocabulary,
    scene: Scene | None = None,
    overrides: Sequence[Override] = (),
    letterhead: Letterhead | None = None,
    lang: str = "zh",
) -> Document:
    """What the opinion says, before it is printed."""
    plain = decision.plain() if isinstance(decision, Decision) else decision
    case = Case(plain, vocabulary, lang, letterhead or Letterhead(), tuple(overrides), scene)
    return compose(case)
