"""Names of fields: known, cut short, overlaid, and never guessed between two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screening.atlas.importing.codes import parse_unit_code, tidy_code
from screening.atlas.importing.fields import FieldNames, as_text, map_fields
from screening.atlas.layer import Use
from screening.errors import AtlasError

NAMES = FieldNames.load()


def mapped(use: Use = Use.UNITS, names: FieldNames = NAMES, **fields: Sequence[Any]) -> dict[str, str]:
    columns = {name: np.array(values, dtype=object) for name, values in fields.items()}
    return map_fields(columns, use, names, {}, "a.shp")[0]


def refused(use: Use = Use.UNITS, **fields: Sequence[Any]) -> str:
    with pytest.raises(AtlasError) as caught:
        mapped(use, **fields)
    return str(caught.value)


def test_the_national_field_names_are_known() -> None:
    every = (
        "HJZHGKDYBM",
        "HJZHGKDYMC",
        "ZHGKDYFL",
        "PROV",
        "CITY",
        "COUNTY",
        "KJBJYS",
        "PWWPFGK",
        "HJFXFK",
        "ZYKFXLYQ",
    )
    found = mapped(**{name: ["x"] for name in (*every, "HJYSGKFQBM")})
    assert found == {
        "code": "HJZHGKDYBM",
        "name": "HJZHGKDYMC",
        "class": "ZHGKDYFL",
        "province": "PROV",
        "city": "CITY",
        "county": "COUNTY",
        "element_code": "HJYSGKFQBM",
        "spatial_layout": "KJBJYS",
        "emission_control": "PWWPFGK",
        "risk_control": "HJFXFK",
        "resource_efficiency": "ZYKFXLYQ",
    }


def test_case_and_width_do_not_matter() -> None:
    fields = {"hjgkdybm": ["a"], "ＺＨＧＫＤＹＦＬ": ["1"]}
    assert mapped(**fields) == {"code": "hjgkdybm", "class": "ＺＨＧＫＤＹＦＬ"}


def test_a_name_that_a_shapefile_cut_short_is_known() -> None:
    # 管控单元编码 and 管控单元类别 keep five characters of GB18030.
    assert mapped(管控单元编=["a"], 管控单元类=["1"])["code"] == "管控单元编"
    assert mapped(resource_e=["a"], code=["a"], ZHGKDYFL=["1"])["resource_efficiency"] == "resource_e"


def test_a_cut_name_that_may_mean_two_things_means_neither() -> None:
    # 环境管控单 is left of 环境管控单元编码, 环境管控单元名称 and 环境管控单元分类.
    assert "no field is known to be the code" in refused(环境管控单=["a"], ZHGKDYFL=["1"])


def test_two_fields_of_one_meaning_that_differ_are_refused_where_it_is_needed() -> None:
    assert "HJGKDYBM or HJZHGKDYBM, which differ" in refused(HJGKDYBM=["a"], HJZHGKDYBM=["b"], ZHGKDYFL=["1"])


def test_two_fields_of_one_meaning_that_differ_are_left_out_where_it_is_not_needed() -> None:
    columns = {name: np.array([name], dtype=object) for name in ("HJGKDYBM", "ZHGKDYFL", "COUNTY", "AREA")}
    found, remarks = map_fields(columns, Use.UNITS, NAMES, {}, "a.shp")
    assert "county" not in found
    assert "COUNTY, AREA" in remarks[0].en


def test_a_refusal_lists_the_fields_of_the_file_in_both_languages() -> None:
    with pytest.raises(AtlasError) as caught:
        mapped(FID_1=["a"], 备注=["b"])
    assert "its fields: FID_1, 备注" in caught.value.report("en")
    assert "文件字段：FID_1, 备注" in caught.value.report("zh")


@pytest.mark.parametrize(
    ("written", "unit_class"),
    [
        ("优先保护单元", "priority_protection"),
        (" 优先保护单元1 ", "priority_protection"),
        ("重点管控单元 12", "key_control"),
        ("一般管控", "general_control"),
        ("1", "priority_protection"),
        ("２", "key_control"),
        ("3", "general_control"),
        ("12", None),
        ("4", None),
        ("", None),
        (None, None),
        ("其他", None),
        ("优先重点", None),
    ],
)
def test_a_class_is_a_word_or_its_number(written: str | None, unit_class: str | None) -> None:
    assert NAMES.unit_class(written) == unit_class


def test_names_of_an_offices_own_come_before_the_known_ones(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("units: {code: [DYBH]}\nclasses: {key_control: [红]}\n", encoding="utf-8")
    names = FieldNames.load(own)
    found = mapped(names=names, DYBH=["a"], ZHGKDYFL=["红"])
    assert found["code"] == "DYBH"
    assert names.unit_class("红") == "key_control"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("unit: {code: [A]}", 'did you mean "units"?'),
        ("units: {cod: [A]}", 'did you mean "code"?'),
        ("units: {code: A}", "write a list of names"),
        ("classes: {green: [A]}", "known: priority_protection"),
        ("[A]", "is a list"),
    ],
)
def test_a_wrong_file_of_names_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(AtlasError) as caught:
        FieldNames.load(own)
    assert f"{own}:1" in str(caught.value) and words in str(caught.value)


def test_numbers_are_read_as_the_codes_they_are() -> None:
    values = np.array([1.0, 420101, None, float("nan"), " x ", "", 1.5, True], dtype=object)
    assert as_text(values).tolist() == ["1", "420101", None, None, "x", None, "1.5", None]


@pytest.mark.parametrize(
    ("code", "county", "longer"),
    [("ZH42010120002", "420101", False), ("ZH440605200001", "440605", True)],
)
def test_a_regular_code_has_a_county_and_a_class(code: str, county: str, longer: bool) -> None:
    parsed = parse_unit_code(code)
    assert parsed is not None
    assert (parsed.county, parsed.unit_class, parsed.longer) == (county, "key_control", longer)


@pytest.mark.parametrize(
    "code", ["", "ZH4201012002", "ZH42010140002", "YS4401112310001", "HY42010120002", "ZH02010120002"]
)
def test_other_codes_are_odd(code: str) -> None:
    assert parse_unit_code(code) is None


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        (" zh42010120002", "ZH42010120002"),
        ("ＺＨ４２０１０１２０００２", "ZH42010120002"),
        ("ZH420101 20002", "ZH42010120002"),
        (" 甲-1 ", "甲-1"),
    ],
)
def test_a_code_is_tidied_only_into_a_regular_one(written: str, tidy: str) -> None:
    assert tidy_code(written) == tidy
