"""Which list, which edition, which row: what a decision says of a project that is, may be or is not two-high."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Project, Rulebook, screen
from screening.classes import classes_of, classes_together
from screening.documents import parse_yaml
from screening.engine.judge import judge
from screening.engine.program import prepare
from screening.facts import Fact, Members, exactly
from screening.report.classes import class_lines
from screening.report.text import explain
from screening.rulebook.model import Effect, Level
from screening.rulebook.rulefile import JURISDICTIONS
from screening.settings import read_settings

DAY = date(2026, 11, 22)
NATION = "two-high-guidance-2021"
COMPLETE: dict[str, Any] = {
    "project.sector": "1439",
    "project.works": "new_build",
    "project.products": ["food"],
    "project.processes": ["none_of_these"],
    "project.fuels": ["electricity"],
    "project.energy.total": "900 tce/a",
}


@pytest.fixture
def classes(rulebook: Rulebook) -> Any:
    def of(province: str | Members, day: date = DAY, **claims: Any) -> dict[str, Any]:
        stated = {**COMPLETE, **{f"project.{key.replace('__', '.')}": value for key, value in claims.items()}}
        vocabulary = rulebook.vocabulary
        facts = vocabulary.read_claims({key.removeprefix("project."): one for key, one in stated.items() if one})
        places = exactly("CN", province) if isinstance(province, str) else province
        facts = facts.and_also([Fact(JURISDICTIONS, places)])
        return classes_of(judge(prepare(rulebook, day), facts, vocabulary), rulebook)

    return of


def lists(entry: dict[str, Any]) -> dict[str, str]:
    return {one["list"]: one["state"] for one in entry["lists"]}


def one(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in entry["lists"] if item["list"] == name)


def test_every_classification_of_two_high_names_its_list_and_row(rulebook: Rulebook) -> None:
    rules = [rule for rule in rulebook.rules if rule.classifies in ("class.two_high", "class.high_energy")]
    assert rules and all(rule.list_row is not None and rule.list_row.row for rule in rules)


def test_a_bakery_is_said_to_be_on_no_list_of_any_province(classes: Any) -> None:
    """A complete application outside every list is no, and every list in force there says so."""
    for province in ("11", "15", "33", "37", "41", "44"):
        found = classes(province)
        for key in ("class.two_high", "class.high_energy"):
            assert found[key]["state"] == "no", province
            assert found[key]["lists"] and set(lists(found[key]).values()) == {"no"}
            for item in found[key]["lists"]:
                assert item["rows"] == [] and any(
                    fact in item["because"]["zh"] for fact in ("1439", "食品", "900 tce/a")
                )


def test_a_cement_works_is_two_high_by_the_row_of_the_nation(classes: Any) -> None:
    found = classes("11", sector="3011", products=["clinker"], processes=["clinker_burning"])["class.two_high"]
    assert found["state"] == "yes" and lists(found) == {NATION: "yes"}
    row = one(found, NATION)["rows"][0]
    assert (row["rule"], row["row"], row["state"], row["reason"]) == (
        "two-high-sector.materials",
        "建材",
        "yes",
        "meets",
    )
    assert row["clauses"] == ["范围说明"] and "3011" in row["because"][0]["zh"] and row["needs"] == []
    assert one(found, NATION)["number"] == "环环评〔2021〕45号"


def test_a_list_of_another_province_is_not_told(classes: Any) -> None:
    assert set(lists(classes("37", sector="3011")["class.two_high"])) == {NATION, "shandong-two-high-2023"}


def test_a_tyre_works_may_be_two_high_in_shandong_and_is_not_elsewhere(classes: Any) -> None:
    claims = {"sector": "2911", "products": ["tyre_steel"]}
    assert classes("11", **claims)["class.two_high"]["state"] == "no"
    found = classes("37", **claims)["class.two_high"]
    assert found["state"] == "maybe" and lists(found) == {NATION: "no", "shandong-two-high-2023": "maybe"}
    row = one(found, "shandong-two-high-2023")["rows"][0]
    assert (row["row"], row["reason"], row["checked"]) == ("轮胎", "provisional", "memory")


def test_a_provincial_list_that_leaves_out_a_project_does_not_clear_it(classes: Any) -> None:
    """Henan leaves out arc-furnace steel; the nation's list has it, and the nation's stands."""
    found = classes(
        "41", sector="3120", products=["steel_eaf_50"], processes=["none_of_these"], energy__total="60000 tce/a"
    )["class.two_high"]
    assert lists(found) == {NATION: "yes", "henan-two-high-2023": "maybe"}
    assert [row["row"] for row in one(found, "henan-two-high-2023")["rows"]] == ["第二类：十九个细分产品（未载入）"]
    assert found["state"] == "yes"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 9, 23), {NATION}),
        (date(2021, 9, 24), {NATION, "guangdong-two-high-2021"}),
        (date(2022, 8, 18), {NATION, "guangdong-two-high-2021"}),
        (date(2022, 8, 19), {NATION, "guangdong-two-high-2022"}),
        (date(2025, 1, 1), {NATION, "guangdong-two-high-2022", "guangdong-two-high-2025"}),
    ],
)
def test_the_edition_in_force_on_the_day_is_the_one_told(classes: Any, day: date, expected: set[str]) -> None:
    assert set(lists(classes("44", day, sector="3011")["class.two_high"])) == expected


@pytest.mark.parametrize(("energy", "state"), [("9999 tce/a", "no"), ("10000 tce/a", "yes")])
def test_the_energy_line_of_guangdong_2021_includes_its_number(classes: Any, energy: str, state: str) -> None:
    found = classes("44", date(2022, 1, 1), sector="3011", energy__total=energy)["class.two_high"]
    assert one(found, "guangdong-two-high-2021")["state"] == state
    assert found["state"] == "yes"


def test_a_blank_product_in_guangdong_takes_the_whole_class(classes: Any) -> None:
    found = one(classes("44", sector="3021", products=["other"])["class.two_high"], "guangdong-two-high-2022")
    assert found["state"] == "maybe" and found["rows"][0]["row"] == "水泥制品（含预拌混凝土）"


def test_a_listed_process_or_semi_product_pulls_a_project_of_another_class_in(classes: Any) -> None:
    by_process = classes("44", sector="3360", products=["other"], processes=["coking"])["class.two_high"]
    assert [row["row"] for row in one(by_process, "guangdong-two-high-2022")["rows"]] == ["炼焦：炼焦工序"]
    by_product = classes("44", sector="3360", products=["ceramic_tile_02"])["class.two_high"]
    assert [row["row"] for row in one(by_product, "guangdong-two-high-2022")["rows"]] == [
        "建筑陶瓷（半成品、别的小类）"
    ]


def test_a_field_whose_rows_are_not_loaded_is_said_to_be_not_loaded(classes: Any) -> None:
    found = one(classes("44", sector="2682", products=["other"])["class.two_high"], "guangdong-two-high-2022")
    assert (found["loaded"], found["state"]) == ("part", "maybe")
    assert [(row["reason"], row["row"]) for row in found["rows"]] == [("not_loaded", "化工二十五种产品（未载入）")]


@pytest.mark.parametrize(
    ("claims", "state", "needs"),
    [
        ({"energy__total": "19999 tce/a", "energy__equal_value": "49000 tce/a"}, "maybe", False),
        ({"energy__total": "3999 tce/a"}, "no", False),
        ({"energy__total": "4000 tce/a"}, "maybe", True),
        ({"energy__total": "4000 tce/a", "energy__equal_value": "9999 tce/a"}, "no", False),
    ],
)
def test_henan_asks_for_the_equal_value_only_where_it_can_matter(
    classes: Any, claims: dict[str, str], state: str, needs: bool
) -> None:
    found = one(classes("41", sector="2221", products=["paper"], **claims)["class.two_high"], "henan-two-high-2023")
    assert found["state"] == state
    assert any("project.energy.equal_value" in row["needs"] for row in found["rows"]) == needs


def test_a_doubtful_row_names_the_fact_that_settles_it(classes: Any) -> None:
    found = one(classes("11", sector="4411", fuels=None)["class.two_high"], NATION)
    assert [(row["row"], row["reason"], row["needs"]) for row in found["rows"]] == [
        ("煤电", "doubtful", ["project.fuels"])
    ]


def test_a_list_of_a_province_the_site_may_lie_in_is_told_as_uncertain(classes: Any) -> None:
    places = Members(frozenset({"CN"}), frozenset({"CN", "37"}))
    found = one(classes(places, sector="2911")["class.two_high"], "shandong-two-high-2023")
    assert found["certain"] is False and found["state"] == "maybe"
    assert one(classes(places)["class.two_high"], "shandong-two-high-2023")["state"] == "no"


def test_a_list_says_maybe_where_places_differ(classes: Any) -> None:
    together = classes_together([classes("37", sector="2911"), classes("11", sector="2911")])["class.two_high"]
    assert together["state"] == "maybe"
    assert lists(together) == {NATION: "no", "shandong-two-high-2023": "maybe"}
    assert one(together, "shandong-two-high-2023")["certain"] is False
    same = classes("37")
    assert classes_together([same, same]) == same


def test_less_knowledge_never_turns_a_list_to_no(classes: Any) -> None:
    known = {"sector": "2523", "products": ["methanol_lignite"], "processes": ["coal_gasification"]}
    for province in ("15", "37", "41", "44"):
        full = lists(classes(province, energy__total="60000 tce/a", **known)["class.two_high"])
        for key in known:
            less = lists(classes(province, energy__total="60000 tce/a", **{**known, key: None})["class.two_high"])
            assert all(less[name] != "no" for name, state in full.items() if state != "no"), (province, key)


def test_no_row_of_a_list_decides_that_was_not_compared_with_a_text(rulebook: Rulebook) -> None:
    """Of provincial rows only Guangdong 2021 was compared with a published text."""
    sure = {
        rule.list_row.list
        for rule in rulebook.rules
        if rule.effect is Effect.CLASSIFY and rule.list_row and rule.level is Level.TEXT and rule.jurisdiction != "CN"
    }
    assert sure == {"guangdong-two-high-2021"}


def test_every_row_of_the_table_is_a_rule_with_its_source(rulebook: Rulebook, rules_folder: Path) -> None:
    with (rules_folder / "provinces/two-high/catalogues.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["source"] and row["from"] and row["level"] and row["clause"] for row in rows)
    assert {f"{row['list']}.{row['key']}" for row in rows} <= {rule.id for rule in rulebook.rules}


def test_the_lists_are_told_in_both_languages(classes: Any) -> None:
    found = classes("37", sector="2911", products=["tyre_steel"])
    zh, en = ("\n".join(class_lines(found, lang)) for lang in ("zh", "en"))
    assert "两高项目：待定" in zh and "2023年版" in zh and "可能属于" in zh and "不属于" in zh and "轮胎" in zh
    assert "may be on it" in en and "is not on it; none of the" in en and "tyres" in en


def test_a_decision_carries_its_lists_and_its_report_names_them(rulebook: Rulebook, atlas: Atlas) -> None:
    source = read_settings({}).applications / "05-food.yaml"
    data = parse_yaml(source.read_text(encoding="utf-8"), "05-food").plain()
    decision = screen(Project.of(data), rulebook, atlas, as_of=DAY)
    assert lists(decision.classes["class.two_high"]) == {NATION: "no"}
    assert "《关于加强高耗能、高排放建设项目生态环境源头防控的指导意见》（环环评〔2021〕45号）" in explain(decision)
