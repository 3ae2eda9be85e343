"""What a clause becomes: by its type, by the tags in its text, and by its words where its label is mild."""

from __future__ import annotations

import pytest

from screening.rulebook.lists.clause import ClauseType, Dimension, Standing, odd_code, unit_key
from screening.rulebook.lists.layout import dimension_of
from tests.rulebook.lists.conftest import MakeList, clause


def standing(make_list: MakeList, **cells: str) -> Standing:
    found = make_list(clause(**cells), clause(number="9", type="禁止类")).access_list
    return found.clauses("ZH99990120001")[0].standing


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("禁止类", "禁止虚构。", Standing.JUDGEMENT),
        ("限制", "严格限制虚构。", Standing.JUDGEMENT),
        ("", "单元内按要素细类要求执行。", Standing.JUDGEMENT),
        ("别的类", "推进虚构。", Standing.JUDGEMENT),
        ("综合类", "推进节水改造。", Standing.DUTY),
        ("综合类", "湿地公园内禁止开矿。", Standing.JUDGEMENT),
        ("综合类", "新增用地原则上安排在产业集聚区内。", Standing.JUDGEMENT),
        ("鼓励引导类", "鼓励使用清洁能源，原则上不提倡燃煤。", Standing.ENCOURAGEMENT),
        ("鼓励引导", "鼓励搬迁；不得新建虚构项目。", Standing.JUDGEMENT),
        ("禁止类", " ／ ", Standing.WORDLESS),
        ("", "无", Standing.WORDLESS),
    ],
)
def test_what_is_only_words_becomes_a_question_a_duty_or_nothing(
    make_list: MakeList, kind: str, text: str, expected: Standing
) -> None:
    assert standing(make_list, type=kind, text=text) is expected


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("综合类", "1.【水/禁止类】不排。", ClauseType.PROHIBITION),
        ("鼓励引导类", "1.【水/鼓励引导类】引导。2.【大气/限制类】控制。", ClauseType.RESTRICTION),
        ("禁止类", "1.【水/鼓励引导类】引导。", ClauseType.PROHIBITION),
        ("", "1.【土地／综合类】落实强度要求。", ClauseType.GENERAL),
        ("某类", "1.【水/鼓励引导类】引导。", ClauseType.UNTAGGED),
        ("", "1.【水/某类】引导。", ClauseType.UNTAGGED),
        ("禁止类 ", "不排。", ClauseType.PROHIBITION),
    ],
)
def test_of_a_column_and_the_tags_in_the_text_the_strictest_counts(
    make_list: MakeList, column: str, text: str, expected: ClauseType
) -> None:
    found = make_list(clause(type=column, text=text))
    assert found.access_list.clauses("ZH99990120001")[0].type is expected


def test_a_label_that_is_not_known_or_contradicts_the_text_is_shown(make_list: MakeList) -> None:
    found = make_list(
        clause(type="某类"),
        clause(number="2", type="综合类", text="【水/禁止类】不排。"),
        clause(number="3", dimension="别的"),
    )
    said = [remark.text() for remark in found.remarks]
    assert [line.split(":")[0] for line in said] == ["list.csv row 2", "list.csv row 3", "list.csv row 4"]
    assert "no known clause type" in said[0] and "prohibition counts" in said[1] and "no known dimension" in said[2]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("区域布局管控", Dimension.SPATIAL_LAYOUT),
        ("区域布局约束", Dimension.SPATIAL_LAYOUT),
        ("能源资源利用", Dimension.RESOURCE_EFFICIENCY),
        ("资源开发利用效率要求", Dimension.RESOURCE_EFFICIENCY),
        ("污染物排放管控", Dimension.EMISSION_CONTROL),
        ("环境风险防控", Dimension.RISK_CONTROL),
        ("共性要求", Dimension.COMMON),
        ("", Dimension.FLAT),
        ("emission_control", Dimension.EMISSION_CONTROL),
        ("岸线", None),
    ],
)
def test_the_provinces_names_of_the_dimensions_are_known(word: str, expected: Dimension | None) -> None:
    assert dimension_of(word, {}) is expected


def test_a_list_may_have_words_of_its_own(make_list: MakeList) -> None:
    found = make_list(
        clause(dimension="布局", type="不许"),
        dimensions={"布局": Dimension.SPATIAL_LAYOUT},
        clause_types={"不许": ClauseType.PROHIBITION},
    )
    one = found.access_list.clauses("ZH99990120001")[0]
    assert (one.dimension, one.type, found.remarks) == (Dimension.SPATIAL_LAYOUT, ClauseType.PROHIBITION, ())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ZH99990120001", ""),
        ("HY99990120001", ""),
        ("ZH999901200012", "14 characters"),
        ("ZH11990120001", "outside"),
        ("甲", "usual form"),
    ],
)
def test_an_odd_unit_code_is_named(code: str, words: str) -> None:
    said, zh = odd_code(code, "9999")
    assert (words in said and bool(zh)) if words else (said, zh) == ("", "")


def test_unit_codes_are_compared_half_width_in_capitals_without_spaces() -> None:
    assert unit_key(" ｚｈ９９９９０１\n20001 ") == unit_key("zh99990120001") == "ZH99990120001"


def test_an_odd_code_never_fails_the_import(make_list: MakeList) -> None:
    found = make_list(clause(unit="ZH999901200012"), clause(unit="甲 一"))
    assert set(found.access_list.units) == {"ZH999901200012", "甲一"}
    assert len(found.remarks) == 2
    assert [rule.jurisdiction for unit in found.access_list.units for rule in found.access_list.rules(unit)] == [
        "ZH999901200012",
        "甲一",
    ]
