"""The command that asks: only what can still change the decision, and in the terminal one question after the other."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from screening.asking.questions import Question, Questions, questions
from screening.atlas import Atlas, Source, read_atlas
from screening.cli.check import read_site_file
from screening.cli.common import clear_errors, day_option, lang_option, rules_option, settings_of, zones_option
from screening.decision import OUTCOME_WORDS
from screening.documents import decode
from screening.errors import InputError, Problem, ScreeningError
from screening.places import SYSTEM
from screening.project import Project
from screening.report.questions import asked, told
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@day_option
@click.option("--limit", type=click.IntRange(1), help="How many questions at most (default: all).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--interactive", is_flag=True, help="Ask here, one after the other, and decide again after each answer.")
@click.option(
    "--save", type=click.Path(path_type=Path), help="With --interactive: write the application with the answers (JSON)."
)
@lang_option
@rules_option
@zones_option
@clear_errors
def ask(
    file: Path,
    as_of: date | None,
    limit: int | None,
    form: str,
    interactive: bool,
    save: Path | None,
    lang: str,
    rules: Path | None,
    zones: Path | None,
) -> None:
    """List the questions that can still change the decision on the application FILE, those first that settle most."""
    settings = settings_of(rules, zones)
    if interactive and str(file) == "-":
        raise InputError(Problem("-", "cannot be asked about", "name a file", "不能一边读标准输入一边提问，请写文件名"))
    if save is not None and not interactive:
        raise InputError(
            Problem("--save", "nothing was answered", "add --interactive", "没有答复可存，请加 --interactive")
        )
    if save is not None and not save.resolve().parent.is_dir():
        # Said now: after twenty answers it would be too late.
        raise InputError(
            Problem("--save", f"{save} is in no folder", "make the folder first", "文件夹不存在，请先建立")
        )
    project = Project.parse(decode(sys.stdin.buffer.read(), "-"), "-") if str(file) == "-" else Project.read(file)
    rulebook, atlas = Rulebook.load(settings.rules), read_atlas(settings.zones)
    session = _Session(rulebook, atlas, as_of or date.today(), read_site_file(project.site, file), str(file))
    if interactive:
        project = _converse(project, session, lang)
        if save is not None:
            _save(project, save)
        return
    found = session.questions(project, limit)
    if form == "json":
        click.echo(json.dumps(found.plain(), ensure_ascii=False, sort_keys=True))
    else:
        click.echo(told(found, lang))


class _Session:
    """What every question of one run shares."""

    def __init__(self, rulebook: Rulebook, atlas: Atlas, day: date, source: Source | None, name: str) -> None:
        self.rulebook, self.atlas, self.day, self.source, self.name = rulebook, atlas, day, source, name

    def questions(self, project: Project, most: int | None) -> Questions:
        try:
            return questions(project, self.rulebook, self.atlas, self.day, most, self.source)
        except InputError as error:
            raise type(error)(
                [Problem(f"{self.name}{p.where}", p.what, p.remedy, p.zh) for p in error.problems]
            ) from None


def _converse(project: Project, session: _Session, lang: str) -> Project:
    """Ask the first question not yet passed over, take its answer, decide again; until nothing can change the outcome."""
    zh = lang == "zh"
    passed_over: set[str] = set()
    found = session.questions(project, 1)
    number = 0
    while (question := _next(found, passed_over)) is not None:
        number += 1
        click.echo("\n".join(asked(question, number, lang)))
        prompt = "答复（回车：不知道）" if zh else "answer (enter: not known)"
        answer = click.prompt(prompt, default="", show_default=False, type=str).strip()
        answered = project
        if not answer:
            passed_over.add(question.fact)
        try:
            if answer:
                answered = _answered(project, question, session.rulebook.vocabulary.get(question.fact), answer)
            found = session.questions(answered, len(passed_over) + 1)
        except ScreeningError as error:
            click.echo(error.report(lang), err=True)
            number -= 1
            continue
        project = answered
    click.echo(told(found, lang) if not found.questions else _left(found, len(passed_over), lang))
    return project


def _left(found: Questions, passed_over: int, lang: str) -> str:
    words = OUTCOME_WORDS[found.outcome].get(lang)
    if lang == "zh":
        return f"现结论：{words}；有 {passed_over} 项未答，答复后结论仍可能改变。"
    return f"Outcome: {words}; {passed_over} questions were passed over, and their answers could still change it."


def _next(found: Questions, passed_over: set[str]) -> Question | None:
    return next((one for one in found.questions if one.fact not in passed_over), None)


def _answered(project: Project, question: Question, term: Term | None, answer: str) -> Project:
    if question.fact == SYSTEM or term is None:
        return project.model_copy(update={"site": project.site.model_copy(update={"crs": answer})})
    return project.model_copy(update={"claims": with_answer(project.claims, question.fact, _raw(term, answer))})


def _raw(term: Term, answer: str) -> Any:
    """What was typed, as an application would hold it: the words of a set as a list."""
    if term.type is not Type.SET:
        return answer
    if answer in term.choices or answer in term.aliases:
        return [answer]
    # A label may hold a comma, so a comma parts the words only where no semicolon does.
    parts = re.split(r"[;；|]" if re.search(r"[;；|]", answer) else r"[,，、]", answer)
    return [word.strip() for word in parts if word.strip()]


def with_answer(claims: Mapping[str, Any], fact: str, raw: Any) -> dict[str, Any]:
    """The claims of an application with one fact answered, wherever it stood before."""
    key = fact.removeprefix("project.")
    return {**_without(claims, key), key: raw}


def _without(claims: Mapping[str, Any], key: str) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for word, raw in claims.items():
        if word == key:
            continue
        if isinstance(raw, Mapping) and key.startswith(f"{word}."):
            inner = _without(raw, key[len(word) + 1 :])
            if inner:
                kept[word] = inner
        else:
            kept[word] = raw
    return kept


def _save(project: Project, path: Path) -> None:
    data = project.model_dump(mode="json", by_alias=True, exclude_unset=True)
    try:
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            Problem(str(path), f"cannot be written: {error.strerror}", "name another file", "无法写入，请换一个文件名")
        ) from None


__all__ = ["ask", "with_answer"]
