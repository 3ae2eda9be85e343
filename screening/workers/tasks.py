"""What a worker can be asked, by name. Each task is pure: the world it is asked over, and what came with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from screening.asking.questions import questions
from screening.atlas import Atlas, Source
from screening.atlas.formats import SourceError
from screening.decision import Reason, canonical_json
from screening.engine.judge import shared_engine
from screening.engine.program import prepare
from screening.errors import FootprintError, InputError, Problem
from screening.facts import Facts
from screening.project import Project
from screening.report.opinion import Letterhead, opinion, scene_of
from screening.rulebook.reader import Rulebook
from screening.screen import screen
from screening.workers.service import Decided, SiteFile
from screening.workers.site_file import read_site, read_source_of


@dataclass(frozen=True, slots=True)
class World:
    """The rulebook and the zones that everything is asked over."""

    rulebook: Rulebook
    atlas: Atlas

    @classmethod
    def load(cls, rules: Path, zones: Path) -> World:
        """Raises RulebookError or AtlasError with every problem found."""
        return cls(Rulebook.load(rules), Atlas.load(zones))

    def warm(self, day: date) -> None:
        """Have durable_rules hold every ruleset of a day, so that no case waits for one."""
        program = prepare(self.rulebook, day)
        for stratum in program.strata:
            for group in stratum.groups:
                shared_engine().evaluate(group.prepared, program.scale, Facts(), self.rulebook.vocabulary, {})


def run(world: World, task: str, arguments: tuple[Any, ...]) -> Any:
    """The answer to a task. Raises ScreeningError for what cannot be read, KeyError for a name that is not a task."""
    return TASKS[task](world, *arguments)


def _screen(world: World, application: bytes, as_of: date, site: SiteFile | None) -> Decided:
    project = Project.from_bytes(application)
    source = _source(project, site)
    return Decided.of(screen(project, world.rulebook, world.atlas, as_of=as_of, source=source))


def _questions(world: World, application: bytes, as_of: date, most: int | None, site: SiteFile | None) -> bytes:
    project = Project.from_bytes(application)
    source = _source(project, site)
    return canonical_json(questions(project, world.rulebook, world.atlas, as_of, most, source).plain())


def _site(_: World, file: SiteFile, layer: str | None, crs: str | None, extent: str | None) -> dict[str, Any]:
    return read_site(file, layer, crs, extent)


def _report(
    world: World,
    decision: bytes,
    application: bytes,
    overrides: Sequence[Any],
    letterhead: Letterhead,
    lang: str,
    form: str,
) -> bytes:
    """A recorded decision, printed. A site that stood in a file was not kept, and is then not drawn."""
    plain = json.loads(decision)
    try:
        scene = scene_of(Project.from_bytes(application), plain, world.atlas, lang=lang)
    except InputError:
        scene = None
    return opinion(
        plain,
        vocabulary=world.rulebook.vocabulary,
        scene=scene,
        overrides=overrides,
        letterhead=letterhead,
        lang=lang,
        form=form,
    )


def _source(project: Project, site: SiteFile | None) -> Source | None:
    """What was read of the file sent along, where the application names it."""
    name = project.site.file
    if site is None or name is None:
        return None
    if site.name != name:
        raise InputError(
            Problem(
                "/site/file",
                f'names "{name}", and "{site.name}" was sent',
                "send the file it names",
                f"写的是“{name}”，所附文件是“{site.name}”，请附上所写的文件",
            )
        )
    try:
        return read_source_of(site, project.site.layer)
    except (SourceError, InputError) as error:
        raise FootprintError(
            [Problem(f"/site/file: {p.where}", p.what, p.remedy, p.zh) for p in error.problems]
        ) from None


def probe(world: World, day: date) -> str:
    """What deciding a small site in the middle of the map gives: the decision's id, or why it was refused.

    Raises RuntimeError when the engines fail over it: a worker to which this happens must not decide.
    """
    boxes = world.atlas.index.network.boxes.bounds
    # Of the block in the middle of the list: on the map, and not looked for among a nation's vertices.
    x, y = (round(float(one), 6) for one in (boxes[len(boxes) // 2, :2] if len(boxes) else (112.0, 30.0)))
    ring = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y + 0.001], [x, y]]
    project = Project.of({"id": "probe", "site": {"geometry": {"type": "Polygon", "coordinates": [ring]}}})
    try:
        decision = screen(project, world.rulebook, world.atlas, as_of=day)
    except InputError as error:
        return error.report()
    wrong = {Reason.ENGINE_FAILED, Reason.ENGINE_DISAGREES} & {finding.reason for finding in decision.findings}
    if wrong:
        raise RuntimeError(f"the probe met {', '.join(sorted(wrong))}")
    return decision.id


SCREEN: Final = "screen"
QUESTIONS: Final = "questions"
SITE: Final = "site"
REPORT: Final = "report"
PROBE: Final = "probe"

TASKS: Final[Mapping[str, Callable[..., Any]]] = {
    SCREEN: _screen,
    QUESTIONS: _questions,
    SITE: _site,
    REPORT: _report,
    PROBE: probe,
}
