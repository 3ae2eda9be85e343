"""The sources of the page hold together by their types."""

from __future__ import annotations

from screening.web import build


def test_the_sources_of_the_page_have_no_fault_of_type() -> None:
    build.check_types()
