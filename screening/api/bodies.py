"""Request bodies, read no further than a limit."""

from __future__ import annotations

from fastapi import Request

from screening.api.problems import TooLargeError
from screening.errors import Problem


async def read_body(request: Request, limit: int) -> bytes:
    """The body. Raises TooLargeError as soon as more than `limit` bytes have come, or are announced."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        Problem("", f"is over {limit:,} bytes", "simplify the footprint", f"超过 {limit:,} 字节，请简化用地边界")
    )
