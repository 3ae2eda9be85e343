"""The HTTP service: applications in, recorded decisions out; the rules, the zones and the records to read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from screening.access import Access
from screening.api import (
    administration,
    applications,
    decisions,
    jobs,
    monitoring,
    ogc,
    receipts,
    rules,
    screenings,
    sites,
    tiles,
    vocabulary,
    webhooks,
    zones,
)
from screening.api.access import install_access
from screening.api.job_runner import JobRunner
from screening.api.monitoring import Figures, FiguresMiddleware
from screening.api.page import mount_page
from screening.api.problems import add_problem_handlers
from screening.api.services import Services
from screening.version import VERSION
from screening.webhooks import Sender, WebhookSettings


def make_app(
    services: Services, access: Access, *, tianditu: str = "", telling: WebhookSettings | None = None
) -> FastAPI:
    """The service. Raises AccessSettingsError where a route would be open by mistake."""
    runner = JobRunner(services)
    telling = telling or WebhookSettings()
    sender = Sender(services.store, telling, services.clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await runner.start()
        await sender.start()
        try:
            yield
        finally:
            await sender.close()
            await runner.close()

    # The documentation page with its script and style from this machine: an office has no outside network.
    app = FastAPIOffline(
        title="screening 建设项目生态环境准入筛查",
        version=VERSION,
        description="Screens a project and its site against dated, declarative environmental-access rules.",
        lifespan=lifespan,
    )
    add_problem_handlers(app)
    figures = Figures()
    for routes in (
        screenings.router(services),
        applications.router(services),
        decisions.router(services),
        receipts.router(services),
        jobs.router(services),
        sites.router(services),
        rules.router(services),
        vocabulary.router(services),
        zones.router(services),
        tiles.router(services),
        ogc.router(services),
        administration.router(services),
        webhooks.router(services, telling),
        monitoring.router(services, figures),
    ):
        app.include_router(routes)
    mount_page(app, tianditu=tianditu)
    app.add_middleware(FiguresMiddleware, figures=figures)
    install_access(app, access, tianditu=bool(tianditu))
    return app
