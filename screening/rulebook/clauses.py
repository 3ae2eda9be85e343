"""Article and paragraph numbers in a citation such as 第26条第2款 or 第9条、第10条."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from typing import Final

_NUMBER: Final = r"(?:[0-9]{1,4}|[零〇一二三四五六七八九十百千]{1,9})"
_ARTICLE: Final = re.compile(rf"第({_NUMBER}(?:[、，,和及]{_NUMBER})*)(?:(?:条?至第?|条?[-–—~～]第?)({_NUMBER}))?条")
_PARAGRAPH: Final = re.compile(rf"第({_NUMBER}(?:[、，,和及]{_NUMBER})*)(?:(?:款?至第?|款?[-–—~～]第?)({_NUMBER}))?款")
_WORD: Final = re.compile(_NUMBER)
_DIGITS: Final = "零一二三四五六七八九"
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_MOST: Final = 2000


def cited_articles(clause: str) -> Mapping[int, frozenset[int]]:
    """The articles a clause names, each with the paragraphs named of it: none for an article cited as a whole.

    Reads Arabic and Chinese numbers, lists (第9、10条) and runs (第12条至第14条). Items (项) are left aside: they belong to
    the paragraph before them. A clause without 条 names no article.
    """
    found: dict[int, frozenset[int]] = {}
    matches = list(_ARTICLE.finditer(clause))
    for match, following in zip_longest(matches, matches[1:]):
        tail = clause[match.end() : following.start() if following else len(clause)]
        paragraphs = frozenset(
            number for one in _PARAGRAPH.finditer(tail) for number in _numbers(one.group(1), one.group(2))
        )
        for article in _numbers(match.group(1), match.group(2)):
            before = found.get(article, paragraphs)
            # Cited once as a whole and once by paragraph, the whole is cited.
            found[article] = before | paragraphs if before and paragraphs else frozenset()
    return found


def _numbers(listed: str, until: str | None) -> list[int]:
    numbers = [_number(word) for word in _WORD.findall(listed)]
    if until is not None:
        numbers.extend(range(numbers[-1] + 1, min(_number(until), _MOST) + 1))
    return numbers


def _number(word: str) -> int:
    """A whole number written 126 or 一百二十六."""
    if word.isdecimal():
        return int(word)
    total, digit = 0, 0
    for letter in word.replace("〇", "零"):
        if letter in _UNITS:
            total += (digit or 1) * _UNITS[letter]
            digit = 0
        else:
            digit = _DIGITS.index(letter)
    return total + digit
