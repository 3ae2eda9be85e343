"""The hash functions a chain may be made with: SHA-256, or SM3 (GB/T 32905-2016) where the office must use it."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from screening.errors import Problem, ScreeningError


class DigestError(ScreeningError):
    """A hash function that is not available here."""

    kind = "digest-unavailable"
    heading = "the hash function is not available"


class Algorithm(StrEnum):
    """A hash function by the name that the first entry of a chain gives it."""

    SHA256 = "sha256"
    SM3 = "sm3"


def digest(algorithm: Algorithm, content: bytes) -> str:
    """The digest of `content`, 64 hexadecimal digits. Raises DigestError where SM3 is asked for and not installed."""
    if algorithm is Algorithm.SHA256:
        return hashlib.sha256(content).hexdigest()
    try:
        from cryptography.hazmat.primitives import hashes
    except ImportError:
        raise DigestError(
            Problem(
                "sm3",
                "SM3 is computed with cryptography, which is not installed",
                "pip install 'screening[service]'",
                "计算 SM3 需要 cryptography，尚未安装：pip install 'screening[service]'",
            )
        ) from None
    state = hashes.Hash(hashes.SM3())
    state.update(content)
    return state.finalize().hex()
