"""The vocabulary: what people write for a fact becomes a value, or says why it cannot."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import InputError, QuantityError, ScreeningError
from screening.facts import FLAG_NO, FLAG_YES, Choice, Interval, Members, Supplier, Value, exactly
from screening.rulebook.reader import Rulebook
from screening.rulebook.terms import Term, Type
from screening.rulebook.values import parse_day, read_value, show_value
from screening.rulebook.vocabulary import Vocabulary

from .minimal import FACTS, load, problems


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    return load(tmp_path_factory.mktemp("book")).vocabulary


def one_of(*words: str) -> Choice:
    return Choice(frozenset(words))


def between(lo: int | None, hi: int | None) -> Interval:
    return Interval(-inf if lo is None else Fraction(lo), inf if hi is None else Fraction(hi))


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("project.works", "new_build", one_of("new_build")),
        ("project.works", "新建", one_of("new_build")),
        ("project.works", " new build ", one_of("new_build")),
        ("project.works", "改扩建", one_of("expansion")),
        ("project.works", ["新建", "改建"], one_of("new_build", "alteration")),
        ("project.sector", "2614", one_of("2614")),
        ("project.sector", "C2614", one_of("2614")),
        ("project.sector", Decimal(2614), one_of("2614")),
        ("project.sector", "26", one_of("2611", "2614")),
        ("project.sector", "水泥制造", one_of("3011")),
        ("project.sector", ["301", "2611"], one_of("3011", "3012", "2611")),
        ("project.capacity", "12 万吨/年", between(120_000, 120_000)),
        ("project.capacity", ["1 t/a", "2 t/a"], between(1, 2)),
        ("project.capacity", ["", "2 t/a"], between(None, 2)),
        ("project.capacity", ["1 t/a", None], between(1, None)),
        ("project.capacity", [None, "未知"], Interval()),
        ("project.capacity", 0, between(0, 0)),
        ("project.change", "-5 t/a", between(-5, -5)),
        ("project.ratio", Decimal("1.5"), Interval(Fraction(3, 2), Fraction(3, 2))),
        ("project.ratio", "1.5:1", Interval(Fraction(3, 2), Fraction(3, 2))),
        ("project.started", "2026-08-15", between(date(2026, 8, 15).toordinal(), date(2026, 8, 15).toordinal())),
        ("project.started", ["2026-08-15", ""], between(date(2026, 8, 15).toordinal(), None)),
        ("project.in_park", True, FLAG_YES),
        ("project.in_park", "False", FLAG_NO),
        ("project.in_park", "是", FLAG_YES),
        ("project.in_park", "无", FLAG_NO),
        ("project.in_park", ["yes", "no"], one_of("yes", "no")),
        ("project.fuels", ["煤", "gas"], exactly("coal", "gas")),
        ("project.fuels", "煤", exactly("coal")),
        ("project.fuels", [], Members()),
        ("project.fuels", {"has": "煤"}, exactly("coal")),
        (
            "project.fuels",
            {"has": ["coal"], "may_have": ["gas"]},
            Members(frozenset({"coal"}), frozenset({"coal", "gas"})),
        ),
        ("project.fuels", {"may_have": "anything"}, Members()),
        ("project.plants", ["一号线"], exactly("一号线")),
    ],
)
def test_what_people_write_is_read_as_the_value_it_means(
    vocabulary: Vocabulary, key: str, raw: Any, value: Value
) -> None:
    assert read_value(vocabulary[key], raw) == value


@pytest.mark.parametrize("raw", [None, "", " ", "unknown", "Unknown", "未知", "不详", "待定", "?"])
def test_what_is_not_known_is_missing_in_every_fact(vocabulary: Vocabulary, raw: Any) -> None:
    for key in vocabulary:
        assert read_value(vocabulary[key], raw).missing


@pytest.mark.parametrize(
    ("key", "raw", "said"),
    [
        ("project.works", "new_buildd", '"new_buildd" is not a known kind of works; did you mean "new_build"?'),
        ("project.works", "zzz", "use one of: new_build, expansion, alteration"),
        ("project.works", True, "true / false is not a value of this fact"),
        ("project.works", [], "neither a word nor a list of words"),
        ("project.works", {"is": "新建"}, "neither a word nor a list of words"),
        ("project.works", ["x"] * 201, "neither a word nor a list of words"),
        ("project.sector", "9999", '"9999" is not a class of GB/T 4754-2017'),
        ("project.sector", "2", "is not a class"),
        ("project.sector", "26145", "is not a class"),
        ("project.capacity", "5 km", '"km" does not measure the same thing as "t/a"'),
        ("project.capacity", "5", '5 has no unit; write for example "100 t/a"'),
        ("project.capacity", "2500 t/d", "does not measure the same thing"),
        ("project.capacity", "-1 t/a", "-1 t/a is below zero; check the sign"),
        ("project.capacity", ["-1 t/a", ""], "below zero"),
        ("project.capacity", ["2 t/a", "1 t/a"], "the range runs from high to low"),
        ("project.capacity", ["1 t/a"], "a range has two ends"),
        ("project.capacity", {"at_least": "1 t/a"}, "a mapping is not a quantity"),
        ("project.capacity", True, "true / false is not a value of this fact"),
        ("project.started", "2026-02-29", '"2026-02-29" is not a day; write it as 2026-08-15'),
        ("project.started", "2026/8/15", "is not a day"),
        ("project.started", "20260815", "is not a day"),
        ("project.started", "２０２６-０８-１５", "is not a day"),
        ("project.in_park", "perhaps", '"perhaps" is neither yes nor no'),
        ("project.fuels", "cole", 'did you mean "cok'),
        ("project.fuels", {"hass": ["coal"]}, "an unknown form of a set"),
        ("project.fuels", {}, "an unknown form of a set"),
        ("project.fuels", [["coal"]], "not a list of words"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(vocabulary: Vocabulary, key: str, raw: Any, said: str) -> None:
    with pytest.raises((InputError, QuantityError)) as caught:
        read_value(vocabulary[key], raw)
    assert said in str(caught.value)
    assert caught.value.problems[0].zh


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=8),
    st.decimals(),
    st.integers(),
    st.sampled_from(["新建", "5 t/a", "26", "x" * 500]),
)
raws = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["has", "may_have", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(raws)
def test_whatever_is_written_for_a_fact_is_a_value_or_a_problem(vocabulary: Vocabulary, raw: Any) -> None:
    for key in vocabulary:
        try:
            value = read_value(vocabulary[key], raw)
        except (InputError, QuantityError) as error:
            assert error.problems
        else:
            assert type(value) is type(vocabulary[key].missing)
            assert show_value(vocabulary[key], value, "zh")
            assert show_value(vocabulary[key], value, "en")


@given(st.integers(0, 10**20), st.integers(0, 4), st.sampled_from(["project.capacity", "project.ratio"]))
def test_a_figure_reads_back_as_shown(vocabulary: Vocabulary, digits: int, places: int, key: str) -> None:
    number = Fraction(digits, 10**places)
    value = Interval(number, number)
    assert read_value(vocabulary[key], show_value(vocabulary[key], value)) == value


@given(st.dates())
def test_a_day_reads_back_as_shown(vocabulary: Vocabulary, day: date) -> None:
    value = Interval(Fraction(day.toordinal()), Fraction(day.toordinal()))
    shown = show_value(vocabulary["project.started"], value)
    assert shown == day.isoformat()
    assert read_value(vocabulary["project.started"], shown) == value
    assert parse_day(shown) == day


def test_every_word_of_the_carried_vocabulary_reads_back_from_both_its_labels(rulebook: Rulebook) -> None:
    """Two words of one fact with the same label would be confused without a sound."""
    wrong = [
        (term.key, word, label)
        for term in rulebook.vocabulary.terms.values()
        for word, text in term.choices.items()
        for label in filter(None, (word, text.zh, text.en))
        if read_value(term, label) != read_value(term, word)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("key", "value", "zh", "en"),
    [
        ("project.capacity", between(600, 600), "600 t/a", "600 t/a"),
        ("project.capacity", between(597, 603), "597 t/a 至 603 t/a", "597 t/a to 603 t/a"),
        ("project.capacity", between(None, 5), "≤ 5 t/a", "≤ 5 t/a"),
        ("project.capacity", between(5, None), "≥ 5 t/a", "≥ 5 t/a"),
        ("project.capacity", Interval(), "未知", "unknown"),
        ("project.started", between(1, 10**9), "0001-01-01 至 1000000000", "0001-01-01 to 1000000000"),
        ("project.in_park", FLAG_YES, "是", "yes"),
        ("project.works", one_of("new_build", "expansion"), "扩建 或 新建", "expansion or new build"),
        ("project.sector", one_of("2614"), "2614 有机化学原料制造", "2614 organic chemicals"),
        ("project.sector", one_of("2611"), "2611 无机酸制造", "2611 无机酸制造"),
        ("project.fuels", exactly(), "无", "none"),
        ("project.fuels", exactly("coal", "gas"), "煤、天然气", "coal, natural gas"),
        ("project.fuels", Members(frozenset({"coal"})), "煤；可能有 其他", "coal; perhaps others"),
        ("project.fuels", Members(frozenset(), frozenset({"gas"})), "可能有 天然气", "perhaps natural gas"),
    ],
)
def test_a_value_is_shown_in_both_languages(vocabulary: Vocabulary, key: str, value: Value, zh: str, en: str) -> None:
    assert (show_value(vocabulary[key], value, "zh"), show_value(vocabulary[key], value, "en")) == (zh, en)


def test_a_figure_measured_as_a_binary_fraction_is_shown_to_the_tenth_of_a_millimetre(vocabulary: Vocabulary) -> None:
    value = Interval(Fraction(1000.1), Fraction(1000.1))
    assert show_value(vocabulary["site.distance.redline"], value) == "1000.1 m"


def test_a_family_is_one_fact_for_every_row_it_wants(vocabulary: Vocabulary) -> None:
    found = [key for key in vocabulary if key.startswith(("site.distance", "site.overlaps"))]
    assert found == ["site.distance.shoreline", "site.distance.redline", "site.overlaps.redline"]
    assert vocabulary["site.distance.redline"].label == ("到生态保护红线的距离", "distance to the ecological redline")
    assert vocabulary["site.distance.redline"].unit == "m"


def test_a_group_of_sectors_is_all_classes_under_its_codes(vocabulary: Vocabulary) -> None:
    assert vocabulary.groups["chemicals"].members == {"2611", "2614"}


def test_claims_may_be_nested_or_dotted(vocabulary: Vocabulary) -> None:
    book = Vocabulary({**vocabulary.terms, "project.heat.share": vocabulary["project.ratio"]})
    assert book.read_claims({"heat": {"share": "0.5"}}).value("project.heat.share") == Interval(
        Fraction(1, 2), Fraction(1, 2)
    )
    assert book.read_claims({"heat.share": "0.5"}) == book.read_claims({"heat": {"share": "0.5"}})


def test_a_claim_left_open_is_no_fact(vocabulary: Vocabulary) -> None:
    assert dict(vocabulary.read_claims({"capacity": "", "works": "未知"})) == {}


def claim_problems(vocabulary: Vocabulary, claims: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as caught:
        vocabulary.read_claims(claims)
    assert all(problem.zh for problem in caught.value.problems)
    return [problem.text() for problem in caught.value.problems]


def test_every_wrong_claim_is_named_at_once_with_its_pointer(vocabulary: Vocabulary) -> None:
    assert claim_problems(
        vocabulary, {"work": "新建", "capacity": "5 km", "in_park": "perhaps", "a/b": {"c~的确没有这一项": 1}}
    ) == [
        '/project/work: unknown fact "project.work"; did you mean "project.works"?',
        '/project/capacity: "km" does not measure the same thing as "t/a"; write it in t/a',
        '/project/in_park: "perhaps" is neither yes nor no; write yes or no',
        '/project/a~1b/c~0的确没有这一项: unknown fact "project.a/b.c~的确没有这一项"; see `screening vocabulary` for the facts an application may state',
    ]


@pytest.mark.parametrize("supplier", [Supplier.ATLAS, Supplier.CLASSIFICATION])
def test_an_applicant_cannot_state_what_is_measured_or_derived(vocabulary: Vocabulary, supplier: Supplier) -> None:
    derived = replace(vocabulary["project.ratio"], key="project.derived", supplier=supplier)
    book = Vocabulary({**vocabulary.terms, "project.derived": derived})
    assert 'unknown fact "project.derived"' in claim_problems(book, {"derived": "0.5"})[0]
    for claims in ({"site": {"distance": {"redline": "5 m"}}}, {"class.two_high": "no"}):
        assert "unknown fact" in claim_problems(book, claims)[0]


def test_a_claim_stated_twice_is_refused(vocabulary: Vocabulary) -> None:
    book = Vocabulary({**vocabulary.terms, "project.heat.share": vocabulary["project.ratio"]})
    found = claim_problems(book, {"heat": {"share": "0.5"}, "heat.share": "0.6"})
    assert found == ['/project/heat.share: "project.heat.share" is stated twice; keep one']


def test_a_flood_of_unknown_claims_is_refused_in_good_time(vocabulary: Vocabulary, rulebook: Rulebook) -> None:
    claims = {"x": {f"unknown_fact_number_{number}": 1 for number in range(20_000)}}
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        rulebook.vocabulary.read_claims(claims)
    assert len(caught.value.problems) == 20_000
    assert time.perf_counter() - start < 5


@given(st.dictionaries(st.text(max_size=6) | st.sampled_from(["works", "capacity", "fuels"]), raws, max_size=4))
def test_any_claims_are_facts_or_a_list_of_problems(vocabulary: Vocabulary, claims: dict[str, Any]) -> None:
    try:
        facts = vocabulary.read_claims(claims)
    except ScreeningError as error:
        assert isinstance(error, InputError)
    else:
        assert all(fact.origin.supplier is Supplier.APPLICANT and not fact.value.missing for fact in facts.values())


TERM = "facts:\n  project.x: {type: number, unit: m, supplied_by: applicant, label: {zh: 甲, en: x}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TERM.replace("unit: m", "unit: feet"), '2: unknown unit "feet"; use a unit of screening/quantity.py'),
        (TERM.replace("project.x", "Project.X"), '2: "Project.X" is not a fact key'),
        (TERM.replace("project.x", "owner.x"), '2: "owner.x" is not a fact key'),
        (TERM.replace("number", "figure"), "2: the type or the supplier is not known; types: number, date, flag"),
        (TERM.replace("applicant", "someone"), "2: the type or the supplier is not known"),
        (TERM.replace("type: number", "type: flag"), "2: a flag has no unit or choices of that kind"),
        (TERM.replace("number, unit: m", "choice"), '2: the choice "project.x" has no choices'),
        (TERM.replace(", label: {zh: 甲, en: x}", ""), '2: the key "label" is missing; add it'),
        (TERM.replace(", en: x", ""), '2: the key "en" is missing; add it'),
        (TERM.replace("label", "lable"), '2: unknown key "lable"; did you mean "label"?'),
        (TERM.replace("number, unit: m", "choice, choices: {a: }"), "2: no words stand here; write {zh: ..., en: ...}"),
        (TERM.replace("number, unit: m", "choice, choices_from: none.csv"), "none.csv: cannot be opened"),
        (TERM.replace("number, unit: m", "choice, choices_from: ../../x.csv"), "2: names a file outside the rulebook"),
        (TERM.replace("number, unit: m", 'choice, choices_from: "\\0"'), "cannot be opened"),
        (TERM.replace("project.x", "project.works"), '2: the fact "project.works" stands twice; keep one'),
        ("groups:\n  g: {of: project.worxs, label: {zh: 组, en: g}, members: [a]}", '2: the group "g" is of "project.worxs"'),
        ("groups:\n  g: {of: project.works, label: {zh: 组, en: g}, members: [a]}", '2: "a" is not a known kind of works'),
        ("groups:\n  g: {of: project.works, label: {zh: 组, en: g}, members: []}", '2: the group "g" has no members'),
        ("groups:\n  new_works: {of: project.works, label: {zh: 组, en: g}, members: [expansion]}", "stands twice"),
        ("families:\n  site.near: {type: number, unit: m, supplied_by: atlas, label: {zh: '{zh}', en: '{en}'},"
         " members_from: kinds.csv, where: {geometry: volume}}", '2: the family "site.near" has no members'),
        ("fact: {}", '1: unknown key "fact"; did you mean "facts"?'),
        ("- project.x", "1: a list where a mapping belongs"),
        ("facts: [", "is not YAML"),
    ],
)  # fmt: skip
def test_a_wrong_vocabulary_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    found = problems(tmp_path, files={"vocabulary/more.yaml": text})
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key,zh,zh\n1,a,b\n", "sectors.csv:1: the header has an empty or repeated column"),
        ("key,zh,en\n2611,a\n", "sectors.csv:2: this row has not as many cells as the header"),
        ("key,zh,en\n2611,a,b,c\n", "sectors.csv:2: this row has not as many cells as the header"),
        ('key,zh,en\n2611,"a\n', "is not CSV"),
        ("", "sectors.csv: is empty"),
    ],
)
def test_a_wrong_list_of_choices_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    found = problems(tmp_path, files={"vocabulary/sectors.csv": text})
    assert any(said in line for line in found), found


def test_all_problems_of_all_vocabulary_files_come_at_once(tmp_path: Path) -> None:
    wrong = FACTS.replace(
        "unit: t/a, supplied_by: applicant, label: {zh: 产能", "unit: feet, supplied_by: applicant, label: {zh: 产能"
    )
    found = problems(
        tmp_path, files={"vocabulary/facts.yaml": wrong, "vocabulary/more.yaml": TERM.replace("number", "figure")}
    )
    assert len(found) == 2


def test_a_term_knows_how_wide_nothing_is(vocabulary: Vocabulary) -> None:
    kinds: dict[Type, Value] = {Type.NUMBER: Interval(), Type.DATE: Interval(), Type.SET: Members()}
    for term in vocabulary.terms.values():
        assert isinstance(term, Term)
        assert term.missing == kinds.get(term.type, Choice())
