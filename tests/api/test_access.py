"""The door over HTTP: statuses, headers, bodies, and that no route stands open by mistake."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any

import anyio
import pytest
from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.testclient import TestClient
from fastapi_offline import FastAPIOffline

from screening.access import (
    REPORT_POLICY,
    AccessSettings,
    AccessSettingsError,
    Act,
    Budget,
    Limits,
    Principal,
    open_access,
)
from screening.api.access import AccessMiddleware, acts_of, check_every_route, install_access, may, require_shown
from screening.api.problems import add_problem_handlers
from screening.store.errors import not_found
from tests.access.keeping import Keys
from tests.access.provider import Clock

OWNERS = {"1": "oidc:li", "2": "oidc:wang"}


def narrowed(who: Annotated[Principal, may(Act.READ_DECISION)]) -> str | None:
    """To whose records a list is narrowed: a dependency of a route that itself depends on the door."""
    return who.only_owner


def routes() -> APIRouter:
    """A small service: a record that has an owner, a body, a rule that anyone may read, an act of administrators."""
    here = APIRouter(prefix="/v1", dependencies=[Depends(lambda: None)])

    @here.get("/decisions/{decision}")
    def decision(decision: str, request: Request, who: Annotated[Principal, may(Act.READ_DECISION)]) -> dict[str, str]:
        missing = not_found("decision", "决定", decision)
        owner = OWNERS.get(decision)
        if owner is None:
            raise missing
        subject = f"decision/{decision}"
        require_shown(request, who, Act.READ_DECISION, owner=owner, subject=subject, missing=missing)
        return {"decision": decision, "who": who.id}

    @here.get("/rules", dependencies=[may(Act.READ_RULES)])
    def rules() -> dict[str, str]:
        return {"rules": "all"}

    @here.post("/screenings", dependencies=[may(Act.SCREEN)])
    def screen(application: Annotated[Any, Body()]) -> dict[str, int]:
        return {"length": len(json.dumps(application))}

    @here.get("/report", dependencies=[may(Act.READ_REPORT)])
    def report() -> Response:
        headers = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": "private"}
        return Response("<p>", media_type="text/html", headers=headers)

    @here.get("/broken", dependencies=[may(Act.READ_RULES)])
    def broken() -> None:
        raise RuntimeError("a fault of ours")

    @here.get("/decisions")
    def decisions(owner: Annotated[str | None, Depends(narrowed)]) -> dict[str, list[str]]:
        return {"decisions": [number for number, name in OWNERS.items() if owner in (None, name)]}

    @here.get("/keys", dependencies=[may(Act.READ_KEY)])
    def keys() -> list[str]:
        return []

    return here


@pytest.fixture
def trail() -> list[tuple[str, str, str, str]]:
    return []


@pytest.fixture
def keys() -> Keys:
    return Keys()


Serve = Callable[..., TestClient]


@pytest.fixture
def serve(trail: list[tuple[str, str, str, str]], keys: Keys) -> Iterator[Serve]:
    """The small service behind a door with the settings given, and a client on this machine."""
    clients: list[TestClient] = []

    def make(settings: AccessSettings, tianditu: bool = False, peer: str = "127.0.0.1") -> TestClient:
        app = FastAPIOffline()
        add_problem_handlers(app)
        app.include_router(routes())
        clock = Clock()
        access = open_access(
            settings, lambda *entry: trail.append(entry), keys=keys, clock=clock, seconds=clock.seconds
        )
        install_access(app, access, tianditu=tianditu)
        client = TestClient(
            app, base_url="http://127.0.0.1:8000", client=(peer, 5000), raise_server_exceptions=False
        ).__enter__()
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.__exit__(None, None, None)


LOCAL = AccessSettings()
KEYS = AccessSettings(api_keys=True)


def test_on_loopback_everything_is_served_without_an_account(serve: Serve) -> None:
    client = serve(LOCAL)
    assert client.get("/v1/keys").status_code == 200
    assert client.get("/v1/decisions/2").json() == {"decision": "2", "who": "local"}
    assert client.post("/v1/screenings", json={}).status_code == 200


def test_a_rebound_name_and_a_foreign_page_and_a_proxy_get_nothing(
    serve: Serve, trail: list[tuple[str, str, str, str]]
) -> None:
    client = serve(LOCAL)
    rebound = client.get("/v1/rules", headers={"Host": "attacker.example:8000"})
    foreign = client.post("/v1/screenings", json={}, headers={"Origin": "https://attacker.example"})
    proxied = client.get("/v1/rules", headers={"X-Forwarded-For": "203.0.113.9"})
    other = serve(LOCAL, peer="10.0.0.7").get("/v1/rules")
    assert [answer.status_code for answer in (rebound, foreign, proxied, other)] == [421, 403, 421, 421]
    assert all(answer.headers["content-type"] == "application/problem+json" for answer in (rebound, foreign, proxied))
    assert [entry[3] for entry in trail] == ["host", "origin", "proxy", "peer"]
    assert rebound.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/docs", "/static-offline-docs/favicon.png", "/none"])
def test_a_rebound_name_does_not_even_get_what_is_open(serve: Serve, path: str) -> None:
    assert serve(LOCAL).get(path, headers={"Host": "attacker.example"}).status_code == 421


def test_no_answer_lets_the_pages_of_other_sites_read_it(serve: Serve) -> None:
    client = serve(LOCAL)
    headers = {"Origin": "https://attacker.example"}
    asked = {**headers, "Access-Control-Request-Method": "POST"}
    for answer in (client.get("/v1/rules", headers=headers), client.options("/v1/screenings", headers=asked)):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_with_accounts_a_request_without_a_credential_is_told_how_to_bring_one(serve: Serve, keys: Keys) -> None:
    client = serve(KEYS)
    for path in ("/v1/rules", "/v1/decisions/1", "/v1/keys"):
        answer = client.get(path, headers={"Accept-Language": "zh"})
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == 'Bearer realm="screening"'
        assert answer.json()["type"] == "urn:screening:problem:not-authenticated"
        assert answer.json()["title"] == "请表明身份"
    wrong = client.get("/v1/rules", headers={"Authorization": "Bearer scr_x"})
    assert wrong.headers["www-authenticate"] == 'Bearer realm="screening", error="invalid_token"'


def test_roles_decide(serve: Serve, keys: Keys) -> None:
    client = serve(KEYS)
    found = {}
    for role in ("applicant", "officer", "administrator"):
        headers = {"X-API-Key": keys.issue(role, principal="oidc:li").text}
        found[role] = [client.get(path, headers=headers).status_code for path in ("/v1/decisions/2", "/v1/keys")]
    assert found == {"applicant": [404, 403], "officer": [200, 403], "administrator": [200, 200]}


def test_a_list_is_narrowed_to_what_one_may_see(serve: Serve, keys: Keys) -> None:
    client = serve(KEYS)
    applicant, officer = (
        {"X-API-Key": keys.issue(role, principal="oidc:li").text} for role in ("applicant", "officer")
    )
    assert client.get("/v1/decisions", headers=applicant).json() == {"decisions": ["1"]}
    assert client.get("/v1/decisions", headers=officer).json() == {"decisions": ["1", "2"]}


def test_a_foreign_record_and_one_that_is_not_there_answer_alike(serve: Serve, keys: Keys) -> None:
    client = serve(KEYS)
    headers = {"X-API-Key": keys.issue("applicant", principal="oidc:li").text}
    assert client.get("/v1/decisions/1", headers=headers).status_code == 200
    foreign, missing = (client.get(f"/v1/decisions/{number}", headers=headers) for number in (2, 3))
    assert foreign.status_code == missing.status_code
    assert foreign.text.replace("decision/2", "decision/3").replace("：2", "：3") == missing.text
    assert dict(foreign.headers) == dict(missing.headers)


def test_a_spent_budget_says_when_to_try_again(serve: Serve, keys: Keys) -> None:
    client = serve(replace(KEYS, limits=Limits(screenings=Budget(1, 60))))
    headers = {"X-API-Key": keys.issue("applicant").text}
    assert client.post("/v1/screenings", json={}, headers=headers).status_code == 200
    answer = client.post("/v1/screenings", json={}, headers=headers)
    assert answer.status_code == 429 and answer.headers["retry-after"] == "60"


def test_a_body_over_the_limit_is_refused_announced_or_not(serve: Serve) -> None:
    client = serve(replace(LOCAL, limits=Limits(body=1000)))

    def pieces() -> Iterator[bytes]:
        yield b'"'
        for _ in range(20):
            yield b"x" * 100
        yield b'"'

    announced = client.post("/v1/screenings", content=b'"' + b"x" * 1000 + b'"')
    streamed = client.post("/v1/screenings", content=pieces(), headers={"Content-Type": "application/json"})
    fits = client.post("/v1/screenings", content=b'"' + b"x" * 998 + b'"', headers={"Content-Type": "application/json"})
    assert [answer.status_code for answer in (announced, streamed, fits)] == [413, 413, 200]
    assert streamed.headers["content-type"] == "application/problem+json"


def test_a_body_that_never_comes_to_its_end_is_given_up() -> None:
    """Asked as a server asks: the client sends a piece, and nothing more."""
    app = FastAPIOffline()
    add_problem_handlers(app)
    app.include_router(routes())
    settings = AccessSettings(limits=Limits(body_seconds=0.01))
    install_access(app, open_access(settings, lambda *_: None, keys=None, clock=Clock()))
    sent: list[Any] = []

    async def serve() -> None:
        waiting = anyio.Event()
        pieces = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive() -> Any:
            if pieces:
                return pieces.pop()
            await waiting.wait()
            raise AssertionError("nothing comes")

        async def send(message: Any) -> None:
            sent.append(message)

        headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/v1/screenings",
            "raw_path": b"/v1/screenings",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8000),
        }
        await app(scope, receive, send)

    anyio.run(serve)
    assert sent[0]["status"] == 408 and (b"connection", b"close") in sent[0]["headers"]


def test_every_answer_is_dressed_even_that_of_a_fault_of_ours(serve: Serve) -> None:
    client = serve(LOCAL)
    statuses = set()
    for path in ("/v1/rules", "/v1/none", "/v1/broken", "/openapi.json", "/docs", "/static-offline-docs/favicon.png"):
        answer = client.get(path)
        statuses.add(answer.status_code)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "geolocation=()" in answer.headers["permissions-policy"]
        assert "strict-transport-security" not in answer.headers
    assert statuses == {200, 404, 500}
    assert client.get("/v1/rules").headers["cache-control"] == "no-store"


def test_over_tls_browsers_are_told_to_stay_with_it(serve: Serve) -> None:
    answer = serve(LOCAL).get("https://127.0.0.1:8000/v1/rules")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_a_route_may_set_its_own_policy(serve: Serve) -> None:
    answer = serve(LOCAL).get("/v1/report")
    assert answer.headers["content-security-policy"] == REPORT_POLICY
    assert answer.headers["cache-control"] == "private"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
def test_of_the_documentation_only_the_inline_scripts_that_stand_in_it_run(serve: Serve, path: str) -> None:
    answer = serve(LOCAL).get(path)
    policy = answer.headers["content-security-policy"]
    inline = re.findall(r"<script(?![^>]* src=)[^>]*>(.*?)</script>", answer.text, re.DOTALL)
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts and len(inline) == scripts.count("sha256-")
    assert all(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" in scripts for one in inline)


def test_a_route_that_names_no_act_keeps_the_service_from_starting(serve: Serve) -> None:
    app = FastAPIOffline()
    inner = APIRouter(prefix="/v1")

    @inner.get("/forgotten", include_in_schema=False)
    def forgotten() -> None:
        """Nobody said who may."""

    outer = APIRouter()
    outer.include_router(inner, prefix="/deep")
    app.include_router(outer)
    with pytest.raises(AccessSettingsError, match="GET /deep/v1/forgotten"):
        check_every_route(app)


def test_a_mounted_service_keeps_the_service_from_starting(serve: Serve) -> None:
    app = FastAPIOffline()
    app.mount("/v1/other", FastAPIOffline())
    with pytest.raises(AccessSettingsError, match="MOUNT /v1/other"):
        check_every_route(app)


def test_the_act_of_every_route_is_known(serve: Serve) -> None:
    app: Any = serve(LOCAL).app
    acts = {key: act for key, act in acts_of(app).items() if key[1].startswith("/v1")}
    assert acts == {
        ("GET", "/v1/decisions"): Act.READ_DECISION,
        ("GET", "/v1/decisions/{decision}"): Act.READ_DECISION,
        ("GET", "/v1/rules"): Act.READ_RULES,
        ("POST", "/v1/screenings"): Act.SCREEN,
        ("GET", "/v1/report"): Act.READ_REPORT,
        ("GET", "/v1/broken"): Act.READ_RULES,
        ("GET", "/v1/keys"): Act.READ_KEY,
    }


def test_the_openapi_document_says_who_may_and_what_the_door_answers(serve: Serve) -> None:
    local, with_keys = (serve(settings).get("/openapi.json").json() for settings in (LOCAL, KEYS))
    asked = with_keys["paths"]["/v1/screenings"]["post"]
    assert asked["security"] == [{"token": []}, {"key": []}] and asked["x-act"] == "screening.create"
    assert {"401", "403", "408", "413", "421", "429", "503"} <= set(asked["responses"])
    assert set(with_keys["components"]["securitySchemes"]) == {"token", "key"}
    plain = local["paths"]["/v1/screenings"]["post"]
    assert "security" not in plain and "401" not in plain["responses"] and "421" in plain["responses"]


def test_where_tiles_of_tianditu_are_configured_the_page_may_show_them_and_only_as_pictures(serve: Serve) -> None:
    from screening.access import page_policy

    with_tiles, without = page_policy(True), page_policy(False)
    assert "tianditu" not in without
    assert [part for part in with_tiles.split("; ") if "tianditu" in part] == [
        "img-src 'self' data: blob: https://*.tianditu.gov.cn"
    ]
    for policy in (with_tiles, without):
        assert "unsafe" not in policy and "script-src 'self';" in policy and "frame-ancestors 'none'" in policy


def test_a_websocket_is_closed() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("not asked")

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        access = open_access(LOCAL, lambda *_: None, keys=None, clock=Clock())
        await AccessMiddleware(app, access)({"type": "websocket"}, _nothing, send)

    anyio.run(ask)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def _nothing() -> Any:
    return {}
