"""The Chinese typeface has a sign for all that the rulebook and the sectors say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from screening.report.opinion import PrintingError
from screening.report.opinion import words as fixed
from screening.report.opinion.needed import needed
from screening.report.opinion.typeface import folder, signs


def test_every_character_of_the_rulebook_has_a_sign(rules_folder: Path) -> None:
    known = signs()
    files = [path for path in rules_folder.rglob("*") if path.suffix in (".yaml", ".csv")]
    lacking = {
        letter: path.name
        for path in files
        for letter in set(path.read_text(encoding="utf-8"))
        if ord(letter) >= 32 and ord(letter) not in known
    }
    assert len(files) > 300 and lacking == {}


def test_every_sector_has_its_signs(rules_folder: Path) -> None:
    text = (rules_folder / "vocabulary" / "sectors.csv").read_text(encoding="utf-8")
    assert "焦" in text and {ord(letter) for letter in text if ord(letter) >= 32} <= signs()


def test_all_of_gb2312_has_signs() -> None:
    hanzi = bytearray()
    for first in range(0xB0, 0xF8):
        for second in range(0xA1, 0xFF if first != 0xD7 else 0xFA):
            hanzi += bytes((first, second))
    text = bytes(hanzi).decode("gb2312")
    assert len(text) == 6763 and {ord(letter) for letter in text} <= signs()


def test_the_fixed_words_have_their_signs() -> None:
    text = Path(fixed.__file__).read_text(encoding="utf-8") + "□〓·…±≥°²（）《》“”、；：〔〕"
    assert {ord(letter) for letter in text if ord(letter) >= 32} <= signs()


def test_the_typeface_comes_with_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (folder() / "OFL.txt").read_text(encoding="utf-8").upper()


def test_a_library_that_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(PrintingError) as caught:
        needed("segno")
    assert "screening[service]" in caught.value.report("zh") and "segno" in caught.value.report("en")
