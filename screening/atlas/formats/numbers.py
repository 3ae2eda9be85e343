"""Coordinates as people write them in tables: plain numbers, or degrees with minutes and seconds."""

from __future__ import annotations

import re
import unicodedata
from math import isfinite
from typing import Any, Final

_PLAIN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SIDE: Final = {"n": 1, "e": 1, "s": -1, "w": -1, "北纬": 1, "东经": 1, "南纬": -1, "西经": -1}
_ANGLE: Final = re.compile(
    r"(?P<head>[nsew]|北纬|南纬|东经|西经)?\s*[:：]?\s*(?P<sign>[+-]?)(?P<degrees>\d{1,3}(?:\.\d+)?)\s*(?:°|º|度|d)\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*(?:'|′|分|m)\s*)?(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|''|′′|秒|s)\s*)?(?P<tail>[nsew])?",
    re.ASCII | re.IGNORECASE,
)


def read_coordinate(cell: Any) -> float | None:
    """A coordinate cell as a number; None for what is not clearly one. Degrees, minutes and seconds become degrees.

    Thousands separators and decimal commas are not guessed at.
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell) if isfinite(cell) else None
    # NFKC would take º for the letter o and ″ for two primes.
    text = str(cell).strip().replace("º", "°").replace("″", '"').replace("”", '"').replace("’", "'").replace("＂", '"')
    text = unicodedata.normalize("NFKC", text).strip()
    if len(text) > 60:
        return None
    if _PLAIN.fullmatch(text):
        value = float(text)
        return value if isfinite(value) else None
    match = _ANGLE.fullmatch(text)
    if match is None or (match["head"] and match["tail"]):
        return None
    minutes, seconds = float(match["minutes"] or 0), float(match["seconds"] or 0)
    if minutes >= 60 or seconds >= 60 or (match["seconds"] and not match["minutes"]):
        return None
    if "." in match["degrees"] and (match["minutes"] or match["seconds"]):
        return None
    sign = -1 if match["sign"] == "-" else 1
    side = _SIDE[(match["head"] or match["tail"] or "n").lower()]
    return sign * side * (float(match["degrees"]) + minutes / 60 + seconds / 3600)
