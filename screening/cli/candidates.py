"""`screening rules candidates`: what became of every rule candidate."""

from __future__ import annotations

from pathlib import Path

import click

from screening.cli.common import clear_errors, lang_option, rules_option, settings_of
from screening.rulebook.candidates import Standing, counts, read_candidates
from screening.rulebook.reader import Rulebook
from screening.text import Text

_LABELS = {
    Standing.ENCODED: Text("已编码", "encoded"),
    Standing.JUDGEMENT: Text("留待判断", "judgement"),
    Standing.MERGED: Text("并入", "merged"),
    Standing.DECLINED: Text("不编码", "declined"),
    Standing.OPEN: Text("未完成", "open"),
}


@click.command()
@click.option(
    "--status", "status", type=click.Choice([item.value for item in Standing]), help="List those of one status."
)
@lang_option
@rules_option
@clear_errors
def candidates(status: str | None, lang: str, rules: Path | None) -> None:
    """Count the rule candidates by what became of them; with --status list them."""
    folder = settings_of(rules).rules
    found = read_candidates(folder, Rulebook.load(folder))
    for one in found:
        if one.standing == status:
            click.echo(f"{one.id}  {' '.join(one.rules) or '-'}  {one.reason}".rstrip())
    for standing, number in counts(found).items():
        click.echo(f"{_LABELS[standing].get(lang)}: {number}")
    stand = sum(one.standing.in_rulebook for one in found)
    click.echo(
        f"{len(found)} 条中 {stand} 条在规则库内" if lang == "zh" else f"{stand} of {len(found)} in the rulebook"
    )
