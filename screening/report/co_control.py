"""The co-control sheet of a decision in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from screening.co_control import STANDING_WORDS, Standing
from screening.rulebook.measures import MEDIUM_WORDS, Medium
from screening.text import Text

_SHOWN: Final = (Standing.NOT_MET, Standing.JUDGE, Standing.OPEN, Standing.DUE, Standing.MET)


def co_control_lines(sheet: Mapping[str, Any], labels: Mapping[str, Text], lang: str) -> Iterator[str]:
    """First the five media and how they stand, then each measure that is asked, then those that are not.

    `labels` are the words of the facts that may be missing.
    """
    zh = lang == "zh"
    stop, comma = ("；", "、") if zh else ("; ", ", ")
    if sheet["state"] == "maybe":
        yield (
            "  是否属两高项目待定，以下按两高项目列出。"
            if zh
            else "  Not settled whether two-high; listed as if it were."
        )
    yield "  " + stop.join(
        f"{entry['label'][lang]}{'：' if zh else ': '}{STANDING_WORDS[Standing(entry['state'])].get(lang)}"
        for entry in sheet["media"]
    )
    asked = [entry for entry in sheet["measures"] if entry["requirements"]]
    for entry in asked:
        media = comma.join(MEDIUM_WORDS[Medium(word)].get(lang) for word in entry["media"])
        state = STANDING_WORDS[Standing(entry["state"])].get(lang)
        yield (
            f"  - {entry['label']['zh']}（{media}）：{state}"
            if zh
            else f"  - {entry['label']['en']} ({media}): {state}"
        )
        for standing in _SHOWN:
            here = [one for one in entry["requirements"] if one["state"] == standing]
            yield from _requirements(here, standing, labels, lang)
    rest = [entry["label"][lang] for entry in sheet["measures"] if not entry["requirements"]]
    if rest:
        yield f"  - {STANDING_WORDS[Standing.NOT_ASKED].get(lang)}{'：' if zh else ': '}{comma.join(rest)}"


def _requirements(requirements: list[Any], standing: Standing, labels: Mapping[str, Text], lang: str) -> Iterator[str]:
    """One line each; those that are met share theirs when the same figures meet them."""
    zh = lang == "zh"
    gathered: dict[str, list[str]] = {}
    for one in requirements:
        figures = ("，" if zh else ", ").join(f"{fig['label'][lang]} {fig['value'][lang]}" for fig in one["figures"])
        missing = ("、" if zh else ", ").join(labels[key].get(lang) if key in labels else key for key in one["missing"])
        told = f"{'缺' if zh else 'missing'} {missing}" if standing is Standing.OPEN and missing else figures
        gathered.setdefault(told, []).append(one["title"][lang])
    for told, titles in gathered.items():
        words = STANDING_WORDS[standing].get(lang)
        names = ("；" if zh else "; ").join(titles)
        detail = (f"（{told}）" if zh else f" ({told})") if told else ""
        yield f"      {words}{'：' if zh else ': '}{names}{detail}"
