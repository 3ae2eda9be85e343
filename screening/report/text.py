"""A decision as plain text that a lawyer can follow, in Chinese or in English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from screening.decision import NOTICE, OUTCOME_WORDS, Decision, Finding, Ground, Need, Outcome, PossiblePlace, Reason
from screening.report.classes import class_lines
from screening.report.co_control import co_control_lines
from screening.text import Text

_REASONS: Final[Mapping[Reason, Text]] = {
    Reason.FIRED: Text("规则成立", "the rule applies"),
    Reason.DOUBTFUL: Text("可能成立，须核实", "may apply; to be settled"),
    Reason.PROVISIONAL: Text(
        "规则成立，但文本未经核对，暂不作否定", "applies, but its text is not yet compared; it cannot reject"
    ),
    Reason.JUDGEMENT: Text("须由审批人员判断", "for an officer to judge"),
    Reason.OBLIGATION: Text("附条件", "obligation"),
    Reason.NO_ACCESS_LIST: Text("清单未载入", "no access list loaded"),
    Reason.NOT_KEPT: Text("规则库未覆盖该日", "the rulebook is not kept for that day"),
    Reason.AMBIGUOUS_PLACE: Text("坐标系未定", "the coordinate system is not certain"),
    Reason.ENGINE_DISAGREES: Text("两套引擎不一致", "the engines differ"),
    Reason.ENGINE_FAILED: Text("推理引擎故障", "the engine failed"),
}
_CLASSES: Final = {
    "priority_protection": Text("优先保护单元", "priority protection unit"),
    "key_control": Text("重点管控单元", "key control unit"),
    "general_control": Text("一般管控单元", "general control unit"),
}
_LAYER: Final = Text("由图层量算；请补充或更新相应图层", "measured on the map; add or update its layer")
MOST_FINDINGS: Final = 25
MOST_GROUNDS: Final = 3
_COUNT: Final = "一二三四五六七八九十"


def explain(decision: Decision, lang: str = "zh", places: int = 8) -> str:
    """The whole decision in words. `places` bounds the list of areas and shorelines shown."""
    return "\n".join(_lines(decision, lang, places))


def _lines(decision: Decision, lang: str, places: int) -> Iterator[str]:
    zh = lang == "zh"
    words = OUTCOME_WORDS[decision.outcome].get(lang)
    yield f"{'结论' if zh else 'Outcome'}：{words}（{decision.outcome.value}）" if zh else f"Outcome: {words}"
    yield f"{'项目' if zh else 'Project'}: {decision.title or decision.project} [{decision.project}]"
    yield f"{'判定日' if zh else 'As of'}: {decision.receipt.as_of}    {'编号' if zh else 'Decision'}: {decision.id[:16]}"
    yield NOTICE.get(lang)
    number = 0

    def heading(text: Text) -> str:
        nonlocal number
        number += 1
        return f"\n{_COUNT[number - 1]}、{text.zh}" if zh else f"\n{number}. {text.en}"

    yield heading(Text("位置", "Where"))
    yield from _possible_places(decision.places, lang) if decision.places else _where(decision.place, lang, places)
    classes = list(class_lines(decision.classes, lang))
    if classes:
        yield heading(Text("项目认定", "What the project is"))
        yield from classes
    if decision.co_control is not None:
        yield heading(Text("减污降碳协同", "Pollution and carbon together"))
        labels = {need.fact: need.label for need in decision.needs}
        labels.update((key, Text(**entry["label"])) for key, entry in decision.classes.items())
        yield from co_control_lines(decision.co_control, labels, lang)
    for outcome, title in (
        (Outcome.REJECT, Text("不符合准入的依据", "Grounds to reject")),
        (Outcome.REVIEW, Text("须人工复核的事项", "For a person to review")),
        (Outcome.PASS, Text("附条件（不影响结论）", "Obligations (do not change the outcome)")),
    ):
        findings = decision.of(outcome)
        if findings:
            yield heading(title)
        for count, finding in enumerate(findings[:MOST_FINDINGS], 1):
            yield from _finding(count, finding, lang)
        if len(findings) > MOST_FINDINGS:
            rest = len(findings) - MOST_FINDINGS
            yield f"  （另有 {rest} 项，见 --format json）" if zh else f"  (and {rest} more; see --format json)"
    if decision.needs:
        yield heading(Text("补充以下资料可消除疑问", "What would settle the doubts"))
        yield from _needs(decision.needs, lang)
    yield heading(Text("范围与提示", "Scope and remarks"))
    if decision.not_covered:
        covered = ("、" if zh else ", ").join(text.get(lang) for text in decision.not_covered)
        yield f"  {'未载入清单的层级' if zh else 'Tiers not covered'}: {covered}"
    for warning in decision.warnings:
        yield f"  ! {warning.get(lang)}"
    silent = sum(len(entry.rules) for entry in decision.considered if entry.state == "silent")
    total = sum(len(entry.rules) for entry in decision.considered)
    yield (
        f"  共考察 {total} 条规则，其中 {silent} 条不适用。"
        if zh
        else f"  {total} rules considered, {silent} of them do not apply."
    )


def _needs(needs: Sequence[Need], lang: str) -> Iterator[str]:
    """What can be asked now; what may be asked after it is only counted."""
    zh = lang == "zh"
    now = [need for need in needs if not need.after]
    for need in now[:MOST_FINDINGS]:
        unit = (f"（{need.unit}）" if zh else f" ({need.unit})") if need.unit else ""
        question = need.question.get(lang) or _LAYER.get(lang)
        yield f"  - {need.label.get(lang)}{unit}{'：' if zh else ': '}{question}"
    later = len(needs) - len(now[:MOST_FINDINGS])
    if later:
        yield (
            f"  - 回答以后，可能还需补充 {later} 项中的一部分。"
            if zh
            else f"  - After these, some of {later} more may be needed."
        )


def _where(place: Mapping[str, Any], lang: str, places: int) -> Iterator[str]:
    zh = lang == "zh"
    maybe = "（可能）" if zh else " (perhaps)"
    for unit in place["units"]:
        kind = _CLASSES.get(unit["class"], Text("类别不明的单元", "unit of unknown class")).get(lang)
        share = _range([_percent(end) for end in unit["share"]], "%", lang)
        yield (
            f"  {unit['code']} {unit['name']}（{kind}），占用地 {share}{'' if unit['certain'] else maybe}"
            if zh
            else (f"  {unit['code']} {unit['name']} ({kind}), {share} of the site{'' if unit['certain'] else maybe}")
        )
    if not place["units"]:
        yield "  未落入任何管控单元" if zh else "  in no control unit"
    areas = place["areas"]
    for hit in areas[:places]:
        share = _range([_percent(end) for end in hit["share"]], "%", lang)
        yield f"  {'涉及' if zh else 'meets'} {hit['name'] or hit['kind']} [{hit['kind']}] {share}{'' if hit['certain'] else maybe}"
    for near in sorted(place["distances"], key=lambda entry: float(entry["metres"][0] or 0))[:places]:
        yield f"  {'距' if zh else 'from'} {near['name'] or near['kind']} [{near['kind']}]: {_range(near['metres'], ' m', lang)}"


def _possible_places(places: Sequence[PossiblePlace], lang: str) -> Iterator[str]:
    """Each place the site may be at, with what would be decided there and on what grounds."""
    zh = lang == "zh"
    yield (
        f"  坐标系未定，可能是以下 {len(places)} 处之一："
        if zh
        else f"  The coordinate system is not certain; the site is one of these {len(places)} places:"
    )
    for one in places[:MOST_FINDINGS]:
        at = f"{float(one.longitude):.4f}°E {float(one.latitude):.4f}°N ± {one.error} m"
        yield f"  - {one.system}  {one.name.get(lang)}{'：' if zh else ': '}{at}"
        if not one.worked_out:
            yield "      候选过多，未逐一判定；须人工复核" if zh else "      not worked out, there are too many: review"
            continue
        words = OUTCOME_WORDS[one.outcome].get(lang)
        titles = [finding.title.get(lang) for finding in one.findings if finding.outcome is one.outcome]
        shown = ("；" if zh else "; ").join(titles[:MOST_GROUNDS]) if one.outcome is not Outcome.PASS else ""
        more = len(titles) - MOST_GROUNDS
        if shown and more > 0:
            shown += f"等 {len(titles)} 项" if zh else f" and {more} more"
        grounds = (f"（{shown}）" if zh else f" ({shown})") if shown else ""
        yield f"      按此：{words}{grounds}" if zh else f"      would be: {words}{grounds}"
    if len(places) > MOST_FINDINGS:
        rest = len(places) - MOST_FINDINGS
        yield f"  （另有 {rest} 处）" if zh else f"  (and {rest} more)"


def _percent(end: str | None) -> str | None:
    return None if end is None else f"{float(end) * 100:.1f}"


def _range(ends: list[str | None], unit: str, lang: str) -> str:
    low, high = ends
    if low == high and low is not None:
        return f"{low}{unit}"
    if high is None:
        return f"≥ {low or 0}{unit}"
    return f"{low or 0}–{high}{unit}"


def _finding(count: int, finding: Finding, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    reason = _REASONS[finding.reason].get(lang)
    if finding.reason is Reason.OBLIGATION and not finding.certain:
        reason = "可能适用" if zh else "may apply"
    yield f"  {count}) {finding.title.get(lang)}  [{reason}] {finding.rule}"
    for ground in finding.grounds:
        yield f"     {'依据' if zh else 'Ground'}：{cite(ground, lang)}" if zh else f"     Ground: {cite(ground, lang)}"
    for text in finding.because:
        yield f"     {'事实' if zh else 'Fact'}：{text.get(lang)}" if zh else f"     Fact: {text.get(lang)}"
    for label, text in (
        (Text("说明", "Says"), finding.message),
        (Text("须回答", "Question"), finding.question),
        (Text("可改进", "Remedy"), finding.remedy),
    ):
        if text.get(lang):
            yield f"     {label.get(lang)}{'：' if zh else ': '}{text.get(lang)}"


def cite(ground: Ground, lang: str = "zh") -> str:
    """A ground as a citation: `《长江保护法》第26条第2款`."""
    number = (
        f"（{ground.number}）" if ground.number and lang == "zh" else f" ({ground.number})" if ground.number else ""
    )
    return (
        f"《{ground.name.zh}》{number}{ground.clause}" if lang == "zh" else f"{ground.name.en}{number}, {ground.clause}"
    )


def summary(decision: Decision, lang: str = "zh", most: int = 2) -> str:
    """The gravest grounds in one line."""
    shown = [finding for finding in decision.findings if finding.outcome is decision.outcome]
    if decision.outcome is Outcome.PASS:
        count = len(shown)
        return (f"附条件 {count} 项" if lang == "zh" else f"{count} obligations") if count else "—"
    titles = [finding.title.get(lang) for finding in shown[:most]]
    more = len(shown) - most
    if more > 0:
        titles.append(f"等 {len(shown)} 项" if lang == "zh" else f"and {more} more")
    return ("；" if lang == "zh" else "; ").join(titles)
