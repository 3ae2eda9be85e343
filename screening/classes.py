"""What the classification rules make of a project: each class, and each list that speaks of it at this place and day.

A class is yes, maybe or no, as `engine.judge` says. A list is one edition (an instrument); every list whose place the site
lies in, certainly or possibly, is told with the rows that meet the project, or with the facts by which none does. A list of a
province adds to the nation's and takes nothing away: the class is yes when any list says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from screening.engine.judge import Judged, Judgement, set_aside
from screening.engine.program import Group
from screening.engine.verdicts import State
from screening.facts import Choice, Members
from screening.findings import MOST_BECAUSE, Wording, grounds_of
from screening.rulebook.model import Level, ListRow, Rule, Test, tests_of
from screening.rulebook.reader import Rulebook
from screening.rulebook.rulefile import EVERYWHERE, JURISDICTIONS
from screening.rulebook.values import show_value
from screening.text import Text

MAYBE: Final = "maybe"
YES: Final = "yes"
NO: Final = "no"


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule that classifies by a row of a list, with what the engines said of it."""

    place: ListRow
    judged: Judged

    @property
    def rule(self) -> Rule:
        return self.judged.rule

    @property
    def state(self) -> str:
        """As `engine.judge` weighs it: yes only when a rule compared with the published text certainly applies."""
        if self.judged.agreed and self.judged.verdict.state is State.SILENT:
            return NO
        return YES if self.reason == "meets" else MAYBE

    @property
    def reason(self) -> str:
        """Why the row counts as it does: engine_disagrees, doubtful, not_loaded, provisional or meets."""
        if not self.judged.agreed:
            return "engine_disagrees"
        if self.judged.verdict.state is State.DOUBTFUL:
            return "doubtful"
        if self.place.rest:
            return "not_loaded"
        return "meets" if self.rule.level is Level.TEXT else "provisional"


def classes_of(judgement: Judgement, rulebook: Rulebook) -> dict[str, Any]:
    """Every class a rule of the book may set, as plain JSON data.

    `state` is yes, maybe or no; `rules` are those that speak for it; `lists` every list that applies here, each with its own
    `state`, its edition (`name`, `number`, `in_force`), the `rows` that meet and, in words, `because`.
    """
    wording = Wording(judgement, rulebook)
    about: dict[str, list[Judged]] = {}
    for item in judgement.ran:
        if item.rule.classifies and (item.verdict.state is not State.SILENT or not item.agreed):
            about.setdefault(item.rule.classifies, []).append(item)
    lists = _lists(judgement)
    found: dict[str, Any] = {}
    for key, fact in sorted(judgement.facts.items()):
        if not key.startswith("class.") or not isinstance(fact.value, Choice):
            continue
        found[key] = {
            "label": rulebook.vocabulary[key].label.plain(),
            "state": MAYBE if fact.value.possible is None else next(iter(fact.value.possible)),
            "rules": [
                {
                    "rule": item.rule.id,
                    "state": item.verdict.state.value,
                    "title": item.rule.title.plain(),
                    "checked": item.rule.level.value,
                    "grounds": [ground.plain() for ground in grounds_of(item.rule, rulebook)],
                }
                for item in about.get(key, ())
            ],
            "lists": [_list(name, rows, wording) for name, rows in lists.get(key, {}).items()],
        }
    return found


def _lists(judgement: Judgement) -> dict[str, dict[str, list[_Row]]]:
    """The rows of every list that applies to the place, by class and list: the nation's first, then the provinces'."""
    places = judgement.facts.value(JURISDICTIONS)
    anywhere = not isinstance(places, Members) or places.possible is None
    possible: frozenset[str] = frozenset() if not isinstance(places, Members) else places.possible or frozenset()
    rows = [_Row(item.rule.list_row, item) for item in judgement.ran if item.rule.list_row is not None]
    for group, closed in judgement.aside:
        rows.extend(_rows_aside(group, closed))
    found: dict[str, dict[str, list[_Row]]] = {}
    for row in sorted(rows, key=_order):
        place = row.rule.jurisdiction
        if place == EVERYWHERE or anywhere or place in possible:
            found.setdefault(row.rule.classifies, {}).setdefault(row.place.list, []).append(row)
    return found


@lru_cache(maxsize=20_000)
def _rows_aside(group: Group, closed: int) -> tuple[_Row, ...]:
    """The rows of lists among the rules of a group that one false gate silences."""
    return tuple(_Row(item.rule.list_row, item) for item in set_aside(group, closed) if item.rule.list_row is not None)


def _order(row: _Row) -> tuple[bool, str, date, str, str]:
    rule = row.rule
    start = rule.effective.start or date.min
    return rule.jurisdiction != EVERYWHERE, rule.jurisdiction, start, row.place.list, rule.id


def _list(name: str, rows: Sequence[_Row], wording: Wording) -> dict[str, Any]:
    """One list: its edition, what it says of the project, and by which rows or for want of which."""
    rulebook, facts = wording.rulebook, wording.judgement.facts
    instrument = rulebook.instruments[name]
    place = rows[0].rule.jurisdiction
    places = facts.value(JURISDICTIONS)
    meeting = sorted((row for row in rows if row.state != NO), key=lambda row: (row.state != YES, row.place.rest))
    return {
        "list": name,
        "name": instrument.name.plain(),
        "number": instrument.number,
        "jurisdiction": place,
        "certain": place == EVERYWHERE or (isinstance(places, Members) and place in places.certain),
        "in_force": {
            "from": instrument.life.start.isoformat() if instrument.life.start else None,
            "until": instrument.life.until.isoformat() if instrument.life.until else None,
        },
        "loaded": "part" if any(row.place.rest for row in rows) else "whole",
        "state": _gravest(row.state for row in rows),
        "because": (_no_row(rows, wording) if not meeting else _by_rows(meeting)).plain(),
        "rows": [_meeting(row, wording) for row in meeting],
    }


def _meeting(row: _Row, wording: Wording) -> dict[str, Any]:
    rule, verdict = row.rule, row.judged.verdict
    start, until = rule.effective.start, rule.effective.until
    return {
        "rule": rule.id,
        "row": row.place.row,
        "title": rule.title.plain(),
        "clauses": [one.clause for one in rule.basis if one.instrument == row.place.list],
        "state": row.state,
        "reason": row.reason,
        "checked": rule.level.value,
        "in_force": {
            "from": start.isoformat() if start else None,
            "until": until.isoformat() if until else None,
        },
        "because": [
            wording.because(test).plain() for test in verdict.because[:MOST_BECAUSE] if test.fact != JURISDICTIONS
        ],
        "needs": list(wording.settling(verdict.needs)),
    }


def _by_rows(rows: Sequence[_Row]) -> Text:
    names = list(dict.fromkeys(row.place.row for row in rows))
    return Text("可能或者确定相符的行：" + "、".join(names), "rows that meet or may meet: " + ", ".join(names))


def _no_row(rows: Sequence[_Row], wording: Wording) -> Text:
    """No row meets: which facts, with the values found, keep the project out."""
    deciding = [test for row in rows for test in row.judged.verdict.because if test.fact != JURISDICTIONS]
    if not deciding:
        deciding = [test for row in rows for test in _own_tests(row.rule)]
    vocabulary, facts = wording.rulebook.vocabulary, wording.judgement.facts
    shown = {
        lang: [
            (f"{vocabulary[key].label.zh}：" if lang == "zh" else f"{vocabulary[key].label.en}: ")
            + show_value(vocabulary[key], vocabulary.value(facts, key), lang)
            for key in dict.fromkeys(test.fact for test in deciding)
        ]
        for lang in ("zh", "en")
    }
    return Text(
        f"载入的 {len(rows)} 行没有一行相符（{'；'.join(shown['zh'])}）",
        f"none of the {len(rows)} rows loaded meets ({'; '.join(shown['en'])})",
    )


def _own_tests(rule: Rule) -> Iterable[Test]:
    return (test for test in tests_of(rule.when) if test.fact != JURISDICTIONS)


def _gravest(states: Iterable[str]) -> str:
    found = set(states)
    return YES if YES in found else MAYBE if MAYBE in found else NO


def classes_together(several: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The classes of a project decided at several places: what does not hold at each of them alike is undecided."""
    found: dict[str, Any] = {}
    for key in sorted({key for classes in several for key in classes}):
        entries = [classes[key] for classes in several if key in classes]
        same = len(entries) == len(several) and all(entry == entries[0] for entry in entries)
        found[key] = (
            entries[0]
            if same
            else {
                **entries[0],
                "state": MAYBE,
                "rules": _first_of_each("rule", (rule for entry in entries for rule in entry["rules"])),
                "lists": _lists_together([entry["lists"] for entry in entries]),
            }
        )
    return found


def _lists_together(several: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Every list of any of the places; one that is not at each place, or says another thing there, is undecided."""
    found = []
    for one in _first_of_each("list", (one for lists in several for one in lists)):
        everywhere = [[other for other in lists if other["list"] == one["list"]] for lists in several]
        said = [other for lists in everywhere for other in lists]
        same = len(said) == len(several) and all(other == one for other in said)
        rows = _first_of_each("rule", (row for other in said for row in other["rows"]))
        state = one["state"] if all(other["state"] == one["state"] for other in said) else MAYBE
        certain = all(everywhere) and all(other["certain"] for other in said)
        found.append(one if same else {**one, "state": state, "certain": certain, "rows": rows})
    return found


def _first_of_each(key: str, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = {}
    for entry in entries:
        kept.setdefault(entry[key], entry)
    return list(kept.values())
