"""A list drafted, accepted or corrected by a person, filled, imported and asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from screening.cli.draft import draft_command
from screening.cli.lists import lists
from screening.engine.truth import Truth, truth
from screening.errors import RulebookError
from screening.rulebook.drafting.draftfile import proposed, read_draft, write_draft
from screening.rulebook.drafting.filling import filled
from screening.rulebook.drafting.proposals import Draft, draft, list_of_file
from screening.rulebook.lists.clause import Standing
from screening.rulebook.lists.problems import AccessListError
from screening.rulebook.lists.sheet import csv_text
from screening.rulebook.lists.structure import StructureReader
from screening.rulebook.model import Effect, Rule
from screening.rulebook.reader import Rulebook
from screening.rulebook.values import read_value
from screening.rulebook.vocabulary import Vocabulary
from tests.rulebook.drafting.conftest import HEADER, UNITS, MakeDraft, row, write_list

DAY = date(2026, 1, 1)
FURNITURE, METALS = "1-1.【产业/禁止类】禁止家具制造项目入驻。", "禁止新建、扩建排放重金属的项目。"
DUTY, HOPE, STRANGE = "加强绿化管养。", "鼓励发展物流。", "禁止腌菜作坊。"


def example() -> list[tuple[str, ...]]:
    return [
        row(FURNITURE),
        row(FURNITURE.replace("1-1", "1-2"), unit=UNITS[1], number="1-2"),
        row(METALS, unit=UNITS[1], number="1-3"),
        row(STRANGE, "限制类", UNITS[2]),
        row(DUTY, "综合类", number="3-1"),
        row(HOPE, "鼓励引导类", number="1-9"),
    ]


def accept(made: Draft, vocabulary: Vocabulary, **changes: object) -> str:
    """The draft file with its first proposal accepted and changed."""
    content = yaml.safe_load(write_draft(made))
    content["proposals"][0] |= {"accepted": "yes", **changes}
    for one in content["proposals"][1:]:
        one["accepted"] = "no"
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)


def test_clauses_that_say_the_same_are_one_proposal(make_draft: MakeDraft) -> None:
    made = make_draft(*example())
    assert [len(one.clauses) for one in made.proposals] == [2, 1, 1]
    assert (made.binding, made.narrowed) == (4, 3)
    assert {clause.unit for clause in made.proposals[0].clauses} == set(UNITS[:2])
    assert dict(made.unread) == {"腌菜作坊": 1}


def test_duties_and_encouragements_are_not_proposed_for(make_draft: MakeDraft) -> None:
    made = make_draft(*example())
    assert made.standings[Standing.DUTY] == 1 and made.standings[Standing.ENCOURAGEMENT] == 1
    assert DUTY not in write_draft(made) and HOPE not in write_draft(made)


def test_a_rejection_is_only_proposed_for_a_prohibition_read_whole(make_draft: MakeDraft) -> None:
    made = make_draft(row(FURNITURE), row("原则上禁止家具制造。"), row("禁止家具制造（自用的除外）。"),
                      row("严格限制家具制造。", "限制类"), row("禁止家具制造、腌菜。"))  # fmt: skip
    assert [one.outcome for one in made.proposals] == [Standing.REJECT, *[Standing.REVIEW] * 4]


def test_a_clause_that_is_encoded_is_left_alone(tmp_path: Path, vocabulary: Vocabulary, make_draft: MakeDraft) -> None:
    made = make_draft(*example())
    path = tmp_path / "again.csv"
    path.write_bytes(csv_text(filled(made.source, proposed(made)).rows).encode())
    from screening.rulebook.drafting.lexicon import read_lexicon
    from tests.rulebook.drafting.conftest import RULES

    again = draft(list_of_file(path, vocabulary), read_lexicon(RULES, vocabulary))
    assert again.binding == 1 and again.proposals[0].text == STRANGE.strip("。")


def test_a_draft_read_back_untouched_is_what_was_proposed(make_draft: MakeDraft, vocabulary: Vocabulary) -> None:
    made = make_draft(*example())
    assert read_draft(write_draft(made), "draft.yaml", made, StructureReader(vocabulary)) == proposed(made)


def test_an_accepted_proposal_gets_its_outcome(make_draft: MakeDraft, vocabulary: Vocabulary) -> None:
    made = make_draft(*example())
    text = accept(made, vocabulary, outcome="reject", when={"project.sector": {"in": ["2110"]}})
    first, *others = read_draft(text, "draft.yaml", made, StructureReader(vocabulary))
    assert first.accepted and first.cells == {"when": '{"project.sector": {"in": ["2110"]}}', "outcome": "reject"}
    assert not any(one.accepted or "outcome" in one.cells for one in others)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accepted": "no", "when": {"project.sector": {"in": ["2110"]}}}, "changed and not accepted"),
        ({"accepted": "maybe"}, '"accepted" is yes or no'),
        ({"when": {"project.sektor": {"in": ["2110"]}}}, 'unknown fact "project.sektor"'),
        ({"outcome": "refuse"}, "is no outcome"),
        ({"outcome": "reject", "when": None}, "rejects every project"),
        ({"id": "0123456789ab"}, "is no proposal for this list"),
        ({"comment": "so"}, "unknown key"),
    ],
)
def test_what_nobody_vouched_for_or_cannot_be_is_refused(
    make_draft: MakeDraft, vocabulary: Vocabulary, changes: dict[str, object], said: str
) -> None:
    made = make_draft(*example())
    with pytest.raises(RulebookError) as caught:
        read_draft(accept(made, vocabulary, **changes), "draft.yaml", made, StructureReader(vocabulary))
    assert said in caught.value.report() and "draft.yaml:" in caught.value.report()


def test_a_list_with_several_clauses_in_a_row_is_refused(tmp_path: Path, vocabulary: Vocabulary) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(
        csv_text([["unit_code", "空间布局约束", "环境风险防控"], [UNITS[0], "禁止甲。", "禁止乙。"]]).encode()
    )
    from screening.rulebook.drafting.lexicon import read_lexicon
    from tests.rulebook.drafting.conftest import RULES

    made = draft(list_of_file(path, vocabulary), read_lexicon(RULES, vocabulary))
    assert made.binding == 2
    with pytest.raises(AccessListError, match="one row"):
        filled(made.source, proposed(made))


def run(rules: Path, *args: str, code: int = 0) -> Result:
    result = CliRunner().invoke(draft_command, [*args, "--rules", str(rules), "--lang", "en"], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def kept(rules: Path, path: Path, *more: str) -> Rulebook:
    said = ("import", str(path), "--id", "made-2021", "--jurisdiction", "9999", "--effective", "2021-07-01")
    told = ("--title", "虚构清单", "--level", "text", "--rules", str(rules), *more)
    result = CliRunner().invoke(lists, [*said, *told], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return Rulebook.load(rules)


def asks(rule: Rule, book: Rulebook, **claims: object) -> bool:
    values = {f"project.{key}": read_value(book.vocabulary[f"project.{key}"], value) for key, value in claims.items()}
    values["site.jurisdictions"] = read_value(book.vocabulary["site.jurisdictions"], [rule.jurisdiction])
    assert rule.when is not None
    return truth(rule.when, book.vocabulary, values) is not Truth.FALSE


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_unaccepted_proposal_asks_only_whom_it_could_concern(rules: Path, tmp_path: Path, form: str) -> None:
    write_list(tmp_path / "list.csv", *example())
    kept(rules, tmp_path / "list.csv")
    said = run(rules, "made-2021", "--to", str(tmp_path / f"filled.{form}"))
    assert "4 binding clauses in 3 groups: 3 ask fewer, 0 are read and concern everyone, 1 are not" in said.output
    book = kept(rules, tmp_path / f"filled.{form}", "--replace")
    effects = [rule.effect for unit in UNITS for rule in book.rules_of_unit(unit, DAY)]
    assert effects.count(Effect.REVIEW) == 4 and Effect.REJECT not in effects
    first = next(rule for rule in book.rules_of_unit(UNITS[0], DAY) if rule.effect is Effect.REVIEW)
    assert asks(first, book, sector="2110") and not asks(first, book, sector="2614")
    assert asks(first, book)  # a sector nobody stated may be any
    strange = next(rule for rule in book.rules_of_unit(UNITS[2], DAY))
    assert asks(strange, book, sector="2614")


def test_what_a_person_accepts_in_the_file_decides(rules: Path, tmp_path: Path) -> None:
    write_list(tmp_path / "list.csv", *example())
    run(rules, str(tmp_path / "list.csv"), "--to", str(tmp_path / "draft.yaml"))
    text = (tmp_path / "draft.yaml").read_text(encoding="utf-8")
    (tmp_path / "draft.yaml").write_text(text.replace("accepted: no", "accepted: yes", 1), encoding="utf-8")
    said = run(
        rules, str(tmp_path / "list.csv"), "--with", str(tmp_path / "draft.yaml"), "--to", str(tmp_path / "out.csv")
    )
    assert "2 accepted" in said.output
    book = kept(rules, tmp_path / "out.csv")
    effects = [rule.effect for unit in UNITS[:2] for rule in book.rules_of_unit(unit, DAY)]
    assert effects.count(Effect.REJECT) == 2
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[0].startswith(",".join(HEADER))


def test_a_file_that_is_there_is_not_written_over(rules: Path, tmp_path: Path) -> None:
    write_list(tmp_path / "list.csv", *example())
    (tmp_path / "draft.yaml").write_text("mine", encoding="utf-8")
    said = run(rules, str(tmp_path / "list.csv"), "--to", str(tmp_path / "draft.yaml"), code=2)
    assert "is there already" in said.output and (tmp_path / "draft.yaml").read_text(encoding="utf-8") == "mine"
    run(rules, str(tmp_path / "list.csv"), "--to", str(tmp_path / "draft.yaml"), "--replace")
    assert "proposals:" in (tmp_path / "draft.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("target", "said"), [("out.pdf", "neither .csv nor .xlsx"), ("no/such/out.csv", "cannot be written")]
)
def test_a_target_that_cannot_be_is_named(rules: Path, tmp_path: Path, target: str, said: str) -> None:
    write_list(tmp_path / "list.csv", *example())
    assert said in run(rules, str(tmp_path / "list.csv"), "--to", str(tmp_path / target), code=2).output


def test_a_list_that_is_not_there_is_named(rules: Path) -> None:
    assert "is no list" in run(rules, "nowhere-2021", code=2).output


def test_drafting_twice_gives_the_same_bytes(make_draft: MakeDraft) -> None:
    assert write_draft(make_draft(*example())) == write_draft(make_draft(*example()))
