"""A decision made again from its receipt, offline, and held against it byte for byte.

First by the whole rulebook and atlas at hand. Where these are no longer what the receipt names, by exactly the rules and
layers it names, if all of them are still there; otherwise the ones that are not are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from screening.atlas import Atlas, Source
from screening.audit.chain import Head
from screening.audit.receipt import Check, Receipt, State
from screening.decision import canonical_json
from screening.documents import decode
from screening.errors import ScreeningError
from screening.project import Project
from screening.rulebook.reader import Rulebook
from screening.screen import screen
from screening.text import Text
from screening.version import VERSION


class Verdict(StrEnum):
    """What a receipt is worth."""

    SAME = "same"
    """The rulebook and the map at hand give the same bytes."""
    SAME_BY_NAMED = "same_by_named"
    """The rules and layers that the receipt names give the same decision; the rulebook around them is another."""
    DIFFERENT = "different"
    """The same rules and layers give another decision."""
    NOT_REPEATABLE = "not_repeatable"
    """A rule or a layer that the receipt names is not at hand, or the application cannot be read."""
    TAMPERED = "tampered"
    """The receipt does not agree with itself."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of a receipt. `other` names each rule, layer or version that is not the receipt's."""

    verdict: Verdict
    checks: tuple[Check, ...]
    other: tuple[Text, ...] = ()
    decision: Mapping[str, Any] | None = None

    @property
    def good(self) -> bool:
        return self.verdict in (Verdict.SAME, Verdict.SAME_BY_NAMED)

    def plain(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "good": self.good,
            "checks": [check.plain() for check in self.checks],
            "other": [text.plain() for text in self.other],
        }


def verify_receipt(
    receipt: Receipt,
    rulebook: Rulebook,
    atlas: Atlas,
    *,
    stated: Head | None = None,
    source: Source | None = None,
) -> Verified:
    """Look at the receipt's parts, make its decision again, and compare.

    `stated` is a head of the audit chain kept elsewhere; `source` is what was read of the file that the application names as
    its site. Raises nothing for a bad receipt: what is wrong with it is the answer.
    """
    checks = receipt.integrity(stated)
    if any(check.state is State.FAILED for check in checks):
        return Verified(Verdict.TAMPERED, checks)
    named = receipt.decision["receipt"]
    other = tuple(_other(named, rulebook, atlas))
    try:
        project = Project.parse(decode(receipt.application, "application"), "application")
        again = screen(project, rulebook, atlas, as_of=receipt.as_of, source=source)
        if again.canonical() == receipt.decision_bytes:
            return Verified(Verdict.SAME, (*checks, _same(True)), other, again.plain())
        if not _lacking(named, rulebook, atlas):
            again = screen(project, *_named(named, rulebook, atlas), as_of=receipt.as_of, source=source)
            again = replace(again, receipt=replace(again.receipt, rulebook=named["rulebook"], engine=named["engine"]))
            if again.canonical() == receipt.decision_bytes:
                return Verified(Verdict.SAME_BY_NAMED, (*checks, _same(True)), other, again.plain())
    except ScreeningError as error:
        words = Text(f"不能重新研判：{error.report('zh')}", f"cannot be decided again: {error.report('en')}")
        return Verified(Verdict.NOT_REPEATABLE, (*checks, Check("decided again", State.NOT_HELD, words)), other)
    if _lacking(named, rulebook, atlas):
        words = Text("所列规则或图层不全，无从重新研判", "rules or layers that it names are not at hand")
        return Verified(Verdict.NOT_REPEATABLE, (*checks, Check("decided again", State.NOT_HELD, words)), other)
    differing = _first_difference(again.plain(), receipt.decision)
    return Verified(Verdict.DIFFERENT, (*checks, _same(False, differing)), other, again.plain())


def _same(held: bool, where: str = "") -> Check:
    if held:
        words = Text("重新研判的结论逐字节相同", "decided again, it is the same byte for byte")
        return Check("decided again", State.HELD, words)
    words = Text(f"重新研判的结论不同，始于 {where}", f"decided again, it is another, first at {where}")
    return Check("decided again", State.FAILED, words)


def _rules_at_hand(rulebook: Rulebook, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(id, digest) of every version at hand of the rules named, those of access lists among them."""
    for rule in rulebook.rules:
        if rule.id in named:
            yield rule.id, rule.digest
    for one in rulebook.lists:
        for rule_id in named:
            clause = one.find(rule_id)
            if clause is not None:
                yield clause.id, clause.digest


def _lacking(named: Mapping[str, Any], rulebook: Rulebook, atlas: Atlas) -> tuple[Text, ...]:
    """The rules and layers that the receipt names and that are not at hand as they were."""
    rules = set(_rules_at_hand(rulebook, named["rules"]))
    known = {rule_id for rule_id, _ in rules}
    layers = {(layer.id, layer.sha256) for layer in atlas.layers}
    drawn = {layer_id for layer_id, _ in layers}
    found = [
        Text(
            f"规则 {key} {'内容已不同' if key in known else '不在'}",
            f"rule {key} is {'another' if key in known else 'not here'}",
        )
        for key, digest in named["rules"].items()
        if (key, digest) not in rules
    ]
    found.extend(
        Text(
            f"图层 {key} {'内容已不同' if key in drawn else '不在'}",
            f"layer {key} is {'another' if key in drawn else 'not here'}",
        )
        for key, digest in named["layers"].items()
        if (key, digest) not in layers
    )
    return tuple(found)


def _other(named: Mapping[str, Any], rulebook: Rulebook, atlas: Atlas) -> Iterator[Text]:
    """All that is not at hand as the receipt names it."""
    yield from _lacking(named, rulebook, atlas)
    if named["rulebook"] != rulebook.digest:
        short = named["rulebook"][:12], rulebook.digest[:12]
        yield Text(
            f"规则库为 {short[1]}，收据所列为 {short[0]}", f"the rulebook is {short[1]}, the receipt's {short[0]}"
        )
    if named["engine"] != VERSION:
        yield Text(
            f"程序为 {VERSION} 版，收据所列为 {named['engine']}",
            f"this is version {VERSION}, the receipt's {named['engine']}",
        )


def _named(named: Mapping[str, Any], rulebook: Rulebook, atlas: Atlas) -> tuple[Rulebook, Atlas]:
    """The rulebook and the atlas with only what the receipt names."""
    rules: Mapping[str, str] = named["rules"]
    layers: Mapping[str, str] = named["layers"]
    kept = tuple(layer for layer in atlas.layers if layers.get(layer.id) == layer.sha256)
    return (
        rulebook.only(rule for rule in rulebook.rules if rules.get(rule.id) == rule.digest),
        Atlas(atlas.id, atlas.title, kept, atlas.absent, atlas.hash, atlas.invented, atlas.note),
    )


def _first_difference(one: Any, other: Any, where: str = "") -> str:
    """A JSON pointer to where two values first differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        # The id is over all the rest, and so says nothing of where.
        keys = sorted({*one, *other} - ({"id"} if not where else set()))
        for key in keys:
            if key not in one or key not in other or canonical_json(one[key]) != canonical_json(other[key]):
                if key in one and key in other:
                    return _first_difference(one[key], other[key], f"{where}/{key}")
                return f"{where}/{key}"
    if _is_list(one) and _is_list(other):
        for number, (first, second) in enumerate(zip(one, other, strict=False)):
            if canonical_json(first) != canonical_json(second):
                return _first_difference(first, second, f"{where}/{number}")
        return f"{where}/{min(len(one), len(other))}"
    return where or "/"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
