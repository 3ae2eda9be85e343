"""An application is read as one, or every reason why not is given; nothing in it is guessed."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from screening.documents import DocumentError
from screening.errors import InputError
from screening.project import MAX_DEPTH, Project

POINT = {"type": "Point", "coordinates": [111.5, 30.5]}
SMALLEST = {"site": {"geometry": POINT}}

keys = st.one_of(
    st.sampled_from(["id", "title", "project", "claims", "site", "geometry", "crs", "extent", "type", "properties"]),
    st.just("features"),
    st.text(st.characters(), max_size=5),
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(), max_size=5),
    st.sampled_from(["Feature", "FeatureCollection", "Point", "x" * 400, "\ud800", "😀", "\x00"]),
)
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=12,
)
features = st.fixed_dictionaries(
    {"type": st.sampled_from(["Feature", "FeatureCollection"])},
    optional={"id": anything, "geometry": anything, "properties": anything, "features": anything},
)


def problems(data: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        Project.of(data)
    return [problem.text() for problem in caught.value.problems]


@given(st.one_of(anything, features, st.fixed_dictionaries({"site": anything}, optional={"project": anything})))
@example({"\ud800": 1, "site": {"geometry": {}}})
@example({"id": "\ud800", "site": {"geometry": {}}})
@example({"type": "Feature", "properties": [1]})
@example({"type": "FeatureCollection", "features": [[]]})
def test_any_json_is_an_application_or_a_list_of_problems(data: Any) -> None:
    try:
        Project.from_bytes(json.dumps(data).encode())
    except (InputError, DocumentError) as error:
        assert all(problem.what and problem.zh for problem in error.problems)


@given(st.binary(max_size=100))
def test_any_bytes_are_an_application_or_a_list_of_problems(body: bytes) -> None:
    with pytest.raises((InputError, DocumentError)):
        Project.from_bytes(body)


@given(st.text(st.characters(), max_size=60))
@example("\ud800")
@example("{" * 5000)
def test_any_text_is_an_application_or_a_list_of_problems(text: str) -> None:
    with pytest.raises((InputError, DocumentError)):
        Project.parse(text)


def test_a_place_is_all_an_application_must_have() -> None:
    project = Project.of(SMALLEST)
    assert (project.id, project.title, project.claims, project.site.crs) == ("application", "", {}, "EPSG:4490")


def test_every_problem_is_named_at_once_by_its_pointer() -> None:
    found = problems(
        {
            "id": "",
            "titel": "x",
            "title": "x" * 301,
            "project": [],
            "site": {"geometry": POINT, "crs": 4490, "extend": "30 m"},
        }
    )
    assert {text.split(":")[0] for text in found} == {
        "/id",
        "/title",
        "/project",
        "/site/crs",
        "/site/extend",
        "/titel",
    }
    assert '/titel: is not a known key; did you mean "title"?' in found
    assert '/site/extend: is not a known key; did you mean "extent"?' in found


def test_a_pointer_to_an_odd_key_is_escaped() -> None:
    assert problems({**SMALLEST, "a/b~c": 1})[0].startswith("/a~1b~0c: ")


@pytest.mark.parametrize("data", [None, [], "text", Decimal(1), [SMALLEST]])
def test_what_is_no_mapping_is_no_application(data: Any) -> None:
    assert problems(data) == ["is not an application; write the keys id, title, project, site"]


def test_an_application_without_a_place_says_what_is_missing() -> None:
    assert problems({}) == ["/site: Field required; add it"]
    assert problems({"site": {}}) == ["/site/geometry: Field required; add it"]


def test_half_a_character_in_a_name_is_refused() -> None:
    with pytest.raises(InputError):
        Project.of({**SMALLEST, "title": "化工\ud800"})


def test_nesting_is_refused_before_it_is_walked() -> None:
    def nested(depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for _ in range(depth):
            data = {"a": data}
        return data

    Project.of({**SMALLEST, "project": nested(MAX_DEPTH - 3)})
    assert problems({**SMALLEST, "project": nested(MAX_DEPTH)}) == [f"is nested deeper than {MAX_DEPTH}; flatten it"]


FEATURE = {
    "type": "Feature",
    "geometry": POINT,
    "properties": {"id": "A-1", "title": "水泥厂", "sector": "3011", "crs": "EPSG:4326", "extent": "30 m"},
}


def test_a_feature_is_an_application_whose_properties_are_the_facts() -> None:
    project = Project.of(FEATURE)
    assert (project.id, project.title, project.claims) == ("A-1", "水泥厂", {"sector": "3011"})
    assert (project.site.geometry, project.site.crs, project.site.extent) == (POINT, "EPSG:4326", "30 m")


def test_a_feature_may_hold_its_facts_under_project() -> None:
    properties = {"project": {"sector": "3011"}, "drawn_by": "office"}
    assert Project.of({**FEATURE, "properties": properties}).claims == {"sector": "3011"}


def test_a_feature_may_carry_its_id_outside_its_properties() -> None:
    assert Project.of({**FEATURE, "id": 7, "properties": {}}).id == "7"


def test_an_id_or_title_left_null_by_a_map_program_is_not_the_word_none() -> None:
    project = Project.of({**FEATURE, "id": "B-2", "properties": {"id": None, "title": None}})
    assert (project.id, project.title) == ("B-2", "")


def test_a_collection_of_one_feature_is_that_feature() -> None:
    assert Project.of({"type": "FeatureCollection", "features": [FEATURE]}) == Project.of(FEATURE)


@pytest.mark.parametrize("collected", [[], [FEATURE, FEATURE], [None], None, {}])
def test_a_collection_of_several_is_not_one_application(collected: Any) -> None:
    found = problems({"type": "FeatureCollection", "features": collected})
    assert found == ["/features: holds not exactly one feature; send one project at a time"]


def test_yaml_and_json_say_the_same() -> None:
    as_yaml = "id: A-1\nproject: {sector: '3011'}\nsite:\n  geometry: {type: Point}\n"
    as_json = '{"id": "A-1", "project": {"sector": "3011"}, "site": {"geometry": {"type": "Point"}}}'
    assert Project.parse(as_yaml) == Project.parse(as_json)


def test_a_json_number_among_the_facts_keeps_its_digits() -> None:
    body = b'{"project": {"area": 0.1}, "site": {"geometry": {}}}'
    assert Project.from_bytes(body).claims == {"area": Decimal("0.1")}


def test_a_file_names_itself_in_its_problems(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("site: {geometry: {type: Point}}\nsites: {}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Project.read(path)
    assert str(caught.value).startswith(f"{path}/sites: ")


def test_an_application_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Project.of(SMALLEST).id = "other"  # type: ignore[misc]
