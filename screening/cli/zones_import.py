"""The command that brings a file into a zone set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import click

from screening.atlas.importing import Import, Imported, import_layer
from screening.atlas.importing.fields import FieldNames
from screening.atlas.importing.issues import Issue, ordered
from screening.atlas.importing.stated import stated
from screening.cli.common import clear_errors, lang_option, rules_option, settings_of
from screening.documents import Node
from screening.errors import InputError, Problem, suggest
from screening.rulebook.reader import Rulebook

_SHOWN: Final = 20
"""Issues told on the terminal; all of them are in the snapshot's issues.geojson."""


def _options(command: click.decorators.FC) -> click.decorators.FC:
    """What is stated of a layer, one option a key of its card."""
    for name, words in reversed(
        (
            ("--geometry", "units, area, line, admin or extent (by the kind and the file's geometry)"),
            ("--title", "Its title (by default its id)."),
            ("--tolerance", 'How far a drawn boundary may lie from the true one: "10 m".'),
            ("--source", "Who made it, by which act."),
            ("--as-of", "The day whose state it shows."),
            ("--stale-after", "The day from which it is not relied on any more."),
            ("--never-stale", "Why it does not go stale."),
            ("--in-force-from", "The first day it is in force."),
            ("--in-force-until", "The first day it is no longer in force."),
            ("--recorded", "The day it is recorded (today)."),
            ("--complete-within", "The extent layer within which what it does not show is not there."),
            ("--licence", "Under which licence it may be used."),
            ("--note", "What else a reader must know."),
        )
    ):
        command = click.option(name, default=None, help=words)(command)
    return command


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "kind", default=None, help="What it shows: control_unit, ecological_redline …")
@click.option("--id", default=None, help="The layer's id; the same id is a new version of it.")
@click.option("--to", "to", required=True, type=click.Path(path_type=Path), help="The zone set, made if there is none.")
@_options
@click.option("--card", "card", default=None, type=click.Path(path_type=Path), help="A card with the same keys.")
@click.option("--layer", default=None, help="Which layer of a file that has several.")
@click.option("--crs", default=None, help='Its coordinate system: "EPSG:4526", "2000国家大地坐标系 3度带 38带".')
@click.option("--encoding", default=None, help="The encoding of its text: GB18030.")
@click.option("--map", "pairs", multiple=True, metavar="MEANING=FIELD", help="Which field says what: code=HJGKDYBM.")
@click.option("--fields", default=None, type=click.Path(path_type=Path), help="Names of fields of your own.")
@lang_option
@rules_option
@clear_errors
def import_file(
    file: Path,
    to: Path,
    card: Path | None,
    layer: str | None,
    crs: str | None,
    encoding: str | None,
    pairs: tuple[str, ...],
    fields: Path | None,
    lang: str,
    rules: Path | None,
    **said: str | None,
) -> None:
    """Import FILE into a zone set as one layer: placed, mapped, repaired, counted, and kept as a snapshot."""
    options = {key: text for key, text in said.items() if text is not None}
    keys = stated(options, card)
    if "recorded" not in keys:
        keys |= stated({"recorded": date.today().isoformat()})
    wanted = Import(file, to, keys, layer, crs, encoding, _mapping(pairs), FieldNames.load(fields))
    _tell(import_layer(wanted), lang)
    _tell_unasked(keys["kind"].text or "", keys, settings_of(rules).rules, lang)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    found = dict(pair.partition("=")[::2] for pair in pairs)
    wrong = [
        Problem("--map", f'"{pair[:60]}" is not meaning=FIELD', "write code=HJGKDYBM")
        for pair in pairs
        if "=" not in pair
    ]
    if wrong:
        raise InputError(wrong)
    return found


def _tell(done: Imported, lang: str) -> None:
    counts = done.card.counts
    said = "; ".join(words.get(lang) for words in counts.words()) if counts else ""
    click.echo(f"{done.card.id} {done.folder}")
    click.echo(f"  {said}")
    for remark in done.remarks:
        click.echo(f"  {remark.get(lang)}")
    tell_issues(done.issues, lang, str(done.folder / "issues.geojson"))


def _tell_unasked(kind: str, keys: Mapping[str, Node], rules: Path, lang: str) -> None:
    """A kind that no rule asks about is imported all the same, but may be a slip of the pen."""
    use = keys["geometry"].text if "geometry" in keys else ""
    asked = {key.rpartition(".")[2] for key in Rulebook.load(rules).vocabulary if key.startswith("site.")}
    if kind not in asked and use not in ("extent", "admin", "units") and kind not in ("control_unit", "admin"):
        said = {"zh": f"种类“{kind}”没有规则过问", "en": f'no rule asks about the kind "{kind}"'}[lang]
        click.echo(f"  {said} {suggest(kind, asked)}".rstrip())


def tell_issues(issues: tuple[Issue, ...], lang: str, where: str) -> None:
    listed = ordered(issues)
    for issue in listed[:_SHOWN]:
        beyond = {"zh": "（超出容差）", "en": " (beyond tolerance)"}[lang] if issue.beyond else ""
        at = f" {list(issue.place)}" if issue.place is not None else ""
        numbers = ", ".join(f"#{number}" for number in issue.features[:6])
        click.echo(f"  {issue.kind} {numbers}{at}: {issue.words.get(lang)}{beyond}")
    if len(listed) > _SHOWN:
        more = len(listed) - _SHOWN
        click.echo({"zh": f"  另有 {more} 条", "en": f"  and {more} more"}[lang] + (f": {where}" if where else ""))
