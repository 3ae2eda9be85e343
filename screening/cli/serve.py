"""The command that serves."""

from __future__ import annotations

from pathlib import Path

import click

from screening.atlas import read_atlas
from screening.cli.common import clear_errors, rules_option, settings_of, zones_option
from screening.cli.db import need_service
from screening.rulebook.reader import Rulebook


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Other machines only with accounts: docs/access.md."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--database", default=None, help="SQLite file or postgresql:// address; SCREENING_DATABASE by default.")
@rules_option
@zones_option
@clear_errors
def serve(host: str, port: int, database: str | None, rules: Path | None, zones: Path | None) -> None:
    """Serve the page and the HTTP API; without accounts on this machine only."""
    need_service()
    import uvicorn

    from screening.access import check_bind, install_redaction, read_access_settings
    from screening.api.embedded import make_service
    from screening.store import Store

    settings, access = settings_of(rules, zones), read_access_settings()
    check_bind(host, access)
    install_redaction()
    rulebook, atlas = Rulebook.load(settings.rules), read_atlas(settings.zones)
    with Store.open(database or settings.database, create=True) as store:
        app = make_service(rulebook, atlas, store, access)
        uvicorn.run(app, host=host, port=port, log_level="info", server_header=False, proxy_headers=False)
