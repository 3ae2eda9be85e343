"""Numbers that know their unit, exactly: text in, a `Fraction` of the canonical unit out.

Units are pint's, with the field's own defined once here. Four choices keep unlike figures apart:

* the operating year (`a`, 年) is its own dimension, so t/d is never silently turned into t/a: a kiln does not run 365 days;
* electricity (`kWh`, 千瓦时) is its own dimension, apart from heat (`tce`, `GJ`): the law counts it at an equivalent
  or at an equal value, and which of the two is for the applicant to say;
* there is no milli-tonne: `mt` and `mW` are slips for Mt and MW, so milli and centi go only with metre and gram;
* a ratio (`1.5:1`, `45 %`, `1.5`) has no unit, and only a ratio or a count may be written without one.

1 kgce = 29 307.6 kJ and 1 kgoe = 41 868 kJ (GB/T 2589-2020, appendix A, low heat value of standard coal and oil);
1 重量箱 (weight case) = 50 kg of flat glass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any

import pint

from screening.errors import Problem, QuantityError

_DEFINITIONS = """
万- = 1e4
亿- = 1e8
kilo- = 1000 = k- = 千-
mega- = 1000000 = M- = 兆-
giga- = 1000000000 = G-

metre = [length] = m = 米 = meter
km = 1000 metre = 公里 = 千米
cm = 1/100 * metre = 厘米
mm = 1/1000 * metre = 毫米
gram = [mass] = g = 克
kg = 1000 gram = 公斤 = 千克
mg = 1/1000 * gram = 毫克
tonne = 1000000 gram = t = 吨 = 蒸吨
weight_case = 50000 gram = 重量箱
second = [time] = s = 秒
hour = 3600 second = h = 小时 = 时
day = 86400 second = d = 天 = 日
operating_year = [operating_year] = a = 年 = yr = year
calendar_day = [calendar]
joule = [energy] = J
kgce = 29307600 joule = 千克标准煤 = 千克标煤
gce = 29307.6 joule = 克标准煤
tce = 29307600000 joule = 吨标准煤 = 吨标煤
kgoe = 41868000 joule = 千克标准油
toe = 41868000000 joule = 吨标准油
watt_hour = [electricity] = Wh = 瓦时
kWh = 1000 watt_hour = 千瓦时 = 度
watt = [power] = W = 瓦
kW = 1000 watt = 千瓦
volt_ampere = [apparent_power] = VA
ampere = [current] = A = 安
square_metre = metre ** 2 = 平方米 = 平米
square_kilometre = 1000000 metre ** 2 = 平方公里 = 平方千米
cubic_metre = metre ** 3 = 立方米 = 方
ha = 10000 metre ** 2 = 公顷
mu = 2000 / 3 * metre ** 2 = 亩
yuan = [money] = 元 = CNY
piece = [piece] = pcs = 件
dimensionless_factor = [energy_factor] = 能量因数
"""

_NUMBER = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){1,12}(?:\.\d{1,40})?")
_UNIT = re.compile(r"[A-Za-z\u4e00-\u9fff_²³/·*()\d ]{1,60}")
_EXPONENT = re.compile(r"(?<=[A-Za-z\u4e00-\u9fff_])\s*\*\*\s*[23](?!\s*\*\*|\d)")
# What is left of a unit once its squares and cubes are taken out may hold no other power: pint would work out m**9**9**9.
_POWER = re.compile(r"\d|\*\*|\b(?:square|squared|cubic|cubed|sq)\b")
_POWERS = str.maketrans({"²": "**2", "³": "**3", "·": "*"})
_RATIO = re.compile(rf"({_NUMBER.pattern})\s*[:：]\s*({_NUMBER.pattern})")
_PERCENT = re.compile(rf"({_NUMBER.pattern})\s*[%％]")


def _registry() -> pint.UnitRegistry[Fraction]:
    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, non_int_type=Fraction, cache_folder=None)
    for line in filter(None, _DEFINITIONS.splitlines()):
        registry.define(line)
    return registry


_UNITS = _registry()


@lru_cache(maxsize=4096)
def _factor(unit: str, canonical: str) -> Fraction:
    """How many `canonical` one `unit` is. Raises QuantityError for an unknown unit or a wrong dimension."""
    if not _UNIT.fullmatch(unit) or _POWER.search(_EXPONENT.sub("", _pint(unit))):
        raise QuantityError(
            Problem("", f'"{_short(unit)}" is not a unit', f"write it in {canonical}", zh=_zh_unit(unit, canonical))
        )
    try:
        return Fraction(_UNITS.Quantity(Fraction(1), _pint(unit)).to(_pint(canonical)).magnitude)
    except pint.DimensionalityError:
        what = f'"{_short(unit)}" does not measure the same thing as "{canonical}"'
        raise QuantityError(Problem("", what, f"write it in {canonical}", zh=_zh_unit(unit, canonical))) from None
    except Exception:
        # pint raises many types on odd unit text (undefined unit, token, attribute, recursion); all mean "not a unit".
        raise QuantityError(
            Problem("", f'unknown unit "{_short(unit)}"', f"write it in {canonical}", zh=_zh_unit(unit, canonical))
        ) from None


def _pint(unit: str) -> str:
    """`m²`, `m2` and `m**2` alike, as pint reads them."""
    return re.sub(r"([A-Za-z\u4e00-\u9fff])([23])(?!\d)", r"\1**\2", unit.strip().translate(_POWERS))


def _zh_unit(unit: str, canonical: str) -> str:
    return f"单位“{_short(unit)}”不能用于此处，请以 {canonical or '纯数'} 填写"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def check_unit(unit: str) -> None:
    """Raise QuantityError when `unit` ("" for a ratio or count) is not one this package knows."""
    if unit:
        _factor(unit, unit)


def _keyboard(text: str) -> str:
    """The minus sign and the comma of a Chinese keyboard as the plain ones."""
    return text.strip().replace("，", ",").replace("−", "-")


def parse_number(text: str) -> Fraction:
    """An exact number from decimal text. NaN, infinities, hex and more than 40 digits are refused."""
    text = _keyboard(text)
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        raise QuantityError(
            Problem(
                "",
                f'"{_short(text)}" is not a number',
                "write digits, at most 40",
                zh=f"“{_short(text)}”不是数，请写阿拉伯数字（不超过 40 位）",
            )
        )
    return Fraction(text)


def parse_quantity(raw: object, canonical: str) -> Fraction:
    """`raw` ("1 km", "12 万吨/年", "1.5:1", 0.4) as an exact number of `canonical` units ("" for a ratio or a count).

    Raises QuantityError for text that is no quantity, a missing unit, an unknown unit or a wrong dimension.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal | Fraction):
        raise QuantityError(
            Problem("", f"a {type(raw).__name__} is not a quantity", _example(canonical), zh="此处应填数值")
        )
    if (isinstance(raw, float) and not isfinite(raw)) or (isinstance(raw, Decimal) and not raw.is_finite()):
        raise QuantityError(Problem("", f'"{raw}" is not a number', _example(canonical), zh=f"“{raw}”不是数"))
    if isinstance(raw, Fraction):
        return raw if canonical == "" else _bare(raw, canonical)
    if isinstance(raw, int) and abs(raw) >= 10**40:
        raise QuantityError(
            Problem("", "a number of more than 40 digits", _example(canonical), zh="数值过长（不超过 40 位）")
        )
    text = _keyboard(repr(raw) if isinstance(raw, float) else str(raw))
    if len(text) > 120:
        raise QuantityError(
            Problem("", f'"{_short(text)}" is too long for a quantity', _example(canonical), zh="数值过长")
        )
    if canonical == "":
        return _ratio(text)
    match = _GROUPED.match(text) or _NUMBER.match(text)
    if not match:
        raise QuantityError(
            Problem(
                "", f'"{_short(text)}" is not a quantity', _example(canonical), zh=f"“{_short(text)}”不是带单位的数"
            )
        )
    number, unit = parse_number(match.group()), text[match.end() :].strip()
    unit = re.sub(r"^([万亿])\s+", r"\1", unit)  # 480 万 kWh/a
    return number * _factor(unit, canonical) if unit else _bare(number, canonical)


def _bare(number: Fraction, canonical: str) -> Fraction:
    if number == 0 and canonical != "calendar_day":
        return number  # nothing is nothing in any unit
    raise QuantityError(
        Problem(
            "",
            f"{_plain(number)} has no unit",
            _example(canonical),
            zh=f"“{_plain(number)}”缺少单位，请以 {canonical} 填写",
        )
    )


def _example(canonical: str) -> str:
    return f'write for example "100 {canonical}"' if canonical else 'write for example "1.5", "1.5:1" or "45 %"'


def _ratio(text: str) -> Fraction:
    if match := _RATIO.fullmatch(text):
        below = parse_number(match.group(2))
        if below == 0:
            raise QuantityError(Problem("", f'"{_short(text)}" divides by zero', _example(""), zh="比值的后项不能为零"))
        return parse_number(match.group(1)) / below
    if match := _PERCENT.fullmatch(text):
        return parse_number(match.group(1)) / 100
    try:
        return parse_number(text)
    except QuantityError:
        raise QuantityError(
            Problem(
                "",
                f'"{_short(text)}" is not a ratio or a count',
                _example(""),
                zh=f"“{_short(text)}”不是比值或个数，不带单位填写",
            )
        ) from None


def _plain(number: Fraction) -> str:
    """Decimal digits of an exact number: whole where it ends, else to 12 significant digits with a leading ≈."""
    if number.denominator == 1 and abs(number) < 10**21:
        return str(number.numerator)
    below = number.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    if below == 1 and abs(number) < 10**21:
        for places in range(1, 40):
            if (number * 10**places).denominator == 1:
                return f"{'-' if number < 0 else ''}{_digits(abs(number * 10**places).numerator, places)}"
    return f"≈{float(number):.12g}" if abs(number) < 10**300 else "≈1e300+"


def _digits(scaled: int, places: int) -> str:
    text = str(scaled).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}"


def render(number: Fraction, unit: str) -> str:
    """An exact number with its unit, for people: `600 m`, `1.5`, `≈0.333333333333`."""
    return f"{_plain(number)} {unit}".rstrip()


def render_all(numbers: Iterable[Fraction], unit: str) -> list[str]:
    """`render` for several numbers of one unit."""
    return [render(number, unit) for number in numbers]
