"""Which features of a file come on the map as they are, which are mended, and which stay off it: each counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from screening.atlas.crs import Integers, areas
from screening.atlas.importing.codes import parse_unit_code, tidy_code
from screening.atlas.importing.fields import FieldNames, as_text
from screening.atlas.importing.issues import Issue
from screening.atlas.layer import Use
from screening.atlas.repair import repair, without_repeats
from screening.text import Text

_KINDS: Final = {True: (3, 6), False: (1, 5)}
_ANY_AREA: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """The features on the map: their geometries, valid and in degrees, and their numbers in the file."""

    geometries: NDArray[Any]
    numbers: Integers
    counts: Mapping[str, int]
    issues: tuple[Issue, ...]


def take(geometries: NDArray[Any], unread: Mapping[int, Text], use: Use, tolerance: Fraction) -> Taken:
    """Take every feature that has a geometry as the use needs it. `unread` says why others have none."""
    areal = use is not Use.LINE
    counts = dict.fromkeys(("empty", "wrong_type", "ambiguous", "repaired"), 0)
    issues: list[Issue] = []
    changed = 0.0
    shapes, repeated = without_repeats(geometries)
    missing = shapely.is_missing(shapes)
    right = np.isin(shapely.get_type_id(shapes), _KINDS[areal])
    valid = shapely.is_valid(shapes)
    size = np.zeros(len(shapes))
    good = right & valid
    size[good] = areas(shapes[good]) if areal else shapely.length(shapes[good])
    kept = np.zeros(len(shapes), dtype=bool)
    kept[good] = size[good] > (_ANY_AREA if areal else 0.0)

    def off(number: int, words: Text, count: str = "") -> None:
        if count:
            counts[count] += 1
        shape = shapes[number]
        where = shape if shape is not None and not shape.is_empty and valid[number] else None
        issues.append(Issue("unread", (number,), words, geometry=where))

    for place in np.flatnonzero(~kept):
        number = int(place)
        if missing[number]:
            off(number, unread.get(number, Text("没有图形", "it has no geometry")))
        elif not right[number]:
            kind = shapes[number].geom_type
            wanted = Text("面", "a polygon") if areal else Text("线", "a line")
            off(number, Text(f"图形是 {kind}，应为{wanted.zh}", f"it is a {kind}, not {wanted.en}"), "wrong_type")
        elif good[number] or not areal:
            off(number, Text("图形没有面积或长度", "it encloses no area or has no length"), "empty")
        else:
            mended = repair(shapes[number], tolerance, least=use is Use.EXTENT)
            if mended.geometry is None:
                words = Text("图形自相交，修复结果不唯一", "its rings cross, and it can be repaired in two ways")
                off(number, words, "ambiguous")
            elif mended.after <= _ANY_AREA:
                off(number, Text("图形没有面积或长度", "it encloses no area or has no length"), "empty")
            else:
                shapes[number] = mended.geometry
                kept[number] = True
                counts["repaired"] += 1
                changed += abs(mended.after - mended.before)
                said = f"{mended.before:,.1f}", f"{mended.after:,.1f}"
                words = Text(
                    f"图形无效，已修复：{said[0]} → {said[1]} 平方米",
                    f"it was invalid and was repaired: {said[0]} to {said[1]} m2",
                )
                moved = abs(mended.after - mended.before)
                issues.append(Issue("repaired", (number,), words, moved, geometry=mended.geometry))
    numbers = np.flatnonzero(kept)
    counts |= {"read": len(shapes), "unread": len(shapes) - len(numbers), "repeated": repeated}
    return Taken(shapes[numbers], numbers, counts | {"repaired_area": ceil(changed - 1e-6)}, tuple(issues))


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a file says of each of its features, by meaning, where it is legible."""

    names: NDArray[Any]
    codes: NDArray[Any]
    unit_classes: NDArray[Any]
    odd_codes: int
    doubtful_classes: int
    issues: tuple[Issue, ...]


def read_attributes(
    fields: Mapping[str, NDArray[Any]], mapped: Mapping[str, str], use: Use, names: FieldNames, count: int
) -> Said:
    """The names, codes and classes of `count` features.

    An odd code is kept and counted. A class that says none of the three, or another than its regular code does, is not
    known: two statements of one file that contradict each other are no statement.
    """

    def texts(meaning: str) -> NDArray[Any]:
        return as_text(fields[mapped[meaning]]) if meaning in mapped else np.full(count, None, dtype=object)

    codes, classes = texts("code"), np.full(count, None, dtype=object)
    issues: list[Issue] = []
    odd = doubtful = 0
    if use is Use.UNITS:
        written = texts("class")
        for number in range(count):
            code = None if codes[number] is None else tidy_code(codes[number])
            parsed = parse_unit_code(code) if code else None
            if parsed is None or parsed.longer or code != codes[number]:
                odd += 1
                shown = codes[number] or ""
                issues.append(Issue("code", (number,), Text(f"编码“{shown[:40]}”不合规范", f'odd code "{shown[:40]}"')))
            codes[number] = code
            said = names.unit_class(written[number])
            if said is None or (parsed is not None and parsed.unit_class != said):
                doubtful += 1
                shown = written[number] or ""
                words = Text(
                    f"类别“{shown[:40]}”不明，或与编码 {code} 矛盾",
                    f'class "{shown[:40]}" is unreadable or at odds with code {code}',
                )
                issues.append(Issue("class", (number,), words))
                said = None
            classes[number] = said
    return Said(texts("name"), codes, classes, odd, doubtful, tuple(issues))
