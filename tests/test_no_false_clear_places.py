"""Ways in which a place misread, a zone lost on its way to the map, or a clause passed over once ended in a pass."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import CRS

from screening import Atlas, Outcome, Project, Rulebook, screen
from screening.atlas import locate, read_atlas
from screening.atlas.footprint import footprints_of_source, read_footprints
from screening.atlas.formats import read_source
from screening.atlas.formats.source import Source, SourceError
from screening.atlas.guard import CoordinateError, read_coordinates
from screening.atlas.importing.codes import tidy_code
from screening.atlas.repair import repair
from screening.atlas.snapshot import keep_prepared
from screening.documents import parse_yaml
from screening.errors import AtlasError, FootprintError
from screening.facts import FLAG_NO, Interval
from screening.rulebook.lists.clause import TYPE_WORDS, Standing, read_type, standing_of, unit_key
from screening.rulebook.lists.problems import AccessListError
from screening.settings import read_settings
from tests.atlas.conftest import Sheet, at, box, footprint, place, polygon, value, write_atlas
from tests.atlas.test_snapshot import features, opened, write
from tests.rulebook.lists import synthetic
from tests.rulebook.lists.conftest import UNIT, write_rows
from tests.rulebook.minimal import load, rule_text

DAY = date(2026, 11, 22)
PLACE = (520652.46, 2433813.98)
"""22.000 N 114.200 E in EPSG:4547: east, north."""
GK = CRS.from_epsg(4547).to_wkt("WKT1_ESRI")
UTM = CRS.from_epsg(32649).to_wkt("WKT1_ESRI")
RING = [(520000.0, 3320000.0), (520100.0, 3320000.0), (520100.0, 3320100.0), (520000.0, 3320100.0)]


def refused(words: str, *where: tuple[float, float]) -> str:
    with pytest.raises(CoordinateError) as caught:
        read_coordinates(np.array(where or (PLACE,)), words, "east_north")
    return caught.value.problems[0].what


# Coordinate systems


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("CGCS2000_3_Degree_GK_CM_114E", "Xian_1980_3_Degree_GK_CM_114E", "CGCS2000 and Xi'an 80"),
        ("CGCS2000_3_Degree_GK_CM_114E", "Beijing_1954_3_Degree_GK_CM_114E", "CGCS2000 and Beijing 54"),
        ("GCS_China_Geodetic_Coordinate_System_2000", "GCS_Xian_1980", "CGCS2000 and Xi'an 80"),
        ("D_China_2000", "D_Beijing_1954", "CGCS2000 and Beijing 54"),
    ],
)
def test_a_definition_called_after_two_datums_is_neither(old: str, new: str, names: str) -> None:
    assert read_coordinates(np.array([PLACE]), GK, "east_north").certain is not None
    assert old in GK and names in refused(GK.replace(old, new))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (GK.replace('"Scale_Factor",1.0', '"Scale_Factor",0.9996'), "scale on the meridian is 0.9996"),
        (UTM.replace('"Scale_Factor",0.9996', '"Scale_Factor",1.0'), "scale on the meridian is 1"),
        (UTM.replace('"Central_Meridian",111.0', '"Central_Meridian",117.0'), "central meridian is 117"),
        (GK.replace("CM_114E", "Zone_38").replace('"Central_Meridian",114.0', '"Central_Meridian",117.0'), "is 117"),
    ],
)
def test_a_definition_called_after_one_plane_and_reckoned_as_another_is_neither(words: str, why: str) -> None:
    assert read_coordinates(np.array([PLACE]), UTM, "east_north").certain is not None
    assert why in refused(words)


def test_eastings_that_no_zone_of_the_declared_width_has_are_of_another() -> None:
    far = (311_000.0, 3_500_000.0)
    assert "189 km from the central meridian 114°" in refused("EPSG:4547", far)
    assert "489 km" in refused("2000国家大地坐标系 6度带 20带", (20_011_000.0, 3_500_000.0))
    said = read_coordinates(np.array([far]), "CGCS2000 中央经线 114", "east_north").certain
    assert said is not None and round(float(said.to_degrees(np.array([far]))[0, 0]), 3) == 112.008


def readings(path: Path) -> list[str]:
    return [reading.system.id for reading, _ in footprints_of_source(read_source(path), str(path))]


@pytest.mark.parametrize("words", ["谷歌地图导出", "google maps", "腾讯坐标", "国测局坐标", "GCJ", "百度"])
def test_words_that_name_a_shifted_map_make_its_degrees_doubtful(tmp_path: Path, words: str) -> None:
    ring = " ".join(f"{x},{y}" for x, y in ((112, 30), (112.1, 30), (112.1, 30.1), (112, 30)))
    (tmp_path / "a.kml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{words}</name>'
        f"<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></Document></kml>",
        encoding="utf-8",
    )
    assert {"GCJ-02", "BD-09", "EPSG:4326"} == set(readings(tmp_path / "a.kml"))


@pytest.mark.parametrize(
    ("name", "header"),
    [("百度导出.csv", "lng,lat"), ("site.csv", "lng,lat,gcj_lng,gcj_lat"), ("site-gcj02.csv", "经度,纬度")],
)
def test_the_name_of_a_file_or_of_a_column_may_name_a_shifted_map(tmp_path: Path, name: str, header: str) -> None:
    rows = ["112,30,,", "112.1,30,,", "112.1,30.1,,", "112,30,,"]
    (tmp_path / name).write_text("\n".join([header + ",," * (header.count(",") < 3), *rows]), encoding="utf-8")
    assert {"GCJ-02", "BD-09", "EPSG:4490"} == set(readings(tmp_path / name))


# Footprints in files


def test_points_listed_in_two_blocks_side_by_side_are_not_halved(tmp_path: Path) -> None:
    blocks = (
        "界址点号,经度,纬度,界址点号,经度,纬度\n1,112,30,4,112.2,30.2\n2,112.1,30,5,112.1,30.2\n3,112.2,30,6,112,30.2\n"
    )
    (tmp_path / "a.csv").write_text(blocks, encoding="utf-8")
    with pytest.raises(SourceError, match=r'columns 2 \("经度"\) and 5 \("经度"\) mean the same and differ in row 2'):
        read_source(tmp_path / "a.csv")
    same = "界址点号,经度,纬度,lng\n1,112,30,112\n2,112.1,30,112.1\n3,112.1,30.1,112.1\n"
    (tmp_path / "b.csv").write_text(same, encoding="utf-8")
    assert shapely.get_num_coordinates(read_source(tmp_path / "b.csv").geometries[0]) == 4


Pairs = list[tuple[int, Any]]


def polyline(east: float, layer: str = "0") -> Pairs:
    found: Pairs = [(0, "LWPOLYLINE"), (8, layer), (100, "AcDbEntity"), (100, "AcDbPolyline"), (90, 4), (70, 1)]
    for x, y in RING:
        found += [(10, x + east), (20, y)]
    return found


def drawing(path: Path, blocks: dict[str, Pairs], entities: Pairs, handles: bool) -> Source:
    pairs: Pairs = [
        (0, "SECTION"),
        (2, "HEADER"),
        (9, "$ACADVER"),
        (1, "AC1015"),
        (0, "ENDSEC"),
        (0, "SECTION"),
        (2, "BLOCKS"),
    ]
    for name, held in blocks.items():
        pairs += [
            (0, "BLOCK"),
            (8, "0"),
            (2, name),
            (70, 0),
            (10, 0),
            (20, 0),
            (3, name),
            *held,
            (0, "ENDBLK"),
            (8, "0"),
        ]
    pairs += [(0, "ENDSEC"), (0, "SECTION"), (2, "ENTITIES"), *entities, (0, "ENDSEC"), (0, "EOF")]
    numbered: Pairs = []
    for number, (code, what) in enumerate(pairs):
        numbered.append((code, what))
        if handles and code == 0 and what not in ("SECTION", "ENDSEC", "EOF"):
            numbered.append((5, f"{number + 32:X}"))
    path.write_text("".join(f"{code}\n{what}\n" for code, what in numbered), encoding="utf-8")
    return read_source(path)


def insert(name: str) -> Pairs:
    return [(0, "INSERT"), (8, "0"), (2, name), (10, 0), (20, 0)]


@pytest.mark.parametrize("handles", [True, False])
def test_what_is_not_read_of_a_block_is_missing_where_it_is_inserted(tmp_path: Path, handles: bool) -> None:
    region: Pairs = [(0, "REGION"), (8, "0"), (1, "x")]
    plain = drawing(tmp_path / "a.dxf", {"B": polyline(300)}, polyline(0) + insert("B"), handles)
    assert len(plain.geometries) == 2 and not plain.unread
    for blocks in ({"B": polyline(300) + region}, {"B": polyline(300) + insert("C"), "C": region}):
        found = drawing(tmp_path / "b.dxf", blocks, polyline(0) + insert("B"), handles)
        assert [one.why.en for one in found.unread] == ["entities of type REGION are not read"]
        with pytest.raises(FootprintError, match="could not be read"):
            footprints_of_source(found, "/site/file", crs="EPSG:4546")


@pytest.mark.parametrize("handles", [True, False])
def test_a_block_of_many_shapes_does_not_stand_in_for_one_that_is_missing(tmp_path: Path, handles: bool) -> None:
    blocks = {"B": polyline(300) + polyline(600) + polyline(900)}
    found = drawing(tmp_path / "a.dxf", blocks, polyline(0) + insert("B") + insert("GONE"), handles)
    assert len(found.geometries) == 5 and [one.number for one in found.unread] == [4]


def test_a_layer_asked_for_is_found_inside_blocks(tmp_path: Path) -> None:
    drawing(
        tmp_path / "a.dxf",
        {"B": polyline(300, "site") + polyline(600, "else")},
        polyline(0, "site") + insert("B"),
        True,
    )
    found = read_source(tmp_path / "a.dxf", layer="site")
    assert sorted(shape.bounds[0] for shape in found.geometries) == [520_000, 520_300]


def test_what_a_network_link_points_at_may_be_part_of_the_site(tmp_path: Path) -> None:
    ring = " ".join(f"{x},{y}" for x, y in ((112, 30), (112.1, 30), (112.1, 30.1), (112, 30)))
    (tmp_path / "a.kml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><Polygon>'
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        "<NetworkLink><Link><href>b.kml</href></Link></NetworkLink></Document></kml>",
        encoding="utf-8",
    )
    with pytest.raises(FootprintError, match="what a network link points at was not read"):
        readings(tmp_path / "a.kml")


def test_what_was_remarked_on_reading_the_file_of_a_site_stands_in_the_decision(
    tmp_path: Path, rulebook: Rulebook, atlas: Atlas
) -> None:
    name = read_settings({}).applications / "05-food.yaml"
    food: Any = parse_yaml(name.read_text(encoding="utf-8"), name.name).plain()
    ring = food["site"]["geometry"]["coordinates"][0]
    rows = [f"{number},{x},{y}" for number, (x, y) in enumerate(ring[:-1], 1)]
    (tmp_path / "site.csv").write_text("\n".join(["界址点号,经度,纬度", *rows]), encoding="utf-8")
    data = {**food, "site": {"file": "site.csv"}}
    found = screen(Project.of(data), rulebook, atlas, as_of=DAY, source=read_source(tmp_path / "site.csv"))
    assert found.outcome is Outcome.PASS
    assert any("were joined to boundaries in their order" in text.en for text in found.warnings)


# Layers


def test_an_extent_whose_part_lies_within_a_part_may_have_a_hole_there(tmp_path: Path) -> None:
    outer, inner = ([[at(x, y) for x, y in box(-size, -size, size, size)]] for size in (20, 5))
    frame = Sheet(
        "frame", "frame", [{"type": "MultiPolygon", "coordinates": [outer, inner]}], geometry="extent", within=""
    )
    redline = Sheet("redline", "ecological_redline", [polygon(box(-15, -15, -14, -14))])
    atlas = read_atlas(write_atlas(tmp_path, redline, frame=frame))
    assert value(place(atlas, polygon(box(-1, -1, 1, 1))), "site.overlaps.ecological_redline") != FLAG_NO
    nested = shapely.MultiPolygon([shapely.box(112, 30, 113, 31), shapely.box(112.4, 30.4, 112.6, 30.6)])
    assert repair(nested, Fraction(10), least=True).geometry is None
    whole = repair(nested, Fraction(10)).geometry
    assert whole is not None and whole.area == pytest.approx(1)


@pytest.mark.parametrize(("key", "wrong"), [("areal", False), ("arrays", None)])
def test_search_structures_that_do_not_fit_their_layer_are_not_searched(tmp_path: Path, key: str, wrong: Any) -> None:
    said, _ = write(tmp_path, features())
    keep_prepared(tmp_path, said)
    path = tmp_path / "prepared" / "prepared.json"
    listed = json.loads(path.read_text(encoding="utf-8"))
    if wrong is None:
        # As if the layer had lost its last feature.
        parts = np.load(tmp_path / "prepared" / "parts.npy")
        np.save(tmp_path / "prepared" / "parts.npy", parts[:-1])
        listed["arrays"]["parts"]["shape"] = [len(parts) - 1]
    else:
        listed[key] = wrong
    path.write_text(json.dumps(listed), encoding="utf-8")
    with pytest.raises(AtlasError, match="does not fit the layer"):
        _ = opened(tmp_path).features.shapes


def test_a_code_is_one_code_whatever_nobody_sees_in_it() -> None:
    for written in (f"{UNIT}\u200b", f"\ufeff{UNIT}", f"ZH9999\u00ad{UNIT[6:]}", UNIT.lower(), f" {UNIT} "):
        assert tidy_code(written) == unit_key(written) == UNIT


def unit(code: str, geometry: Any) -> tuple[Any, dict[str, str]]:
    return geometry, {"code": code, "name": code, "class": "key_control"}


def test_what_a_site_may_be_off_closes_no_gap_between_units(tmp_path: Path) -> None:
    drawn = [unit(UNIT, polygon(box(-10, -10, -0.1, 10))), unit("ZH99990120002", polygon(box(0.1, -10, 10, 10)))]
    atlas = read_atlas(write_atlas(tmp_path, Sheet("units", "units", drawn, "units", tolerance="10 m")))
    across = footprint(polygon(box(-0.5, -0.5, 0.5, 0.5)))
    for error in (0, 5, 150):
        found = locate(replace(across, error=Fraction(error)), atlas, DAY).facts.value("site.uncovered_share")
        assert isinstance(found, Interval) and found.hi > 0.2


def test_a_unit_of_which_a_part_was_not_read_is_not_known_to_be_elsewhere(tmp_path: Path) -> None:
    other = "ZH99990120002"
    drawn = [unit(UNIT, polygon(box(-10, -10, 0, 10))), unit(other, polygon(box(5, -10, 10, 10)))]
    site = polygon(box(-5, -1, -4, 1))
    whole = read_atlas(write_atlas(tmp_path / "whole", Sheet("units", "units", drawn, "units")))
    assert place(whole, site).is_clear_of(other)
    sheet = Sheet("units", "units", [*drawn, unit(other, None)], "units")
    assert not place(read_atlas(write_atlas(tmp_path / "part", sheet)), site).is_clear_of(other)


def test_a_layer_is_complete_in_the_extent_of_its_own_day_not_in_a_wider_one_that_came_later(tmp_path: Path) -> None:
    def frame(size: int, recorded: str, **card: Any) -> Sheet:
        area = [polygon(box(-size, -size, size, size))]
        said = {"id": "frame", "recorded": recorded, **card}
        return Sheet(f"frame{size}", "frame", area, geometry="extent", within="", card=said)

    wide = frame(50, "2025-01-01", in_force={"from": "2025-01-01"})

    def overlaps(recorded: str) -> Any:
        redline = Sheet("redline", "ecological_redline", [polygon(box(1, 1, 2, 2))], card={"recorded": recorded})
        folder = write_atlas(tmp_path / recorded, frame(20, "2020-01-01"), wide, redline, frame=None)
        return value(place(read_atlas(folder), polygon(box(30, 30, 31, 31))), "site.overlaps.ecological_redline")

    assert overlaps("2020-06-01") != FLAG_NO
    assert overlaps("2025-01-01") == FLAG_NO


@pytest.mark.parametrize("beside", [{"properties": {"来源": "高德"}}, {"name": "百度", "properties": {}}])
def test_properties_that_name_a_shifted_map_make_degrees_doubtful(beside: dict[str, Any]) -> None:
    one = {"type": "Feature", "geometry": polygon(box(0, 0, 1, 1))}
    assert len(read_footprints(one, "/site/geometry")) == 1
    assert len(read_footprints(one | beside, "/site/geometry")) == 3
    assert len(read_footprints({"type": "FeatureCollection", "features": [one | beside]}, "/site/geometry")) == 3
    assert len(read_footprints(one | beside, "/site/geometry", crs="EPSG:4490")) == 1


# Access lists


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    return load(tmp_path_factory.mktemp("book"), rule_text())


def refusal(path: Path, book: Rulebook, *rows: tuple[str, ...], **changes: Any) -> str:
    with pytest.raises(AccessListError) as caught:
        synthetic.imported(write_rows(path / "list.csv", rows), book, **changes)
    return "\n".join(problem.what for problem in caught.value.problems)


@pytest.mark.parametrize(
    "words",
    [
        "禁养区内养殖场应依法取缔。",
        "不新增钢铁产能。",
        "不予审批涂料项目。",
        "只能布局无污染项目。",
        "停批高耗水项目。",
        "杜绝新增排口。",
    ],
)
def test_words_that_bar_are_asked_however_mild_their_label(words: str) -> None:
    for label in ("综合类", "鼓励引导类"):
        _, kind, _ = read_type(label, words, TYPE_WORDS)
        assert standing_of(kind, words, None, False) is Standing.JUDGEMENT


def test_a_reference_to_the_clause_above_is_asked() -> None:
    _, kind, _ = read_type("综合类", "同上", TYPE_WORDS)
    assert standing_of(kind, "同上", None, False) is Standing.JUDGEMENT


@pytest.mark.parametrize("tag", ["【限制类】", "【大气/水/限制类】", "【水／限制类】", "【水/限制类/综合类】"])
def test_a_tag_with_no_element_or_several_still_tells_the_type(tag: str) -> None:
    text = f"{tag}新建造纸项目。"
    _, kind, _ = read_type("鼓励引导类", text, TYPE_WORDS)
    assert standing_of(kind, text, None, False) is Standing.JUDGEMENT


def test_clauses_of_one_unit_are_together_whatever_nobody_sees_in_its_code(tmp_path: Path, book: Rulebook) -> None:
    rows = [("单元编码", "条款类型", "条款"), (UNIT, "综合类", "推进甲。"), (f"{UNIT}\u200b", "禁止类", "禁止乙。")]
    found = synthetic.imported(write_rows(tmp_path / "list.csv", rows), book).access_list
    assert list(found.units) == [UNIT] and len(found.clauses(UNIT)) == 2


@pytest.mark.parametrize("between", ["、", "\n", "-", "，"])
def test_a_clause_of_several_units_is_not_kept_as_that_of_none(tmp_path: Path, book: Rulebook, between: str) -> None:
    several = f"{UNIT}{between}ZH99990120002"
    said = refusal(
        tmp_path, book, ("单元编码", "条款类型", "条款"), (UNIT, "综合类", "推进甲。"), (several, "禁止类", "禁止乙。")
    )
    assert "are several units" in said


def test_a_column_that_bars_something_is_not_left_out_in_silence(tmp_path: Path, book: Rulebook) -> None:
    barring = "禁止新建、扩建不符合规划的化工项目。"
    for header in (("单元编码", "条款类型", "管控要求", "空间布局约束"), ("单元编码", "条款类型", "管控要求", "")):
        said = refusal(tmp_path, book, header, (UNIT, "综合类", "推进甲。", barring))
        assert "is not read, and bars something: 禁止新建" in said
    rows = [("单元编码", "条款类型", "管控要求", "备注"), (UNIT, "综合类", "推进甲。", barring)]
    assert '"备注"' in refusal(tmp_path, book, *rows)
    told = synthetic.imported(write_rows(tmp_path / "list.csv", rows), book, meanings={"备注": "extra"})
    assert told.account.balanced


def test_a_dimension_called_a_requirement_is_one_of_the_dimensions(tmp_path: Path, book: Rulebook) -> None:
    rows = [("单元编码", "空间布局约束", "污染物排放管控要求", "环境风险防控要求"), (UNIT, "/", "甲。", "乙。")]
    found = synthetic.imported(write_rows(tmp_path / "list.csv", rows), book).access_list
    assert [one.text for one in found.clauses(UNIT)] == ["/", "甲。", "乙。"]


def test_a_typed_row_without_words_is_pointed_out_as_a_merged_cell_might_be(tmp_path: Path, book: Rulebook) -> None:
    rows = [("单元编码", "条款类型", "条款"), (UNIT, "禁止类", "禁止甲。"), ("ZH99990120002", "禁止类", "")]
    path = write_rows(tmp_path / "list.csv", rows)
    assert any("--fill-down text" in one.remedy for one in synthetic.imported(path, book).remarks)
    filled = synthetic.imported(path, book, filled_down=("text",)).access_list
    assert [one.text for one in filled.clauses("ZH99990120002")] == ["禁止甲。"]
