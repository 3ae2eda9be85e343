"""The command `screening`: check an application, run the demonstration, keep the rulebook, serve."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from screening.atlas import Atlas, read_atlas
from screening.decision import OUTCOME_WORDS, Decision, Outcome
from screening.documents import decode
from screening.engine.program import prepare
from screening.errors import InputError, Problem, ScreeningError
from screening.project import Project
from screening.report.geojson import to_feature
from screening.report.text import explain, summary
from screening.rulebook.cases import read_cases
from screening.rulebook.reader import Rulebook
from screening.rulebook.schema import rule_schema
from screening.rulebook.sentences import rule_in_words
from screening.rulebook.values import parse_day
from screening.scaffold import new_rule
from screening.screen import screen
from screening.settings import Settings, read_settings
from screening.trial import run_cases
from screening.version import VERSION

P = ParamSpec("P")
R = TypeVar("R")

BAD_INPUT = 2
_STYLES = {Outcome.PASS: "green", Outcome.REVIEW: "yellow", Outcome.REJECT: "red"}


class _Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_day(str(value))
        except InputError as error:
            self.fail(error.problems[0].text(), param, ctx)


def _clear_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Every error of ours ends in one message and exit code 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ScreeningError as error:
            lang = str(kwargs.get("lang") or "zh")
            click.echo(f"{error.heading}:\n{error.report(lang)}", err=True)
            sys.exit(BAD_INPUT)

    return run


_day = click.option(
    "--as-of", "as_of", type=_Day(), default=None, help="The day whose law counts (2026-08-15). Today by default."
)
_lang = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the answer."
)
_rules = click.option(
    "--rules", "rules", type=click.Path(path_type=Path), help="Rulebook folder (default: the one carried)."
)
_zones = click.option(
    "--zones", "zones", type=click.Path(path_type=Path), help="Zone set folder (default: the demo district)."
)


def _settings(rules: Path | None, zones: Path | None = None) -> Settings:
    found = read_settings()
    return Settings(rules or found.rules, zones or found.zones)


@click.group()
@click.version_option(VERSION, prog_name="screening")
def main() -> None:
    """建设项目生态环境准入筛查 / Project environmental-access screening."""


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@_day
@click.option("--format", "form", type=click.Choice(["text", "json", "geojson"]), default="text", show_default=True)
@click.option("--exit-code", is_flag=True, help="End with 3 for review and 4 for reject.")
@_lang
@_rules
@_zones
@_clear_errors
def check(
    file: Path, as_of: date | None, form: str, exit_code: bool, lang: str, rules: Path | None, zones: Path | None
) -> None:
    """Screen the application FILE (YAML, JSON or GeoJSON; - for standard input)."""
    settings = _settings(rules, zones)
    project = Project.parse(decode(sys.stdin.buffer.read(), "-"), "-") if str(file) == "-" else Project.read(file)
    try:
        decision = screen(
            project, Rulebook.load(settings.rules), read_atlas(settings.zones), as_of=as_of or date.today()
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


@main.command()
@click.option("--as-of", "as_of", type=_Day(), default="2026-11-22", show_default=True)
@click.option("--explain", "explained", default=None, help="Which application to explain in full (its id).")
@_lang
@_clear_errors
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


@main.group()
def rules() -> None:
    """The rulebook: lint, test, list, show, new, schema."""


@rules.command()
@_rules
@_clear_errors
def lint(rules: Path | None) -> None:
    """Read the whole rulebook and its cases; name every problem with its file and line."""
    folder = _settings(rules).rules
    rulebook = Rulebook.load(folder)
    cases = read_cases(folder, rulebook)
    days = {rule.effective.start for rule in rulebook.rules if rule.effective.start}
    for day in sorted(days):
        prepare(rulebook, day)
    tried = {case.rule for case in cases}
    for path in sorted(
        {rule.path for rule in rulebook.rules} - {rule.path for rule in rulebook.rules if rule.id in tried}
    ):
        click.echo(f"{path}: no case tries this rule")
    click.echo(f"{len(rulebook.rules)} rules, {len(rulebook.vocabulary)} facts, {len(cases)} cases: no errors")


@rules.command()
@_rules
@_clear_errors
def test(rules: Path | None) -> None:
    """Run every case beside the rules through both engines."""
    folder = _settings(rules).rules
    rulebook = Rulebook.load(folder)
    results = run_cases(read_cases(folder, rulebook), rulebook)
    faults = [result for result in results if result.fault]
    for result in faults:
        click.echo(f"{result.case.where}: {result.case.rule}: {result.case.name}: {result.fault}")
    click.echo(f"{len(results) - len(faults)} passed, {len(faults)} failed")
    sys.exit(1 if faults else 0)


@rules.command("list")
@_day
@_lang
@_rules
@_clear_errors
def list_rules(as_of: date | None, lang: str, rules: Path | None) -> None:
    """Every rule in force on a day."""
    rulebook = Rulebook.load(_settings(rules).rules)
    for rule in rulebook.in_force(as_of or date.today()):
        click.echo(
            f"{rule.id:52} {rule.effect.value:10} {rule.level.value:9} {rule.jurisdiction:14} {rule.title.get(lang)}"
        )


@rules.command()
@click.argument("rule_id")
@_day
@_lang
@_rules
@_clear_errors
def show(rule_id: str, as_of: date | None, lang: str, rules: Path | None) -> None:
    """One rule as a plain sentence, with its grounds, readings and what it leaves out."""
    rulebook = Rulebook.load(_settings(rules).rules)
    rule = rulebook.find(rule_id, as_of)
    if rule is None:
        from screening.errors import suggest

        known = suggest(rule_id, (item.id for item in rulebook.rules)) or "see `screening rules list`"
        raise InputError(
            Problem(rule_id, "is no rule in force then" if as_of else "is no rule", known, f"没有这条规则；{known}")
        )
    click.echo(f"{rule.id}  ({rule.where})\n{rule.title.get(lang)}\n{rule_in_words(rule, rulebook.vocabulary, lang)}")
    for citation in rule.basis:
        instrument = rulebook.instruments[citation.instrument]
        click.echo(f"  § {instrument.name.get(lang)} {instrument.number} {citation.clause}")
    click.echo(f"  {'核对程度' if lang == 'zh' else 'checked'}: {rule.level.value} {rule.checked_on or ''}")
    for label, notes in (
        ("读法" if lang == "zh" else "reading", rule.readings),
        ("未编码" if lang == "zh" else "not encoded", rule.not_encoded),
    ):
        for note in notes:
            click.echo(f"  {label}: {note}")


@rules.command()
@click.argument("place")
@_rules
@_clear_errors
def new(place: str, rules: Path | None) -> None:
    """Write a new rule and its cases, for example national/space/my-rule."""
    for path in new_rule(_settings(rules).rules, place):
        click.echo(str(path))


@rules.command()
@_rules
@_clear_errors
def schema(rules: Path | None) -> None:
    """The JSON Schema of rule files, for editors."""
    click.echo(
        json.dumps(rule_schema(Rulebook.load(_settings(rules).rules)), ensure_ascii=False, indent=1, sort_keys=True)
    )


@main.command()
@click.option("--supplier", default="applicant", type=click.Choice(["applicant", "atlas", "classification"]))
@_lang
@_rules
@_clear_errors
def vocabulary(supplier: str, lang: str, rules: Path | None) -> None:
    """Every fact an application may state, with its unit and question."""
    for key, term in sorted(Rulebook.load(_settings(rules).rules).vocabulary.items()):
        if term.supplier.value == supplier:
            unit = f" [{term.unit}]" if term.unit else ""
            click.echo(f"{key}{unit}  {term.type.value}  {term.label.get(lang)}\n    {term.question.get(lang)}")
            if term.choices and len(term.choices) <= 60:
                click.echo("    " + " ".join(f"{word}={label.get(lang)}" for word, label in term.choices.items()))


@main.command()
@_lang
@_zones
@_clear_errors
def zones(lang: str, zones: Path | None) -> None:
    """The layers of a zone set, with tolerance, dates and what was repaired."""
    atlas = read_atlas(_settings(None, zones).zones)
    click.echo(f"{atlas.title.get(lang)}: {atlas.note.get(lang)}")
    for layer in atlas.layers:
        card = layer.card
        click.echo(
            f"{layer.id:28} {card.kind:24} {card.as_of} ± {float(card.tolerance):g} m  {len(layer.features)}  {card.title.get(lang)}"
        )


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@_rules
@_zones
@_clear_errors
def serve(port: int, rules: Path | None, zones: Path | None) -> None:
    """Serve the HTTP API on this machine only (loopback)."""
    import uvicorn

    from screening.api.app import make_app

    settings = _settings(rules, zones)
    app = make_app(Rulebook.load(settings.rules), read_atlas(settings.zones))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="info")


if __name__ == "__main__":
    main()
