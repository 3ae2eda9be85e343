"""Makes docs/pictures/opinion-*.png, the pages of opinions shown in the documentation.

    .venv/bin/python scripts/pictures_opinion.py

The applications and the district are the invented ones of the demonstration.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from screening import Atlas, Project, Rulebook, screen
from screening.report.opinion import Letterhead, scene_of
from screening.report.opinion.pdf import to_pages
from screening.report.opinion.printing import document_of
from screening.settings import read_settings

DAY = date(2026, 11, 22)
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
SHOWN = (
    ("07-coking-by-school", "zh", Letterhead("示范县生态环境局（虚构）"), (1, 2, 4)),
    ("06-solar-redline", "en", Letterhead("Ecology Office of Demo County (invented)"), (2,)),
)
"""Which application, in which language, with whose letterhead, and which pages."""


def main() -> None:
    settings = read_settings()
    rulebook, atlas = Rulebook.load(settings.rules), Atlas.load(settings.zones)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, lang, letterhead, pages in SHOWN:
        project = Project.read(settings.applications / f"{name}.yaml")
        decision = screen(project, rulebook, atlas, as_of=DAY).plain()
        scene = scene_of(project, decision, atlas, lang=lang)
        document = document_of(decision, vocabulary=rulebook.vocabulary, scene=scene, letterhead=letterhead, lang=lang)
        drawn = to_pages(document)
        for number in pages:
            target = PICTURES / f"opinion-{lang}-{number}.png"
            target.write_bytes(drawn[number - 1])
            print(target.name, f"{target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
