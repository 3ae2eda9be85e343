"""The process in which everything is loaded once, and which forks a worker whenever one is wanted.

`main(FD)` with a socket as descriptor FD is all it does. A forked worker starts in milliseconds, with the
rulebook, the zones and the compiled rulesets in memory that it shares with the others. This process has one thread of
its own and decides only the probe; so nothing is held when it forks, and no case can bring it down.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, recv_fds, socket, socketpair
from typing import TYPE_CHECKING, Any, Final

from screening.errors import ScreeningError
from screening.workers.wire import GoneError, receive, send

if TYPE_CHECKING:
    from screening.workers.tasks import World

FORK: Final = b"f"
BURY: Final = b"b"
ANSWERED: Final = "answered"
REFUSED: Final = "refused"
BROKE: Final = "broke"
TOO_BIG: Final = "too big"
GRACE: Final = 2.0
"""Seconds past a case's time limit after which its worker ends by itself, should the service not have ended it."""
COLLECT: Final = 64
"""Cases between two searches for garbage."""
_LINGER: Final = 2.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be loaded: the folders, the day whose rules are kept ready, the memory in bytes that a case may take
    beyond what is loaded (0: any), and the folder in which each worker has one of its own."""

    rules: Path
    zones: Path
    day: date
    memory: int
    scratch: Path


@dataclass(frozen=True, slots=True)
class Hello:
    """What was loaded, and what the probe gave for a day."""

    rulebook: str
    atlas: str
    day: date
    probe: str


def main(descriptor: int) -> None:
    """Load, say hello (or why not), then fork and bury until the service is gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A terminal and a service manager send these to every process; the service says when it is over, by closing.
        signal.signal(number, signal.SIG_IGN)
    faulthandler.enable()
    with socket(AF_UNIX, SOCK_STREAM, fileno=descriptor) as service:
        try:
            order: Order = receive(service)
            try:
                world, hello = _load(order)
            except ScreeningError as error:
                send(service, error)
                return
            except Exception as error:
                send(service, f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
                return
            send(service, hello)
            _attend(service, world, order)
        except GoneError:
            return


def _load(order: Order) -> tuple[World, Hello]:
    # Numbers are worked out one case at a time: further threads would only be in the way of forking.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from screening.workers.tasks import World, probe

    world = World.load(order.rules, order.zones)
    world.warm(order.day)
    found = probe(world, order.day)
    gc.collect()
    # Searching what was loaded for garbage would copy every page of it into each worker.
    gc.freeze()
    return world, Hello(world.rulebook.digest, world.atlas.hash, order.day, found)


def _attend(service: socket, world: World, order: Order) -> None:
    """Fork a worker on a socket that comes along (FORK, answered with its pid), and say how a dead one ended (BURY)."""
    alive: set[int] = set()
    try:
        while True:
            word, descriptors, _, _ = recv_fds(service, 1, 1)
            if word == FORK:
                pid = _fork(service, descriptors[0], world, order)
                alive.add(pid)
                send(service, pid)
            elif word == BURY:
                pid = receive(service)
                alive.discard(pid)
                send(service, _bury(pid))
            else:
                return
    finally:
        for pid in alive:
            _bury(pid)
        shutil.rmtree(order.scratch, ignore_errors=True)


def _fork(service: socket, descriptor: int, world: World, order: Order) -> int:
    with warnings.catch_warnings():
        # Python warns of threads that hold a lock while it forks; the only ones here are idle ones of libraries.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        os.close(descriptor)
        return pid
    status = 1
    try:
        service.close()
        with socket(AF_UNIX, SOCK_STREAM, fileno=descriptor) as keeper:
            status = _work(keeper, world, order)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _bury(pid: int) -> int:
    """Wait for a worker that has ended, or should have; how it ended. It is killed if it lingers."""
    until = time.monotonic() + _LINGER
    while time.monotonic() < until:
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return 0
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _work(keeper: socket, world: World, order: Order) -> int:
    """Answer tasks one after the other until the keeper closes; the exit status."""
    from screening.workers.tasks import run

    folder = order.scratch / str(os.getpid())
    folder.mkdir(exist_ok=True)
    tempfile.tempdir = str(folder)
    _limit_memory(order.memory)
    # A case leaves few cycles; looking for them again and again while it is decided takes a seventh of the time.
    gc.disable()
    for number in count(1):
        answer: tuple[str, Any]
        arguments: tuple[Any, ...] = ()
        try:
            task, arguments, limit = receive(keeper)
            # Ends this process even inside C code, should nobody be left to end it.
            signal.setitimer(signal.ITIMER_REAL, limit + GRACE)
            answer = ANSWERED, run(world, task, arguments)
        except GoneError:
            return 0
        except ScreeningError as error:
            answer = REFUSED, error
        except MemoryError:
            answer = TOO_BIG, ""
        except Exception as error:
            answer = BROKE, (type(error).__name__, traceback.format_exc())
        signal.setitimer(signal.ITIMER_REAL, 0)
        arguments = ()
        try:
            send(keeper, answer)
        except GoneError:
            return 0
        del answer
        if number % COLLECT == 0:
            gc.collect()
    return 0


def _limit_memory(more: int) -> None:
    """Let this process take so many bytes of its own beyond what it has; mapped files do not count. Linux only."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        now = int(next(line for line in lines if line.startswith("VmData:")).split()[1]) << 10
        if more:
            resource.setrlimit(resource.RLIMIT_DATA, (now + more, resource.RLIM_INFINITY))


def pair() -> tuple[socket, socket]:
    """Two ends of a line: for the service, and for a process of its."""
    return socketpair(AF_UNIX, SOCK_STREAM)
