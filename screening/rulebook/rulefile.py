"""One rule file (or one row of its table) in: every key checked against the vocabulary and the instruments."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from screening.decision import canonical_json
from screening.documents import Node
from screening.errors import suggest
from screening.rulebook.conditions import read_condition
from screening.rulebook.model import (
    AllOf,
    Citation,
    Condition,
    Effect,
    Instrument,
    Level,
    ListRow,
    Not,
    Op,
    Period,
    Rule,
    Test,
    tests_of,
)
from screening.rulebook.reading import Reading
from screening.rulebook.terms import Type
from screening.rulebook.vocabulary import Vocabulary
from screening.text import NOTHING

_RULE_KEYS: Final = (
    "id", "title", "jurisdiction", "effective", "for_each", "basis", "when", "unless", "outcome", "classifies",
    "list", "measure", "message", "remedy", "question", "checked", "readings", "not_encoded",
)  # fmt: skip
_REQUIRED: Final = ("id", "title", "jurisdiction", "effective", "basis", "when", "outcome", "checked")
RULE_ID: Final = re.compile(r"[a-z0-9][a-zA-Z0-9_.\-]{2,119}")
_JURISDICTION: Final = re.compile(r"CN|\d{2}|\d{4}|\d{6}|(basin|region)_[a-z_]+|ZH\d{6}[123]\d{4,5}")
PLACE: Final = re.compile(r"\{([^{}]*)\}")
EVERYWHERE: Final = "CN"
JURISDICTIONS: Final = "site.jurisdictions"


def read_rule(
    node: Node, path: str, vocabulary: Vocabulary, instruments: Mapping[str, Instrument], reading: Reading
) -> Rule | None:
    """The rule at a node, or None when it has problems (they are in `reading`)."""
    before = len(reading.problems)
    parts = reading.mapping(node, _RULE_KEYS, _REQUIRED)
    rule_id = reading.text(parts.get("id"))
    if rule_id and not RULE_ID.fullmatch(rule_id):
        reading.problem(
            node, f'"{rule_id[:60]}" is not a rule id', "use letters, digits, - and . (and a column, with for_each)"
        )
    jurisdiction = reading.text(parts.get("jurisdiction"))
    if jurisdiction and not _JURISDICTION.fullmatch(jurisdiction):
        reading.problem(
            parts["jurisdiction"],
            f'"{jurisdiction}" is no jurisdiction',
            "CN, a 2, 4 or 6 digit code, basin_x or a unit code",
        )
    effective = reading.period(parts.get("effective"))
    if "effective" in parts and effective.start is None:
        reading.problem(parts["effective"], "has no first day", "write from: DAY")
    when = read_condition(parts["when"], vocabulary, reading) if "when" in parts else None
    unless = read_condition(parts["unless"], vocabulary, reading, negated=True) if "unless" in parts else None
    effect, classifies = _effect(parts, node, vocabulary, (*tests_of(when), *tests_of(unless)), reading)
    measure = reading.text(parts.get("measure"))
    if measure and (measure not in vocabulary.measures or effect is Effect.CLASSIFY):
        reading.problem(
            parts["measure"],
            f'"{measure[:60]}" is no co-control measure'
            if effect is not Effect.CLASSIFY
            else "a classification is no measure",
            suggest(measure, vocabulary.measures) or "see rules/vocabulary/measures.yaml",
        )
    basis = _basis(parts.get("basis"), effective, instruments, reading)
    list_row = _list_row(parts.get("list"), effect, basis, reading)
    level, checked_on = _checked(parts.get("checked"), reading)
    message, remedy = reading.bilingual(parts.get("message")), reading.bilingual(parts.get("remedy"))
    question = reading.bilingual(parts.get("question"))
    for text_node in (parts.get("message"), parts.get("remedy"), parts.get("question"), parts.get("title")):
        _places(text_node, vocabulary, reading)
    if effect is not Effect.CLASSIFY and message == NOTHING and question == NOTHING:
        reading.problem(node, "says nothing to the applicant", "write message: {zh: ..., en: ...}")
    if question != NOTHING and effect is not Effect.REVIEW:
        reading.problem(
            node, "a question belongs to a rule whose outcome is review", "change the outcome or drop the question"
        )
    if len(reading.problems) > before or when is None or effect is None:
        return None
    if jurisdiction != EVERYWHERE:
        when = AllOf(
            (
                Test(JURISDICTIONS, Op.HAS, frozenset({jurisdiction}), jurisdiction),
                *(when.parts if isinstance(when, AllOf) else (when,)),
            )
        )
    meaning = {
        "words": node.plain(),
        "when": plain_condition(when),
        "unless": plain_condition(unless) if unless else None,
    }
    return Rule(
        id=rule_id,
        title=reading.bilingual(parts.get("title"), needed=True),
        jurisdiction=jurisdiction,
        effective=effective,
        basis=basis,
        when=when,
        unless=unless,
        effect=effect,
        classifies=classifies,
        message=message,
        remedy=remedy,
        question=question,
        level=level,
        checked_on=checked_on,
        readings=reading.texts(parts.get("readings")),
        not_encoded=reading.texts(parts.get("not_encoded")),
        path=path,
        line=node.line,
        digest=hashlib.sha256(canonical_json(meaning)).hexdigest(),
        measure=measure,
        list_row=list_row,
    )


def _effect(
    parts: Mapping[str, Node], node: Node, vocabulary: Vocabulary, tests: Iterable[Test], reading: Reading
) -> tuple[Effect | None, str]:
    try:
        effect = Effect(reading.text(parts.get("outcome")))
    except ValueError:
        if "outcome" in parts:
            reading.problem(parts["outcome"], "unknown outcome", f"use {', '.join(Effect)}")
        return None, ""
    classifies = reading.text(parts.get("classifies"))
    if (effect is Effect.CLASSIFY) != bool(classifies):
        reading.problem(node, "classifies and `outcome: classify` belong together", "write both or neither")
    if classifies:
        term = vocabulary.terms.get(classifies)
        if term is None or term.type is not Type.FLAG or not classifies.startswith("class."):
            known = [key for key in vocabulary.terms if key.startswith("class.")]
            reading.problem(parts["classifies"], f'"{classifies}" is no class.* flag', suggest(classifies, known))
    if effect in (Effect.REJECT, Effect.CLASSIFY) and any(test.op in (Op.MISSING, Op.GIVEN) for test in tests):
        reading.problem(
            node, "a missing fact cannot reject or classify a project", "make the outcome review, or drop `given`"
        )
    return effect, classifies


def _basis(
    node: Node | None, effective: Period, instruments: Mapping[str, Instrument], reading: Reading
) -> tuple[Citation, ...]:
    found: list[Citation] = []
    for item in (node.items or ()) if node is not None else ():
        parts = reading.mapping(item, ("instrument", "clause"), ("instrument", "clause"))
        key = reading.text(parts.get("instrument"))
        instrument = instruments.get(key)
        if instrument is None:
            reading.problem(
                item, f'unknown instrument "{key}"', suggest(key, instruments) or "add it to rules/instruments.yaml"
            )
        elif effective.start is not None and not effective.within(instrument.life):
            life = f"{instrument.life.start} to {instrument.life.until or 'now'}"
            reading.problem(
                item, f'"{key}" is law only from {life}', "cite what was in force, or bound the rule with from / until"
            )
        found.append(Citation(key, reading.text(parts.get("clause"))))
    if node is not None and not found:
        reading.problem(node, "rests on nothing", "list {instrument: ..., clause: ...}")
    return tuple(found)


def _list_row(
    node: Node | None, effect: Effect | None, basis: tuple[Citation, ...], reading: Reading
) -> ListRow | None:
    """The row of a list, `{id, row, rest}`: the list must be among what the rule rests on."""
    if node is None:
        return None
    parts = reading.mapping(node, ("id", "row", "rest"), ("id", "row"))
    row = ListRow(reading.text(parts.get("id")), reading.text(parts.get("row")), reading.flag(parts.get("rest")))
    if effect is not Effect.CLASSIFY:
        reading.problem(node, "only a classification goes by a list", "drop `list`")
    elif row.list not in {citation.instrument for citation in basis}:
        reading.problem(node, f'the rule does not rest on "{row.list[:60]}"', "name the list under basis too")
    return row


def _checked(node: Node | None, reading: Reading) -> tuple[Level, date | None]:
    parts = reading.mapping(node, ("level", "on", "note"), ("level",)) if node is not None else {}
    try:
        return Level(reading.text(parts.get("level"), "memory")), reading.day(parts.get("on"))
    except ValueError:
        reading.problem(parts["level"], "unknown level", f"use {', '.join(Level)}")
        return Level.MEMORY, None


def _places(node: Node | None, vocabulary: Vocabulary, reading: Reading) -> None:
    for part in (node.mapping or {}).values() if node is not None else ():
        for key in PLACE.findall(part.text or ""):
            if key not in vocabulary.terms:
                reading.problem(
                    part,
                    f'"{{{key}}}" is neither a column nor a fact',
                    suggest(key, vocabulary.terms) or "write a fact key",
                )


def plain_condition(condition: Condition) -> Any:
    """A condition as plain JSON data, sets sorted and numbers exact: what the digest of a rule is made over."""
    match condition:
        case Test():
            value = sorted(condition.value) if isinstance(condition.value, frozenset) else str(condition.value)
            return [condition.fact, condition.op.value, value]
        case Not():
            return {"not": plain_condition(condition.part)}
        case AllOf():
            return {"all": [plain_condition(part) for part in condition.parts]}
        case _:
            return {"any": [plain_condition(part) for part in condition.parts]}
