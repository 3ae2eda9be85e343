"""Rules in words: a lawyer reads in Chinese or English exactly what the condition asks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from screening.facts import Choice, Fact, Facts, Interval, exactly
from screening.rulebook.model import Op, Rule, Test
from screening.rulebook.reader import Rulebook
from screening.rulebook.sentences import condition_in_words, fill_places, rule_in_words, words_of_test
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

from .minimal import load, rule_text


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return load(tmp_path_factory.mktemp("book")).vocabulary


def one_rule(folder: Path, **changes: str | None) -> tuple[Rule, Vocabulary]:
    book = load(folder, rule_text(**changes))
    return book.rules[0], book.vocabulary


@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        ("{project.works: new_build}", "建设性质属于新建", "kind of works is new build"),
        ("{project.works: [new_build, expansion]}", "建设性质属于“新扩建”", 'kind of works is "new works"'),
        ("{project.works: [new_build, alteration]}", "建设性质属于改建、新建", "kind of works is alteration or new build"),
        ("{project.sector: '3011'}", "行业属于3011 水泥制造", "sector is 3011 cement"),
        ("{project.sector: {in: chemicals}}", "行业属于“化工”", 'sector is "chemical industry"'),
        ("{project.in_park: yes}", "在园区内：是", "in a park: yes"),
        ("{project.in_park: no}", "在园区内：否", "in a park: no"),
        ("{class.two_high: yes}", "两高项目：是", "two-high project: yes"),
        ("{project.fuels: {has: coal}}", "燃料含煤", "fuels include coal"),
        ("{project.fuels: {has: solid_fuels}}", "燃料含“固体燃料”", 'fuels include "solid fuels"'),
        ("{site.distance.shoreline: {at_most: 1 km}}", "到岸线的距离不超过 1 km", "distance to the shoreline at most 1 km"),
        ("{project.capacity: {at_least: 1 万吨/年}}", "产能不低于 1 万吨/年", "capacity at least 1 万吨/年"),
        ("{project.ratio: {under: '1.5:1'}}", "置换比例低于 1.5:1", "replacement ratio under 1.5:1"),
        ("{project.started: {over: 2026-08-15}}", "开工日超过 2026-08-15", "start of works over 2026-08-15"),
        ("{project.capacity: {given: no}}", "未填报产能", "capacity is not stated"),
        ("{none: {project.in_park: yes}}", "并非（在园区内：是）", "not (in a park: yes)"),
        ("{project.works: new_build, project.in_park: yes}", "建设性质属于新建，且在园区内：是",
         "kind of works is new build, and in a park: yes"),
        ("{project.works: new_build, any: [{project.in_park: yes}, {project.fuels: {has: coal}}]}",
         "建设性质属于新建，且（在园区内：是 或 燃料含煤）", "kind of works is new build, and (in a park: yes or fuels include coal)"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_clause(tmp_path: Path, when: str, zh: str, en: str) -> None:
    rule, vocabulary = one_rule(tmp_path, when=when, outcome="review")
    assert condition_in_words(rule.when, vocabulary, "zh") == zh
    assert condition_in_words(rule.when, vocabulary, "en") == en


@pytest.mark.parametrize(
    ("test", "zh", "en"),
    [
        (
            Test("project.works", Op.NOT_IN, frozenset({"new_build"})),
            "建设性质不属于新建",
            "kind of works is not new build",
        ),
        (Test("project.fuels", Op.LACKS, frozenset({"coal"})), "燃料不含煤", "fuels leave out coal"),
        (Test("project.in_park", Op.NOT_IN, frozenset({"yes"})), "在园区内：否", "in a park: no"),
        (Test("project.in_park", Op.NOT_IN, frozenset({"no"})), "在园区内：是", "in a park: yes"),
        (Test("project.capacity", Op.GIVEN, None), "已填报产能", "capacity is stated"),
        (Test("project.capacity", Op.OVER, Fraction(10**4)), "产能超过 10000 t/a", "capacity over 10000 t/a"),
        (Test("site.jurisdictions", Op.HAS, frozenset({"42"})), "用地位于 42", "the site lies in 42"),
        (Test("site.jurisdictions", Op.LACKS, frozenset({"42"})), "用地不在 42", "the site does not lie in 42"),
    ],
)
def test_the_opposite_of_a_test_has_words_too(vocabulary: Vocabulary, test: Test, zh: str, en: str) -> None:
    assert (words_of_test(test, vocabulary, "zh"), words_of_test(test, vocabulary, "en")) == (zh, en)


def test_a_rule_is_one_sentence(tmp_path: Path) -> None:
    rule, vocabulary = one_rule(tmp_path, unless="{project.in_park: yes}")
    assert rule_in_words(rule, vocabulary, "zh") == (
        "自 2021-03-01 起，建设性质属于“新扩建”的，不符合准入；但在园区内：是的除外。"
    )
    assert rule_in_words(rule, vocabulary, "en") == (
        'From 2021-03-01: when kind of works is "new works", the project is not admitted, unless in a park: yes.'
    )


def test_a_classification_names_its_class(tmp_path: Path) -> None:
    rule, vocabulary = one_rule(tmp_path, outcome="classify", classifies="class.two_high", message=None)
    assert rule_in_words(rule, vocabulary, "zh").endswith("认定为“两高项目”。")
    assert rule_in_words(rule, vocabulary, "en").endswith('it is "two-high project".')


def test_every_carried_rule_can_be_read_in_both_languages(rulebook: Rulebook) -> None:
    for rule in rulebook.rules:
        for lang in ("zh", "en"):
            sentence = rule_in_words(rule, rulebook.vocabulary, lang)
            assert str(rule.effective.start) in sentence
            assert "frozenset" not in sentence
            assert "None" not in sentence


def test_a_message_is_filled_with_what_was_found(vocabulary: Vocabulary) -> None:
    facts = Facts.of(
        [
            Fact("site.distance.shoreline", Interval(Fraction(597), Fraction(603))),
            Fact("project.works", Choice(frozenset({"new_build"}))),
            Fact("project.plants", exactly("{project.works}")),
        ]
    )
    text = Text(
        "距岸线 {site.distance.shoreline}，{project.works}，产能 {project.capacity}，{project.plants}，{无此项}",
        "{site.distance.shoreline} from the shore, {project.capacity}",
    )
    assert fill_places(text, facts, vocabulary) == (
        "距岸线 597 m 至 603 m，新建，产能 未知，{project.works}，{无此项}",
        "597 m to 603 m from the shore, unknown",
    )
