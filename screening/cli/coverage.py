"""`screening rules coverage`: which articles of which law the rulebook answers for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from screening.cli.common import clear_errors, day_option, lang_option, rules_option, settings_of
from screening.errors import InputError, Problem, suggest
from screening.rulebook.coverage import ArticleMap, Coverage, Status, coverage, read_maps
from screening.rulebook.coverage_page import coverage_page
from screening.rulebook.reader import Rulebook

_WIDTH = 28


@click.command("coverage")
@click.option("--instrument", "instruments", multiple=True, metavar="ID", help="Only this instrument; may be repeated.")
@click.option("--missing", is_flag=True, help="List the articles that bear on access and have no rule.")
@click.option(
    "--write",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page of all instruments (docs/coverage.md).",
)
@day_option
@lang_option
@rules_option
@clear_errors
def coverage_command(
    instruments: tuple[str, ...], missing: bool, page: Path | None, as_of: date | None, lang: str, rules: Path | None
) -> None:
    """Count the articles of each law that are encoded, left to judgement, not about access or missing."""
    folder = settings_of(rules).rules
    rulebook = Rulebook.load(folder)
    maps = read_maps(folder, rulebook)
    day = as_of or date.today()
    if page is not None:
        _write(page, coverage_page(coverage(maps, rulebook, day), day))
    found = coverage(_chosen(maps, instruments), rulebook, day)
    if missing:
        for one in found:
            for clause in one.having(Status.MISSING):
                click.echo(f"{one.instrument.id} 第{clause.article}条 {clause.chapter}：{clause.topic}")
        return
    click.echo(_line("", [status.label.get(lang) for status in Status]))
    for one in found:
        click.echo(_counted(one, lang))


def _chosen(maps: tuple[ArticleMap, ...], names: tuple[str, ...]) -> tuple[ArticleMap, ...]:
    known = [one.instrument for one in maps]
    for name in names:
        if name not in known:
            near = suggest(name, known) or f"mapped are {', '.join(known)}"
            raise InputError(Problem(name, "has no map of articles", near, f"没有条文清单；{near}"))
    return tuple(one for one in maps if not names or one.instrument in names)


def _counted(one: Coverage, lang: str) -> str:
    if not one.in_force:
        return f"{one.instrument.id:{_WIDTH}}  {'当日未施行' if lang == 'zh' else 'not in force that day'}"
    return _line(one.instrument.id, list(one.count().values()))


def _line(head: str, cells: list[int] | list[str]) -> str:
    # A Chinese letter is two columns wide on a terminal.
    padded = (" " * max(0, 16 - sum(1 + (ord(letter) > 0x2E80) for letter in str(cell))) + str(cell) for cell in cells)
    return f"{head:{_WIDTH}}  " + "  ".join(padded)


def _write(page: Path, text: str) -> None:
    try:
        page.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        remedy = "name a file in a folder that exists and may be written"
        problem = Problem(str(page), f"cannot be written ({error.strerror})", remedy, f"无法写入（{error.strerror}）")
        raise InputError(problem) from None
