"""Time: the same application on two days cites the law of each, and is right on both; no rule ever cites a dead one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from screening import Atlas, Decision, Project, Rulebook, screen
from screening.decision import Finding, Outcome, Reason
from screening.rulebook.model import Effect

DEMO = Path(__file__).parents[2] / "zones" / "demo"
APPLICATIONS = sorted(path.stem for path in (DEMO / "applications").glob("*.yaml"))
FIRST, LAST = date(2019, 1, 1), date(2027, 12, 31)
DAY = timedelta(1)
CODE: Final = date(2026, 8, 15)
"""The first day of the Ecological and Environmental Code."""

Decide = Callable[..., Decision]


@cache
def rings() -> dict[str, Any]:
    """The polygons of PLACES.md by the id of their place."""
    text = (DEMO / "PLACES.md").read_text("utf-8")
    return {name: json.loads(ring) for name, ring in re.findall(r"\*\*([a-z0-9-]+)\*\*\n```json\n(.+)\n", text)}


@cache
def claims_of(application: str) -> str:
    claims = Project.read(DEMO / "applications" / f"{application}.yaml").claims
    return json.dumps(claims, default=str)


def changed(application: str, **changes: Any) -> dict[str, Any]:
    """The claims of a sample with some stated otherwise (`replacement__ratio="1.3"`); None leaves one out."""
    claims: dict[str, Any] = json.loads(claims_of(application))
    for key, value in changes.items():
        *path, last = key.split("__")
        inner = claims
        for part in path:
            inner = inner.setdefault(part, {})
        if value is None:
            inner.pop(last, None)
        else:
            inner[last] = value
    return claims


@pytest.fixture(scope="module")
def decide(rulebook: Rulebook, atlas: Atlas) -> Decide:
    """The decision on claims at a place of the invented district, as of a day."""

    def decided(claims: dict[str, Any], place: str, as_of: date) -> Decision:
        application = {"project": claims, "site": {"geometry": rings()[place]}}
        return screen(Project.of(application), rulebook, atlas, as_of=as_of)

    return decided


def found(decision: Decision, rule: str) -> Finding | None:
    return next((finding for finding in decision.findings if finding.rule == rule), None)


def cited(decision: Decision, rule: str) -> set[str]:
    finding = found(decision, rule)
    assert finding is not None, (rule, [one.rule for one in decision.findings])
    return {ground.instrument for ground in finding.grounds}


def dead(decision: Decision, rulebook: Rulebook, day: date) -> list[tuple[str, str]]:
    """What a decision cites that was not in force on its day."""
    return [
        (finding.rule, ground.instrument)
        for finding in decision.findings
        for ground in finding.grounds
        if not rulebook.instruments[ground.instrument].life.covers(day)
    ]


# The Code, 2026-08-15


@pytest.mark.parametrize("application", APPLICATIONS)
def test_a_sample_cites_only_what_is_in_force_on_the_last_day_before_the_code_and_on_its_first(
    application: str, rulebook: Rulebook, atlas: Atlas
) -> None:
    project = Project.read(DEMO / "applications" / f"{application}.yaml")
    for day in (CODE - DAY, CODE):
        decision = screen(project, rulebook, atlas, as_of=day)
        assert dead(decision, rulebook, day) == []
        assert any("eco-code" in {ground.instrument for ground in one.grounds} for one in decision.findings) <= (
            day >= CODE
        )


def test_coal_short_of_replacement_is_rejected_by_the_air_law_one_day_and_by_the_code_the_next(decide: Decide) -> None:
    claims = changed("03-clinker-2", coal_replacement__ratio="0.9")
    before, after = (decide(claims, "general-in-air", day) for day in (CODE - DAY, CODE))
    assert before.outcome is after.outcome is Outcome.REJECT
    assert cited(before, "coal-replacement") == {"air-pollution-law", "air-action-plan-2023"}
    assert cited(after, "coal-replacement") == {"eco-code", "air-action-plan-2023"}


@pytest.mark.parametrize("day", [CODE - DAY, CODE])
def test_coal_wholly_replaced_is_no_ground_under_either_law(day: date, decide: Decide) -> None:
    assert found(decide(changed("03-clinker-2"), "general-in-air", day), "coal-replacement") is None


def test_petroleum_coke_in_a_fuel_ban_zone_is_provisional_under_the_unread_air_law_and_rejected_by_the_code(
    decide: Decide,
) -> None:
    claims = changed("05-food", fuels=["petroleum_coke", "electricity"])
    before, after = (decide(claims, "fuel-ban-open", day) for day in (CODE - DAY, CODE))
    assert before.outcome is not Outcome.PASS and after.outcome is Outcome.REJECT
    one, other = found(before, "fuel-ban"), found(after, "fuel-ban")
    assert one is not None and one.reason is Reason.PROVISIONAL and "air-pollution-law" in cited(before, "fuel-ban")
    assert other is not None and other.reason is Reason.FIRED and "eco-code" in cited(after, "fuel-ban")


def test_an_eliminated_kiln_stays_eliminated_when_the_law_it_rests_on_is_repealed(decide: Decide) -> None:
    claims = changed("03-clinker-2", processes=["cement_shaft_kiln"])
    before, after = (decide(claims, "general-out-of-air", day) for day in (CODE - DAY, CODE))
    assert cited(before, "eliminated-process.cement_shaft_kiln") >= {"environmental-protection-law"}
    assert cited(after, "eliminated-process.cement_shaft_kiln") >= {"eco-code"}


# Nature reserves: three zones until 2026-03-14, two from 2026-03-15


@pytest.mark.parametrize(
    ("place", "rule"), [("reserve-core", "nature-reserve-core"), ("reserve-general", "nature-reserve-general")]
)
def test_a_plant_in_a_reserve_answers_to_three_zones_and_then_to_two(
    place: str, rule: str, decide: Decide, rulebook: Rulebook
) -> None:
    change = date(2026, 3, 15)
    claims = changed("05-food")
    before, after = (decide(claims, place, day) for day in (change - DAY, change))
    assert before.outcome is not Outcome.PASS and after.outcome is not Outcome.PASS
    assert "nature-reserve-regulation-1994" in cited(before, rule)
    assert "nature-reserve-regulation-2026" in cited(after, rule)
    assert dead(before, rulebook, change - DAY) == dead(after, rulebook, change) == []


# Steel replacement: the 2021 measures, suspended from 2024-08-23, the 2026 measures from 2026-04-29


def steel(**changes: Any) -> dict[str, Any]:
    """A steel works set off against closed capacity, whole but for what a story changes."""
    return changed(
        "03-clinker-2",
        sector="3120",
        products=["pig_iron", "steel_bof"],
        processes=["smelting"],
        energy_intensity={"pig_iron": "355 kgce/t", "steel_bof": "-31 kgce/t"},
        size={"blast_furnace": "1800 m3", "converter": "150 t"},
        capacity_increase={"steel": "0 t/a"},
        **changes,
    )


def test_a_steel_plan_at_1_3_outside_the_key_regions_meets_the_2021_measures_and_not_those_of_2026(
    decide: Decide,
) -> None:
    change = date(2026, 4, 29)
    claims = steel(replacement__ratio="1.3", replacement__published="2024-08-22")
    before, after = (decide(claims, "general-out-of-air", day) for day in (change - DAY, change))
    assert found(before, "capacity-replacement.steel-elsewhere") is None
    assert cited(after, "capacity-replacement.steel-elsewhere") == {"steel-replacement-2026"}
    assert "1.5" in found(after, "capacity-replacement.steel-elsewhere").message.zh  # type: ignore[union-attr]


def test_a_steel_plan_below_1_25_cites_the_measures_of_its_day(decide: Decide) -> None:
    change = date(2026, 4, 29)
    claims = steel(replacement__ratio="1.2", replacement__published="2024-08-22")
    before, after = (decide(claims, "general-out-of-air", day) for day in (change - DAY, change))
    assert cited(before, "capacity-replacement.steel-elsewhere") == {"steel-replacement-2021"}
    assert cited(after, "capacity-replacement.steel-elsewhere") == {"steel-replacement-2026"}


@pytest.mark.parametrize(("published", "rejected"), [("2024-08-22", False), ("2024-08-23", True), ("2026-04-28", True)])
def test_a_steel_plan_published_during_the_suspension_is_rejected(
    published: str, rejected: bool, decide: Decide
) -> None:
    decision = decide(
        steel(replacement__ratio="2", replacement__published=published), "general-out-of-air", date(2026, 4, 28)
    )
    stands = found(decision, "steel-replacement-suspended")
    assert (stands is not None and stands.outcome is Outcome.REJECT) == rejected
    assert not rejected or decision.outcome is Outcome.REJECT


def test_no_steel_plan_was_suspended_the_day_before(decide: Decide) -> None:
    claims = steel(replacement__ratio="2", replacement__published="2024-08-22")
    for day in (date(2024, 8, 22), date(2024, 8, 23)):
        assert found(decide(claims, "general-out-of-air", day), "steel-replacement-suspended") is None
    late = steel(replacement__ratio="2", replacement__published="2024-08-23")
    first = decide(late, "general-out-of-air", date(2024, 8, 23))
    assert first.outcome is Outcome.REJECT
    assert cited(first, "steel-replacement-suspended") == {"steel-suspension-2024"}


def test_a_plan_of_the_suspension_goes_to_a_person_under_the_2026_measures(decide: Decide) -> None:
    """The notice does not say what becomes of such a plan, so it neither stands nor falls by itself."""
    claims = steel(replacement__ratio="1.5", replacement__published="2025-03-01")
    before, after = (decide(claims, "general-out-of-air", day) for day in (date(2026, 4, 28), date(2026, 4, 29)))
    assert before.outcome is Outcome.REJECT
    assert found(after, "steel-replacement-suspended") is None
    assert found(after, "steel-plan-of-suspension").outcome is Outcome.REVIEW  # type: ignore[union-attr]


def test_a_blast_furnace_at_420_answers_to_the_baseline_and_from_july_to_the_stricter_standard(decide: Decide) -> None:
    change = date(2026, 7, 1)
    claims = {**steel(replacement__published="2024-08-22"), "works": "technical_upgrade", "new_main_equipment": "no"}
    claims["energy_intensity"] = {"pig_iron": "420 kgce/t", "steel_bof": "-31 kgce/t"}
    before, after = (decide(claims, "general-out-of-air", day) for day in (change - DAY, change))
    assert found(before, "energy-existing.pig_iron") is None
    assert cited(after, "energy-existing.pig_iron") == {"energy-conservation-law", "gb-21256-2025"}


# Energy review: order 2 of 2023 until 2025-08-31, order 31 from 2025-09-01


@pytest.mark.parametrize(
    ("energy", "before", "after"),
    [
        ({"total": "999 tce/a", "electricity": "5000000 kWh/a", "coal": "0 t/a"}, True, False),
        ({"total": "999 tce/a", "electricity": "4999999 kWh/a", "coal": "1000 t/a"}, False, True),
        ({"total": "1000 tce/a", "electricity": "4999999 kWh/a", "coal": "0 t/a"}, True, True),
        ({"total": "999 tce/a", "electricity": "4999999 kWh/a", "coal": "999 t/a"}, False, False),
    ],
)
def test_energy_review_counts_electricity_until_september_2025_and_coal_from_then(
    energy: dict[str, str], before: bool, after: bool, decide: Decide
) -> None:
    change = date(2025, 9, 1)
    claims = changed("05-food", energy=energy)
    one, other = (decide(claims, "general-out-of-air", day) for day in (change - DAY, change))
    assert (found(one, "energy-review") is not None, found(other, "energy-review") is not None) == (before, after)
    assert not before or cited(one, "energy-review") == {"energy-review-2023", "energy-conservation-law"}
    assert not after or cited(other, "energy-review") == {"energy-review-2025", "energy-conservation-law"}


def test_the_provincial_authority_reviews_from_ten_thousand_tonnes_only_under_order_31(decide: Decide) -> None:
    change = date(2025, 9, 1)
    before, after = (decide(changed("03-clinker-2"), "general-out-of-air", day) for day in (change - DAY, change))
    assert found(before, "energy-review-provincial") is None
    assert cited(after, "energy-review-provincial") == {"energy-review-2025"}


# The days for which the rules were read


def test_outside_the_days_it_was_read_for_the_rulebook_passes_nobody(decide: Decide, rulebook: Rulebook) -> None:
    kept = rulebook.kept
    assert kept.start is not None and kept.until is not None
    claims = changed("05-food")
    for day, is_kept in ((kept.start - DAY, False), (kept.start, True), (kept.until - DAY, True), (kept.until, False)):
        decision = decide(claims, "general-out-of-air", day)
        assert (Reason.NOT_KEPT in {one.reason for one in decision.findings}) is not is_kept, day
        assert decision.outcome is (Outcome.PASS if is_kept else Outcome.REVIEW), day


# Every rule on every day


def days_of_change(rulebook: Rulebook) -> list[date]:
    """The days of 2019 to 2027 on which a rule or an instrument begins or ends, the days before them, and both ends."""
    days = {FIRST, LAST}
    for period in (
        *(rule.effective for rule in rulebook.rules),
        *(instrument.life for instrument in rulebook.instruments.values()),
    ):
        for day in filter(None, (period.start, period.until)):
            days |= {one for one in (day - DAY, day) if FIRST <= one <= LAST}
    return sorted(days)


def test_no_rule_in_force_cites_an_instrument_that_is_not_on_any_day_from_2019_to_2027(rulebook: Rulebook) -> None:
    days = days_of_change(rulebook)
    rules = rulebook.rules
    wrong = {
        (rule.id, citation.instrument, day.isoformat())
        for day in days
        for rule in rules
        if rule.effective.covers(day)
        for citation in rule.basis
        if not rulebook.instruments[citation.instrument].life.covers(day)
    }
    assert wrong == set()
    assert len(days) > 60 and len(rules) > 900, "the test looked at nearly nothing"


def test_every_rule_that_decides_cites_a_clause(rulebook: Rulebook) -> None:
    for rule in rulebook.rules:
        assert rule.basis and all(citation.clause for citation in rule.basis), rule.id
        if rule.effect in (Effect.REJECT, Effect.REVIEW):
            assert rule.checked_on is not None, rule.id
