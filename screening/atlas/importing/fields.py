"""Which field of a file means what: declared names, laid over by the keeper's own, never a guess between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from screening.atlas.cards import MEANINGS, NEEDED
from screening.atlas.layer import Use
from screening.documents import Node, parse_yaml, read_text
from screening.errors import AtlasError, Problem, suggest
from screening.text import Text

_LIMIT: Final = 1 << 20
_CUT: Final = 10
"""Bytes that a shapefile's table keeps of a field's name."""

UNIT_CLASSES: Final = ("priority_protection", "key_control", "general_control")


@dataclass(frozen=True, slots=True)
class FieldNames:
    """By use and meaning the names a field may have, the likeliest first; by written word the class of a unit."""

    candidates: Mapping[Use, Mapping[str, tuple[str, ...]]]
    classes: Mapping[str, str]

    @classmethod
    def load(cls, own: Path | None = None) -> FieldNames:
        """The names carried with this package, those of the file `own` before them. Raises DocumentError, AtlasError."""
        carried = files("screening.atlas.importing").joinpath("fields.yaml").read_text(encoding="utf-8")
        found = _read(parse_yaml(carried, "fields.yaml"))
        if own is None:
            return found
        over = _read(parse_yaml(read_text(own, _LIMIT), str(own)))
        candidates = {
            use: {
                meaning: (*over.candidates.get(use, {}).get(meaning, ()), *names)
                for meaning, names in found.candidates[use].items()
            }
            for use in found.candidates
        }
        return cls(candidates, {**found.classes, **over.classes})

    def unit_class(self, written: str | None) -> str | None:
        """Our word for a unit's class as it is written; None where it says none of the three."""
        word = _plain(written or "")
        shorter = word.rstrip("0123456789")
        return self.classes.get(word) or (self.classes.get(shorter) if shorter else None)


def _read(node: Node) -> FieldNames:
    problems: list[Problem] = []
    candidates: dict[Use, dict[str, tuple[str, ...]]] = {}
    classes: dict[str, str] = {}
    uses = {str(use): use for use in Use}
    for key, inner in (node.mapping or {}).items():
        known = MEANINGS[uses[key]] if key in uses else UNIT_CLASSES
        if key not in uses and key != "classes":
            what = f'"{key[:60]}" is no use of a layer'
            problems.append(Problem(inner.where, what, suggest(key, [*uses, "classes"]) or f"known: {', '.join(uses)}"))
            continue
        for word, listed in (inner.mapping or {}).items():
            names = [item.text for item in listed.items or [] if item.text]
            if word not in known:
                remedy = suggest(word, known) or f"known: {', '.join(known)}"
                problems.append(Problem(listed.where, f'{key} has no "{word[:60]}"', remedy))
            elif listed.items is None or len(names) < len(listed.items):
                problems.append(Problem(listed.where, f"{word} is {listed.kind()}", "write a list of names"))
            elif key == "classes":
                classes |= {_plain(name): word for name in names}
            else:
                candidates.setdefault(uses[key], {})[word] = tuple(names)
    if node.mapping is None:
        problems.append(Problem(node.where, f"is {node.kind()}", "write {units: {code: [HJGKDYBM]}}"))
    if problems:
        raise AtlasError(problems)
    return FieldNames(candidates, classes)


def map_fields(
    fields: Mapping[str, NDArray[Any]], use: Use, names: FieldNames, given: Mapping[str, str], where: str
) -> tuple[dict[str, str], list[Text]]:
    """By meaning, the field of a file that has it, and what had to be left open.

    `given` is believed before any name. Raises AtlasError, listing the file's fields, where a field that the layer's use
    needs is missing, or where two fields may be it and say different things.
    """
    problems: list[Problem] = []
    mapped: dict[str, str] = {}
    remarks: list[Text] = []
    listed = ", ".join(fields) or "none"
    for meaning, name in given.items():
        found = [field for field in fields if field == name] or [one for one in fields if _plain(one) == _plain(name)]
        if meaning not in MEANINGS[use]:
            remedy = suggest(meaning, MEANINGS[use]) or f"known: {', '.join(MEANINGS[use])}"
            problems.append(Problem("--map", f'a layer of {use} has no attribute "{meaning[:40]}"', remedy))
        elif len(found) != 1:
            remedy = suggest(name, fields) or f"its fields: {listed}"
            what = f'{where} has no field "{name[:40]}"' if not found else f'"{name[:40]}" may be {", ".join(found)}'
            problems.append(Problem("--map", what, remedy, f"文件字段：{listed}"))
        else:
            mapped[meaning] = found[0]
    for meaning in MEANINGS[use]:
        if meaning in given:
            continue
        found = _candidates(fields, use, meaning, names)
        needed = meaning in NEEDED.get(use, ())
        if len(found) > 1 and not all(_alike(fields[found[0]], fields[other]) for other in found[1:]):
            if needed:
                problems.append(
                    Problem(
                        where,
                        f"the {meaning} may be in {' or '.join(found)}, which differ",
                        f"state which: --map {meaning}=FIELD",
                        f"{meaning} 可能是 {'、'.join(found)}，其内容不同，请用 --map {meaning}=字段 指明",
                    )
                )
            else:
                names_found = ", ".join(found)
                remarks.append(
                    Text(
                        f"{meaning} 可能是 {names_found}，未采用", f"{meaning} may be in {names_found}; none was taken"
                    )
                )
        elif found:
            mapped[meaning] = found[0]
        elif needed:
            problems.append(
                Problem(
                    where,
                    f"no field is known to be the {meaning} of {use}",
                    f"state it: --map {meaning}=FIELD; its fields: {listed}",
                    f"未找到表示 {meaning} 的字段，请用 --map {meaning}=字段 指明；文件字段：{listed}",
                )
            )
    if problems:
        raise AtlasError(problems)
    return mapped, remarks


def _candidates(fields: Mapping[str, NDArray[Any]], use: Use, meaning: str, names: FieldNames) -> list[str]:
    """The fields whose name is one of a meaning; only where there are none, those whose name may be one cut short.

    A cut name that fits another meaning as well is not known to be either.
    """
    known = names.candidates.get(use, {})
    wholes = {_plain(name) for names_of in known.values() for name in names_of}
    by_name = {_plain(field): field for field in fields}
    exact = [by_name[_plain(name)] for name in known.get(meaning, ()) if _plain(name) in by_name]
    if exact:
        return list(dict.fromkeys(exact))
    found = []
    for plain, field in by_name.items():
        meant = {one for one, names_of in known.items() if any(plain in _shortened(name) for name in names_of)}
        if plain not in wholes and meant == {meaning}:
            found.append(field)
    return found


def _shortened(name: str) -> set[str]:
    """What is left of a name in a shapefile's table, whatever its encoding."""
    cut = {name.encode(code)[:_CUT].decode(code, "ignore") for code in ("gb18030", "utf-8")}
    return {_plain(one) for one in cut if one != name}


def _plain(word: str) -> str:
    return "".join(normalize("NFKC", word).split()).casefold()


def _alike(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return bool(np.all(as_text(one) == as_text(other)))


def as_text(values: NDArray[Any]) -> NDArray[Any]:
    """The values of a field as trimmed text, whole numbers without a fraction; None where there is nothing."""
    found = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        plain = value.item() if isinstance(value, np.generic) else value
        if isinstance(plain, float):
            plain = None if plain != plain else int(plain) if plain.is_integer() else plain
        found[place] = (str(plain).strip() or None) if plain is not None and not isinstance(plain, bool) else None
    return found
