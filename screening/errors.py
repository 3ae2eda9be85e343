"""One family of errors. Every problem says where it is, what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with an input.

    `where` is `path:line`, a path, or a JSON pointer; `what` and `remedy` are English, `zh` is the same in Chinese
    (shown first to applicants; empty for problems only a rule author or map keeper can meet).
    """

    where: str
    what: str
    remedy: str = ""
    zh: str = ""

    def text(self, lang: str = "en") -> str:
        body = self.zh if lang == "zh" and self.zh else "; ".join(part for part in (self.what, self.remedy) if part)
        return f"{self.where}: {body}" if self.where else body


class ScreeningError(Exception):
    """The base of every error this package raises on purpose. Carries all the problems found, not only the first."""

    kind: ClassVar[str] = "screening-error"
    heading: ClassVar[str] = "screening failed"

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.report())

    def report(self, lang: str = "en", most: int = 50) -> str:
        """All problems, one a line; past `most` the rest is counted."""
        lines = [problem.text(lang) for problem in self.problems[:most]]
        if len(self.problems) > most:
            lines.append(f"... and {len(self.problems) - most} more")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[ScreeningError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class InputError(ScreeningError):
    """An application that cannot be read as one. Never raised because a project is unwelcome: that is a decision."""

    kind = "invalid-application"
    heading = "the application cannot be read"


class FootprintError(InputError):
    """A footprint that is not a usable place on the map."""

    kind = "invalid-footprint"
    heading = "the footprint cannot be used"


class RulebookError(ScreeningError):
    """A rule file, table, vocabulary or instrument register that is wrong."""

    kind = "invalid-rulebook"
    heading = "the rulebook has errors"


class AtlasError(ScreeningError):
    """A layer or layer card that is wrong."""

    kind = "invalid-atlas"
    heading = "the atlas has errors"


class QuantityError(ScreeningError):
    """Text that is not a quantity, or a quantity of the wrong dimension."""

    kind = "invalid-quantity"
    heading = "not a usable quantity"


def suggest(word: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the nearest known word, or an empty string. See `nearest`."""
    near = nearest(word, known)
    return f'did you mean "{near}"?' if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or an empty string. What stands before the first dot does not make two keys alike."""
    words = list(known)
    head, dot, tail = word[:80].partition(".")
    tails = {item[len(head) + 1 :]: item for item in words if dot and item.startswith(f"{head}.")}
    near = get_close_matches(tail, tails, n=1, cutoff=0.6) if tails else get_close_matches(word[:80], words, 1, 0.6)
    return tails.get(near[0], near[0]) if near else ""
