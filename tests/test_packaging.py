"""What we ship works as we say: the wheel outside the repo, the README's example as printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPLICATION = ROOT / "zones" / "demo" / "applications" / "01-chemical-600m.yaml"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the tree and unpacked where nothing of the tree can be seen."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("screening-*.whl")
    target = folder / "site"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(target),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    return target


def run_installed(installed: Path, *args: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SCREENING_")}
    environment["PYTHONPATH"] = str(installed)
    command = [sys.executable, "-P", "-m", "screening.cli", *args]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, cwd=cwd, env=environment)


def test_the_wheel_carries_the_rules_and_the_zones_and_decides_outside_the_repo(
    installed: Path, tmp_path: Path
) -> None:
    application = tmp_path / "mine.yaml"
    application.write_bytes(APPLICATION.read_bytes())
    ended = run_installed(installed, "check", "mine.yaml", "--as-of", "2026-11-22", "--format", "json", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr.decode()
    assert json.loads(ended.stdout)["outcome"] == "reject"
    assert (installed / "screening" / "data" / "rules" / "instruments.yaml").exists()


def test_the_example_in_the_readme_runs_as_printed() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, timeout=120, check=False, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stderr.decode()
    assert "reject" in ended.stdout.decode("utf-8")


def test_every_command_the_readme_names_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\s+make ([a-z]+)", readme, re.M))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in targets)
