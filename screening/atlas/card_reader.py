"""Values read out of a card: YAML nodes in, what is wrong with them kept with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from screening.documents import Node
from screening.errors import Problem, QuantityError, suggest
from screening.quantity import parse_quantity
from screening.text import Text

MAX_LENGTH: Final = Fraction(10_000)
"""Metres: the widest tolerance a card may state."""


@dataclass(slots=True)
class CardReader:
    """Reads values out of a mapping node and collects what is wrong with it in `problems`."""

    node: Node
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, node: Node | None, what: str, remedy: str) -> None:
        self.problems.append(Problem((node or self.node).where, what, remedy))

    def check_keys(self, known: Iterable[str]) -> None:
        words = list(known)
        for key, node in (self.node.mapping or {}).items():
            if key not in words:
                self.wrong(node, f'unknown key "{key[:60]}"', suggest(key, words) or "known keys: " + ", ".join(words))

    def get(self, key: str) -> Node | None:
        found = (self.node.mapping or {}).get(key)
        return None if found is None or found.value is None else found

    def text(self, key: str, needed: bool = True) -> str:
        found = self.get(key)
        if found is None:
            if needed:
                self.wrong((self.node.mapping or {}).get(key), f'"{key}" is missing', f"add `{key}:`")
            return ""
        if found.text is None:
            self.wrong(found, f'"{key}" is {found.kind()}, not text', "write one word or sentence")
        return found.text or ""

    def word(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        text = self.text(key)
        if text and not pattern.fullmatch(text):
            self.wrong(self.get(key), f'{key} "{text[:60]}" is not a plain identifier', f"write it like {example}")
        return text

    def wording(self, key: str, needed: bool) -> Text:
        found = self.get(key)
        if found is None or found.mapping is None:
            text = self.text(key, needed)
            return Text(text, text)
        inner = CardReader(found, self.problems)
        inner.check_keys(("zh", "en"))
        return Text(inner.text("zh", needed=False), inner.text("en", needed=False))

    def day(self, key: str, needed: bool = False) -> date | None:
        text = self.text(key, needed)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(self.get(key), f'{key} "{text[:40]}" is not a date', "write it like 2026-06-30")
            return None

    def metres(self, key: str) -> Fraction:
        """A length from 0 to MAX_LENGTH; 0 where it is missing or wrong, which is then among the problems."""
        text = self.text(key)
        if not text:
            return Fraction(0)
        try:
            metres = parse_quantity(text, "m")
        except QuantityError as error:
            self.wrong(self.get(key), error.problems[0].what, error.problems[0].remedy)
            return Fraction(0)
        if not 0 <= metres <= MAX_LENGTH:
            self.wrong(self.get(key), f'a tolerance of "{text[:40]}"', "give a length from 0 m to 10 km")
        return metres

    def number(self, key: str, what: str, remedy: str) -> int:
        """A whole number of things; 0 where it is missing or wrong, which is then among the problems."""
        text = self.text(key)
        if text and not (text.isascii() and text.isdigit() and len(text) < 16):
            self.wrong(self.get(key), f'"{text[:40]}" is not a number of {what}', remedy)
            return 0
        return int(text or 0)

    def inside(self, key: str, example: str) -> CardReader | None:
        """A mapping within the mapping, or None; its problems are the outer reader's."""
        found = self.get(key)
        if found is None:
            return None
        if found.mapping is None:
            self.wrong(found, f"{key} is {found.kind()}", f"write {example}")
            return None
        return CardReader(found, self.problems)

    def flag(self, key: str) -> bool:
        text = self.text(key, needed=False)
        if text not in ("", "yes", "no"):
            self.wrong(self.get(key), f'{key} is "{text[:40]}"', "write yes or no")
        return text == "yes"
