"""The command that prints the opinion on an application, a decision or a receipt."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from screening.atlas import Atlas, read_atlas
from screening.audit.receipt import FORM, MOST_BYTES, Receipt, State
from screening.cli.check import read_site_file
from screening.cli.common import Day, clear_errors, day_option, lang_option, rules_option, settings_of, zones_option
from screening.decision import canonical_json
from screening.documents import decode, parse_json
from screening.errors import InputError, Problem
from screening.project import Project
from screening.report.opinion import FORMS, Letterhead, Scene, opinion, scene_of
from screening.rulebook.reader import Rulebook
from screening.screen import screen


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision as plain data, and where its project lies if that is known. `given`: it was read, not made here."""

    decision: Mapping[str, Any]
    scene: Scene | None
    given: bool


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@day_option
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="pdf", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write (- for standard output).")
@click.option("--office", default="", help="The office whose name stands above the title.")
@click.option("--applicant", default="", help="The applicant's name.")
@click.option("--number", default="", help="The number the office files it under (default: the decision's id).")
@click.option("--issued", type=Day(), default=None, help="The day it is issued; left to be filled in by default.")
@lang_option
@rules_option
@zones_option
@clear_errors
def report(
    file: Path,
    as_of: date | None,
    form: str,
    output: Path | None,
    office: str,
    applicant: str,
    number: str,
    issued: date | None,
    lang: str,
    rules: Path | None,
    zones: Path | None,
) -> None:
    """Print the opinion on FILE: an application (screened first), a decision (JSON) or a receipt.

    A decision alone does not say where the site was drawn, so its opinion has no sketch; a receipt does.
    """
    settings = settings_of(rules, zones)
    rulebook, atlas = Rulebook.load(settings.rules), read_atlas(settings.zones)
    decided = _decided(file, rulebook, atlas, as_of, lang)
    letterhead = Letterhead(office=office, applicant=applicant, number=number, issued=issued)
    try:
        printed = opinion(
            decided.decision,
            vocabulary=rulebook.vocabulary,
            scene=decided.scene,
            letterhead=letterhead,
            lang=lang,
            form=form,
        )
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        if not decided.given:
            raise
        raise _no_decision(file, f"{type(error).__name__}: {str(error)[:80]}") from error
    target = output or Path(f"{file.stem}.{form}")
    if str(target) == "-":
        sys.stdout.buffer.write(printed)
        return
    try:
        target.write_bytes(printed)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem(str(target), f"cannot be written: {why}", "", f"无法写入：{why}")) from None
    click.echo(str(target))


def _decided(file: Path, rulebook: Rulebook, atlas: Atlas, as_of: date | None, lang: str) -> _Decided:
    """What FILE holds: by its keys a receipt, a decision, or otherwise an application."""
    content = _read(file)
    held = parse_json(decode(content, str(file)), str(file)) if content.lstrip()[:1] == b"{" else None
    keys = frozenset(held) if isinstance(held, dict) else frozenset()
    known = isinstance(held, dict) and (held.get("receipt") == FORM or {"id", "findings", "receipt"} <= keys)
    if known and as_of is not None:
        raise InputError(
            Problem(
                "--as-of", "stands beside a decision, which has its day", "leave it out", "结论已有判定日，不能再指定"
            )
        )
    if known and isinstance(held, dict) and held["receipt"] == FORM:
        return _of_receipt(content, file, atlas, lang)
    if known and isinstance(held, dict):
        body = {key: value for key, value in held.items() if key != "id"}
        try:
            own = sha256(canonical_json(body)).hexdigest()
        except (TypeError, ValueError):
            raise _no_decision(file, "it holds numbers that no decision has") from None
        if own != held["id"]:
            raise _no_decision(file, "its id is not the SHA-256 of its content: it was changed")
        return _Decided(held, None, True)
    project = Project.read(file)
    source = read_site_file(project.site, file)
    try:
        decision = screen(project, rulebook, atlas, as_of=as_of or date.today(), source=source).plain()
    except InputError as error:
        raise type(error)([replace(problem, where=f"{file}{problem.where}") for problem in error.problems]) from None
    return _Decided(decision, scene_of(project, decision, atlas, source, lang), False)


def _of_receipt(content: bytes, file: Path, atlas: Atlas, lang: str) -> _Decided:
    receipt = Receipt.read(content, str(file))
    failed = [check.words for check in receipt.integrity() if check.state is State.FAILED]
    if failed:
        raise InputError([Problem(str(file), one.en, "use the file as it was handed out", one.zh) for one in failed])
    try:
        project = Project.parse(decode(receipt.application, str(file)), f"{file}/application")
        scene = scene_of(project, receipt.decision, atlas, None, lang)
    except InputError:
        # The site stood in a file beside the application: the decision can be printed, the sketch not drawn.
        scene = None
    return _Decided(receipt.decision, scene, True)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(Problem(str(file), f"cannot be read: {why}", "", f"无法读取：{why}")) from None


def _no_decision(file: Path, why: str) -> InputError:
    return InputError(
        Problem(
            str(file),
            f"is not a decision as this version writes them ({why})",
            "screen the application again, or use the receipt",
            "不是本版本程序作出的结论或者已被改动，请重新筛查或者使用收据",
        )
    )
