"""The command that serves."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import click

from screening.atlas import Atlas
from screening.cli.common import clear_errors, rules_option, settings_of, zones_option
from screening.cli.db import need_service
from screening.rulebook.reader import Rulebook


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Other machines only with accounts: docs/access.md."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--database", default=None, help="A SQLite file or postgresql:// address (or SCREENING_DATABASE).")
@click.option(
    "--workers",
    default=max(1, min(8, os.cpu_count() or 1)),
    show_default=True,
    type=click.IntRange(0, 64),
    help="Processes that decide; 0 decides in this one, which an engine's crash then ends.",
)
@rules_option
@zones_option
@clear_errors
def serve(host: str, port: int, database: str | None, workers: int, rules: Path | None, zones: Path | None) -> None:
    """Serve the page and the HTTP API; without accounts on this machine only."""
    need_service()
    import uvicorn

    from screening.access import check_bind, install_redaction, read_access_settings
    from screening.api.embedded import make_service
    from screening.store import Store
    from screening.webhooks import read_webhook_settings
    from screening.workers import WorkerPool

    settings, access, telling = settings_of(rules, zones), read_access_settings(), read_webhook_settings()
    check_bind(host, access)
    install_redaction()
    with ExitStack() as opened:
        # The workers are forked from a process of their own, before this one has threads and connections.
        pool = opened.enter_context(WorkerPool(settings.rules, settings.zones, workers=workers)) if workers else None
        store = opened.enter_context(Store.open(database or settings.database, create=True))
        app = make_service(
            Rulebook.load(settings.rules),
            Atlas.load(settings.zones),
            store,
            access,
            pool,
            tianditu=settings.tianditu,
            telling=telling,
        )
        click.echo(f"http://{host}:{port}/", err=True)
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=False)
