"""The JSON Schema for editors: every rule that loads is right under it, and a slip is a red line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from screening.documents import parse_yaml, read_text
from screening.rulebook.reader import Rulebook, rule_files
from screening.rulebook.schema import rule_schema

from .minimal import RULE, load, rule_text


@pytest.fixture(scope="module")
def schema(rulebook: Rulebook) -> Draft202012Validator:
    return Draft202012Validator(rule_schema(rulebook))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Draft202012Validator:
    return Draft202012Validator(rule_schema(load(tmp_path_factory.mktemp("book"))))


def plain(text: str) -> Any:
    return parse_yaml(text, "rule.yaml").plain()


def test_the_schema_is_a_schema(rulebook: Rulebook) -> None:
    Draft202012Validator.check_schema(rule_schema(rulebook))


def test_every_carried_rule_file_is_right_under_the_schema(schema: Draft202012Validator, rules_folder: Path) -> None:
    wrong = {
        path.relative_to(rules_folder).as_posix(): error.message[:200]
        for path in rule_files(rules_folder)
        for error in schema.iter_errors(plain(read_text(path, 10**7)))
    }
    assert wrong == {}


def test_every_carried_rule_file_with_a_misspelt_key_is_wrong(schema: Draft202012Validator, rules_folder: Path) -> None:
    for path in rule_files(rules_folder):
        rule = plain(read_text(path, 10**7))
        for key in rule:
            misspelt = {(f"{name}x" if name == key else name): value for name, value in rule.items()}
            assert not schema.is_valid(misspelt), (path.name, key)


def test_the_smallest_rule_is_right(small: Draft202012Validator) -> None:
    assert list(small.iter_errors(plain(rule_text()))) == []


@pytest.mark.parametrize("key", [key for key in RULE if key != "message"])
def test_a_rule_without_a_needed_key_is_wrong(small: Draft202012Validator, key: str) -> None:
    assert not small.is_valid(plain(rule_text(**{key: None})))


@pytest.mark.parametrize(
    "when",
    [
        "{project.works: new_build}",
        "{project.works: [new_build, expansion]}",
        "{project.fuels: {has: [coal, gas]}}",
        "{project.capacity: {at_least: 5 t/a, under: 9 t/a}}",
        "{project.started: {given: no}}",
        "[{project.in_park: yes}, {any: [{project.in_park: yes}, {none: {project.works: new_build}}]}]",
        '{"project.{column}": {anything: 1}}',
    ],
)
def test_every_form_of_condition_is_right(small: Draft202012Validator, when: str) -> None:
    assert list(small.iter_errors(plain(rule_text(when=when)))) == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("when", "{}"),
        ("when", "[]"),
        ("when", "{project.worxs: new_build}"),
        ("when", "{project.works: {into: new_build}}"),
        ("when", "{project.works: {has: new_build}}"),
        ("when", "{project.capacity: 5 t/a}"),
        ("when", "{project.fuels: coal}"),
        ("when", "{project.capacity: {}}"),
        ("when", "{project.capacity: {given: maybe}}"),
        ("when", "{any: []}"),
        ("when", "{any: {project.works: new_build, project.in_park: yes}}"),
        ("outcome", "forbid"),
        ("basis", "[]"),
        ("basis", "[{instrument: gb-1, clause: 1}]"),
        ("effective", "{until: 2026-01-01}"),
        ("checked", "{level: hearsay}"),
        ("title", "{zh: 题目}"),
        ("classifies", "project.in_park"),
    ],
)
def test_what_the_loader_refuses_in_form_the_schema_refuses(small: Draft202012Validator, key: str, text: str) -> None:
    assert not small.is_valid(plain(rule_text(**{key: text})))
