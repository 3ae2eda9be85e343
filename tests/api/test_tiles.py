"""Tiles over HTTP: drawn, empty, already had, and those there are not."""

from __future__ import annotations

import mapbox_vector_tile
import pytest
from fastapi.testclient import TestClient

from screening import Atlas

DISTRICT = "8/207/105"


def test_a_tile_names_the_features_as_the_geojson_does(client: TestClient) -> None:
    answer = client.get(f"/v1/zones/tiles/control-units/{DISTRICT}.mvt")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    shown = {
        one["id"]: one["properties"] for one in mapbox_vector_tile.decode(answer.content)["control-units"]["features"]
    }
    listed = {
        int(one["id"].partition("/")[2]): one["properties"]
        for one in client.get("/v1/zones", params={"kind": "control_unit"}).json()["features"]
    }
    assert shown and shown.keys() <= listed.keys()
    for number, said in shown.items():
        assert said.items() <= listed[number].items()


def test_a_client_that_has_a_tile_is_not_sent_it_again(client: TestClient) -> None:
    path = f"/v1/zones/tiles/control-units/{DISTRICT}.mvt"
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'W/{first.headers["etag"]}, "other"'})
    assert again.status_code == 304 and not again.content
    assert again.headers["etag"] == first.headers["etag"] and first.headers["cache-control"] == "no-cache"
    assert client.get(path.replace("207", "206")).headers["etag"] != first.headers["etag"]


def test_a_tile_asked_for_with_its_layers_hash_may_be_kept_for_good(client: TestClient, atlas: Atlas) -> None:
    layer = atlas.layer("control-units")
    assert layer is not None
    path = f"/v1/zones/tiles/control-units/{DISTRICT}.mvt"
    assert "immutable" in client.get(path, params={"v": layer.sha256}).headers["cache-control"]
    assert client.get(path, params={"v": "an older one"}).headers["cache-control"] == "no-cache"


def test_where_a_layer_shows_nothing_the_answer_is_empty(client: TestClient) -> None:
    answer = client.get("/v1/zones/tiles/control-units/8/0/0.mvt")
    assert answer.status_code == 204 and not answer.content and answer.headers["etag"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere/8/207/105.mvt", 404),
        ("control-units/3/8/0.mvt", 404),
        ("control-units/3/-1/0.mvt", 422),
        ("control-units/21/0/0.mvt", 422),
        ("control-units/3/x/0.mvt", 422),
        ("control-units/8/207/105.mvt?layer=x", 422),
        ("control-units/8/207/105.png", 404),
    ],
)
def test_a_tile_there_is_not_is_a_problem_document(client: TestClient, path: str, status: int) -> None:
    answer = client.get(f"/v1/zones/tiles/{path}")
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
