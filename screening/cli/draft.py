"""From published clauses to proposals: `screening rules draft LIST`."""

from __future__ import annotations

from pathlib import Path

import click

from screening.cli.common import clear_errors, lang_option, rules_option, settings_of
from screening.documents import read_text
from screening.errors import InputError, Problem, suggest
from screening.rulebook.drafting.draftfile import proposed, read_draft, write_draft
from screening.rulebook.drafting.filling import filled, written
from screening.rulebook.drafting.lexicon import read_lexicon
from screening.rulebook.drafting.proposals import Draft, draft, list_of_file
from screening.rulebook.lists.access_list import AccessList
from screening.rulebook.lists.clause import STANDING_LABELS
from screening.rulebook.lists.structure import StructureReader
from screening.rulebook.reader import Rulebook

MAX_BYTES = 20_000_000
MOST_UNREAD = 10
SPREADSHEETS = (".csv", ".xlsx")


@click.command("draft")
@click.argument("name", metavar="LIST")
@click.option("--to", "target", type=click.Path(path_type=Path), default=None,
              help="Write the proposals (.yaml), or the list with its structured columns filled (.csv, .xlsx).")  # fmt: skip
@click.option("--with", "decided", type=click.Path(path_type=Path), default=None,
              help="A .yaml of proposals in which a person accepted or corrected some.")  # fmt: skip
@click.option("--replace", "replacing", is_flag=True, help="Write over a file that is there.")
@lang_option
@rules_option
@clear_errors
def draft_command(
    name: str, target: Path | None, decided: Path | None, replacing: bool, lang: str, rules: Path | None
) -> None:
    """Propose for every binding clause of LIST (the id of a list, or a .csv or .xlsx) whom it asks."""
    root = settings_of(rules).rules
    rulebook = Rulebook.load(root)
    source = _source(name, rulebook)
    made = draft(source, read_lexicon(root, rulebook.vocabulary))
    choices = proposed(made)
    if decided is not None:
        text = read_text(decided, MAX_BYTES)
        choices = read_draft(text, decided.name, made, StructureReader(rulebook.vocabulary))
    if target is not None:
        if target.suffix.lower() in (".yaml", ".yml"):
            data = write_draft(made).encode()
        else:
            data = written(filled(source, choices), target)
        _write(target, data, replacing)
    _echo(made, sum(len(one.proposal.clauses) for one in choices if one.accepted), lang)


def _source(name: str, rulebook: Rulebook) -> AccessList:
    if Path(name).suffix.lower() in SPREADSHEETS:
        return list_of_file(Path(name), rulebook.vocabulary)
    found = next((one for one in rulebook.lists if one.id == name), None)
    if found is None:
        known = [one.id for one in rulebook.lists]
        hint = suggest(name, known) or f"name a .csv or .xlsx, or one of: {', '.join(known) or 'none'}"
        raise InputError(Problem(name, "is no list", hint, f"没有这份清单；{hint}"))
    return found


def _write(path: Path, data: bytes, replacing: bool) -> None:
    try:
        with path.open("wb" if replacing else "xb") as out:
            out.write(data)
    except FileExistsError:
        raise InputError(
            Problem(
                str(path),
                "is there already",
                "say --replace, or name another file",
                "文件已存在，请用 --replace 或另取名",
            )
        ) from None
    except OSError as error:
        raise InputError(
            Problem(
                str(path), f"cannot be written ({error.strerror})", "check the folder", f"无法写入（{error.strerror}）"
            )
        ) from None


def _echo(made: Draft, accepted: int, lang: str) -> None:
    zh = lang == "zh"
    rows = "；".join(f"{STANDING_LABELS[key].get(lang)} {count}" for key, count in made.standings.items())
    click.echo(rows)
    everyone = sum(len(one.clauses) for one in made.proposals if not one.narrowed and one.reading.complete)
    unread = made.binding - made.narrowed - everyone
    click.echo(
        f"{made.binding} 条约束条款，合并为 {len(made.proposals)} 组：{made.narrowed} 条已缩小询问范围，{everyone} 条读懂而涉及所有项目，"
        f"{unread} 条未全读懂而仍问所有项目；已采纳 {accepted} 条"
        if zh
        else f"{made.binding} binding clauses in {len(made.proposals)} groups: {made.narrowed} ask fewer, {everyone} are read "
        f"and concern everyone, {unread} are not wholly read and ask everyone; {accepted} accepted"
    )
    for fact, count in made.wants.items():
        click.echo(
            f"  词汇表没有 {fact}：{count} 条条款因此未按地点缩小"
            if zh
            else f"  the vocabulary lacks {fact}: {count} clauses are not narrowed by it"
        )
    for words, count in list(made.unread.items())[:MOST_UNREAD]:
        click.echo(f"  未读懂“{words}”：{count} 条" if zh else f'  unread "{words}": {count} clauses')
