"""Where the site is: the sketch, units and zones with areas and shares, distances; or the places it may be at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from screening.decision import OUTCOME_WORDS, Outcome
from screening.report.opinion.case import Case, Plain
from screening.report.opinion.document import Block, Cell, Paragraph, Table, Tone, cell, line
from screening.report.opinion.facts import kind_label
from screening.report.opinion.measures import metres, percent, square_metres
from screening.report.opinion.sketch import Panel, draw_sketch
from screening.report.opinion.words import MAP_NOTE, UNIT_CLASSES, UNKNOWN_CLASS

MOST_ROWS: Final = 40
MOST_DISTANCES: Final = 12
MOST_SKETCHES: Final = 3
WIDTH: Final = 165
SMALL: Final = 125
MOST_TITLES: Final = 3


def where(case: Case) -> Iterator[Block]:
    """The place as it was measured, or every place where the coordinate system is not certain."""
    places = case.decision.get("places") or ()
    if places:
        yield from _possible(case, places)
        return
    place = case.decision["place"]
    yield from _sketches(case, [place], [""])
    yield from _units(case, place["units"])
    yield from _areas(case, place["areas"])
    yield from _distances(case, place["distances"])


def _sketches(case: Case, places: Sequence[Plain], names: Sequence[str]) -> Iterator[Block]:
    if case.scene is None or not case.scene.sites:
        return
    on_the_map = [
        one
        for one in zip(case.scene.sites, places, names, strict=False)
        if len(places) == 1 or one[1].get("units") or one[1].get("areas")
    ][:MOST_SKETCHES]
    if not on_the_map:
        return
    width = WIDTH if len(on_the_map) == 1 else SMALL
    for number, (site, place, name) in enumerate(on_the_map, 1):
        panel = Panel(site, case.scene.features, tuple(place.get("distances", ())), told(case), number)
        words = case.say("用地位置示意图", "Sketch of the site")
        words += (f"（{name}）" if case.zh else f" ({name})") if name else ""
        yield draw_sketch(panel, case.vocabulary, words, width, case.lang)
    yield Paragraph(line(case.of(MAP_NOTE)), Tone.NOTE)
    if case.scene.left_out:
        yield Paragraph(
            line(
                case.say(
                    f"下列图层与作出结论时不同，未绘出：{case.listed(case.scene.left_out)}。",
                    f"These layers are no longer what the decision used and are not drawn: {case.listed(case.scene.left_out)}.",
                )
            ),
            Tone.NOTE,
        )


def told(case: Case) -> frozenset[str]:
    """The kinds of zone whose distance some finding that rejects or asks names among its facts."""
    said = "\n".join(
        text["zh"]
        for finding in case.decision["findings"]
        if finding["outcome"] != "pass"
        for text in finding["because"]
    )
    return frozenset(
        key.removeprefix("site.distance.")
        for key, term in case.vocabulary.terms.items()
        if key.startswith("site.distance.") and term.label.zh in said
    )


def _units(case: Case, units: Sequence[Plain]) -> Iterator[Block]:
    if not units:
        words = case.say("用地未落入任何已载入的管控单元。", "The site is in no control unit that is loaded.")
        yield Paragraph(line(words))
        return
    head = (
        line(case.say("管控单元", "Control unit")),
        line(case.say("类别", "Class")),
        line(case.say("占用面积", "Area")),
        line(case.say("占用地比例", "Share of site")),
        line(case.say("是否确定", "Certain")),
    )
    yield Table(
        head,
        tuple(
            (
                cell(" ".join(part for part in (unit["code"], unit["name"]) if part) or "—"),
                cell(case.of(UNIT_CLASSES.get(unit["class"], UNKNOWN_CLASS))),
                cell(square_metres(unit["area_m2"])),
                cell(percent(unit["share"])),
                _certain(case, unit),
            )
            for unit in units[:MOST_ROWS]
        ),
        (36, 19, 19, 15, 11),
    )
    yield from _rest(case, len(units) - MOST_ROWS)


def _areas(case: Case, areas: Sequence[Plain]) -> Iterator[Block]:
    if not areas:
        return
    head = (
        line(case.say("涉及的区域", "Zone met")),
        line(case.say("种类", "Kind")),
        line(case.say("占用面积", "Area")),
        line(case.say("占用地比例", "Share of site")),
        line(case.say("是否确定", "Certain")),
    )
    yield Table(
        head,
        tuple(
            (
                cell(hit["name"] or "—"),
                cell(kind_label(hit["kind"], case.vocabulary, case.lang)),
                cell(square_metres(hit["area_m2"])),
                cell(percent(hit["share"])),
                _certain(case, hit),
            )
            for hit in areas[:MOST_ROWS]
        ),
        (36, 19, 19, 15, 11),
    )
    yield from _rest(case, len(areas) - MOST_ROWS)


def _distances(case: Case, distances: Sequence[Plain]) -> Iterator[Block]:
    """The nearest of each kind, and of those further off the ones a finding names."""
    if not distances:
        return
    named = told(case)
    near = sorted(distances, key=lambda one: float(one["metres"][0] or 0))
    shown = [one for number, one in enumerate(near) if number < MOST_DISTANCES or one["kind"] in named][:MOST_ROWS]
    head = (
        line(
            case.say(
                "其他最近的区域或者岸线（下限为 0 的可能涉及）",
                "Nearest other zone or shoreline (met perhaps where the least is 0)",
            )
        ),
        line(case.say("种类", "Kind")),
        line(case.say("距用地", "Distance")),
    )
    yield Table(
        head,
        tuple(
            (
                cell(one["name"] or "—"),
                cell(kind_label(one["kind"], case.vocabulary, case.lang)),
                cell(metres(one["metres"])),
            )
            for one in shown
        ),
        (48, 28, 24),
    )
    yield from _rest(case, len(distances) - len(shown))


def _possible(case: Case, places: Sequence[Plain]) -> Iterator[Block]:
    """Each place with what would be decided there: none of them is the place."""
    yield Paragraph(
        line(
            case.say(
                f"坐标系不能确定，用地可能在以下 {len(places)} 处之一；结论只计各处都成立的事项。",
                f"The coordinate system is not certain: the site may be at one of {len(places)} places. "
                "The outcome counts only what holds at each of them.",
            )
        )
    )
    yield from _sketches(case, [one.get("place", {}) for one in places], [one["system"] for one in places])
    head = (
        line(case.say("坐标系", "Coordinate system")),
        line(case.say("位置（误差）", "Place (error)")),
        line(case.say("按此处的结论", "Outcome there")),
    )
    yield Table(
        head,
        tuple(
            (
                cell(f"{one['system']} {case.of(one['name'])}", case.of(one["why"])),
                cell(f"{float(one['longitude']):.5f}°E", f"{float(one['latitude']):.5f}°N", f"± {one['error_m']} m"),
                _decided_there(case, one),
            )
            for one in places[:MOST_ROWS]
        ),
        (40, 22, 38),
    )
    yield from _rest(case, len(places) - MOST_ROWS)


def _decided_there(case: Case, place: Plain) -> Cell:
    if not place["worked_out"]:
        return cell(case.say("候选过多，未逐一判定", "not worked out: there are too many"))
    outcome = place["outcome"]
    titles = [case.of(finding["title"]) for finding in place["findings"] if finding["outcome"] == outcome]
    words = OUTCOME_WORDS[Outcome(outcome)].get(case.lang)
    if outcome == "pass" or not titles:
        return cell(words)
    more = len(titles) - MOST_TITLES
    rest = case.say(f"等 {len(titles)} 项", f" and {more} more") if more > 0 else ""
    return cell(words, case.clauses(titles[:MOST_TITLES]) + rest)


def _certain(case: Case, hit: Plain) -> Cell:
    return cell(case.say("确定", "yes") if hit["certain"] else case.say("可能", "perhaps"))


def _rest(case: Case, count: int) -> Iterator[Block]:
    if count > 0:
        yield Paragraph(line(case.say(f"另有 {count} 项从略。", f"{count} more are left out.")), Tone.NOTE)
