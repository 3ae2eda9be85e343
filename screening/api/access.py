"""The door over HTTP: `screening.access` as middleware and as dependencies of routes.

Every route under /v1 and /ogc names its act (`who: Annotated[Principal, may(Act.READ_RULES)]`, or `dependencies=[may(...)]`);
`check_every_route` refuses to start a service in which one does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import anyio
from fastapi import Depends, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from screening.access import (
    Access,
    AccessError,
    AccessSettingsError,
    Act,
    Arrival,
    CrossSiteError,
    ForbiddenError,
    IssuerUnavailableError,
    MisdirectedError,
    NotAuthenticatedError,
    Principal,
    TooManyError,
    documentation_policy,
    security_headers,
)
from screening.access.arrival import PROXY_HEADERS
from screening.access.jwks import AGAIN
from screening.api.problems import problem_response
from screening.errors import Problem, ScreeningError
from screening.text import Text

GUARDED: Final = ("/v1", "/ogc")
"""Where every route names its act."""
OPEN_PATHS: Final = frozenset(
    {
        "/",
        "/health",
        "/ready",
        "/openapi.json",
        "/docs",
        "/docs/oauth2-redirect",
        "/redoc",
    }
)
"""What anyone may read, beside mounted folders of files: that the service runs, its page, its documentation."""
DOCUMENTATION: Final = frozenset({"/docs", "/docs/oauth2-redirect", "/redoc"})
_STATUS: Final[Mapping[type[AccessError], tuple[int, str]]] = {
    NotAuthenticatedError: (401, "请表明身份"),
    ForbiddenError: (403, "您的角色无权进行此操作"),
    CrossSiteError: (403, "跨站请求被拒绝"),
    MisdirectedError: (421, "请求的主机不是本服务"),
    TooManyError: (429, "请求过于频繁"),
    IssuerUnavailableError: (503, "暂时无法核验身份"),
}
_DESCRIBED: Final[Mapping[str, str]] = {
    "401": "no credential, or one that does not hold",
    "403": "no role of the principal allows this, or the page of another site asks",
    "408": "the body came too slowly",
    "413": "the body is too large",
    "421": "the request is addressed to another host",
    "429": "a budget is spent; `Retry-After` says when to try again",
    "503": "the credential cannot be checked now",
}


class _Door:
    """A dependency that lets a request to one act, and gives the principal."""

    def __init__(self, act: Act) -> None:
        self.act = act

    async def __call__(self, request: Request) -> Principal:
        access = access_of(request)
        arrival: Arrival = request.state.arrival
        if access.local:
            principal = access.enter(arrival, self.act)
        else:
            principal = await run_in_threadpool(access.enter, arrival, self.act)
        request.state.principal = principal
        return principal


def may(act: Act) -> Any:
    """The dependency of a route that is for those who may do an act. Its value is the Principal."""
    return Depends(_Door(act))


def access_of(request: Request) -> Access:
    """The door of the service a request came to."""
    found: Access = request.app.state.access
    return found


def require_shown(
    request: Request, who: Principal, act: Act, *, owner: str, subject: str, missing: ScreeningError
) -> None:
    """Raises `missing`, what the route raises where there is no such record, unless the record is shown to the principal.

    So nobody learns whose records there are. May wait for the store: call it where the record was read.
    """
    if not access_of(request).shows(request.state.arrival, who, act, owner, subject):
        raise missing


def arrival_of(scope: Scope) -> Arrival:
    """What counts of a request for access."""
    headers = Headers(scope=scope)
    client = scope.get("client")
    return Arrival(
        method=scope["method"],
        path=scope["path"],
        hosts=tuple(headers.getlist("host")),
        peer=client[0] if client else None,
        origins=tuple(headers.getlist("origin")),
        fetch_site=headers.get("sec-fetch-site"),
        forwarded_for=tuple(headers.getlist("x-forwarded-for")),
        proxied=any(name in headers for name in PROXY_HEADERS),
        authorization=tuple(headers.getlist("authorization")),
        api_keys=tuple(headers.getlist("x-api-key")),
    )


class AccessMiddleware:
    """Around the whole service: turns away what came the wrong way, bounds bodies, and dresses every answer."""

    def __init__(self, app: ASGIApp, access: Access, tianditu: bool = False) -> None:
        self._app, self._access, self._tianditu = app, access, tianditu

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        arrival = arrival_of(scope)
        scope.setdefault("state", {})["arrival"] = arrival
        dressed = _Dressed(send, scope, self._tianditu)
        try:
            self._access.check(arrival)
        except AccessError as error:
            await run_in_threadpool(self._access.turned_away, arrival, error)
            await refusal(Request(scope), error)(scope, receive, dressed)
            return
        limits = self._access.settings.limits
        body = _BoundedBody(receive, limits.body_limit(arrival.path), limits.body_seconds)
        try:
            await self._app(scope, body, dressed)
        except Exception as error:
            # What nothing handled is answered outside of all middleware, where no header would be set.
            handler = scope["app"].exception_handlers.get(Exception)
            if handler is not None and not dressed.started:
                await (await run_in_threadpool(handler, Request(scope), error))(scope, receive, dressed)
            raise


class _BoundedBody:
    """A request's body, no longer and no slower than allowed, whoever reads it."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive, self._left, self._seconds = receive, most, seconds
        self._until: float | None = None
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        if self._until is None:
            self._until = anyio.current_time() + self._seconds
        try:
            with anyio.fail_after(max(0.0, self._until - anyio.current_time())):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body came too slowly", {"Connection": "close"}) from None
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._left < 0:
                raise HTTPException(413, "the body is too large", {"Connection": "close"})
        else:
            self._complete = True
        return message


class _Dressed:
    """Sends an answer with the security headers that its route did not set itself."""

    def __init__(self, send: Send, scope: Scope, tianditu: bool) -> None:
        self._send, self._scope, self._tianditu = send, scope, tianditu
        self._held: Message | None = None
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(raw=list(message["headers"]))
            path = self._scope["path"]
            https = self._scope.get("scheme") == "https"
            media_type = headers.get("content-type", "")
            if path in DOCUMENTATION and media_type.startswith("text/html"):
                # The framework writes these pages, with scripts in them; their hashes are known with the body.
                self._held = {**message, "headers": headers.raw}
                return
            self._dress(headers, security_headers(media_type, https=https, tianditu=self._tianditu))
            message = {**message, "headers": headers.raw}
        elif self._held is not None:
            held, self._held = self._held, None
            headers = MutableHeaders(raw=held["headers"])
            headers["Content-Security-Policy"] = documentation_policy(message.get("body", b""))
            self._dress(headers, security_headers("text/html", https=self._scope.get("scheme") == "https"))
            await self._send({**held, "headers": headers.raw})
        await self._send(message)

    def _dress(self, headers: MutableHeaders, ours: Mapping[str, str]) -> None:
        for name, value in ours.items():
            headers.setdefault(name, value)
        if self._scope["path"].startswith(GUARDED):
            # Answers are about somebody's project: no cache between us and them keeps one.
            headers.setdefault("Cache-Control", "no-store")


def refusal(request: Request, error: AccessError) -> Response:
    """A refusal as a problem document, with what HTTP wants said in headers."""
    status, zh = next(found for kind, found in _STATUS.items() if isinstance(error, kind))
    headers: dict[str, str] = {}
    if isinstance(error, NotAuthenticatedError):
        given = "" if error.reason == "none" else ', error="invalid_token"'
        headers["WWW-Authenticate"] = f'Bearer realm="screening"{given}'
    elif isinstance(error, TooManyError):
        headers["Retry-After"] = str(error.wait)
    elif isinstance(error, IssuerUnavailableError):
        headers["Retry-After"] = f"{AGAIN:.0f}"
    problems = [{"pointer": one.where, "what": one.what, "remedy": one.remedy, "zh": one.zh} for one in error.problems]
    first = error.problems[0]
    return problem_response(
        request, status, error.kind, Text(zh, error.heading), Text(first.zh, first.text()), problems, headers
    )


async def _of_access_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AccessError):
        raise error
    return refusal(request, error)


def acts_of(app: FastAPI) -> dict[tuple[str, str], Act | None]:
    """The act of every route, by method and path; None of one that names none. Mounted folders of files are left out."""
    found: dict[tuple[str, str], Act | None] = {}
    for route in iter_route_contexts(app.routes):
        if isinstance(getattr(route.original_route, "app", None), StaticFiles):
            continue
        dependant = getattr(route.original_route, "dependant", None)
        if dependant is not None:
            dependant = route.dependant
        act = next((door.act for door in _doors(dependant)), None)
        for method in sorted(route.methods or {"MOUNT"}):
            found[method, route.path or ""] = act
    return found


def _doors(dependant: Dependant | None) -> Iterator[_Door]:
    for one in dependant.dependencies if dependant is not None else ():
        if isinstance(one.call, _Door):
            yield one.call
        yield from _doors(one)


def check_every_route(app: FastAPI) -> None:
    """Raises AccessSettingsError where a route names no act and is not among the open ones."""
    problems = [
        Problem(f"{method} {path}", "names no act", "give the route the dependency may(Act...)", "未声明所需权限")
        for (method, path), act in sorted(acts_of(app).items())
        if act is None and path not in OPEN_PATHS
    ]
    if problems:
        raise AccessSettingsError(problems)


def install_access(app: FastAPI, access: Access, *, tianditu: bool = False) -> None:
    """Put the door around a service whose routes are all there. Raises AccessSettingsError (see `check_every_route`)."""
    check_every_route(app)
    app.state.access = access
    app.add_exception_handler(AccessError, _of_access_error)
    app.add_middleware(AccessMiddleware, access=access, tianditu=tianditu)
    app.openapi = _describing(app, access)  # type: ignore[method-assign]  # how FastAPI has its document extended


def _describing(app: FastAPI, access: Access) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document with who may do what, and with the answers that the door gives."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        if "x-roles-described" in document.get("info", {}):
            return document
        document["info"]["x-roles-described"] = True
        acts = acts_of(app)
        known = "ProblemOut" in document.get("components", {}).get("schemas", {})
        schema = {"$ref": "#/components/schemas/ProblemOut"} if known else {"type": "object"}
        problem = {"application/problem+json": {"schema": schema}}
        for path, operations in document.get("paths", {}).items():
            for method, operation in operations.items():
                act = acts.get((method.upper(), path))
                statuses = {"421", *({"408", "413"} if "requestBody" in operation else ())}
                statuses |= {"403"} if method.upper() not in ("GET", "HEAD") else set()
                if act is not None:
                    operation["x-act"] = act.value
                    statuses |= {"429"} if access.local else {"401", "403", "429", "503"}
                if act is not None and not access.local:
                    operation["security"] = [{"token": []}, {"key": []}]
                for status in sorted(statuses):
                    operation["responses"].setdefault(status, {"description": _DESCRIBED[status], "content": problem})
        if not access.local:
            document.setdefault("components", {})["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer", "description": "an OpenID Connect token, or an API key"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            }
        return document

    return openapi
