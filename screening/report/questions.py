"""The questions that can still change a decision, as plain text in Chinese or in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from screening.asking.questions import Question, Questions
from screening.decision import OUTCOME_WORDS, Outcome

MOST_WORDS: Final = 40
MOST_STAYS: Final = 6


def told(found: Questions, lang: str = "zh") -> str:
    """All of it: what the outcome is and may become, the questions, and what no answer changes."""
    return "\n".join(_lines(found, lang))


def _lines(found: Questions, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    words = OUTCOME_WORDS[found.outcome].get(lang)
    if found.may_become:
        others = ("、" if zh else " or ").join(OUTCOME_WORDS[one].get(lang) for one in found.may_become)
        yield (
            f"现结论：{words}；答复以后还可能是：{others}" if zh else f"Outcome: {words}; answers may make it {others}"
        )
    else:
        yield f"现结论：{words}；任何答复都不会改变" if zh else f"Outcome: {words}; no answer can change it"
    if found.outcome is Outcome.REJECT and not found.questions:
        yield "已有禁止性规定确定适用，不再提问。" if zh else "A prohibition certainly applies; nothing more is asked."
        return
    for number, question in enumerate(found.questions, 1):
        yield ""
        yield from asked(question, number, lang)
    if found.perhaps:
        count = len(found.perhaps)
        yield ""
        yield f"另有至多 {count} 项，答复以后再看。" if zh else f"At most {count} more, to be seen after these."
    yield from _unchanged(found, zh, lang)


def _unchanged(found: Questions, zh: bool, lang: str) -> Iterator[str]:
    if found.needless:
        yield ""
        yield (
            f"不必再问：有 {len(found.needless)} 项资料只影响依据的多少，不影响结论。"
            if zh
            else f"Not asked: {len(found.needless)} facts bear on which grounds stand, not on the outcome."
        )
    if found.stays:
        yield ""
        yield "无论如何答复，以下事项须人工复核：" if zh else "Whatever is answered, a person must look at:"
        yield from (f"  - {text.get(lang)}" for text in found.stays[:MOST_STAYS])
        if len(found.stays) > MOST_STAYS:
            rest = len(found.stays) - MOST_STAYS
            yield f"  - 另有 {rest} 项" if zh else f"  - and {rest} more"
    if found.map_facts:
        count = len(found.map_facts)
        yield ""
        yield (
            f"另有 {count} 项须由图层确定：补绘用地红线或者补充图层，申请人不能代答。"
            if zh
            else f"{count} facts must come from the map: draw the red line or add the layer; no answer replaces it."
        )


def asked(question: Question, number: int, lang: str) -> Iterator[str]:
    """One question: what is asked, in which unit, where it stands, why it is asked."""
    zh = lang == "zh"
    colon = "：" if zh else ": "
    yield f"{number}. {question.label.get(lang)} [{question.fact}]"
    rows = [
        ("问" if zh else "question", question.question.get(lang)),
        ("单位" if zh else "unit", question.unit),
        ("已知" if zh else "known", question.known.get(lang)),
        ("可填" if zh else "choices", _choices(question, lang)),
        ("何处查" if zh else "where to find", question.found.get(lang)),
        ("为何问" if zh else "why", question.why.get(lang)),
    ]
    yield from (f"   {name}{colon}{text}" for name, text in rows if text)
    if question.outcome is not None:
        words = OUTCOME_WORDS[question.outcome].get(lang)
        yield f"   答复可使结论成为{words}" if zh else f"   an answer can make the outcome {words}"
    if question.after:
        before = ("、" if zh else ", ").join(question.after)
        yield f"   先答 {before}，可能就不必再问" if zh else f"   answer {before} first; this may then be needless"


def _choices(question: Question, lang: str) -> str:
    words = [label.get(lang) for label in question.choices.values()]
    more = f" … ({len(words)})" if len(words) > MOST_WORDS else ""
    return ("；" if lang == "zh" else "; ").join(words[:MOST_WORDS]) + more
