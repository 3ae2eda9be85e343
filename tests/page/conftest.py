"""One service and one browser for the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from screening import Atlas, Rulebook
from tests.page.browser import chromium, serving


@pytest.fixture(scope="session")
def address(rulebook: Rulebook, atlas: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(rulebook, atlas, tmp_path_factory.mktemp("page")) as found:
        yield found


# Playwright's event loop runs in the thread of the tests as long as it is open: for no longer than these.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found
