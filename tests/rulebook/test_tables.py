"""The carried tables: every row dated, in its unit and sourced, no day without or with two rows, the strictest figure chosen."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from screening.quantity import check_unit, parse_quantity
from screening.rulebook.reader import Rulebook
from screening.settings import read_settings

RULES: Final = read_settings({}).rules
Row = dict[str, str]
FIRST, LAST = date(2019, 1, 1), date(2027, 12, 31)
LEVELS: Final = {"text", "secondary", "memory"}

DATED: Final = {
    "national/energy/energy-figures.csv": ("key", "what"),
    "national/energy/energy-levels.csv": ("key", "what"),
    "national/energy/energy-unknown.csv": ("key", "what"),
    "national/energy/energy-also.csv": ("key",),
    "national/catalogue/equipment.csv": ("key", "class"),
    "national/catalogue/polluting-fuels.csv": ("class", "fuel"),
    "national/capacity/replacement.csv": ("key",),
    "national/capacity/replacement-kinds.csv": ("key",),
    "national/capacity/key-city-replacement.csv": ("key",),
    "national/procedure/carbon-eia.csv": ("key",),
    "regions/air-key/key-cities.csv": ("edition", "code"),
}
"""Each dated table, and the columns whose rows follow each other in time."""
PICKED: Final = {"new": ("benchmark", "level_2", "level_3"), "existing": ("baseline", "level_3")}
"""Which figures a new and an existing plant answer to; the smallest of those in force binds."""

each_table = pytest.mark.parametrize("table", DATED)


def rows(table: str) -> list[Row]:
    with (RULES / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def life(row: Row) -> tuple[date, date]:
    """The first day and the first day out."""
    return date.fromisoformat(row["from"]), date.fromisoformat(row["until"]) if row["until"] else date.max


def on(day: date, found: list[Row]) -> list[Row]:
    return [row for row in found if life(row)[0] <= day < life(row)[1]]


def number(text: str) -> Decimal:
    return Decimal(text.split()[0])


def grouped(table: str) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows(table):
        found[tuple(row[name] for name in DATED[table])].append(row)
    for key, members in found.items():
        yield key, sorted(members, key=life)


@each_table
def test_rows_of_one_key_neither_overlap_nor_leave_a_day_between_them(table: str) -> None:
    for key, members in grouped(table):
        for earlier, later in pairwise(members):
            assert life(earlier)[1] == life(later)[0], (table, key, earlier["until"], later["from"])
        assert all(life(row)[0] < life(row)[1] for row in members), (table, key)


@each_table
def test_a_row_says_where_its_figure_comes_from_and_how_far_it_was_compared(table: str) -> None:
    for row in rows(table):
        assert row["source"], (table, row)
        assert row.get("level", "secondary") in LEVELS, (table, row)


@each_table
def test_the_instrument_of_a_row_is_in_force_when_the_row_begins_and_until_it_ends(
    table: str, rulebook: Rulebook
) -> None:
    for row in rows(table):
        name = row.get("instrument") or row["basis"]
        instrument = rulebook.instruments[name]
        start, end = life(row)
        assert instrument.life.covers(start), (table, row)
        assert end == date.max or instrument.life.covers(end - timedelta(1)), (table, row)


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("national/energy/energy-figures.csv", ("figure",)),
        ("national/energy/energy-levels.csv", ("limit",)),
        ("national/energy/energy-also.csv", ("new", "existing")),
        ("national/catalogue/equipment.csv", ("floor", "limit")),
    ],
)
def test_every_figure_is_in_the_unit_of_its_row(table: str, columns: tuple[str, ...]) -> None:
    for row in rows(table):
        for figure in filter(None, (row[name] for name in columns)):
            assert row["unit"], (table, row)
            check_unit(row["unit"])
            assert figure.split(maxsplit=1)[1] == row["unit"], (table, row)
            parse_quantity(figure, row["unit"])


FIGURES: Final = rows("national/energy/energy-figures.csv")
KEYS: Final = sorted({row["key"] for row in FIGURES})


def days_of_change(found: list[Row]) -> list[date]:
    days = {FIRST, LAST}
    for row in found:
        for day in life(row):
            days |= {one for one in (day, day - timedelta(1)) if FIRST <= one <= LAST} if day < date.max else set()
    return sorted(days)


@pytest.mark.parametrize("what", PICKED)
@pytest.mark.parametrize("key", KEYS)
def test_the_strictest_figure_in_force_is_the_one_that_binds(key: str, what: str) -> None:
    """Both the policy's figure and the standard's are read, and the smaller of them is the row in force; never two rows."""
    figures = [row for row in FIGURES if row["key"] == key and row["what"] in PICKED[what] and row["figure"]]
    chosen = [row for row in rows("national/energy/energy-levels.csv") if (row["key"], row["what"]) == (key, what)]
    for day in days_of_change(figures + chosen):
        live, bound = on(day, figures), on(day, chosen)
        assert len(bound) == (1 if live else 0), (key, what, day)
        if not live:
            continue
        least = min(number(row["figure"]) for row in live)
        assert number(bound[0]["limit"]) == least, (key, what, day)
        assert (bound[0]["basis"], bound[0]["clause"]) in {
            (row["instrument"], row["clause"]) for row in live if number(row["figure"]) == least
        }, (key, what, day)
        assert bound[0]["level"] in {row["level"] for row in live if number(row["figure"]) == least}


def test_a_converter_recovers_energy_so_its_smaller_negative_figure_is_the_stricter() -> None:
    figures = {row["what"]: number(row["figure"]) for row in FIGURES if row["key"] == "steel_bof"}
    assert figures["benchmark"] < figures["level_2"] < figures["level_3"] < figures["baseline"] < 0
    levels = [row for row in rows("national/energy/energy-levels.csv") if row["key"] == "steel_bof"]
    today = {row["what"]: row["limit"] for row in on(date(2026, 11, 22), levels)}
    assert today == {"new": "-30 kgce/t", "existing": "-12 kgce/t"}


def test_a_standard_grows_stricter_from_level_three_to_level_one() -> None:
    """Old coal units apart: for a new one of their kind the standard asks what only better units reach."""
    for key in KEYS:
        level = {row["what"]: number(row["figure"]) for row in FIGURES if row["key"] == key and row["figure"]}
        found = [level[name] for name in ("level_1", "level_2", "level_3") if name in level]
        if not key.startswith("coal_power"):
            assert found == sorted(found), key
        elif "level_2" in level:
            assert level["level_2"] < level["level_3"], key


def test_a_policy_figure_that_was_not_obtained_never_lets_a_plant_through_unseen() -> None:
    """From the day it binds a person is asked, whatever the standard: stamped coke shows that meeting one is not the other."""
    unknown = rows("national/energy/energy-unknown.csv")
    lacking = [row for row in FIGURES if row["what"] in ("benchmark", "baseline") and not row["figure"]]
    assert len(lacking) == len(unknown)
    for row in lacking:
        what = {"benchmark": "new", "baseline": "existing"}[row["what"]]
        mine = [one for one in unknown if (one["key"], one["what"]) == (row["key"], what)]
        assert len(on(life(row)[0], mine)) == len(on(LAST, mine)) == 1, (row["key"], what)
    coke = {row["what"]: number(row["figure"]) for row in FIGURES if row["key"] == "coke_stamp"}
    assert coke["benchmark"] < coke["level_1"]


def test_every_energy_figure_is_of_a_product_or_process_an_applicant_can_name(rulebook: Rulebook) -> None:
    for row in rows("national/energy/energy-levels.csv"):
        assert row["word"] in rulebook.vocabulary[f"project.{row['guard']}"].choices, row["key"]
        assert rulebook.vocabulary[f"project.energy_intensity.{row['key']}"].unit == row["unit"]


def test_what_was_left_out_of_the_energy_tables_has_a_reason() -> None:
    assert all(
        row["standard"] and row["product"] and row["reason"] for row in rows("national/energy/energy-declined.csv")
    )


def test_a_restricted_machine_begins_where_the_eliminated_one_ends_in_either_edition() -> None:
    table = rows("national/catalogue/equipment.csv")
    touching = {"at_most": "over", "under": "at_least"}
    for row in table:
        if row["class"] != "eliminated":
            continue
        for other in table:
            same = (other["key"], other["from"], other["class"]) == (row["key"], row["from"], "restricted")
            if same:
                assert (other["floor"], other["floor_op"]) == (row["limit"], touching[row["op"]]), row["key"]


@pytest.mark.parametrize(
    ("group", "editions"),
    [
        ("air_key_cities_2018", {"2018"}),
        ("air_key_cities_2023", {"2023"}),
        ("steel_key_cities_2021", {"2018", "steel-2021"}),
    ],
)
def test_a_group_of_cities_is_what_its_editions_list(group: str, editions: set[str], rulebook: Rulebook) -> None:
    listed = {row["code"] for row in rows("regions/air-key/key-cities.csv") if row["edition"] in editions}
    assert rulebook.vocabulary.groups[group].members == listed


def test_a_city_in_the_list_of_one_policy_is_not_in_that_of_another() -> None:
    cities: dict[str, set[str]] = defaultdict(set)
    for row in rows("regions/air-key/key-cities.csv"):
        cities[row["zh"]].add(row["edition"])
    assert cities["秦皇岛"] == cities["潍坊"] == {"2023"}
    assert cities["浙江"] == cities["安徽"] == {"2018"} and cities["杭州"] == {"2023"}
    assert cities["佛山"] == {"steel-2021"}
    assert cities["唐山"] == {"2018", "2023"}
    assert not cities.keys() & {"青岛", "烟台", "威海", "张家口", "承德", "温州", "成都"}


def test_the_2023_list_has_as_many_cities_as_the_plan() -> None:
    """Two and thirty-six around Beijing, thirty-one in the delta, thirteen in the plain, and what is named beside them."""
    beside = {"雄安新区", "定州", "辛集", "济源", "杨凌", "韩城"}
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows("regions/air-key/key-cities.csv"):
        if row["edition"] == "2023" and row["zh"] not in beside:
            found[row["region"]].add(row["zh"])
    assert len(found["京津冀及周边"]) == 38
    assert len(found["汾渭平原"]) == 13
    assert len(found["长三角"]) == 19  # Shanghai, all thirteen of Jiangsu as one, six and eleven


def test_the_fuels_of_the_ban_are_those_of_the_catalogue(rulebook: Rulebook) -> None:
    """What all three classes ban outright needs no class to be rejected; what hangs on the class needs a person."""
    table = rows("national/catalogue/polluting-fuels.csv")
    classes = {fuel: [row for row in table if row["fuel"] == fuel] for fuel in {row["fuel"] for row in table}}
    outright = {fuel for fuel, found in classes.items() if [row["banned"] for row in found] == ["outright"] * 3}
    groups = rulebook.vocabulary.groups
    assert groups["fuels_banned_outright"].members == outright
    assert groups["fuels_banned_by_class"].members == classes.keys() - outright
    assert groups["polluting_fuels"].members == classes.keys() - {"biomass_briquette"}
    assert all(row["condition"] for row in table if row["banned"] == "conditional")


def test_replacement_grows_no_looser_from_edition_to_edition() -> None:
    for key, members in grouped("national/capacity/replacement.csv"):
        ratios = [Decimal(row["ratio"]) for row in members]
        assert ratios == sorted(ratios), key


def test_no_table_has_a_row_twice() -> None:
    for table in sorted(path.relative_to(RULES).as_posix() for path in Path(RULES).rglob("*.csv")):
        text = (RULES / table).read_text("utf-8").splitlines()
        assert len(text) == len(set(text)), table
