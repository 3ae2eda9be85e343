"""What the keepers of the rulebook have looked at and let stand: `rules/lint.yaml`, each entry with its reason.

    accepted:
      - {fault: gap-between-editions, about: "capacity-replacement.steel-*", reason: 2024-08-23 起暂停，新办法 2026 年施行。}

An entry whose fault is not found any more is an error, and so is one without a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from screening.analysis.fault import Fault, Kind
from screening.documents import parse_yaml, read_text
from screening.errors import Problem, RulebookError, suggest
from screening.rulebook.reading import Reading
from screening.rulebook.words import MAX_BYTES

FILE: Final = "lint.yaml"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Faults of a kind about a rule, fact or instrument (`*` for any letters) that may stand, and why."""

    kind: Kind
    about: tuple[str, ...]
    reason: str
    where: str

    def covers(self, fault: Fault) -> bool:
        """Whether every name written here is among those the fault is about."""
        return fault.kind is self.kind and all(
            any(fnmatchcase(name, written) for name in fault.about) for written in self.about
        )


def read_acceptances(folder: Path) -> tuple[Acceptance, ...]:
    """The entries of a rulebook folder, none where the file is missing. Raises RulebookError with every problem."""
    path = folder / FILE
    if not path.exists():
        return ()
    reading = Reading()
    shown = f"{folder.name}/{FILE}"
    parts = reading.mapping(parse_yaml(read_text(path, MAX_BYTES), shown), ("accepted",), ("accepted",))
    found: list[Acceptance] = []
    for node in (parts["accepted"].items or ()) if "accepted" in parts else ():
        keys = ("fault", "about", "reason")
        entry = reading.mapping(node, keys, keys)
        name = reading.text(entry.get("fault"))
        if name not in tuple(Kind):
            reading.problem(node, f'"{name[:60]}" is no fault', suggest(name, Kind) or f"faults: {', '.join(Kind)}")
            continue
        about = reading.texts(entry.get("about"))
        found.append(Acceptance(Kind(name), about, reading.text(entry.get("reason")), node.where))
    if reading.problems:
        raise RulebookError(reading.problems)
    return tuple(found)


def left_standing(
    faults: Iterable[Fault], acceptances: Iterable[Acceptance]
) -> tuple[tuple[Fault, ...], tuple[Problem, ...]]:
    """The faults nobody accepted, and a problem for every acceptance of a fault that is not there."""
    entries, used = tuple(acceptances), set[int]()
    open_faults: list[Fault] = []
    for fault in faults:
        covering = [number for number, entry in enumerate(entries) if entry.covers(fault)]
        used.update(covering)
        if not covering:
            open_faults.append(fault)
    stale = tuple(
        Problem(entry.where, f"accepts {entry.kind.value} of {', '.join(entry.about)}, which is not found", "remove it")
        for number, entry in enumerate(entries)
        if number not in used
    )
    return tuple(open_faults), stale
