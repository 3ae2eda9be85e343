"""Codes of control units, as they are written and as they should be.

A unit's code is ZH, the six digits of its county, one digit of its class (1 priority protection, 2 key control, 3 general
control) and four of a serial number. Published lists also hold codes with a serial number of five digits. What is written
otherwise is odd: it is kept and pointed out, and decides nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import category, normalize

_CODE: Final = re.compile(r"ZH([1-9]\d{5})([123])(\d{4,5})")
CLASS_DIGITS: Final = {"1": "priority_protection", "2": "key_control", "3": "general_control"}


@dataclass(frozen=True, slots=True)
class UnitCode:
    """A regular code taken apart. `unit_class` is our word for its class digit; `longer` has a serial number of five."""

    county: str
    unit_class: str
    serial: str

    @property
    def longer(self) -> bool:
        return len(self.serial) > 4


def parse_unit_code(code: str) -> UnitCode | None:
    """The parts of a control unit's code; None for an odd one."""
    found = _CODE.fullmatch(code)
    return UnitCode(found[1], CLASS_DIGITS[found[2]], found[3]) if found else None


def tidy_code(code: str) -> str:
    """A code without what nobody sees, in plain capitals, where that makes it regular; otherwise as written, trimmed."""
    tidy = "".join(char for char in normalize("NFKC", code) if not char.isspace() and category(char) != "Cf").upper()
    return tidy if parse_unit_code(tidy) else code.strip()
