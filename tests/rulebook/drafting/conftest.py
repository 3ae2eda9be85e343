"""The lexicon that is carried, over the vocabulary that is carried; every clause here is invented."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from screening.rulebook.drafting.lexicon import Lexicon, read_lexicon
from screening.rulebook.drafting.proposals import Draft, draft, list_of_file
from screening.rulebook.drafting.provisions import Reading, plain_text, read_clause
from screening.rulebook.lists.sheet import csv_text
from screening.rulebook.reading import Reading as Problems
from screening.rulebook.vocabulary import Vocabulary
from screening.rulebook.words import read_vocabulary

RULES = Path(__file__).parents[3] / "rules"
HEADER = ("unit_code", "unit_name", "no", "clause_type", "text")
UNITS = ("ZH99990110001", "ZH99990120002", "ZH99990120003")

Read = Callable[[str], Reading]
MakeDraft = Callable[..., Draft]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    problems = Problems()
    found = read_vocabulary(RULES / "vocabulary", problems, "vocabulary")
    assert not problems.problems
    return found


@pytest.fixture(scope="session")
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    return read_lexicon(RULES, vocabulary)


@pytest.fixture(scope="session")
def read(lexicon: Lexicon) -> Read:
    return lambda text: read_clause(plain_text(text, lexicon), lexicon)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rulebook of the carried vocabulary and lexicon and no rules."""
    folder = tmp_path / "rules"
    shutil.copytree(RULES / "vocabulary", folder / "vocabulary")
    for name in ("instruments.yaml", "rulebook.yaml"):
        shutil.copy(RULES / name, folder / name)
    for used in (
        "national/energy/energy-levels.csv",
        "national/capacity/capped.csv",
        "national/catalogue/equipment.csv",
    ):
        (folder / used).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(RULES / used, folder / used)
    return folder


def row(text: str, kind: str = "禁止类", unit: str = UNITS[0], number: str = "1-1") -> tuple[str, ...]:
    return (unit, f"虚构单元{unit[-1]}", number, kind, text)


def write_list(path: Path, *rows: Sequence[str]) -> Path:
    path.write_bytes(csv_text([HEADER, *rows]).encode())
    return path


@pytest.fixture
def make_draft(tmp_path: Path, vocabulary: Vocabulary, lexicon: Lexicon) -> MakeDraft:
    def make(*rows: Sequence[str]) -> Draft:
        return draft(list_of_file(write_list(tmp_path / "list.csv", *rows), vocabulary), lexicon)

    return make
