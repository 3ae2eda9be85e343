"""Rules and tests in words, from the vocabulary: what `screening rules show` and every explanation print."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from screening.facts import Facts, Interval
from screening.rulebook.model import AllOf, AnyOf, Condition, Effect, Not, Op, Rule, Test
from screening.rulebook.rulefile import JURISDICTIONS, PLACE
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import show_value
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

_BOUND_WORDS: Final = {
    Op.AT_LEAST: Text("不低于 {}", "at least {}"),
    Op.AT_MOST: Text("不超过 {}", "at most {}"),
    Op.OVER: Text("超过 {}", "over {}"),
    Op.UNDER: Text("低于 {}", "under {}"),
}
_EFFECTS: Final = {
    Effect.REJECT: Text("不符合准入", "the project is not admitted"),
    Effect.REVIEW: Text("转人工复核", "a person must look"),
    Effect.OBLIGATION: Text("应当落实附加要求", "the project must meet an obligation"),
    Effect.CLASSIFY: Text("认定为", "it is"),
}
MOST_WORDS: Final = 6


def words_of_test(test: Test, vocabulary: Vocabulary, lang: str = "zh") -> str:
    """One test as a clause: `用地距长江干流岸线不超过 1 km`."""
    term = vocabulary[test.fact]
    label = term.label.get(lang)
    if test.op in _BOUND_WORDS:
        shown = test.written or _number(term, test.value)
        joined = _BOUND_WORDS[test.op].get(lang).format(shown)
        return f"{label}{joined}" if lang == "zh" else f"{label} {joined}"
    if test.op is Op.MISSING:
        return f"未填报{label}" if lang == "zh" else f"{label} is not stated"
    if test.op is Op.GIVEN:
        return f"已填报{label}" if lang == "zh" else f"{label} is stated"
    negated = test.op in (Op.NOT_IN, Op.LACKS)
    if term.type is Type.FLAG:
        yes = (test.value == frozenset({"yes"})) ^ negated
        return (f"{label}：{'是' if yes else '否'}") if lang == "zh" else f"{label}: {'yes' if yes else 'no'}"
    words = _words(test, term, vocabulary, lang)
    if test.fact == JURISDICTIONS:
        return _place_in_words(test, words, negated, vocabulary, lang)
    if test.op in (Op.HAS, Op.LACKS):
        return (
            f"{label}{'不含' if negated else '含'}{words}"
            if lang == "zh"
            else f"{label} {'leave out' if negated else 'include'} {words}"
        )
    return (
        f"{label}{'不属于' if negated else '属于'}{words}"
        if lang == "zh"
        else f"{label} is {'not ' if negated else ''}{words}"
    )


def _place_in_words(test: Test, words: str, negated: bool, vocabulary: Vocabulary, lang: str) -> str:
    """A basin or region by the words of its layer, any other place by its code."""
    places = test.value if isinstance(test.value, frozenset) else frozenset()
    layer = vocabulary.terms.get(f"site.overlaps.{next(iter(places), '')}") if len(places) == 1 else None
    if layer is not None and not negated:
        return layer.label.get(lang)
    if lang == "zh":
        return f"用地{'不在' if negated else '位于'} {words}"
    return f"the site {'does not lie' if negated else 'lies'} in {words}"


def _number(term: Term, value: object) -> str:
    return show_value(term, Interval(value, value)) if isinstance(value, Fraction) else str(value)


def _words(test: Test, term: Term, vocabulary: Vocabulary, lang: str) -> str:
    members = test.value if isinstance(test.value, frozenset) else frozenset()
    for group in vocabulary.groups.values():
        if group.of == term.key and group.members == members:
            return f"“{group.label.zh}”" if lang == "zh" else f'"{group.label.en}"'
    if test.written and term.type is Type.SECTOR and len(members) > MOST_WORDS:
        written = [part.strip() for part in test.written.split(",")]
        named = [vocabulary.groups[part].label.get(lang) if part in vocabulary.groups else part for part in written]
        return "、".join(named) if lang == "zh" else " or ".join(named)
    shown = [term.shown(word, lang) for word in sorted(members)]
    more = len(shown) - MOST_WORDS
    kept = shown[:MOST_WORDS]
    if more > 0:
        kept.append(f"等 {len(shown)} 项" if lang == "zh" else f"{more} more")
    return "、".join(kept) if lang == "zh" else " or ".join(kept)


def condition_in_words(condition: Condition, vocabulary: Vocabulary, lang: str = "zh") -> str:
    """A whole condition as one clause."""
    match condition:
        case Test():
            return words_of_test(condition, vocabulary, lang)
        case Not():
            inner = condition_in_words(condition.part, vocabulary, lang)
            return f"并非（{inner}）" if lang == "zh" else f"not ({inner})"
        case AllOf():
            parts = [_nested(part, vocabulary, lang) for part in condition.parts]
            return "，且".join(parts) if lang == "zh" else ", and ".join(parts)
        case AnyOf():
            parts = [_nested(part, vocabulary, lang) for part in condition.parts]
            return " 或 ".join(parts) if lang == "zh" else " or ".join(parts)


def _nested(condition: Condition, vocabulary: Vocabulary, lang: str) -> str:
    words = condition_in_words(condition, vocabulary, lang)
    if isinstance(condition, AllOf | AnyOf):
        return f"（{words}）" if lang == "zh" else f"({words})"
    return words


def rule_in_words(rule: Rule, vocabulary: Vocabulary, lang: str = "zh") -> str:
    """The rule as one plain sentence."""
    when = condition_in_words(rule.when, vocabulary, lang)
    effect = _EFFECTS[rule.effect].get(lang)
    if rule.effect is Effect.CLASSIFY:
        effect += (
            f"“{vocabulary[rule.classifies].label.zh}”"
            if lang == "zh"
            else f' "{vocabulary[rule.classifies].label.en}"'
        )
    if lang == "zh":
        unless = f"；但{condition_in_words(rule.unless, vocabulary, lang)}的除外" if rule.unless else ""
        return f"自 {rule.effective.start} 起，{when}的，{effect}{unless}。"
    unless = f", unless {condition_in_words(rule.unless, vocabulary, lang)}" if rule.unless else ""
    return f"From {rule.effective.start}: when {when}, {effect}{unless}."


def fill_places(text: Text, facts: Facts, vocabulary: Vocabulary) -> Text:
    """A message with every `{fact.key}` replaced by the fact's value for people."""

    if "{" not in text.zh and "{" not in text.en:
        return text

    def filled(words: str, lang: str) -> str:
        def value(match: re.Match[str]) -> str:
            term = vocabulary.terms.get(match.group(1))
            return match.group() if term is None else show_value(term, vocabulary.value(facts, term.key), lang)

        return PLACE.sub(value, words)

    return Text(filled(text.zh, "zh"), filled(text.en, "en"))
