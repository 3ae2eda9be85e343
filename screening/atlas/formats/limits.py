"""How large a file may be, and what reading it may cost. Whatever passes a limit is one clear error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1 << 20
GIBIBYTE: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """`file_bytes` of a file with its pieces; of an archive, `archive_bytes` unpacked, `archive_members`, and
    `archive_ratio` of unpacked to packed once more than 64 MiB come out. `seconds` of wall clock and of processor time.
    `memory` in bytes is what reading may take on top of the loaded libraries.
    """

    file_bytes: int = 4 * GIBIBYTE
    archive_bytes: int = 8 * GIBIBYTE
    archive_members: int = 20_000
    archive_ratio: int = 200
    features: int = 10_000_000
    vertices: int = 100_000_000
    seconds: float = 600.0
    memory: int = 4 * GIBIBYTE


LIMITS: Final = Limits()
"""For layers of zones: a nation of 30 million vertices passes with room."""

FOOTPRINT_LIMITS: Final = Limits(
    file_bytes=32 * MEBIBYTE,
    archive_bytes=128 * MEBIBYTE,
    archive_members=2_000,
    features=20_000,
    vertices=200_000,
    seconds=30.0,
    memory=GIBIBYTE,
)
"""For what an applicant hands in. A drawing may hold far more than the boundary in it, whose own limit is 20,000
vertices; a file of ten million is refused by its size, before it is opened."""
