"""Decisions are stored compressed, on the bytes of an earlier decision under the same rulebook and day.

Such decisions differ in little (most of each is the rules it names), so that of some 350 kB about 15 kB are kept. The
earlier one is never edited nor deleted, as no decision is, and is itself compressed alone.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

import zstandard

LEVEL: Final = 3
_KEPT: Final = 32


def pack(content: bytes, dictionary: Dictionary | None = None) -> bytes:
    """Bytes compressed, alone or on a dictionary."""
    if dictionary is None:
        return zstandard.ZstdCompressor(level=LEVEL).compress(content)
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary.prepared).compress(content)


def unpack(packed: bytes, dictionary: Dictionary | None = None) -> bytes:
    """The bytes again. Raises ValueError where they are damaged or were packed on another dictionary."""
    data = dictionary.prepared if dictionary is not None else None
    try:
        return zstandard.ZstdDecompressor(dict_data=data).decompress(packed)
    except zstandard.ZstdError as error:
        raise ValueError(str(error)) from None


class Dictionary:
    """An earlier decision's record id and its bytes, made ready to compress on."""

    def __init__(self, record: str, content: bytes) -> None:
        self.record = record
        self.prepared = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        self.prepared.precompute_compress(level=LEVEL)


class Dictionaries:
    """Those last used, by record and by rulebook and day; safe to share between threads."""

    def __init__(self) -> None:
        self._by_record: OrderedDict[str, Dictionary] = OrderedDict()
        self._by_day: OrderedDict[tuple[str, str], Dictionary] = OrderedDict()
        self._lock = Lock()

    def of_record(self, record: str) -> Dictionary | None:
        with self._lock:
            return self._by_record.get(record)

    def of_day(self, rulebook: str, as_of: str) -> Dictionary | None:
        with self._lock:
            return self._by_day.get((rulebook, as_of))

    def keep(self, dictionary: Dictionary, rulebook: str, as_of: str, for_writing: bool = True) -> None:
        """Keep one by its record and, to compress further ones on, by its day unless that has one."""
        with self._lock:
            self._by_record[dictionary.record] = dictionary
            if for_writing:
                self._by_day.setdefault((rulebook, as_of), dictionary)
            while len(self._by_record) > _KEPT:
                self._by_record.popitem(last=False)
            while len(self._by_day) > _KEPT:
                self._by_day.popitem(last=False)
