"""For those who run the service: that it lives, that it can work, and figures for Prometheus."""

from __future__ import annotations

import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from screening.access import Act, Principal
from screening.api.access import may
from screening.api.models import HealthOut, ReadyOut
from screening.api.services import Services
from screening.store import StoreError
from screening.version import VERSION

BUCKETS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Figures:
    """What is counted of a service: requests by route and status, how long they took, decisions by outcome."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "screening_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "screening_request_seconds", "Seconds to answer", ("route",), buckets=BUCKETS, registry=self.registry
        )


class FiguresMiddleware:
    """Counts every request by the route it met, never by its path: ids would make endless figures."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self._app, self._figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route: Any = scope.get("route")
            name = getattr(route, "path", None) or "other"
            self._figures.requests.labels(scope["method"], name, str(status)).inc()
            self._figures.seconds.labels(name).observe(time.perf_counter() - began)


def router(services: Services, figures: Figures) -> APIRouter:
    """The routes of monitoring."""
    routes = APIRouter(tags=["monitoring"])

    @routes.get("/health", response_model=HealthOut)
    def health() -> HealthOut:
        """That the service answers, with the versions it answers by."""
        return HealthOut(status="ok", engine=VERSION, rulebook=services.rulebook.digest, atlas=services.atlas.hash)

    @routes.get("/ready", response_model=ReadyOut, responses={503: {"model": ReadyOut}})
    def ready(response: Response) -> ReadyOut:
        """That it can decide, and record what it decides; 503 where not."""
        try:
            services.store.ping()
            stored = True
        except StoreError:
            stored = False
        found = ReadyOut(ready=stored and services.decider.ready, decides=services.decider.ready, store=stored)
        response.status_code = 200 if found.ready else 503
        return found

    @routes.get("/metrics", responses={200: {"content": {"text/plain": {}}}})
    def metrics(who: Annotated[Principal, may(Act.READ_METRICS)]) -> Response:
        """Figures in the text format of Prometheus."""
        return Response(generate_latest(figures.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
