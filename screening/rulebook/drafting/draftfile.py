"""The file a person accepts or corrects proposals in, written and read.

A proposal that nobody accepted must stand as it was proposed: nobody has vouched for another condition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from screening.documents import Node, parse_yaml
from screening.errors import RulebookError
from screening.rulebook.drafting.lexicon import Tests
from screening.rulebook.drafting.proposals import Draft, Proposal
from screening.rulebook.lists.clause import TYPE_LABELS
from screening.rulebook.lists.structure import OUTCOMES, StructureReader
from screening.rulebook.reading import Reading

_KEYS: Final = (
    "id", "type", "text", "clauses", "when", "read", "unread", "wants", "exceptions", "outcome", "accepted", "level",
    "checked_on", "question",
)  # fmt: skip
_HEAD: Final = """\
# 由已发布清单草拟的编码建议。逐条核对：同意（或改好 when、outcome）后把 accepted 改为 yes。
# 没有 when 的建议询问每个项目。unread 是没有读懂的词；exceptions 没有用来缩小范围；outcome 只在 accepted: yes 时起作用。
# Proposals for a published list. Check each: when it is right, or made right, write accepted: yes.
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What stands in the file for one proposal: the structured cells of its clauses. Empty cells are left out."""

    proposal: Proposal
    accepted: bool
    cells: Mapping[str, str]


def flow(tests: Tests) -> str:
    """A condition on one line, as a structured cell and a rule file take it."""
    return json.dumps(tests, ensure_ascii=False)


def write_draft(draft: Draft) -> str:
    """The proposals as YAML, each with the words it was read from."""
    lines = [_HEAD, f"list: {_one(draft.source.id)}", "proposals:"]
    for one in draft.proposals:
        reading = one.reading
        places = [f"{clause.unit} {clause.reference}" for clause in one.clauses]
        parts: list[tuple[str, Any]] = [
            ("type", f"{one.type.value} {TYPE_LABELS[one.type].zh}"), ("text", one.text), ("clauses", places),
            ("when", reading.when), ("read", reading.read), ("unread", reading.unread), ("wants", reading.wants),
            ("exceptions", reading.exceptions), ("outcome", one.outcome.value), ("accepted", "no"),
        ]  # fmt: skip
        lines.append(f"  - id: {_one(one.id)}")
        lines.extend(
            f"    {key}: {_one(list(value) if isinstance(value, tuple) else value)}"
            for key, value in parts
            if value or key == "accepted"
        )
    return "\n".join((*lines, ""))


def _one(value: Any) -> str:
    return value if value in ("no", "yes") else json.dumps(value, ensure_ascii=False)


def proposed(draft: Draft) -> tuple[Choice, ...]:
    """Every proposal as it stands, none accepted."""
    return tuple(Choice(one, False, _proposed_cells(one)) for one in draft.proposals)


def _proposed_cells(one: Proposal) -> dict[str, str]:
    return {} if one.reading.when is None else {"when": flow(one.reading.when)}


def read_draft(text: str, name: str, draft: Draft, structures: StructureReader) -> tuple[Choice, ...]:
    """What a person made of a draft. Raises RulebookError with every problem, DocumentError when it is no YAML.

    A clause whose words have changed since has another id: its old entry is refused, so that no acceptance outlives its words.
    """
    reading = Reading()
    known = {one.id: one for one in draft.proposals}
    parts = reading.mapping(parse_yaml(text, name), ("list", "proposals"), ("proposals",))
    found: dict[str, Choice] = {}
    for node in (parts["proposals"].items or ()) if "proposals" in parts else ():
        entry = reading.mapping(node, _KEYS, ("id", "accepted"))
        one = known.get(reading.text(entry.get("id")))
        if one is None:
            reading.problem(node, "is no proposal for this list as it is now", "draft the list again and carry it over")
        elif one.id in found:
            reading.problem(node, f'"{one.id}" stands twice', "keep one")
        else:
            found[one.id] = _choice(node, entry, one, reading, structures)
    if reading.problems:
        raise RulebookError(reading.problems)
    return tuple(found.get(one.id) or Choice(one, False, _proposed_cells(one)) for one in draft.proposals)


def _choice(
    node: Node, entry: Mapping[str, Node], one: Proposal, reading: Reading, structures: StructureReader
) -> Choice:
    said = reading.text(entry.get("accepted"))
    if said not in ("yes", "no"):
        reading.problem(entry.get("accepted", node), '"accepted" is yes or no', "write accepted: yes, or no")
    when = entry["when"].plain() if "when" in entry else None
    if said != "yes":
        if when != _plain(one.reading.when):
            reading.problem(node, "the condition was changed and not accepted", "write accepted: yes, or put it back")
        return Choice(one, False, _proposed_cells(one))
    outcome = reading.text(entry.get("outcome"))
    if outcome not in OUTCOMES:
        reading.problem(node, f'"{outcome[:40]}" is no outcome', f"use {', '.join(list(OUTCOMES)[::2])}")
    texts = {key: reading.text(entry.get(key)) for key in ("outcome", "level", "checked_on", "question")}
    cells = {key: value for key, value in {"when": flow(when) if when else "", **texts}.items() if value}
    _, problems = structures.read(cells)
    for problem in problems:
        reading.problem(entry.get(problem.where, node), problem.what, problem.remedy)
    return Choice(one, True, cells)


def _plain(tests: Tests | None) -> Any:
    """A condition as reading its own text gives it: every scalar as text."""
    return None if tests is None else parse_yaml(flow(tests), "when").plain()
