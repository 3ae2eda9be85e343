"""Messages between the service and its processes: a length of eight bytes, then a pickle. Both ends are this program."""

from __future__ import annotations

import pickle
import time
from socket import socket
from typing import Any, Final

_HEAD: Final = 8
_JOINED: Final = 1 << 16


class GoneError(Exception):
    """The other end is no longer there. `unread`: it went without having read all that was sent (known on Linux)."""

    def __init__(self, what: str, unread: bool = False) -> None:
        super().__init__(what)
        self.unread = unread


class LateError(Exception):
    """The other end did not take or send all of a message in time."""


def send(sock: socket, message: Any, deadline: float | None = None) -> None:
    """Send a message by `deadline` (of time.monotonic). Raises GoneError or LateError."""
    data = pickle.dumps(message, 5)
    head = len(data).to_bytes(_HEAD, "big")
    try:
        if len(data) <= _JOINED:
            _until(sock, deadline)
            sock.sendall(head + data)
            return
        for part in (head, data):
            _until(sock, deadline)
            sock.sendall(part)
    except TimeoutError:
        raise LateError from None
    except OSError as error:
        raise GoneError(str(error), isinstance(error, ConnectionResetError | BrokenPipeError)) from None


def receive(sock: socket, deadline: float | None = None) -> Any:
    """The next message, whole. Raises GoneError or LateError."""
    try:
        size = int.from_bytes(_exactly(sock, _HEAD, deadline), "big")
        data = _exactly(sock, size, deadline)
    except TimeoutError:
        raise LateError from None
    except OSError as error:
        raise GoneError(str(error), isinstance(error, ConnectionResetError | BrokenPipeError)) from None
    return pickle.loads(data)


def _exactly(sock: socket, size: int, deadline: float | None) -> bytearray:
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        _until(sock, deadline)
        more = sock.recv_into(view[got:])
        if not more:
            raise GoneError("closed")
        got += more
    return data


def _until(sock: socket, deadline: float | None) -> None:
    if deadline is None:
        sock.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)
