"""The key `list`: by which row of which list a rule classifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.rulebook.model import ListRow
from tests.rulebook.minimal import load_rule, rule_problems

CLASSIFY: dict[str, str | None] = {"outcome": "classify", "classifies": "class.big", "message": None}


def test_a_row_of_a_list_is_read(tmp_path: Path) -> None:
    rule = load_rule(tmp_path, **CLASSIFY, list="{id: river-law, row: 化工, rest: yes}")
    assert rule.list_row == ListRow("river-law", "化工", rest=True)


def test_a_row_is_what_was_loaded_unless_it_says_so(tmp_path: Path) -> None:
    assert load_rule(tmp_path, **CLASSIFY, list="{id: river-law, row: 化工, rest: }").list_row == ListRow(
        "river-law", "化工"
    )
    assert load_rule(tmp_path / "other", **CLASSIFY).list_row is None


def test_another_row_is_another_rule(tmp_path: Path) -> None:
    one = load_rule(tmp_path / "one", **CLASSIFY, list="{id: river-law, row: 化工}")
    other = load_rule(tmp_path / "other", **CLASSIFY, list="{id: river-law, row: 化工, rest: yes}")
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({**CLASSIFY, "list": "{id: water-law, row: 化工}"}, 'the rule does not rest on "water-law"; name the list under basis too'),
        ({**CLASSIFY, "list": "{id: river-law}"}, 'the key "row" is missing'),
        ({**CLASSIFY, "list": "{id: river-law, row: 化工, rest: perhaps}"}, '"perhaps" is neither yes nor no; write yes or no'),
        ({**CLASSIFY, "list": "{id: river-law, rwo: 化工}"}, 'unknown key "rwo"; did you mean "row"?'),
        ({"list": "{id: river-law, row: 化工}"}, "only a classification goes by a list; drop `list`"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    found = rule_problems(tmp_path, **changes)
    assert any(said in line for line in found), found
