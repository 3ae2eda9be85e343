"""What every part of an opinion is written from: one decision as plain data, the vocabulary and the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from screening.decision import Outcome
from screening.report.opinion.document import Line, Run, bold, line
from screening.report.opinion.scene import Scene
from screening.rulebook.vocabulary import Vocabulary
from screening.text import Text

Plain = Mapping[str, Any]


class Override(Protocol):
    """An officer's answer beside the engine's, as the store keeps it."""

    @property
    def at(self) -> datetime: ...
    @property
    def officer_name(self) -> str: ...
    @property
    def outcome(self) -> Outcome: ...
    @property
    def reason(self) -> str: ...
    @property
    def authority(self) -> str: ...
    @property
    def from_day(self) -> date: ...
    @property
    def until_day(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What an office adds: its name, the applicant's, the number it files the opinion under, the day it is issued. Empty: left to fill in."""

    office: str = ""
    applicant: str = ""
    number: str = ""
    issued: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One decision to be printed in one language."""

    decision: Plain
    vocabulary: Vocabulary
    lang: str
    letterhead: Letterhead = Letterhead()
    overrides: Sequence[Override] = ()
    scene: Scene | None = None

    @property
    def zh(self) -> bool:
        return self.lang == "zh"

    def say(self, zh: str, en: str) -> str:
        """The words of the opinion's language."""
        return zh if self.zh else en

    def of(self, text: Mapping[str, str] | Text) -> str:
        """A text of the decision in the opinion's language; the other where it has none in it."""
        return (text if isinstance(text, Text) else Text(text["zh"], text["en"])).get(self.lang)

    def colon(self, label: str, text: str) -> str:
        return f"{label}{'：' if self.zh else ': '}{text}"

    def listed(self, texts: Sequence[str]) -> str:
        """Several things in one sentence."""
        return ("、" if self.zh else ", ").join(texts)

    def clauses(self, texts: Sequence[str]) -> str:
        return ("；" if self.zh else "; ").join(texts)

    def labelled(self, zh: str, en: str, text: str | Line) -> Line:
        """A line that begins with its label in bold; empty where there is nothing to say."""
        rest = text if isinstance(text, tuple) else line(text)
        return (bold(self.say(f"{zh}：", f"{en}: ")), *rest) if rest else ()

    def cited(self, grounds: Sequence[Plain]) -> Line:
        """The clauses a matter rests on, each linked to the official text where the rulebook knows it."""
        runs: list[Run] = []
        for ground in grounds:
            if runs:
                runs.append(Run("；" if self.zh else "; "))
            number = ground["number"]
            if self.zh:
                cited = f"《{ground['name']['zh']}》{f'（{number}）' if number else ''}{ground['clause']}"
            else:
                cited = f"{self.of(ground['name'])}{f' ({number})' if number else ''}, {ground['clause']}"
            runs.append(Run(cited, link=ground["url"]))
        return tuple(runs)

    def day(self, day: date) -> str:
        """A day as an office writes it."""
        return f"{day.year}年{day.month}月{day.day}日" if self.zh else f"{day.day} {day:%B} {day.year}"

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.decision["receipt"]["as_of"])

    @property
    def counting(self) -> Override | None:
        """The override that counts on the day of issue, otherwise of the decision: of those that hold, the last made."""
        day = self.letterhead.issued or self.as_of
        holding = [one for one in self.overrides if one.from_day <= day < one.until_day]
        return max(holding, key=lambda one: one.at, default=None)

    def findings(self, outcome: str) -> list[Plain]:
        return [finding for finding in self.decision["findings"] if finding["outcome"] == outcome]
