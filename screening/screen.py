"""One project, one site, one day: the decision. Pure: no clock, no disk, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from math import inf
from typing import Any

from screening.atlas import (
    Atlas,
    Drawing,
    Placement,
    Reading,
    Source,
    locate,
)
from screening.classes import classes_of
from screening.co_control import co_control
from screening.decision import Decision, Finding, Outcome, Receipt, gravest
from screening.engine.durable import DurableEngine
from screening.engine.judge import Judgement, judge_all
from screening.engine.program import Group, prepare, prepare_units
from screening.errors import InputError, Problem, QuantityError
from screening.facts import Choice, Fact, Facts, Interval, Members, Number, Value
from screening.findings import (
    considered,
    findings_of,
    lists_elsewhere,
    needs_of,
    not_kept,
    unlisted_units,
)
from screening.places import MOST_PLACES, Candidate, undecided_place
from screening.project import Project
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.siting import draw, footprint_of, in_order, with_reading
from screening.text import Text
from screening.version import VERSION


def screen(
    project: Project,
    rulebook: Rulebook,
    atlas: Atlas,
    *,
    as_of: date,
    engine: DurableEngine | None = None,
    source: Source | None = None,
) -> Decision:
    """Say pass, review or reject, with every ground. Never pass because something was not known.

    Raises InputError (all problems at once) when the application or its footprint cannot be read; a project that is
    unwelcome is no error. `engine` replaces the process-wide durable engine. `source` is what was read of the file that
    the site names. Where the coordinates may be several places each is decided, and the answer is never pass (`places`).
    """
    problems: list[Problem] = []
    facts = Facts()
    drawing: Drawing | None = None
    placed: list[tuple[Reading, Placement]] = []
    try:
        facts = rulebook.vocabulary.read_claims(project.claims)
    except InputError as error:
        problems.extend(error.problems)
    try:
        drawing = draw(project.site, source)
        readings = in_order(drawing, atlas, as_of)
        placed = [(one, locate(footprint_of(drawing, one), atlas, as_of)) for one in readings[:MOST_PLACES]]
    except (InputError, QuantityError) as error:
        problems.extend(error.problems)
    if problems or drawing is None:
        raise InputError(problems)
    decisions = [
        decide(
            project,
            facts.and_also(fact for fact in placement.facts.values() if fact.key in rulebook.vocabulary.terms),
            placement,
            rulebook,
            as_of=as_of,
            engine=engine,
        )
        for _, placement in placed
    ]
    if source is not None and project.site.geometry is None:
        decisions = [replace(one, warnings=(*source.remarks, *one.warnings)) for one in decisions]
    if drawing.readings.certain is not None:
        return with_reading(decisions[0], drawing.readings.certain)
    candidates = []
    for number, reading in enumerate(readings):
        system, (longitude, latitude) = reading.system, drawing.middle(reading)
        decision = decisions[number] if number < len(decisions) else None
        candidates.append(
            Candidate(system.id, system.name, reading.why, reading.axes, system.error, longitude, latitude, decision)
        )
    return undecided_place(candidates)


def decide(
    project: Project,
    facts: Facts,
    placement: Placement,
    rulebook: Rulebook,
    *,
    as_of: date,
    engine: DurableEngine | None = None,
) -> Decision:
    """The decision over facts already gathered. Raises InputError for a day of which the rulebook holds no national law."""
    program = prepare(rulebook, as_of)
    if EVERYWHERE not in program.listed:
        raise InputError(
            Problem(
                "as_of",
                f"the rulebook holds no national rule in force on {as_of.isoformat()}",
                "check the day: no law loaded is not the same as no obstacle",
                f"规则库没有 {as_of.isoformat()} 施行的国家级规则，请核对日期：未载入规则不等于未见障碍",
            )
        )
    units = _units_with_lists(facts, placement, rulebook, as_of)
    listed = program.listed | units
    elsewhere = lists_elsewhere(facts, placement, rulebook, as_of, units)
    facts = _places_with_rules(facts, placement, listed)
    judgement = judge_all(program, prepare_units(rulebook, units, as_of), facts, rulebook.vocabulary, engine)
    findings = [
        *findings_of(judgement, rulebook),
        *unlisted_units(placement.units, listed),
        *elsewhere,
        *not_kept(rulebook, as_of),
    ]
    findings.sort(key=_order)
    return Decision(
        project=project.id,
        title=project.title,
        outcome=gravest(finding.outcome for finding in findings),
        findings=tuple(findings),
        needs=needs_of(judgement, findings, rulebook),
        classes=classes_of(judgement, rulebook),
        place=plain_place(placement),
        not_covered=_not_covered(facts, placement, listed),
        warnings=_warnings(placement),
        considered=considered(judgement, rulebook.vocabulary),
        receipt=_receipt(judgement, placement, rulebook, as_of),
        co_control=co_control(judgement, rulebook),
    )


def _units_with_lists(facts: Facts, placement: Placement, rulebook: Rulebook, as_of: date) -> frozenset[str]:
    """The control units the site touches, certainly or possibly, of which an access list in force says something."""
    named = {unit.code for unit in placement.units if unit.code}
    value = facts.value(JURISDICTIONS)
    if isinstance(value, Members):
        named |= value.certain | (value.possible or frozenset())
    return frozenset(place for place in named if rulebook.lists_of(place, as_of))


def _places_with_rules(facts: Facts, placement: Placement, listed: frozenset[str]) -> Facts:
    """Where the site may lie, told for every place that has rules.

    A basin or region without a layer that can be used that day may be anywhere, so the site may lie in it. Where any
    place is possible (part of the site is outside what the map completely shows), the units that are drawn elsewhere are not.
    """
    fact = facts.get(JURISDICTIONS)
    if fact is None or not isinstance(fact.value, Members):
        return facts
    certain, possible = fact.value.certain, fact.value.possible
    if possible is None:
        wider = frozenset(place for place in listed if not placement.is_clear_of(place))
        note = "any place with rules, less the units drawn elsewhere"
        return facts.and_also([Fact(fact.key, Members(certain, certain | wider), replace(fact.origin, note=note))])
    unmapped = frozenset(
        place
        for place in listed
        if place.startswith(("basin_", "region_")) and f"site.overlaps.{place}" not in placement.facts
    )
    return facts.and_also([replace(fact, value=Members(certain, possible | unmapped))])


def _order(finding: Finding) -> tuple[int, int, int, int, str]:
    """Gravest first, certain before doubtful, the nation before its regions and units, statutes before notices."""
    place = finding.jurisdiction
    tiers = (place == EVERYWHERE, place.startswith(("basin_", "region_")), not place.startswith("ZH"), True)
    rank = min((ground.rank for ground in finding.grounds), default=9)
    return (
        -finding.outcome.gravity,
        0 if finding.certain else 1,
        min(rank, 1),
        tiers.index(True) * 10 + rank,
        finding.rule,
    )


def _not_covered(facts: Facts, placement: Placement, listed: frozenset[str]) -> tuple[Text, ...]:
    """Every tier the site lies in, or may lie in, for which no rule is loaded. Control units are findings of their own."""
    measured = placement.facts.value(JURISDICTIONS)
    value = facts.value(JURISDICTIONS)
    if not isinstance(value, Members) or not isinstance(measured, Members):
        return (Text("省、市、县（未能确定行政区）", "province, city and county (not determined)"),)
    tiers = sorted(
        code for code in (value.possible or value.certain) if code != EVERYWHERE and not code.startswith("ZH")
    )
    names = {2: Text("省级", "province"), 4: Text("市级", "city"), 6: Text("县级", "county")}
    found = [
        Text(f"{names[len(code)].zh} {code}", f"{names[len(code)].en} {code}")
        if code.isdigit() and len(code) in names
        else Text(code, code)
        for code in tiers
        if code not in listed
    ]
    if measured.possible is None:
        found.append(
            Text(
                "其他行政区（用地未完全落在行政区图层内）",
                "other places (the site is not fully inside the administrative layer)",
            )
        )
    return tuple(found)


def _warnings(placement: Placement) -> tuple[Text, ...]:
    """What must be known of the map, the layers of one remark gathered."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for remark in placement.warnings:
        gathered.setdefault((remark.zh, remark.en), []).append(remark.layer)
    return tuple(Text(f"{'、'.join(names)}：{zh}", f"{', '.join(names)}: {en}") for (zh, en), names in gathered.items())


def _receipt(judgement: Judgement, placement: Placement, rulebook: Rulebook, as_of: date) -> Receipt:
    return Receipt(
        as_of=as_of.isoformat(),
        engine=VERSION,
        rulebook=rulebook.digest,
        rules=_digests(judgement),
        layers=dict(placement.layers_used),
        facts=tuple(
            {
                "fact": fact.key,
                "value": plain_value(fact.value),
                "unit": rulebook.vocabulary[fact.key].unit,
                "supplier": fact.origin.supplier.value,
                "source": fact.origin.source,
                "note": fact.origin.note,
            }
            for fact in sorted(judgement.facts.values(), key=lambda fact: fact.key)
        ),
    )


def _digests(judgement: Judgement) -> dict[str, str]:
    """The digest of every rule considered, by its id."""
    found = {item.rule.id: item.rule.digest for item in judgement.ran}
    for group, _ in judgement.aside:
        found.update(_digests_of(group))
    return found


@lru_cache(maxsize=20_000)
def _digests_of(group: Group) -> dict[str, str]:
    return {item.rule.id: item.rule.digest for item in group.prepared}


def plain_place(placement: Placement) -> dict[str, Any]:
    """Units, areas and shorelines met, as plain JSON data; figures as decimal text, [low, high]."""
    return {
        "units": [
            {
                "layer": unit.layer,
                "code": unit.code,
                "name": unit.name,
                "class": unit.unit_class,
                "certain": unit.certain,
                "area_m2": _figures(unit.area, 1),
                "share": _figures(unit.share, 4),
            }
            for unit in placement.units
        ],
        "areas": [
            {
                "kind": hit.kind,
                "layer": hit.layer,
                "name": hit.name,
                "certain": hit.certain,
                "area_m2": _figures(hit.area, 1),
                "share": _figures(hit.share, 4),
            }
            for hit in placement.hits
        ],
        "distances": [
            {
                "kind": near.kind,
                "layer": near.layer,
                "name": near.name,
                "metres": _figures(near.metres, 2),
                "nearest": [f"{near.longitude:.7f}", f"{near.latitude:.7f}"],
            }
            for near in placement.distances
        ],
    }


def _figures(interval: Interval, places: int) -> list[str | None]:
    return [None if end in (inf, -inf) else f"{float(end):.{places}f}" for end in (interval.lo, interval.hi)]


def plain_value(value: Value) -> Any:
    """A value as plain JSON data, exactly: fractions as text, open ends as null, sets sorted."""
    match value:
        case Interval():
            return _plain_end(value.lo) if value.known else [_plain_end(value.lo), _plain_end(value.hi)]
        case Choice():
            words = sorted(value.possible) if value.possible is not None else None
            return words[0] if words is not None and len(words) == 1 else words
        case Members():
            certain: Mapping[str, Any] = {"has": sorted(value.certain)}
            return (
                certain
                if value.known
                else {**certain, "may_have": sorted(value.possible) if value.possible is not None else "anything"}
            )


def _plain_end(number: Number) -> str | None:
    return None if isinstance(number, float) else str(number)


__all__ = ["Outcome", "decide", "plain_value", "screen"]
