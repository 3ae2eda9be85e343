"""What a project is, in words: each class, and each list that speaks of it with its edition, its rows and the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from screening.text import Text

_STATES: Final = {"yes": Text("是", "yes"), "no": Text("否", "no"), "maybe": Text("待定", "undecided")}
_BY_LIST: Final = {
    "yes": Text("属于", "is on it"),
    "maybe": Text("可能属于", "may be on it"),
    "no": Text("不属于", "is not on it"),
}
_REASONS: Final = {
    "meets": Text("相符", "meets"),
    "provisional": Text("相符，但该行文本未经核对", "meets, but the text of the row is not yet compared"),
    "doubtful": Text("可能相符，须核实", "may meet; to be settled"),
    "not_loaded": Text("目录此处未载入，须对照原文", "this part of the list is not loaded; check the original"),
    "engine_disagrees": Text("两套引擎不一致", "the engines differ"),
}
MOST_ROWS: Final = 6


def class_lines(classes: Mapping[str, Any], lang: str) -> Iterator[str]:
    """A class that some list speaks of is told even where it is no; another only where it is or may be yes."""
    for entry in classes.values():
        if entry["state"] == "no" and not entry["lists"]:
            continue
        yield f"  {entry['label'][lang]}{'：' if lang == 'zh' else ': '}{_STATES[entry['state']].get(lang)}"
        for one in entry["lists"]:
            yield from _list(one, lang)
        told = {row["rule"] for one in entry["lists"] for row in one["rows"]}
        for rule in entry["rules"]:
            if rule["rule"] not in told:
                grounds = "；".join(f"{ground['name'][lang]} {ground['clause']}" for ground in rule["grounds"])
                yield (
                    f"    {rule['title'][lang]}（{grounds}）"
                    if lang == "zh"
                    else f"    {rule['title'][lang]} ({grounds})"
                )


def _list(one: Mapping[str, Any], lang: str) -> Iterator[str]:
    zh = lang == "zh"
    number = (f"（{one['number']}）" if zh else f" ({one['number']})") if one["number"] else ""
    start, until = one["in_force"]["from"], one["in_force"]["until"]
    life = f"{start} 起" if zh else f"from {start}"
    if until:
        life += f"、{until} 前" if zh else f" until {until}"
    if one["loaded"] == "part":
        life += "；部分载入" if zh else "; loaded in part"
    if not one["certain"]:
        life += "；用地可能在其辖区" if zh else "; the site may lie in its area"
    name = f"《{one['name']['zh']}》" if zh else one["name"]["en"]
    said = _BY_LIST[one["state"]].get(lang)
    if not one["rows"]:
        yield (
            f"    {name}{number}[{life}]：{said}，{one['because']['zh']}"
            if zh
            else f"    {name}{number} [{life}]: {said}; {one['because']['en']}"
        )
        return
    yield f"    {name}{number}[{life}]：{said}" if zh else f"    {name}{number} [{life}]: {said}"
    for row in one["rows"][:MOST_ROWS]:
        facts = ("；" if zh else "; ").join(text[lang] for text in row["because"])
        reason = _REASONS[row["reason"]].get(lang)
        label = f"“{row['row']}”" if zh else row["title"]["en"]
        yield (
            f"      {label}：{reason}{'：' + facts if facts else ''}"
            if zh
            else f"      {label}: {reason}{': ' + facts if facts else ''}"
        )
    rest = len(one["rows"]) - MOST_ROWS
    if rest > 0:
        yield f"      另有 {rest} 行" if zh else f"      and {rest} more rows"
