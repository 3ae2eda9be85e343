"""A layer looked at as closely as can be: its files, its shapes, its codes, and how its features lie together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from screening.atlas.counts import Counts
from screening.atlas.features import Features
from screening.atlas.importing.codes import parse_unit_code
from screening.atlas.importing.issues import Issue
from screening.atlas.importing.survey import survey
from screening.atlas.layer import Layer, Use
from screening.atlas.mapped import check_prepared
from screening.atlas.prepared import Prepared
from screening.atlas.snapshot import CARD, DATA, load_shapes, verify_snapshot
from screening.errors import AtlasError, Problem
from screening.text import Text

_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What was counted, what a keeper should look at, and what is wrong."""

    counts: Counts
    issues: tuple[Issue, ...]
    errors: tuple[Problem, ...]


def check_layer(layer: Layer) -> Checked:
    """Look at one layer whole. A snapshot's files are compared with its card, and its shapes read from its data."""
    if layer.folder is None:
        return _looked_at(layer, layer.features, ())
    try:
        verify_snapshot(layer.folder, layer.card)
        shapes = load_shapes(layer.folder, layer.card)
        kept = (layer.card.stored or {})[DATA].sha256
        errors = check_prepared(layer.folder, kept, Prepared.of(shapes))
    except AtlasError as error:
        return Checked(layer.counts, (), error.problems)
    features = layer.features
    read = Features(shapes, features.names, features.codes, features.unit_classes)
    found = _looked_at(layer, read, errors)
    said, seen = layer.counts.plain(), found.counts.plain()
    differ = [name for name in seen if name in said and seen[name] != said[name]]
    where = str(layer.folder / CARD)
    more = [Problem(where, f"says {name} {said[name]}, the data {seen[name]}", "import it again") for name in differ]
    return Checked(found.counts, found.issues, (*found.errors, *more))


def _looked_at(layer: Layer, features: Features, errors: tuple[Problem, ...] | list[Problem]) -> Checked:
    found = survey(features.shapes, layer.card, features.codes)
    counts, codes = layer.counts, tuple(_codes(layer, features))
    counts = Counts.of({**counts.plain(), **found.counts})
    if layer.card.counts is None:
        counts = replace(counts, odd_codes=sum(issue.kind == "code" for issue in codes))
        counts = replace(counts, doubtful_classes=sum(issue.kind == "class" for issue in codes))
    return Checked(counts, (*codes, *found.issues), (*errors, *_invalid(layer, features)))


def _codes(layer: Layer, features: Features) -> Iterator[Issue]:
    if layer.card.use is not Use.UNITS:
        return
    for number, (code, unit_class) in enumerate(zip(features.codes, features.unit_classes, strict=True)):
        parsed = parse_unit_code(code or "")
        shown = (code or "")[:40]
        if parsed is None or parsed.longer:
            yield Issue("code", (number,), Text(f"编码“{shown}”不合规范", f'odd code "{shown}"'))
        if unit_class is None or (parsed is not None and parsed.unit_class != unit_class):
            words = Text(
                f"{shown} 的类别不明，或与编码矛盾", f"the class of {shown} is unreadable or at odds with its code"
            )
            yield Issue("class", (number,), words)


def _invalid(layer: Layer, features: Features) -> Iterator[Problem]:
    shapes = features.shapes
    for start in range(0, len(shapes.rings) - 1, _AT_ONCE):
        numbers = np.arange(start, min(start + _AT_ONCE, len(shapes.rings) - 1))
        parts = np.array([shapes.part(int(number)) for number in numbers], dtype=object)
        for number in numbers[~shapely.is_valid(parts)]:
            feature = int(shapes.part_feature[number])
            yield Problem(f"{layer.id}#{feature}", "has an invalid shape", "repair it", f"第 {feature} 个要素图形无效")
