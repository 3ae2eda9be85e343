"""Reading documents strictly: every unknown key, missing key and wrong shape becomes a problem with its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from screening.documents import Node
from screening.errors import InputError, Problem, suggest
from screening.rulebook.model import Period
from screening.rulebook.values import parse_day
from screening.text import NOTHING, Text


@dataclass(slots=True)
class Reading:
    """Collects problems while documents are read, so that an author sees all of them at once."""

    problems: list[Problem] = field(default_factory=list)

    def problem(self, node: Node | str, what: str, remedy: str = "") -> None:
        self.problems.append(Problem(node if isinstance(node, str) else node.where, what, remedy))

    def mapping(self, node: Node, allowed: Iterable[str], required: Iterable[str] = ()) -> dict[str, Node]:
        """The mapping at a node; unknown keys are dropped with a problem, missing ones reported."""
        found = node.mapping
        if found is None:
            self.problem(node, f"{node.kind()} where a mapping belongs", f"write the keys {', '.join(allowed)}")
            return {}
        known = list(allowed)
        for key, value in found.items():
            if key not in known:
                self.problem(
                    value, f'unknown key "{key[:60]}"', suggest(key, known) or f"known here: {', '.join(known)}"
                )
        for key in required:
            if key not in found or found[key].value is None:
                self.problem(node, f'the key "{key}" is missing', "add it")
        return {key: value for key, value in found.items() if key in known}

    def text(self, node: Node | None, default: str = "") -> str:
        """The words at a node."""
        if node is None or node.value is None:
            return default
        if node.text is None:
            self.problem(node, f"{node.kind()} where text belongs", "write one line of text")
            return default
        return node.text.strip()

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """The list of words at a node; a single one counts as a list of one."""
        if node is None or node.value is None:
            return ()
        parts = node.items if node.items is not None else [node]
        return tuple(self.text(part) for part in parts)

    def flag(self, node: Node | None) -> bool:
        """yes or no; no where nothing stands."""
        word = self.text(node, "no")
        if word not in ("yes", "no") and node is not None:
            self.problem(node, f'"{word[:40]}" is neither yes nor no', "write yes or no")
        return word == "yes"

    def bilingual(self, node: Node | None, needed: bool = False) -> Text:
        """`{zh: ..., en: ...}`. Both are needed where `needed` says so or where one is there."""
        if node is None or node.value is None:
            if needed and node is not None:
                self.problem(node, "no words stand here", "write {zh: ..., en: ...}")
            return NOTHING
        parts = self.mapping(node, ("zh", "en"), ("zh", "en"))
        return Text(self.text(parts.get("zh")), self.text(parts.get("en")))

    def day(self, node: Node | None) -> date | None:
        """A day, or None where nothing stands."""
        if node is None or node.value is None:
            return None
        try:
            return parse_day(self.text(node))
        except InputError as error:
            self.problem(node, error.problems[0].what, error.problems[0].remedy)
            return None

    def period(self, node: Node | None) -> Period:
        """`{from: DAY, until: DAY}`, each optional; `until` is the first day out."""
        if node is None or node.value is None:
            return Period()
        parts = self.mapping(node, ("from", "until"))
        period = Period(self.day(parts.get("from")), self.day(parts.get("until")))
        if period.start and period.until and period.until <= period.start:
            self.problem(node, "the period ends before it begins", "check from and until")
        return period
