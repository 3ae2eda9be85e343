"""The commands of the audit chain: verify it, export it, say where it ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from screening.audit import Head, Verification, verify_lines
from screening.cli.common import clear_errors, lang_option
from screening.cli.db import database_option, need_service
from screening.errors import Problem, ScreeningError

LONGEST_LINE = 1 << 20


class HeadType(click.ParamType[Head]):
    """A head of a chain as it is printed: SEQ:HASH."""

    name = "head"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        if isinstance(value, Head):
            return value
        try:
            return Head.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


head_option = click.option(
    "--head", "stated", type=HeadType(), default=None, help="SEQ:HASH kept elsewhere, which the chain must still hold."
)


@click.group()
def audit() -> None:
    """The audit chain of the service."""


@audit.command()
@database_option
@click.option("--file", "file", type=click.Path(path_type=Path), help="An exported chain, instead of a database.")
@head_option
@lang_option
@clear_errors
def verify(database: str, file: Path | None, stated: Head | None, lang: str) -> None:
    """Say whether the chain is whole, and which entry is changed, missing, moved, put in or cut off. Ends with 1 if not.

    Of a database every record that an entry vouches for is compared too.
    """
    if file is not None:
        try:
            with file.open("rb") as lines:
                found = verify_lines(_lines(lines), stated)
        except OSError as error:
            why = error.strerror or str(error)
            raise ScreeningError(Problem(str(file), f"cannot be read: {why}", "", f"无法读取：{why}")) from None
    else:
        need_service()
        from screening.store import Store

        with Store.open(database) as store:
            found = store.audit.verify(stated)
    _tell(found, lang)


@audit.command()
@database_option
@click.option("--to", type=click.Path(path_type=Path), default=None, help="The new file; standard output by default.")
@lang_option
@clear_errors
def export(database: str, to: Path | None, lang: str) -> None:
    """Write the chain as JSON lines, an entry each, which `audit verify --file` reads."""
    need_service()
    from screening.store import Store

    with Store.open(database) as store:
        if to is None:
            for line in store.audit.export():
                sys.stdout.buffer.write(line + b"\n")
            return
        count = 0
        try:
            with to.open("xb") as out:
                for line in store.audit.export():
                    out.write(line + b"\n")
                    count += 1
        except OSError as error:
            why = error.strerror or str(error)
            raise ScreeningError(Problem(str(to), f"cannot be written: {why}", "", f"无法写入：{why}")) from None
    click.echo(f"已导出 {count} 条至 {to}" if lang == "zh" else f"{count} entries written to {to}")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    # No more of a line than an entry can be: a file that is not an export must not fill the memory.
    while line := file.readline(LONGEST_LINE):
        yield line.removesuffix(b"\n")


def _tell(found: Verification, lang: str) -> None:
    for fault in found.faults[:100]:
        click.echo(fault.words.get(lang), err=True)
    if len(found.faults) > 100:
        click.echo(f"… {len(found.faults) - 100}", err=True)
    if not found.whole:
        sys.exit(1)
    if lang == "zh":
        click.echo(f"审计链完好：{found.entries} 条（{found.algorithm or '空'}），链尾 {found.head or '无'}")
    else:
        click.echo(
            f"the chain is whole: {found.entries} entries ({found.algorithm or 'empty'}), head {found.head or 'none'}"
        )
