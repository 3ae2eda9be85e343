"""Quantities are exact, know their unit, and refuse whatever is not one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.errors import QuantityError, ScreeningError
from screening.quantity import check_unit, parse_number, parse_quantity, render, render_all

# Worked out by hand from the definitions (GB/T 2589-2020 for coal and oil equivalents), not by the code under test.
FACTORS = {
    "m": {"m": 1, "km": 1000, "公里": 1000, "千米": 1000, "米": 1, "cm": Fraction(1, 100), "厘米": Fraction(1, 100)},
    "m2": {"m2": 1, "m²": 1, "m**2": 1, "平方米": 1, "ha": 10000, "公顷": 10000, "mu": Fraction(2000, 3)}
    | {"亩": Fraction(2000, 3), "万亩": Fraction(20_000_000, 3), "km2": 10**6, "平方公里": 10**6},
    "t": {"t": 1, "吨": 1, "万吨": 10**4, "亿吨": 10**8, "kg": Fraction(1, 1000), "重量箱": Fraction(1, 20), "kt": 1000}
    | {"万重量箱": 500},
    "t/a": {"t/a": 1, "吨/年": 1, "万吨/年": 10**4, "万吨/a": 10**4, "kg/a": Fraction(1, 1000), "t / a": 1},
    "tce/a": {"tce/a": 1, "吨标准煤/年": 1, "万吨标准煤/年": 10**4, "kgce/a": Fraction(1, 1000)}
    | {"toe/a": Fraction(41868, 29307600) * 1000, "GJ/a": Fraction(10**9, 29307600 * 1000)},
    "kgce/t": {"kgce/t": 1, "tce/t": 1000, "千克标准煤/吨": 1, "kgoe/t": Fraction(41868000, 29307600), "gce/kg": 1},
    "kWh/a": {"kWh/a": 1, "万千瓦时/年": 10**4, "亿千瓦时/年": 10**8, "度/年": 1, "MWh/a": 1000},
    "t/h": {"t/h": 1, "吨/小时": 1, "蒸吨/小时": 1, "t/d": Fraction(1, 24)},
    "kg/m3": {"kg/m3": 1, "g/m³": Fraction(1, 1000), "t/m**3": 1000},
}
decimals = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6)
units = st.sampled_from(sorted((canonical, unit) for canonical, known in FACTORS.items() for unit in known))
anything = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="0123456789eE+-.,:：%/ *()²³_\u3000\x00\n，−０９mtakg吨万亩😀", max_size=140),
    st.tuples(st.sampled_from(["1", "1e99", "9" * 39, "-0", "1,000", ".5"]), st.text(max_size=60)).map("".join),
    st.tuples(st.just("1 "), st.text(alphabet="mkt*/()239²³ _aqsu", max_size=60)).map("".join),
)
canonicals = st.sampled_from(["", *FACTORS])


@given(units, decimals)
def test_a_written_unit_is_converted_exactly(pair: tuple[str, str], number: Decimal) -> None:
    canonical, unit = pair
    assert parse_quantity(f"{number:f} {unit}", canonical) == Fraction(number) * Fraction(FACTORS[canonical][unit])


@given(st.integers(-(10**20), 10**20), st.integers(0, 15), st.sampled_from(sorted(FACTORS)))
def test_what_is_shown_exactly_reads_back_as_the_same_number(digits: int, places: int, unit: str) -> None:
    number = Fraction(digits, 10**places)
    shown = render(number, unit)
    assert "≈" not in shown
    assert parse_quantity(shown, unit) == number


@given(st.fractions())
def test_a_number_that_does_not_end_is_marked_as_rounded(number: Fraction) -> None:
    ends = number.denominator
    for prime in (2, 5):
        while ends % prime == 0:
            ends //= prime
    shown = render(number, "")
    if ends != 1:
        assert shown.startswith("≈")
    elif "≈" not in shown:
        assert parse_quantity(shown, "") == number


@given(anything, canonicals)
def test_any_text_is_a_number_or_a_quantity_error(text: str, canonical: str) -> None:
    try:
        number = parse_quantity(text, canonical)
    except QuantityError as error:
        assert error.problems[0].what
        assert error.problems[0].remedy
        assert error.problems[0].zh
    else:
        assert isinstance(number, Fraction)


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.decimals(), st.integers(), st.fractions(), st.binary()))
def test_any_object_is_a_number_or_a_quantity_error(raw: object) -> None:
    for canonical in ("", "m"):
        try:
            assert isinstance(parse_quantity(raw, canonical), Fraction)
        except ScreeningError as error:
            assert isinstance(error, QuantityError)


@given(st.fractions())
def test_any_number_can_be_shown(number: Fraction) -> None:
    assert render_all([number, -number, number * 10**400, number / 10**400], "m")


@pytest.mark.parametrize(
    "unit",
    [
        "m**9**9**9",
        "m" + "²" * 8,
        "m*(((((((km/m)**9)**9)**9)**9)**9)**9)**9",
        "m*(km²/m²)²²²²",
        "m squared squared squared squared squared",
        "sq square cubic m",
        "m*9",
        "m**0",
        "(" * 50,
    ],
)
def test_a_unit_that_is_an_arithmetic_problem_is_refused_at_once(unit: str) -> None:
    with pytest.raises(QuantityError, match="unit"):
        parse_quantity(f"1 {unit}", "m")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(10**5000, id="5001 digits"),
        -(10**40),
        Decimal("sNaN"),
        Decimal("NaN"),
        Decimal("Infinity"),
        float("nan"),
    ],
)
@pytest.mark.parametrize("canonical", ["", "m"])
def test_numbers_no_figure_can_have_are_refused(raw: object, canonical: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(raw, canonical)


@pytest.mark.parametrize(
    "text", ["1" * 41, "1e100", "0x10", "1_000", "inf", "-inf", "NaN", "1e", "--1", "1.2.3", "一百", "😀"]
)
def test_what_is_not_plain_digits_is_not_a_number(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", Fraction(2469, 2)),
        ("1，000", Fraction(1000)),
        ("−5", Fraction(-5)),
        ("１２", Fraction(12)),
        (" 0.1 ", Fraction(1, 10)),
        ("1e-3", Fraction(1, 1000)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
    ],
)
def test_what_people_type_for_a_number_is_read(text: str, number: Fraction) -> None:
    assert parse_number(text) == number
    assert parse_quantity(f"{text} km", "m") == number * 1000


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("1.5:1", Fraction(3, 2)),
        ("5：4", Fraction(5, 4)),
        ("45 %", Fraction(9, 20)),
        ("45％", Fraction(9, 20)),
        ("2", 2),
    ],
)
def test_a_ratio_is_read_in_each_way_it_is_written(text: str, ratio: Fraction) -> None:
    assert parse_quantity(text, "") == ratio


@pytest.mark.parametrize("text", ["1:0", "0:0", "1:2:3", "%", "5 m", "5 %%", ":1", "1:"])
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text, "")


def test_a_float_means_the_digits_it_prints() -> None:
    assert parse_quantity(0.1, "") == Fraction(1, 10)


def test_a_bare_number_is_refused_where_a_unit_belongs() -> None:
    with pytest.raises(QuantityError, match='600 has no unit; write for example "100 m"'):
        parse_quantity("600", "m")


def test_zero_needs_no_unit() -> None:
    assert parse_quantity("0", "t/a") == 0


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2500 t/d", "t/a"),  # a kiln does not run 365 days
        ("13100 kWh/t", "kgce/t"),  # at an equivalent or an equal value: for the applicant to say
        ("1 GWh", "tce"),
        ("5 m", "m2"),
        ("5 kg", "m"),
        ("5 m³", "m2"),
    ],
)
def test_unlike_figures_are_kept_apart(text: str, canonical: str) -> None:
    with pytest.raises(QuantityError, match="does not measure the same thing"):
        parse_quantity(text, canonical)


@pytest.mark.parametrize(
    "text", ["5 parsec", "5 furlong", "5 Km", "5 m/", "5 /m", "5 m,5", "1,000,5 m", "1,0000 m", "5 m 3"]
)
def test_a_unit_nobody_defined_is_refused(text: str) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(text, "m")


@pytest.mark.parametrize("unit", ["", "m", "kgce/t", "万吨/年", "m**3"])
def test_a_vocabulary_may_use_every_known_unit(unit: str) -> None:
    check_unit(unit)


@pytest.mark.parametrize("unit", ["feet", "m**4", "9", "m*2"])
def test_a_vocabulary_may_not_use_an_unknown_unit(unit: str) -> None:
    with pytest.raises(QuantityError):
        check_unit(unit)
