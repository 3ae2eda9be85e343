"""The page as files over HTTP: what is served, what a browser may keep, and what it may load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from screening.api.page import mount_page


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A page as the builder leaves it, small."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "page-AB.js").write_text("export {}", encoding="utf-8")
    source = Path(__file__).parents[2] / "screening" / "web" / "src" / "index.html"
    written = source.read_text(encoding="utf-8").replace("{script}", "/assets/page-AB.js")
    (tmp_path / "index.html").write_text(written, encoding="utf-8")
    return tmp_path


def client_of(**how: object) -> TestClient:
    app = FastAPI()
    mount_page(app, **how)  # type: ignore[arg-type]  # what a test gives
    return TestClient(app)


def test_the_document_is_asked_for_again_and_its_files_are_kept_for_good(dist: Path) -> None:
    client = client_of(dist=dist)
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"
    script = client.get("/assets/page-AB.js")
    assert "immutable" in script.headers["cache-control"]
    assert client.get("/assets/../index.html").status_code == 404
    assert client.get("/assets/none.js").status_code == 404


def test_no_script_and_no_style_stands_in_the_document(dist: Path) -> None:
    document = client_of(dist=dist).get("/").text
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", document)


def test_the_key_of_the_base_map_is_written_as_text(dist: Path) -> None:
    document = client_of(dist=dist, tianditu='a"><script>').get("/").text
    assert 'content="a&quot;&gt;&lt;script&gt;"' in document


def test_a_page_that_was_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    document = client_of(dist=tmp_path).get("/").text
    assert "python -m screening.web.build" in document
