"""The structured columns of a clause read: to whom it applies, in the tests of the rule format, and what then happens.

`sector`, `works`, `threshold` and `when` all must hold. Cells that say the same are read once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from screening.decision import canonical_json
from screening.documents import DocumentError, Node, parse_yaml
from screening.errors import Problem, suggest
from screening.rulebook.conditions import read_condition
from screening.rulebook.lists.clause import Standing
from screening.rulebook.model import AllOf, Condition, Level, Op, tests_of
from screening.rulebook.reading import Reading
from screening.rulebook.vocabulary import Vocabulary

OUTCOMES: Final[Mapping[str, Standing]] = {
    "reject": Standing.REJECT,
    "不符合准入": Standing.REJECT,
    "review": Standing.REVIEW,
    "人工复核": Standing.REVIEW,
    "obligation": Standing.OBLIGATION,
    "附条件": Standing.OBLIGATION,
}
LEVELS: Final[Mapping[str, Level]] = {level.value: level for level in Level}
_CONDITION: Final = ("sector", "works", "threshold", "when", "unless")
_LIST: Final = re.compile(r"[|;；、\n]")
_BETWEEN: Final = re.compile(r"[;；\n]")
_SIGNS: Final[Mapping[str, str]] = {
    "at_least": "at_least", "at_most": "at_most", "over": "over", "under": "under", ">=": "at_least", "≥": "at_least",
    "<=": "at_most", "≤": "at_most", ">": "over", "＞": "over", "<": "under", "＜": "under",
    "不低于": "at_least", "不超过": "at_most", "超过": "over", "低于": "under",
}  # fmt: skip
_THRESHOLD: Final = re.compile(
    rf"\s*(\S+?)\s*({'|'.join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))})\s*(\S.*?)\s*"
)


@dataclass(frozen=True, slots=True)
class Structure:
    """What the structured columns of one clause say. No `outcome`: its type decides. No `when`: every project."""

    when: Condition | None = None
    unless: Condition | None = None
    outcome: Standing | None = None
    level: Level | None = None
    checked_on: date | None = None


NOTHING_SAID: Final = Structure()


def meaning_of(vocabulary: Vocabulary) -> str:
    """SHA-256 over all in a vocabulary that gives a condition its meaning: terms, words, other names, groups."""
    terms = [
        [term.key, term.type.value, term.unit, term.supplier.value, sorted(term.choices), sorted(term.aliases.items())]
        for _, term in sorted(vocabulary.items())
    ]
    groups = [[group.id, group.of, sorted(group.members)] for _, group in sorted(vocabulary.groups.items())]
    return hashlib.sha256(canonical_json([terms, groups])).hexdigest()


class StructureReader:
    """Reads structured cells against one vocabulary, each distinct condition once."""

    __slots__ = ("_conditions", "_labels", "_vocabulary")

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._conditions: dict[tuple[str, ...], tuple[Condition | None, Condition | None, tuple[Problem, ...]]] = {}
        self._labels = {text: key for key, term in vocabulary.items() for text in (term.label.zh, term.label.en, key)}

    def read(self, cells: Mapping[str, str]) -> tuple[Structure, list[Problem]]:
        """The structure in the structured cells of a clause that are not empty. A problem's `where` is the column it is about."""
        if not cells:
            return NOTHING_SAID, []
        name = tuple(cells.get(column, "").strip() for column in _CONDITION)
        known = self._conditions.get(name)
        if known is None:
            known = self._conditions[name] = self._read(dict(zip(_CONDITION, name, strict=True)))
        when, unless, found = known
        problems = list(found)
        outcome, level = cells.get("outcome", "").strip(), cells.get("level", "").strip()
        if outcome and outcome not in OUTCOMES:
            problems.append(
                Problem(
                    "outcome",
                    f'"{outcome[:40]}" is no outcome of a clause',
                    suggest(outcome, OUTCOMES) or "use reject, review or obligation",
                    f"“{outcome[:40]}”不是可用的结论，请填 reject、review 或 obligation",
                )
            )
        if level and level not in LEVELS:
            problems.append(
                Problem("level", f'unknown level "{level[:40]}"', f"use {', '.join(LEVELS)}", "核对程度填写有误")
            )
        reading = Reading()
        checked_on = cells.get("checked_on", "").strip()
        day = reading.day(Node(checked_on, 0, "checked_on")) if checked_on else None
        problems.extend(reading.problems)
        standing = OUTCOMES.get(outcome)
        problems.extend(_contradictions(cells, standing, when, unless))
        return Structure(when, unless, standing, LEVELS.get(level), day), problems

    def _read(self, cells: Mapping[str, str]) -> tuple[Condition | None, Condition | None, tuple[Problem, ...]]:
        problems: list[Problem] = []
        parts: list[Condition] = []
        for column in _CONDITION[:-1]:
            for node in self._nodes(column, cells[column], problems):
                found = self._condition(column, node, problems)
                if found is not None:
                    parts.extend(found.parts if isinstance(found, AllOf) else (found,))
        unless: Condition | None = None
        for node in self._nodes("unless", cells["unless"], problems):
            unless = self._condition("unless", node, problems)
        when = None if not parts else parts[0] if len(parts) == 1 else AllOf(tuple(parts))
        return when, unless, tuple(problems)

    def _condition(self, column: str, node: Node, problems: list[Problem]) -> Condition | None:
        reading = Reading()
        found = read_condition(node, self._vocabulary, reading, negated=column == "unless")
        problems.extend(Problem(column, problem.what, problem.remedy, problem.zh) for problem in reading.problems)
        return found

    def _nodes(self, column: str, text: str, problems: list[Problem]) -> Iterator[Node]:
        """The conditions a cell writes, as the nodes of a rule file would have them."""
        if not text:
            return
        if column in ("sector", "works"):
            words = [Node(word.strip(), 0, column) for word in _LIST.split(text) if word.strip()]
            if not words:
                problems.append(Problem(column, "names nothing", "leave the cell empty", "没有内容，请留空"))
                return
            yield Node({f"project.{column}": Node({"in": Node(words, 0, column)}, 0, column)}, 0, column)
        elif column == "threshold" and not text.startswith("{"):
            for part in filter(str.strip, _BETWEEN.split(text)):
                match = _THRESHOLD.fullmatch(part)
                key = self._labels.get(match.group(1)) if match else None
                if match is None or key is None:
                    near = suggest(match.group(1), self._vocabulary.terms) if match else ""
                    problems.append(
                        Problem(
                            column,
                            f'"{part.strip()[:60]}" is no threshold',
                            near or "write FACT at_least QUANTITY, such as project.capacity at_least 100 t/a",
                            f"“{part.strip()[:60]}”不是可读的阈值，请写成：事实 ≥ 数值 单位",
                        )
                    )
                    continue
                yield Node({key: Node({_SIGNS[match.group(2)]: Node(match.group(3), 0, column)}, 0, column)}, 0, column)
        else:
            try:
                yield parse_yaml(text, column)
            except DocumentError as error:
                problems.extend(Problem(column, one.what, one.remedy, one.zh) for one in error.problems)


def _contradictions(
    cells: Mapping[str, str], outcome: Standing | None, when: Condition | None, unless: Condition | None
) -> Iterator[Problem]:
    if outcome is Standing.REJECT:
        if when is None and not any(cells.get(column, "").strip() for column in _CONDITION[:-1]):
            yield Problem(
                "outcome",
                "rejects every project whatever it is",
                "say which: sector, works, threshold or when",
                "未写适用条件而一律否决，请填写 sector、works、threshold 或 when",
            )
        if any(test.op in (Op.MISSING, Op.GIVEN) for test in (*tests_of(when), *tests_of(unless))):
            yield Problem(
                "outcome",
                "a missing fact cannot reject a project",
                "make the outcome review, or drop `given`",
                "缺失的事实不能作为否决依据",
            )
    if cells.get("question", "").strip() and outcome in (Standing.REJECT, Standing.OBLIGATION):
        yield Problem(
            "question",
            "a question belongs to a clause whose outcome is review",
            "change the outcome or drop the question",
            "只有结论为 review 的条款才有问题",
        )
