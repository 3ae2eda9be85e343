"""The command that serves."""

from __future__ import annotations

from pathlib import Path

import click

from screening.atlas import read_atlas
from screening.cli.common import clear_errors, rules_option, settings_of, zones_option
from screening.rulebook.reader import Rulebook


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@rules_option
@zones_option
@clear_errors
def serve(port: int, rules: Path | None, zones: Path | None) -> None:
    """Serve the HTTP API on this machine only (loopback)."""
    import uvicorn

    from screening.api.app import make_app

    settings = settings_of(rules, zones)
    app = make_app(Rulebook.load(settings.rules), read_atlas(settings.zones))
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="info")
