"""The commands that screen: one application, or the demonstration's twenty."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from screening.atlas import Atlas, Source, read_atlas
from screening.atlas.formats import FOOTPRINT_LIMITS, SourceError, read_source
from screening.cli.common import Day, clear_errors, day_option, lang_option, rules_option, settings_of, zones_option
from screening.decision import OUTCOME_WORDS, Decision, Outcome
from screening.documents import decode
from screening.errors import FootprintError, InputError, Problem
from screening.project import Project, Site
from screening.report.geojson import to_feature
from screening.report.text import explain, summary
from screening.rulebook.reader import Rulebook
from screening.screen import screen
from screening.settings import read_settings

_STYLES = {Outcome.PASS: "green", Outcome.REVIEW: "yellow", Outcome.REJECT: "red"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@day_option
@click.option("--format", "form", type=click.Choice(["text", "json", "geojson"]), default="text", show_default=True)
@click.option("--exit-code", is_flag=True, help="End with 3 for review and 4 for reject.")
@lang_option
@rules_option
@zones_option
@clear_errors
def check(
    file: Path, as_of: date | None, form: str, exit_code: bool, lang: str, rules: Path | None, zones: Path | None
) -> None:
    """Screen the application FILE (YAML, JSON or GeoJSON; - for standard input)."""
    settings = settings_of(rules, zones)
    project = Project.parse(decode(sys.stdin.buffer.read(), "-"), "-") if str(file) == "-" else Project.read(file)
    try:
        decision = screen(
            project,
            Rulebook.load(settings.rules),
            read_atlas(settings.zones),
            as_of=as_of or date.today(),
            source=read_site_file(project.site, file),
        )
    except InputError as error:
        raise type(error)([Problem(f"{file}{p.where}", p.what, p.remedy, p.zh) for p in error.problems]) from None
    if form == "json":
        sys.stdout.buffer.write(decision.canonical() + b"\n")
    elif form == "geojson":
        click.echo(json.dumps(to_feature(decision, project), ensure_ascii=False, sort_keys=True))
    else:
        click.echo(explain(decision, lang))
    if exit_code:
        sys.exit({Outcome.PASS: 0, Outcome.REVIEW: 3, Outcome.REJECT: 4}[decision.outcome])


def read_site_file(site: Site, application: Path) -> Source | None:
    """The file that an application names as its site, from the application's own folder or below it."""
    if site.file is None or str(application) == "-":
        return None
    folder = application.resolve().parent
    path = (folder / site.file).resolve()
    if not path.is_relative_to(folder):
        raise InputError(
            Problem(
                "/site/file",
                f'"{site.file}" lies outside the folder of the application',
                "put it beside the application, and write its name",
                f"“{site.file}”不在申请文件所在文件夹内，请放在申请文件旁并只写文件名",
            )
        )
    try:
        return read_source(path, layer=site.layer, limits=FOOTPRINT_LIMITS)
    except SourceError as error:
        raise FootprintError(
            [Problem(f"/site/file: {p.where}", p.what, p.remedy, p.zh) for p in error.problems]
        ) from None


@click.command()
@click.option("--as-of", "as_of", type=Day(), default="2026-11-22", show_default=True)
@click.option("--explain", "explained", default=None, help="Which application to explain in full (its id).")
@lang_option
@clear_errors
def demo(as_of: date, explained: str | None, lang: str) -> None:
    """Screen the twenty sample applications of the invented demo district and explain one."""
    settings = read_settings()
    console = Console()
    rulebook, atlas = Rulebook.load(settings.rules), read_atlas(settings.zones)
    files = sorted(settings.applications.glob("*.yaml"))
    if not files:
        raise InputError(Problem(str(settings.applications), "holds no applications", "use a zone set that has some"))
    progress = track(files, description="筛查" if lang == "zh" else "screening", console=console, transient=True)
    decisions = [screen(Project.read(file), rulebook, atlas, as_of=as_of) for file in progress]
    console.print(_table(decisions, atlas, as_of, lang))
    chosen = next((d for d in decisions if d.project == explained), None) if explained else _richest(decisions)
    if chosen is None:
        known = ", ".join(decision.project for decision in decisions)
        raise InputError(Problem("--explain", f'no application is called "{explained}"', f"known: {known}"))
    console.rule("完整说明一例" if lang == "zh" else "One decision in full")
    click.echo(explain(chosen, lang))


def _richest(decisions: list[Decision]) -> Decision:
    """The rejected application with the most to say."""
    rejected = [decision for decision in decisions if decision.outcome is Outcome.REJECT]
    return max(rejected or decisions, key=lambda decision: len(decision.findings))


def _table(decisions: list[Decision], atlas: Atlas, as_of: date, lang: str) -> Table:
    zh = lang == "zh"
    table = Table(title=f"{atlas.title.get(lang)} · {as_of.isoformat()}", caption=atlas.note.get(lang))
    for name in ("编号", "项目", "结论", "主要依据") if zh else ("id", "project", "outcome", "main grounds"):
        table.add_column(name, overflow="fold")
    for decision in decisions:
        words = OUTCOME_WORDS[decision.outcome].get(lang)
        style = _STYLES[decision.outcome]
        table.add_row(decision.project, escape(decision.title), f"[{style}]{words}[/]", escape(summary(decision, lang)))
    return table
