"""The account of the rule candidates: each is encoded, left to judgement, merged, declined or still open.

`rules/candidates.csv` starts with `# count: N` and has one row for each of the N candidates (`id,status,rule,reason`;
several rules are joined by `|`). A row that names a rule the rulebook does not have, or claims more than that rule
does, is an error: the account cannot drift away from the rules.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from screening.documents import read_text
from screening.errors import Problem, RulebookError, suggest
from screening.rulebook.model import Effect
from screening.rulebook.reader import Rulebook
from screening.rulebook.words import MAX_BYTES

FILE: Final = "candidates.csv"
_COLUMNS: Final = ["id", "status", "rule", "reason"]
_COUNT: Final = re.compile(r"#\s*count:\s*(\d{1,6})")
_ID: Final = re.compile(r"([A-Z]{2})-(\d{3})")


class Standing(StrEnum):
    """What became of a candidate. The first three stand in the rulebook."""

    ENCODED = "encoded"
    JUDGEMENT = "judgement"
    MERGED = "merged"
    DECLINED = "declined"
    OPEN = "open"

    @property
    def in_rulebook(self) -> bool:
        """Whether a rule answers for the candidate."""
        return self in (Standing.ENCODED, Standing.JUDGEMENT, Standing.MERGED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row: `rules` are ids of the rulebook, `where` is `path:line`."""

    id: str
    standing: Standing
    rules: tuple[str, ...]
    reason: str
    where: str


def read_candidates(folder: Path, rulebook: Rulebook) -> tuple[Candidate, ...]:
    """The account under `folder`, in the order of the file. Raises RulebookError with every problem found.

    `DocumentError` when the file is missing or not UTF-8.
    """
    text = read_text(folder / FILE, MAX_BYTES)
    first, _, rest = text.lstrip("\ufeff").partition("\n")
    count = _COUNT.fullmatch(first.strip())
    if count is None:
        raise RulebookError(
            Problem(f"{FILE}:1", "does not say how many candidates there are", "start with the line `# count: N`")
        )
    effects: dict[str, set[Effect]] = {}
    for rule in rulebook.rules:
        effects.setdefault(rule.id, set()).add(rule.effect)
    problems: list[Problem] = []
    found = tuple(_rows(rest, problems))
    for candidate in found:
        problems.extend(_faults(candidate, effects))
    problems.extend(_tally(found, int(count[1])))
    if problems:
        raise RulebookError(problems)
    return found


def counts(candidates: Iterable[Candidate]) -> Mapping[Standing, int]:
    """How many candidates have each standing; every standing is named."""
    tally = Counter(candidate.standing for candidate in candidates)
    return {standing: tally[standing] for standing in Standing}


def _rows(text: str, problems: list[Problem]) -> Iterator[Candidate]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if next(reader, None) != _COLUMNS:
            problems.append(Problem(f"{FILE}:2", "has other columns", f"write {','.join(_COLUMNS)}"))
            return
        for cells in reader:
            # The line of the count is not part of what csv reads.
            where = f"{FILE}:{reader.line_num + 1}"
            if len(cells) != len(_COLUMNS):
                problems.append(Problem(where, f"has {len(cells)} cells", "check its commas and quotes"))
                continue
            key, standing, rules, reason = (cell.strip() for cell in cells)
            if standing not in set(Standing):
                problems.append(Problem(where, f'"{standing}" is no status', f"use {', '.join(Standing)}"))
                continue
            names = tuple(name.strip() for name in rules.split("|")) if rules else ()
            yield Candidate(key, Standing(standing), names, reason, where)
    except csv.Error as error:
        problems.append(Problem(f"{FILE}:{reader.line_num + 1}", f"is not CSV: {error}", "check its quotes"))


def _faults(candidate: Candidate, effects: Mapping[str, set[Effect]]) -> Iterator[Problem]:
    where, standing = candidate.where, candidate.standing
    if not _ID.fullmatch(candidate.id):
        yield Problem(where, f'"{candidate.id}" is no candidate id', "write two capitals, a dash and three digits")
    for name in candidate.rules:
        if name not in effects:
            yield Problem(where, f'there is no rule "{name}"', suggest(name, effects) or "see `screening rules list`")
    if len(set(candidate.rules)) < len(candidate.rules):
        yield Problem(where, "names a rule twice", "name it once")
    if standing.in_rulebook and not candidate.rules:
        yield Problem(where, f"is {standing} but names no rule", "name the rule, or write open")
    if standing is Standing.DECLINED and candidate.rules:
        yield Problem(where, "is declined yet names a rule", "write merged, or drop the rule")
    if standing not in (Standing.ENCODED, Standing.JUDGEMENT) and not candidate.reason:
        yield Problem(where, f"is {standing} without a reason", "say why")
    known = [effects[name] for name in candidate.rules if name in effects]
    if standing is Standing.JUDGEMENT and known and not any(Effect.REVIEW in one for one in known):
        yield Problem(where, "is left to judgement but none of its rules asks for review", "write encoded")


def _tally(candidates: tuple[Candidate, ...], count: int) -> Iterator[Problem]:
    seen: dict[str, Candidate] = {}
    families: dict[str, set[int]] = {}
    for candidate in candidates:
        if candidate.id in seen:
            yield Problem(candidate.where, f"{candidate.id} stands twice", f"see {seen[candidate.id].where}")
        seen[candidate.id] = candidate
        if match := _ID.fullmatch(candidate.id):
            families.setdefault(match[1], set()).add(int(match[2]))
    for family, numbers in sorted(families.items()):
        for number in sorted(set(range(1, max(numbers) + 1)) - numbers):
            yield Problem(FILE, f"{family}-{number:03d} is missing", "add its row; `open` is an honest status")
    if len(seen) != count:
        yield Problem(f"{FILE}:1", f"has {len(seen)} candidates where {count} are counted", "add or remove rows")
