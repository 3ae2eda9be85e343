"""Every format in every coordinate system and encoding that it can hold, from the file to the place: a site and a layer.

`python -m benchmarks.forms` prints what is found here as a table.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
import shapely

from screening.atlas import drawing_of_source
from screening.atlas.formats import SourceError, read_source
from screening.errors import FootprintError
from tests.atlas.matrix.grounds import GROUNDS, Ground
from tests.atlas.matrix.systems import COLUMNS, DEGREES, PLANE, PLANE_WITH_ZONE
from tests.atlas.matrix.trial import DEGREES_UNSAID, METRES_UNSAID, UNSAID, Attempt, as_site, attempts, read, tried
from tests.atlas.matrix.writers import NAME, ROWS, Row

NEAR = 0.1
"""Metres: what a placement may be off that no old datum is to blame for."""

BY_NAME = {row.name: row for row in ROWS}
CELLS = [
    pytest.param(row, column, GROUNDS[(number + place) % len(GROUNDS)], id=f"{row.name} | {column}")
    for number, row in enumerate(ROWS)
    for place, column in enumerate(COLUMNS | UNSAID)
    if any(attempts(row, column))
]


@pytest.mark.parametrize(("row", "column", "layers_at"), CELLS)
def test_a_file_is_placed_where_it_is_or_asked_about(row: Row, column: str, layers_at: Ground, tmp_path: Path) -> None:
    for one in tried(row, column, tmp_path, [layers_at]):
        attempt, site, layer = one.attempt, one.site, one.layer
        tried_is = (attempt.system.name, attempt.ground.name, attempt.encoding)
        assert one.source.form == row.form
        texts = {str(value) for values in one.source.fields.values() for value in values}
        assert any(text.endswith(NAME) for text in texts), tried_is
        assert site.asked == attempt.must_ask, tried_is
        assert site.metres < (attempt.error if attempt.system.datum_unknown else NEAR), tried_is
        assert site.error == attempt.error, tried_is
        assert (layer is None) == (attempt.must_ask and attempt.ground == layers_at), tried_is
        if layer is not None:
            assert abs(layer.metres - site.metres) < 0.01, tried_is
            assert layer.error == site.error, tried_is


def test_every_form_and_every_system_is_tried() -> None:
    assert {row.form for row in ROWS} == {
        *("GeoJSON", "Shapefile", "GeoPackage", "FlatGeobuf", "GeoParquet", "File Geodatabase", "MapInfo", "KML"),
        *("GeoJSONSeq", "DXF", "CSV", "XLSX", "界址点"),
    }
    for column in COLUMNS | UNSAID:
        grounds = {attempt.ground.name for row in ROWS for attempt in attempts(row, column)}
        assert grounds == {ground.name for ground in GROUNDS}, column


@pytest.mark.parametrize("name", ["Shapefile .zip", "GeoPackage", "DXF", "XLSX, north first", "界址点 text"])
def test_the_process_of_its_own_reads_what_this_one_does(name: str, tmp_path: Path) -> None:
    attempt = next(one for one in attempts(BY_NAME[name], "3° + zone") if one.system is PLANE_WITH_ZONE)
    path = attempt.write(tmp_path)
    found = as_site(attempt, read_source(path))
    assert found == as_site(attempt, read(path))
    assert found.metres < NEAR and not found.asked


def _of(name: str, column: str, **changes: object) -> Attempt:
    return replace(next(attempts(BY_NAME[name], column)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["MapInfo TAB", "MapInfo MIF"])
def test_a_datum_that_comes_with_another_ellipsoid_is_refused_until_it_is_stated(name: str, tmp_path: Path) -> None:
    attempt = _of(name, "Xi'an 80", beside=None)
    source = read(attempt.write(tmp_path))
    with pytest.raises(FootprintError, match="its datum is Xi'an 80 but its ellipsoid is not"):
        drawing_of_source(source, "/site/file")


@pytest.mark.parametrize("name", ["MapInfo TAB", "MapInfo MIF"])
def test_a_mapinfo_table_of_no_earth_declares_nothing(name: str, tmp_path: Path) -> None:
    assert read(_of(name, METRES_UNSAID).write(tmp_path)).crs is None


@pytest.mark.parametrize("columns", ["degrees", "metres"])
def test_degrees_that_a_geodatabase_rounded_are_refused_and_its_metres_are_not(columns: str, tmp_path: Path) -> None:
    import pyogrio.raw as raw

    attempt = _of("File Geodatabase", DEGREES_UNSAID if columns == "degrees" else METRES_UNSAID)
    path, shape = tmp_path / "红线.gdb", shapely.to_wkb(attempt.drawn.polygon)
    with pytest.warns(UserWarning, match="crs"):
        raw.write(
            path, np.array([shape], dtype=object), [np.array(["甲"], dtype=object)], np.array(["名称"], dtype=object),
            geometry_type="MultiPolygon", crs=None, driver="OpenFileGDB",
        )  # fmt: skip
    if columns == "metres":
        found = as_site(attempt, read(path))
        assert found.asked and found.metres < NEAR
        return
    with pytest.raises(SourceError, match=r"its degrees are rounded to 0.0001 \(11 m\)"):
        read(path)


def test_a_footprint_of_metres_that_nobody_names_is_no_footprint(tmp_path: Path) -> None:
    source = read(_of("DXF", METRES_UNSAID).write(tmp_path))
    with pytest.raises(FootprintError, match="the coordinate system of these metres is not certain"):
        drawing_of_source(source, "/site/file").certain()


def test_the_measure_sees_a_shift_a_lost_hole_and_an_edge_drawn_in_the_wrong_plane() -> None:
    ground = GROUNDS[2]
    degrees, plane = DEGREES.drawn(ground), PLANE.drawn(ground)
    assert degrees.metres_off(degrees.polygon) < 1e-3
    shifted = shapely.transform(degrees.polygon, lambda rows: np.add(rows, (0.0, 1e-5)))
    assert degrees.metres_off(shifted) == pytest.approx(1.11, abs=0.01)
    assert degrees.metres_off(shapely.Polygon(degrees.polygon.exterior)) == inf
    # Vertices are the same places; only the edges of kilometres between them are other lines.
    assert plane.metres_off(degrees.polygon) > NEAR
