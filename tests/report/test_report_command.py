"""`screening report`: the opinion on an application, a decision or a receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from screening.audit.receipt import Receipt
from screening.cli.report import report
from screening.decision import canonical_json
from tests.report.conftest import APPLICATIONS
from tests.report.reading import html_text

APPLICATION = APPLICATIONS["05-food"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(report, [str(one) for one in arguments])


@pytest.fixture
def decision(decided: Any, tmp_path: Path) -> Path:
    path = tmp_path / "decision.json"
    path.write_bytes(canonical_json(decided("05")[0]))
    return path


def test_an_application_is_screened_and_printed(tmp_path: Path) -> None:
    for form, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!DOCTYPE")):
        target = tmp_path / f"opinion.{form}"
        found = run(APPLICATION, "--as-of", "2026-11-22", "--format", form, "-o", target)
        assert (found.exit_code, found.output.strip()) == (0, str(target))
        assert target.read_bytes().startswith(start)


def test_its_name_is_the_applications_where_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(APPLICATION, "--as-of", "2026-11-22", "--format", "html").exit_code == 0
    assert (tmp_path / "05-food.html").is_file()


def test_it_goes_to_standard_output_when_asked(decision: Path) -> None:
    found = run(decision, "--format", "html", "-o", "-", "--lang", "en", "--office", "Office X")
    assert found.exit_code == 0 and found.stdout_bytes.startswith(b"<!DOCTYPE")
    assert "OfficeX" in html_text(found.stdout_bytes)


def test_a_decision_is_printed_without_being_made_again_and_without_a_sketch(decision: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    assert run(decision, "--format", "html", "-o", target).exit_code == 0
    text = html_text(target.read_bytes())
    assert json.loads(decision.read_bytes())["id"] in text and "示意图" not in text


def test_a_receipt_is_printed_with_its_sketch(decided: Any, tmp_path: Path) -> None:
    receipt = Receipt.of(APPLICATION.read_bytes(), canonical_json(decided("05")[0]))
    file, target = tmp_path / "receipt.json", tmp_path / "out.html"
    file.write_bytes(receipt.canonical())
    assert run(file, "--format", "html", "-o", target).exit_code == 0
    assert "用地位置示意图" in html_text(target.read_bytes())


def test_a_decision_that_was_changed_is_not_printed(decision: Path, tmp_path: Path) -> None:
    changed = json.loads(decision.read_bytes()) | {"outcome": "reject"}
    decision.write_text(json.dumps(changed), encoding="utf-8")
    found = run(decision, "-o", tmp_path / "out.pdf")
    assert found.exit_code == 2 and "已被改动" in found.stderr and not (tmp_path / "out.pdf").exists()


def test_what_only_looks_like_a_decision_is_refused_in_one_message(tmp_path: Path) -> None:
    from hashlib import sha256

    body: dict[str, Any] = {"findings": 3, "receipt": {"as_of": "2026-11-22"}}
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**body, "id": sha256(canonical_json(body)).hexdigest()}), encoding="utf-8")
    found = run(path, "-o", tmp_path / "out.pdf")
    assert found.exit_code == 2 and str(path) in found.stderr and "Traceback" not in found.stderr


def test_a_day_beside_a_decision_is_refused(decision: Path) -> None:
    found = run(decision, "--as-of", "2026-01-01")
    assert found.exit_code == 2 and "--as-of" in found.stderr


def test_a_file_that_is_not_there_and_a_place_that_cannot_be_written_are_named(decision: Path, tmp_path: Path) -> None:
    assert "none.yaml" in run(tmp_path / "none.yaml").stderr
    found = run(decision, "-o", tmp_path / "no" / "out.pdf")
    assert found.exit_code == 2 and "out.pdf" in found.stderr
