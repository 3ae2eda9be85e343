"""A subscriber on a port of this machine that does to its sender whatever a path names."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass(frozen=True)
class Told:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Subscriber:
    """What came so far. `end` lets go of those that are kept waiting; `came` is set by each request."""

    port: int = 0
    told: list[Told] = field(default_factory=list)
    came: Event = field(default_factory=Event)
    end: Event = field(default_factory=Event)

    def url(self, path: str, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def _handler(subscriber: Subscriber) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            subscriber.told.append(Told(self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            subscriber.came.set()
            # Whoever is cut off in the middle of an answer has done its part.
            with suppress(OSError):
                getattr(self, self.path[1:])()

        def do_GET(self) -> None:
            subscriber.told.append(Told(self.path, {}, b""))

        def ok(self) -> None:
            self._answer(204)

        def fails(self) -> None:
            self._answer(500)

        def gone(self) -> None:
            self._answer(410)

        def busy(self) -> None:
            self._answer(503, ("Retry-After", "7200"))

        def elsewhere(self) -> None:
            self._answer(307, ("Location", subscriber.url("/ok")))

        def never(self) -> None:
            subscriber.end.wait(30)

        def drips(self) -> None:
            """A header that never ends, a byte at a time: no single wait is long."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not subscriber.end.wait(0.02):
                self.wfile.write(b"x")

        def floods(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not subscriber.end.is_set():
                self.wfile.write(b"X-Much: " + b"x" * 1000 + b"\r\n")

        def talks(self) -> None:
            """Says that it has understood, and then goes on for ever."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not subscriber.end.is_set():
                self.wfile.write(b"x" * 1000)

        def chatters(self) -> None:
            while not subscriber.end.is_set():
                self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")

        def mumbles(self) -> None:
            self.wfile.write(b"220 ready when you are\r\n")

        def hangs_up(self) -> None:
            self.connection.shutdown(socket.SHUT_RDWR)

        def _answer(self, status: int, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (*headers, ("Content-Length", "0")):
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that does not trust a certificate hangs up; that is its right."""


@contextmanager
def subscribing(context: ssl.SSLContext | None = None) -> Iterator[Subscriber]:
    """A subscriber while it listens; with a context, by TLS."""
    subscriber = Subscriber()
    server = _Server(("127.0.0.1", 0), _handler(subscriber))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    subscriber.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield subscriber
    finally:
        subscriber.end.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
