"""The rules of one control unit from its clauses.

Clauses that are only words become at most two rules: what an officer must judge, as one review that lists its questions,
and what the project must meet, as one obligation. So a unit with twelve such prohibitions asks once. A clause with
structured columns is a rule of its own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from screening.decision import canonical_json
from screening.rulebook.lists.card import ListCard
from screening.rulebook.lists.clause import TYPE_LABELS, Clause, ClauseType, Standing
from screening.rulebook.lists.structure import Structure
from screening.rulebook.model import AllOf, Citation, Condition, Effect, Op, Rule, Test
from screening.rulebook.rulefile import JURISDICTIONS, plain_condition
from screening.text import NOTHING, Text

GATHERED: Final = {Standing.JUDGEMENT: "judgement", Standing.DUTY: "duties"}
_EFFECTS: Final = {
    Standing.REJECT: Effect.REJECT,
    Standing.REVIEW: Effect.REVIEW,
    Standing.OBLIGATION: Effect.OBLIGATION,
    Standing.JUDGEMENT: Effect.REVIEW,
    Standing.DUTY: Effect.OBLIGATION,
}


def rules_of_unit(
    clauses: Sequence[Clause], structures: Mapping[int, Structure], card: ListCard, path: str
) -> tuple[Rule, ...]:
    """The rules of a unit, in the order of their ids. `structures` by row, for the clauses that are encoded."""
    rules = [_encoded(clause, structures[clause.row], card, path) for clause in clauses if clause.standing.encoded]
    for standing in GATHERED:
        gathered = [clause for clause in clauses if clause.standing is standing]
        if gathered:
            rules.append(_gathered(gathered, standing, card, path))
    return tuple(sorted(rules, key=lambda rule: rule.id))


def _gathered(clauses: Sequence[Clause], standing: Standing, card: ListCard, path: str) -> Rule:
    unit, name, count = clauses[0].unit, _unit_name(clauses[0]), len(clauses)
    listed = "\n".join(f"  · {_words(clause)}" for clause in clauses)
    if standing is Standing.JUDGEMENT:
        title = Text(f"{name}：准入清单 {count} 条须人工判断", f"{unit}: {count} clauses of the access list to judge")
        said = Text(
            f"项目是否符合《{card.title.zh}》对{name}（{unit}）的下列 {count} 条要求？\n{listed}",
            f"Does the project meet these {count} clauses of {card.title.en} for {unit}?\n{listed}",
        )
    else:
        title = Text(f"{name}：准入清单 {count} 条要求", f"{unit}: {count} requirements of the access list")
        said = Text(
            f"《{card.title.zh}》对{name}（{unit}）的要求：\n{listed}",
            f"What {card.title.en} requires in {unit}:\n{listed}",
        )
    return _rule(
        card, path, clauses,
        rule_id=f"{card.id}.{_id_part(unit)}.{GATHERED[standing]}", title=title, standing=standing,
        structure=Structure(), message=NOTHING if standing is Standing.JUDGEMENT else said,
        question=said if standing is Standing.JUDGEMENT else NOTHING, remedy=NOTHING,
    )  # fmt: skip


def _encoded(clause: Clause, structure: Structure, card: ListCard, path: str) -> Rule:
    name = _unit_name(clause)
    title = Text(
        f"{name}：{clause.reference}（{TYPE_LABELS[clause.type].zh}）",
        f"{clause.unit}: clause {clause.reference} ({TYPE_LABELS[clause.type].en})",
    )
    said = Text(
        f"《{card.title.zh}》对{name}（{clause.unit}）：{_words(clause)}",
        f"{card.title.en} for {clause.unit}: {_words(clause)}",
    )
    asked = _plain(clause.cells.get("question", "").strip())
    review = clause.standing is Standing.REVIEW
    question = Text(asked, asked) if asked else said
    remedy = _plain(clause.cells.get("remedy", "").strip())
    return _rule(
        card, path, (clause,),
        rule_id=clause.id, title=title, standing=clause.standing, structure=structure,
        message=NOTHING if review and not asked else said,
        question=question if review else NOTHING, remedy=Text(remedy, remedy),
    )  # fmt: skip


def _rule(
    card: ListCard,
    path: str,
    clauses: Sequence[Clause],
    *,
    rule_id: str,
    title: Text,
    standing: Standing,
    structure: Structure,
    message: Text,
    question: Text,
    remedy: Text,
) -> Rule:
    unit = clauses[0].unit
    place = Test(JURISDICTIONS, Op.HAS, frozenset({unit}), unit)
    when: Condition = AllOf((place, *_parts(structure.when)))
    basis = (Citation(card.instrument, f"{_unit_name(clauses[0])}（{unit}）{_references(clauses)}"),)
    rule = Rule(
        id=rule_id,
        title=Text(_plain(title.zh), _plain(title.en)),
        jurisdiction=unit,
        effective=card.effective,
        basis=basis,
        when=when,
        unless=structure.unless,
        effect=_EFFECTS[standing],
        classifies="",
        message=message,
        remedy=remedy,
        question=question,
        level=structure.level or card.level,
        checked_on=structure.checked_on or card.checked_on,
        readings=(),
        not_encoded=(),
        path=path,
        line=clauses[0].row,
        digest="",
    )
    return replace(rule, digest=_digest(rule))


def _digest(rule: Rule) -> str:
    """SHA-256 of what a rule says and means, as for a rule file: the same wherever its list lies."""
    words = [
        rule.id, rule.title, rule.jurisdiction, rule.effect.value, str(rule.effective), rule.level.value,
        str(rule.checked_on), [[one.instrument, one.clause] for one in rule.basis],
        rule.message, rule.question, rule.remedy,
    ]  # fmt: skip
    meaning = {
        "words": [list(word) if isinstance(word, Text) else word for word in words],
        "when": plain_condition(rule.when),
        "unless": plain_condition(rule.unless) if rule.unless else None,
    }
    return hashlib.sha256(canonical_json(meaning)).hexdigest()


def _parts(when: Condition | None) -> tuple[Condition, ...]:
    return () if when is None else when.parts if isinstance(when, AllOf) else (when,)


def _references(clauses: Iterable[Clause]) -> str:
    """`区域布局管控 1-1、1-2；能源资源利用 2-1`."""
    found: dict[str, list[str]] = {}
    for clause in clauses:
        place = clause.number or f"表第{clause.row}行"
        found.setdefault(clause.dimension_written.strip(), []).append(place)
    return "；".join(f"{dimension} {'、'.join(places)}".strip() for dimension, places in found.items())


def _words(clause: Clause) -> str:
    """A clause as it is shown: its reference, its type where the text does not begin with it, its words."""
    kind = (
        "" if "【" in clause.text[:12] or clause.type is ClauseType.UNTAGGED else f"【{TYPE_LABELS[clause.type].zh}】"
    )
    return _plain(f"[{clause.reference}]{kind} {clause.text.strip()}")


def _plain(text: str) -> str:
    # Braces name facts in the messages of rules; in the words of a list they are only braces.
    return text.replace("{", "｛").replace("}", "｝") if "{" in text or "}" in text else text


def _unit_name(clause: Clause) -> str:
    return clause.unit_name or clause.unit


def _id_part(text: str) -> str:
    """A unit code or number as part of a rule id; what an id cannot hold is told apart by its hash."""
    if text and len(text) <= 40 and all((char.isascii() and char.isalnum()) or char in "-_" for char in text):
        return text
    return f"x{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def clause_ids(list_id: str, unit: str, numbers: Sequence[tuple[str, int]]) -> list[str]:
    """An id for every clause of a unit from its (number, row): `list.unit.1-1`, by its row where that is no one clause."""
    counted = Counter(number for number, _ in numbers)
    prefix = f"{list_id}.{_id_part(unit)}"
    taken: Counter[str] = Counter()
    found: list[str] = []
    for number, row in numbers:
        own = number and counted[number] == 1 and number not in GATHERED.values() and not number.startswith("row")
        name = f"{prefix}.{_id_part(number)}" if own else f"{prefix}.row{row}"
        # A row that holds a clause of every dimension gives several.
        taken[name] += 1
        found.append(name if taken[name] == 1 else f"{name}.{taken[name]}")
    return found
