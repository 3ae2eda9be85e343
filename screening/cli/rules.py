"""The commands of those who keep the rulebook."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click

from screening.analysis import analyse
from screening.cli.candidates import candidates
from screening.cli.common import clear_errors, day_option, lang_option, rules_option, settings_of
from screening.cli.coverage import coverage_command
from screening.cli.draft import draft_command
from screening.cli.mutate import mutate
from screening.engine.program import prepare
from screening.errors import InputError, Problem, suggest
from screening.mutation import thin_rules
from screening.rulebook.cases import read_cases
from screening.rulebook.reader import Rulebook
from screening.rulebook.schema import rule_schema
from screening.rulebook.sentences import rule_in_words
from screening.scaffold import new_rule
from screening.trial import run_cases


@click.group()
def rules() -> None:
    """The rulebook: lint, test, list, show, new, schema."""


@rules.command()
@click.option("--quick", is_flag=True, help="Only read the files; leave out the static analysis (and z3).")
@click.option("--notes", is_flag=True, help="Also list what is worth knowing and no error.")
@rules_option
@clear_errors
def lint(quick: bool, notes: bool, rules: Path | None) -> None:
    """Read the whole rulebook and its cases; name every problem with its file and line.

    Then ask of the rules themselves what is wrong with them: rules that never fire, that another makes idle, that leave
    no way out, gaps in time. Each with a project that shows it. See docs/static-analysis.md.
    """
    folder = settings_of(rules).rules
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
    clean = quick or _analysed(rulebook, folder, notes)
    found = "no errors" if clean else "errors"
    click.echo(f"{len(rulebook.rules)} rules, {len(rulebook.vocabulary)} facts, {len(cases)} cases: {found}")
    sys.exit(0 if clean else 1)


def _analysed(rulebook: Rulebook, folder: Path, notes: bool) -> bool:
    """Print what the static analysis finds; whether nothing of it is an error."""
    found = analyse(rulebook, folder)
    for fault in (*found.errors, *(found.notes if notes else ())):
        click.echo(f"{fault.where}: {fault.kind.value}: {fault.about[0]}: {fault.what}")
        for example in fault.examples:
            click.echo(f"    {example.text(rulebook)}")
    for problem in found.stale:
        click.echo(problem.text())
    click.echo(
        f"static analysis: {len(found.errors) + len(found.stale)} errors, {len(found.notes)} notes"
        f"{'' if notes or not found.notes else ' (--notes lists them)'}, {found.accepted} accepted"
    )
    return found.clean


@rules.command()
@rules_option
@clear_errors
def test(rules: Path | None) -> None:
    """Run every case beside the rules through both engines, and name the deciding rules that are tried too little."""
    folder = settings_of(rules).rules
    rulebook = Rulebook.load(folder)
    cases = read_cases(folder, rulebook)
    results = run_cases(cases, rulebook)
    faults = [result for result in results if result.fault]
    for result in faults:
        click.echo(f"{result.case.where}: {result.case.rule}: {result.case.name}: {result.fault}")
    for thin in thin_rules(rulebook, cases):
        click.echo(
            f"{thin.rule.where}: {thin.rule.id}: {thin.cases} cases{'; ' if thin.lacks else ''}{'; '.join(thin.lacks)}"
        )
    click.echo(f"{len(results) - len(faults)} passed, {len(faults)} failed")
    sys.exit(1 if faults else 0)


@rules.command("list")
@day_option
@lang_option
@rules_option
@clear_errors
def list_rules(as_of: date | None, lang: str, rules: Path | None) -> None:
    """Every rule in force on a day."""
    rulebook = Rulebook.load(settings_of(rules).rules)
    day = as_of or date.today()
    for rule in rulebook.in_force(day):
        click.echo(
            f"{rule.id:52} {rule.effect.value:10} {rule.level.value:9} {rule.jurisdiction:14} {rule.title.get(lang)}"
        )
    lists = [one for one in rulebook.lists if one.in_force(day)]
    if lists:
        clauses, units = sum(one.card.table.clauses for one in lists), sum(len(one.units) for one in lists)
        click.echo(
            f"另有 {len(lists)} 份准入清单：{units} 个单元 {clauses} 条，见 `screening lists`"
            if lang == "zh"
            else f"plus {clauses} clauses of {units} units in {len(lists)} access lists: see `screening lists`"
        )


@rules.command()
@click.argument("rule_id")
@day_option
@lang_option
@rules_option
@clear_errors
def show(rule_id: str, as_of: date | None, lang: str, rules: Path | None) -> None:
    """One rule as a plain sentence, with its grounds, readings and what it leaves out."""
    rulebook = Rulebook.load(settings_of(rules).rules)
    rule = rulebook.find(rule_id, as_of)
    if rule is None:
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
@rules_option
@clear_errors
def new(place: str, rules: Path | None) -> None:
    """Write a new rule and its cases, for example national/space/my-rule."""
    for path in new_rule(settings_of(rules).rules, place):
        click.echo(str(path))


@rules.command()
@rules_option
@clear_errors
def schema(rules: Path | None) -> None:
    """The JSON Schema of rule files, for editors."""
    click.echo(
        json.dumps(rule_schema(Rulebook.load(settings_of(rules).rules)), ensure_ascii=False, indent=1, sort_keys=True)
    )


rules.add_command(candidates)
rules.add_command(coverage_command)
rules.add_command(draft_command)
rules.add_command(mutate)


@click.command()
@click.option("--supplier", default="applicant", type=click.Choice(["applicant", "atlas", "classification"]))
@lang_option
@rules_option
@clear_errors
def vocabulary(supplier: str, lang: str, rules: Path | None) -> None:
    """Every fact an application may state, with its unit and question."""
    for key, term in sorted(Rulebook.load(settings_of(rules).rules).vocabulary.items()):
        if term.supplier.value == supplier:
            unit = f" [{term.unit}]" if term.unit else ""
            click.echo(f"{key}{unit}  {term.type.value}  {term.label.get(lang)}\n    {term.question.get(lang)}")
            if term.choices and len(term.choices) <= 60:
                click.echo("    " + " ".join(f"{word}={label.get(lang)}" for word, label in term.choices.items()))
