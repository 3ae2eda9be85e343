"""The decisions of the twenty demonstration applications on one day, and what their opinions say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest

from screening import Atlas, Project, Rulebook, screen
from screening.report.opinion import Scene, scene_of
from screening.report.opinion.document import Document
from screening.report.opinion.printing import document_of
from screening.settings import read_settings

DAY = date(2026, 11, 22)
APPLICATIONS = {path.stem: path for path in sorted(read_settings({}).applications.glob("*.yaml"))}

Decided = tuple[dict[str, Any], Scene]


@pytest.fixture(scope="session")
def decided(rulebook: Rulebook, atlas: Atlas) -> Callable[[str], Decided]:
    """A demonstration application's decision as plain data, and its scene."""

    @cache
    def decide(name: str) -> Decided:
        path = next(path for stem, path in APPLICATIONS.items() if stem.startswith(name))
        project = Project.read(path)
        plain = screen(project, rulebook, atlas, as_of=DAY).plain()
        return plain, scene_of(project, plain, atlas)

    return decide


@pytest.fixture(scope="session")
def drawn_up(rulebook: Rulebook, decided: Callable[[str], Decided]) -> Callable[..., Document]:
    """The document of a demonstration application's opinion."""

    def draw_up(name: str, lang: str = "zh", **more: Any) -> Document:
        plain, scene = decided(name)
        return document_of(plain, vocabulary=rulebook.vocabulary, lang=lang, **{"scene": scene, **more})

    return draw_up
