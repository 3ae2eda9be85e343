"""The page in a real browser: the service on a port of its own, Chromium, and what a person does there."""

from __future__ import annotations

import math
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from screening import Atlas, Rulebook
from screening.access import AccessSettings
from screening.api.embedded import make_service
from screening.store import Store
from screening.web import build

ROOT: Final = Path(__file__).parents[2]
NOON: Final = datetime(2026, 11, 22, 4, tzinfo=UTC)
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
AXE: Final = ROOT / "screening" / "web" / "node_modules" / "axe-core" / "axe.min.js"
_EARTH: Final = 6378137.0

NEAR_RIVER: Final = "112.2642, 30.0446\n112.2663, 30.0446\n112.2663, 30.0459\n112.2642, 30.0459"
"""A plot some 520 m from the invented Yangtze bank."""
CHEMICAL_PARK: Final = (112.30815, 30.18749)
ADDITIVES: Final[Mapping[str, Any]] = {
    "project.products": ["其他"],
    "project.processes": ["化学合成反应"],
    "project.activity": ["均不涉及"],
    "project.fuels": ["电力", "外购蒸汽、热力"],
    "project.equipment": ["均无"],
    "project.energy.total": "3800",
    "project.energy.electricity": "960 万千瓦时/年",
    "project.energy.coal": "0",
    "project.park_planning_eia": "是",
    "project.near_other_tributary": "否",
    "project.high_voc_materials": "否",
    "project.legacy_pollution": ["原有项目没有遗留问题"],
    "project.releases": [
        "废水纳入公共污水处理系统",
        "废气（颗粒物、二氧化硫、氮氧化物等）",
        "挥发性有机物",
        "可能经沉降、渗漏进入土壤的有毒有害物质",
        "工业噪声",
    ],
    "project.works": ["新建"],
}
"""What a maker of chemical additives (2661) answers, as the page asks."""


@contextmanager
def serving(
    rulebook: Rulebook,
    atlas: Atlas,
    folder: Path,
    settings: AccessSettings | None = None,
    prepare: Callable[[Store], object] = lambda store: None,
) -> Iterator[str]:
    """The address of a running service with the page, on a fixed day, its records in `folder`.

    Without settings: for the user of this machine. `prepare` may fill the store first.
    """
    build.build()
    with (
        Store.open(str(folder / "screening.db"), create=True, clock=lambda: NOON) as store,
        socket.socket() as listening,
    ):
        prepare(store)
        app = make_service(rulebook, atlas, store, settings, clock=lambda: NOON)
        listening.bind(("127.0.0.1", 0))
        # Who comes before the server runs waits in the line.
        listening.listen(128)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium of the machine, or the one that scripts/chromium.sh gets."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        done = subprocess.run(["sh", str(ROOT / "scripts" / "chromium.sh")], capture_output=True, text=True, check=True)
        found = done.stdout.strip().splitlines()[-1]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser,
    address: str,
    *,
    phone: bool = False,
    lang: str = "zh",
    scale: float = 1,
    quiet: bool = True,
    enters: bool = True,
) -> Iterator[Page]:
    """A visitor on the page, with the map drawn unless it must sign in first. Fails where the page wrote an error or asked another host."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
        locale="zh-CN" if lang == "zh" else "en-GB",
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=scale,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on(
        "request", lambda asked: None if asked.url.startswith((address, "blob:", "data:")) else wrong.append(asked.url)
    )
    try:
        page.goto(f"{address}/")
        if enters:
            steady(page)
        yield page
        assert not (quiet and wrong), wrong
    finally:
        context.close()


def steady(page: Page) -> None:
    """Wait until the map has been drawn and looks at one place."""
    page.wait_for_function(
        "() => { const view = document.querySelector('.keeps:not([hidden]) .map, .view-record .map')?.dataset.view;"
        " const same = view && view === window.lastView; window.lastView = view; return same; }",
        polling=120,
    )


def pixel(page: Page, longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place is on the screen."""
    steady(page)
    there = page.locator(".map").first
    x, y, resolution = map(float, (there.get_attribute("data-view") or "").split())
    box = there.bounding_box()
    assert box is not None
    east = math.radians(longitude) * _EARTH
    north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) * _EARTH
    return box["x"] + box["width"] / 2 + (east - x) / resolution, box["y"] + box["height"] / 2 - (
        north - y
    ) / resolution


def draw_box(page: Page, west: float, south: float, east: float, north: float) -> None:
    """Draw a rectangle on the map with the mouse."""
    page.get_by_role("button", name="画矩形").click()
    for corner in ((west, south), (east, north)):
        x, y = pixel(page, *corner)
        page.mouse.move(x - 1, y - 1)
        page.mouse.click(x, y)
    expect(page.locator(".site-line")).to_be_visible()


def drag_site(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the site from one place to another."""
    page.get_by_role("button", name="移动", exact=True).click()
    page.get_by_role("button", name="全图").click()
    begin, finish = pixel(page, *start), pixel(page, *end)
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move((begin[0] + finish[0]) / 2, (begin[1] + finish[1]) / 2, steps=4)
    page.mouse.move(*finish, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="好了", exact=True).click()


def paste_site(page: Page, text: str, lang: str = "zh") -> None:
    """Give the site by its coordinates."""
    page.get_by_role("button", name="坐标" if lang == "zh" else "Coordinates", exact=True).click()
    page.get_by_label("坐标（每行" if lang == "zh" else "Coordinates (a").fill(text)
    page.get_by_role("button", name="采用这些坐标" if lang == "zh" else "Use these coordinates").click()
    expect(page.locator(".site-line")).to_be_visible()


def choose_sector(page: Page, words: str) -> None:
    """Look a sector up and take the first that is found, by keyboard."""
    field = page.get_by_role("combobox")
    field.fill(words)
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")


def settled(page: Page) -> None:
    """Wait until the questions are those for what was answered."""
    expect(page.locator('.so-far[aria-busy="false"]')).to_be_visible()


def answer_all(page: Page, answers: Mapping[str, Any]) -> list[str]:
    """Answer question after question until none is left; the facts in the order they were asked."""
    asked: list[str] = []
    while True:
        settled(page)
        question = page.locator("details.question[open]")
        if question.count() == 0:
            return asked
        fact = question.get_attribute("data-fact") or ""
        assert fact in answers and fact not in asked, f"{fact} was asked after {asked}"
        asked.append(fact)
        answer = answers[fact]
        if isinstance(answer, list):
            for word in answer:
                question.get_by_label(word, exact=True).check()
            question.get_by_role("button", name="确定").click()
        elif answer in ("是", "否"):
            question.get_by_role("button", name=answer).click()
        else:
            question.locator(".figure input").fill(answer)
            question.get_by_role("button", name="确定").click()
        expect(page.locator(f'details.question[data-fact="{fact}"]')).to_have_count(0)


def decide(page: Page, lang: str = "zh") -> str:
    """Have it decided; the words of the outcome."""
    button = page.locator(".decide button.main")
    settled(page)
    before = page.locator(".decision .fine code").last.inner_text() if page.locator(".decision").count() else ""
    button.click()
    expect(page.locator(".decision .fine code").last).not_to_have_text(before or "none yet")
    return page.locator(".verdict .outcome").inner_text().strip()


def violations(page: Page) -> list[str]:
    """What axe finds against the view as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
