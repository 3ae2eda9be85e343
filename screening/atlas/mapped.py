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
from screening.atlas.points import KEPT, PointGrid
from screening.atlas.prepared import Prepared
from screening.atlas.shapes import Shapes
from screening.errors import AtlasError, Problem

FOLDER: Final = "prepared"
LIST: Final = "prepared.json"
FORMAT: Final = 2
"""Counted up when what the arrays mean changes; structures of another format are made anew."""

_REMEDY: Final = "make them anew: screening zones prepare"
_ARRAYS: Final = (
    *("xy", "vertices", "rings", "parts", "cut_xy", "cut_vertices", "cut_rings", "cut_parts"),
    *("outline_xy", "outline_vertices"),
    *("part", "cut_number", "bounds", "block_first", "block_edges", "block_feature", "block_bounds"),
)
_GRID: Final = tuple(f"grid_{name}" for name in ("grid", "size", *KEPT))


def write_prepared(folder: Path, prepared: Prepared, data_sha256: str) -> None:
    """Write the structures of the data file with that sha256 into `folder`/prepared, of areas also their point grid.

    Raises OSError.
    """
    place = folder / FOLDER
    place.mkdir()
    listed = {}
    for name, array in (arrays_of(prepared) | _grid_arrays(prepared)).items():
        np.save(place / f"{name}.npy", array)
        listed[name] = {"shape": list(array.shape), "type": str(array.dtype), "sha256": _digest(array)}
    said = {"format": FORMAT, "of": data_sha256, "areal": prepared.shapes.areal, "arrays": listed}
    (place / LIST).write_text(json.dumps(said, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_prepared(folder: Path, data_sha256: str) -> Prepared | None:
    """The structures kept in `folder`/prepared; None where there are none of this data and this format.

    Raises AtlasError for files that are not what their list says. Only sizes and types are looked at: the contents are
    compared by `check_prepared`.
    """
    said = _of(folder, data_sha256)
    if said is None:
        return None
    return prepared_of(_mapped(folder, said, _ARRAYS), bool(said.get("areal")))


def read_grid(folder: Path, data_sha256: str, shapes: Shapes) -> PointGrid | None:
    """The point grid kept in `folder`/prepared; None where there is none of this data. Raises AtlasError as above."""
    said = _of(folder, data_sha256)
    if said is None or not said.get("areal"):
        return None
    found = _mapped(folder, said, _GRID)
    try:
        return PointGrid.from_arrays({name.removeprefix("grid_"): array for name, array in found.items()}, shapes)
    except ValueError as error:
        raise AtlasError(Problem(str(folder / FOLDER), str(error), _REMEDY)) from None


def _of(folder: Path, data_sha256: str) -> dict[str, Any] | None:
    said = _said(folder / FOLDER / LIST)
    return said if said and said.get("format") == FORMAT and said.get("of") == data_sha256 else None


def _mapped(folder: Path, said: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    listed = said.get("arrays")
    for name in names:
        path = folder / FOLDER / f"{name}.npy"
        expected = listed.get(name) if isinstance(listed, dict) else None
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
    return found


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
    if prepared.shapes.areal:
        anew |= _grid_arrays(prepared)
        old |= _mapped(folder, said, _GRID)
    return [
        Problem(str(folder / FOLDER / f"{name}.npy"), "is not what follows from the data", _REMEDY)
        for name in anew
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


def _grid_arrays(prepared: Prepared) -> dict[str, NDArray[Any]]:
    if not prepared.shapes.areal:
        return {}
    return {f"grid_{name}": array for name, array in PointGrid.of(prepared.shapes).arrays().items()}


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
