"""What the engine says: outcomes, findings, decisions and their receipts, and how findings combine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import orjson

from screening.text import NOTHING, Text

_CANONICAL: Final = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def canonical_json(data: Any) -> bytes:
    """Canonical JSON (RFC 8785) of data without floats and with ASCII keys, which is all a decision or a rule holds.

    For such data orjson writes the canonical form, a hundred times faster than a general canonicaliser; the tests hold it
    against one. What it does not take (long integers, mappings that are no dict) the standard library writes, or refuses.
    """
    try:
        return orjson.dumps(data, option=_CANONICAL)
    except TypeError:
        text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return text.encode("utf-8")


class Outcome(StrEnum):
    """pass 未见障碍: no encoded rule objects. review 人工复核: a person must look. reject 不符合准入: a prohibition certainly applies."""

    PASS = "pass"
    REVIEW = "review"
    REJECT = "reject"

    @property
    def gravity(self) -> int:
        return ("pass", "review", "reject").index(self.value)


OUTCOME_WORDS: Mapping[Outcome, Text] = {
    Outcome.PASS: Text("未见障碍", "pass"),
    Outcome.REVIEW: Text("人工复核", "review"),
    Outcome.REJECT: Text("不符合准入", "reject"),
}


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """The gravest of some outcomes; pass when there is none. reject > review > pass."""
    return max(outcomes, key=lambda outcome: outcome.gravity, default=Outcome.PASS)


class Reason(StrEnum):
    """Why a finding stands."""

    FIRED = "fired"
    """The rule certainly applies."""
    DOUBTFUL = "doubtful"
    """The rule may apply; `needs` names the facts that would settle it."""
    PROVISIONAL = "provisional"
    """The rule certainly applies and would reject, but its text is not yet compared with a published one."""
    JUDGEMENT = "judgement"
    """The clause cannot be encoded; an officer must answer its question."""
    OBLIGATION = "obligation"
    """The project must do something; this does not stop it."""
    NO_ACCESS_LIST = "no_access_list"
    """The site touches a control unit whose access list is not loaded."""
    NOT_KEPT = "not_kept"
    """The rulebook was not read against the law of that day."""
    AMBIGUOUS_PLACE = "ambiguous_place"
    """The coordinate system is not certain, so the site is one of several places."""
    ENGINE_DISAGREES = "engine_disagrees"
    """The two engines do not say the same of this rule."""
    ENGINE_FAILED = "engine_failed"
    """An engine stopped before it had considered every rule."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A clause of a law, notice or list that a finding rests on. `rank`: 0 a statute, 1 a regulation, 2 anything below."""

    instrument: str
    name: Text
    clause: str
    number: str = ""
    url: str = ""

    @property
    def rank(self) -> int:
        """Read from the name, as Chinese instruments are named (Legislation Law): …法 and …法典, …条例, the rest."""
        title = self.name.zh.partition("（")[0]
        return 0 if title.endswith(("法", "法典")) else 1 if title.endswith("条例") else 2

    def plain(self) -> dict[str, Any]:
        return {
            "instrument": self.instrument,
            "name": self.name.plain(),
            "number": self.number,
            "clause": self.clause,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a decision rests on. `needs` are fact keys; `because` says which tests held, with the values they met.

    `jurisdiction` is the tier whose rule it is: CN, an administrative code, a basin, or a control unit.
    """

    rule: str
    reason: Reason
    outcome: Outcome
    title: Text
    message: Text
    remedy: Text = NOTHING
    question: Text = NOTHING
    grounds: tuple[Ground, ...] = ()
    needs: tuple[str, ...] = ()
    because: tuple[Text, ...] = ()
    checked: str = ""
    certain: bool = True
    jurisdiction: str = "CN"

    def plain(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "jurisdiction": self.jurisdiction,
            "reason": self.reason.value,
            "outcome": self.outcome.value,
            "certain": self.certain,
            "title": self.title.plain(),
            "message": self.message.plain(),
            "remedy": self.remedy.plain(),
            "question": self.question.plain(),
            "grounds": [ground.plain() for ground in self.grounds],
            "needs": list(self.needs),
            "because": [text.plain() for text in self.because],
            "checked": self.checked,
        }


@dataclass(frozen=True, slots=True)
class Considered:
    """Rules that were looked at with one result (fires, doubtful, silent), and the test that decided them."""

    state: str
    because: Text
    rules: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        return {"state": self.state, "because": self.because.plain(), "rules": list(self.rules)}


@dataclass(frozen=True, slots=True)
class Need:
    """A fact that is not known well enough: what to ask, who supplies it, and which findings wait for it.

    `after`: facts to ask first, since each of those findings also waits for one of them and may need no more.
    """

    fact: str
    label: Text
    question: Text
    unit: str
    supplied_by: str
    rules: tuple[str, ...]
    after: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        return {
            "fact": self.fact,
            "label": self.label.plain(),
            "question": self.question.plain(),
            "unit": self.unit,
            "supplied_by": self.supplied_by,
            "rules": list(self.rules),
            "after": list(self.after),
        }


@dataclass(frozen=True, slots=True)
class PossiblePlace:
    """One place the site may be at while its coordinate system is not certain, and what would be decided there.

    `system` is its short name, `axes` the order of the numbers, `error` metres; `longitude` and `latitude` are degrees of
    its middle. `worked_out` is false where there were too many to decide each; `outcome` is then review, without findings.
    """

    system: str
    name: Text
    why: Text
    axes: str
    error: str
    longitude: str
    latitude: str
    worked_out: bool
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    place: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[Mapping[str, Any], ...] = ()

    def plain(self) -> dict[str, Any]:
        return {
            "system": self.system,
            "name": self.name.plain(),
            "why": self.why.plain(),
            "axes": self.axes,
            "error_m": self.error,
            "longitude": self.longitude,
            "latitude": self.latitude,
            "worked_out": self.worked_out,
            "outcome": self.outcome.value,
            "findings": [finding.plain() for finding in self.findings],
            "place": dict(self.place),
            "facts": [dict(fact) for fact in self.facts],
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the decision was made from: enough to make it again and compare byte for byte."""

    as_of: str
    engine: str
    rulebook: str
    rules: Mapping[str, str]
    layers: Mapping[str, str]
    facts: tuple[Mapping[str, Any], ...]

    def plain(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of,
            "engine": self.engine,
            "rulebook": self.rulebook,
            "rules": dict(self.rules),
            "layers": dict(self.layers),
            "facts": [dict(fact) for fact in self.facts],
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one application. `id` is the SHA-256 of everything else in it: the same inputs give the same id.

    `places` is empty when the place is certain. Otherwise `findings`, `needs` and `considered` are what holds at each of
    the places, and what differs is told there. `co_control` is the sheet of a project that is or may be two-high.
    """

    project: str
    title: str
    outcome: Outcome
    findings: tuple[Finding, ...]
    needs: tuple[Need, ...]
    classes: Mapping[str, Any]
    place: Mapping[str, Any]
    not_covered: tuple[Text, ...]
    warnings: tuple[Text, ...]
    considered: tuple[Considered, ...]
    receipt: Receipt
    places: tuple[PossiblePlace, ...] = ()
    co_control: Mapping[str, Any] | None = None

    def body(self) -> dict[str, Any]:
        """Everything but the id, as plain JSON data (no floats)."""
        return {
            "project": self.project,
            "title": self.title,
            "outcome": self.outcome.value,
            "outcome_words": OUTCOME_WORDS[self.outcome].plain(),
            "notice": NOTICE.plain(),
            "findings": [finding.plain() for finding in self.findings],
            "needs": [need.plain() for need in self.needs],
            "classes": dict(self.classes),
            **({"co_control": dict(self.co_control)} if self.co_control is not None else {}),
            "place": dict(self.place),
            "not_covered": [text.plain() for text in self.not_covered],
            "warnings": [text.plain() for text in self.warnings],
            "considered": [entry.plain() for entry in self.considered],
            "receipt": self.receipt.plain(),
            **({"places": [place.plain() for place in self.places]} if self.places else {}),
        }

    @property
    def id(self) -> str:
        before, after = self._halves()
        return hashlib.sha256(before + b"," + after).hexdigest()

    def _halves(self) -> tuple[bytes, bytes]:
        """The canonical body, cut where its id belongs: it is made over the rest, which is written once."""
        body = self.body()
        before = canonical_json({key: value for key, value in body.items() if key < "id"})
        after = canonical_json({key: value for key, value in body.items() if key > "id"})
        return before[:-1], after[1:]

    def plain(self) -> dict[str, Any]:
        """The whole decision as plain JSON data, its id first."""
        body = self.body()
        return {"id": hashlib.sha256(canonical_json(body)).hexdigest(), **body}

    def canonical(self) -> bytes:
        """Canonical JSON (RFC 8785): the same inputs give the same bytes."""
        return self.id_and_canonical()[1]

    def id_and_canonical(self) -> tuple[str, bytes]:
        """The id, and the canonical bytes with it: made together, since each needs the whole written."""
        before, after = self._halves()
        own = hashlib.sha256(before + b"," + after).hexdigest()
        return own, before + f',"id":"{own}",'.encode() + after

    def of(self, outcome: Outcome) -> tuple[Finding, ...]:
        """The findings that call for one outcome."""
        return tuple(finding for finding in self.findings if finding.outcome is outcome)


NOTICE = Text(
    "本结论是依据已编码规则作出的研判意见，不是行政许可决定；“未见障碍”不等于批准。",
    "This is a screening opinion under the encoded rules, not a permit decision; pass is not an approval.",
)
