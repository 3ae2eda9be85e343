"""The command `screening`: check an application, run the demonstration, keep the rulebook and the map, serve."""

from __future__ import annotations

import click

from screening.cli.check import check, demo
from screening.cli.lists import lists
from screening.cli.rules import rules, vocabulary
from screening.cli.serve import serve
from screening.cli.zones import zones
from screening.version import VERSION

__all__ = ["main"]


@click.group()
@click.version_option(VERSION, prog_name="screening")
def main() -> None:
    """建设项目生态环境准入筛查 / Project environmental-access screening."""


for command in (check, demo, rules, vocabulary, lists, zones, serve):
    main.add_command(command)
