"""The classes of GB/T 4754-2017: each has a name in both languages, and no name stands for two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from screening import Atlas, Rulebook
from screening.api.models import SectorsOut
from screening.rulebook.terms import Term
from tests.api.service import serving


@pytest.fixture(scope="module")
def client(rulebook: Rulebook, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(rulebook, atlas, tmp_path_factory.mktemp("service")) as client:
        yield client


@pytest.fixture(scope="module")
def sector(rulebook: Rulebook) -> Term:
    return rulebook.vocabulary["project.sector"]


def test_every_class_has_a_name_in_chinese_and_in_english(sector: Term) -> None:
    assert len(sector.choices) >= 1381
    assert [code for code, label in sector.choices.items() if not (label.zh.strip() and label.en.strip())] == []


def test_no_english_name_stands_for_two_classes(sector: Term) -> None:
    """A name is an alias of its class; of two classes with one name the second could not be stated by it."""
    named = Counter(label.en.casefold() for label in sector.choices.values())
    assert [name for name, classes in named.items() if classes > 1] == []


def test_an_english_name_is_short_plain_and_starts_small(sector: Term) -> None:
    names = [label.en for label in sector.choices.values()]
    assert [name for name in names if len(name) > 80 or not name.isascii() or name != " ".join(name.split())] == []
    assert [name for name in names if name.endswith(".") and not name.endswith("n.e.c.")] == []
    assert {name.split()[0] for name in names if name[0].isupper()} <= {"Chinese", "Communist"}


def test_a_remainder_class_is_called_other_in_both_languages(sector: Term) -> None:
    """`其他` taken for the named class, or the other way round, would put a project under the wrong rules."""
    remainders = {code: label.en.split() for code, label in sector.choices.items() if label.zh.startswith("其他")}
    assert len(remainders) > 200
    assert [code for code, words in remainders.items() if "other" not in words] == []


def test_every_english_name_means_its_own_class(sector: Term) -> None:
    meant = {code: sector.sector_codes(label.en) for code, label in sector.choices.items()}
    assert meant == {code: frozenset({code}) for code in sector.choices}


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("cement", "3011"),
        ("manufacture of cement", "3011"),
        ("STEELMAKING", "3120"),
        ("cement asbestos", "3023"),
        ("pesticides microbial", "2632"),
    ],
)
def test_a_sector_is_found_by_english_words(client: TestClient, words: str, first: str) -> None:
    found = SectorsOut.model_validate(client.get("/v1/sectors", params={"q": words}).json())
    assert found.sectors[0].code == first
