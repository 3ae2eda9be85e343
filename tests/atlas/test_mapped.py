"""Search structures kept on disk are those that follow from the data, and are refused when they are not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from screening.atlas.mapped import FOLDER, check_prepared, read_grid, read_prepared, write_prepared
from screening.atlas.prepared import MOST, Prepared
from screening.atlas.shapes import Shapes
from screening.errors import AtlasError

SHA = "0" * 64


@pytest.fixture
def prepared() -> Prepared:
    angles = np.linspace(0, 2 * np.pi, MOST * 2, endpoint=False)
    big = shapely.Polygon(np.column_stack([112 + np.cos(angles), 30 + 0.5 * np.sin(7 * angles) + np.sin(angles)]))
    return Prepared.of(Shapes.of([shapely.make_valid(big), shapely.box(114, 30, 115, 31)], areal=True))


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    kept = read_prepared(tmp_path, SHA)
    assert kept is not None and check_prepared(tmp_path, SHA, prepared) == []
    assert all(a.equals_exact(b) for a, b in zip(kept.shapes.geometries(), prepared.shapes.geometries(), strict=True))
    assert isinstance(kept.shapes.xy, np.memmap) and np.array_equal(kept.cut_number, prepared.cut_number)
    grid = read_grid(tmp_path, SHA, kept.shapes)
    assert grid is not None and grid.find(np.array([[114.5, 30.5]]))[1].tolist() == [1]


def test_lines_are_kept_without_a_grid(tmp_path: Path) -> None:
    lines = Prepared.of(Shapes.of([shapely.LineString([(112, 30), (113, 31)])], areal=False))
    write_prepared(tmp_path, lines, SHA)
    kept = read_prepared(tmp_path, SHA)
    assert kept is not None and len(kept.blocks.first) == len(lines.blocks.first)
    assert len(kept.outline.xy) == len(lines.outline.xy) > len(kept.shapes.xy)
    assert read_grid(tmp_path, SHA, kept.shapes) is None


def test_structures_of_other_data_are_not_used(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    assert read_prepared(tmp_path, "1" * 64) is None
    assert "other data" in check_prepared(tmp_path, "1" * 64, prepared)[0].what


def test_structures_of_another_version_are_not_used(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    said = tmp_path / FOLDER / "prepared.json"
    said.write_text(json.dumps(json.loads(said.read_text()) | {"format": 0}))
    assert read_prepared(tmp_path, SHA) is None


def test_an_array_that_was_cut_short_is_refused_with_its_name(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    path = tmp_path / FOLDER / "xy.npy"
    path.write_bytes(path.read_bytes()[:-64])
    with pytest.raises(AtlasError, match=r"xy\.npy: cannot be mapped"):
        read_prepared(tmp_path, SHA)


def test_an_array_of_another_shape_is_refused(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    np.save(tmp_path / FOLDER / "part.npy", prepared.part[:-1])
    with pytest.raises(AtlasError, match="is not the array"):
        read_prepared(tmp_path, SHA)


def test_a_check_finds_a_changed_number(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    changed = np.array(prepared.blocks.bounds)
    changed[0, 0] += 1
    np.save(tmp_path / FOLDER / "block_bounds.npy", changed)
    (problem,) = check_prepared(tmp_path, SHA, prepared)
    assert problem.where.endswith("block_bounds.npy")


def test_a_list_that_is_no_json_is_refused(tmp_path: Path, prepared: Prepared) -> None:
    write_prepared(tmp_path, prepared, SHA)
    (tmp_path / FOLDER / "prepared.json").write_text("{")
    with pytest.raises(AtlasError, match=r"prepared\.json"):
        read_prepared(tmp_path, SHA)
