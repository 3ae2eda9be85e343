"""The layout of the invented county 示范县: what lies where, in kilometres east and north of 112.25 E, 30.10 N."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapes import (
    KM,
    Points,
    blob,
    cells,
    curve,
    cut,
    grow,
    join,
    meander,
    meet,
    metres,
    outline,
    partition,
    plot,
    polygons,
    reach,
    ring,
    river,
    snap,
    strip,
    without_specks,
)

Features = Sequence[tuple[Mapping[str, str], BaseGeometry]]
Named = Sequence[tuple[str, BaseGeometry]]

CITY: Final = "4299"
CLASSES: Final = {1: "优先保护单元", 2: "重点管控单元", 3: "一般管控单元"}

# fmt: off
COUNTY: Final = [
    (-22, -9), (-23, 0), (-19.5, 9), (-21, 16), (-13, 20.5), (-4, 19), (3, 21.5), (12, 19.5), (18, 21), (22.5, 13),
    (20.5, 5), (23.5, -3), (21.5, -11), (17, -17.5), (8, -20), (0, -18), (-9, -21), (-17, -17.5)]
MAIN_STEM: Final = [
    (-40, -7), (-34, -6), (-27, -9), (-21, -13), (-14, -13.5), (-8, -10), (-3, -7), (3, -8), (7, -12.5), (12, -14.5),
    (17, -12), (21, -7.5), (27, -6), (34, -9), (40, -9)]
TRIBUTARY: Final = [
    (4, 36), (2, 30), (0, 24), (-3, 20), (-6, 16), (-3, 12.5), (-6.5, 9), (-4.5, 5.5), (-7, 2.5), (-4, -0.5),
    (-5.5, -3.5), (-3, -7.4)]
RESERVOIR_ARMS: Final = [
    ([(-11.6, 9.3), (-12.6, 10.2), (-13.2, 11.6), (-13.0, 13.2)], 330),
    ([(-12.6, 10.2), (-14.0, 10.4), (-15.2, 11.2)], 230),
    ([(-13.2, 11.4), (-14.2, 12.3), (-14.5, 13.4)], 170),
    ([(-12.9, 12.4), (-12.0, 13.3)], 140)]
OXBOW: Final = [(-3.9, -11.9), (-4.3, -13.6), (-2.6, -15.1), (-0.4, -14.7), (0.4, -13.0), (-0.2, -12.0)]
TOWNS: Final = [
    ("示范县城", 0.4, 2.0, 2.9, 2.1, 20), ("东坪镇", 13.6, -5.2, 1.0, 0.75, 0), ("西渡镇", -15.6, -1.6, 1.1, 0.7, 40),
    ("北埠镇", 1.2, 14.9, 0.9, 0.8, 0), ("南堤镇", 5.6, -16.6, 0.8, 0.6, 0), ("邻庄", 26.0, 4.0, 0.5, 0.4, 0)]
CHEMICAL: Final = [(4.1, 8.9), (5.2, 8.7), (7.0, 8.9), (7.1, 10.2), (6.6, 10.9), (5.0, 10.8), (4.2, 10.4)]
INDUSTRIAL: Final = [(8.3, 0.4), (10.2, 0.2), (11.0, 0.9), (10.8, 2.2), (8.9, 2.4), (8.2, 1.7)]
HOMES: Final = [
    (-1.0, 1.3, 620, 480), (-0.4, 2.6, 540, 600), (0.5, 1.2, 700, 420), (0.6, 2.3, 480, 520), (1.6, 1.7, 560, 460),
    (1.7, 2.8, 620, 380), (-1.2, 2.1, 420, 380), (0.3, 3.2, 520, 360), (13.5, -5.0, 520, 420), (-15.7, -1.5, 480, 400),
    (1.2, 15.0, 420, 360), (5.6, -16.6, 400, 320), (26.0, 4.0, 380, 300)]
SCHOOLS: Final = [
    ("示范县第一中学", -0.75, 1.95), ("示范县第二小学", 1.1, 1.75), ("示范县职业学校", 1.05, 2.75),
    ("东坪中学", 14.0, -5.4), ("西渡小学", -15.2, -1.9), ("北埠小学", 0.9, 14.6), ("南堤小学", 5.3, -16.3),
    ("禾场村小学", -10.6, 1.2), ("松岗村小学", 11.5, 12.2), ("邻庄小学", 26.3, 4.2)]
HOSPITALS: Final = [
    ("示范县人民医院", -0.2, 1.75), ("示范县中医医院", 1.95, 2.25), ("东坪镇卫生院", 13.2, -5.6)]
AIR_REGION: Final = [
    (3.6, 36), (5.4, 21), (4.4, 13), (5.9, 9.6), (4.6, 4), (3.4, -4), (5.2, -12), (4.0, -20), (6, -36), (45, -36),
    (45, 36)]
FIELDS: Final = [
    (-17.5, 3.6, 2.6, 2.2), (-12.4, 4.6, 2.2, 1.8), (-19.4, -5.4, 1.8, 2.6), (-13.2, -6.4, 2.7, 1.6),
    (-8.6, -3.4, 1.9, 2.3), (-10.6, -15.8, 2.9, 2.4), (4.4, -3.2, 2.8, 1.7), (9.6, -7.0, 2.4, 1.9),
    (17.6, -4.0, 2.3, 2.9), (12.2, 5.8, 2.1, 1.8), (-1.6, 8.2, 2.2, 1.9), (8.2, 13.6, 2.0, 1.4),
    (10.8, -17.3, 2.2, 1.2), (-8.2, 17.4, 1.6, 1.3)]
COUNTRY: Final = [  # seeds of the units of open country: x, y, class, name, subtype
    (-18.0, 3.8, 3, "禾场", "一般"), (-10.8, 4.6, 3, "沱溪西岸", "一般"), (-8.0, 15.8, 3, "北冲", "一般"),
    (0.6, 9.6, 3, "东冲", "一般"), (10.2, 13.8, 3, "松岗", "一般"), (19.0, -4.0, 3, "东垸", "一般"),
    (-14.0, -18.0, 3, "西南垸", "一般"), (12.6, 6.4, 3, "明镜湖西", "一般"), (3.8, 18.2, 3, "北岭", "一般"),
    (21.2, 9.2, 3, "东岭", "一般"), (-18.8, -6.4, 2, "西垸农业面源", "要素（水环境）"),
    (-9.4, -5.0, 2, "沱溪下游水质", "要素（水环境）"), (3.2, -3.8, 2, "城南布局敏感", "要素（大气）"),
    (10.2, -9.2, 2, "东坪沿江", "要素（水环境）"), (7.4, 5.0, 2, "园区周边受体敏感", "要素（大气）"),
    (11.4, -17.4, 2, "南岸东片农业面源", "要素（水环境）"), (-7.8, -16.4, 2, "南岸西片农业面源", "要素（水环境）")]
# fmt: on


@dataclass(frozen=True)
class Layer:
    """One layer as it will be written; features with the properties they carry."""

    id: str
    kind: str
    zh: str
    en: str
    features: Features
    geometry: str = "area"
    tolerance: str = "5 m"
    within: str = "wide-frame"
    attributes: str = "name: name"


@dataclass(frozen=True)
class Unit:
    level: int
    name: str
    subtype: str
    area: BaseGeometry


class Waters:
    """The main stem, its tributary, an island, a reservoir, an oxbow and a lake."""

    def __init__(self) -> None:
        self.main_line = curve(MAIN_STEM)
        self.bend_line = meander(curve(TRIBUTARY, 60), 380, 3000, "tributary")
        self.main_bed = river(self.main_line, 1250, "main stem")
        self.tributary = river(self.bend_line, 170, "tributary", 45)
        self.island = blob(-17.2, -13.5, 1.3, 0.28, "island", turn=-6, step=60)
        arms = [LineString(curve(arm, 80)).buffer(half, quad_segs=3).simplify(30) for arm, half in RESERVOIR_ARMS]
        self.reservoir = outline(snap(shapely.union_all(arms)), 20, "reservoir shore")
        self.oxbow = outline(snap(LineString(curve(OXBOW, 100)).buffer(330, quad_segs=4)), 10, "oxbow shore")
        self.lake = blob(16.6, 3.2, 2.2, 1.6, "lake", turn=30)
        self.corridor = outline(self.main_bed, 230, "main corridor")
        self.managed = join(self.corridor, outline(self.tributary, 60, "tributary corridor"))


class DrinkingWater:
    """Protection areas of an intake on the tributary and one at the reservoir; an outer class leaves the inner out."""

    def __init__(self, waters: Waters) -> None:
        line = waters.bend_line  # from upstream to downstream
        at = float(LineString(line).project(Point(-3400, 13_000)))
        bands = ((1000, 100, 150, "1"), (3000, 300, 600, "2"), (8500, 500, 1300, "quasi"))
        self.river = self._apart(
            *(strip(reach(line, at - up, at + down), w, f"intake {n}") for up, down, w, n in bands)
        )
        near = snap(Point(-11_900, 9600).buffer(700, quad_segs=8))
        store_1 = meet(near, outline(waters.reservoir, 200, "reservoir 1"))
        store_2 = outline(join(waters.reservoir, store_1), 450, "reservoir 2")
        self.store = self._apart(store_1, store_2, blob(-13.6, 11.4, 3.6, 3.3, "catchment"))

    @staticmethod
    def _apart(*areas: BaseGeometry) -> list[BaseGeometry]:
        return partition(join(*areas), [], list(areas), 0.05)


class Nature:
    """Redlines, the reserves within them, and wetlands."""

    def __init__(self, waters: Waters) -> None:
        self.hills = blob(-16.2, 12.8, 5.6, 4.6, "north-west hills", turn=60)
        self.ridge = blob(16.4, 15.2, 4.4, 3.0, "north-east ridge", turn=-35)
        self.knoll = blob(8.0, 17.2, 1.7, 1.1, "knoll")
        self.shoals = meet(blob(-17.2, -13.4, 3.4, 1.9, "shoals", turn=-6), waters.main_bed)
        land = join(blob(-1.9, -13.7, 3.3, 2.2, "oxbow land"), outline(waters.oxbow, 250, "oxbow rim"))
        self.oxbow_land = cut(land, grow(waters.main_bed, 420))
        self.hill_reserve = meet(blob(-18.2, 13.6, 2.1, 2.6, "hill reserve"), grow(self.hills, -250))
        self.hill_core = meet(blob(-18.4, 13.6, 1.1, 1.5, "hill reserve core"), grow(self.hill_reserve, -200))
        self.ridge_reserve = blob(17.0, 15.6, 1.7, 1.3, "ridge reserve", turn=-35)
        ridge_core = blob(17.1, 15.6, 0.8, 0.7, "ridge reserve core")
        self.ridge_core = meet(ridge_core, grow(self.ridge_reserve, -150))
        self.wetland_park = outline(waters.oxbow, 130, "wetland park")
        self.lake_wetland = outline(waters.lake, 120, "lake wetland")
        self.island_wetland = meet(outline(waters.island, 150, "island wetland"), waters.main_bed)


class Settlements:
    """Towns with housing, schools and hospitals, and the two parks."""

    def __init__(self) -> None:
        self.towns = {n: blob(x, y, rx, ry, f"town {x} {y}", turn) for n, x, y, rx, ry, turn in TOWNS}
        self.chemical = ring(CHEMICAL, "chemical park", 0.012, 200)
        self.industrial = ring(INDUSTRIAL, "industrial park", 0.012, 200)
        self.homes = [plot(x, y, w, h, f"home {x} {y}", 15) for x, y, w, h in HOMES]
        self.schools = [(n, plot(x, y, 190, 150, f"school {x} {y}", 10)) for n, x, y in SCHOOLS]
        self.hospitals = [(n, plot(x, y, 240, 180, f"hospital {x} {y}")) for n, x, y in HOSPITALS]
        quiet = [outline(area, 180, f"quiet {n}") for n, area in [*self.schools[:7], *self.hospitals]]
        self.quiet = polygons(join(*quiet))
        self.no_fuel = outline(blob(0.5, 2.0, 3.7, 2.9, "fuel ban", 20), 0, "fuel ban edge")


def named_units(waters: Waters, drinking: DrinkingWater, nature: Nature, settled: Settlements) -> list[Unit]:
    """Units drawn around something, most protected first: where two meet the earlier one has it."""
    west = ring([(-40, -30), (-11.6, -30), (-11.2, -13), (-12.4, 0), (-40, 0)], "west reach")
    east = ring([(9.4, -30), (40, -30), (40, 0), (9.0, 0), (9.6, -13)], "east reach")
    rows: list[tuple[int, str, str, BaseGeometry, float]] = [
        (1, "云梯岭自然保护区", "自然保护地", nature.hill_reserve, 220),
        (1, "石鼓水库饮用水水源", "饮用水水源", join(*drinking.store[:2]), 120),
        (1, "沱溪饮用水水源", "饮用水水源", join(*drinking.river[:2]), 100),
        (1, "云梯岭水源涵养", "生态保护红线", nature.hills, 260),
        (1, "松涛岭自然保护区", "自然保护地", nature.ridge_reserve, 250),
        (1, "松涛岭生物多样性", "生态保护红线", nature.ridge, 260),
        (1, "白鹭洲长江滩涂湿地", "生态保护红线", meet(waters.corridor, west), 0),
        (1, "月牙故道国家湿地公园", "生态保护红线", nature.oxbow_land, 240),
        (1, "明镜湖湿地", "一般生态空间", nature.lake_wetland, 300),
        (1, "石鼓岭水土保持", "生态保护红线", nature.knoll, 300),
        (1, "沱溪上游水源涵养", "一般生态空间", drinking.river[2], 80),
        (2, "示范化工园区", "产业", settled.chemical, 150),
        (2, "示范工业园区", "产业", settled.industrial, 200),
        (2, "长江干流东段岸线", "要素（岸线）", meet(waters.corridor, east), 0),
        (2, "长江干流中段岸线", "要素（岸线）", waters.corridor, 0),
        (2, "示范县城区", "城镇", settled.towns["示范县城"], 350),
        (2, "东坪镇", "城镇", settled.towns["东坪镇"], 700),
        (2, "西渡镇", "城镇", settled.towns["西渡镇"], 700),
        (2, "北埠镇", "城镇", settled.towns["北埠镇"], 600),
        (2, "南堤镇", "城镇", settled.towns["南堤镇"], 600),
    ]
    return [
        Unit(level, name, subtype, outline(area, margin, f"unit {number}") if margin else area)
        for number, (level, name, subtype, area, margin) in enumerate(rows)
    ]


def coded(units: Sequence[Unit], shares: Sequence[BaseGeometry]) -> Iterator[tuple[Mapping[str, str], BaseGeometry]]:
    """Units with their codes, ZH + county + class + serial, class by class."""
    for level, category in CLASSES.items():
        mine = [(unit, area) for unit, area in zip(units, shares, strict=True) if unit.level == level]
        for serial, (unit, area) in enumerate(mine, 1):
            code, name = f"ZH{CITY}01{level}{serial:04d}", f"示范县{unit.name}{category}"
            kind = {"class": str(level), "category": category, "subtype": unit.subtype}
            yield {"code": code, "name": name, **kind}, area


def banks(water: BaseGeometry, other: BaseGeometry, wide: BaseGeometry, line: Points, name: str) -> Iterator[
    tuple[Mapping[str, str], BaseGeometry]
]:  # fmt: skip
    """Both banks within the wide frame, open where the other water joins; left and right looking downstream."""
    centre = LineString(line)
    edge = shapely.difference(shapely.intersection(water.boundary, wide, grid_size=1), other, grid_size=1)
    parts = [part for part in shapely.get_parts(shapely.line_merge(edge)) if part.length > 0]
    for part in sorted(parts, key=lambda part: tuple(part.normalize().coords[0])):
        at = Point(metres(part.interpolate(0.5, normalized=True)).coords[0])
        s = float(centre.project(at))
        (ax, ay), (bx, by) = (centre.interpolate(s + ahead).coords[0] for ahead in (-5, 5))
        left = (bx - ax) * (at.y - ay) > (by - ay) * (at.x - ax)
        yield {"name": f"{name}{'左' if left else '右'}岸"}, part


def district() -> Iterator[Layer]:
    """Every layer, in the order of atlas.yaml, on the grid."""
    waters, settled = Waters(), Settlements()
    drinking, nature = DrinkingWater(waters), Nature(waters)
    drawn = ring(COUNTY, "county", 0.17)
    wide = snap(metres(drawn).buffer(6 * KM, quad_segs=4).simplify(400))

    lines, country = cells([row[:2] for row in COUNTRY], "country cells")
    open_country = [Unit(row[2], row[3], row[4], area) for row, area in zip(COUNTRY, country, strict=True)]
    units = [*named_units(waters, drinking, nature, settled), *open_country]
    shares = partition(drawn, lines, [unit.area for unit in units], 0.3)
    frame = shapely.coverage_union_all(shares)  # not as drawn: with every vertex of the units along it

    polder = blob(-13.8, -6.6, 4.0, 2.2, "polder", turn=20)
    polder = cut(polder, grow(waters.corridor, 120), grow(settled.towns["西渡镇"], 150))
    town = join(*settled.towns.values(), settled.chemical, settled.industrial, settled.no_fuel)
    wild = join(waters.reservoir, waters.lake, waters.managed, nature.ridge, nature.hills, nature.knoll)
    plots = join(*settled.homes, *(area for _, area in settled.schools))
    taken = join(*(grow(area, 70) for area in (town, wild, nature.oxbow_land, plots)))
    fields = [blob(*field, f"field {n}", turn=25 * n, rough=0.28) for n, field in enumerate(FIELDS)]
    farmland = [without_specks(meet(cut(field, taken), frame), 0.15) for field in fields]

    def shown(*named: tuple[str, BaseGeometry]) -> Features:
        return [({"name": name}, meet(area, wide)) for name, area in named]

    def numbered(title: str, areas: Sequence[BaseGeometry]) -> Features:
        return shown(*((f"{title}{n:02d}", area) for n, area in enumerate(areas, 1)))

    def around_intakes(rank: int, title: str) -> Features:
        return shown((f"沱溪取水口{title}", drinking.river[rank]), (f"石鼓水库取水口{title}", drinking.store[rank]))

    def reserves(title: str, hill: BaseGeometry, ridge: BaseGeometry) -> Features:
        return shown((f"云梯岭自然保护区{title}", hill), (f"松涛岭自然保护区{title}", ridge))

    counties = [("01", "示范县", frame), ("02", "示范邻县", cut(wide, frame))]
    admin: Features = [({"code": f"{CITY}{number}", "name": name}, area) for number, name, area in counties]
    shore = LineString(polygons(waters.island)[0].exterior.coords)
    main_banks = [
        *banks(waters.main_bed, waters.tributary, wide, waters.main_line, "长江干流"),
        ({"name": "白鹭洲洲岸"}, shore),
    ]
    side_banks = list(banks(waters.tributary, waters.main_bed, wide, waters.bend_line, "沱溪"))
    redlines = shown(
        ("云梯岭水源涵养生态保护红线", nature.hills),
        ("松涛岭生物多样性维护生态保护红线", nature.ridge),
        ("月牙故道湿地生态保护红线", nature.oxbow_land),
        ("白鹭洲滩涂生态保护红线", nature.shoals),
        ("石鼓岭水土保持生态保护红线", nature.knoll),
    )
    core = reserves("核心保护区", nature.hill_core, nature.ridge_core)
    rest = reserves(
        "一般控制区", cut(nature.hill_reserve, nature.hill_core), cut(nature.ridge_reserve, nature.ridge_core)
    )
    wetlands = shown(("明镜湖湿地", nature.lake_wetland), ("白鹭洲湿地", nature.island_wetland))
    air = shown(("示范市东部大气污染防治重点区域", ring(AIR_REGION, "air region", 0.12)))
    towns = shown(*((f"{name}建成区", area) for name, area in settled.towns.items()))

    # fmt: off
    yield Layer("district-frame", "extent", "示范县范围", "The district's extent", [({"name": "示范县范围"}, frame)],
                "extent", "10 m", "district-frame")
    yield Layer("wide-frame", "extent", "外扩范围", "The district and about 6 km around it",
                [({"name": "外扩范围"}, wide)], "extent", "10 m")
    yield Layer("counties", "admin", "县级行政区", "Counties", admin, "admin", "10 m",
                attributes="code: code, name: name")
    yield Layer("control-units", "control_unit", "生态环境管控单元", "Environmental control units",
                list(coded(units, shares)),
                "units", within="district-frame", attributes="code: code, name: name, class: category")
    yield Layer("shoreline-main-stem", "yangtze_main_stem", "长江干流岸线", "Yangtze main stem shoreline", main_banks,
                "line")
    yield Layer("shoreline-tributary", "yangtze_tributary", "长江重要支流岸线",
                "Shoreline of an important Yangtze tributary", side_banks, "line")
    yield Layer("river-management", "yangtze_river_management", "长江河道管理范围", "River management area",
                shown(("长江干流及沱溪河道管理范围", waters.managed)))
    yield Layer("river-lake-management", "river_lake_management", "河湖管理范围", "River and lake management area",
                shown(("长江干流及沱溪河道管理范围", waters.managed)))
    yield Layer("drinking-water-1", "drinking_water_1", "饮用水水源一级保护区",
                "Drinking-water source protection area, class 1", around_intakes(0, "一级保护区"))
    yield Layer("drinking-water-2", "drinking_water_2", "饮用水水源二级保护区",
                "Drinking-water source protection area, class 2", around_intakes(1, "二级保护区"))
    yield Layer("drinking-water-quasi", "drinking_water_quasi", "饮用水水源准保护区",
                "Drinking-water source quasi-protection area", around_intakes(2, "准保护区"))
    yield Layer("ecological-redline", "ecological_redline", "生态保护红线", "Ecological conservation redline", redlines)
    yield Layer("nature-reserve-core", "nature_reserve_core", "自然保护区核心保护区", "Nature reserve, core area", core)
    yield Layer("nature-reserve-general", "nature_reserve_general", "自然保护区一般控制区",
                "Nature reserve, general control area", rest)
    yield Layer("wetland-national", "wetland_national", "国家湿地公园", "National wetland park",
                shown(("月牙故道国家湿地公园", nature.wetland_park)))
    yield Layer("wetland-general", "wetland_general", "一般湿地", "General wetland", wetlands)
    yield Layer("permanent-farmland", "permanent_farmland", "永久基本农田", "Permanent basic farmland",
                numbered("永久基本农田片", farmland), tolerance="2 m", within="district-frame")
    yield Layer("chemical-park", "chemical_park", "化工园区", "Chemical park",
                shown(("示范化工园区", settled.chemical)), tolerance="3 m")
    yield Layer("industrial-park", "industrial_park", "工业园区", "Industrial park",
                shown(("示范工业园区", settled.industrial)), tolerance="3 m")
    yield Layer("built-up-area", "built_up_area", "城镇建成区", "Built-up area", towns)
    yield Layer("residential", "residential", "城镇居住区", "Town housing", numbered("居住区", settled.homes),
                tolerance="3 m")
    yield Layer("schools", "school", "学校", "Schools", shown(*settled.schools), tolerance="3 m")
    yield Layer("hospitals", "hospital", "医院", "Hospitals", shown(*settled.hospitals), tolerance="3 m")
    yield Layer("noise-sensitive", "noise_sensitive_area", "噪声敏感建筑物集中区域", "Noise-sensitive area",
                numbered("噪声敏感区", settled.quiet))
    yield Layer("fuel-ban", "fuel_ban_zone", "高污染燃料禁燃区", "High-pollution fuel ban zone",
                shown(("示范县高污染燃料禁燃区", settled.no_fuel)))
    yield Layer("air-key-region", "air_key_region", "大气污染防治重点区域", "Key region for air", air, tolerance="10 m")
    yield Layer("flood-detention", "flood_detention", "蓄滞洪区", "Flood detention area",
                shown(("西渡蓄滞洪区", polder)))
    yield Layer("basin-yangtze", "basin_yangtze", "长江流域", "Yangtze river basin", shown(("长江流域", wide)),
                tolerance="10 m")
    # fmt: on
