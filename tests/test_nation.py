"""The synthetic nation that benchmarks measure with: a true partition, the same every time, read as it was written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest
import shapely

from benchmarks.nation import LAYERS, load_layer
from benchmarks.nation.check import check_nation, find_gaps, find_invalid
from benchmarks.nation.exact import compare_points, compare_sites
from benchmarks.nation.land import WHOLE
from benchmarks.nation.make import make_nation
from benchmarks.nation.storage import single_geometries

UNITS = 200
Made = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("nation")
    report = make_nation(folder, UNITS, 3)
    (folder / "nation.json").write_text(f'{{"units": {UNITS}, "seed": 3}}')
    return folder, report


def hashes(report: dict[str, Any]) -> list[str]:
    return [layer["sha256"] for layer in report["layers"].values()]


def test_the_units_and_the_counties_fill_the_territory_and_every_polygon_is_valid(nation: Made) -> None:
    assert check_nation(nation[0]) == []


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_other_seeds_make_partitions_too(seed: int, tmp_path: Path) -> None:
    make_nation(tmp_path, 50, seed, geoparquet=False)
    assert check_nation(tmp_path) == []


def test_one_vertex_moved_by_a_millimetre_is_no_partition_any_more(nation: Made) -> None:
    units, territory = (load_layer(nation[0], name).shapes for name in ("units", "territory"))
    xy = units.xy.copy()
    xy[1, 0] += 1e-8
    assert find_gaps(units, territory) == []
    assert "have nothing on their other side" in find_gaps(replace(units, xy=xy), territory)[0]


def test_a_border_that_crosses_itself_is_found_invalid(nation: Made) -> None:
    units = load_layer(nation[0], "units").shapes
    xy = units.xy.copy()
    xy[[5, 40]] = xy[[40, 5]]
    assert find_invalid(units) == []
    assert [found.split(":")[0] for found in find_invalid(replace(units, xy=xy))] == ["feature 0"]


def test_the_same_seed_makes_the_same_arrays_and_another_seed_others(nation: Made, tmp_path: Path) -> None:
    again, other = (make_nation(tmp_path / str(seed), UNITS, seed, geoparquet=False) for seed in (3, 4))
    assert again == nation[1]
    assert not set(hashes(other)) & set(hashes(again))


def test_a_small_nation_has_its_share_of_the_vertices_of_the_whole(nation: Made) -> None:
    layers = nation[1]["layers"]
    assert layers["units"]["features"] == UNITS
    assert layers["units"]["vertices"] >= 30_000_000 * UNITS / WHOLE
    assert layers["redline"]["vertices"] >= 10_000_000 * UNITS / WHOLE
    assert layers["shoreline"]["kilometres"] >= 60_000 * UNITS / WHOLE


def test_some_units_have_holes_and_some_have_several_parts(nation: Made) -> None:
    shapes = load_layer(nation[0], "units").shapes
    assert np.diff(shapes.rings).max() > 1
    assert np.diff(shapes.parts).max() > 1


def test_a_unit_code_names_its_county_and_its_class(nation: Made) -> None:
    _, names, codes, classes = load_layer(nation[0], "units")
    counties = load_layer(nation[0], "counties").codes
    digit = {"priority_protection": "1", "key_control": "2", "general_control": "3"}
    assert len(set(codes)) == len(set(names)) == UNITS
    for code, unit_class in zip(codes, classes, strict=True):
        assert re.fullmatch(r"ZH\d{6}[123]\d{4}", code or "")
        assert (code or "")[2:8] in counties
        assert (code or "")[8] == digit[unit_class or ""]
    assert Counter(classes) == {"priority_protection": 80, "key_control": 54, "general_control": 66}


def test_a_county_is_what_its_units_cover(nation: Made) -> None:
    units, counties = (load_layer(nation[0], name) for name in ("units", "counties"))
    of = np.array([counties.codes.index((code or "")[2:8]) for code in units.codes])
    total = np.bincount(of, shapely.area(units.shapes.geometries()), minlength=len(counties.codes))
    assert total == pytest.approx(shapely.area(counties.shapes.geometries()), rel=1e-9)


def test_the_frame_holds_every_layer(nation: Made) -> None:
    frame = load_layer(nation[0], "frame").shapes.feature(0)
    for name in LAYERS:
        assert frame.covers(shapely.multipoints(load_layer(nation[0], name).shapes.xy)), name


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_reads_alike_from_arrays_mapped_or_not_and_from_geoparquet(name: str, nation: Made) -> None:
    stored, mapped = (load_layer(nation[0], name, mapped=mapped) for mapped in (False, True))
    table = pyarrow.parquet.read_table(nation[0] / f"{name}.parquet")
    geometries = shapely.from_wkb(table["geometry"].to_numpy())
    assert (geometries == single_geometries(stored.shapes)).all()
    assert (geometries == single_geometries(mapped.shapes)).all()
    assert table["row"].to_pylist() == list(range(len(stored.shapes)))
    assert [table[column].to_pylist() for column in ("name", "code", "class")] == [
        list(stored.names),
        list(stored.codes),
        list(stored.classes),
    ]


@pytest.mark.parametrize("name", ["units", "counties", "redline"])
def test_points_in_the_nation_are_placed_as_plain_shapely_places_them(name: str, nation: Made) -> None:
    assert compare_points(nation[0], name, 20_000, seed=5) == 0


def test_sites_in_the_nation_are_located_as_plain_shapely_has_them(nation: Made) -> None:
    assert compare_sites(nation[0], 60, seed=5) == 0
