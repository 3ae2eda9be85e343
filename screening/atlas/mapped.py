"""A layer's search structures on disk, mapped into memory: a nation is opened in the time it takes to open files.

Beside the data they follow from, in the folder `prepared`: one array a file, and `prepared.json` that lists them and
names by sha256 the data they were made of. They hold nothing that the data does not, and can be made anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.atlas.blocks import Blocks
from screening.atlas.prepared import Prepared
from screening.atlas.shapes import Shapes
from screening.errors import AtlasError, Problem

FOLDER: Final = "prepared"
LIST: Final = "prepared.json"
FORMAT: Final = 1
"""Counted up when what the arrays mean changes; structures of another format are made anew."""

_REMEDY: Final = "make them anew: screening zones prepare"
_ARRAYS: Final = (
    *("xy", "vertices", "rings", "parts", "cut_xy", "cut_vertices", "cut_rings", "cut_parts"),
    *("outline_xy", "outline_vertices"),
    *("part", "cut_number", "bounds", "block_first", "block_edges", "block_feature", "block_bounds"),
)


def write_prepared(folder: Path, prepared: Prepared, data_sha256: str) -> None:
    """Write the structures of the data file with that sha256 into `folder`/prepared. Raises OSError."""
    place = folder / FOLDER
    place.mkdir()
    listed = {}
    for name, array in arrays_of(prepared).items():
        np.save(place / f"{name}.npy", array)
        listed[name] = {"shape": list(array.shape), "type": str(array.dtype), "sha256": _digest(array)}
    said = {"format": FORMAT, "of": data_sha256, "areal": prepared.shapes.areal, "arrays": listed}
    (place / LIST).write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_prepared(folder: Path, data_sha256: str) -> Prepared | None:
    """The structures kept in `folder`/prepared; None where there are none of this data and this format.

    Raises AtlasError for files that are not what their list says. Only sizes and types are looked at: the contents are
    compared by `check_prepared`.
    """
    said = _said(folder / FOLDER / LIST)
    if said is None or said.get("format") != FORMAT or said.get("of") != data_sha256:
        return None
    found: dict[str, NDArray[Any]] = {}
    for name in _ARRAYS:
        path = folder / FOLDER / f"{name}.npy"
        expected = said["arrays"].get(name) if isinstance(said.get("arrays"), dict) else None
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise AtlasError(Problem(str(path), f"cannot be mapped: {str(error)[:120]}", _REMEDY)) from None
        if not isinstance(expected, dict) or [list(array.shape), str(array.dtype)] != [
            expected.get("shape"),
            expected.get("type"),
        ]:
            raise AtlasError(Problem(str(path), "is not the array that prepared.json lists", _REMEDY))
        found[name] = array
    return prepared_of(found, bool(said.get("areal")))


def check_prepared(folder: Path, data_sha256: str, prepared: Prepared) -> list[Problem]:
    """What kept structures say otherwise than `prepared`, made anew from the data; empty where none are kept."""
    said = _said(folder / FOLDER / LIST)
    if said is None:
        return []
    if said.get("format") != FORMAT or said.get("of") != data_sha256:
        return [Problem(str(folder / FOLDER / LIST), "was made of other data, or by another version", _REMEDY)]
    kept = read_prepared(folder, data_sha256)
    assert kept is not None
    anew, old = arrays_of(prepared), arrays_of(kept)
    return [
        Problem(str(folder / FOLDER / f"{name}.npy"), "is not what follows from the data", _REMEDY)
        for name in _ARRAYS
        if not np.array_equal(anew[name], old[name])
    ]


def _said(path: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise AtlasError(Problem(str(path), f"cannot be read: {str(error)[:120]}", _REMEDY)) from None
    return said if isinstance(said, dict) else None


def arrays_of(prepared: Prepared) -> dict[str, NDArray[Any]]:
    """The arrays that make up a layer's structures, by the name they are kept under; no outline where it is the shapes'."""
    shapes, cut, blocks = prepared.shapes, prepared.cut, prepared.blocks
    same = prepared.outline is shapes
    return {
        "xy": shapes.xy,
        "vertices": shapes.vertices,
        "rings": shapes.rings,
        "parts": shapes.parts,
        "outline_xy": np.zeros((0, 2)) if same else prepared.outline.xy,
        "outline_vertices": np.zeros(0, dtype=np.int64) if same else prepared.outline.vertices,
        "cut_xy": cut.xy,
        "cut_vertices": cut.vertices,
        "cut_rings": cut.rings,
        "cut_parts": cut.parts,
        "part": prepared.part,
        "cut_number": prepared.cut_number,
        "bounds": prepared.bounds,
        "block_first": blocks.first,
        "block_edges": blocks.edges,
        "block_feature": blocks.feature,
        "block_bounds": blocks.bounds,
    }


def prepared_of(arrays: Mapping[str, NDArray[Any]], areal: bool) -> Prepared:
    """The structures made up of `arrays_of`'s arrays."""
    shapes = Shapes(areal, arrays["xy"], arrays["vertices"], arrays["rings"], arrays["parts"])
    cut = Shapes(True, arrays["cut_xy"], arrays["cut_vertices"], arrays["cut_rings"], arrays["cut_parts"])
    blocks = Blocks(arrays["block_first"], arrays["block_edges"], arrays["block_feature"], arrays["block_bounds"])
    outline = shapes
    if len(arrays["outline_vertices"]):
        outline = Shapes(areal, arrays["outline_xy"], arrays["outline_vertices"], shapes.rings, shapes.parts)
    return Prepared(shapes, outline, cut, arrays["part"], arrays["cut_number"], arrays["bounds"], blocks)


def _digest(array: NDArray[Any]) -> str:
    return sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
