"""The command `screening`: check an application, run the demonstration, keep the rulebook and the map, serve."""

from __future__ import annotations

import click

from screening.cli.ask import ask
from screening.cli.audit import audit
from screening.cli.check import check, demo
from screening.cli.db import db
from screening.cli.keys import keys
from screening.cli.lists import lists
from screening.cli.report import report
from screening.cli.rules import rules, vocabulary
from screening.cli.serve import serve
from screening.cli.verify import verify
from screening.cli.zones import zones
from screening.version import VERSION

__all__ = ["main"]


@click.group()
@click.version_option(VERSION, prog_name="screening")
def main() -> None:
    """建设项目生态环境准入筛查 / Project environmental-access screening."""


for command in (check, ask, report, demo, rules, vocabulary, lists, zones, serve, audit, keys, db, verify):
    main.add_command(command)
