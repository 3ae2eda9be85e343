"""Decisions: the gravest finding wins, the same inputs give the same bytes, and nothing in it goes unsealed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from screening.decision import (
    OUTCOME_WORDS,
    Considered,
    Decision,
    Finding,
    Ground,
    Need,
    Outcome,
    PossiblePlace,
    Reason,
    Receipt,
    gravest,
)
from screening.text import NOTHING, Text

outcomes = st.sampled_from(Outcome)
WORDS = Text("化工项目😀", "chemical project")
OTHER = Text("别的", "other")

GROUND = Ground("eco-code", WORDS, "第67条", "主席令", "https://example.org/code")
FINDING = Finding(
    "rule-1",
    Reason.FIRED,
    Outcome.REJECT,
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    (GROUND,),
    ("project.a",),
    (WORDS,),
    "text",
    True,
)
NEED = Need("project.a", WORDS, WORDS, "m", "applicant", ("rule-1",), ("project.works",))
RECEIPT = Receipt("2026-11-22", "0.1.0", "ab", {"rule-1": "cd"}, {"layer": "ef"}, ({"key": "project.a"},))
CONSIDERED = Considered(state="fires", because=WORDS, rules=("rule-1",))
PLACE = PossiblePlace(
    "EPSG:4547",
    WORDS,
    WORDS,
    "east_north",
    "0.01",
    "114.2000000",
    "22.0000000",
    True,
    Outcome.REJECT,
    (FINDING,),
    {"units": []},
    ({"fact": "site.area"},),
)
DECISION = Decision(
    project="A-1",
    title="水泥厂",
    outcome=Outcome.REJECT,
    findings=(FINDING,),
    needs=(NEED,),
    classes={"class.two_high": {"state": "yes"}},
    place={"units": []},
    not_covered=(WORDS,),
    warnings=(WORDS,),
    considered=(CONSIDERED,),
    receipt=RECEIPT,
    places=(PLACE,),
    co_control={"state": "yes"},
)


def changed(value: Any) -> Any:
    """Something else of the same type."""
    match value:
        case bool():
            return not value
        case Outcome():
            return Outcome.PASS
        case Reason():
            return Reason.DOUBTFUL
        case str():
            return f"{value}x"
        case Text():
            return OTHER
        case dict():
            return {**value, "more": "x"}
        case tuple():
            return () if value else ("x",)
        case Receipt():
            return replace(value, as_of="2026-11-23")
    raise AssertionError(f"no other {type(value)} is known here")


def with_one_field_changed(whole: Any) -> dict[str, Any]:
    """Every copy of `whole` that differs from it in just one field."""
    kind = type(whole).__name__
    return {f"{kind}.{it.name}": replace(whole, **{it.name: changed(getattr(whole, it.name))}) for it in fields(whole)}


CHANGES: dict[str, Decision] = {
    **with_one_field_changed(DECISION),
    **{name: replace(DECISION, receipt=it) for name, it in with_one_field_changed(RECEIPT).items()},
    **{name: replace(DECISION, needs=(it,)) for name, it in with_one_field_changed(NEED).items()},
    **{name: replace(DECISION, places=(it,)) for name, it in with_one_field_changed(PLACE).items()},
    **{name: replace(DECISION, considered=(it,)) for name, it in with_one_field_changed(CONSIDERED).items()},
    **{name: replace(DECISION, findings=(it,)) for name, it in with_one_field_changed(FINDING).items()},
    **{
        name: replace(DECISION, findings=(replace(FINDING, grounds=(it,)),))
        for name, it in with_one_field_changed(GROUND).items()
    },
}


@given(st.lists(outcomes))
def test_the_gravest_outcome_wins_in_any_order(found: list[Outcome]) -> None:
    expected = next((it for it in (Outcome.REJECT, Outcome.REVIEW) if it in found), Outcome.PASS)
    assert gravest(found) is gravest(reversed(found)) is expected


@given(st.lists(outcomes), outcomes)
def test_one_more_finding_never_makes_the_outcome_milder(found: list[Outcome], more: Outcome) -> None:
    assert gravest([*found, more]).gravity >= gravest(found).gravity


def test_no_finding_is_a_pass() -> None:
    assert gravest([]) is Outcome.PASS


def test_every_outcome_has_words_in_both_languages() -> None:
    assert all(OUTCOME_WORDS[outcome].zh and OUTCOME_WORDS[outcome].en for outcome in Outcome)


def test_a_decision_is_canonical_json() -> None:
    """RFC 8785: sorted keys, no space between, UTF-8; reading it and writing it again gives the same bytes."""
    written = DECISION.canonical()
    read = json.loads(written)
    assert rfc8785.dumps(read) == written
    assert json.dumps(read, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() == written


def test_the_same_decision_has_the_same_bytes_whatever_order_it_was_made_in() -> None:
    receipt = replace(RECEIPT, rules={"b": "1", "a": "2"}, layers={"z": "1", "y": "2"})
    turned = replace(RECEIPT, rules={"a": "2", "b": "1"}, layers={"y": "2", "z": "1"})
    assert replace(DECISION, receipt=receipt).canonical() == replace(DECISION, receipt=turned).canonical()


def test_the_id_is_the_hash_of_everything_else() -> None:
    plain = DECISION.plain()
    stated = plain.pop("id")
    assert stated == DECISION.id == hashlib.sha256(rfc8785.dumps(plain)).hexdigest()


@pytest.mark.parametrize("other", CHANGES.values(), ids=CHANGES)
def test_the_id_changes_with_every_field(other: Decision) -> None:
    assert other.id != DECISION.id


def test_the_findings_of_an_outcome_are_just_those() -> None:
    doubtful = replace(FINDING, outcome=Outcome.REVIEW, reason=Reason.DOUBTFUL)
    decision = replace(DECISION, findings=(FINDING, doubtful))
    assert decision.of(Outcome.REVIEW) == (doubtful,)
    assert decision.of(Outcome.PASS) == ()


def test_a_decision_says_that_it_is_no_permit() -> None:
    assert "不是行政许可" in DECISION.plain()["notice"]["zh"]


@pytest.mark.parametrize(
    ("text", "lang", "words"),
    [
        (WORDS, "zh", "化工项目😀"),
        (WORDS, "en", "chemical project"),
        (Text("稻谷种植", ""), "en", "稻谷种植"),
        (Text("", "rice"), "zh", "rice"),
        (NOTHING, "zh", ""),
    ],
)
def test_a_text_falls_back_on_the_language_it_has(text: Text, lang: str, words: str) -> None:
    assert text.get(lang) == words


def test_a_decision_about_a_certain_place_has_no_list_of_places() -> None:
    assert "places" not in replace(DECISION, places=()).plain()
