"""Requests a second and their times of `POST /v1/screenings`, over a running service.

    screening serve --zones build/nation/zones &
    python -m benchmarks.load http://127.0.0.1:8000 --seconds 600 --connections 16 --pid PID

Applications are the demo's twenty, or (`--places FILE`, lon,lat a line) the first of them at places of the national set. Each is sent as
a new submission: decided, recorded and in the audit chain before it is answered. Memory of the service is summed over its processes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from screening.documents import parse_yaml
from screening.project import Project
from screening.settings import read_settings


@dataclass
class Tally:
    """What came of the requests: seconds of each, and how many were not 201."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


def applications(places: Path | None) -> list[bytes]:
    """The bodies to send, in turn."""
    plain = []
    for path in sorted(read_settings({}).applications.glob("*.yaml")):
        data = parse_yaml(path.read_text("utf-8"), path.name).plain()
        Project.of(data)
        plain.append(_numbers(data))
    if places is None:
        return [json.dumps(one, ensure_ascii=False).encode() for one in plain]
    bodies = []
    for number, line in enumerate(places.read_text().split()):
        lon, lat = (float(part) for part in line.split(","))
        side = 0.001
        ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
        one = {**plain[number % len(plain)], "site": {"geometry": {"type": "Polygon", "coordinates": [ring]}}}
        bodies.append(json.dumps(one, ensure_ascii=False).encode())
    return bodies


def _numbers(value: Any) -> Any:
    """Coordinates as numbers: YAML keeps them as they were written."""
    if isinstance(value, dict):
        return {key: _coordinates(item) if key == "coordinates" else _numbers(item) for key, item in value.items()}
    return value


def _coordinates(value: Any) -> Any:
    return [_coordinates(item) for item in value] if isinstance(value, list) else float(value)


async def _client(host: str, port: int, bodies: list[bytes], until: float, tally: Tally, dice: random.Random) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while (began := time.perf_counter()) < until:
            body = dice.choice(bodies)
            head = (
                f"POST /v1/screenings?as_of=2026-11-22 HTTP/1.1\r\nHost: {host}:{port}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            told = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in told.split(b"\r\n") if line.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            tally.seconds.append(time.perf_counter() - began)
            tally.failed += not told.startswith(b"HTTP/1.1 201")
    finally:
        writer.close()


def _memory(pid: int | None) -> float:
    """MiB of a process and those it started, each page of theirs counted once (PSS)."""
    if pid is None:
        return 0.0
    root = psutil.Process(pid)
    return float(sum(one.memory_full_info().pss for one in (root, *root.children(recursive=True)))) / 2**20


async def run(url: str, seconds: float, connections: int, pid: int | None, places: Path | None) -> None:
    parts = urlsplit(url)
    host, port, bodies = parts.hostname or "127.0.0.1", parts.port or 80, applications(places)
    tally = Tally()
    until = time.perf_counter() + seconds
    crew = [
        asyncio.create_task(_client(host, port, bodies, until, tally, random.Random(number)))
        for number in range(connections)
    ]
    seen = 0
    print("| second | requests/s | p50 ms | p99 ms | memory MiB |\n|---|---|---|---|---|", flush=True)
    step = min(60.0, seconds / 5)
    while time.perf_counter() < until:
        await asyncio.sleep(min(step, max(0.0, until - time.perf_counter())))
        now, seen = tally.seconds[seen:], len(tally.seconds)
        elapsed = seconds - (until - time.perf_counter())
        if now:
            print(
                f"| {elapsed:.0f} | {len(now) / step:.0f} | {_at(now, 0.5)} | {_at(now, 0.99)} | {_memory(pid):.0f} |",
                flush=True,
            )
    await asyncio.gather(*crew)
    whole = tally.seconds
    print(
        f"\n{len(whole)} requests, {len(whole) / seconds:.0f}/s, p50 {_at(whole, 0.5)} ms, p99 {_at(whole, 0.99)} ms, "
        f"{tally.failed} not recorded, {connections} connections"
    )


def _at(seconds: list[float], part: float) -> str:
    return f"{sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * part))] * 1000:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--pid", type=int, default=None)
    parser.add_argument("--places", type=Path, default=None)
    args = parser.parse_args()
    asyncio.run(run(args.url, args.seconds, args.connections, args.pid, args.places))


if __name__ == "__main__":
    main()
