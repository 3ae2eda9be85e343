"""One POST to one address, done within a number of seconds whatever the other side does. Follows no redirect."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import h11

from screening.version import VERSION
from screening.webhooks.targets import Target

_MOST_ANSWER: Final = 1 << 16
_PARTING: Final = 1.0
"""Seconds in which the rest of an answer is read, so that the other side is not cut off in the middle of it."""


class PostingError(Exception):
    """What was sent has no answer, and why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's status, and the seconds it asks to wait for."""

    status: int
    retry_after: float | None


async def post(
    target: Target, address: str, body: bytes, headers: Mapping[str, str], seconds: float, context: ssl.SSLContext
) -> Reply:
    """Send `body` to `address`, which is one of the target's. Raises PostingError."""
    try:
        async with asyncio.timeout(seconds):
            return await _post(target, address, body, headers, context)
    except TimeoutError:
        raise PostingError(f"no answer within {seconds:g} s") from None
    except ssl.SSLCertVerificationError as error:
        raise PostingError(f"its certificate does not hold: {error.verify_message}") from None
    except (OSError, h11.ProtocolError, ValueError) as error:
        raise PostingError(f"{type(error).__name__}: {error}"[:300]) from None


async def _post(
    target: Target, address: str, body: bytes, headers: Mapping[str, str], context: ssl.SSLContext
) -> Reply:
    secure = target.scheme == "https"
    # The certificate must be the name's, though the connection is made to an address.
    reader, writer = await asyncio.open_connection(
        address, target.port, ssl=context if secure else None, server_hostname=target.host if secure else None
    )
    try:
        talk = h11.Connection(h11.CLIENT)
        said = {
            "Host": target.host_header,
            "User-Agent": f"screening/{VERSION}",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **headers,
        }
        request = h11.Request(method="POST", target=target.path, headers=list(said.items()))
        writer.write((talk.send(request) or b"") + (talk.send(h11.Data(data=body)) or b""))
        talk.send(h11.EndOfMessage())
        await writer.drain()
        while not isinstance(answer := await _next(talk, reader), h11.Response):
            if not isinstance(answer, h11.InformationalResponse):
                raise PostingError("the connection ended without an answer")
        waits = next((value for name, value in answer.headers if name == b"retry-after"), b"")
        try:
            async with asyncio.timeout(_PARTING):
                await _rest(talk, reader)
        except (TimeoutError, OSError, h11.ProtocolError):
            pass  # The status has been said.
        return Reply(answer.status_code, float(waits) if waits.isdigit() and len(waits) < 10 else None)
    finally:
        writer.transport.abort()


async def _next(talk: h11.Connection, reader: asyncio.StreamReader) -> object:
    while (event := talk.next_event()) is h11.NEED_DATA:
        talk.receive_data(await reader.read(1 << 14))
    return event


async def _rest(talk: h11.Connection, reader: asyncio.StreamReader) -> None:
    size = 0
    while isinstance(event := await _next(talk, reader), h11.Data) and size < _MOST_ANSWER:
        size += len(event.data)
