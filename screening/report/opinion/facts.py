"""The facts of a decision's receipt in words: labels from the vocabulary, values as an applicant would write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import inf
from typing import Any, Final

from screening.facts import Choice, Interval, Members, Value
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import show_value
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

_AROUND: Final = Text("用地到|的距离", "distance from the site to |")


def fact_label(key: str, vocabulary: Vocabulary, lang: str) -> str:
    """The words for a fact; its key where the vocabulary has none."""
    term = vocabulary.terms.get(key)
    return term.label.get(lang) if term else key


def fact_value(entry: Mapping[str, Any], vocabulary: Vocabulary, lang: str) -> str:
    """The value of a receipt's fact in words; as it stands in the receipt where the vocabulary cannot read it."""
    term = vocabulary.terms.get(entry["fact"])
    if term is not None:
        try:
            return show_value(term, value_of(term, entry["value"]), lang)
        except (ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError):
            pass
    return f"{json.dumps(entry['value'], ensure_ascii=False)} {entry['unit']}".strip()


def value_of(term: Term, plain: Any) -> Value:
    """A value from its plain form in a receipt (`screen.plain_value`). Raises ValueError where it is not one."""
    if term.type in (Type.NUMBER, Type.DATE):
        low, high = plain if isinstance(plain, list) else (plain, plain)
        return Interval(-inf if low is None else Fraction(low), inf if high is None else Fraction(high))
    if term.type is Type.SET:
        certain = frozenset(plain["has"])
        more = plain.get("may_have", [])
        return Members(certain, None if more == "anything" else certain | frozenset(more))
    if plain is None:
        return Choice()
    return Choice(frozenset(plain) if isinstance(plain, list) else frozenset({plain}))


def claimed(facts: Iterable[Mapping[str, Any]], vocabulary: Vocabulary) -> list[Mapping[str, Any]]:
    """The facts an applicant stated, in the order of the vocabulary, what the project is first."""
    order = {key: number for number, key in enumerate(_FIRST)}
    places = {key: number for number, key in enumerate(vocabulary.terms)}
    found = [fact for fact in facts if fact["supplier"] == "applicant"]
    most = len(places)
    return sorted(found, key=lambda fact: (order.get(fact["fact"], len(order)), places.get(fact["fact"], most)))


_FIRST: Final = (
    "project.sector",
    "project.works",
    "project.products",
    "project.processes",
    "project.activity",
    "project.equipment",
    "project.fuels",
    "project.releases",
)


def kind_label(kind: str, vocabulary: Vocabulary, lang: str) -> str:
    """The words for a kind of zone, taken from those for the distance to it; the kind itself where there are none."""
    term = vocabulary.terms.get(f"site.distance.{kind}")
    if term is None:
        return {"admin": Text("行政区", "administrative area").get(lang)}.get(kind, kind)
    before, after = _AROUND.get(lang).split("|")
    return term.label.get(lang).removeprefix(before).removesuffix(after)
