"""A chain is whole or says where it is not; each entry can be proved to belong to it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from screening.audit import Algorithm, Chain, Entry, FaultKind, Head, digest, prove, verify_lines, verify_proof
from screening.audit.proof import way_back
from screening.decision import canonical_json


def made(length: int, algorithm: Algorithm = Algorithm.SHA256) -> tuple[list[Entry], Head]:
    """A chain of some entries beside its beginning."""
    chain, first, _ = Chain(algorithm).begin("2026-11-22T01:00:00.000000Z", "screening")
    entries = [first]
    for number in range(1, length + 1):
        payload = canonical_json({"number": number})
        chain, entry, _ = chain.append(
            f"2026-11-22T01:00:{number % 60:02d}.000000Z", "张三", "decision.recorded", f"decision/{number}", payload
        )
        entries.append(entry)
    head = chain.head
    assert head is not None
    return entries, head


def lines_of(entries: list[Entry], algorithm: Algorithm = Algorithm.SHA256) -> list[bytes]:
    return [entry.line(algorithm) for entry in entries]


ENTRIES, HEAD = made(40)
LINES = lines_of(ENTRIES)


def test_sm3_is_the_one_of_the_standard() -> None:
    # GB/T 32905-2016, annex A.1.
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(Algorithm.SM3, b"abc") == expected


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_chain_is_whole_and_ends_at_its_head(algorithm: Algorithm) -> None:
    entries, head = made(70, algorithm)
    found = verify_lines(lines_of(entries, algorithm), head)
    assert found.whole, found.faults
    assert (found.entries, found.head, found.algorithm) == (71, head, algorithm)


def test_a_line_is_the_canonical_json_of_another_canonicaliser_and_its_hash_that_of_hashlib() -> None:
    for entry, line in zip(ENTRIES, LINES, strict=True):
        own = hashlib.sha256(rfc8785.dumps(entry.plain())).hexdigest()
        assert line == rfc8785.dumps({**entry.plain(), "hash": own})


def test_an_empty_chain_is_whole_unless_a_head_is_stated() -> None:
    assert verify_lines([]).whole
    assert [fault.kind for fault in verify_lines([], HEAD).faults] == [FaultKind.TRUNCATED]


@given(st.integers(0, 40), st.data())
def test_any_changed_byte_is_found_and_its_line_named(number: int, data: st.DataObject) -> None:
    line = bytearray(LINES[number])
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    found = verify_lines([*LINES[:number], bytes(line), *LINES[number + 1 :]], HEAD)
    assert any(fault.line == number + 1 for fault in found.faults), found.faults


@given(st.integers(0, 40))
def test_a_missing_entry_is_named_and_the_last_by_the_head(number: int) -> None:
    found = verify_lines([*LINES[:number], *LINES[number + 1 :]], HEAD)
    kind = FaultKind.TRUNCATED if number == 40 else FaultKind.MISSING
    assert (kind, number) in [(fault.kind, fault.seq) for fault in found.faults]
    assert len(found.faults) == 1, found.faults


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_moved_entry_is_found_and_one_of_those_out_of_place_named(taken: int, put: int) -> None:
    moved = [line for place, line in enumerate(LINES) if place != taken]
    moved.insert(put, LINES[taken])
    found = verify_lines(moved, HEAD)
    assert found.whole == (taken == put)
    low, high = sorted((taken, put))
    assert all(fault.kind is FaultKind.REORDERED and low <= (fault.seq or 0) <= high for fault in found.faults)


@given(st.integers(0, 40), st.integers(0, 41))
def test_an_entry_that_stands_twice_is_named(copied: int, put: int) -> None:
    doubled = [*LINES[:put], LINES[copied], *LINES[put:]]
    found = verify_lines(doubled, HEAD)
    assert copied in [fault.seq for fault in found.faults]
    assert {fault.kind for fault in found.faults} <= {FaultKind.INSERTED, FaultKind.REORDERED}


@given(st.integers(0, 39))
def test_a_chain_cut_short_is_only_found_by_a_head_kept_elsewhere(last: int) -> None:
    assert verify_lines(LINES[: last + 1]).whole
    faults = verify_lines(LINES[: last + 1], HEAD).faults
    assert [(fault.kind, fault.seq) for fault in faults] == [(FaultKind.TRUNCATED, 40)]


@given(
    st.integers(1, 39),
    st.sampled_from(["at", "actor", "act", "subject", "digest"]),
    st.text("0123456789abcdef", min_size=1, max_size=64),
)
def test_an_entry_rewritten_with_its_own_hash_is_named_by_the_next_link(number: int, key: str, text: str) -> None:
    forged = replace(ENTRIES[number], **{key: text})
    found = verify_lines([*LINES[:number], forged.line(Algorithm.SHA256), *LINES[number + 1 :]], HEAD)
    assert not found.whole
    assert all(fault.kind is FaultKind.UNLINKED and f"entry {number}" in fault.words.en for fault in found.faults)


@given(st.integers(0, 39))
def test_a_chain_rewritten_from_an_entry_on_is_found_by_a_head_kept_elsewhere(number: int) -> None:
    chain, first, _ = Chain(Algorithm.SHA256).begin(ENTRIES[0].at, ENTRIES[0].actor if number else "mallory")
    forged = [first]
    for entry in ENTRIES[1:]:
        actor = "mallory" if entry.seq == number else entry.actor
        payload = canonical_json({"number": entry.seq})
        chain, again, _ = chain.append(entry.at, actor, entry.act, entry.subject, payload)
        forged.append(again)
    assert verify_lines(lines_of(forged)).whole
    faults = verify_lines(lines_of(forged), HEAD).faults
    assert [(fault.kind, fault.seq) for fault in faults] == [(FaultKind.OTHER_HEAD, 40)]


def test_a_first_entry_that_names_another_hash_function_is_itself_named_and_not_all_the_rest() -> None:
    forged = json.loads(LINES[0]) | {"subject": "sm3"}
    found = verify_lines([canonical_json(forged), *LINES[1:]])
    assert [(fault.kind, fault.seq) for fault in found.faults] == [(FaultKind.CHANGED, 0)]


@pytest.mark.parametrize(
    "line",
    [b"", b"null", b"[1]", b"{", b'{"seq":1}', b"\xff", b"[" * 100_000, LINES[3] + b" ", b'{"hash":"x","seq":1e400}'],
    ids=["empty", "null", "list", "cut", "keys", "bytes", "deep", "space", "number"],
)
def test_what_is_no_entry_is_named_by_its_line(line: bytes) -> None:
    found = verify_lines([*LINES[:3], line, *LINES[4:]])
    assert (FaultKind.UNREADABLE, 4) in [(fault.kind, fault.line) for fault in found.faults]


@given(st.integers(0, 300), st.data())
def test_every_entry_is_proved_by_the_way_back_from_every_head(head: int, data: st.DataObject) -> None:
    seq = data.draw(st.integers(0, head))
    proof = prove(head, seq, lambda number: LONG[number])
    top = Head(head, LONG[head].hash(Algorithm.SHA256))
    assert verify_proof(Algorithm.SHA256, top, seq, proof) == ""


@given(st.integers(1, 300), st.data())
def test_a_proof_with_anything_changed_in_it_proves_nothing(head: int, data: st.DataObject) -> None:
    seq = data.draw(st.integers(0, head))
    proof = list(prove(head, seq, lambda number: LONG[number]))
    top = Head(head, LONG[head].hash(Algorithm.SHA256))
    place = data.draw(st.integers(0, len(proof) - 1))
    key = data.draw(st.sampled_from(["actor", "subject", "digest", "prev", "skip"]))
    changed = replace(proof[place], **{key: getattr(proof[place], key) + "0"})
    for wrong in ([*proof[:place], changed, *proof[place + 1 :]], [*proof[:place], *proof[place + 1 :]]):
        assert verify_proof(Algorithm.SHA256, top, seq, wrong)


LONG, _ = made(300)


def test_a_proof_stays_short_in_a_chain_of_sixteen_million() -> None:
    assert max(len(way_back((1 << 24) - 1 - 977 * step, 5 + 31 * step)) for step in range(200)) < 400


@pytest.mark.parametrize("text", ["", "5", "5:", "x:" + "0" * 64, "5:" + "g" * 64, "-1:" + "0" * 64, "٣:" + "0" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="SEQ:HASH"):
        Head.parse(text)
    assert Head.parse(str(HEAD)) == HEAD
