"""Is a chain whole? Every entry that was changed, left out, put in, moved or cut off is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from screening.audit.chain import Entry, Head, algorithm_of, read_line
from screening.audit.digests import Algorithm
from screening.text import Text


class FaultKind(StrEnum):
    """What is wrong with an entry, or with something an entry vouches for."""

    UNREADABLE = "unreadable"
    """The line is not an entry in canonical JSON."""
    CHANGED = "changed"
    """The entry does not have the hash it states."""
    UNLINKED = "unlinked"
    """The entry does not hold the hash of an earlier one: one of the two was rewritten."""
    MISSING = "missing"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TRUNCATED = "truncated"
    """The chain ends before the stated head."""
    OTHER_HEAD = "other_head"
    """The entry that the stated head names has another hash: the chain was rewritten up to there."""
    RECORD = "record"
    """A stored record is not the one its entry vouches for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: of which entry (None where it cannot be told), in which line from 1 (0 where lines do not count)."""

    kind: FaultKind
    seq: int | None
    line: int
    words: Text

    def plain(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "seq": self.seq, "line": self.line, "words": self.words.plain()}


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found of a chain. `head` is its last entry as read; whole where there is no fault."""

    entries: int
    algorithm: Algorithm | None
    head: Head | None
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        return not self.faults

    def plain(self) -> dict[str, Any]:
        return {
            "whole": self.whole,
            "entries": self.entries,
            "algorithm": self.algorithm.value if self.algorithm else None,
            "head": str(self.head) if self.head else None,
            "faults": [fault.plain() for fault in self.faults],
        }


class _Reader:
    """Entries taken in one by one, in constant memory where the chain is whole."""

    def __init__(self, stated: Head | None) -> None:
        self.stated = stated
        self.faults: list[Fault] = []
        self.algorithm: Algorithm | None = None
        self.sure = False
        self.entries = 0
        self.expected = 0
        self.gaps: dict[int, int] = {}
        # The last entry in order, and those that its skip links lead to.
        self.known: dict[int, str] = {}
        self.at_stated: str | None = None

    def fault(self, kind: FaultKind, seq: int | None, line: int, zh: str, en: str) -> None:
        place = Text(f"第 {line} 行：", f"line {line}: ") if line else Text("", "")
        self.faults.append(Fault(kind, seq, line, Text(place.zh + zh, place.en + en)))

    def unreadable(self, line: int, why: str) -> None:
        self.fault(FaultKind.UNREADABLE, None, line, f"不是一条记录（{why}）", f"is not an entry ({why})")

    def take(self, entry: Entry, stated: str, line: int) -> None:
        self.entries += 1
        seq = entry.seq
        if not self.sure:
            self._learn(entry, stated, line)
        algorithm = self.algorithm or Algorithm.SHA256
        own = entry.hash(algorithm)
        if own != stated:
            zh, en = (
                f"第 {seq} 条与其哈希不符，已被改动",
                f"entry {seq} does not have the hash it states: it was changed",
            )
            self.fault(FaultKind.CHANGED, seq, line, zh, en)
        if self.stated is not None and seq == self.stated.seq and self.at_stated is None:
            self.at_stated = stated
        if seq < self.expected:
            self._out_of_order(entry, line)
            return
        if seq > self.expected:
            self.gaps.update(dict.fromkeys(range(self.expected, min(seq, self.expected + 100000)), line))
            if seq - self.expected > 100_000:
                zh, en = f"缺第 {self.expected} 至 {seq - 1} 条", f"entries {self.expected} to {seq - 1} are missing"
                self.fault(FaultKind.MISSING, self.expected, line, zh, en)
        self._links(entry, line)
        # What later entries are compared with is the hash this one states: a change of it is said of it alone.
        self.known = {number: found for number, found in self.known.items() if number <= (seq & (seq - 1))}
        self.known[seq] = stated
        self.expected = seq + 1

    def _learn(self, entry: Entry, stated: str, line: int) -> None:
        """The hash function: what entry 0 names, but by the first entry that has its own hash, should entry 0 be forged."""
        matching = next((one for one in Algorithm if entry.hash(one) == stated), None)
        named: Algorithm | None = None
        if entry.seq == 0:
            try:
                named = algorithm_of(entry)
            except ValueError:
                zh, en = "第 0 条不是链首", "entry 0 does not begin a chain"
                self.fault(FaultKind.CHANGED, 0, line, zh, en)
            if matching is not None and named is not None and matching is not named:
                zh, en = (
                    "第 0 条所载的哈希算法被改动",
                    "entry 0 names another hash function than it has: it was changed",
                )
                self.fault(FaultKind.CHANGED, 0, line, zh, en)
        self.algorithm = matching or named or self.algorithm
        self.sure = matching is not None

    def _links(self, entry: Entry, line: int) -> None:
        if entry.seq == 0:
            return
        for number, link in ((entry.seq - 1, entry.prev), (entry.seq & (entry.seq - 1), entry.skip)):
            held = self.known.get(number)
            if held is not None and held != link:
                zh = f"第 {entry.seq} 条所载的第 {number} 条哈希不符，其中一条被改写"
                en = f"entry {entry.seq} does not hold the hash of entry {number}: one of them was rewritten"
                self.fault(FaultKind.UNLINKED, entry.seq, line, zh, en)
                return

    def _out_of_order(self, entry: Entry, line: int) -> None:
        seq = entry.seq
        if seq in self.gaps:
            del self.gaps[seq]
            zh, en = (
                f"第 {seq} 条排在第 {self.expected - 1} 条之后，次序被调换",
                f"entry {seq} stands after entry {self.expected - 1}: they were reordered",
            )
            self.fault(FaultKind.REORDERED, seq, line, zh, en)
        else:
            zh, en = f"第 {seq} 条重复或系插入", f"an entry {seq} stands here a second time: it was inserted"
            self.fault(FaultKind.INSERTED, seq, line, zh, en)

    def end(self) -> Verification:
        for seq, line in _runs(self.gaps):
            first, last = seq
            zh = f"缺第 {first} 条" if first == last else f"缺第 {first} 至 {last} 条"
            en = f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
            self.fault(FaultKind.MISSING, first, line, zh, en)
        head = Head(self.expected - 1, self.known[self.expected - 1]) if self.expected else None
        stated = self.stated
        if stated is not None:
            last = self.expected - 1
            if stated.seq > last:
                zh = f"链止于第 {last} 条，应至第 {stated.seq} 条" if head else f"链为空，应至第 {stated.seq} 条"
                en = f"the chain ends at entry {last}, and should reach {stated.seq}" if head else "the chain is empty"
                self.fault(FaultKind.TRUNCATED, stated.seq, 0, zh, en)
            elif self.at_stated is not None and self.at_stated != stated.hash:
                zh = f"第 {stated.seq} 条的哈希与所给的不同，此前某处被整体改写"
                en = f"entry {stated.seq} has another hash than stated: the chain was rewritten up to there"
                self.fault(FaultKind.OTHER_HEAD, stated.seq, 0, zh, en)
        return Verification(self.entries, self.algorithm, head, tuple(self.faults))


def _runs(gaps: dict[int, int]) -> Iterator[tuple[tuple[int, int], int]]:
    """Missing numbers gathered into runs, each with the line before which it is missing."""
    start: int | None = None
    for number in sorted(gaps):
        if start is None:
            start = number
        if number + 1 not in gaps:
            yield (start, number), gaps[start]
            start = None


def verify_lines(lines: Iterable[bytes], stated: Head | None = None) -> Verification:
    """Exported lines (each without its end) held against each other, and against a head kept elsewhere where one is given.

    An empty chain is whole unless a head is stated. What was rewritten with all that follows it is only seen by a head.
    """
    reader = _Reader(stated)
    for number, line in enumerate(lines, 1):
        try:
            entry, own = read_line(line)
        except ValueError as error:
            reader.unreadable(number, str(error))
            continue
        reader.take(entry, own, number)
    return reader.end()


def verify_entries(entries: Iterable[tuple[Entry, str]], stated: Head | None = None) -> Verification:
    """The same of entries already read, each with the hash that is kept beside it."""
    reader = _Reader(stated)
    for entry, own in entries:
        reader.take(entry, own, 0)
    return reader.end()
