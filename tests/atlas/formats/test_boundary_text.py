"""The land offices' text of boundary points, as their programs write it."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from screening.atlas.formats import LIMITS, SourceError
from screening.atlas.formats.boundary_text import read_boundaries
from screening.atlas.formats.rings import assemble, split_closed
from tests.atlas.formats.files import english, here

HEADER = """[属性描述]
格式版本号=1.01版本
数据产生单位=某市测绘院
数据产生日期=2026-06-30
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
"""
NORTH, EAST = 2433813.98, 38520652.46
Ring = list[tuple[float, float]]


def square(size: float, north: float = 0.0, east: float = 0.0) -> Ring:
    return [
        (NORTH + north, EAST + east),
        (NORTH + north, EAST + east + size),
        (NORTH + north + size, EAST + east + size),
        (NORTH + north + size, EAST + east),
    ]


def parcel(rings: dict[int, Ring], count: int | None = None, area: str = "", name: str = "地块一") -> str:
    points = [(ring, point) for ring, points in rings.items() for point in points]
    lines = [f"J{n},{ring},{x:.3f},{y:.3f}" for n, (ring, (x, y)) in enumerate(points, 1)]
    return (
        "\n".join([f"{len(points) if count is None else count},{area},1,{name},面,H49G001001,建设用地,0601,@", *lines])
        + "\n"
    )


def read(tmp_path: Path, text: str, encoding: str = "gb18030") -> object:
    path = tmp_path / "地块.txt"
    path.write_bytes(text.encode(encoding))
    return here(path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_parcel_is_read_with_what_its_header_declares(encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + parcel({1: square(100)}, area="1.0000"), encoding)
    assert found.form == "界址点"
    assert found.crs == "2000国家大地坐标系 高斯克吕格 3度带 38带 米"
    assert found.axes == "north_east"
    assert found.geometries[0].equals(shapely.Polygon(square(100)))
    assert found.geometries[0].exterior.coords[0] == (NORTH, EAST)
    assert {name: column[0] for name, column in found.fields.items()} == {
        "界址点数": "4",
        "地块面积": "1.0000",
        "地块编号": "1",
        "地块名称": "地块一",
        "图形属性": "面",
        "图幅号": "H49G001001",
        "地块用途": "建设用地",
        "地类编码": "0601",
    }
    assert "数据产生单位=某市测绘院" in found.hints
    assert not found.unread


def test_a_closing_point_may_be_repeated_and_counted_or_not(tmp_path: Path) -> None:
    ring = square(100)
    for count in (4, 5):
        found = read(tmp_path, HEADER + parcel({1: [*ring, ring[0]]}, count=count))
        assert found.geometries[0].equals(shapely.Polygon(ring))


def test_a_ring_in_another_is_a_hole_and_one_beside_it_a_part(tmp_path: Path) -> None:
    rings = {1: square(100), 2: square(20, 10, 10), 3: square(50, 0, 500), 4: square(5, 12, 12)}
    found = read(tmp_path, HEADER + parcel(rings)).geometries[0]
    assert found.geom_type == "MultiPolygon"
    assert found.area == pytest.approx(100**2 - 20**2 + 50**2 + 5**2)


def test_parts_under_one_ring_number_are_told_apart_where_each_is_closed(tmp_path: Path) -> None:
    one, other = square(100), square(100, 0, 500)
    found = read(tmp_path, HEADER + parcel({1: [*one, one[0], *other, other[0]]}))
    assert found.geometries[0].area == pytest.approx(20_000)


def test_several_parcels_are_several_features(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + parcel({1: square(10)}) + parcel({1: square(20)}, name="地块二"))
    assert found.fields["地块名称"].tolist() == ["地块一", "地块二"]


def test_full_width_commas_and_digits_are_read(tmp_path: Path) -> None:
    text = (
        (HEADER + parcel({1: square(100)}))
        .replace(",", "，")
        .replace("J1", "Ｊ１")
        .replace("2433813.980", "２４３３８１３．９８０")
    )
    found = read(tmp_path, text)
    assert found.geometries[0].equals(shapely.Polygon(square(100)))


def test_a_parcel_with_fewer_points_than_it_states_is_unread(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + parcel({1: square(100)}, count=9) + parcel({1: square(20)}))
    assert found.geometries[0] is None and found.geometries[1] is not None
    assert "states 9 points, but 4 follow" in found.unread[0].why.en
    assert "写明 9 个界址点" in found.unread[0].why.zh


def test_a_point_that_does_not_read_makes_its_parcel_unread(tmp_path: Path) -> None:
    text = HEADER + parcel({1: square(100)}).replace("J2,1,2433813.980", "J2,1,2433813.98O")
    found = read(tmp_path, text)
    assert found.geometries[0] is None
    assert "line 15 is not point, ring, north, east" in found.unread[0].why.en


def test_a_parcel_of_two_points_is_unread(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + parcel({1: square(100)[:2]}))
    assert "fewer than three different points" in found.unread[0].why.en


def test_an_area_that_is_not_what_the_points_enclose_is_said(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + parcel({1: square(100)}, area="2.5"))
    assert "states 2.5 ha; its points enclose 1.0000 ha" in english(found.remarks)


def test_points_and_lines_are_what_the_parcel_says(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        HEADER + parcel({1: square(9)}).replace(",面,", ",线,") + parcel({1: square(9)[:1]}).replace(",面,", ",点,"),
    )
    assert [shape.geom_type for shape in found.geometries] == ["LineString", "Point"]


def test_transformation_parameters_are_handed_on_where_there_are_any(tmp_path: Path) -> None:
    text = (HEADER + parcel({1: square(9)})).replace("转换参数=,,,,,,", "转换参数=1.5,-2,3,0,0,0,0")
    assert "转换参数=1.5,-2,3,0,0,0,0" in read(tmp_path, text).hints


def test_points_before_the_first_parcel_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 13 stands before the first parcel"):
        read(tmp_path, HEADER + "J1,1,1,2\n" + parcel({1: square(9)}))


def test_a_header_without_parcels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no parcel in it"):
        read(tmp_path, HEADER)


def test_rings_that_cross_stay_as_they_were_drawn() -> None:
    found = assemble([square(100), square(100, 50, 50)])
    assert found.geom_type == "MultiPolygon" and not found.is_valid


def test_a_hole_that_touches_its_outline_is_a_hole() -> None:
    outline = square(100)
    hole = [outline[0], (NORTH + 10, EAST + 30), (NORTH + 30, EAST + 10)]
    assert assemble([outline, hole]).area < 100**2


@given(st.lists(st.integers(3, 6), min_size=1, max_size=5))
def test_closed_rings_come_apart_as_they_were_put_together(sizes: list[int]) -> None:
    rings = [
        [(float(place * 10 + point), float(point * point)) for point in range(size)] for place, size in enumerate(sizes)
    ]
    assert split_closed([point for ring in rings for point in [*ring, ring[0]]]) == rings


@given(st.text(alphabet="J1,@.=[]地块坐标\n 0-９，", max_size=300))
def test_any_text_is_parcels_or_a_refusal(text: str) -> None:
    try:
        found = read_boundaries("[地块坐标]\n" + text, "here", LIMITS)
    except SourceError:
        return
    missing = [place for place, shape in enumerate(found.geometries) if shape is None]
    assert [one.number for one in found.unread] == missing
