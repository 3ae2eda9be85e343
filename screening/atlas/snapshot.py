"""A layer kept for good: one folder with its card, its features as GeoParquet, what its attributes say, and its issues.

    layers/control-units/2026-06-30-5f0c2b1a/
        card.yaml            what is said of the layer, and the length and sha256 of each file below
        data.parquet         GeoParquet 1.1, native encoding: the shapes, and every field of the file they came from
        attributes.parquet   name, code and class of each feature, as they were read on import
        issues.geojson       every feature that was not taken as it stood, every overlap and gap, with its place

Nothing of it is ever changed: a correction is another folder. The folder's name is the day it was recorded and the start
of the card's sha256, which stands for all of it. Opening a snapshot reads the card and the attributes and compares the
data's length; the data's sha256 is compared at once up to `VERIFY_AT_OPEN`, and otherwise before its first use and by
`screening zones check`. So shapes are never taken from bytes that are not the card's. Why this format: decision 6.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import file_digest, sha256
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final, NoReturn

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from screening.atlas.cards import card_text
from screening.atlas.crs import CGCS2000, EAST, NORTH, SOUTH, WEST
from screening.atlas.features import Features
from screening.atlas.layer import Card, Layer, Stored, Use
from screening.atlas.mapped import FOLDER as PREPARED
from screening.atlas.mapped import read_grid, read_prepared, write_prepared
from screening.atlas.points import PointGrid
from screening.atlas.prepared import Prepared
from screening.atlas.shapes import Shapes
from screening.documents import Node
from screening.errors import AtlasError, Problem

CARD: Final = "card.yaml"
DATA: Final = "data.parquet"
ATTRIBUTES: Final = "attributes.parquet"
ISSUES: Final = "issues.geojson"
GEOMETRY: Final = "geometry"
NUMBER: Final = "feature_number"
"""Columns of our own in the data: the shape, and the feature's number in the file it came from, from 0."""

VERIFY_AT_OPEN: Final = 64 << 20
"""Bytes of data up to which the sha256 is compared whenever a snapshot is opened: 0.05 s."""

_VERTICES_AT_ONCE: Final = 1 << 20
_NAMES: Final = ("name", "code", "class")


class SnapshotFeatures(Features):
    """Features whose shapes are read when they are first asked for. Safe to share by threads.

    They come from the search structures kept beside the data, where there are any, and otherwise from the data.
    """

    __slots__ = ("_card", "_folder", "_lock")
    _folder: Path
    _card: Card
    _lock: Lock

    def __init__(
        self,
        folder: Path,
        card: Card,
        names: Sequence[str | None],
        codes: Sequence[str | None],
        unit_classes: Sequence[str | None],
    ) -> None:
        for name, value in (
            *(("names", names), ("codes", codes), ("unit_classes", unit_classes)),
            *(("_folder", folder), ("_card", card), ("_prepared", []), ("_lock", Lock())),
        ):
            object.__setattr__(self, name, value)

    @property
    def prepared(self) -> Prepared:
        """The shapes made ready for searching, when first asked for."""
        if not self._prepared:
            with self._lock:
                if not self._prepared:
                    self._prepared.append(self._read())
        return self._prepared[0]

    def _read(self) -> Prepared:
        kept = read_prepared(self._folder, (self._card.stored or {})[DATA].sha256)
        if kept is None:
            return Prepared.of(load_shapes(self._folder, self._card))
        if (kept.shapes.areal, len(kept.shapes)) != (self._card.use is not Use.LINE, self._card.features):
            _refuse(self._folder / PREPARED, "does not fit the layer", "make it anew: screening zones prepare")
        return kept

    @property
    def shapes(self) -> Shapes:
        return self.prepared.shapes

    @property
    def points(self) -> PointGrid:
        """The areas ready for a million points: mapped, where they are kept beside the data."""
        kept = (
            read_grid(self._folder, (self._card.stored or {})[DATA].sha256, self.shapes) if self.shapes.areal else None
        )
        return kept if kept is not None else PointGrid.of(self.shapes)

    def __len__(self) -> int:
        return len(self.names)


def write_snapshot(
    folder: Path,
    card: Card,
    features: Features,
    numbers: Sequence[int] | NDArray[np.int64],
    fields: Mapping[str, NDArray[Any]],
    issues: str,
) -> tuple[Card, str]:
    """The files of a snapshot in an empty folder, its card last: the card as written, and its sha256.

    `numbers` are those of the features in their file and `fields` what it says of each; both run beside `features`.
    Twice the same input gives the same bytes.
    """
    pyarrow, parquet = _door("pyarrow", folder), _door("pyarrow.parquet", folder)
    shapes = features.shapes
    columns: dict[str, Any] = {
        GEOMETRY: _nested(pyarrow, shapes),
        NUMBER: pyarrow.array(np.asarray(numbers, dtype=np.int64)),
    }
    for name, values in fields.items():
        column = f"{name} (file)" if name in (GEOMETRY, NUMBER) else name
        columns[column] = _column(pyarrow, values)
    table = pyarrow.table(columns).replace_schema_metadata(
        {"geo": json.dumps(_geo(shapes), sort_keys=True), "screening": json.dumps(_sizes(shapes), sort_keys=True)}
    )
    path = f"{GEOMETRY}." + "list.element." * (3 if shapes.areal else 2)
    parquet.write_table(
        table,
        folder / DATA,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in columns if name not in (GEOMETRY, NUMBER)],
        use_byte_stream_split=[f"{path}x", f"{path}y"],
        row_group_size=max(1, len(shapes) * _VERTICES_AT_ONCE // max(_VERTICES_AT_ONCE, len(shapes.xy))),
        write_page_checksum=True,
    )
    said = dict(zip(_NAMES, (features.names, features.codes, features.unit_classes), strict=True))
    text = {name: pyarrow.array(list(values), type=pyarrow.string()) for name, values in said.items()}
    parquet.write_table(pyarrow.table(text), folder / ATTRIBUTES, compression="zstd")
    (folder / ISSUES).write_text(issues, encoding="utf-8")
    kept = {name: _stored(folder / name) for name in (DATA, ATTRIBUTES, ISSUES)}
    whole = replace(card, data=DATA, crs=CGCS2000, features=len(features), stored=kept)
    written = card_text(whole)
    (folder / CARD).write_text(written, encoding="utf-8")
    return whole, sha256(written.encode()).hexdigest()


def open_snapshot(card: Card, node: Node, text: str, folder: Path, problems: list[Problem]) -> Layer | None:
    """The layer of a snapshot's card (`node`, `text`) in its folder; None, with why in `problems`."""
    stored = card.stored or {}
    place = (node.mapping or {}).get("stored", node).where
    for name in (DATA, ATTRIBUTES):
        if name not in stored:
            problems.append(Problem(place, f"{name} is not among the stored files", "import the layer again"))
            return None
    try:
        for name, one in stored.items():
            _verify(folder / name, one, whole=name != DATA or one.size <= VERIFY_AT_OPEN)
        said = _attributes(folder, card)
    except AtlasError as error:
        problems.extend(error.problems)
        return None
    counts = card.counts
    return Layer(
        card=card,
        features=SnapshotFeatures(folder, card, said["name"], said["code"], said["class"]),
        sha256=sha256(text.encode()).hexdigest(),
        repaired=counts.repaired if counts else 0,
        unread=counts.unread if counts else 0,
        folder=folder,
    )


def verify_snapshot(folder: Path, card: Card) -> None:
    """Compare every file of a snapshot with its card. Raises AtlasError with all that differ."""
    problems: list[Problem] = []
    for name, one in (card.stored or {}).items():
        try:
            _verify(folder / name, one, whole=True)
        except AtlasError as error:
            problems.extend(error.problems)
    if problems:
        raise AtlasError(problems)


def keep_prepared(folder: Path, card: Card) -> None:
    """Make a snapshot's search structures anew and keep them beside it, in place of any there are. Raises AtlasError."""
    prepared = Prepared.of(load_shapes(folder, card))
    try:
        with TemporaryDirectory(prefix=".prepare-", dir=folder) as scratch:
            write_prepared(Path(scratch), prepared, (card.stored or {})[DATA].sha256)
            if (folder / PREPARED).exists():
                shutil.rmtree(folder / PREPARED)
            os.replace(Path(scratch) / PREPARED, folder / PREPARED)
    except OSError as error:
        _refuse(folder / PREPARED, f"cannot be written ({error.strerror})", "check the folder and its free space")


def load_shapes(folder: Path, card: Card) -> Shapes:
    """The shapes of a snapshot, from data whose sha256 is the card's. Raises AtlasError when it is not, or is damaged."""
    path = folder / DATA
    stored = (card.stored or {}).get(DATA)
    if stored is None:
        _refuse(path, "is not among the files its card names", "import the layer again")
    pyarrow, parquet = _door("pyarrow", path), _door("pyarrow.parquet", path)
    try:
        # Not closed by hand: what is read may refer to it until all of it is gone.
        data = pyarrow.memory_map(str(path)).read_buffer()
        if len(data) != stored.size or sha256(data).hexdigest() != stored.sha256:
            _refuse(path, "is not the file its card names", "restore it, or import the layer again")
        reader = parquet.ParquetFile(pyarrow.BufferReader(data), page_checksum_verification=True)
        shapes = _shapes(reader, card.use is not Use.LINE)
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException) as error:
        _refuse(path, f"cannot be read ({str(error).splitlines()[0][:120] if str(error) else type(error).__name__})")
    if len(shapes) != card.features:
        _refuse(path, f"has {len(shapes)} features, its card says {card.features}")
    if len(shapes.xy):
        (west, south), (east, north) = shapes.xy.min(axis=0), shapes.xy.max(axis=0)
        if not (west >= WEST and east <= EAST and south >= SOUTH and north <= NORTH):
            _refuse(path, "holds places outside China")
    return shapes


def _shapes(reader: Any, areal: bool) -> Shapes:
    sizes = json.loads(reader.schema_arrow.metadata[b"screening"])
    xy = np.empty((sizes["vertices"], 2))
    depth = 3 if areal else 2
    offsets = [np.zeros(sizes[level] + 1, dtype=np.int64) for level in ("features", "parts", "rings")[:depth]]
    filled = [0] * depth
    done = 0
    for group in range(reader.num_row_groups):
        for level in reader.read_row_group(group, columns=[GEOMETRY]).column(0).chunks:
            values = level
            for number in range(depth):
                ends = values.offsets.to_numpy()
                values = values.values.slice(ends[0], ends[-1] - ends[0])
                start, count = filled[number], len(ends) - 1
                offsets[number][start + 1 : start + 1 + count] = ends[1:] - ends[0] + offsets[number][start]
                filled[number] += count
            count = len(values)
            for axis in (0, 1):
                xy[done : done + count, axis] = values.field(axis).to_numpy()
            done += count
    if done != len(xy) or any(count != len(ends) - 1 for count, ends in zip(filled, offsets, strict=True)):
        raise ValueError("fewer vertices than it says")
    if areal:
        parts, rings, vertices = offsets
        return Shapes(True, xy, vertices, rings, parts)
    parts, vertices = offsets
    return Shapes(False, xy, vertices, np.arange(len(vertices), dtype=np.int64), parts)


def _nested(pyarrow: Any, shapes: Shapes) -> Any:
    axes = [pyarrow.array(np.ascontiguousarray(shapes.xy[:, axis])) for axis in (0, 1)]
    fields = [pyarrow.field(name, pyarrow.float64(), nullable=False) for name in ("x", "y")]
    values = pyarrow.StructArray.from_arrays(axes, fields=fields)
    levels = (shapes.vertices, shapes.rings, shapes.parts) if shapes.areal else (shapes.vertices, shapes.parts)
    for ends in levels:
        values = pyarrow.ListArray.from_arrays(pyarrow.array(ends.astype(np.int32)), values)
    return values


def _sizes(shapes: Shapes) -> dict[str, int]:
    rings = len(shapes.vertices) - 1
    return {"features": len(shapes), "parts": len(shapes.rings) - 1, "rings": rings, "vertices": len(shapes.xy)}


def _geo(shapes: Shapes) -> dict[str, Any]:
    """The metadata of GeoParquet 1.1."""
    column: dict[str, Any] = {
        "encoding": "multipolygon" if shapes.areal else "multilinestring",
        "geometry_types": ["MultiPolygon" if shapes.areal else "MultiLineString"],
        "crs": CRS.from_user_input(CGCS2000).to_json_dict(),
        "edges": "planar",
    }
    if len(shapes.xy):
        column["bbox"] = [*shapes.xy.min(axis=0).tolist(), *shapes.xy.max(axis=0).tolist()]
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _column(pyarrow: Any, values: NDArray[Any]) -> Any:
    """One field of a file as a column: of its own type where all its values share one, otherwise as text."""
    listed = [value.item() if isinstance(value, np.generic) else value for value in values]
    try:
        found = pyarrow.array(listed, from_pandas=False)
        if not pyarrow.types.is_null(found.type):
            return found
    except (pyarrow.ArrowException, OverflowError, TypeError, ValueError):
        pass
    return pyarrow.array([None if value is None else str(value) for value in listed], type=pyarrow.string())


def _attributes(folder: Path, card: Card) -> dict[str, tuple[str | None, ...]]:
    path = folder / ATTRIBUTES
    pyarrow, parquet = _door("pyarrow", path), _door("pyarrow.parquet", path)
    try:
        table = parquet.ParquetFile(path).read()
        said = {name: tuple(table.column(name).to_pylist()) for name in _NAMES}
    except (OSError, ValueError, KeyError, pyarrow.ArrowException) as error:
        _refuse(path, f"cannot be read ({type(error).__name__})")
    if any(len(values) != card.features for values in said.values()):
        _refuse(path, f"does not speak of {card.features} features, as its card does")
    return said


def _stored(path: Path) -> Stored:
    with path.open("rb") as file:
        return Stored(path.stat().st_size, file_digest(file, "sha256").hexdigest())


def _verify(path: Path, stored: Stored, whole: bool) -> None:
    try:
        size = path.stat().st_size
        found = _stored(path).sha256 if whole and size == stored.size else stored.sha256
    except OSError as error:
        _refuse(path, f"cannot be opened ({error.strerror})", "restore it, or import the layer again")
    if size != stored.size or found != stored.sha256:
        _refuse(path, "is not the file its card names", "restore it, or import the layer again")


def _door(library: str, path: Path) -> Any:
    """A library of the extra `zones`, imported when first needed. Raises AtlasError where it is not installed."""
    try:
        return import_module(library)
    except ImportError:
        name = library.partition(".")[0]
        _refuse(path, f"snapshots are read with {name}, which is not installed", "pip install 'screening[zones]'")


def _refuse(path: Path, what: str, remedy: str = "import the layer again") -> NoReturn:
    raise AtlasError(Problem(str(path), what, remedy))
