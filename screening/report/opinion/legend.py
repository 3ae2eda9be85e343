"""How each kind of zone looks on a sketch, told apart by hatching as well as colour, and the legend that says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from unicodedata import east_asian_width

from screening.report.opinion.document import Label, printable
from screening.report.opinion.words import UNIT_CLASSES, UNKNOWN_CLASS


@dataclass(frozen=True, slots=True)
class Look:
    """Stroke, fill and hatching. `hatch` is the angle of the lines in degrees; None: plain. `line`: drawn, not filled."""

    stroke: str
    fill: str
    width: float = 1.2
    hatch: int | None = None
    fill_opacity: float = 0.35
    dash: str = ""
    line: bool = False
    drawing: str = ""

    def as_line(self) -> Look:
        return replace(self, line=True, width=2.2, hatch=None)

    @property
    def _pattern_id(self) -> str:
        return f"{self.drawing}h{self.stroke[1:]}{self.hatch}"

    @property
    def pattern(self) -> str:
        """The definition of its hatching, if it has one."""
        if self.hatch is None or self.line:
            return ""
        return (
            f'<pattern id="{self._pattern_id}" width="8" height="8" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({self.hatch})"><rect width="8" height="8" fill="{self.fill}" '
            f'fill-opacity="{self.fill_opacity}"/><path d="M0 0H8" stroke="{self.stroke}" stroke-width="1.6"/></pattern>'
        )

    @property
    def attributes(self) -> str:
        """Its SVG attributes."""
        stroke = f'stroke="{self.stroke}" stroke-width="{self.width:g}"'
        dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
        if self.line:
            return f'fill="none" {stroke}{dash}'
        fill = (
            f'fill="url(#{self._pattern_id})"'
            if self.hatch is not None
            else f'fill="{self.fill}" fill-opacity="{self.fill_opacity}"'
        )
        return f'{fill} fill-rule="evenodd" {stroke}{dash}'


@dataclass(frozen=True, slots=True)
class Swatch:
    """One entry of the legend. `first`: kept before the others where there is no room for all."""

    look: Look
    words: str
    first: bool = False


_UNITS: Final = {
    "priority_protection": Look("#3c7a3c", "#a9d18e", 1.0, fill_opacity=0.45, dash="8 3"),
    "key_control": Look("#b8602f", "#f4b183", 1.0, fill_opacity=0.40, dash="8 3"),
    "general_control": Look("#9a8433", "#ffe699", 1.0, fill_opacity=0.40, dash="8 3"),
}
_UNKNOWN: Final = Look("#777777", "#dddddd", 1.0, dash="8 3")
_FAMILIES: Final = (
    ("ecological_redline", Look("#a61c1c", "#ffffff", 1.6, hatch=45, fill_opacity=0.15)),
    ("drinking_water_1", Look("#0b3d91", "#6fa8dc", 1.4, hatch=0)),
    ("drinking_water_2", Look("#1f5fbf", "#9fc5e8", 1.2, hatch=90)),
    ("drinking_water", Look("#4a86c8", "#cfe2f3", 1.0)),
    ("nature_reserve_core", Look("#0f5132", "#6aa84f", 1.4, hatch=135)),
    ("nature_reserve", Look("#38761d", "#b6d7a8", 1.2, hatch=45)),
    ("national_park", Look("#0f5132", "#6aa84f", 1.4, hatch=135)),
    ("natural_park", Look("#38761d", "#b6d7a8", 1.2)),
    ("wetland", Look("#117a8b", "#a2d9ce", 1.2, hatch=0)),
    ("permanent_farmland", Look("#7f8c1f", "#e9efb0", 0.8, hatch=135)),
    ("chemical_park", Look("#5b2c8a", "#c9b3e6", 1.4)),
    ("industrial_park", Look("#7d5ba6", "#e1d5f0", 1.2)),
    ("school", Look("#c55a11", "#f8cbad", 1.4, hatch=45)),
    ("hospital", Look("#c2185b", "#f8bbd0", 1.4, hatch=135)),
    ("residential", Look("#8d6e63", "#e6d5cc", 1.0)),
    ("built_up_area", Look("#757575", "#e0e0e0", 1.0)),
    ("noise_sensitive", Look("#ad6800", "#ffe7ba", 1.0, hatch=90)),
    ("yangtze_main_stem", Look("#08519c", "#9ecae1", 2.2)),
    ("yangtze_tributary", Look("#2171b5", "#c6dbef", 1.8)),
    ("yangtze_river_management", Look("#5ea3cf", "#deebf7", 1.0)),
    ("river_", Look("#5ea3cf", "#deebf7", 1.0)),
    ("flood", Look("#5d6d7e", "#d5d8dc", 1.0, hatch=0)),
    ("fuel_ban", Look("#424242", "#f5f5f5", 1.0, dash="2 3", fill_opacity=0.1)),
    ("air_key_region", Look("#6d4c41", "#ffffff", 1.2, dash="10 3 2 3", fill_opacity=0.0)),
)
_OTHER: Final = Look("#555555", "#cccccc", 1.0, hatch=90)


def look_of(kind: str, unit_class: str | None, lang: str) -> tuple[Look, str]:
    """How a kind is drawn; of a control unit also the words for its class, otherwise empty."""
    if kind == "control_unit":
        return _UNITS.get(unit_class or "", _UNKNOWN), UNIT_CLASSES.get(unit_class or "", UNKNOWN_CLASS).get(lang)
    return next((look for start, look in _FAMILIES if kind.startswith(start)), _OTHER), ""


def legend(swatches: Sequence[Swatch], left: float, width: float, height: float, title: str) -> tuple[str, list[Label]]:
    """A column of swatches as SVG, and their words; what there is no room for is counted."""
    shapes: list[str] = []
    labels = [Label(left, 18, title, 14, bold=True)]
    y, most = 34.0, height - 60
    ordered = [one for one in swatches if one.first] + [one for one in swatches if not one.first]
    for number, swatch in enumerate(ordered):
        rows = _wrapped(printable(swatch.words), int((width - 40) / 6.2))
        if y + 16 * len(rows) > most:
            labels.append(Label(left, y + 10, f"… +{len(ordered) - number}", 11))
            break
        if swatch.look.line:
            shapes.append(f'<path d="M{left} {y + 6}H{left + 26}" {swatch.look.attributes}/>')
        else:
            shapes.append(f'<rect x="{left}" y="{y}" width="26" height="13" {swatch.look.attributes}/>')
        labels.extend(Label(left + 34, y + 11 + 15 * row, words) for row, words in enumerate(rows))
        y += 15 * len(rows) + 7
    return "".join(shapes), labels


def wide(text: str) -> int:
    """How wide text is set, in half ems."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _wrapped(text: str, most: int) -> list[str]:
    """Text in rows of at most `most` half ems, broken at a space where one is near, otherwise between characters."""
    rows: list[str] = []
    while wide(text) > most:
        end = next(count for count in range(len(text), 0, -1) if wide(text[:count]) <= most)
        space = text.rfind(" ", 0, end + 1)
        if space > end // 2:
            end = space
        rows.append(text[:end].strip())
        text = text[end:].strip()
    return [*rows, text] if text else rows
