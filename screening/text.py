"""The same words in the two languages of the project."""

from __future__ import annotations

from typing import Final, NamedTuple


class Text(NamedTuple):
    """Chinese and English of one thing."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        """The words in `lang` ("zh" or "en"); the other language where one is empty."""
        return (self.en or self.zh) if lang == "en" else (self.zh or self.en)

    def plain(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


NOTHING: Final = Text("", "")
