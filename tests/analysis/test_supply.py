"""Facts that nobody supplies, and facts that nobody asks."""

from __future__ import annotations

from pathlib import Path

from screening.analysis import Kind
from tests.analysis.finding import book, of_kind
from tests.rulebook.minimal import FACTS


def test_a_fact_asked_of_applicants_needs_a_question_and_where_to_find_it(tmp_path: Path) -> None:
    rule = {"when": "{project.in_park: yes}"}
    asking = "asking: {project.in_park: {found: {zh: 批复, en: approval}, why: {zh: 因为, en: because}}}"
    question = FACTS.replace(
        "label: {zh: 在园区内, en: in a park}",
        "label: {zh: 在园区内, en: in a park}, question: {zh: 在园区内吗？, en: In a park?}",
    )
    bare = of_kind(book(tmp_path / "bare", rule), Kind.NO_QUESTION)
    assert [fault.about for fault in bare] == [("project.in_park",)] and "question, found, why" in bare[0].what
    half = of_kind(book(tmp_path / "half", rule, files={"vocabulary/asking.yaml": asking}), Kind.NO_QUESTION)
    assert "has no question (" in half[0].what
    files = {"vocabulary/asking.yaml": asking, "vocabulary/facts.yaml": question}
    assert of_kind(book(tmp_path / "whole", rule, files=files), Kind.NO_QUESTION) == []


def test_a_site_fact_the_atlas_does_not_measure_is_found(tmp_path: Path) -> None:
    facts = FACTS.replace(
        "families:", "  site.slope: {type: number, supplied_by: atlas, label: {zh: 坡度, en: slope}}\nfamilies:"
    )
    rules = ({"when": "{site.slope: {over: 1}}"}, {"when": "{site.distance.mast: {over: 1 m}}"})
    kinds = {"vocabulary/facts.yaml": facts.replace("line|area}", "line|area|point}")}
    assert [fault.about for fault in of_kind(book(tmp_path, *rules, files=kinds), Kind.NO_SUPPLIER)] == [
        ("site.slope",)
    ]


def test_a_class_no_rule_sets_is_found(tmp_path: Path) -> None:
    rulebook = book(tmp_path, {"when": "{any: [{class.big: yes}, {project.in_park: yes}]}"})
    assert [fault.about for fault in of_kind(rulebook, Kind.NO_SUPPLIER)] == [("class.big",)]


def test_facts_and_kinds_of_zone_no_rule_asks_are_noted_once(tmp_path: Path) -> None:
    rulebook = book(tmp_path, {"when": "{project.works: new_build, site.distance.shoreline: {under: 1 m}}"})
    noted = [fault.about[0] for fault in of_kind(rulebook, Kind.UNASKED)]
    assert "redline" in noted and "shoreline" not in noted and "project.works" not in noted
    assert "project.ratio" in noted and len(noted) == len(set(noted))
