"""Facts that rules ask and nobody is asked for, and facts that nobody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from screening.analysis.fault import Fault, Kind
from screening.analysis.study import asked_by
from screening.facts import Supplier
from screening.rulebook.model import Rule
from screening.rulebook.reader import Rulebook

MEASURED: Final = re.compile(
    r"site\.(area|uncovered_share|jurisdictions|units"
    r"|unit_class\.(priority_protection|key_control|general_control)"
    r"|(overlaps|share|area|distance)\.[a-z0-9_]+)"
)
"""What the atlas measures of a site, for any kind of zone a layer may show."""


def facts_without_a_source(rulebook: Rulebook) -> Iterator[Fault]:
    """Facts a rule asks that no form, no layer and no classification rule can supply."""
    setting = {rule.classifies for rule in rulebook.rules}
    for fact, rule in sorted(_first_asking(rulebook).items()):
        term = rulebook.vocabulary[fact]
        if term.supplier is Supplier.APPLICANT:
            lacking = [
                name
                for name, text in (("question", term.question), ("found", term.found), ("why", term.why))
                if not (text.zh and text.en)
            ]
            if lacking:
                what = f"{fact} is asked of applicants and has no {', '.join(lacking)} (asked by {rule.id})"
                yield Fault(Kind.NO_QUESTION, rule.where, (fact,), what)
        elif term.supplier is Supplier.ATLAS and not MEASURED.fullmatch(fact):
            what = f"{fact} is nothing the atlas measures (asked by {rule.id})"
            yield Fault(Kind.NO_SUPPLIER, rule.where, (fact,), what)
        elif term.supplier is Supplier.CLASSIFICATION and fact not in setting:
            yield Fault(Kind.NO_SUPPLIER, rule.where, (fact,), f"no rule sets {fact} (asked by {rule.id})")


def _first_asking(rulebook: Rulebook) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for rule in rulebook.rules:
        for fact in asked_by(rule):
            found.setdefault(fact, rule)
    return found


def facts_nobody_asks(rulebook: Rulebook) -> Iterator[Fault]:
    """Facts of the vocabulary that no rule asks; of a kind of zone, only when none of its facts is asked.

    Clauses of access lists are read unit by unit and are not looked through.
    """
    asked = set(_first_asking(rulebook))
    asked |= {rule.classifies for rule in rulebook.rules}  # a decision prints every class that is set
    kinds = {fact.rpartition(".")[2] for fact in asked if fact.count(".") == 2 and fact.startswith("site.")}
    places = {place for rule in rulebook.rules if (place := rule.jurisdiction).startswith(("basin_", "region_"))}
    told: set[str] = set()
    for fact in sorted(set(rulebook.vocabulary) - asked):
        name = fact
        if fact.startswith("site."):
            if fact.count(".") < 2:
                continue
            name = fact.rpartition(".")[2]
            if name in kinds or name in places:
                continue
        if name not in told:
            told.add(name)
            yield Fault(Kind.UNASKED, "vocabulary", (name,), "no rule asks it")
