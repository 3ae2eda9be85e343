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
