"""Makes docs/pictures/page-*.png, the page as it is shown in the documentation.

    .venv/bin/python scripts/pictures_page.py

The district, the plots and the projects are the invented ones of the demonstration.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT))


def main() -> None:
    from playwright.sync_api import Page

    from screening import Rulebook
    from screening.atlas import read_atlas
    from screening.settings import read_settings
    from tests.page.browser import (
        ADDITIVES,
        CHEMICAL_PARK,
        NEAR_RIVER,
        answer_all,
        choose_sector,
        chromium,
        decide,
        drag_site,
        draw_box,
        paste_site,
        serving,
        settled,
        steady,
        visiting,
    )

    def picture(page: Page, name: str) -> None:
        steady(page)
        target = PICTURES / f"page-{name}.png"
        page.screenshot(path=str(target))
        print(target.relative_to(ROOT))

    PICTURES.mkdir(parents=True, exist_ok=True)
    settings = read_settings({})
    rulebook, atlas = Rulebook.load(settings.rules), read_atlas(settings.zones)
    with TemporaryDirectory() as folder, serving(rulebook, atlas, Path(folder)) as address, chromium() as browser:
        with visiting(browser, address) as page:
            choose_sector(page, "2661")
            page.get_by_label("项目名称").fill("江澜精细化工年产二万吨特种助剂项目")
            draw_box(page, 112.2642, 30.0446, 112.2680, 30.0470)
            settled(page)
            page.locator(".so-far").evaluate("one => scrollBy(0, one.getBoundingClientRect().top - 110)")
            picture(page, "questions")
            answer_all(page, ADDITIVES)
            decide(page)
            page.locator('.finding[data-rule="yangtze-chemical-1km"]').get_by_role("button", name="在图上看").click()
            picture(page, "reject")
            drag_site(page, (112.2661, 30.0458), CHEMICAL_PARK)
            answer_all(page, ADDITIVES)
            decide(page)
            picture(page, "pass")
        with visiting(browser, address, lang="en") as page:
            page.get_by_label("Name of the project").fill("Organic intermediates, 30 000 t/a")
            paste_site(page, NEAR_RIVER, "en")
            choose_sector(page, "organic chem")
            decide(page, "en")
            page.locator(".card-holder > p a").click()
            page.locator(".overrides summary").click()
            page.get_by_label("Pass", exact=True).check()
            page.get_by_label("Reason").fill("Moved 1.2 km inland; survey attached.")
            page.get_by_label("Authority").fill("Letter 12 of 2026")
            page.get_by_label("Until").fill("2027-06-30")
            page.get_by_role("button", name="Record the override").click()
            page.locator(".override-list").wait_for()
            page.evaluate("scrollTo(0, 0)")
            picture(page, "officer-en")
        with visiting(browser, address) as page:
            page.get_by_role("link", name="研判记录").click()
            page.locator(".queue").wait_for()
            page.screenshot(path=str(PICTURES / "page-queue.png"))
            page.get_by_role("link", name="规则查询").click()
            page.get_by_label("词语、文件名或者规则编号").fill("岸线一公里")
            page.locator(".total").wait_for()
            page.locator('.rules li:has-text("一公里") summary').first.click()
            page.screenshot(path=str(PICTURES / "page-rules.png"))
        with visiting(browser, address, phone=True, scale=2) as page:
            paste_site(page, NEAR_RIVER)
            choose_sector(page, "2614")
            decide(page)
            page.locator(".card-holder").evaluate("one => one.scrollIntoView()")
            page.screenshot(path=str(PICTURES / "page-phone.png"))


if __name__ == "__main__":
    main()
