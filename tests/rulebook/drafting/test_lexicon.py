"""The lexicon says nothing that the vocabulary cannot check."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.errors import RulebookError
from screening.rulebook.drafting.lexicon import Kind, Lexicon, joined, read_lexicon
from screening.rulebook.vocabulary import Vocabulary


def carried(folder: Path, text: str, vocabulary: Vocabulary) -> Lexicon:
    home = folder / "vocabulary" / "lexicon"
    home.mkdir(parents=True)
    (home / "words.yaml").write_text(text, encoding="utf-8")
    return read_lexicon(folder, vocabulary)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subject:\n  - {words: [甲], when: {project.fuel: {has: [coal]}}}", 'unknown fact "project.fuel"'),
        ("subject:\n  - {words: [甲], when: {project.fuels: {has: [cole]}}}", "cole"),
        ("bar:\n  - {words: [甲], when: {project.fuels: {has: [coal]}}}", "has no `when`"),
        ("bar: [甲]\nplain: [甲]", "stands twice"),
        ("names: ['(']", "is no pattern"),
        ("verbs: [甲]", "unknown key"),
    ],
)
def test_a_lexicon_with_errors_is_refused_with_its_line(
    tmp_path: Path, vocabulary: Vocabulary, text: str, said: str
) -> None:
    with pytest.raises(RulebookError) as caught:
        carried(tmp_path, text, vocabulary)
    assert said in caught.value.report() and "words.yaml:" in caught.value.report()


def test_a_rulebook_without_a_lexicon_is_told_so(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(RulebookError, match="has no lexicon"):
        read_lexicon(tmp_path, vocabulary)


def test_a_wanted_fact_counts_as_soon_as_the_vocabulary_has_it(tmp_path: Path, vocabulary: Vocabulary) -> None:
    text = (
        "wanted: {site.overlaps.nowhere: 甲区, site.overlaps.ecological_redline: 红线}\nplace:\n"
        '  - {words: [甲区], when: {site.overlaps.nowhere: {is: "yes"}}}\n'
        '  - {words: [红线], when: {site.overlaps.ecological_redline: {is: "yes"}}}\n'
    )
    found = carried(tmp_path, text, vocabulary)
    assert found.entries["甲区"].tests is None and found.entries["甲区"].wants == ("site.overlaps.nowhere",)
    assert found.entries["红线"].tests is not None and not found.entries["红线"].wants
    assert dict(found.wanted) == {"site.overlaps.nowhere": "甲区"}


def test_the_names_of_sectors_are_words(lexicon: Lexicon) -> None:
    assert lexicon.entries["木质家具制造"].tests == {"project.sector": {"in": ["2110"]}}
    assert "其他家具制造" not in lexicon.entries


def test_every_kind_of_word_is_carried(lexicon: Lexicon) -> None:
    assert {entry.kind for entry in lexicon.entries.values()} == set(Kind)


def test_conditions_of_one_fact_are_put_together() -> None:
    one, two = {"project.fuels": {"has": ["coal"]}}, {"project.fuels": {"has": ["coke", "coal"]}}
    assert joined("any", [one, two]) == {"project.fuels": {"has": ["coal", "coke"]}}
    assert joined("all", [one, two]) == {"all": [one, two]}
    assert joined("any", [one, {"any": [two, {"class.two_high": {"is": "yes"}}]}]) == {
        "any": [{"project.fuels": {"has": ["coal", "coke"]}}, {"class.two_high": {"is": "yes"}}]
    }
