"""An append-only chain: each entry holds the hash of the one before it, so that none can be changed, taken out or moved.

Entry 0 names the hash function. Entry n also holds the hash of entry n & (n - 1) (n with its lowest bit cleared): by these
`skip` links a proof that an old entry belongs to today's head takes some dozens of entries, however long the chain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from screening.audit.digests import Algorithm, digest
from screening.decision import canonical_json

BEGINNING: Final = "chain.begun"
GENESIS: Final = ""
"""What entry 0 holds as the hash of the entry before it."""
FIELDS: Final = ("act", "actor", "at", "digest", "prev", "seq", "skip", "subject")
"""The keys of an entry, sorted; an exported line adds `hash`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who did what to which record and when (UTC, RFC 3339), and the digest of what it was done with.

    `subject` is a noun and an id ("decision/0198…"). Of entry 0 it names the hash function of the whole chain.
    """

    seq: int
    at: str
    actor: str
    act: str
    subject: str
    digest: str
    prev: str
    skip: str

    def plain(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "act": self.act,
            "subject": self.subject,
            "digest": self.digest,
            "prev": self.prev,
            "skip": self.skip,
        }

    def hash(self, algorithm: Algorithm) -> str:
        """The hash of the entry's canonical JSON, which the next entry holds as `prev`."""
        return digest(algorithm, canonical_json(self.plain()))

    def line(self, algorithm: Algorithm) -> bytes:
        """The entry as one exported line: its canonical JSON with its own hash, without the line's end."""
        return canonical_json({**self.plain(), "hash": self.hash(algorithm)})

    @classmethod
    def of(cls, data: Any) -> Entry:
        """An entry from plain data without its hash. Raises ValueError when it is not one."""
        if not isinstance(data, Mapping) or tuple(sorted(data)) != FIELDS:
            raise ValueError(f"not an entry: its keys are {', '.join(FIELDS)}")
        if type(data["seq"]) is not int or data["seq"] < 0:
            raise ValueError("seq is not a whole number from 0")
        if not all(isinstance(data[key], str) for key in FIELDS if key != "seq"):
            raise ValueError("a field is not text")
        return cls(**data)


def read_line(line: bytes) -> tuple[Entry, str]:
    """An exported line as its entry and the hash it states. Raises ValueError when it is not exactly such a line."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(data, dict) or not isinstance(data.get("hash"), str):
        raise ValueError("not an entry with its hash")
    stated = data.pop("hash")
    entry = Entry.of(data)
    try:
        same = canonical_json({**entry.plain(), "hash": stated}) == line
    except UnicodeEncodeError as error:
        raise ValueError("holds half a character") from error
    if not same:
        raise ValueError("not canonical JSON")
    return entry, stated


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its number and its hash. Kept elsewhere, it shows whether a chain was cut short."""

    seq: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Head:
        """A head written `SEQ:HASH`. Raises ValueError."""
        seq, _, found = text.partition(":")
        if not (seq.isdecimal() and seq.isascii()) or len(found) != 64 or found.strip("0123456789abcdef"):
            raise ValueError("a head is written SEQ:HASH, a number and 64 hexadecimal digits")
        return cls(int(seq), found)

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of a chain, all that is needed to append to it.

    `ancestors` are (seq, hash) of the last entry and of those reached from it by skip links, nearest first: one for each
    bit of its number that is set, and entry 0.
    """

    algorithm: Algorithm
    ancestors: tuple[tuple[int, str], ...] = ()

    @property
    def head(self) -> Head | None:
        """The last entry; None of a chain not begun."""
        return Head(*self.ancestors[0]) if self.ancestors else None

    def append(self, at: str, actor: str, act: str, subject: str, payload: bytes) -> tuple[Chain, Entry, str]:
        """The chain with one entry more, the entry, and its hash. `payload` is what the act was done with."""
        if not self.ancestors and act != BEGINNING:
            raise ValueError("a chain begins with its beginning")
        seq = self.ancestors[0][0] + 1 if self.ancestors else 0
        kept = tuple(one for one in self.ancestors if one[0] <= (seq & (seq - 1))) if seq else ()
        entry = Entry(
            seq=seq,
            at=at,
            actor=actor,
            act=act,
            subject=subject,
            digest=digest(self.algorithm, payload),
            prev=self.ancestors[0][1] if self.ancestors else GENESIS,
            skip=kept[0][1] if kept else GENESIS,
        )
        own = entry.hash(self.algorithm)
        return Chain(self.algorithm, ((seq, own), *kept)), entry, own

    def begin(self, at: str, actor: str) -> tuple[Chain, Entry, str]:
        """The chain with entry 0, which names its hash function."""
        return self.append(at, actor, BEGINNING, self.algorithm.value, self.algorithm.value.encode())

    def plain(self) -> dict[str, Any]:
        return {"algorithm": self.algorithm.value, "ancestors": [[seq, found] for seq, found in self.ancestors]}

    @classmethod
    def of(cls, data: Any) -> Chain:
        return cls(Algorithm(data["algorithm"]), tuple((int(seq), str(found)) for seq, found in data["ancestors"]))


def algorithm_of(first: Entry) -> Algorithm:
    """The hash function that entry 0 names. Raises ValueError when it is not a beginning."""
    if first.seq != 0 or first.act != BEGINNING or first.prev != GENESIS or first.skip != GENESIS:
        raise ValueError("does not begin a chain")
    return Algorithm(first.subject)
