"""A clause read: whom each of its parts concerns, and which of its words were not read.

The reading may only be too wide. A part with a word that is in no entry of the lexicon concerns everyone in its place,
and everyone everywhere where the word may speak of a place. Exceptions are named and never narrow; conditions that only
an officer can see are not read. The clause concerns whom any part concerns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from screening.rulebook.drafting.lexicon import Entry, Kind, Lexicon, Tests, joined

NAME: Final = "〔某〕"
_NUMBER: Final = re.compile(r"^[\s.．、]*(?:\d+(?:[-－—.．]\d+)*[\s.．、]*)?(?:【[^】]*】)?")
_TAG: Final = re.compile(r"【[^】]*】")
_SAME: Final = str.maketrans({",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "“": "", "”": "", '"': ""})
_SENTENCE: Final = re.compile(r"[。！]")
_PART: Final = re.compile(r"([，；：])")
_EXCEPT: Final = re.compile(
    r"（[^（）]*(?:除外|例外)）"
    r"|(?:但是?，?)?(?<=[；。，])[^，。；：（）]{1,40}除外(?=[。；]|$)"
    r"|(?:(?<=[，。；：）内])|^)除[^，。；：]{1,60}?(?:以外|之外|外)(?:的)?(?=[，。；仅只禁严不])，?"
)
_AMOUNT: Final = re.compile(
    r"(?:年产|日产|单台|单线|单套)?\d+(?:\.\d+)?[万亿]?(?:蒸吨|吨标准煤|吨标煤|吨|千瓦|兆瓦|重量箱|标立方米|立方米|头|羽|%)"
    r"(?:/(?:年|日|天|小时|h|a|d))?(?:（含）)?(?:及)?(?:以上|以下|以内)?(?:（含）)?"
)
_TITLE: Final = re.compile(r"《[^《》]*》")
_ELSEWHERE: Final = re.compile(
    r"区|域|范围|地段|岸|周边|周围|附近|邻|上游|下游|沿|外|市|县|镇|街道|村|园|带|流|河|江|湖|库|海|港|全|各|地|处|段|线|路|城|乡|山|岛|湾|道|片|侧|距|中心"
)
_AROUND: Final = re.compile(r"^(?:以外|之外|外|周边|周围|附近|上游|下游|两岸|沿线|边界|相邻|及其|及周|等)")
_NEGATED: Final = re.compile(r"(?:非|不|未|无|除|以外|没有|之外|外)$")
_OPEN: Final = "等"
_HEADS: Final = re.compile("项目|企业|行业|工艺|工序")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of a clause. `when` None: it concerns every project.

    `read`: words that place, name or date its projects; `unread`: stretches in no entry; `wants`: facts it speaks of that
    the vocabulary does not have; `exceptions`: words that except someone, which do not narrow it.
    """

    when: Tests | None
    read: tuple[str, ...]
    unread: tuple[str, ...]
    wants: tuple[str, ...]
    exceptions: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.unread


@dataclass(slots=True)
class _Notes:
    read: dict[str, None] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)
    wants: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a sentence, between two marks. `gaps` are its unread stretches; `mark` ends it."""

    text: str
    mark: str
    entries: tuple[tuple[int, Entry], ...]
    gaps: tuple[str, ...]

    def of(self, kind: Kind) -> list[Entry]:
        return [entry for _, entry in self.entries if entry.kind is kind]

    @property
    def bars(self) -> bool:
        return any(entry.kind in (Kind.BAR, Kind.ONLY, Kind.THAT) for _, entry in self.entries)

    def begins(self, kind: Kind) -> bool:
        return bool(self.entries) and self.entries[0][0] == 0 and self.entries[0][1].kind is kind


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part speaks of. `tests` None: everywhere, or a place the vocabulary does not know."""

    tests: Tests | None = None


EVERYWHERE: Final = _Place()


def plain_text(text: str, lexicon: Lexicon) -> str:
    """A clause without its number, its tag, spaces and proper names: what is the same for units that say the same."""
    found = "".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())
    found = _TAG.sub("", _NUMBER.sub("", found, count=1))
    for pattern in lexicon.names:
        found = pattern.sub(NAME, found)
    return found.strip("。；，.;")


def read_clause(plain: str, lexicon: Lexicon) -> Reading:
    """The reading of a clause as `plain_text` gives it."""
    exceptions = tuple(dict.fromkeys(match.group().strip("，") for match in _EXCEPT.finditer(plain)))
    text = _TITLE.sub(NAME, _EXCEPT.sub("", plain))
    sentences = [list(_parts(one, lexicon)) for one in _SENTENCE.split(text) if one]
    binding = any(part.bars for parts in sentences for part in parts)
    notes = _Notes()
    found: list[Tests | None] = []
    before = EVERYWHERE
    for parts in sentences:
        before = _sentence(parts, binding, before, notes, found)
    # A clause of which nothing was found to concern anyone is one we did not understand.
    everyone = not found or any(one is None for one in found)
    when = None if everyone else joined("any", [one for one in found if one is not None])
    return Reading(when, tuple(notes.read), tuple(notes.unread), tuple(notes.wants), exceptions)


def _parts(sentence: str, lexicon: Lexicon) -> Iterator[_Part]:
    pieces = _PART.split(sentence)
    for number in range(0, len(pieces), 2):
        text = pieces[number]
        if text:
            entries, gaps = _words(text, lexicon)
            yield _Part(text, pieces[number + 1] if number + 1 < len(pieces) else "", entries, gaps)


def _words(text: str, lexicon: Lexicon) -> tuple[tuple[tuple[int, Entry], ...], tuple[str, ...]]:
    entries: list[tuple[int, Entry]] = []
    gaps: list[str] = []
    gap, at = "", 0
    while at < len(text):
        # An amount says which of those named; left unread, the others are asked too.
        amount = _AMOUNT.match(text, at)
        plain = NAME if text.startswith(NAME, at) else amount.group() if amount else ""
        found = Entry(plain, Kind.PLAIN) if plain else lexicon.at(text, at)
        if found is None:
            gap += text[at]
            at += 1
            continue
        if gap:
            gaps.append(gap)
            gap = ""
        entries.append((at, found))
        at += len(found.word)
    return tuple(entries), tuple([*gaps, gap] if gap else gaps)


def _sentence(
    parts: Sequence[_Part], binding: bool, before: _Place, notes: _Notes, found: list[Tests | None]
) -> _Place:
    """Adds to `found` whom each part of a sentence concerns, None for everyone, and returns the place it spoke of last.

    A place at its head holds until the next `；`, and through a list that `：` begins.
    """
    place, listing, spoken = EVERYWHERE, False, False
    for number, part in enumerate(parts):
        own = _place_of(part, notes)
        subjects, last = part.of(Kind.SUBJECT), number + 1 == len(parts)
        if part.of(Kind.THAT):
            own = before
        before = own or before
        silent = not part.gaps and not part.bars and not subjects
        planned = part.begins(Kind.LEAD) and not part.bars and binding
        follows = part.begins(Kind.THEN) and spoken and silent
        if own is not None and silent and not last:
            place = own
        elif planned or follows or (silent and not part.of(Kind.WORKS) and not last):
            # Plans, what follows for those already named, and words before the part that names them: `各级政府，`. They
            # concern nobody, yet another place in them, or a word that may be one, leaves open where the rest holds.
            if own not in (None, place) or part.gaps:
                place = EVERYWHERE
        else:
            spoken = True
            found.append(_concerned(part, own or place, notes))
            if own is not None and own != place:
                place = EVERYWHERE  # Of which of the two places the next part speaks is not said.
        if part.mark == "：":
            listing, place = True, own or place
        elif part.mark == "；" and not listing:
            place, spoken = EVERYWHERE, False
    return before


def _place_of(part: _Part, notes: _Notes) -> _Place | None:
    """The places a part names, any of them; None where it names none. Around or outside a place is everywhere."""
    places = [(at, entry) for at, entry in part.entries if entry.kind is Kind.PLACE]
    if not places:
        return None
    for at, entry in places:
        notes.read[entry.word] = None
        notes.wants.update(dict.fromkeys(entry.wants))
        rest = part.text[at + len(entry.word) :]
        strange = not entry.word.endswith("内") and any(rest.startswith(gap) for gap in part.gaps)
        if strange or _AROUND.match(rest) or _NEGATED.search(part.text[:at]):
            return EVERYWHERE
    tests = [entry.tests for _, entry in places]
    if any(gap for gap in part.gaps if _ELSEWHERE.search(gap)) or any(one is None for one in tests):
        return EVERYWHERE
    return _Place(joined("any", [one for one in tests if one is not None]))


def _concerned(part: _Part, place: _Place, notes: _Notes) -> Tests | None:
    """Whom a part concerns: its place, its works and any of its subjects."""
    gaps = [gap for gap in part.gaps if gap]
    tests: list[Tests] = []
    if any(_ELSEWHERE.search(gap) for gap in gaps):
        place = EVERYWHERE
    if place.tests is not None:
        tests.append(place.tests)
    notes.unread.update(dict.fromkeys(gaps))
    subjects = [(at, entry) for at, entry in part.entries if entry.kind is Kind.SUBJECT]
    for _, entry in subjects:
        notes.read[entry.word] = None
        notes.wants.update(dict.fromkeys(entry.wants))
    if not gaps and not part.of(Kind.ONLY):
        named = [entry.tests for _, entry in subjects]
        negated = any(_NEGATED.search(part.text[:at]) for at, _ in subjects)
        if named and all(one is not None for one in named) and not negated:
            tests.append(joined("any", [one for one in named if one is not None]))
        works = part.of(Kind.WORKS)
        notes.read.update(dict.fromkeys(entry.word for entry in works))
        # `新建A、排放B的项目`: which of them must be new is not said, so the works narrow only where one thing is named.
        kinds = [entry.tests for entry in works if entry.tests is not None]
        if (
            works
            and len(kinds) == len(works)
            and len(subjects) <= 1
            and len(_HEADS.findall(part.text)) <= 1
            and part.bars
        ):
            tests.append(joined("any", kinds))
    return joined("all", tests) if tests else None


__all__ = ["NAME", "Reading", "plain_text", "read_clause"]
