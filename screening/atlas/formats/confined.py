"""Reading in a process of its own, with a ceiling on memory, processor time, wall clock and the files it may write.

A library that crashes, loops or eats memory over a hostile file takes that process with it and nothing else; what comes
back is one SourceError, never part of a layer. GDAL is loaded there with the one driver that the file's content calls for:
none that opens addresses, none that follows one file to another. Ceilings on memory and processor time need a system with
`setrlimit` that honours them (Linux); elsewhere the wall clock still holds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NoReturn

from screening.atlas.formats.limits import GIBIBYTE, LIMITS, Limits
from screening.atlas.formats.opened import Request, regular
from screening.atlas.formats.source import LayerInfo, Source, SourceError, refuse
from screening.atlas.formats.transfer import read_answer, write_layers, write_problems, write_source
from screening.errors import Problem

_START: Final = 30.0
"""Seconds allowed on top for the process to start and its libraries to load."""

_LIBRARIES: Final = GIBIBYTE
"""Address space that loading the libraries may take; what is read comes on top."""

_ORDER: Final = "order.json"
_MEMORY_SIGNS: Final = (
    "bad_alloc",
    "Cannot allocate",
    "MemoryError",
    "out of memory",
    "ArrowMemoryError",
    "Out of memory",
)
_KEPT: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "VIRTUAL_ENV",
)


def read_source(
    path: str | Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = LIMITS
) -> Source:
    """One layer of a file, as it stands there. The format is known by its content.

    `layer` is needed where the file holds several; `encoding` where its text is in none that it declares and neither in
    UTF-8 nor in GB18030. Raises SourceError, never anything else, for whatever cannot be read whole.
    """
    found = _ordered("read", path, layer, encoding, limits)
    if not isinstance(found, Source):
        _failed(str(path), "it gave no layer")
    return found


def list_layers(path: str | Path, *, encoding: str | None = None, limits: Limits = LIMITS) -> tuple[LayerInfo, ...]:
    """The layers of a file, sheets of a workbook, or shapefiles of an archive. Raises SourceError."""
    found = _ordered("list", path, None, encoding, limits)
    if not isinstance(found, tuple):
        _failed(str(path), "it gave no layers")
    return found


def _ordered(
    task: str, path: str | Path, layer: str | None, encoding: str | None, limits: Limits
) -> Source | tuple[LayerInfo, ...]:
    where = str(path)
    regular(Path(path), where, limits)
    with TemporaryDirectory(prefix="screening-") as scratch:
        order = {
            "task": task,
            "path": str(Path(path).absolute()),
            "where": where,
            "layer": layer,
            "encoding": encoding,
            "limits": {name: getattr(limits, name) for name in Limits.__slots__},
        }
        folder = Path(scratch)
        (folder / _ORDER).write_text(json.dumps(order), encoding="utf-8")
        (folder / "stage").mkdir()
        code, said = _run(folder, where, limits)
        try:
            answer = read_answer(folder)
        except (ValueError, KeyError, OSError, TypeError):
            answer = None
    if isinstance(answer, Source):
        return answer
    if answer is None:
        _died(where, code, said, limits)
    problems = tuple(one for one in answer if isinstance(one, Problem))
    if problems:
        raise SourceError(problems)
    return tuple(one for one in answer if isinstance(one, LayerInfo))


def _run(folder: Path, where: str, limits: Limits) -> tuple[int, str]:
    """The exit code of the child and the end of what it said on stderr. Raises SourceError when the clock runs out."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        # What this process can import the child can, and nothing from the folder it happens to stand in.
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).resolve().parents[3]), *filter(None, sys.path)]),
        "PYTHONUTF8": "1",
        # Threads reserve address space for themselves, which counts against the ceiling.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "CPL_LOG_ERRORS": "OFF",
    }
    command = [sys.executable, "-P", "-B", "-m", "screening.atlas.formats.child", str(folder)]
    said = folder / "said"
    with said.open("wb") as out:
        try:
            done = subprocess.run(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=limits.seconds + _START,
                check=False,
            )
        except subprocess.TimeoutExpired:
            _too_long(where, limits)
        except OSError as error:
            refuse(
                where, f"no process could be started to read it: {error}", "try again", "无法启动读取进程，请稍后重试"
            )
    with said.open("rb") as file:
        file.seek(max(0, said.stat().st_size - 4000))
        return done.returncode, file.read().decode("utf-8", "replace")


def _died(where: str, code: int, said: str, limits: Limits) -> NoReturn:
    if any(sign in said for sign in _MEMORY_SIGNS):
        _too_large(where, limits)
    if code < 0:
        if -code == getattr(signal, "SIGXCPU", 24):
            _too_long(where, limits)
        name = signal.Signals(-code).name if -code in {one.value for one in signal.Signals} else str(-code)
        refuse(
            where,
            f"the library that reads it crashed on it ({name})",
            "the file is damaged, or made to do harm; open it in a GIS and export it again",
            f"读取程序因该文件崩溃（{name}），文件可能损坏，请用 GIS 软件重新导出",
        )
    _failed(where, said.strip().splitlines()[-1][:200] if said.strip() else f"exit {code}")


def _failed(where: str, said: str) -> NoReturn:
    refuse(
        where,
        f"it could not be read: {said}",
        "open it in a GIS and export it again; if it is whole, report this",
        f"读取失败：{said}；请用 GIS 软件重新导出",
    )


def _too_long(where: str, limits: Limits) -> NoReturn:
    refuse(
        where,
        f"reading it takes longer than {limits.seconds:g} s",
        "hand in only the boundary, or a layer in parts",
        f"读取超过 {limits.seconds:g} 秒，请只提交边界，或拆分图层",
    )


def _too_large(where: str, limits: Limits) -> NoReturn:
    refuse(
        where,
        f"reading it takes more than {limits.memory / 2**20:,.0f} MiB of memory",
        "hand it in as GeoPackage or FlatGeobuf, or in parts",
        f"读取所需内存超过 {limits.memory / 2**20:,.0f} MiB，请改用 GeoPackage 或 FlatGeobuf，或拆分",
    )


class _NoFrames:
    """Says that pandas is not installed: it is of no use here, and takes longer to load than most files to read."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] in ("pandas", "geopandas"):
            raise ModuleNotFoundError(f"{name} is left out", name=name)


def obey(folder: Path) -> None:
    """What the child does: read as ordered in `folder`, within the limits, and leave the answer there."""
    order = json.loads((folder / _ORDER).read_text(encoding="utf-8"))
    limits, where = Limits(**order["limits"]), order["where"]
    try:
        sys.meta_path.insert(0, _NoFrames())
        from screening.atlas.formats import gdal, listing, reading

        request = Request(Path(order["path"]), where, folder / "stage", order["layer"], order["encoding"], limits)
        _confine(replace(limits, memory=max(limits.memory, _LIBRARIES)))
        form = reading.form_for(request)
        os.environ["GDAL_SKIP"] = gdal.skipped_drivers(form)
        reading.load_libraries(form, where)
        _confine(limits)
        if order["task"] == "list":
            write_layers(listing.list_here(request), folder)
        else:
            write_source(reading.read_here(request), folder)
    except SourceError as error:
        write_problems(error.problems, folder)
    except MemoryError:
        with suppress(SourceError):
            _too_large(where, limits)
        sys.stderr.write("MemoryError\n")
        sys.exit(3)


def _confine(limits: Limits) -> None:
    """Ceilings on what is used from here on."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds) + 1
    for kind, ceiling in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.archive_bytes + limits.file_bytes),
        (resource.RLIMIT_AS, _held() + limits.memory if _held() else None),
    ):
        if ceiling is not None:
            _, most = resource.getrlimit(kind)
            bound: Any = ceiling if most == resource.RLIM_INFINITY else min(ceiling, most)
            with suppress(ValueError, OSError):
                resource.setrlimit(kind, (bound, most))


def _held() -> int:
    """Bytes of address space in use; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
