"""One file into one layer of a zone set: all of it or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import shapely

from screening.atlas.collection import is_admin_code
from screening.atlas.counts import Counts
from screening.atlas.crs import CGCS2000
from screening.atlas.features import Features
from screening.atlas.formats import read_source
from screening.atlas.formats.source import Source
from screening.atlas.importing.fields import FieldNames, map_fields
from screening.atlas.importing.issues import Issue, issues_geojson
from screening.atlas.importing.listing import new_atlas, with_layer
from screening.atlas.importing.placing import Placed, place
from screening.atlas.importing.stated import draft
from screening.atlas.importing.survey import survey
from screening.atlas.importing.taking import Said, Taken, read_attributes, take
from screening.atlas.layer import Card, Transformed, Use
from screening.atlas.reader import AtlasCard, read_cards
from screening.atlas.shapes import Shapes
from screening.atlas.snapshot import CARD, keep_prepared, write_snapshot
from screening.atlas.together import Listed, check_together
from screening.documents import Node, parse_yaml
from screening.errors import AtlasError, Problem
from screening.text import Text

ATLAS: Final = "atlas.yaml"
LAYERS: Final = "layers"
PREPARE_FROM: Final = 200_000
"""Vertices from which search structures are kept beside the data rather than made when it is opened."""


@dataclass(frozen=True, slots=True)
class Import:
    """What to import: a file into the zone set `to`, `said` of it (keys of a card), and how to read it.

    `given` names the field of a meaning, `names` the fields known by name. `crs`, `layer` and `encoding` are believed
    before what the file says.
    """

    file: Path
    to: Path
    said: Mapping[str, Node]
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    names: FieldNames = field(default_factory=FieldNames.load)


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """A layer that is now in the zone set: its card, its folder, the card's sha256, what to look at and to know."""

    card: Card
    folder: Path
    sha256: str
    issues: tuple[Issue, ...]
    remarks: tuple[Text, ...]


def import_layer(wanted: Import) -> Imported:
    """Read, place, map, mend, count and keep a layer, then list it. Raises ScreeningError; then nothing has changed."""
    # What people wrote is looked at before a large file is.
    draft(wanted.said)
    _atlas_text(wanted.to)
    return import_source(wanted, read_source(wanted.file, layer=wanted.layer, encoding=wanted.encoding))


def import_source(wanted: Import, source: Source) -> Imported:
    """The same of a file already read."""
    card = draft(wanted.said)
    before = _atlas_text(wanted.to)
    card = replace(card, use=_use(wanted.said, source, card))
    mapped, unmapped = map_fields(source.fields, card.use, wanted.names, wanted.given, source.path)
    placed = place(source, wanted.crs)
    taken = take(placed.geometries, {one.number: one.why for one in source.unread}, card.use, card.tolerance)
    if not len(taken.numbers):
        first = [
            Problem(f"{source.path}#{one.features[0]}", one.words.en, "", one.words.zh) for one in taken.issues[:5]
        ]
        raise AtlasError([Problem(source.path, "has no feature that can be mapped", zh="没有可上图的要素"), *first])
    kept = {name: values[taken.numbers] for name, values in source.fields.items()}
    said = read_attributes(kept, mapped, card.use, wanted.names, len(taken.numbers))
    if card.use is Use.ADMIN:
        _check_admin_codes(said, taken, source)
    features = Features(
        Shapes.of(taken.geometries, card.use is not Use.LINE),
        tuple(said.names),
        tuple(said.codes),
        tuple(said.unit_classes),
    )
    card = _told(card, source, placed, mapped)
    _check_extent(card, features, wanted.to)
    found = survey(features.shapes, card, said.codes)
    # Issues speak of numbers in the file.
    own = [replace(one, features=_in_file(one, taken)) for one in (*said.issues, *found.issues)]
    issues = (*taken.issues, *own)
    counted = {
        **taken.counts,
        **found.counts,
        "cut_edges": placed.added,
        "odd_codes": said.odd_codes,
        "doubtful_classes": said.doubtful_classes,
    }
    card = replace(card, counts=Counts.of(counted))
    remarks = (*source.remarks, *placed.remarks, *unmapped, *found.remarks)
    return _keep(wanted.to, before, card, features, taken, kept, issues, remarks)


def _atlas_text(folder: Path) -> str | None:
    """The zone set's card as it stands; None where there is none yet. Raises AtlasError if the set has errors."""
    path = folder / ATLAS
    if not path.exists():
        if folder.exists() and not folder.is_dir():
            raise AtlasError(Problem(str(folder), "is a file", "name the folder of a zone set"))
        return None
    return read_cards(path).text


def _use(said: Mapping[str, Node], source: Source, card: Card) -> Use:
    """As stated; otherwise units or administrative areas by their kind, lines where the file has nothing but lines."""
    if "geometry" in said:
        return card.use
    if card.kind in ("control_unit", "admin"):
        return Use.UNITS if card.kind == "control_unit" else Use.ADMIN
    dimensions = shapely.get_dimensions(source.geometries[shapely.is_geometry(source.geometries)])
    return Use.LINE if len(dimensions) and (dimensions == 1).all() else Use.AREA


def _in_file(issue: Issue, taken: Taken) -> tuple[int, ...]:
    return tuple(int(taken.numbers[number]) for number in issue.features)


def _check_admin_codes(said: Said, taken: Taken, source: Source) -> None:
    wrong = [
        Problem(
            f"{source.path}#{taken.numbers[number]}",
            f'"{(code or "")[:40]}" is not an administrative code',
            "write 2, 4 or 6 digits, such as 420599",
            f"“{(code or '')[:40]}”不是行政区划代码（2、4 或 6 位数字）",
        )
        for number, code in enumerate(said.codes)
        if code is None or not is_admin_code(code)
    ]
    if wrong:
        raise AtlasError(wrong)


def _told(card: Card, source: Source, placed: Placed, mapped: Mapping[str, str]) -> Card:
    """The card with what the file and its reading say."""
    system = placed.reading.system
    original = {
        "file": Path(source.path).name,
        "sha256": source.sha256,
        "form": source.form,
        "layer": source.layer,
        "encoding": source.encoding,
        "declared": " ".join((source.crs or "").split())[:200],
    }
    return replace(
        card,
        attributes=dict(mapped),
        transformed=Transformed(system.id, system.error) if system.id != CGCS2000 or system.error else None,
        original={key: value for key, value in original.items() if value},
    )


def _check_extent(card: Card, features: Features, folder: Path) -> None:
    """A layer said to be complete within an extent lies there, or it was placed in the wrong zone."""
    if not card.complete_within or not (folder / ATLAS).exists():
        return
    from screening.atlas.reader import read_atlas

    extents = [one for one in read_atlas(folder).layers if one.id == card.complete_within]
    if not extents:
        return
    shapes = np.concatenate([one.features.shapes.geometries() for one in extents])
    shapely.prepare(shapes)
    tree = shapely.STRtree(features.shapes.geometries())
    if not len(tree.query(shapes, predicate="intersects")[0]):
        west, south = features.shapes.xy.min(axis=0)
        east, north = features.shapes.xy.max(axis=0)
        box = f"[{west:.4f}, {south:.4f}, {east:.4f}, {north:.4f}]"
        raise AtlasError(
            Problem(
                "--complete-within",
                f'nothing of the layer lies in "{card.complete_within}"; it was placed at {box}',
                "check the coordinate system (--crs), its zone and meridian",
                f"图层与“{card.complete_within}”没有交集（位于 {box}），请核对坐标系、带号和中央经线",
            )
        )


def _keep(
    folder: Path,
    before: str | None,
    card: Card,
    features: Features,
    taken: Taken,
    fields: Mapping[str, Any],
    issues: tuple[Issue, ...],
    remarks: tuple[Text, ...],
) -> Imported:
    """Write the snapshot aside, move it to its place and list it, in this order: what is not listed is not there."""
    base = folder / LAYERS / card.id
    made = [one for one in (folder, folder / LAYERS, base) if not one.exists()]
    try:
        base.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".import-", dir=base) as scratch:
            aside = Path(scratch) / "snapshot"
            aside.mkdir()
            written, digest = write_snapshot(aside, card, features, taken.numbers, fields, issues_geojson(issues))
            if len(features.shapes.xy) >= PREPARE_FROM:
                keep_prepared(aside, written)
            place = base / f"{card.recorded}-{digest[:8]}"
            text = _listed(folder, before, place / CARD, written)
            if place.exists():
                # Of an import that ended before it was listed.
                shutil.rmtree(place)
            os.replace(aside, place)
            try:
                _replace(folder / ATLAS, before, text)
            except BaseException:
                shutil.rmtree(place, ignore_errors=True)
                raise
    except BaseException as error:
        for one in reversed(made):
            if one.is_dir() and not any(one.iterdir()):
                one.rmdir()
        if isinstance(error, OSError):
            where = str(error.filename or folder)
            what = f"cannot be written ({error.strerror or error})"
            raise AtlasError(Problem(where, what, "check the folder and its free space")) from None
        raise
    return Imported(written, place, digest, issues, remarks)


def _listed(folder: Path, before: str | None, path: Path, card: Card) -> str:
    """The atlas card with the layer on its list. Raises AtlasError where it does not go with the others."""
    entry = path.relative_to(folder).as_posix()
    text = before if before is not None else new_atlas(folder.resolve().name)
    node = parse_yaml(text, str(folder / ATLAS))
    known: AtlasCard | None = read_cards(folder / ATLAS) if before is not None else None
    places = known.places if known else ()
    if any(one.path == path for one in places):
        raise AtlasError(
            Problem(str(path), "this file is already imported, with the same card", "", "该文件已按相同卡片导入")
        )
    new = Listed(Node(entry, 0, str(path)), Node({}, 0, str(path)), card)
    absent = known.absent if known else ()
    wrong = check_together([*(one.listed for one in places), new], absent, known.certified if known else None)
    if wrong:
        raise AtlasError(wrong)
    return with_layer(text, node, entry)


def _replace(path: Path, before: str | None, text: str) -> None:
    """The atlas card in one step, unless somebody else has changed it meanwhile."""
    now = path.read_text(encoding="utf-8-sig") if path.exists() else None
    if now != before:
        raise AtlasError(Problem(str(path), "was changed during the import", "import again", "导入期间该文件被修改"))
    aside = path.with_name(f".{path.name}.new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
