"""Every route, as everyone: nobody, an applicant, another applicant, an officer, an administrator; over own and others' records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from screening import Atlas, Rulebook
from screening.access import OWNED, PERMISSIONS, AccessSettings, Act, Role, new_key
from screening.api.access import OPEN_PATHS, acts_of
from screening.api.embedded import make_service
from screening.store import Store
from tests.api.service import client_of
from tests.api.test_api import APPLICATION

ANSWER: Final = {"outcome": "pass", "reason": "核实", "authority": "授权", "until_day": "2999-01-01"}
BODIES: Final[Mapping[str, Any]] = {
    "POST /v1/screenings": {"json": APPLICATION},
    "POST /v1/questions": {"json": APPLICATION},
    "POST /v1/applications": {"json": APPLICATION},
    "PUT /v1/applications/{application}": {"json": APPLICATION, "headers": {"If-Match": "*"}},
    "POST /v1/decisions/{record}/overrides": {"json": ANSWER},
    "POST /v1/jobs": {"json": [APPLICATION]},
    "POST /v1/sites": {"content": b"lon,lat\n112.25,30.18\n", "params": {"name": "p.csv"}},
    "POST /ogc/processes/{process}/execution": {"json": {"inputs": {"feature": APPLICATION["site"]["geometry"]}}},
    "POST /v1/webhooks": {"json": {"url": "https://example.org/told", "events": ["decision.recorded"]}},
    "POST /v1/keys": {"json": {"name": "k", "principal": "p", "roles": ["applicant"]}},
}
"""What is sent where the route asks for a body; other routes are sent none."""


@dataclass(frozen=True)
class House:
    """A service with accounts, who may come, and the records of one applicant."""

    client: TestClient
    keys: Mapping[str, str]
    records: Mapping[str, str]
    acts: Mapping[tuple[str, str], Act | None]

    def ask(self, method: str, path: str, who: str | None) -> int:
        sent = dict(BODIES.get(f"{method} {path}", {}))
        headers = {**sent.pop("headers", {}), **({"X-API-Key": self.keys[who]} if who else {})}
        there = re.sub(r"\{(\w+)\}", lambda match: self.records[match[1]], path)
        return self.client.request(method, there, headers=headers, **sent).status_code


@pytest.fixture(scope="module")
def house(rulebook: Rulebook, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    who = {
        "owner": Role.APPLICANT,
        "other": Role.APPLICANT,
        "officer": Role.OFFICER,
        "administrator": Role.ADMINISTRATOR,
    }
    path = tmp_path_factory.mktemp("matrix") / "screening.db"
    with Store.open(str(path), create=True) as store:
        keys = {}
        for name, role in who.items():
            made = new_key()
            store.keys.create(name=name, principal=f"key:{name}", roles=[role], hashed=made.hashed, actor="setup")
            keys[name] = made.text
        app = make_service(rulebook, atlas, store, AccessSettings(api_keys=True))
        with client_of(app) as client:
            mine = {"X-API-Key": keys["owner"]}

            def made_by_owner(path: str, body: Any) -> str:
                answer = client.post(path, json=body, headers=mine)
                assert answer.status_code in (201, 202), answer.text
                return str(answer.headers["location"].rpartition("/")[2])

            root = {"X-API-Key": keys["administrator"]}
            spare = client.post("/v1/keys", json=BODIES["POST /v1/keys"]["json"], headers=root).json()["id"]
            records = {
                "application": made_by_owner("/v1/applications", APPLICATION),
                "record": made_by_owner("/v1/screenings", APPLICATION),
                "job": made_by_owner("/v1/jobs", [APPLICATION]),
                "rule_id": "yangtze-chemical-1km",
                "key": spare,
                **OTHERS,
            }
            yield House(client, keys, records, acts_of(app))


OTHERS: Final = {"layer": "control-units", "z": "8", "x": "207", "y": "105", "process": "screen", "webhook": "none"}


def routes(house: House) -> list[tuple[str, str, Act]]:
    return [(method, path, act) for (method, path), act in sorted(house.acts.items()) if act is not None]


def test_nobody_gets_anything_but_what_is_open(house: House) -> None:
    for method, path, _ in routes(house):
        assert house.ask(method, path, None) == 401, f"{method} {path}"
    for (method, path), act in house.acts.items():
        assert act is not None or path in OPEN_PATHS, f"{method} {path}"


@pytest.mark.parametrize("who", ["officer", "administrator", "other", "owner"])
def test_a_route_is_open_to_a_role_just_as_the_table_says(house: House, who: str) -> None:
    role = {"officer": Role.OFFICER, "administrator": Role.ADMINISTRATOR}.get(who, Role.APPLICANT)
    for method, path, act in routes(house):
        status = house.ask(method, path, who)
        if role not in PERMISSIONS[act]:
            assert status == 403, f"{who}: {method} {path} is {status}"
        elif who == "other" and act in OWNED and "{" in path:
            assert status == 404, f"another's record: {method} {path} is {status}"
        else:
            assert status not in (401, 403) and status < 500, f"{who}: {method} {path} is {status}"


def test_lists_hold_only_what_is_ones_own(house: House) -> None:
    for path, key in (("/v1/decisions", "decisions"), ("/v1/applications", "applications"), ("/v1/jobs", "jobs")):
        seen = {
            who: house.client.get(path, headers={"X-API-Key": house.keys[who]}).json()[key]
            for who in ("owner", "other", "officer")
        }
        assert seen["owner"] and {one["owner"] for one in seen["owner"]} == {"key:owner"}, path
        assert {one["owner"] for one in seen["other"]} <= {"key:other"}, path
        assert {one["owner"] for one in seen["officer"]} >= {"key:owner"}, path


def test_what_an_officer_does_for_an_applicant_stays_the_applicants(house: House) -> None:
    where = f"/v1/applications/{house.records['application']}/decisions"
    decided = house.client.post(where, headers={"X-API-Key": house.keys["officer"]})
    assert decided.status_code == 201
    record = house.client.get(
        f"{decided.headers['location']}/record", headers={"X-API-Key": house.keys["owner"]}
    ).json()
    assert (record["owner"], record["actor"]) == ("key:owner", "key:officer")


def test_a_refusal_is_in_the_chain_with_who_asked_and_without_the_credential(
    rulebook: Rulebook, atlas: Atlas, tmp_path: Path
) -> None:
    with Store.open(str(tmp_path / "screening.db"), create=True) as store:
        made = new_key()
        store.keys.create(name="a", principal="key:a", roles=["applicant"], hashed=made.hashed, actor="setup")
        with client_of(make_service(rulebook, atlas, store, AccessSettings(api_keys=True))) as client:
            assert client.get("/v1/keys", headers={"X-API-Key": made.text}).status_code == 403
        (entry,) = store.audit.page(act="key.read.refused")
        assert entry.entry.actor == "key:a"
        assert made.text.encode() not in b"".join(store.audit.export())
