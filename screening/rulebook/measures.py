"""The measures by which pollution and carbon are cut together (减污降碳): what each is for and which figures show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from screening.documents import Node
from screening.errors import suggest
from screening.facts import Supplier
from screening.rulebook.reading import Reading
from screening.rulebook.terms import Term
from screening.text import Text


class Medium(StrEnum):
    """What a measure protects, in the order of the sheet."""

    AIR = "air"
    WATER = "water"
    SOIL = "soil"
    SOLID_WASTE = "solid_waste"
    GREENHOUSE_GAS = "greenhouse_gas"


MEDIUM_WORDS: Mapping[Medium, Text] = {
    Medium.AIR: Text("大气", "air"),
    Medium.WATER: Text("水", "water"),
    Medium.SOIL: Text("土壤", "soil"),
    Medium.SOLID_WASTE: Text("固体废物", "solid waste"),
    Medium.GREENHOUSE_GAS: Text("温室气体", "greenhouse gas"),
}


WHAT_IT_IS: Final = frozenset({"project.sector", "project.products", "project.processes", "project.activity"})
"""By these a rule is set aside unasked; what a project is cannot meet a requirement."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. `figures` are the facts by which an applicant shows it; without any it is something to be done."""

    id: str
    label: Text
    media: tuple[Medium, ...]
    figures: frozenset[str]


def read_measures(nodes: Mapping[str, Node], terms: Mapping[str, Term], reading: Reading) -> dict[str, Measure]:
    """The measures of a vocabulary, in the order written; problems go to `reading`.

    `figures` names facts an applicant supplies, or families of them (`project.energy_intensity`).
    """
    found: dict[str, Measure] = {}
    for key, node in nodes.items():
        parts = reading.mapping(node, ("label", "media", "figures"), ("label", "media"))
        media: list[Medium] = []
        for item in (parts["media"].items or [parts["media"]]) if "media" in parts else ():
            word = reading.text(item)
            if word in set(Medium):
                media.append(Medium(word))
            else:
                reading.problem(
                    item, f'"{word[:40]}" is no medium', suggest(word, Medium) or f"use {', '.join(Medium)}"
                )
        figures: set[str] = set()
        for item in (parts["figures"].items or ()) if "figures" in parts else ():
            name = reading.text(item)
            facts = {
                term.key
                for term in terms.values()
                if term.supplier is Supplier.APPLICANT and (term.key == name or term.key.startswith(f"{name}."))
            }
            if facts & WHAT_IT_IS:
                reading.problem(item, f'"{name}" says what the project is, not how it meets a measure', "name a figure")
            if not facts:
                reading.problem(item, f'"{name[:60]}" is no fact an applicant states', suggest(name, terms))
            figures |= facts
        label = reading.bilingual(parts.get("label"), needed=True)
        found[key] = Measure(key, label, tuple(medium for medium in Medium if medium in media), frozenset(figures))
    return found
