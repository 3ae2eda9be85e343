"""What every command shares: options, days, settings, and errors that end in one clear message."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from screening.errors import InputError, ScreeningError
from screening.rulebook.values import parse_day
from screening.settings import Settings, read_settings

P = ParamSpec("P")
R = TypeVar("R")

BAD_INPUT = 2


class Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return parse_day(str(value))
        except InputError as error:
            self.fail(error.problems[0].text(), param, ctx)


def clear_errors(command: Callable[P, R]) -> Callable[P, R]:
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


day_option = click.option(
    "--as-of", "as_of", type=Day(), default=None, help="The day whose law counts (2026-08-15). Today by default."
)
lang_option = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the answer."
)
rules_option = click.option(
    "--rules", "rules", type=click.Path(path_type=Path), help="Rulebook folder (default: the one carried)."
)
zones_option = click.option(
    "--zones", "zones", type=click.Path(path_type=Path), help="Zone set folder (default: the demo district)."
)


def settings_of(rules: Path | None, zones: Path | None = None) -> Settings:
    found = read_settings()
    return replace(found, rules=rules or found.rules, zones=zones or found.zones)
