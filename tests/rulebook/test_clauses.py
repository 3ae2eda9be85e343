"""Citations are read as a lawyer writes them."""

from __future__ import annotations

import pytest

from screening.rulebook.clauses import cited_articles

WHOLE: frozenset[int] = frozenset()


@pytest.mark.parametrize(
    ("clause", "articles"),
    [
        ("第26条", {26: WHOLE}),
        ("第26条第2款", {26: {2}}),
        ("第19条第2款、第4款", {19: {2, 4}}),
        ("第22条第2、3款", {22: {2, 3}}),
        ("第30条第1款第1项、第3项、第4项", {30: {1}}),
        ("第26条第1项、第2项", {26: WHOLE}),
        ("第9条、第10条", {9: WHOLE, 10: WHOLE}),
        ("第9、10条", {9: WHOLE, 10: WHOLE}),
        ("第3条、第8条第2款", {3: WHOLE, 8: {2}}),
        ("第12条至第14条", {12: WHOLE, 13: WHOLE, 14: WHOLE}),
        ("第12-14条", {12: WHOLE, 13: WHOLE, 14: WHOLE}),
        ("第5条第1款至第3款", {5: {1, 2, 3}}),
        ("第一千二百三十四条", {1234: WHOLE}),
        ("第二十六条第三款", {26: {3}}),
        ("第一百零五条", {105: WHOLE}),
        ("第十条", {10: WHOLE}),
        ("第8条第1款、第8条", {8: WHOLE}),
        ("第8条、第8条第1款", {8: WHOLE}),
        ("第8条第1款、第8条第2款", {8: {1, 2}}),
    ],
)
def test_a_citation_names_these_articles_and_paragraphs(clause: str, articles: dict[int, set[int]]) -> None:
    assert cited_articles(clause) == articles


@pytest.mark.parametrize("clause", ["限制类前言", "二（四）", "第42项", "附件标杆水平", ""])
def test_a_citation_without_an_article_names_none(clause: str) -> None:
    assert cited_articles(clause) == {}


def test_a_run_of_articles_does_not_grow_without_bound() -> None:
    assert len(cited_articles("第1条至第9999条")) == 2000
