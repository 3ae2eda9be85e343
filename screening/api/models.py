"""The shapes of the answers, for the OpenAPI document; tests hold every real decision against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Words(_Strict):
    """The same words in Chinese and English."""

    zh: str
    en: str


class GroundOut(_Strict):
    """A clause a finding rests on."""

    instrument: str
    name: Words
    number: str
    clause: str
    url: str


class FindingOut(_Strict):
    """One thing the decision rests on."""

    rule: str
    jurisdiction: str
    reason: Literal[
        "fired",
        "doubtful",
        "provisional",
        "judgement",
        "obligation",
        "no_access_list",
        "not_kept",
        "ambiguous_place",
        "engine_disagrees",
        "engine_failed",
    ]
    outcome: Literal["pass", "review", "reject"]
    certain: bool
    title: Words
    message: Words
    remedy: Words
    question: Words
    grounds: list[GroundOut]
    needs: list[str]
    because: list[Words]
    checked: str


class NeedOut(_Strict):
    """A fact that would settle open findings."""

    fact: str
    label: Words
    question: Words
    unit: str
    supplied_by: str
    rules: list[str]
    after: list[str]


class ConsideredOut(_Strict):
    """Rules that were looked at with one result, and the test that decided them."""

    state: Literal["fires", "doubtful", "silent"]
    because: Words
    rules: list[str]


class ReceiptOut(_Strict):
    """What the decision was made from."""

    as_of: str
    engine: str
    rulebook: str
    rules: dict[str, str]
    layers: dict[str, str]
    facts: list[dict[str, Any]]


class PossiblePlaceOut(_Strict):
    """One place the site may be at while its coordinate system is not certain, and what would be decided there."""

    system: str
    name: Words
    why: Words
    axes: Literal["east_north", "north_east"]
    error_m: str
    longitude: str
    latitude: str
    worked_out: bool
    outcome: Literal["pass", "review", "reject"]
    findings: list[FindingOut]
    place: dict[str, Any]
    facts: list[dict[str, Any]]


class DecisionOut(_Strict):
    """The answer to one application. `id` is the SHA-256 of the rest in canonical JSON (RFC 8785)."""

    id: str = Field(pattern="^[0-9a-f]{64}$")
    project: str
    title: str
    outcome: Literal["pass", "review", "reject"]
    outcome_words: Words
    notice: Words
    findings: list[FindingOut]
    needs: list[NeedOut]
    classes: dict[str, Any]
    co_control: dict[str, Any] | None = Field(
        default=None, description="the co-control sheet of a project that is or may be two-high"
    )
    place: dict[str, Any]
    not_covered: list[Words]
    warnings: list[Words]
    considered: list[ConsideredOut]
    receipt: ReceiptOut
    places: list[PossiblePlaceOut] = Field(default=[], description="only where the place is not certain")


class RuleOut(_Strict):
    """One rule in force."""

    id: str
    title: Words
    sentence: Words
    message: Words
    remedy: Words
    question: Words
    jurisdiction: str
    effect: Literal["reject", "review", "obligation", "classify"]
    measure: str
    checked: Literal["text", "secondary", "memory"]
    effective_from: str | None
    effective_until: str | None
    readings: list[str]
    not_encoded: list[str]
    grounds: list[GroundOut]
    digest: str


class RulesOut(_Strict):
    """The rules in force on a day."""

    as_of: str
    rulebook: str
    total: int
    rules: list[RuleOut]
    next: str | None = Field(description="send it as `after` for the next page; null on the last")


class ChoiceOut(_Strict):
    """One word a fact may take."""

    word: str
    label: Words


class FactOut(_Strict):
    """A fact of the vocabulary."""

    fact: str
    type: Literal["number", "date", "flag", "choice", "sector", "set"]
    unit: str
    label: Words
    question: Words
    found: Words
    why: Words
    choices: list[ChoiceOut]


class VocabularyOut(_Strict):
    """The facts of one supplier."""

    facts: list[FactOut]


class SectorOut(_Strict):
    """A class of GB/T 4754-2017."""

    code: str
    label: Words


class SectorsOut(_Strict):
    """The classes that answer to a search."""

    sectors: list[SectorOut]


Bounds = tuple[float, float, float, float]


class LayerOut(_Strict):
    """A layer of the atlas. `bounds` are west, south, east and north in degrees."""

    id: str
    kind: str
    use: Literal["area", "line", "units", "admin", "extent"]
    title: Words
    areal: bool
    features: int
    tolerance_m: str
    as_of: str
    stale_after: str | None
    source: Words
    hash: str
    bounds: Bounds | None


class LayersOut(_Strict):
    """The atlas and its layers."""

    atlas: str
    title: Words
    note: Words
    invented: bool
    hash: str
    bounds: Bounds | None
    layers: list[LayerOut]


class SitePlaceOut(_Strict):
    """One place a site file may mean: its geometry in CGCS2000 degrees, and the `site` that would state it."""

    system: str
    name: Words
    why: Words
    error_m: str
    geometry: dict[str, Any]
    site: dict[str, Any] | None


class SiteOut(_Strict):
    """What a site file holds. `site` is what to submit; null where the numbers alone would be read otherwise."""

    form: str
    layer: str
    sha256: str
    encoding: str
    declared: str | None
    kind: Literal["point", "line", "polygon"]
    certain: bool
    site: dict[str, Any] | None
    places: list[SitePlaceOut]
    remarks: list[Words]


class QuestionOut(_Strict):
    """A question whose answer can still change the decision."""

    fact: str
    label: Words
    question: Words
    type: str
    unit: str
    found: Words
    why: Words
    known: Words
    choices: dict[str, Words]
    rules: list[str]
    after: list[str]
    outcome: Literal["pass", "review", "reject"] | None
    proved: bool


class QuestionsOut(_Strict):
    """All that can still change a decision, in the order that settles it fastest."""

    project: str
    outcome: Literal["pass", "review", "reject"]
    may_become: list[Literal["pass", "review", "reject"]]
    questions: list[QuestionOut]
    perhaps: list[str]
    stays: list[Words]
    needless: list[str]
    map_facts: list[str]


class OverrideOut(_Strict):
    """What an officer answered, and the days for which it counts."""

    id: str
    decision: str
    at: str
    officer: str
    officer_name: str
    outcome: Literal["pass", "review", "reject"]
    reason: str
    authority: str
    from_day: str
    until_day: str
    entry: int


class OverridesOut(_Strict):
    """The overrides of a decision, in the order they were made."""

    overrides: list[OverrideOut]


class DecisionRecordOut(_Strict):
    """What is listed of a recorded decision. `outcome` is the engine's; `counts` is what counts today."""

    id: str
    at: str
    application: str | None
    owner: str
    actor: str
    project: str
    title: str
    as_of: str
    outcome: Literal["pass", "review", "reject"]
    counts: Literal["pass", "review", "reject"]
    override: OverrideOut | None
    content: str
    rulebook: str
    entry: int


class DecisionsOut(_Strict):
    """A page of recorded decisions, newest first."""

    decisions: list[DecisionRecordOut]
    next: str | None


class ApplicationOut(_Strict):
    """What is listed of an application."""

    id: str
    owner: str
    title: str
    state: Literal["draft", "submitted", "closed"]
    version: int
    created_at: str
    updated_at: str
    decision: str | None
    outcome: Literal["pass", "review", "reject"] | None


class ApplicationsOut(_Strict):
    """A page of applications, newest first."""

    applications: list[ApplicationOut]
    next: str | None


class JobOut(_Strict):
    """A job and how far it is."""

    id: str
    owner: str
    title: str
    as_of: str
    state: Literal["queued", "running", "done", "cancelled"]
    total: int
    done: int
    failed: int
    created_at: str
    ended_at: str | None


class JobsOut(_Strict):
    """A page of jobs, newest first."""

    jobs: list[JobOut]
    next: str | None


class JobResultOut(_Strict):
    """What became of one application of a job: where its decision is, or the problem document."""

    number: int
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    decision: str | None
    problem: dict[str, Any] | None


class JobResultsOut(_Strict):
    """Results of a job, in the order the applications were sent."""

    results: list[JobResultOut]


class CheckOut(_Strict):
    """One part of a receipt that was looked at."""

    part: str
    state: Literal["held", "failed", "not_held"]
    words: Words


class VerifiedOut(_Strict):
    """What a receipt is worth."""

    verdict: Literal["same", "same_by_named", "different", "not_repeatable", "tampered"]
    good: bool
    checks: list[CheckOut]
    other: list[Words]


class MeOut(_Strict):
    """Who asks, and what it may do."""

    id: str
    name: str
    roles: list[str]
    method: str
    acts: list[str]


class AuditEntryOut(_Strict):
    """An entry of the audit chain."""

    seq: int
    at: str
    actor: str
    act: str
    subject: str
    digest: str
    prev: str
    skip: str
    hash: str


class AuditOut(_Strict):
    """Entries, newest first, and the chain's head."""

    head: str
    entries: list[AuditEntryOut]


class AuditVerificationOut(_Strict):
    """What was found of the whole chain."""

    whole: bool
    entries: int
    algorithm: str | None
    head: str | None
    faults: list[dict[str, Any]]


class KeyOut(_Strict):
    """A key, without its text."""

    id: str
    name: str
    principal: str
    roles: list[str]
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None


class KeysOut(_Strict):
    """Every key."""

    keys: list[KeyOut]


class NewKeyOut(KeyOut):
    """A key just made, with its text, which is told once."""

    key: str


class ReadyOut(_Strict):
    """Whether the service can decide and record."""

    ready: bool
    decides: bool
    store: bool


class HealthOut(_Strict):
    """That the service answers, and with what."""

    status: Literal["ok"]
    engine: str
    rulebook: str
    atlas: str


class ProblemOut(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[dict[str, str]] = []
