"""Lists in a rulebook: pinned by their hash, unread until a unit is asked for, and part of what the rulebook is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from screening.errors import RulebookError
from screening.rulebook.lists import access_list
from screening.rulebook.lists.importing import write_list
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.model import Period
from screening.rulebook.reader import Rulebook, rule_files
from screening.rulebook.sentences import rule_in_words
from tests.rulebook.lists import synthetic
from tests.rulebook.lists.conftest import UNIT, MakeList, clause
from tests.rulebook.minimal import FACTS, load, rule_text, write_book

DAY = date(2026, 11, 22)


@pytest.fixture
def folder(tmp_path: Path, book: Rulebook) -> Path:
    """A rulebook folder that holds one list of twenty units."""
    root = write_book(tmp_path, {"rule1.yaml": rule_text()})
    path = synthetic.write_list(tmp_path / "made.csv")
    write_list(synthetic.imported(path, book), root / "units" / "lists")
    return root


def problems(folder: Path) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        Rulebook.load(folder)
    return [problem.text() for problem in caught.value.problems]


def edit(path: Path, change: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")


def test_a_list_written_is_the_list_read_back(folder: Path, tmp_path: Path, book: Rulebook) -> None:
    made = synthetic.imported(tmp_path / "made.csv", book).access_list
    (read,) = Rulebook.load(folder).lists
    assert read.card == made.card and read.digest == made.digest and read.units == made.units
    assert [read.rules(unit) for unit in read.units] == [
        tuple(rule for rule in read.rules(unit)) for unit in made.units
    ]
    assert [[rule.digest for rule in read.rules(unit)] for unit in read.units] == [
        [rule.digest for rule in made.rules(unit)] for unit in made.units
    ]


def test_loading_reads_no_clause_and_asking_for_a_unit_reads_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    original = access_list.read_rows
    monkeypatch.setattr(
        access_list, "read_rows", lambda data, shown: read.append(data.decode()) or original(data, shown)
    )
    book = Rulebook.load(folder)
    assert book.digest and book.in_force(DAY) and book.lists_of(UNIT, DAY) and read == []
    unit = next(iter(book.lists[0].units))
    first = book.rules_of_unit(unit, DAY)
    assert len(read) == 1 and all(line.split(",")[1] == unit for line in read[0].splitlines() if line.startswith("1"))
    assert all(one is other for one, other in zip(first, book.rules_of_unit(unit, DAY), strict=True)) and len(read) == 1


def test_rules_of_a_unit_that_are_not_kept_are_made_again_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_list, "MOST_KEPT", 3)
    (made,) = Rulebook.load(folder).lists
    first = {unit: made.rules(unit) for unit in made.units}
    assert {unit: made.rules(unit) for unit in made.units} == first
    assert len(made._made) == 3


def test_a_list_counts_only_while_it_is_in_force(tmp_path: Path, make_list: MakeList) -> None:
    root = write_book(tmp_path, {"rule1.yaml": rule_text()})
    write_list(make_list(clause(), effective=Period(date(2021, 7, 1), date(2024, 1, 1))), root / "lists")
    newer = make_list(clause(), list_id="made-2024", effective=Period(date(2024, 1, 1)))
    write_list(newer, root / "lists")
    book = Rulebook.load(root)
    for day, wanted in (("2021-06-30", []), ("2021-07-01", ["made-2021"]), ("2023-12-31", ["made-2021"]),
                        ("2024-01-01", ["made-2024"])):  # fmt: skip
        on = date.fromisoformat(day)
        assert [one.id for one in book.lists_of(UNIT, on)] == wanted
        assert [rule.id for rule in book.rules_of_unit(UNIT, on)] == [f"{one}.{UNIT}.judgement" for one in wanted]
        assert [set(units) for units in book.listed_units(on)] == [{UNIT} for _ in wanted]


def test_a_clause_rule_is_found_by_its_id_and_said_in_words(folder: Path) -> None:
    book = Rulebook.load(folder)
    unit = next(iter(book.lists[0].units))
    rule = book.find(f"made-2021.{unit}.judgement")
    assert (
        rule is not None
        and unit in rule_in_words(rule, book.vocabulary)
        and rule.basis[0].instrument in book.instruments
    )
    assert book.find(f"made-2021.{unit}.judgement", date(2021, 6, 30)) is None
    assert book.find("made-2021.ZH1.judgement") is None and book.find("made-2021") is None


def test_the_digest_of_a_rulebook_covers_its_lists(folder: Path, tmp_path: Path, book: Rulebook) -> None:
    bare = load(tmp_path / "bare", rule_text())
    full = Rulebook.load(folder)
    assert full.digest != bare.digest
    path = synthetic.write_list(tmp_path / "made.csv", seed=2)
    write_list(synthetic.imported(path, book), folder / "units" / "lists", replacing=True)
    assert Rulebook.load(folder).digest != full.digest


def test_the_digest_covers_what_the_words_of_a_list_mean(folder: Path, tmp_path: Path) -> None:
    before = Rulebook.load(folder).lists[0].digest
    edit(folder / "vocabulary" / "facts.yaml", lambda text: text.replace("members: [coal, coke]", "members: [coal]"))
    assert Rulebook.load(folder).lists[0].digest != before


def test_the_digest_does_not_depend_on_where_a_list_lies(folder: Path, tmp_path: Path) -> None:
    before = Rulebook.load(folder)
    (folder / "units" / "lists").rename(folder / "lists")
    after = Rulebook.load(folder)
    assert after.digest == before.digest
    unit = next(iter(after.lists[0].units))
    assert [rule.digest for rule in after.rules_of_unit(unit, DAY)] == [
        rule.digest for rule in before.rules_of_unit(unit, DAY)
    ]


def test_lists_stay_when_rules_are_chosen(folder: Path) -> None:
    book = Rulebook.load(folder)
    assert book.only([]).lists == book.lists


def test_a_changed_table_or_index_is_refused_by_its_name(folder: Path) -> None:
    home = folder / "units" / "lists" / "made-2021"
    edit(home / "clauses.csv", lambda text: text.replace("禁止", "允许", 1))
    assert any("made-2021/clauses.csv: is not the file its card was written for" in line for line in problems(folder))
    edit(home / "clauses.csv", lambda text: text.replace("允许", "禁止", 1))
    edit(home / "units.csv", lambda text: text.replace("虚构0号", "别的", 1))
    assert any("made-2021/units.csv: is not the file" in line for line in problems(folder))
    (home / "units.csv").unlink()
    assert any("made-2021/units.csv: cannot be opened" in line for line in problems(folder))


def test_an_index_that_points_elsewhere_is_refused_when_it_is_used(folder: Path) -> None:
    home = folder / "units" / "lists" / "made-2021"
    old = (home / "units.csv").read_bytes()
    lines = old.decode().splitlines()
    one, other = lines[1].split(","), lines[2].split(",")
    one[7:], other[7:] = other[7:], one[7:]
    new = "\n".join([lines[0], ",".join(one), ",".join(other), *lines[3:], ""]).encode()
    (home / "units.csv").write_bytes(new)
    sums = [access_list.sha256(data) for data in (old, new)]
    edit(home / "list.yaml", lambda text: text.replace(*sums))
    book = Rulebook.load(folder)
    with pytest.raises(AccessListError, match="are not where the index says"):
        book.rules_of_unit(one[0], DAY)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: made-2021\ntitle", "id: other\ntitle", "stands in a folder of another name"),
        ("jurisdiction: '9999'", "jurisdiction: X", '"X" is no jurisdiction'),
        ("effective:\n  from: '2021-07-01'", "effective: {}", "has no first day"),
        ("level: text", "level: sure", '"sure" is not known here'),
        ("format: csv", "format: ods", '"ods" is no format'),
        ("rows: '240'", "rows: many", '"many" is no count'),
        ("checked:", "chekced:", 'did you mean "checked"'),
        ("instrument:\n  id: made-2021", "instrument:\n  id: river-law", "is declared here and elsewhere"),
        ("in_force:\n    from: '2021-07-01'", "in_force:\n    from: '2022-07-01'", "in force only from 2022-07-01"),
    ],
)
def test_what_is_wrong_with_a_card_is_named(folder: Path, old: str, new: str, words: str) -> None:
    edit(folder / "units" / "lists" / "made-2021" / "list.yaml", lambda text: text.replace(old, new, 1))
    found = problems(folder)
    assert any(words in line and "made-2021/list.yaml" in line for line in found), found


def test_a_list_that_cites_an_instrument_the_register_does_not_hold_is_refused(folder: Path) -> None:
    card = folder / "units" / "lists" / "made-2021" / "list.yaml"
    text = card.read_text(encoding="utf-8")
    start, end = text.index("instrument:"), text.index("effective:")
    card.write_text(f"{text[:start]}instrument: no-such-law\n{text[end:]}", encoding="utf-8")
    assert any('unknown instrument "no-such-law"' in line for line in problems(folder))
    card.write_text(f"{text[:start]}instrument: river-law\n{text[end:]}", encoding="utf-8")
    book = Rulebook.load(folder)
    rule = book.rules_of_unit(next(iter(book.lists[0].units)), DAY)[0]
    assert rule.basis[0].instrument == "river-law"


def test_a_vocabulary_that_no_longer_knows_a_list_s_words_is_found_at_load_not_at_a_decision(
    tmp_path: Path, make_list: MakeList
) -> None:
    root = write_book(tmp_path, {"rule1.yaml": rule_text()})
    write_list(make_list(clause(when="{project.in_park: yes}"), clause(number="2", works="改扩建")), root / "lists")
    Rulebook.load(root)
    facts = FACTS.replace("aliases: {改扩建: expansion}\n", "").replace("  project.in_park:", "  project.in_zone:")
    (root / "vocabulary" / "facts.yaml").write_text(facts, encoding="utf-8")
    found = problems(root)
    assert any('list.csv row 2, column "条件": unknown fact "project.in_park"' in line for line in found)
    assert any("list.csv row 3" in line and "改扩建" in line for line in found)


def test_a_list_half_written_by_an_import_that_was_killed_is_not_there(folder: Path) -> None:
    home = folder / "units" / "lists"
    (home / ".importing-x" / "new").mkdir(parents=True)
    (home / ".importing-x" / "new" / "list.yaml").write_text("id: half", encoding="utf-8")
    assert [one.id for one in Rulebook.load(folder).lists] == ["made-2021"]


def test_a_card_is_no_rule_file_and_a_rule_called_list_still_is(folder: Path) -> None:
    (folder / "list.yaml").write_text(rule_text(id="a-list"), encoding="utf-8")
    (folder / "lists").mkdir()
    (folder / "lists" / "list.yaml").write_text(rule_text(id="b-list"), encoding="utf-8")
    assert {path.name for path in rule_files(folder)} == {"rule1.yaml", "list.yaml"}
    assert {rule.id for rule in Rulebook.load(folder).rules} == {"the-rule", "a-list", "b-list"}
