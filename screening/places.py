"""One decision where the place is not certain: what holds at every place the site may be at, and what each would give.

Never pass. Reject stands only where every place was worked out and one prohibition certainly applies at each of them, so
that the project is forbidden wherever it lies. Everything else is review, with the coordinate system to be stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, TypeVar

from screening.classes import classes_together
from screening.decision import (
    OUTCOME_WORDS,
    Considered,
    Decision,
    Finding,
    Need,
    Outcome,
    PossiblePlace,
    Reason,
    Receipt,
    gravest,
)
from screening.text import NOTHING, Text

T = TypeVar("T")

MOST_PLACES: Final = 8
"""How many places are worked out, each a whole decision."""
RULE: Final = "place-not-certain"
SYSTEM: Final = "site.crs"
MOST_BECAUSE: Final = 12
MOST_NAMED: Final = 6

_QUESTION: Final = Text(
    "坐标采用什么坐标系（含几度分带、带号或中央经线）？",
    "Which coordinate system are the coordinates in (with the width and number of the zone, or the central meridian)?",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place the site may be at: how it was read, degrees of its middle, and the decision there, None if not worked out."""

    system: str
    name: Text
    why: Text
    axes: str
    error: Fraction
    longitude: float
    latitude: float
    decision: Decision | None

    def possible_place(self) -> PossiblePlace:
        decided = self.decision
        return PossiblePlace(
            system=self.system,
            name=self.name,
            why=self.why,
            axes=self.axes,
            error=f"{float(self.error):g}",
            longitude=f"{self.longitude:.7f}",
            latitude=f"{self.latitude:.7f}",
            worked_out=decided is not None,
            outcome=Outcome.REVIEW if decided is None else decided.outcome,
            findings=() if decided is None else decided.findings,
            place={} if decided is None else decided.place,
            facts=() if decided is None else decided.receipt.facts,
        )


def undecided_place(candidates: Sequence[Candidate]) -> Decision:
    """The decision over several places, of which at least one was worked out."""
    worked = [one for one in candidates if one.decision is not None]
    decisions = [one.decision for one in candidates if one.decision is not None]
    first = decisions[0]
    whole = len(worked) == len(candidates)
    findings = [finding for finding in _shared(worked) if whole or finding.outcome is not Outcome.REJECT]
    own = _finding(candidates)
    rejects = [finding for finding in findings if finding.outcome is Outcome.REJECT]
    findings = [*rejects, own, *(finding for finding in findings if finding.outcome is not Outcome.REJECT)]
    return replace(
        first,
        outcome=gravest(finding.outcome for finding in findings),
        findings=tuple(findings),
        needs=(
            Need(SYSTEM, Text("坐标系", "coordinate system"), _QUESTION, "", "applicant", (RULE,)),
            *_needs(decisions, findings),
        ),
        classes=classes_together([decision.classes for decision in decisions]),
        place={"units": [], "areas": [], "distances": []},
        not_covered=_unique(text for decision in decisions for text in decision.not_covered),
        warnings=_unique(text for decision in decisions for text in decision.warnings),
        considered=_considered(decisions),
        receipt=_receipt(decisions),
        places=tuple(one.possible_place() for one in candidates),
        co_control=first.co_control if all(one.co_control == first.co_control for one in decisions) else None,
    )


def _finding(candidates: Sequence[Candidate]) -> Finding:
    shown = candidates[:MOST_NAMED]
    more = len(candidates) - len(shown)
    listed = Text("；".join(_listed(one, "zh") for one in shown), "; ".join(_listed(one, "en") for one in shown))
    return Finding(
        rule=RULE,
        reason=Reason.AMBIGUOUS_PLACE,
        outcome=Outcome.REVIEW,
        title=Text("坐标系未定，位置不能确定", "the coordinate system is not certain, nor is the place"),
        message=Text(
            f"坐标可按 {len(candidates)} 种坐标系读取：{listed.zh}{f'；另有 {more} 种' if more else ''}。",
            f"The coordinates can be read in {len(candidates)} systems: {listed.en}{f'; and {more} more' if more else ''}.",
        ),
        remedy=Text("注明坐标系后重新筛查。", "State the coordinate system and screen again."),
        question=_QUESTION,
        needs=(SYSTEM,),
    )


def _listed(one: Candidate, lang: str) -> str:
    at = f"{one.system} {one.longitude:.4f}°E {one.latitude:.4f}°N"
    words = OUTCOME_WORDS[one.decision.outcome].get(lang) if one.decision else ""
    return f"{at}（{words}）" if words and lang == "zh" else f"{at} ({words})" if words else at


def _shared(worked: Sequence[Candidate]) -> list[Finding]:
    """The findings of every place with one outcome; where their words differ, each with its system."""
    found: list[Finding] = []
    by_rule = [{one.rule: one for one in candidate.decision.findings} for candidate in worked if candidate.decision]
    for finding in by_rule[0].values():
        same = [rules.get(finding.rule) for rules in by_rule]
        everywhere = [one for one in same if one is not None and _alike(one, finding)]
        if len(everywhere) == len(worked):
            found.append(_merged(everywhere, [candidate.system for candidate in worked]))
    return found


def _alike(one: Finding, other: Finding) -> bool:
    return (one.reason, one.outcome, one.certain) == (other.reason, other.outcome, other.certain)


def _merged(findings: Sequence[Finding], systems: Sequence[str]) -> Finding:
    return replace(
        findings[0],
        message=_told([finding.message for finding in findings], systems),
        remedy=_told([finding.remedy for finding in findings], systems),
        question=_told([finding.question for finding in findings], systems),
        needs=_unique(key for finding in findings for key in finding.needs),
        because=_unique(text for finding in findings for text in finding.because)[:MOST_BECAUSE],
    )


def _told(texts: Sequence[Text], systems: Sequence[str]) -> Text:
    if len(set(texts)) == 1:
        return texts[0]
    kept = [(system, text) for system, text in zip(systems, texts, strict=True) if text != NOTHING]
    return Text(
        " ".join(f"［{system}］{text.zh}" for system, text in kept),
        " ".join(f"[{system}] {text.en}" for system, text in kept),
    )


def _needs(decisions: Sequence[Decision], findings: Iterable[Finding]) -> list[Need]:
    """What every place asks for the findings they share."""
    rules = {finding.rule for finding in findings}
    asked = [{need.fact: need for need in decision.needs} for decision in decisions]
    kept = []
    for fact, need in asked[0].items():
        if all(fact in one for one in asked):
            waiting = tuple(rule for rule in need.rules if rule in rules)
            if waiting:
                kept.append(replace(need, rules=waiting))
    return kept


def _considered(decisions: Sequence[Decision]) -> tuple[Considered, ...]:
    """Every rule with what it says everywhere; what differs by place is doubtful."""
    said: list[dict[str, Considered]] = [
        {rule: entry for entry in decision.considered for rule in entry.rules} for decision in decisions
    ]
    differing = Text("因坐标系不同而异", "differs with the coordinate system")
    gathered: dict[tuple[str, Text], list[str]] = {}
    for rule in _unique(rule for one in said for rule in one):
        entries = [one.get(rule) for one in said]
        entry = entries[0]
        if entry is not None and all(one is not None and one.state == entry.state for one in entries):
            gathered.setdefault((entry.state, entry.because), []).append(rule)
        else:
            gathered.setdefault(("doubtful", differing), []).append(rule)
    return tuple(Considered(state, because, tuple(rules)) for (state, because), rules in gathered.items())


def _receipt(decisions: Sequence[Decision]) -> Receipt:
    """All rules and layers used; the facts that are the same everywhere (those of each place stand with it)."""
    receipts = [decision.receipt for decision in decisions]
    others = receipts[1:]
    return replace(
        receipts[0],
        rules={rule: digest for receipt in receipts for rule, digest in receipt.rules.items()},
        layers={layer: digest for receipt in receipts for layer, digest in receipt.layers.items()},
        facts=tuple(fact for fact in receipts[0].facts if all(fact in receipt.facts for receipt in others)),
    )


def _unique(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
