"""The commands of those who keep access lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from screening.cli.common import Day, clear_errors, lang_option, rules_option, settings_of
from screening.errors import InputError, Problem, suggest
from screening.rulebook.lists.access_list import FOLDER, AccessList
from screening.rulebook.lists.accounting import Account, account
from screening.rulebook.lists.card import ListCard
from screening.rulebook.lists.clause import (
    DIMENSION_LABELS,
    STANDING_LABELS,
    TYPE_LABELS,
    ClauseType,
    Dimension,
    unit_key,
)
from screening.rulebook.lists.exporting import export_list
from screening.rulebook.lists.importing import Request, import_list, write_list
from screening.rulebook.lists.sheet import ENCODINGS
from screening.rulebook.model import Instrument, Level, Period
from screening.rulebook.reader import Rulebook
from screening.text import Text

MOST_REMARKS = 20
W = TypeVar("W")


@click.group()
def lists() -> None:
    """Published access lists: import, check, show, count, export."""


@lists.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "list_id", required=True, help="The id of the list, such as foshan-2021.")
@click.option("--jurisdiction", default="", help="The place whose list it is: 2, 4 or 6 digits.")
@click.option("--effective", type=Day(), default=None, help="The first day the list is in force.")
@click.option("--until", type=Day(), default=None, help="The first day it no longer is.")
@click.option("--title", default="", help="Its title (Chinese).")
@click.option("--title-en", default="", help="Its title in English.")
@click.option("--edition", default="", help="The edition, such as 2021.")
@click.option("--instrument", default="", help="The instrument it rests on, by its id in instruments.yaml.")
@click.option("--number", default="", help="The number of the notice, where the list is its own instrument.")
@click.option("--issuer", default="", help="Who issued it.")
@click.option("--source", default="", help="Where the file was taken from.")
@click.option("--licence", default="", help="On what terms.")
@click.option("--level", type=click.Choice([item.value for item in Level]), default=None,
              help="How far the file was compared with the published text. Only text can reject.")  # fmt: skip
@click.option("--checked-on", type=Day(), default=None, help="The day it was compared.")
@click.option(
    "--map", "meanings", multiple=True, metavar="COLUMN=MEANING", help="What a column means (extra: nothing)."
)
@click.option(
    "--dimension", "dimensions", multiple=True, metavar="WORD=DIMENSION", help="The list's word for a dimension."
)
@click.option("--type", "types", multiple=True, metavar="WORD=TYPE", help="The list's word for a clause type.")
@click.option("--fill-down", multiple=True, metavar="COLUMN", help="A column of merged cells: empty means as above.")
@click.option("--sheet", default="", help="The sheet of a workbook.")
@click.option("--encoding", type=click.Choice(ENCODINGS), default=None, help="The encoding of a CSV.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), default=None, help="Where lists are kept (RULES/lists)."
)
@click.option("--replace", "replacing", is_flag=True, help="Replace the list; what is not said anew stays.")
@click.option("--try", "trying", is_flag=True, help="Say what would be imported, and write nothing.")
@lang_option
@rules_option
@clear_errors
def import_command(
    file: Path,
    list_id: str,
    jurisdiction: str,
    effective: date | None,
    until: date | None,
    title: str,
    title_en: str,
    edition: str,
    instrument: str,
    number: str,
    issuer: str,
    source: str,
    licence: str,
    level: str | None,
    checked_on: date | None,
    meanings: tuple[str, ...],
    dimensions: tuple[str, ...],
    types: tuple[str, ...],
    fill_down: tuple[str, ...],
    sheet: str,
    encoding: str | None,
    folder: Path | None,
    replacing: bool,
    trying: bool,
    lang: str,
    rules: Path | None,
) -> None:
    """Import FILE (.csv or .xlsx), one clause a row or one unit a row: all of it, or nothing and every reason."""
    root = settings_of(rules).rules
    rulebook = Rulebook.load(root)
    old = next((one for one in rulebook.lists if one.id == list_id), None) if replacing else None
    period = Period(
        effective or (old.card.effective.start if old else None), until or (old.card.effective.until if old else None)
    )
    shown = Text(title or list_id, title_en or title or list_id)
    base = (
        _as_before(old.card)
        if old is not None
        else Request(list_id, shown, jurisdiction, period, Instrument(list_id, shown, "", "", "", Period()))
    )
    declared = base.instrument
    if isinstance(declared, Instrument):
        name = shown if title else declared.name
        declared = replace(
            declared,
            name=name,
            number=number or declared.number,
            issuer=issuer or declared.issuer,
            life=Period(period.start),
        )
    said: dict[str, Any] = {
        "title": shown if title else None,
        "jurisdiction": jurisdiction,
        "effective": period,
        "instrument": instrument or declared,
        "level": Level(level) if level else None,
        "checked_on": checked_on,
        "edition": edition,
        "source": source,
        "licence": licence,
        "meanings": _pairs("--map", meanings),
        "dimensions": {**base.dimensions, **_words("--dimension", dimensions, Dimension)},
        "clause_types": {**base.clause_types, **_words("--type", types, ClauseType)},
        "filled_down": fill_down,
        "sheet": sheet,
        "encoding": encoding,
    }
    request = replace(base, **{key: value for key, value in said.items() if value})
    # A list that is replaced no longer declares its own instrument.
    own = old.card.declared.id if old is not None and old.card.declared is not None else ""
    known = {key: value for key, value in rulebook.instruments.items() if key != own}
    imported = import_list(file, request, rulebook.vocabulary, known)
    for remark in imported.remarks[:MOST_REMARKS]:
        click.echo(f"! {remark.text(lang)}", err=True)
    if len(imported.remarks) > MOST_REMARKS:
        click.echo(f"! ... {len(imported.remarks) - MOST_REMARKS}", err=True)
    _echo_account(imported.account, lang)
    if trying:
        return
    home = Path(old.home).parent if old is not None and folder is None else folder or root / FOLDER
    click.echo(str(write_list(imported, home, replacing)))


def _as_before(card: ListCard) -> Request:
    """What was said when a list was imported, for importing it again. Columns it gained are read by their names."""
    return Request(
        card.id,
        card.title,
        card.jurisdiction,
        card.effective,
        card.declared or card.instrument,
        card.level,
        card.checked_on,
        card.edition,
        card.source,
        card.licence,
        card.note,
        dimensions=card.dimensions,
        clause_types=card.clause_types,
        filled_down=card.published.filled_down,
        sheet=card.published.origin.sheet,
        remembered=card.published.layout.meanings,
    )


def _pairs(option: str, given: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in given:
        # A column's name may hold a `=`; a meaning does not.
        name, sign, meaning = item.rpartition("=")
        if not sign or not name or not meaning:
            raise InputError(
                Problem(option, f'"{item[:60]}" is no pair', "write NAME=MEANING", f"“{item[:60]}”应写成 名称=含义")
            )
        found[name] = meaning.strip()
    return found


def _words(option: str, given: Iterable[str], kind: Callable[[str], W]) -> dict[str, W]:
    found: dict[str, W] = {}
    for word, meaning in _pairs(option, given).items():
        try:
            found[word] = kind(meaning)
        except ValueError:
            known = ", ".join(item.value for item in (Dimension if kind is Dimension else ClauseType))
            raise InputError(
                Problem(option, f'"{meaning[:40]}" is not known here', f"use {known}", f"可用：{known}")
            ) from None
    return found


@lists.command()
@lang_option
@rules_option
@clear_errors
def check(lang: str, rules: Path | None) -> None:
    """Read every clause of every list again: problems, what to look at, and the account of every row."""
    rulebook = Rulebook.load(settings_of(rules).rules)
    for one in rulebook.lists:
        remarks = [remark for _, read in one.read_all() for remark in read.remarks]
        for remark in remarks[:MOST_REMARKS]:
            click.echo(f"! {one.id}: {remark.text(lang)}")
        if len(remarks) > MOST_REMARKS:
            click.echo(f"! {one.id}: ... {len(remarks) - MOST_REMARKS}")
        found = account(one)
        click.echo(f"{one.id}: {found.rows} = {' + '.join(str(count) for count in found.standings.values())}")
    click.echo(f"{len(rulebook.lists)} lists: no errors" if lang == "en" else f"{len(rulebook.lists)} 份清单：没有错误")


@lists.command()
@lang_option
@rules_option
@clear_errors
def count(lang: str, rules: Path | None) -> None:
    """How many clauses there are, by type, by dimension, and by what they become."""
    for one in Rulebook.load(settings_of(rules).rules).lists:
        card = one.card
        click.echo(
            f"{card.id}  {card.title.get(lang)}  {card.jurisdiction}  {card.effective.start} – {card.effective.until or ''}"
        )
        _echo_account(account(one), lang)


def _echo_account(found: Account, lang: str) -> None:
    zh = lang == "zh"
    click.echo(
        f"  {found.rows} 行：{found.units} 个单元，{found.clauses} 条，成为 {found.rules} 条规则"
        if zh
        else f"  {found.rows} rows: {found.units} units, {found.clauses} clauses, {found.rules} rules"
    )
    groups: tuple[Mapping[Text, int], ...] = (
        {TYPE_LABELS[key]: number for key, number in found.types.items()},
        {DIMENSION_LABELS[key]: number for key, number in found.dimensions.items()},
        {STANDING_LABELS[key]: number for key, number in found.standings.items()},
    )
    for group in groups:
        shown = (f"{label.get(lang)} {number}" for label, number in sorted(group.items(), key=lambda item: -item[1]))
        click.echo(f"    {'；'.join(shown) if zh else '; '.join(shown)}")
    if found.stricter:
        click.echo(
            f"    其中 {found.stricter} 条按条文措辞比所标类型从严，须人工判断"
            if zh
            else f"    {found.stricter} of them are put to an officer for their words though their label is mild"
        )


@lists.command()
@click.argument("unit")
@lang_option
@rules_option
@clear_errors
def show(unit: str, lang: str, rules: Path | None) -> None:
    """Every clause of the control unit UNIT, with what becomes of it."""
    rulebook = Rulebook.load(settings_of(rules).rules)
    key = unit_key(unit)
    holding = [one for one in rulebook.lists if one.has(key)]
    if not holding:
        near = suggest(key, (code for one in rulebook.lists for code in one.units))
        raise InputError(Problem(unit, "no list has this unit", near, f"没有载入该单元的清单；{near}"))
    for one in holding:
        entry = one.units[key]
        click.echo(f"{one.card.title.get(lang)}  {one.card.effective.start} – {one.card.effective.until or ''}")
        click.echo(f"{entry.unit} {entry.name} {entry.county}")
        for clause in one.clauses(key):
            label = STANDING_LABELS[clause.standing].get(lang)
            click.echo(
                f"  {clause.reference}  [{TYPE_LABELS[clause.type].get(lang)} → {label}] {clause.id}\n    {clause.text.strip()}"
            )


@lists.command()
@click.argument("list_id")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--structured", is_flag=True, help="Add the structured columns the list lacks, empty, to be filled in.")
@lang_option
@rules_option
@clear_errors
def export(list_id: str, file: Path, structured: bool, lang: str, rules: Path | None) -> None:
    """Write the list LIST_ID back as the spreadsheet it came from, to FILE (.csv or .xlsx)."""
    done = export_list(_named(Rulebook.load(settings_of(rules).rules), list_id), file, structured)
    zh = lang == "zh"
    same = ("与发布文件逐字节相同" if zh else "the published file, byte for byte") if done.exact else ""
    click.echo(
        "  ".join(part for part in (str(done.path), f"{done.rows} 行" if zh else f"{done.rows} rows", same) if part)
    )
    if done.formulas:
        click.echo(
            f"! {done.formulas} 个单元格以 = + - @ 开头，电子表格程序打开 CSV 时可能当作公式执行；导出 .xlsx 则保持为文本"
            if zh
            else f"! {done.formulas} cells begin with = + - or @, which a spreadsheet program may run; .xlsx keeps them text",
            err=True,
        )


def _named(rulebook: Rulebook, list_id: str) -> AccessList:
    found = next((one for one in rulebook.lists if one.id == list_id), None)
    if found is None:
        known = [one.id for one in rulebook.lists]
        hint = suggest(list_id, known) or f"the lists are: {', '.join(known) or 'none'}"
        raise InputError(Problem(list_id, "is no list", hint, f"没有这份清单；{hint}"))
    return found
