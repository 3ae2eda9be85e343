"""The command that makes a decision again from its receipt."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from screening.atlas import read_atlas
from screening.audit import Head
from screening.audit.receipt import MOST_BYTES, Receipt, State
from screening.cli.audit import head_option
from screening.cli.common import clear_errors, lang_option, rules_option, settings_of, zones_option
from screening.errors import Problem, ScreeningError
from screening.receipts import Verdict, Verified, verify_receipt
from screening.rulebook.reader import Rulebook
from screening.text import Text

_WORDS = {
    Verdict.SAME: Text(
        "收据属实：重新研判逐字节相同", "the receipt holds: decided again, it is the same byte for byte"
    ),
    Verdict.SAME_BY_NAMED: Text(
        "收据属实：以其所列规则和图层重新研判，结论相同；现有规则库另有变化",
        "the receipt holds: by the rules and layers it names it is the same decision; the rulebook around them is another",
    ),
    Verdict.DIFFERENT: Text(
        "收据不符：重新研判的结论不同", "the receipt does not hold: decided again, it is another decision"
    ),
    Verdict.NOT_REPEATABLE: Text("不能重新研判", "it cannot be decided again here"),
    Verdict.TAMPERED: Text("收据已被改动", "the receipt was tampered with"),
}
_MARKS = {State.HELD: "✓", State.FAILED: "✗", State.NOT_HELD: "–"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@head_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang_option
@rules_option
@zones_option
@clear_errors
def verify(file: Path, stated: Head | None, form: str, lang: str, rules: Path | None, zones: Path | None) -> None:
    """Make the decision of the receipt FILE again, offline, and compare byte for byte. Ends with 1 where it does not hold."""
    receipt = Receipt.read(_read(file), str(file))
    settings = settings_of(rules, zones)
    found = verify_receipt(receipt, Rulebook.load(settings.rules), read_atlas(settings.zones), stated=stated)
    if form == "json":
        click.echo(json.dumps(found.plain(), ensure_ascii=False, sort_keys=True))
    else:
        _tell(found, lang)
    if not found.good:
        sys.exit(1)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as content:
            return content.read(MOST_BYTES + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise ScreeningError(Problem(str(file), f"cannot be read: {why}", "", f"无法读取：{why}")) from None


def _tell(found: Verified, lang: str) -> None:
    click.echo(_WORDS[found.verdict].get(lang))
    for check in found.checks:
        click.echo(f"  {_MARKS[check.state]} {check.words.get(lang)}")
    for text in found.other[:40]:
        click.echo(f"  · {text.get(lang)}")
    if len(found.other) > 40:
        click.echo(f"  … {len(found.other) - 40}")
