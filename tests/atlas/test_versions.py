"""Versions of a layer in time: on any day at most one holds, and none that another replaced comes back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.atlas.features import Features
from screening.atlas.layer import Card, Layer, Use
from screening.atlas.reader import read_atlas
from screening.atlas.versions import Reason, select_versions
from screening.errors import AtlasError
from screening.text import Text

from .conftest import Sheet, box, polygon, write_atlas

EMPTY = Features.of([], areal=True)
DAY = date(2026, 6, 1)


def version(recorded: str, first: str = "", until: str = "", stale: str = "", layer: str = "units") -> Layer:
    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    words = Text("甲", "one")
    card = Card(
        *(layer, words, "control_unit", Use.UNITS, "x", "EPSG:4490", Fraction(0), words, DAY, "CC0-1.0", 0),
        recorded=date.fromisoformat(recorded),
        stale_after=day(stale),
        in_force_from=day(first),
        in_force_until=day(until),
    )
    return Layer(card, EMPTY, "0" * 64)


def reasons(layers: list[Layer], as_of: date = DAY, known_on: date | None = None) -> list[Reason | None]:
    return [why.reason if why else None for why in select_versions(layers, as_of, known_on)]


def test_each_side_of_the_day_of_change_has_its_own_version() -> None:
    layers = [version("2020-01-01", until="2026-06-01"), version("2026-05-01", first="2026-06-01")]
    assert reasons(layers, date(2026, 5, 31)) == [None, Reason.SUPERSEDED]
    assert reasons(layers, date(2026, 6, 1)) == [Reason.SUPERSEDED, None]


def test_of_two_in_force_the_one_recorded_last_holds() -> None:
    assert reasons([version("2026-02-01"), version("2026-01-01")]) == [None, Reason.SUPERSEDED]


def test_an_older_map_added_for_the_record_does_not_replace_the_one_in_force() -> None:
    layers = [version("2024-01-01", first="2024-01-01"), version("2026-01-01", first="2020-01-01", until="2024-01-01")]
    assert reasons(layers) == [None, Reason.SUPERSEDED]
    assert reasons(layers, date(2022, 1, 1)) == [Reason.SUPERSEDED, None]


def test_a_version_that_is_over_does_not_bring_back_the_one_it_replaced() -> None:
    layers = [version("2020-01-01"), version("2025-01-01", first="2025-01-01", until="2026-01-01")]
    assert reasons(layers, date(2025, 6, 1)) == [Reason.SUPERSEDED, None]
    assert reasons(layers) == [Reason.SUPERSEDED, Reason.NO_LONGER]


def test_a_stale_version_still_supersedes() -> None:
    layers = [version("2020-01-01"), version("2025-01-01", stale="2026-01-01")]
    assert reasons(layers) == [Reason.SUPERSEDED, Reason.STALE]


def test_what_was_not_recorded_yet_was_not_known() -> None:
    layers = [version("2020-01-01"), version("2026-05-01")]
    assert reasons(layers, known_on=date(2026, 4, 30)) == [None, Reason.NOT_KNOWN]
    assert reasons(layers, known_on=date(2026, 5, 1)) == [Reason.SUPERSEDED, None]
    assert reasons(layers[1:], known_on=date(2026, 4, 30)) == [Reason.NOT_KNOWN]


def test_layers_of_other_ids_do_not_matter() -> None:
    assert reasons([version("2020-01-01"), version("2021-01-01", layer="other")]) == [None, None]


@pytest.mark.parametrize(
    ("layer", "zh", "en"),
    [
        (version("2020-01-01", stale="2026-01-01"), "自 2026-01-01 起过期", "stale since 2026-01-01"),
        (version("2020-01-01", first="2027-01-01"), "2027-01-01 起方生效", "in force only from 2027-01-01"),
        (version("2020-01-01", until="2026-01-01"), "2026-01-01 起已失效", "no longer in force since 2026-01-01"),
    ],
)
def test_the_reason_is_told_with_its_day_in_both_languages(layer: Layer, zh: str, en: str) -> None:
    (why,) = select_versions([layer], DAY)
    assert why is not None and why.words == Text(zh, en)


days = st.sampled_from(["2026-01-01", "2026-03-01", "2026-06-01", "2026-09-01"])
spans = st.tuples(days, days).map(sorted).filter(lambda span: span[0] < span[1])


@given(st.lists(st.tuples(spans, st.booleans()), min_size=1, max_size=4), days)
def test_at_most_one_version_holds_whatever_the_order_of_the_list(
    drawn: list[tuple[list[str], bool]], day: str
) -> None:
    layers = [
        version(f"2025-0{number + 1}-01", first=span[0], until="" if open_ended else span[1])
        for number, (span, open_ended) in enumerate(drawn)
    ]
    chosen = set()
    for order in permutations(layers):
        held = [
            layer
            for layer, why in zip(order, select_versions(order, date.fromisoformat(day)), strict=True)
            if why is None
        ]
        assert len(held) <= 1
        chosen.add(held[0].card.recorded if held else None)
    assert len(chosen) == 1


def sheets(**card: object) -> list[Sheet]:
    """Two versions in one atlas: the id is said on the card, the file's name by the sheet."""
    zone = polygon(box(0, 0, 1, 1))
    one = Sheet("one", "zone", [zone], card={"id": "zone", "recorded": "2026-01-01"})
    return [one, Sheet("two", "zone", [zone], card={"id": "zone", "recorded": "2026-02-01", **card})]


def test_an_atlas_may_hold_several_versions_of_a_layer(tmp_path: Path) -> None:
    atlas = read_atlas(write_atlas(tmp_path, *sheets()))
    assert [layer.card.recorded.month for layer in atlas.layers if layer.id == "zone"] == [1, 2]


def test_versions_recorded_on_one_day_and_in_force_together_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match='a second layer has the id "zone", was recorded on 2026-01-01'):
        read_atlas(write_atlas(tmp_path, *sheets(recorded="2026-01-01")))


def test_versions_of_different_kinds_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(AtlasError, match="is no version of it"):
        read_atlas(write_atlas(tmp_path, *sheets(kind="other")))


def test_a_card_that_does_not_say_when_it_was_recorded_was_on_its_own_day(tmp_path: Path) -> None:
    atlas = read_atlas(write_atlas(tmp_path, Sheet("zone", "zone", [polygon(box(0, 0, 1, 1))])))
    assert {layer.card.recorded for layer in atlas.layers} == {layer.card.as_of for layer in atlas.layers}


def test_staleness_must_be_stated_or_denied_with_a_reason(tmp_path: Path) -> None:
    for number, (said, words) in enumerate({None: '"stale_after" is missing', "never": "without a reason"}.items()):
        with pytest.raises(AtlasError, match=words):
            read_atlas(write_atlas(tmp_path / str(number), *sheets(stale_after=said)))
    atlas = read_atlas(write_atlas(tmp_path / "x", *sheets(stale_after={"never": "drawn by law"})))
    assert select_versions(atlas.layers, date(2999, 1, 1))[-1] is None
