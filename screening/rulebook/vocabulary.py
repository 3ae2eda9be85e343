"""The vocabulary: every fact a rule may ask for, the groups rules may name, and claims read by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from screening.errors import InputError, Problem, QuantityError, nearest
from screening.facts import CLAIMED, Choice, Fact, Facts, Members, Origin, Supplier, Value
from screening.rulebook.measures import Measure
from screening.rulebook.terms import Term, cut
from screening.rulebook.values import read_value
from screening.text import Text

MAX_HINTS: Final = 50
"""How many wrong keys of one application get a suggestion: each costs milliseconds, and a hostile file has a million."""


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of choices of one fact, such as the sector classes that make up chemical manufacturing."""

    id: str
    of: str
    label: Text
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Implication:
    """Who states `word` for `fact` cannot have none of `words` for `other`: a coal boiler burns coal."""

    fact: str
    word: str
    other: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary(Mapping[str, Term]):
    """All terms by key, the groups rules may name, what contradicts itself, and the co-control measures."""

    terms: Mapping[str, Term]
    groups: Mapping[str, Group] = field(default_factory=lambda: MappingProxyType({}))
    implications: tuple[Implication, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=lambda: MappingProxyType({}))

    def __getitem__(self, key: str) -> Term:
        return self.terms[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    def value(self, facts: Facts, key: str) -> Value:
        """The value of a fact, or the widest one where it is missing."""
        value = facts.value(key)
        return self.terms[key].missing if value is None else value

    def read_claims(
        self, claims: Mapping[str, Any], pointer: str = "/project", supplier: Supplier = Supplier.APPLICANT
    ) -> Facts:
        """What an applicant declares (nested or dotted keys) as facts `project.*`. All problems at once, as InputError."""
        problems: list[Problem] = []
        facts: dict[str, Fact] = {}
        known = [name for name, term in self.terms.items() if term.supplier is supplier]
        for key, where, raw in _flatten(claims, "project", pointer, self.terms):
            term = self.terms.get(key)
            if term is None or term.supplier is not supplier:
                near = nearest(key, known) if len(problems) < MAX_HINTS else ""
                hint = "see `screening vocabulary` for the facts an application may state"
                zh = f"是否指“{near}”？" if near else "可填报的事实见 `screening vocabulary`"
                problems.append(
                    Problem(
                        where,
                        f'unknown fact "{cut(key)}"',
                        f'did you mean "{near}"?' if near else hint,
                        f"没有名为“{cut(key)}”的填报项；{zh}",
                    )
                )
                continue
            if key in facts:
                problems.append(Problem(where, f'"{key}" is stated twice', "keep one", f"“{key}”重复填报"))
                continue
            try:
                value = read_value(term, raw)
            except (InputError, QuantityError) as error:
                problems.extend(Problem(where, p.what, p.remedy, f"{term.label.zh}：{p.zh}") for p in error.problems)
                continue
            if not value.missing:
                facts[key] = Fact(key, value, CLAIMED if supplier is Supplier.APPLICANT else Origin(supplier))
        problems.extend(self._contradictions(facts, pointer))
        if problems:
            raise InputError(problems)
        return Facts(facts)

    def _contradictions(self, facts: Mapping[str, Fact], pointer: str) -> Iterator[Problem]:
        """Claims that cannot both be true. A rule guarded by one of them would be silent, so they are refused."""
        for one in self.implications:
            stated, other = facts.get(one.fact), facts.get(one.other)
            if stated is None or other is None or not _certainly(stated.value, one.word):
                continue
            possible = other.value.possible if isinstance(other.value, Choice | Members) else None
            if possible is not None and possible.isdisjoint(one.words):
                term, wanted = self.terms[one.fact], self.terms[one.other]
                lacking = sorted(one.words)[:3]
                yield Problem(
                    f"{pointer}/{one.fact.partition('.')[2].replace('.', '/')}",
                    f"{term.label.en} {term.shown(one.word, 'en')} contradicts {one.other}",
                    f"correct one of them ({one.other} would be {', '.join(lacking)}{' ...' if len(one.words) > 3 else ''})",
                    f"{term.label.zh}填报“{term.shown(one.word, 'zh')}”，与{wanted.label.zh}的填报矛盾，请更正其一",
                )


def _certainly(value: Value, word: str) -> bool:
    return (
        word in value.certain
        if isinstance(value, Members)
        else isinstance(value, Choice) and value.possible == frozenset({word})
    )


def _flatten(
    claims: Mapping[str, Any], prefix: str, pointer: str, terms: Mapping[str, Term]
) -> Iterator[tuple[str, str, Any]]:
    for word, raw in claims.items():
        key = f"{prefix}.{word}"
        where = f"{pointer}/{str(word)[:80].replace('~', '~0').replace('/', '~1')}"
        if isinstance(raw, Mapping) and key not in terms and len(key) < 400:
            yield from _flatten(raw, key, where, terms)
        else:
            yield key, where, raw
