"""What a client may read: rules, vocabulary, sectors, layers; searched, paged, and not sent twice."""

from __future__ import annotations

from datetime import date

import pytest
from fastapi.testclient import TestClient

from screening import Atlas, Rulebook
from screening.api.models import LayersOut, RuleOut, RulesOut, SectorsOut, VocabularyOut

DAY = "as_of=2026-11-22"


def test_pages_of_rules_together_are_all_rules_of_the_day_each_once(client: TestClient, rulebook: Rulebook) -> None:
    found: list[str] = []
    after = ""
    while True:
        page = RulesOut.model_validate(client.get(f"/v1/rules?{DAY}&limit=100{after}").json())
        found.extend(rule.id for rule in page.rules)
        if page.next is None:
            break
        assert len(page.rules) == 100
        after = f"&after={page.next}"
    assert found == [rule.id for rule in rulebook.in_force(date(2026, 11, 22))]
    assert page.total == len(found)


def test_a_search_finds_rules_by_words_of_title_and_ground(client: TestClient) -> None:
    by_title = client.get(f"/v1/rules?{DAY}&q=一公里 化工").json()["rules"]
    assert "yangtze-chemical-1km" in {rule["id"] for rule in by_title}
    by_ground = client.get(f"/v1/rules?{DAY}&q=yangtze river protection law").json()["rules"]
    assert "yangtze-chemical-1km" in {rule["id"] for rule in by_ground}
    assert client.get(f"/v1/rules?{DAY}&q=no such words at all").json()["total"] == 0


def test_one_rule_is_told_whole_in_its_version_of_the_day(client: TestClient) -> None:
    said = RuleOut.model_validate(client.get(f"/v1/rules/yangtze-chemical-1km?{DAY}").json())
    assert said.readings and said.grounds[0].clause == "第26条第2款"
    old = client.get("/v1/rules/nature-reserve-core?as_of=2026-03-14").json()["effective_until"]
    assert old == "2026-03-15"


def test_an_unknown_rule_is_404_with_the_nearest(client: TestClient) -> None:
    answer = client.get("/v1/rules/yangtze-chemical-1k")
    assert answer.status_code == 404
    assert "yangtze-chemical-1km" in answer.json()["detail"]


def test_what_a_client_already_has_is_not_sent_again(client: TestClient) -> None:
    for path in (f"/v1/rules?{DAY}", "/v1/vocabulary", "/v1/sectors?q=水泥", "/v1/zones/layers", "/v1/zones"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_vocabulary_tells_every_fact_an_applicant_states(client: TestClient, rulebook: Rulebook) -> None:
    said = VocabularyOut.model_validate(client.get("/v1/vocabulary").json())
    assert {fact.fact for fact in said.facts} == {
        key for key, term in rulebook.vocabulary.items() if term.supplier == "applicant"
    }
    assert all(fact.question.zh and fact.found.zh and fact.why.zh for fact in said.facts)


@pytest.mark.parametrize(
    ("words", "first"),
    [("3011", "3011"), ("水泥制造", "3011"), ("261", "2611"), ("有机化学", "2614")],
)
def test_a_sector_is_found_by_code_or_words(client: TestClient, words: str, first: str) -> None:
    found = SectorsOut.model_validate(client.get("/v1/sectors", params={"q": words}).json())
    assert found.sectors[0].code == first


def test_words_that_no_sector_has_find_none(client: TestClient) -> None:
    assert client.get("/v1/sectors", params={"q": "qqqq"}).json() == {"sectors": []}


def test_layers_are_told_with_their_tolerance_and_age(client: TestClient, atlas: Atlas) -> None:
    said = LayersOut.model_validate(client.get("/v1/zones/layers").json())
    assert [layer.id for layer in said.layers] == [layer.id for layer in atlas.layers]
    assert all(float(layer.tolerance_m) >= 0 and layer.as_of for layer in said.layers)
    assert said.bounds and said.bounds[0] < said.bounds[2]


@pytest.mark.parametrize(
    "path", ["/v1/rules?asof=2026-11-22", "/v1/rules?as_of=2026-11-22&as_of=2026-11-21", "/v1/sectors?qq=1"]
)
def test_a_misspelt_or_doubled_parameter_is_refused(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("invalid-application")


@pytest.mark.parametrize(
    ("preferred", "title"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "项目申请有误"), ("en", "the application cannot be read"), ("", "the application")],
)
def test_a_problem_is_told_in_the_language_the_client_prefers(client: TestClient, preferred: str, title: str) -> None:
    answer = client.get("/v1/rules?asof=1", headers={"Accept-Language": preferred} if preferred else {})
    assert answer.json()["title"].startswith(title)
