"""Tables of coordinates: which columns they are, which way they point, and when points are a boundary."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from screening.atlas.formats import LIMITS, SourceError
from screening.atlas.formats.columns import find_columns, role_of
from screening.atlas.formats.numbers import read_coordinate
from screening.atlas.formats.table import read_text_table
from tests.atlas.formats.files import english, here

SQUARE = [(2433800.0, 38520600.0), (2433900.0, 38520600.0), (2433900.0, 38520700.0), (2433800.0, 38520700.0)]


def csv_of(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "axes", "first"),
    [
        ("经度,纬度", "east_north", 1.0),
        ("纬度,经度", "north_east", 1.0),
        ("Longitude,Latitude", "east_north", 1.0),
        ("lat,lng", "north_east", 1.0),
        ("东经(°),北纬(°)", "east_north", 1.0),
        ("X坐标,Y坐标", "unknown", 1.0),
        ("Y,X", "unknown", 2.0),
        ("x（米）,y（米）", "unknown", 1.0),
        ("北坐标,东坐标", "north_east", 1.0),
        ("X(北),Y(东)", "north_east", 1.0),
        ("纵坐标X,横坐标Y", "north_east", 1.0),
        ("横坐标,纵坐标", "east_north", 1.0),
        ("Easting,Northing", "east_north", 1.0),
        ("N,E", "north_east", 1.0),
    ],
)
def test_the_header_says_which_way_the_columns_point(header: str, axes: str, first: float, tmp_path: Path) -> None:
    found = here(csv_of(tmp_path / "a.csv", header, ["1,2"]))
    assert found.axes == axes
    assert found.geometries[0].x == first
    assert found.crs is None


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，", "|", "  "])
def test_any_usual_delimiter_will_do(delimiter: str, tmp_path: Path) -> None:
    path = csv_of(
        tmp_path / "a.csv", delimiter.join(["名称", "经度", "纬度"]), [delimiter.join(["甲", "114.2", "22.0"])]
    )
    found = here(path)
    assert found.geometries[0].equals(shapely.Point(114.2, 22.0))
    assert found.fields["名称"].tolist() == ["甲"]


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    path = csv_of(tmp_path / "a.csv", "界址点坐标成果表,,", ["单位：米,,", "编号,北坐标,东坐标", "1,3,4"])
    assert here(path).geometries[0].coords[0] == (3.0, 4.0)


def test_points_without_a_sign_of_a_boundary_stay_points(tmp_path: Path) -> None:
    found = here(csv_of(tmp_path / "a.csv", "序号,X,Y", [f"{n},{x},{y}" for n, (x, y) in enumerate(SQUARE)]))
    assert [shape.geom_type for shape in found.geometries] == ["Point"] * 4
    assert "each row was taken as a point" in english(found.remarks)


@pytest.mark.parametrize("header", ["界址点号,X,Y", "拐点编号,X坐标,Y坐标"])
def test_boundary_points_are_one_ring_in_their_order(header: str, tmp_path: Path) -> None:
    found = here(csv_of(tmp_path / "a.csv", header, [f"J{n},{x},{y}" for n, (x, y) in enumerate(SQUARE)]))
    assert [shape.wkt for shape in found.geometries] == [shapely.Polygon(SQUARE).wkt]
    assert "joined to boundaries" in english(found.remarks)


def test_a_last_point_that_is_the_first_closes_a_ring(tmp_path: Path) -> None:
    found = here(
        csv_of(tmp_path / "a.csv", "点号,X,Y", [f"{n},{x},{y}" for n, (x, y) in enumerate([*SQUARE, SQUARE[0]])])
    )
    assert found.geometries[0].equals(shapely.Polygon(SQUARE))


def test_parcels_and_rings_are_kept_apart(tmp_path: Path) -> None:
    hole = [(2433820.0, 38520620.0), (2433840.0, 38520620.0), (2433840.0, 38520640.0)]
    rows = [f"A,甲地块,1,{x},{y}" for x, y in SQUARE] + [f"A,甲地块,2,{x},{y}" for x, y in hole]
    rows += [f"B,乙地块,1,{x + 1000},{y}" for x, y in SQUARE]
    found = here(csv_of(tmp_path / "a.csv", "地块号,名称,圈号,X,Y", rows))
    assert found.geometries[0].equals(shapely.Polygon(SQUARE, [hole]))
    assert found.geometries[1].area == pytest.approx(10_000)
    assert found.fields["名称"].tolist() == ["甲地块", "乙地块"]


def test_a_row_that_does_not_read_makes_its_parcel_unread_and_no_other(tmp_path: Path) -> None:
    rows = [f"A,{x},{y}" for x, y in SQUARE] + [f"B,{x},{y}" for x, y in SQUARE]
    rows[2] = "A,2433900.0O,38520700.0"
    found = here(csv_of(tmp_path / "a.csv", "地块,X,Y", rows))
    assert found.geometries[0] is None and found.geometries[1] is not None
    assert "row 4: not a pair of coordinates: 2433900.0O" in found.unread[0].why.en


def test_a_row_with_too_many_cells_is_unread(tmp_path: Path) -> None:
    """A decimal comma, or a comma in a name without quotes, moves the coordinates."""
    found = here(csv_of(tmp_path / "a.csv", "经度,纬度,名称", ["114,2,22,0", "114.2,22.0,甲"]))
    assert found.geometries[0] is None
    assert "row 2 has more cells" in found.unread[0].why.en


def test_codes_keep_their_zeros(tmp_path: Path) -> None:
    assert here(csv_of(tmp_path / "a.csv", "编码,经度,纬度", ["00440604,114,22"])).fields["编码"].tolist() == [
        "00440604"
    ]


def test_well_known_text_is_a_geometry_a_row(tmp_path: Path) -> None:
    found = here(csv_of(tmp_path / "a.csv", "名称,WKT", ['甲,"POLYGON ((0 0, 1 0, 1 1, 0 0))"', "乙,POLYGON", "丙,"]))
    assert [shape and shape.geom_type for shape in found.geometries] == ["Polygon", None, None]
    assert [one.number for one in found.unread] == [1, 2]


def test_two_pairs_of_columns_are_said(tmp_path: Path) -> None:
    found = here(csv_of(tmp_path / "a.csv", "X,Y,经度,纬度", ["1,2,114.2,22.0"]))
    assert found.geometries[0].coords[0] == (114.2, 22.0)
    assert "several pairs" in english(found.remarks)
    assert found.fields["X"].tolist() == ["1"]


def test_a_table_without_coordinates_says_how_to_name_them(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        here(csv_of(tmp_path / "a.csv", "名称,面积", ["甲,3"]))
    assert "经度/纬度" in caught.value.report()


def test_broken_quotes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the table is broken"):
        here(csv_of(tmp_path / "a.csv", "名称,经度,纬度", ['"甲"乙,1,2']))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("114.2", 114.2),
        (" 114.2 ", 114.2),
        ("１１４．２", 114.2),
        (114, 114.0),
        ("114°12′00″", 114.2),
        ("114°12'0.0\"E", 114.2),
        ("东经114度12分0秒", 114.2),
        ("22°N", 22.0),
        ("2.43E6", 2_430_000.0),
        ("1,234.5", None),
        ("114,2", None),
        ("12分", None),
        ("114°72′", None),
        ("", None),
        (None, None),
        (True, None),
        ("nan", None),
        ("1e999", None),
        (float("inf"), None),
        ("#N/A", None),
    ],
)
def test_a_cell_is_a_coordinate_or_not(cell: Any, value: float | None) -> None:
    found = read_coordinate(cell)
    assert found == pytest.approx(value) if value is not None else found is None


@given(st.floats(-180, 180, allow_nan=False))
def test_degrees_minutes_and_seconds_come_back(angle: float) -> None:
    seconds = round(abs(angle) * 3600, 4)
    degrees, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    text = f"{'-' if angle < 0 else ''}{int(degrees)}°{int(minutes)}′{rest:.4f}″"
    found = read_coordinate(text)
    # A rest that rounds up to 60 seconds is not a way to write an angle.
    assert found is None if f"{rest:.4f}" == "60.0000" else abs(found - angle) < 1e-7  # type: ignore[operator]


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_a_refusal(text: str) -> None:
    try:
        assert read_text_table(text, "here", LIMITS).names
    except SourceError as error:
        assert error.problems[0].zh


def test_a_field_is_not_a_coordinate_because_it_begins_like_one() -> None:
    assert [role_of(name) for name in ("经度", "经度误差", "X轴", "备注", "北京54")] == [
        "longitude",
        None,
        None,
        None,
        None,
    ]
    assert find_columns(["名称", "东", "面积"]) is None


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_with_numbers_dates_and_text(tmp_path: Path) -> None:
    rows = [
        ["界址点坐标成果表"],
        ["名称", "日期", "编码", "面积", "经度", "纬度"],
        ["甲", date(2026, 6, 30), "007", 12.5, 114.2, 22.0],
        ["乙", None, 8, 3, "114°12′", 22],
    ]
    found = here(workbook(tmp_path / "a.xlsx", {"说明": [["无坐标"]], "坐标": rows}))
    assert (found.form, found.layer, found.axes) == ("XLSX", "坐标", "east_north")
    assert [shape.coords[0] for shape in found.geometries] == [(114.2, 22.0), (114.2, 22.0)]
    assert found.fields["编码"].tolist() == ["007", "8"]
    assert found.fields["面积"].tolist() == [12.5, 3.0]
    assert str(found.fields["日期"][0]).startswith("2026-06-30")


def test_a_heading_merged_over_two_rows_keeps_its_names(tmp_path: Path) -> None:
    rows = [["地块编号", "坐标", None], [None, "X", "Y"], *([1, *point] for point in SQUARE)]
    found = here(workbook(tmp_path / "a.xlsx", {"表": rows}))
    assert found.geometries[0].equals(shapely.Polygon(SQUARE))
    assert found.axes == "unknown"


def test_a_formula_without_a_stored_value_is_unread(tmp_path: Path) -> None:
    found = here(workbook(tmp_path / "a.xlsx", {"表": [["经度", "纬度"], ["=1+1", 22.0], [114.0, 22.0]]}))
    assert found.geometries[0] is None and found.geometries[1] is not None


def test_several_sheets_of_coordinates_must_be_told_apart(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {name: [["经度", "纬度"], [114.0, 22.0]] for name in ("一", "二")})
    with pytest.raises(SourceError, match='several sheets hold coordinates: "一", "二"'):
        here(path)
    assert here(path, "二").layer == "二"
