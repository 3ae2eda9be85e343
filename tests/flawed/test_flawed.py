"""Wrong rule files and wrong applications, kept as files, each beside what the author or applicant is told.

`NAME.txt` holds the whole message: path:line or pointer, what is wrong, what to do; for applications in English and
then in Chinese. Rules are read into the minimal rulebook of `tests/rulebook/minimal.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from screening.documents import DocumentError
from screening.errors import InputError, RulebookError
from screening.project import Project
from screening.rulebook.cases import read_cases
from screening.rulebook.reader import Rulebook

from ..rulebook.minimal import load, write_book

HERE = Path(__file__).parent
RULES = sorted(path.stem for path in (HERE / "rules").glob("*.txt"))
APPLICATIONS = sorted(path.stem for path in (HERE / "applications").glob("*.txt"))


def expected(path: Path) -> str:
    return path.read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", RULES)
def test_the_author_of_a_wrong_rule_is_told_where_what_and_what_to_do(tmp_path: Path, name: str) -> None:
    folder = write_book(tmp_path)
    for path in (HERE / "rules").glob(f"{name}.*"):
        if path.suffix != ".txt":
            (folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(RulebookError) as caught:
        read_cases(folder, Rulebook.load(folder))
    assert str(caught.value).replace(f"{tmp_path}/", "") == expected(HERE / "rules" / f"{name}.txt")


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_sender_of_a_wrong_application_is_told_where_what_and_what_to_do(tmp_path: Path, name: str) -> None:
    (path,) = (it for it in (HERE / "applications").glob(f"{name}.*") if it.suffix != ".txt")
    vocabulary = load(tmp_path).vocabulary
    with pytest.raises((InputError, DocumentError)) as caught:
        vocabulary.read_claims(Project.read(path).claims)
    said = "\n\n".join(caught.value.report(lang) for lang in ("en", "zh"))
    assert said.replace(f"{path.parent}/", "") == expected(path.with_suffix(".txt"))


def test_every_wrong_file_has_its_message() -> None:
    for folder in ("rules", "applications"):
        names = {path.name.split(".")[0] for path in (HERE / folder).iterdir()}
        assert names == {path.stem for path in (HERE / folder).glob("*.txt")}
