"""The sites wished for in the demo district; find_places.py looks for them. Windows in km from 112.25 E, 30.10 N."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Span = tuple[float, float]


@dataclass(frozen=True)
class Wish:
    """What a site shall be. Zones that no field names must be at least `clear` metres away.

    `inside` zones hold all of it, `across` zones at least `least_part` of it but not all, `barely` zones touch it by
    less than so many metres, `also` ones are not looked at. `distances` are metres from the nearest edge; a site that
    slides is first moved until it lies so far off (below zero: pokes so far in). `levels` are the classes of the units
    it lies in: "" none, None any.
    """

    id: str
    zh: str
    en: str
    window: tuple[float, float, float, float]
    size: tuple[float, float] = (200, 150)
    inside: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    barely: Mapping[str, float] = field(default_factory=dict)
    distances: Mapping[str, Span] = field(default_factory=dict)
    slide: Mapping[str, float] = field(default_factory=dict)
    levels: str | None = "2"
    clear: float = 30
    least_part: float = 0.3
    turn: float = 0
    step: float = 100
    half_out: bool = False
    off_map: bool = False


def at_bank(metres: float, zh: str, en: str) -> Wish:
    """A site in the key unit south of the town, its nearest edge so far from the main stem's bank."""
    exactly = {"yangtze_main_stem": (metres - 0.05, metres + 0.05)}
    far = {"yangtze_tributary": (1500.0, 99e3)}
    place = f"main-stem-{metres:g}m"
    return Wish(place, zh, en, (0, -7, 3, -4), slide={"yangtze_main_stem": metres}, distances=exactly | far)


AIR: Final = "air_key_region"
REDLINE: Final = "ecological_redline"
MANAGED: Final = "yangtze_river_management"
FAR: Final = {"yangtze_main_stem": (1500.0, 99e3), "yangtze_tributary": (1500.0, 99e3)}
TOWN: Final = ("built_up_area", "fuel_ban_zone")


# fmt: off
WISHES: Final = [
    Wish("main-stem-600-out-of-air", "长江干流岸边，地块中心距岸约600米，大气重点区域外",
         "Near the main stem, centre about 600 m from the bank, outside the air key region", (0, -7, 3, -5),
         slide={"yangtze_main_stem": 525},
         distances={"yangtze_main_stem": (520, 530), "yangtze_tributary": (1500, 99e3)}),
    Wish("main-stem-600-in-air", "长江干流岸边，地块中心距岸约600米，大气重点区域内",
         "Near the main stem, centre about 600 m from the bank, in the air key region", (7, -14, 18, -8), inside=(AIR,),
         slide={"yangtze_main_stem": 525}, distances={"yangtze_main_stem": (520, 530)}),
    at_bank(900, "距长江干流岸线900米", "900 m from the main stem"),
    at_bank(990, "距干流岸线990米（确定小于1公里）", "990 m from the main stem: certainly under 1 km"),
    at_bank(998, "距干流岸线998米（1公里容差带内）", "998 m from the main stem: in the tolerance band of 1 km"),
    at_bank(1000, "距干流岸线1000米（容差带正中）", "1000 m from the main stem: the middle of the band"),
    at_bank(1002, "距干流岸线1002米（容差带内）", "1002 m from the main stem: in the band"),
    at_bank(1010, "距干流岸线1010米（确定大于1公里）", "1010 m from the main stem: certainly over 1 km"),
    at_bank(1200, "距干流岸线1200米", "1200 m from the main stem"),
    Wish("main-stem-management", "长江干流河道管理范围内（陆上）", "On land in the main stem's management area",
         (8, -13, 18, -10), (80, 40), (MANAGED, AIR), distances={"yangtze_main_stem": (60, 120)}, clear=20, step=50),
    Wish("tributary-800m", "距重要支流沱溪800米", "800 m from the tributary", (-12, 4, -1, 10), levels="3",
         slide={"yangtze_tributary": 800}, distances={"yangtze_tributary": (799.9, 800.1)}),
    Wish("tributary-998m", "距沱溪998米（1公里容差带内）", "998 m from the tributary: in the band of 1 km",
         (-12, 4, -1, 10), levels="3", slide={"yangtze_tributary": 998},
         distances={"yangtze_tributary": (997.9, 998.1)}),
    Wish("chemical-park-in-air", "化工园区内，大气重点区域内", "In the chemical park, in the air key region",
         (4, 8.5, 7.2, 11), inside=("chemical_park", AIR), distances=FAR),
    Wish("chemical-park-out-of-air", "化工园区内，大气重点区域外", "In the chemical park, outside the air key region",
         (4, 8.5, 7.2, 11), inside=("chemical_park",), distances=FAR),
    Wish("chemical-park-across-air", "化工园区内，跨大气重点区域边界",
         "In the chemical park, across the air region's edge", (4, 8.5, 7.2, 11), inside=("chemical_park",),
         across=(AIR,), distances=FAR),
    Wish("chemical-park-edge", "跨化工园区边界", "Across the chemical park's edge", (4, 8, 5, 11.2),
         across=("chemical_park",), distances=FAR, step=50),
    Wish("industrial-park", "工业园区内（大气重点区域内）", "In the industrial park (air key region)", (8, 0, 11, 2.5),
         (300, 200), ("industrial_park", AIR)),
    Wish("town-open-land", "县城建成区内空地（禁燃区内）", "Open land in the built-up county town", (-2, 0, 3, 4),
         (100, 80), TOWN, step=50),
    Wish("town-housing", "县城居住区内", "In town housing", (-2, 0, 3, 4), (120, 100), (*TOWN, "residential"), step=50),
    Wish("town-noise-sensitive", "噪声敏感建筑物集中区域内，学校旁", "In a noise-sensitive area, beside a school",
         (-2, 0, 3, 4), (60, 40), (*TOWN, "noise_sensitive_area"), also=("residential", "school", "hospital"), step=25),
    Wish("fuel-ban-open", "禁燃区内、建成区外", "In the fuel ban zone, outside the built-up area", (-4, -1, 5, 5),
         (150, 120), ("fuel_ban_zone",), levels=None),
    Wish("school-80m", "距村小学80米", "80 m from a village school", (-11.5, 0.3, -9.7, 2.1), levels="3",
         slide={"school": 80}, distances={"school": (79.9, 80.1)}),
    Wish("school-80m-in-air", "距村小学80米，大气重点区域内", "80 m from a village school, in the air key region",
         (10.6, 11.3, 12.4, 13.1), inside=(AIR,), levels="3", slide={"school": 80}, distances={"school": (79.9, 80.1)}),
    Wish("hospital-200m", "距乡镇卫生院200米", "200 m from a town hospital", (12.2, -6.6, 14.2, -4.6), (100, 80),
         (AIR,), also=("built_up_area", "noise_sensitive_area"), slide={"hospital": 200},
         distances={"hospital": (199.9, 200.1)}),
    Wish("housing-150m", "距居住区150米", "150 m from town housing", (0.2, 14.2, 2.2, 16), (100, 80),
         also=("built_up_area",), slide={"residential": 150}, distances={"residential": (149.9, 150.1)}),
    Wish("redline-only", "生态保护红线内、自然保护区外", "In the redline, outside the nature reserve",
         (-21, 8, -10, 17), inside=(REDLINE,), levels="1"),
    Wish("redline-hilltop", "石鼓岭生态保护红线内（大气重点区域内）", "In a small redline, in the air key region",
         (6, 16, 10, 18.4), inside=(REDLINE, AIR), levels="1"),
    Wish("redline-across", "跨生态保护红线边界（约一半）", "Across the redline's edge, about half inside",
         (6, 15, 10, 19), inside=(AIR,), across=(REDLINE,), levels="1", least_part=0.4, step=50),
    Wish("redline-3m-out", "红线外3米（容差5米之内）", "3 m outside the redline, less than its tolerance",
         (6, 15.5, 10, 18.8), (60, 40), (AIR,), levels="1", slide={REDLINE: 3}, distances={REDLINE: (2.9, 3.1)}),
    Wish("redline-3m-in", "伸入红线不足5米（容差之内）", "Pokes less than 5 m into the redline: in the tolerance band",
         (6, 15.5, 10, 18.8), (60, 40), (AIR,), levels="1", slide={REDLINE: -3}, barely={REDLINE: 5}),
    Wish("redline-12m-out", "红线外12米（确定在外）", "12 m outside the redline: certainly outside",
         (6, 15.5, 10, 18.8), (60, 40), (AIR,), levels="1", slide={REDLINE: 12}, distances={REDLINE: (11.9, 12.1)}),
    Wish("reserve-core", "自然保护区核心保护区内", "In a nature reserve's core", (-20, 11, -16, 16),
         inside=("nature_reserve_core", REDLINE), levels="1"),
    Wish("reserve-general", "自然保护区一般控制区内", "In a nature reserve's general control area", (-20, 10, -16, 17),
         inside=("nature_reserve_general", REDLINE), levels="1"),
    Wish("reserve-core-in-air", "松涛岭核心保护区内，大气重点区域内", "In a reserve's core, in the air key region",
         (15, 13, 19, 18), inside=("nature_reserve_core", REDLINE, AIR), levels="1"),
    Wish("drinking-water-1", "水库一级保护区内", "In drinking-water class 1, at the reservoir", (-13, 8.5, -11, 10.5),
         (100, 80), ("drinking_water_1",), also=(REDLINE,), levels="1"),
    Wish("drinking-water-2", "水库二级保护区内", "In drinking-water class 2, at the reservoir", (-15.5, 8.5, -11, 14),
         inside=("drinking_water_2",), also=(REDLINE,), levels="1"),
    Wish("drinking-water-quasi", "水库准保护区内、红线外", "In the drinking-water quasi area, outside the redline",
         (-12, 8, -8, 14), inside=("drinking_water_quasi",), levels=None),
    Wish("drinking-water-1-river", "沱溪取水口一级保护区内（含水面）", "In drinking-water class 1 at the river intake",
         (-5.5, 11, -1.5, 15), (60, 40), ("drinking_water_1",), also=(MANAGED,), levels="1", step=25),
    Wish("drinking-water-2-river", "沱溪取水口二级保护区内（陆上）",
         "In drinking-water class 2 at the river intake, on land", (-7, 11, -1.5, 16), (100, 80), ("drinking_water_2",),
         levels="1", step=50),
    Wish("drinking-water-quasi-river", "沱溪准保护区内", "In the quasi area of the river intake", (-7, 13, 0, 20),
         inside=("drinking_water_quasi",), levels="1"),
    Wish("wetland-national", "国家湿地公园内（红线内）", "In the national wetland park (in the redline)",
         (-5, -16, 1, -11), inside=("wetland_national", REDLINE), levels="1"),
    Wish("wetland-general", "明镜湖一般湿地内", "In the lake's general wetland", (14, 1, 19, 5.5),
         inside=("wetland_general", AIR), levels="1"),
    Wish("shoals", "长江干流滩涂红线内", "In the main stem's shoals (redline)", (-20, -15, -13, -12), (100, 80),
         (REDLINE, MANAGED), levels="1", clear=20, step=50),
    Wish("farmland", "永久基本农田内，一般单元", "In permanent farmland, general unit", (-19, 2, -10, 6),
         inside=("permanent_farmland",), levels="3"),
    Wish("farmland-across", "跨永久基本农田边界", "Across the edge of permanent farmland", (-19, 1, -10, 7),
         across=("permanent_farmland",), levels="3"),
    Wish("farmland-1m", "伸入永久基本农田不足2米", "Pokes less than 2 m into permanent farmland", (-15.5, 2, -9.5, 7),
         (60, 40), slide={"permanent_farmland": -1}, barely={"permanent_farmland": 2}, levels="3"),
    Wish("flood-detention", "蓄滞洪区内、非基本农田", "In the flood detention area, no farmland", (-18, -9, -10, -4),
         inside=("flood_detention",)),
    Wish("general-out-of-air", "一般单元，无任何敏感区，大气重点区域外",
         "General unit, nothing else, outside the air key region", (-4, 5, 3, 13), (300, 200), levels="3",
         distances=FAR, clear=300),
    Wish("general-in-air", "一般单元，无任何敏感区，大气重点区域内",
         "General unit, nothing else but the air key region", (7, 6, 20, 15), (300, 200), (AIR,), levels="3",
         distances=FAR, clear=300),
    Wish("key-in-air", "重点单元，无其他敏感区，大气重点区域内", "Key unit, nothing else but the air key region",
         (5, 3, 10, 8), inside=(AIR,), distances=FAR, clear=300),
    Wish("key-out-of-air", "重点单元，无任何敏感区，大气重点区域外",
         "Key unit, nothing else, outside the air key region", (-23, -10, 3, -1), distances=FAR, clear=150),
    Wish("large-general", "一般单元内大地块（风光项目）", "A large site in a general unit (wind, solar)",
         (-22, -1, 22, 20), (1500, 1000), levels="3", distances=FAR, step=200),
    Wish("air-edge", "大气重点区域外，距边界不足10米（容差之内）",
         "Outside the air key region by 4 m, less than its tolerance", (2, 10, 7, 20), levels="3", slide={AIR: 4},
         distances={AIR: (3.9, 4.1)}, step=50),
    Wish("key-and-general", "跨重点与一般单元", "Across a key and a general unit", (-22, -3, 3, 10), (300, 200),
         levels="23", step=50),
    Wish("priority-and-general", "跨优先与一般单元（红线外）",
         "Across a priority and a general unit, outside the redline", (4, 14, 12, 20), inside=(AIR,), levels="13",
         step=50),
    Wish("priority-and-key", "跨优先与重点单元", "Across a priority and a key unit", (-8, -19, 4, -10), levels="12",
         step=50),
    Wish("general-and-general", "跨两个一般单元", "Across two general units", (-20, 2, 0, 18), (300, 200), levels="33",
         step=50),
    Wish("district-edge", "跨县界，约一半在邻县（无单元）", "Across the county line, about half outside the district",
         (-20, 16, 12, 22), half_out=True, distances=FAR, also=("permanent_farmland",)),
    Wish("district-edge-in-air", "跨县界，约一半在邻县，重点区域内", "Across the county line, in the air key region",
         (19, -4, 24, 10), inside=(AIR,), distances=FAR, half_out=True),
    Wish("next-county", "全部在邻县（无管控单元）", "Wholly in the neighbouring county, no control units",
         (-27, 0, -24, 4), levels=""),
    Wish("off-the-map", "图外：无任何图层", "Off the map: no layer at all", (60, 0, 62, 2), off_map=True, levels=""),
    Wish("pipeline-river-crossing", "穿越长江干流的管廊（长5公里、宽20米）",
         "A pipeline strip of 5 km x 20 m crossing the main stem", (5, -13, 12, -9), (20, 5000),
         also=(MANAGED, "permanent_farmland", AIR, REDLINE), levels=None, distances={"yangtze_main_stem": (0, 0)}),
    Wish("road-many-units", "东西向公路（长12公里、宽30米）", "A road strip of 12 km x 30 m through many units",
         (-9, 5, 2, 12), (12000, 30), also=(MANAGED, "permanent_farmland", AIR), levels=None, turn=4, step=200),
]
# fmt: on
