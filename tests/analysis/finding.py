"""Small rulebooks with one fault, and what the analysis says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from screening.analysis import Fault, Kind, find_faults
from screening.rulebook.reader import Rulebook
from tests.rulebook.minimal import load, rule_text


def book(folder: Path, *rules: dict[str, str | None], files: dict[str, str] | None = None) -> Rulebook:
    """The minimal rulebook with one rule for each of these changes, `r1` and on."""
    texts = [rule_text(**{"id": f"r{number}-rule", **changes}) for number, changes in enumerate(rules, 1)]
    return load(folder, *texts, files=files)


def of_kind(rulebook: Rulebook, kind: Kind) -> list[Fault]:
    return [fault for fault in find_faults(rulebook) if fault.kind is kind]


def shown(rulebook: Rulebook, fault: Fault) -> dict[str, Any]:
    """The first example of a fault as it is written, without its day."""
    return {key: value for key, value in fault.examples[0].written(rulebook).items() if key != "as_of"}
