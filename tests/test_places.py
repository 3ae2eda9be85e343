"""A site whose coordinate system is not certain: every place it may be at is decided, and none of it is a pass."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import rfc8785
import shapely
from pyproj import Transformer

from screening import Atlas, Outcome, Project, Rulebook, screen
from screening.atlas import Source
from screening.decision import Decision, Reason
from screening.documents import parse_yaml
from screening.errors import InputError
from screening.places import MOST_PLACES, RULE, Candidate, undecided_place
from screening.report.geojson import to_feature
from screening.report.text import explain
from screening.settings import read_settings
from screening.text import Text

DAY = date(2026, 11, 22)


def application(name: str) -> Any:
    source = read_settings({}).applications / f"{name}.yaml"
    return parse_yaml(source.read_text(encoding="utf-8"), name).plain()


def in_metres(data: Any, code: int, base: int = 4490, **site: Any) -> Any:
    """The application with its site in the metres of a plane, and what else is said of it."""
    data = copy.deepcopy(data)
    rows = np.array(data["site"]["geometry"]["coordinates"][0], dtype=np.float64)
    flat = np.column_stack(Transformer.from_crs(base, code, always_xy=True).transform(*rows.T))
    geometry = {"type": "Polygon", "coordinates": [[[f"{x:.4f}", f"{y:.4f}"] for x, y in flat]]}
    data["site"] = {"geometry": geometry, **site}
    return data


@pytest.fixture
def food() -> Any:
    """An application that passes."""
    return application("05-food")


@pytest.fixture
def decided(rulebook: Rulebook, atlas: Atlas) -> Any:
    def run(data: Any, **how: Any) -> Decision:
        return screen(Project.of(data), rulebook, atlas, as_of=DAY, **how)

    return run


@pytest.mark.parametrize(
    ("code", "words"), [(4546, "EPSG:4546"), (4525, "2000国家大地坐标系 3度带 37带"), (4508, "EPSG:4508")]
)
def test_metres_of_a_stated_plane_are_decided_like_degrees(food: Any, decided: Any, code: int, words: str) -> None:
    plain, flat = decided(food), decided(in_metres(food, code, crs=words))
    assert flat.outcome is plain.outcome is Outcome.PASS
    assert flat.places == ()
    assert [unit["code"] for unit in flat.place["units"]] == [unit["code"] for unit in plain.place["units"]]
    assert "0.01 m" in flat.warnings[0].en  # how they were read is said


def test_degrees_declared_as_such_get_no_remark_and_no_list_of_places(food: Any, decided: Any) -> None:
    for crs in ("EPSG:4490", "EPSG:4326"):
        food["site"]["crs"] = crs
        said = decided(food)
        assert said.warnings == ()
        assert "places" not in said.plain()


def test_metres_without_a_datum_are_a_review_with_each_place_decided(food: Any, decided: Any) -> None:
    said = decided(in_metres(food, 4525))
    assert said.outcome is Outcome.REVIEW
    assert [place.system for place in said.places] == ["EPSG:4525", "EPSG:2361", "EPSG:2413"]
    assert said.places[0].outcome is Outcome.PASS  # though it would pass under the likeliest reading
    assert all(place.worked_out for place in said.places)
    asks = [finding for finding in said.findings if finding.reason is Reason.AMBIGUOUS_PLACE]
    assert [finding.rule for finding in asks] == [RULE]
    assert "EPSG:2361" in asks[0].message.zh
    assert said.needs[0].fact == "site.crs"
    assert said.place == {"units": [], "areas": [], "distances": []}


def test_no_unstated_system_ever_passes(decided: Any) -> None:
    for file in sorted(read_settings({}).applications.glob("*.yaml")):
        data = application(file.stem)
        if data["site"]["geometry"]["type"] == "Polygon":
            said = decided(in_metres(data, 4525))
            assert said.outcome is not Outcome.PASS, file.stem
            assert len(said.places) == 3


def test_a_site_without_a_zone_is_worked_out_where_the_map_is_and_named_elsewhere(food: Any, decided: Any) -> None:
    said = decided(in_metres(food, 4546, crs="CGCS2000"))
    assert said.outcome is Outcome.REVIEW
    assert len(said.places) > MOST_PLACES
    assert said.places[0].system == "EPSG:4546"
    assert said.places[0].place["units"]
    assert sum(place.worked_out for place in said.places) == MOST_PLACES
    assert all(place.outcome is Outcome.REVIEW for place in said.places if not place.worked_out)


@pytest.mark.parametrize("words", ["unknown", "未知"])
def test_degrees_of_a_system_said_to_be_unknown_are_a_review(food: Any, decided: Any, words: str) -> None:
    food["site"]["crs"] = words
    said = decided(food)
    assert said.outcome is Outcome.REVIEW
    assert [place.system for place in said.places] == ["EPSG:4490", "GCJ-02", "BD-09", "EPSG:4610", "EPSG:4214"]


def test_a_prohibition_that_applies_at_every_place_rejects(decided: Any) -> None:
    data = application("17-paper-captive-coal")
    plain, said = decided(data), decided(in_metres(data, 4525))
    assert plain.outcome is Outcome.REJECT
    assert said.outcome is Outcome.REJECT
    assert {one.outcome for one in said.places} == {Outcome.REJECT}
    # ... but not where some of the places were not worked out.
    assert decided(in_metres(data, 4546, crs="CGCS2000")).outcome is Outcome.REVIEW


def decision_of(rulebook: Rulebook, atlas: Atlas, name: str) -> Decision:
    return screen(Project.of(application(name)), rulebook, atlas, as_of=DAY)


def candidate(decision: Decision | None, system: str) -> Candidate:
    return Candidate(system, Text("甲", "a"), Text("乙", "b"), "east_north", 150, 112.2, 30.1, decision)  # type: ignore[arg-type]


def test_two_places_that_reject_for_different_reasons_are_a_review(rulebook: Rulebook, atlas: Atlas) -> None:
    rejected = decision_of(rulebook, atlas, "17-paper-captive-coal")
    renamed = replace(
        rejected, findings=tuple(replace(finding, rule=f"other.{finding.rule}") for finding in rejected.findings)
    )
    said = undecided_place([candidate(rejected, "A"), candidate(renamed, "B")])
    assert said.outcome is Outcome.REVIEW
    assert {place.outcome for place in said.places} == {Outcome.REJECT}


def test_what_differs_by_place_is_told_for_each_system(rulebook: Rulebook, atlas: Atlas) -> None:
    rejected = decision_of(rulebook, atlas, "17-paper-captive-coal")
    moved = replace(
        rejected, findings=tuple(replace(finding, message=Text("别处", "elsewhere")) for finding in rejected.findings)
    )
    said = undecided_place([candidate(rejected, "A"), candidate(moved, "B")])
    assert said.outcome is Outcome.REJECT
    assert "[B] elsewhere" in said.findings[0].message.en
    assert "[A]" in said.findings[0].message.en


def test_a_pass_everywhere_is_still_a_review(rulebook: Rulebook, atlas: Atlas) -> None:
    passed = decision_of(rulebook, atlas, "05-food")
    assert passed.outcome is Outcome.PASS
    for places in ([passed, passed], [passed, None], [passed, decision_of(rulebook, atlas, "17-paper-captive-coal")]):
        said = undecided_place([candidate(one, str(number)) for number, one in enumerate(places)])
        assert said.outcome is Outcome.REVIEW


def test_a_decision_about_several_places_is_canonical_and_the_same_every_time(food: Any, decided: Any) -> None:
    one, other = (decided(in_metres(food, 4525)).canonical() for _ in range(2))
    assert one == other
    assert rfc8785.dumps(json.loads(one)) == one


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_shows_each_place_with_its_outcome(food: Any, decided: Any, lang: str) -> None:
    said = explain(decided(in_metres(food, 4525)), lang)
    for system in ("EPSG:4525", "EPSG:2361", "EPSG:2413"):
        assert system in said
    assert ("按此：未见障碍" if lang == "zh" else "would be: pass") in said
    assert ("未落入任何管控单元" if lang == "zh" else "in no control unit") not in said


def test_many_places_are_shown_as_not_worked_out(food: Any, decided: Any) -> None:
    assert "not worked out" in explain(decided(in_metres(food, 4546, crs="CGCS2000")), "en")


def test_every_rule_of_every_place_is_in_the_receipt(food: Any, decided: Any) -> None:
    said = decided(in_metres(food, 4525))
    assert {rule for entry in said.considered for rule in entry.rules} == set(said.receipt.rules)


# A site in a file


def source(shape: shapely.Geometry, **more: Any) -> Source:
    held = np.empty(1, dtype=object)
    held[0] = shape
    return Source("site.shp", "ESRI Shapefile", "site", "0" * 64, held, {}, **more)


def test_a_file_that_was_read_stands_for_the_geometry(food: Any, decided: Any) -> None:
    shape = shapely.Polygon(food["site"]["geometry"]["coordinates"][0])
    plain = decided(food)
    food["site"] = {"file": "site.shp"}
    said = decided(food, source=source(shape, crs="EPSG:4490"))
    assert (said.outcome, said.place, said.findings) == (plain.outcome, plain.place, plain.findings)
    assert decided(food, source=source(shape, crs="EPSG:4326", hints=("高德",))).outcome is Outcome.REVIEW
    undeclared = decided(food, source=source(shape))
    assert "CGCS2000" in undeclared.warnings[0].en  # read as such, and said


def test_a_file_is_not_opened_by_the_engine_itself(food: Any, decided: Any) -> None:
    food["site"] = {"file": "/etc/hostname"}
    with pytest.raises(InputError, match="only read beside an application file"):
        decided(food)


@pytest.mark.parametrize(
    ("site", "why"),
    [
        ({"file": "a.shp", "geometry": {"type": "Point", "coordinates": [112, 30]}}, "/site/file: is given beside"),
        (
            {"geometry": {"type": "Point", "coordinates": [112, 30]}, "layer": "红线"},
            "/site/layer: names a layer of no file",
        ),
        ({"layer": "红线"}, "/site/geometry: Field required"),
        ({"file": ""}, "/site/file"),
    ],
)
def test_a_site_is_one_geometry_or_one_file(site: Any, why: str) -> None:
    with pytest.raises(InputError) as caught:
        Project.of({"site": site})
    assert why in str(caught.value)
    assert all(problem.zh for problem in caught.value.problems)


def test_a_decision_on_a_file_is_a_feature_without_a_shape_of_its_own(food: Any, decided: Any) -> None:
    shape = shapely.Polygon(food["site"]["geometry"]["coordinates"][0])
    food["site"] = {"file": "site.shp"}
    project = Project.of(food)
    assert to_feature(decided(food, source=source(shape, crs="EPSG:4490")), project)["geometry"] is None
