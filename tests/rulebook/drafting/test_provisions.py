"""What is read of a clause may be too wide and never too narrow."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screening.engine.truth import Truth, truth
from screening.facts import Choice, Interval, Members, Value
from screening.rulebook.drafting.draftfile import flow
from screening.rulebook.drafting.lexicon import Lexicon, read_lexicon
from screening.rulebook.drafting.provisions import plain_text, read_clause
from screening.rulebook.lists.structure import StructureReader
from screening.rulebook.model import Condition, tests_of
from screening.rulebook.reading import Reading as Problems
from screening.rulebook.terms import Type
from screening.rulebook.vocabulary import Vocabulary
from screening.rulebook.words import read_vocabulary
from tests.rulebook.drafting.conftest import RULES, Read

REDLINE = {"site.overlaps.ecological_redline": {"is": "yes"}}
WATER_2 = {"site.overlaps.drinking_water_2": {"is": "yes"}}
TWO_HIGH = {"any": [{"class.two_high": {"is": "yes"}}, {"class.high_energy": {"is": "yes"}}]}
NEW = {"project.works": {"in": ["new_works"]}}
METALS = {"any": [{"project.releases": {"has": ["heavy_metals"]}}, {"project.processes": {"has": ["electroplating"]}}]}
FURNITURE = {"project.sector": {"in": ["20", "21"]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-1.【产业/禁止类】严格控制“两高”项目建设。", TWO_HIGH),
        ("生态保护红线内，禁止开发建设活动。", REDLINE),
        ("禁止在饮用水水源二级保护区内建设。", WATER_2),
        ("禁止新建、扩建排放重金属的项目。", {"all": [METALS, NEW]}),
        ("禁止新建、改建、扩建排放重金属的项目。", METALS),
        ("禁止家具制造项目入驻。", FURNITURE),
        ("禁止水泥制造。", {"project.sector": {"in": ["3011"]}}),
        ("生态保护红线内，禁止家具制造。", {"all": [REDLINE, FURNITURE]}),
        ("禁止单台35蒸吨/小时以下的生物质锅炉。", {"project.fuels": {"has": ["biomass", "biomass_briquette"]}}),
        ("鼓励发展物流，禁止家具制造。", FURNITURE),
        ("禁止家具制造；严格限制两高项目。", {"any": [FURNITURE, *TWO_HIGH["any"]]}),
        ("家具制造应进入园区，严格限制两高项目。", {"any": [FURNITURE, *TWO_HIGH["any"]]}),
        ("长江干支流岸线一公里范围内，禁止家具制造。",
         {"all": [{"any": [{"site.distance.yangtze_main_stem": {"at_most": "1 km"}},
                           {"site.distance.yangtze_tributary": {"at_most": "1 km"}},
                           {"project.near_other_tributary": {"is": "yes"}}]}, FURNITURE]}),
    ],
)  # fmt: skip
def test_a_clause_asks_whom_its_words_name(read: Read, text: str, expected: Any) -> None:
    assert read(text).when == expected


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("禁止家具制造、腌菜作坊。", "腌菜作坊"),
        ("禁止家具制造等项目。", "等"),
        ("禁止腌菜作坊。", "腌菜作坊"),
        ("非家具制造项目禁止入驻。", "非"),
        ("不属于家具制造的项目禁止入驻。", "不属于"),
        ("禁止年产5万吨及腌菜作坊。", "腌菜作坊"),
    ],
)
def test_one_word_that_is_not_read_and_the_clause_asks_everyone(read: Read, text: str, unread: str) -> None:
    found = read(text)
    assert found.when is None
    assert unread in found.unread


@pytest.mark.parametrize(
    "text",
    [
        "生态保护红线腌菜，禁止开发建设活动。",
        "仅允许家具制造项目入驻。",  # what is not furniture is barred
        "禁止不符合规划要求的项目。",  # only an officer can see
        "生态保护红线外，禁止开发建设活动。",
        "生态保护红线周边，禁止开发建设活动。",
        "生态保护红线内，禁止家具制造。禁止开发建设活动。",  # the place is that of one sentence
        "生态保护红线内，禁止家具制造；禁止开发建设活动。",
        "生态保护红线内，禁止家具制造，其他区域禁止开发建设活动。",
        "生态保护红线内，禁止家具制造，老城腌菜作坊禁止开发建设活动。",
        "生态保护红线内，禁止家具制造，禁止在饮用水水源二级保护区内建设，禁止开发建设活动。",
        "生态保护红线和某某山内，禁止开发建设活动。",
        "鼓励家具制造入园，支持改造。",
        "禁止",
        "",
    ],
)
def test_what_may_concern_anyone_asks_everyone(read: Read, text: str) -> None:
    assert read(text).when is None


def test_a_place_is_kept_where_the_words_not_read_speak_of_no_place(read: Read) -> None:
    found = read("生态保护红线内，禁止腌菜。")
    assert found.when == REDLINE and found.unread == ("腌菜",)


def test_an_exception_is_named_and_narrows_nothing(read: Read) -> None:
    found = read("除国家重大战略项目外，禁止家具制造（自用的除外）。")
    assert found.when == FURNITURE
    assert len(found.exceptions) == 2 and "重大战略" in "".join(found.exceptions)


def test_new_works_narrow_only_where_one_thing_is_named(read: Read) -> None:
    assert read("禁止新建家具制造项目。").when == {"all": [FURNITURE, NEW]}
    both = read("禁止新建家具制造项目以及排放重金属的项目。").when
    assert both is not None and "works" not in flow(both)


def test_what_is_newly_released_is_not_new_works(read: Read) -> None:
    """A technical upgrade may release what was not released before."""
    assert read("禁止新增重金属污染物排放。").when == METALS


def test_a_list_after_a_colon_stays_in_its_place(read: Read) -> None:
    assert read("森林公园内禁止下列行为：腌菜；家具制造；两高项目。").when is not None


def test_names_of_parks_and_waterworks_do_not_count(lexicon: Lexicon) -> None:
    one = plain_text("3.【生态/禁止类】森林公园涉及虚构岭地方级森林公园，按照有关规定管理。", lexicon)
    other = plain_text("1-2.【生态/禁止类】森林公园涉及另一岭地方级森林公园、第三岭森林公园，按照有关规定管理", lexicon)
    assert one == other and "虚构" not in one


def _carried() -> tuple[Vocabulary, Lexicon]:
    vocabulary = read_vocabulary(RULES / "vocabulary", Problems(), "vocabulary")
    return vocabulary, read_lexicon(RULES, vocabulary)


VOCABULARY, LEXICON = _carried()
STRUCTURES = StructureReader(VOCABULARY)
PLACES = (
    "生态保护红线内",
    "饮用水水源二级保护区内",
    "森林公园",
    "其他区域",
    "园区内",
    "河道",
    "生态保护红线外",
    "区域严格按照",
)
BARS = ("禁止", "严格限制", "不得", "仅允许", "应", "鼓励", "推进", "严格控制", "")
WORKS = ("新建", "改建", "新建、扩建", "新增", "")
SUBJECTS = ("家具制造", "化工", "两高", "重金属", "电镀", "储油库", "不符合规划要求", "排放污染物")
MARKS = ("，", "；", "。", "：", "、", "和", "等", "的项目，", "项目。", "（家具制造除外）。", "")
PARTS = st.one_of(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["，", "；", "：", "、", "和", ""])),
    st.tuples(st.sampled_from(BARS), st.sampled_from(WORKS), st.sampled_from(SUBJECTS), st.sampled_from(MARKS)),
    st.tuples(
        st.sampled_from(PLACES), st.just("，"), st.sampled_from(BARS), st.sampled_from(SUBJECTS), st.sampled_from(MARKS)
    ),
)
SOUP = st.lists(PARTS, min_size=1, max_size=5).map(lambda parts: [piece for part in parts for piece in part if piece])


def _condition(text: str) -> Condition | None:
    when = read_clause(plain_text(text, LEXICON), LEXICON).when
    if when is None:
        return None
    structure, problems = STRUCTURES.read({"when": flow(when)})
    assert not problems and structure.when is not None
    return structure.when


def _value(key: str, condition: Condition, chance: random.Random) -> Value:
    """A known value for a fact, one of those the condition asks for half of the time."""
    asked = [test.value for test in tests_of(condition) if test.fact == key]
    wanted = sorted({word for one in asked if isinstance(one, frozenset) for word in one})
    match VOCABULARY[key].type:
        case Type.SET:
            members = frozenset(chance.sample(wanted, min(len(wanted), chance.randint(0, 1))))
            return Members(members, members)
        case Type.NUMBER:
            number = chance.choice([0, 10**9])
            return Interval(number, number)
        case Type.FLAG:
            return Choice(frozenset({chance.choice(["yes", "no"])}))
        case _:
            return Choice(frozenset({chance.choice([*wanted[:40], "9999"])}))


@settings(max_examples=300, deadline=None)
@example(["生态保护红线内，", "鼓励", "新建", "化工园区内，", "禁止", "家具制造，"], 2, "腌菜", 0)
@given(SOUP, st.integers(0, 14), st.sampled_from(["腌菜", "腌菜作坊", "老城", "腌"]), st.integers(0, 2**32))
def test_a_word_that_is_not_read_only_ever_widens(pieces: list[str], place: int, strange: str, seed: int) -> None:
    """Whom a clause certainly does not concern with a strange word in it, it does not concern without it."""
    at = min(place, len(pieces))
    wider = _condition("".join([*pieces[:at], strange, *pieces[at:]]))
    plain = _condition("".join(pieces))
    if wider is None:
        return
    chance = random.Random(seed)
    keys = sorted({test.fact for one in (wider, plain) if one is not None for test in tests_of(one)})
    for _ in range(20):
        values = {key: _value(key, wider if plain is None else plain, chance) for key in keys}
        if truth(wider, VOCABULARY, values) is Truth.FALSE:
            assert plain is not None and truth(plain, VOCABULARY, values) is Truth.FALSE
