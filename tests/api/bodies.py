"""Request bodies of every deformity: what parsers of JSON are known to stumble over, alone and inside an application."""

from __future__ import annotations

import json
from typing import Final

from tests.api.test_api import APPLICATION

_VALUES: Final[dict[str, bytes]] = {
    "nothing": b"",
    "a space": b" ",
    "null": b"null",
    "true": b"true",
    "a number": b"42",
    "minus zero": b"-0",
    "a huge integer": b"1" * 5000,
    "a huge exponent": b"1e400",
    "a tiny exponent": b"1e-400",
    "an exponent of many digits": b"1e" + b"9" * 300,
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "minus Infinity": b"-Infinity",
    "a leading zero": b"012",
    "a leading plus": b"+1",
    "a bare dot": b".5",
    "a trailing dot": b"5.",
    "hexadecimal": b"0x1F",
    "an empty string": b'""',
    "a lone high surrogate": b'"\\ud800"',
    "a lone low surrogate": b'"\\udc00"',
    "surrogates the wrong way": b'"\\udc00\\ud800"',
    "a nul in a string": b'"\\u0000"',
    "a raw nul": b'"\x00"',
    "a raw newline": b'"\n"',
    "a raw tab": b'"\t"',
    "an unknown escape": b'"\\x41"',
    "half an escape": b'"\\u12"',
    "an open string": b'"abc',
    "single quotes": b"'a'",
    "overlong utf-8": b'"\xc0\xaf"',
    "half a utf-8 character": b'"\xe4\xb8"',
    "utf-16": '"汉"'.encode("utf-16"),
    "utf-32": '"汉"'.encode("utf-32"),
    "gbk": '"汉字"'.encode("gbk"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "an open list": b"[",
    "a closed list": b"]",
    "a comma in a list": b"[,]",
    "a trailing comma in a list": b"[1,]",
    "two values": b"{} {}",
    "a trailing brace": b"{}}",
    "an open object": b"{",
    "a key without a value": b'{"a"}',
    "a key without quotes": b"{a: 1}",
    "a number for a key": b"{1: 1}",
    "a trailing comma in an object": b'{"a": 1,}',
    "a comment": b"{/* c */}",
    "a key twice": b'{"a": 1, "a": 2}',
    "deep lists": b"[" * 10_000,
    "deep closed lists": b"[" * 500 + b"]" * 500,
    "deep objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "deep open objects": b'{"a":' * 10_000,
    "an empty object": b"{}",
    "an empty list": b"[]",
    "a list of nulls": b"[null, null]",
    "many keys": json.dumps({f"k{number}": number for number in range(2000)}).encode(),
    "a long key": json.dumps({"k" * 20_000: 1}).encode(),
    "a long string": json.dumps({"id": "x" * 100_000}).encode(),
}
_PLACES: Final = {
    "id": b'{"id": %s, "project": {"sector": "2614"}, "site": {"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}}}',
    "project": b'{"project": %s, "site": {"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}}}',
    "sector": b'{"project": {"sector": %s}, "site": {"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}}}',
    "energy": b'{"project": {"energy": {"total": %s}}, "site": {"geometry": {"type": "Point", "coordinates": [112.2, 30.1]}}}',
    "coordinates": b'{"project": {}, "site": {"geometry": {"type": "Polygon", "coordinates": %s}}}',
}


def deformed() -> dict[str, bytes]:
    """Bodies by what is wrong with them: each value alone, and each in several places of an application."""
    found = dict(_VALUES)
    for place, pattern in _PLACES.items():
        found.update((f"{name} as {place}", pattern % value) for name, value in _VALUES.items())
    whole = json.dumps(APPLICATION).encode()
    for cut in range(0, len(whole), max(1, len(whole) // 40)):
        found[f"cut after {cut} bytes"] = whole[:cut]
    return found
