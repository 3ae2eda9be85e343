"""`screening ask`: the questions of an application file, listed, as JSON, or asked in the terminal."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from screening import Project, Rulebook
from screening.cli import main
from screening.cli.ask import with_answer
from screening.settings import read_settings

DAY = date(2026, 11, 22)
SITES = read_settings({}).applications
TILES = str(SITES / "11-tiles-half-stated.yaml")


def _ask(*args: str, said: str | None = None) -> str:
    result = CliRunner().invoke(main, ["ask", *args, "--as-of", str(DAY)], input=said)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_lists_questions_with_unit_where_to_find_and_why(rulebook: Rulebook) -> None:
    said = _ask(TILES)
    term = rulebook.vocabulary["project.energy.coal"]
    assert "[project.energy.coal]" in said
    assert "单位：t/a" in said
    assert f"何处查：{term.found.zh}" in said
    assert f"为何问：{term.why.zh}" in said


@pytest.mark.parametrize(("lang", "words"), [("zh", "任何答复都不会改变"), ("en", "no answer can change it")])
def test_of_a_certain_reject_it_says_that_no_answer_changes_it(lang: str, words: str) -> None:
    assert words in _ask(str(SITES / "01-chemical-600m.yaml"), "--lang", lang)


def test_it_writes_json_a_page_can_read() -> None:
    data = json.loads(_ask(TILES, "--format", "json", "--limit", "2"))
    assert len(data["questions"]) == 2
    assert data["perhaps"]
    assert set(data["questions"][0]) >= {"fact", "question", "type", "unit", "found", "why", "after", "choices"}


def test_it_reads_standard_input() -> None:
    said = (SITES / "11-tiles-half-stated.yaml").read_text(encoding="utf-8")
    assert json.loads(_ask("-", "--format", "json", said=said)) == json.loads(_ask(TILES, "--format", "json"))


def test_answering_one_after_the_other_ends_in_a_saved_application(tmp_path: Path) -> None:
    """A word that is none is asked for again; an empty answer is passed over; the saved file holds what was said."""
    saved = tmp_path / "answered.json"
    lines = ("nonsense", "均不涉及", *("" for _ in range(20)))
    shown = _ask(TILES, "--interactive", "--save", str(saved), said="".join(f"{line}\n" for line in lines))
    assert "不在可选范围内" in shown
    assert "项未答" in shown
    written = Project.read(saved)
    assert written.claims["activity"] == ["均不涉及"]
    assert written.claims["sector"] == "3071"
    again, before = (json.loads(_ask(name, "--format", "json")) for name in (str(saved), TILES))
    assert len(again["questions"]) < len(before["questions"])


def test_a_conversation_stops_when_nothing_can_change_the_outcome(tmp_path: Path) -> None:
    """Six hundred metres from the Yangtze, only the kind of works is left out; a new build is forbidden there."""
    text = (SITES / "01-chemical-600m.yaml").read_text(encoding="utf-8")
    file = tmp_path / "application.yaml"
    file.write_text(text.replace("  works: 新建\n", ""), encoding="utf-8")
    shown = _ask(str(file), "--interactive", "--lang", "en", said="新建\n")
    assert "[project.works]" in shown
    assert "Outcome: reject; no answer can change it" in shown


def test_the_coordinate_system_can_be_answered_too(tmp_path: Path) -> None:
    application = {
        "project": {"sector": "5990"},
        "site": {"geometry": {"type": "Point", "coordinates": [112.39, 30.19]}, "crs": "unknown"},
    }
    file, saved = tmp_path / "a.json", tmp_path / "b.json"
    file.write_text(json.dumps(application), encoding="utf-8")
    _ask(str(file), "--interactive", "--save", str(saved), said="EPSG:4490\n" + "\n" * 300)
    assert Project.read(saved).site.crs == "EPSG:4490"


def test_an_answer_replaces_what_stood_there_nested_or_dotted() -> None:
    claims = {"energy": {"total": "1 tce/a", "coal": "2 t/a"}, "energy.electricity": "3 kWh/a"}
    assert with_answer(claims, "project.energy.total", "9 tce/a") == {
        "energy": {"coal": "2 t/a"},
        "energy.electricity": "3 kWh/a",
        "energy.total": "9 tce/a",
    }


def test_saving_without_asking_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["ask", TILES, "--save", str(tmp_path / "x.json")])
    assert result.exit_code == 2
    assert "--interactive" in result.output
    assert not (tmp_path / "x.json").exists()


def test_a_place_to_save_that_cannot_be_written_is_said_before_any_question(tmp_path: Path) -> None:
    args = ["ask", TILES, "--interactive", "--save", str(tmp_path / "nowhere" / "x.json"), "--as-of", str(DAY)]
    result = CliRunner().invoke(main, args, input="\n" * 30)
    assert result.exit_code == 2
    assert "[project." not in result.output
