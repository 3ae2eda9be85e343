"""A receipt is made again byte for byte, or says what is not the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screening import Atlas, Project, Rulebook, screen
from screening.audit import Algorithm, Chain
from screening.audit.receipt import Receipt, ReceiptError, Vouched
from screening.decision import canonical_json
from screening.receipts import Verdict, verify_receipt
from screening.settings import read_settings

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def application() -> bytes:
    return (read_settings({}).zones / "applications" / "01-chemical-600m.yaml").read_bytes()


@pytest.fixture(scope="module")
def receipt(application: bytes, rulebook: Rulebook, atlas: Atlas) -> Receipt:
    """A receipt with its place in a chain of five entries."""
    decision = screen(Project.parse(application.decode()), rulebook, atlas, as_of=DAY).canonical()
    chain, first, _ = Chain(Algorithm.SHA256).begin("2026-11-22T01:00:00.000000Z", "screening")
    entries = [first]
    payload = {"request": _sha(application), "decision": _sha(decision), "owner": "a"}
    for number in range(1, 6):
        what = payload if number == 3 else {"number": number}
        chain, entry, _ = chain.append(
            "2026-11-22T01:00:01.000000Z", "a", "x", f"decision/{number}", canonical_json(what)
        )
        entries.append(entry)
    head = chain.head
    assert head is not None
    proof = (entries[5], entries[4], entries[3])
    return Receipt.of(application, decision, Vouched(Algorithm.SHA256, entries[3], payload, head, proof))


def _sha(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def test_a_receipt_is_read_back_as_it_was_written(receipt: Receipt) -> None:
    assert Receipt.read(receipt.canonical()) == receipt
    assert Receipt.read(receipt.canonical()).canonical() == receipt.canonical()


def test_the_decision_is_made_again_byte_for_byte(receipt: Receipt, rulebook: Rulebook, atlas: Atlas) -> None:
    assert receipt.audit is not None
    found = verify_receipt(receipt, rulebook, atlas, stated=receipt.audit.head)
    assert found.verdict is Verdict.SAME
    assert found.good
    assert found.other == ()
    assert {check.state.value for check in found.checks} == {"held"}


def test_it_is_made_again_by_the_named_rules_when_the_rulebook_has_grown(
    receipt: Receipt, rulebook: Rulebook, atlas: Atlas
) -> None:
    some = next(rule for rule in rulebook.in_force(DAY) if rule.jurisdiction == "CN")
    grown = rulebook.only([*rulebook.rules, replace(some, id="zz-added-later", digest="0" * 64)])
    found = verify_receipt(receipt, grown, atlas)
    assert found.verdict is Verdict.SAME_BY_NAMED
    assert any("rulebook" in text.en for text in found.other)


def test_a_rule_that_was_changed_since_is_named(receipt: Receipt, rulebook: Rulebook, atlas: Atlas) -> None:
    changed = [replace(r, digest="0" * 64) if r.id == "yangtze-chemical-1km" else r for r in rulebook.rules]
    found = verify_receipt(receipt, rulebook.only(changed), atlas)
    assert found.verdict is Verdict.NOT_REPEATABLE
    assert "rule yangtze-chemical-1km is another" in [text.en for text in found.other]


def test_a_rule_and_a_layer_that_are_gone_are_named(receipt: Receipt, rulebook: Rulebook, atlas: Atlas) -> None:
    gone = rulebook.only(rule for rule in rulebook.rules if rule.id != "yangtze-chemical-1km")
    fewer = Atlas(atlas.id, atlas.title, atlas.layers[1:], atlas.absent, atlas.hash)
    found = verify_receipt(receipt, gone, fewer)
    said = [text.en for text in found.other]
    assert found.verdict is Verdict.NOT_REPEATABLE
    assert "rule yangtze-chemical-1km is not here" in said
    assert f"layer {atlas.layers[0].id} is not here" in said


def _edited(receipt: Receipt, edit: Callable[[dict[str, Any]], None]) -> Receipt:
    """The receipt after an edit by someone who knows the form."""
    plain = json.loads(receipt.canonical())
    edit(plain)
    return Receipt.read(canonical_json(plain) + b"\n")


def _rehash(plain: dict[str, Any]) -> None:
    """Make the content id that of the edited decision, as a forger would."""
    body = {key: value for key, value in plain["decision"].items() if key != "id"}
    plain["decision"]["id"] = _sha(canonical_json(body))


EDITS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "outcome": (lambda plain: plain["decision"].update(outcome="pass"), "decision"),
    "day": (lambda plain: plain.update(as_of="2026-11-21"), "as_of"),
    "application": (lambda plain: plain.update(application=plain["application"] + "\n"), "application"),
    "payload": (lambda plain: plain["audit"]["payload"].update(owner="b"), "audit payload"),
    "entry": (lambda plain: plain["audit"]["entry"].update(actor="b"), "audit proof"),
    "proof": (lambda plain: plain["audit"]["proof"][1].update(actor="b"), "audit proof"),
    "head": (lambda plain: plain["audit"].update(head="5:" + "0" * 64), "audit proof"),
    "forged": (lambda plain: (plain["decision"].update(outcome="pass"), _rehash(plain))[0], "decision bytes"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_receipt_names_the_part_that_was_edited(
    name: str, receipt: Receipt, rulebook: Rulebook, atlas: Atlas
) -> None:
    edit, part = EDITS[name]
    found = verify_receipt(_edited(receipt, edit), rulebook, atlas)
    assert found.verdict is Verdict.TAMPERED
    assert part in [check.part for check in found.checks if check.state.value == "failed"]


def test_a_forged_decision_without_an_audit_entry_is_found_by_deciding_again(
    receipt: Receipt, rulebook: Rulebook, atlas: Atlas
) -> None:
    def forge(plain: dict[str, Any]) -> None:
        plain["audit"] = None
        plain["decision"]["outcome"] = "pass"
        _rehash(plain)

    found = verify_receipt(_edited(receipt, forge), rulebook, atlas)
    assert found.verdict is Verdict.DIFFERENT
    assert any("/outcome" in check.words.en for check in found.checks)


def test_a_head_kept_elsewhere_that_is_another_is_found(receipt: Receipt, rulebook: Rulebook, atlas: Atlas) -> None:
    assert receipt.audit is not None
    other = replace(receipt.audit.head, hash="0" * 64)
    assert verify_receipt(receipt, rulebook, atlas, stated=other).verdict is Verdict.TAMPERED
    later = replace(receipt.audit.head, seq=99)
    found = verify_receipt(receipt, rulebook, atlas, stated=later)
    assert found.verdict is Verdict.SAME
    assert [check.state.value for check in found.checks if check.part == "audit head"] == ["not_held"]


def test_an_application_that_is_not_utf8_is_carried_all_the_same(receipt: Receipt) -> None:
    odd = replace(receipt, application=b"\xff\xfe{")
    assert Receipt.read(odd.canonical()) == odd


def test_an_application_that_cannot_be_read_is_not_repeatable(
    receipt: Receipt, rulebook: Rulebook, atlas: Atlas
) -> None:
    for application in (b"\xff", b"{", b'{"project":{}}'):
        odd = replace(receipt, application=application, audit=None)
        assert verify_receipt(odd, rulebook, atlas).verdict is Verdict.NOT_REPEATABLE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"receipt":"screening-receipt/2"}',
        b'{"receipt":"screening-receipt/1"}',
        b'{"receipt":1.5}',
        b'{"application":"","as_of":"2026-11-22","audit":null,"decision":{},"encoding":"utf-8","receipt":"screening-receipt/1"}',
    ],
)
def test_what_is_no_receipt_is_refused_with_its_place(content: bytes) -> None:
    with pytest.raises(ReceiptError) as caught:
        Receipt.read(content, "r.json")
    assert caught.value.problems[0].where.startswith("r.json")
    assert caught.value.problems[0].zh


def test_a_receipt_written_anew_by_another_program_is_refused(receipt: Receipt) -> None:
    pretty = json.dumps(json.loads(receipt.canonical()), indent=1).encode()
    with pytest.raises(ReceiptError, match="canonical"):
        Receipt.read(pretty)


def test_damaged_parts_of_a_receipt_never_raise_anything_else(receipt: Receipt) -> None:
    plain = json.loads(receipt.canonical())
    for key in plain:
        for value in (None, 1, "x", [], {}, [{}], {"receipt": {}}):
            try:
                Receipt.read(canonical_json({**plain, key: value}) + b"\n").integrity()
            except ReceiptError:
                continue


def test_verify_and_its_exit_codes(receipt: Receipt, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from screening.cli import main

    file = tmp_path / "r.json"
    file.write_bytes(receipt.canonical())
    good = CliRunner().invoke(main, ["verify", str(file), "--lang", "en"])
    assert good.exit_code == 0, good.output
    assert "byte for byte" in good.output
    edit, _ = EDITS["outcome"]
    file.write_bytes(_edited(receipt, edit).canonical())
    bad = CliRunner().invoke(main, ["verify", str(file), "--format", "json"])
    assert bad.exit_code == 1
    assert json.loads(bad.output)["verdict"] == "tampered"
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "none.json")]).exit_code == 2
