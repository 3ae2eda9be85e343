"""Documents: YAML and JSON in, every scalar as text with its line, nothing but DocumentError for what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from screening.documents import MAX_DEPTH, DocumentError, Node, decode, parse_json, parse_yaml, read_text

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
trees = st.recursive(
    st.one_of(st.none(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=8,
)
# Text that is often nearly YAML or JSON.
near = st.text(alphabet="{}[]:,-?!&*#|>'\"%@` \n\ta0~<ud\\\u2028\x85\x00é中😀", max_size=60)


def problem(call: Callable[[], Any]) -> str:
    with pytest.raises(DocumentError) as caught:
        call()
    return str(caught.value)


@given(st.one_of(st.binary(max_size=200), near.map(str.encode), st.text(max_size=60).map(lambda t: t.encode("utf-16"))))
@example(b"[" * 100_000)
@example(b"{" * 100_000)
@example(b"- " * 50_000)
@example(b'{"a":' * 50_000)
@example(b"1" * 100_000)
@example(b"[1e99999999999999999999]")
@example(b"&a [*a, *a]")
def test_any_bytes_are_a_document_or_a_document_error(data: bytes) -> None:
    for parse in (parse_yaml, parse_json):
        try:
            parse(decode(data, "file"), "file")
        except DocumentError as error:
            assert all(found.where.startswith("file") and found.what and found.zh for found in error.problems)


@given(st.text(st.characters(), max_size=60))
@example("\ud800")
@example("a: \ud800")
def test_any_text_is_a_document_or_a_document_error(text: str) -> None:
    for parse in (parse_yaml, parse_json):
        try:
            parse(text, "file")
        except DocumentError as error:
            assert error.problems


@given(trees)
def test_json_is_yaml_and_every_word_survives(tree: Any) -> None:
    text = json.dumps(tree, ensure_ascii=True)
    assume("\\ud" not in text)  # JSON writes what lies past U+FFFF as two halves, which YAML does not know
    assert parse_yaml(text, "file").plain() == tree
    assert parse_json(text, "file") == tree


@pytest.mark.parametrize(
    "written", ["2614", "0111", "0.10", "yes", "2026-08-15", "1e3", "0x1F", "1_000", "12:30", "=", "<<"]
)
def test_a_scalar_stays_the_text_it_was_written_as(written: str) -> None:
    assert parse_yaml(f"key: {written}", "file").plain() == {"key": written}


@pytest.mark.parametrize("written", ["", "~", "null", "# nothing"])
def test_nothing_written_is_nothing(written: str) -> None:
    assert parse_yaml(f"key: {written}", "file").plain() == {"key": None}


@pytest.mark.parametrize("written", ["''", '""', "'~'", '"null"'])
def test_quoted_nothing_is_text(written: str) -> None:
    assert isinstance(parse_yaml(f"key: {written}", "file").plain()["key"], str)


def test_every_value_knows_its_line() -> None:
    root = parse_yaml("a: 1\n\nb:\n  - x\n  - {c: y}\n", "rules/r.yaml")
    assert root.mapping is not None
    items = root.mapping["b"].items
    assert items is not None
    assert [root.mapping["a"].where, *(item.where for item in items)] == [
        "rules/r.yaml:1",
        "rules/r.yaml:4",
        "rules/r.yaml:5",
    ]


def test_a_value_stands_on_the_line_of_its_key() -> None:
    root = parse_yaml("a:\n  b:\n    - x\n  c:\n    y\n", "file")
    assert root.mapping is not None
    inner = root.mapping["a"].mapping
    assert inner is not None
    assert (root.mapping["a"].line, inner["b"].line, inner["c"].line) == (1, 2, 4)


def test_a_node_says_what_stands_there() -> None:
    shown = [Node(value, 1, "f").kind() for value in ({}, [], None, "x" * 99)]
    assert shown == ["a mapping", "a list", "nothing", f'"{"x" * 60}"']


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3", 'file:3: the key "a" stands twice; keep one of them'),
        ("a: {b: 1, b: 2}", 'file:1: the key "b" stands twice; keep one of them'),
        ("a: 1\n---\nb: 2", "file:2: a second document in one file; keep one document a file"),
        ("a: &x 1\nb: *x", "file:1: an anchor or alias; write the value out"),
        ("a: 1\nb: *x", "file:2: an anchor or alias; write the value out"),
        ("a: !!int 1", "file:1: a type tag; leave the tag out"),
        ("a: !python/object:os.system {}", "file:1: a type tag; leave the tag out"),
        ("? [a]\n: 1", "file:1: a list as a key; use a plain word as the key"),
        ("{a: 1}: 2", "file:1: a mapping as a key; use a plain word as the key"),
        ("~: 1", "file:1: nothing as a key; use a plain word as the key"),
        ("a:\n\t- 1", "file:2: is not YAML: found character that cannot start any token"),
        ("a: [1, 2", "file:2: is not YAML: did not find expected ',' or ']'"),
        ("# only a remark", "file: is empty; write the document first"),
        ("a: \x07", "file: is not YAML: "),
        ("a: \ud800", "file: holds half a character (a lone surrogate); remove it"),
    ],
)
def test_a_document_nobody_should_write_is_refused_with_its_line(text: str, said: str) -> None:
    assert problem(lambda: parse_yaml(text, "file")).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,\n "a": 2}', 'file: the key "a" stands twice; keep one of them'),
        ('{"a": {"b": 1, "b": 1}}', 'file: the key "b" stands twice; keep one of them'),
        ('{"a": NaN}', "file: NaN is not a number"),
        ("[-Infinity]", "file: -Infinity is not a number"),
        ('{"a": 1,\n "b"}', "file:2: is not JSON: "),
        ("[1] [2]", "file:1: is not JSON: Extra data"),
    ],
)
def test_json_nobody_should_write_is_refused(text: str, said: str) -> None:
    assert problem(lambda: parse_json(text, "file")).startswith(said)


def test_nesting_stops_at_the_same_depth_however_it_is_written() -> None:
    for opened, closed in (("[", "]"), ("{a: ", "}")):
        parse_yaml(opened * MAX_DEPTH + closed * MAX_DEPTH, "file")
        deeper = opened * (MAX_DEPTH + 1) + closed * (MAX_DEPTH + 1)
        assert problem(lambda text=deeper: parse_yaml(text, "file")).startswith(
            f"file:1: nesting deeper than {MAX_DEPTH}"
        )


def test_a_json_number_is_exact() -> None:
    assert parse_json("[0.1, 1e2, 123456789012345678901234567890]", "file") == [
        Decimal("0.1"),
        Decimal(100),
        Decimal("123456789012345678901234567890"),
    ]


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse_yaml(decode(b"\xef\xbb\xbfa: 1", "file"), "file").plain() == {"a": "1"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("题目: 化工".encode("gbk"), "rule.yaml:1: is not UTF-8 (byte 1); save the file as UTF-8"),
        (b"a: 1\nb: \xff", "rule.yaml:2: is not UTF-8 (byte 9); save the file as UTF-8"),
        (b" \n\t\n", "rule.yaml: is empty; write the document first"),
        (b"", "rule.yaml: is empty; write the document first"),
        (b"a" * 101, "rule.yaml: is 101 bytes; at most 100 are read; send a smaller file"),
    ],
)
def test_a_file_that_is_no_text_says_why(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "rule.yaml").write_bytes(data)
    assert problem(lambda: read_text(tmp_path / "rule.yaml", 100)) == f"{tmp_path}/{said}"


def test_a_folder_and_an_absent_file_are_told_apart(tmp_path: Path) -> None:
    assert problem(lambda: read_text(tmp_path, 100)) == f"{tmp_path}: is a directory; name a file"
    assert "cannot be opened (No such file or directory)" in problem(lambda: read_text(tmp_path / "absent", 100))
    assert "cannot be opened (File name too long)" in problem(lambda: read_text(tmp_path / ("x" * 300), 100))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_document_problem_is_said_in_both_languages(lang: str) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml("a: [", "file")
    assert caught.value.report(lang).startswith("file:")
    assert ("YAML" in caught.value.report(lang)) and (("不是" in caught.value.report(lang)) is (lang == "zh"))
