"""What the static analysis finds: a kind of fault, where it stands, and a project that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from screening.analysis.example import Example


class Kind(StrEnum):
    """The faults looked for. See docs/static-analysis.md for what each means exactly."""

    NEVER_FIRES = "never-fires"
    IDLE_PART = "idle-part"
    IDLE_ROW = "idle-part-of-a-row"
    ADDS_NOTHING = "adds-nothing"
    RESTATES = "restates"
    OBLIGES_THE_REJECTED = "obliges-the-rejected"
    NO_WAY_OUT = "no-admissible-value"
    LOOSER_FIGURE = "looser-figure"
    LOOSER_PROVISO = "looser-proviso"
    GAP_IN_TIME = "gap-between-editions"
    HOLE_IN_BANDS = "hole-between-bands"
    CITATION = "citation-not-in-force"
    SUCCESSION = "gap-in-succession"
    UNCITED = "instrument-not-cited"
    NO_QUESTION = "no-question"
    NO_SUPPLIER = "no-supplier"
    UNASKED = "fact-not-asked"

    @property
    def fails(self) -> bool:
        """Whether the fault is an error; the others are notes."""
        return self not in _NOTES


_NOTES = frozenset({Kind.IDLE_ROW, Kind.RESTATES, Kind.UNCITED, Kind.UNASKED, Kind.SUCCESSION})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing found. `about` names the rules, facts or instruments it concerns, the first being the one to correct."""

    kind: Kind
    where: str
    about: tuple[str, ...]
    what: str
    examples: tuple[Example, ...] = ()

    @property
    def order(self) -> tuple[bool, str, str, tuple[str, ...]]:
        return not self.kind.fails, self.where, self.kind.value, self.about
