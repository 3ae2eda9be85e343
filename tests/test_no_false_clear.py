"""Ways in which something unknown, misread or misplaced once ended in a pass."""

from __future__ import annotations

import copy
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Outcome, Project, Rulebook, screen
from screening.atlas import locate, read_atlas, read_footprint
from screening.documents import parse_yaml
from screening.errors import AtlasError, InputError, QuantityError
from screening.rulebook.model import Level
from screening.rulebook.values import read_value
from screening.settings import read_settings
from tests.api.service import serving
from tests.atlas.conftest import Sheet, box, polygon, write_atlas

DAY = date(2026, 11, 22)
XIAN_1980 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4610"}}
NAD27 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4267"}}
Screened = Callable[..., Outcome]


def application(name: str) -> Any:
    source = read_settings({}).applications / f"{name}.yaml"
    return parse_yaml(source.read_text(encoding="utf-8"), name).plain()


@pytest.fixture
def food() -> Any:
    """An application that passes."""
    return application("05-food")


@pytest.fixture
def screened(rulebook: Rulebook, atlas: Atlas) -> Screened:
    def run(data: Any, day: date = DAY) -> Outcome:
        return screen(Project.of(data), rulebook, atlas, as_of=day).outcome

    return run


def feature(data: Any, **more: Any) -> dict[str, Any]:
    properties = {"id": data["id"], "project": data["project"]}
    return {"type": "Feature", "geometry": data["site"]["geometry"], "properties": properties, **more}


def test_the_application_these_tests_spoil_passes(food: Any, screened: Screened) -> None:
    assert screened(food) is Outcome.PASS
    assert screened(feature(food)) is Outcome.PASS


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1990, 1, 1), date(2016, 2, 5)])
def test_a_day_without_national_law_is_refused_not_passed(food: Any, screened: Screened, day: date) -> None:
    with pytest.raises(InputError, match="no national rule"):
        screened(food, day)


@pytest.mark.parametrize("written", ["0", "86400", "1990-01-01", "2026-11-22T00:00:00", "20261122"])
def test_the_service_takes_no_number_for_a_day_and_no_day_without_law(
    food: Any, rulebook: Rulebook, atlas: Atlas, written: str, tmp_path: Path
) -> None:
    with serving(rulebook, atlas, tmp_path) as client:
        answer = client.post("/v1/screenings", params={"as_of": written}, content=json.dumps(food))
    assert answer.status_code == 422


@pytest.mark.parametrize("fact", ["products", "processes", "activity"])
@pytest.mark.parametrize("nothing", [[], {"has": []}, {"has": None, "may_have": None}, {"may_have": []}])
def test_a_list_left_empty_is_a_question_left_open(food: Any, screened: Screened, fact: str, nothing: Any) -> None:
    food["project"][fact] = nothing
    assert screened(food) is Outcome.REVIEW


@pytest.mark.parametrize("words", [["none_of_these", "coking"], {"has": ["以上均无"], "may_have": []}])
def test_none_of_these_stands_alone(rulebook: Rulebook, words: Any) -> None:
    term = rulebook.vocabulary["project.processes"]
    if isinstance(words, list):
        with pytest.raises(InputError, match="something else"):
            read_value(term, words)
    else:
        assert read_value(term, words).known


@pytest.mark.parametrize("place", ["collection", "feature", "both"])
def test_the_coordinate_system_of_a_feature_is_not_dropped(food: Any, screened: Screened, place: str) -> None:
    one = feature(food, **({} if place == "collection" else {"crs": NAD27}))
    whole = {"type": "FeatureCollection", "features": [one], **({} if place == "feature" else {"crs": NAD27})}
    with pytest.raises(InputError, match="4267"):
        screened(whole)


def test_an_old_datum_in_a_crs_member_widens_every_tolerance(food: Any, rulebook: Rulebook, atlas: Atlas) -> None:
    plain, old = (
        screen(Project.of(feature(food, **more)), rulebook, atlas, as_of=DAY) for more in ({}, {"crs": XIAN_1980})
    )
    assert any("150" in text.en for text in old.warnings)
    assert not plain.warnings
    near = [{d["layer"]: d["metres"] for d in one.place["distances"]} for one in (plain, old)]
    assert all(float(near[1][layer][1]) > float(near[0][layer][1]) + 149 for layer in near[0])


def test_two_coordinate_systems_for_one_geometry_are_refused(food: Any, screened: Screened) -> None:
    food["site"]["geometry"]["crs"] = "EPSG:4490"
    with pytest.raises(InputError, match="two coordinate systems"):
        screened(feature(food, crs=XIAN_1980))
    inner = {"type": "Feature", "geometry": food["site"]["geometry"]}
    food["site"]["geometry"] = {"type": "FeatureCollection", "crs": XIAN_1980, "features": [inner]}
    with pytest.raises(InputError, match="4610"):
        screened(food)


def test_what_a_feature_says_where_it_is_not_read_is_refused(food: Any, screened: Screened) -> None:
    for stray in ({"extent": "5 km"}, {"project": {"sector": "2614"}}, {"site": {"extent": "5 km"}}):
        with pytest.raises(InputError, match="not read"):
            screened(feature(food, **stray))
    hidden = feature(food)
    hidden["properties"]["products"] = ["pig_iron"]  # and other products under `project`
    with pytest.raises(InputError, match="not read"):
        screened(hidden)


@pytest.mark.parametrize("extent", ["0 m", "0", "0.000000001 m", "99 cm"])
def test_a_point_or_line_of_no_width_leaves_the_site_open(food: Any, screened: Screened, extent: str) -> None:
    ring = food["site"]["geometry"]["coordinates"][0]
    for shape in ({"type": "Point", "coordinates": ring[0]}, {"type": "LineString", "coordinates": ring[:3]}):
        food["site"] = {"geometry": shape, "extent": extent}
        assert screened(food) is Outcome.REVIEW


@pytest.mark.parametrize(
    ("fact", "written"),
    [
        ("project.energy.coal", "5 mt/a"),
        ("project.energy.coal", "5 ct/a"),
        ("project.energy.total", "1 mtce/a"),
        ("project.size.coal_unit", "600 mW"),
    ],
)
def test_a_slip_in_a_capital_letter_does_not_divide_by_a_milliard(rulebook: Rulebook, fact: str, written: str) -> None:
    with pytest.raises(QuantityError, match="unknown unit"):
        read_value(rulebook.vocabulary[fact], written)


@pytest.mark.parametrize(
    "fact", ["project.replacement.ratio", "project.coal_replacement.ratio", "project.regional_offset.ratio"]
)
def test_a_percentage_without_its_sign_is_no_ratio_of_a_hundred(rulebook: Rulebook, fact: str) -> None:
    with pytest.raises(InputError, match="more than 20"):
        read_value(rulebook.vocabulary[fact], "150")
    assert read_value(rulebook.vocabulary[fact], "150 %").known


def test_a_sector_written_as_a_number_may_have_lost_its_leading_zero(rulebook: Rulebook) -> None:
    term = rulebook.vocabulary["project.sector"]
    both = read_value(term, Decimal(311))
    assert both.widens(read_value(term, "311"))
    assert both.widens(read_value(term, "0311"))
    assert read_value(term, Decimal(610)) == read_value(term, "0610")
    assert read_value(term, Decimal(2614)) == read_value(term, "2614")


@pytest.mark.parametrize(
    ("fact", "size", "claims"),
    [
        ("project.size.sinter_machine", "90 m2", {"sector": "3110", "processes": ["sintering"]}),
        ("project.size.coke_oven_stamp", "3.8 m", {"sector": "2521", "products": ["coke_stamp"]}),
        ("project.size.ceramic_tile_line", "1000000 m2/a", {"sector": "3071", "products": ["ceramic_tile_05"]}),
    ],
)
def test_no_size_of_equipment_falls_between_eliminated_and_restricted(
    rulebook: Rulebook, atlas: Atlas, food: Any, fact: str, size: str, claims: dict[str, Any]
) -> None:
    data = copy.deepcopy(food)
    data["project"] |= claims | {fact.removeprefix("project."): size}
    decision = screen(Project.of(data), rulebook, atlas, as_of=DAY)
    assert f"catalogue-restricted.{fact.rsplit('.', 1)[1]}" in {finding.rule for finding in decision.findings}


def test_a_kind_drawn_for_two_uses_is_an_error_of_the_atlas(tmp_path: Path) -> None:
    unit = (polygon(box(0, 0, 1, 1)), {"code": "ZH42990110001", "name": "x", "class": "优先保护"})
    sheets = Sheet("units", "zone", [unit], geometry="units"), Sheet("areas", "zone", [polygon(box(5, 5, 6, 6))])
    with pytest.raises(AtlasError, match="units in one layer and area in another"):
        read_atlas(write_atlas(tmp_path / "two", *sheets))
    county = Sheet("basin", "basin_yangtze", [(polygon(box(0, 0, 1, 1)), {"code": "429901"})], geometry="admin")
    with pytest.raises(AtlasError, match="rules of its own"):
        read_atlas(write_atlas(tmp_path / "basin", county))


@pytest.mark.parametrize("kind", ["MultiPoint", "LineString"])
def test_a_few_thousand_places_of_wide_extent_take_seconds_not_hours(atlas: Atlas, kind: str) -> None:
    places = [[112 + 0.00005 * number, 30 + 0.1 * (number % 2)] for number in range(3000)]
    began = time.monotonic()
    locate(read_footprint({"type": kind, "coordinates": places}, "", extent="50 km"), atlas, DAY)
    assert time.monotonic() - began < 60


def test_a_rule_that_lost_its_level_no_longer_rejects_though_its_text_is_the_same(
    rulebook: Rulebook, atlas: Atlas
) -> None:
    project = Project.of(application("17-paper-captive-coal"))
    assert screen(project, rulebook, atlas, as_of=DAY).outcome is Outcome.REJECT
    doubted = rulebook.only(replace(rule, level=Level.MEMORY) for rule in rulebook.rules)
    assert doubted.digest != rulebook.digest
    assert screen(project, doubted, atlas, as_of=DAY).outcome is Outcome.REVIEW


def test_coal_as_a_fuel_and_no_coal_used_is_a_contradiction_for_a_person(screened: Screened) -> None:
    data = application("14-warehouse")  # in the key region for air
    data["project"] |= {"fuels": ["coal"], "energy": {"total": "210 tce/a", "coal": "0 t/a"}}
    assert screened(data) is Outcome.REVIEW


def test_a_coal_boiler_without_coal_contradicts_itself(food: Any, screened: Screened) -> None:
    """The rules on coal boilers ask the fuel first; who states the boiler but no coal would not meet them."""
    food["project"]["equipment"] = ["coal_boiler"]
    with pytest.raises(InputError, match=r"contradicts project\.fuels"):
        screened(food)


def test_a_process_of_industry_in_a_sector_that_is_none_contradicts_itself(food: Any, screened: Screened) -> None:
    food["project"] |= {"sector": "6110", "processes": ["beehive_coking"]}
    with pytest.raises(InputError, match=r"contradicts project\.sector"):
        screened(food)


@pytest.mark.parametrize("day", [date(2024, 3, 5), date(2028, 1, 1)])
def test_a_day_the_rulebook_was_not_read_for_is_a_review(
    food: Any, rulebook: Rulebook, atlas: Atlas, day: date
) -> None:
    decision = screen(Project.of(food), rulebook, atlas, as_of=day)
    assert decision.outcome is Outcome.REVIEW
    assert "not_kept" in {finding.reason.value for finding in decision.findings}


@pytest.mark.parametrize("query", ["asof=2026-11-22", "as_of=2026-11-22&as_of=2026-08-14"])
def test_a_misspelt_or_doubled_parameter_is_not_answered_as_today(
    food: Any, rulebook: Rulebook, atlas: Atlas, query: str, tmp_path: Path
) -> None:
    with serving(rulebook, atlas, tmp_path) as client:
        answer = client.post(f"/v1/screenings?{query}", json=food)
    assert answer.status_code == 422


def test_a_section_letter_that_contradicts_its_code_is_refused(rulebook: Rulebook) -> None:
    assert read_value(rulebook.vocabulary["project.sector"], "C2614") == read_value(
        rulebook.vocabulary["project.sector"], "2614"
    )
    with pytest.raises(InputError):
        read_value(rulebook.vocabulary["project.sector"], "A2614")


def test_without_a_basin_layer_the_rules_of_the_basin_are_still_asked(tmp_path: Path, rulebook: Rulebook) -> None:
    shutil.copytree(read_settings({}).zones, tmp_path / "demo")
    card = tmp_path / "demo" / "atlas.yaml"
    lines = card.read_text(encoding="utf-8").splitlines()
    card.write_text("\n".join(line for line in lines if "basin-yangtze" not in line), encoding="utf-8")
    decision = screen(Project.of(application("01-chemical-600m")), rulebook, read_atlas(tmp_path / "demo"), as_of=DAY)
    shore = next(finding for finding in decision.findings if finding.rule == "yangtze-chemical-1km")
    assert not shore.certain
    assert shore.outcome is Outcome.REVIEW
