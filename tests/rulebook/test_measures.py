"""The co-control measures of a vocabulary: what each protects, which figures show it, which rules belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.rulebook.measures import Medium
from tests.rulebook.minimal import load, problems, rule_text

GOOD = """\
measures:
  capacity: {label: {zh: 产能, en: capacity}, media: [greenhouse_gas, air], figures: [project.ratio]}
"""


def test_a_measure_knows_its_media_in_the_order_of_the_sheet_and_its_figures(tmp_path: Path) -> None:
    book = load(tmp_path, rule_text(measure="capacity"), files={"vocabulary/measures.yaml": GOOD})
    measure = book.vocabulary.measures["capacity"]
    assert measure.media == (Medium.AIR, Medium.GREENHOUSE_GAS)
    assert measure.figures == {"project.ratio"}
    assert book.rules[0].measure == "capacity"


def test_the_words_of_a_measure_count_in_the_digest_of_the_rulebook(tmp_path: Path) -> None:
    one = load(tmp_path / "a", rule_text(), files={"vocabulary/measures.yaml": GOOD})
    other = load(tmp_path / "b", rule_text(), files={"vocabulary/measures.yaml": GOOD.replace("产能", "能力")})
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("air", "airs", '"airs" is no medium'),
        ("project.ratio", "project.ration", '"project.ration" is no fact an applicant states'),
        ("project.ratio", "site.jurisdictions", '"site.jurisdictions" is no fact an applicant states'),
        ("project.ratio", "project.sector", "says what the project is"),
        ("label: {zh: 产能, en: capacity}, ", "", 'the key "label" is missing'),
    ],
)
def test_a_measure_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, good: str, bad: str, said: str) -> None:
    found = problems(tmp_path, rule_text(), files={"vocabulary/measures.yaml": GOOD.replace(good, bad)})
    assert len(found) == 1 and said in found[0] and "measures.yaml:2" in found[0]


def test_a_rule_of_an_unknown_measure_is_told_the_nearest(tmp_path: Path) -> None:
    found = problems(tmp_path, rule_text(measure="capacities"), files={"vocabulary/measures.yaml": GOOD})
    assert '"capacities" is no co-control measure' in found[0] and "capacity" in found[0]
