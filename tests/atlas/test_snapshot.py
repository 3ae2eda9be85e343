"""Snapshots: exact, lazy, open to others, and never read from bytes that are not their card's."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from screening.atlas import snapshot
from screening.atlas.cards import card_text, read_card
from screening.atlas.counts import Counts
from screening.atlas.features import Feature, Features
from screening.atlas.layer import Card, Layer, Transformed, Use
from screening.atlas.snapshot import (
    DATA,
    VERIFY_AT_OPEN,
    keep_prepared,
    load_shapes,
    open_snapshot,
    verify_snapshot,
    write_snapshot,
)
from screening.documents import parse_yaml
from screening.errors import AtlasError, Problem
from screening.text import Text

AREAS = (
    shapely.box(112, 30, 112.1, 30.1),
    shapely.MultiPolygon([shapely.box(113, 30, 113.1, 30.1), shapely.box(113.2, 30, 113.3, 30.1)]),
    shapely.Polygon(shapely.box(114, 30, 115, 31).exterior, [shapely.box(114.2, 30.2, 114.4, 30.4).exterior]),
)
LINES = (
    shapely.LineString([(112, 30), (112.1, 30.123456789012345)]),
    shapely.MultiLineString([[(113, 30), (113.1, 30.1)], [(114, 30), (114.1, 30.1), (114.2, 30)]]),
)


def card(use: Use = Use.AREA, **changes: Any) -> Card:
    whole = Card(
        id="zone",
        title=Text("区", "zone"),
        kind="zone",
        use=use,
        data=DATA,
        crs="EPSG:4490",
        tolerance=Fraction(1, 20),
        source=Text("某局", "an office"),
        as_of=date(2025, 1, 1),
        licence="internal",
        features=0,
        recorded=date(2025, 6, 1),
        stale_after=date(2036, 1, 1),
        attributes={"name": "NAME"},
        counts=Counts(read=3),
    )
    return replace(whole, **changes)


def features(shapes: tuple[Any, ...] = AREAS, areal: bool = True) -> Features:
    return Features.of([Feature(shape, f"第{number}个") for number, shape in enumerate(shapes)], areal)


def write(folder: Path, found: Features, said: Card | None = None, **fields: list[Any]) -> tuple[Card, str]:
    folder.mkdir(parents=True, exist_ok=True)
    columns = {name: np.array(values, dtype=object) for name, values in fields.items()}
    return write_snapshot(folder, said or card(), found, range(len(found)), columns, "{}\n")


def opened(folder: Path) -> Layer:
    problems: list[Problem] = []
    text = (folder / "card.yaml").read_text(encoding="utf-8")
    node = parse_yaml(text, str(folder / "card.yaml"))
    read, wrong = read_card(node)
    assert read is not None, wrong
    layer = open_snapshot(read, node, text, folder, problems)
    if layer is None:
        raise AtlasError(problems)
    return layer


def same(one: Features, other: Features) -> bool:
    pairs = [(getattr(one.shapes, name), getattr(other.shapes, name)) for name in ("xy", "vertices", "rings", "parts")]
    said = [(one.names, other.names), (one.codes, other.codes), (one.unit_classes, other.unit_classes)]
    return all(np.array_equal(a, b) for a, b in pairs) and all(tuple(a) == tuple(b) for a, b in said)


@pytest.mark.parametrize(
    ("shapes", "use"), [(AREAS, Use.AREA), (LINES, Use.LINE), (AREAS[:1], Use.AREA), (LINES[:1], Use.LINE)]
)
def test_what_is_kept_is_read_back_to_the_last_bit(tmp_path: Path, shapes: tuple[Any, ...], use: Use) -> None:
    found = features(shapes, use is not Use.LINE)
    _, digest = write(tmp_path, found, card(use))
    layer = opened(tmp_path)
    assert same(layer.features, found)
    assert (layer.sha256, layer.folder, len(layer.features)) == (digest, tmp_path, len(shapes))
    assert [one.geometry for one in layer.features] == [one.geometry for one in found]


coordinates = st.tuples(st.floats(73, 136), st.floats(3, 54))


@given(
    st.lists(st.lists(st.lists(coordinates, min_size=2, max_size=5), min_size=1, max_size=3), min_size=1, max_size=5)
)
def test_any_lines_come_back_to_the_last_bit(tmp_path_factory: pytest.TempPathFactory, drawn: list[Any]) -> None:
    found = features(tuple(shapely.MultiLineString(parts) for parts in drawn), areal=False)
    folder = tmp_path_factory.mktemp("lines")
    write(folder, found, card(Use.LINE))
    assert same(opened(folder).features, found)


def test_a_layer_of_many_row_groups_comes_back_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_VERTICES_AT_ONCE", 64)
    corners = np.linspace(0, 20, 200)
    found = features(tuple(shapely.box(80 + x, 30, 80.05 + x, 30.05) for x in corners))
    write(tmp_path, found)
    assert parquet.ParquetFile(tmp_path / DATA).num_row_groups > 10
    assert same(opened(tmp_path).features, found)


def test_twice_the_same_layer_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, features(), NAME=["a", "b", "c"])
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_shapes_are_not_read_before_they_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, features())
    read: list[Path] = []
    usual = snapshot.load_shapes

    def noted(folder: Path, said: Card) -> Any:
        read.append(folder)
        return usual(folder, said)

    monkeypatch.setattr(snapshot, "load_shapes", noted)
    found = opened(tmp_path).features
    assert (len(found), found.names, read) == (3, ("第0个", "第1个", "第2个"), [])
    assert [len(found.shapes), len(found.shapes), len(read)] == [3, 3, 1]


def test_search_structures_kept_beside_the_data_are_used_and_are_those_of_the_data(tmp_path: Path) -> None:
    found = features()
    said, _ = write(tmp_path, found)
    keep_prepared(tmp_path, said)
    keep_prepared(tmp_path, said)
    layer = opened(tmp_path)
    assert same(layer.features, found)
    assert isinstance(layer.features.shapes.xy, np.memmap)


def test_fields_are_kept_with_their_types(tmp_path: Path) -> None:
    fields = {"数": [1, 2, None], "文": ["a", None, ""], "混": [1, "a", None], "长": [1.5, None, 2.0], "空": [None] * 3}
    write(tmp_path, features(), **fields, geometry=["x", "y", "z"])
    table = parquet.read_table(tmp_path / DATA)
    assert table.column("数").to_pylist() == [1, 2, None]
    assert table.column("文").to_pylist() == ["a", None, ""]
    assert table.column("混").to_pylist() == ["1", "a", None]
    assert table.column("长").to_pylist() == [1.5, None, 2.0]
    assert table.column("空").to_pylist() == [None] * 3
    assert table.column("geometry (file)").to_pylist() == ["x", "y", "z"]


def test_the_data_says_in_geoparquet_what_it_is(tmp_path: Path) -> None:
    write(tmp_path, features())
    said = json.loads(parquet.read_metadata(tmp_path / DATA).metadata[b"geo"])
    column = said["columns"][said["primary_column"]]
    assert (said["version"], column["encoding"], column["geometry_types"]) == (
        "1.1.0",
        "multipolygon",
        ["MultiPolygon"],
    )
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 4490}
    assert column["bbox"] == [112, 30, 115, 31]


def damaged(folder: Path, name: str, change: Any) -> str:
    path = folder / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(AtlasError) as caught:
        opened(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", [DATA, "attributes.parquet", "issues.geojson"])
@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b" ", lambda data: b"x" + data[1:]])
def test_a_file_that_is_not_the_cards_is_refused_by_name(tmp_path: Path, name: str, change: Any) -> None:
    write(tmp_path, features())
    assert f"{name}: is not the file its card names" in damaged(tmp_path, name, change)


@pytest.mark.parametrize("name", [DATA, "attributes.parquet"])
def test_a_missing_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, features())
    (tmp_path / name).unlink()
    with pytest.raises(AtlasError, match="cannot be opened"):
        opened(tmp_path)


def test_data_too_large_to_compare_on_opening_is_compared_before_its_first_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "VERIFY_AT_OPEN", 0)
    said, _ = write(tmp_path, features())
    path = tmp_path / DATA
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(bytes(data))
    layer = opened(tmp_path)
    for use in (
        lambda: layer.features.shapes,
        lambda: load_shapes(tmp_path, said),
        lambda: verify_snapshot(tmp_path, said),
    ):
        with pytest.raises(AtlasError, match="is not the file its card names"):
            use()
    assert VERIFY_AT_OPEN == 64 << 20


def test_data_that_is_the_cards_but_no_layer_is_refused(tmp_path: Path) -> None:
    said, _ = write(tmp_path, features())
    for content, words in (
        (b"PAR1 nothing PAR1", "cannot be read"),
        (b"", "cannot be read"),
        ((tmp_path / "attributes.parquet").read_bytes(), "cannot be read"),
    ):
        (tmp_path / DATA).write_bytes(content)
        stored = {**(said.stored or {}), DATA: snapshot._stored(tmp_path / DATA)}
        with pytest.raises(AtlasError, match=words):
            load_shapes(tmp_path, replace(said, stored=stored))


def test_without_the_library_that_reads_snapshots_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, features())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(AtlasError, match=r"pip install 'screening\[zones\]'"):
        opened(tmp_path)


def test_data_with_another_number_of_features_than_the_card_says_is_refused(tmp_path: Path) -> None:
    said, _ = write(tmp_path, features())
    with pytest.raises(AtlasError, match="has 3 features, its card says 2"):
        load_shapes(tmp_path, replace(said, features=2))


def test_a_card_is_read_as_it_was_written() -> None:
    full = card(
        Use.UNITS,
        stale_after=None,
        never_stale=Text("法定", "by law"),
        in_force_from=date(2025, 1, 1),
        complete_within="frame",
        attributes={"code": "A", "class": "B: c"},
        transformed=Transformed("2000国家大地坐标系 3度带", Fraction(150)),
        original={"file": "甲.shp", "declared": "GEOGCS['x']: # y"},
        counts=Counts(read=7, unread=2, overlaps=0),
        note=Text("注", "note"),
        invented=True,
        tolerance=Fraction("12.3456789"),
    )
    read, problems = read_card(parse_yaml(card_text(full), "card.yaml"))
    assert problems == []
    assert read == full


@given(st.decimals(0, 10_000, places=12))
def test_a_tolerance_is_written_exactly(metres: Any) -> None:
    read, _ = read_card(parse_yaml(card_text(card(tolerance=Fraction(metres))), "card.yaml"))
    assert read is not None and read.tolerance == Fraction(metres)
