"""The page as people use it, in a real Chromium: developers, officers, by mouse, by keyboard, on a phone, in two languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from screening import Atlas, Rulebook
from screening.access import AccessSettings, new_key
from screening.store import Store
from tests.api.test_sites import zipped_shapefile
from tests.page.browser import (
    ADDITIVES,
    CHEMICAL_PARK,
    NEAR_RIVER,
    answer_all,
    choose_sector,
    decide,
    drag_site,
    draw_box,
    paste_site,
    serving,
    settled,
    steady,
    violations,
    visiting,
)


def test_a_developer_draws_a_site_is_rejected_moves_it_and_passes(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        choose_sector(page, "2661")
        page.get_by_label("项目名称").fill("江澜精细化工年产二万吨特种助剂项目")
        draw_box(page, 112.2642, 30.0446, 112.2680, 30.0470)
        first = answer_all(page, ADDITIVES)
        # Where the river's one kilometre decides, few facts are asked for.
        assert len(first) < 5
        assert decide(page) == "不符合准入"
        ground = page.locator('.finding[data-rule="yangtze-chemical-1km"]')
        expect(ground).to_contain_text("长江保护法 第26条第2款")
        expect(ground).to_contain_text("移至岸线一公里以外的合规园区")
        show = ground.get_by_role("button", name="在图上看")
        show.click()
        expect(ground.get_by_role("button", name="取消显示")).to_have_attribute("aria-pressed", "true")

        drag_site(page, (112.2661, 30.0458), CHEMICAL_PARK)
        expect(page.get_by_text("以下为改动前的结论")).to_be_visible()
        second = answer_all(page, ADDITIVES)
        assert second
        assert not set(first) & set(second)
        assert decide(page) == "未见障碍"
        expect(page.get_by_role("heading", name="应当履行的要求")).to_be_visible()


def test_an_answer_that_cannot_be_read_is_told_at_its_question(browser: Browser, address: str) -> None:
    with visiting(browser, address, quiet=False) as page:
        paste_site(page, "112.3071, 30.1868\n112.3091, 30.1868\n112.3091, 30.1882\n112.3071, 30.1882")
        choose_sector(page, "2661")
        answers = {key: value for key, value in ADDITIVES.items() if key != "project.energy.total"}
        with pytest.raises(AssertionError, match=r"project\.energy\.total was asked"):
            answer_all(page, answers)
        field = page.locator('details[data-fact="project.energy.total"] input')
        field.fill("3800 m")
        field.press("Enter")
        expect(page.locator('details[data-fact="project.energy.total"]').get_by_role("alert")).to_be_visible()
        field = page.locator('details[data-fact="project.energy.total"] input')
        field.fill("3800")
        field.press("Enter")
        expect(page.get_by_text("答复已不能改变结论")).to_be_visible()


def test_an_officer_overrides_and_prints(browser: Browser, address: str, tmp_path: Path) -> None:
    with visiting(browser, address) as page:
        page.get_by_label("项目名称").fill("待改判的项目")
        paste_site(page, NEAR_RIVER)
        choose_sector(page, "2614")
        assert decide(page) == "人工复核"
        page.get_by_role("link", name="研判记录").click()
        page.get_by_label("项目名称或者编号").fill("待改判")
        page.get_by_role("button", name="查询").click()
        expect(page.locator(".queue tbody tr")).to_have_count(1)
        page.get_by_role("link", name="待改判的项目").click()
        page.get_by_text("作出改判").click()
        page.get_by_role("button", name="确认改判").click()
        expect(page.locator(".override-form").get_by_role("alert")).to_be_visible()
        page.get_by_label("未见障碍", exact=True).check()
        page.get_by_label("理由").fill("已迁出岸线一公里，附测绘成果。")
        page.get_by_label("依据的职权或者文件").fill("示环函〔2026〕12号")
        page.get_by_label("截止日").fill("2027-06-30")
        page.get_by_role("button", name="确认改判").click()
        made = page.locator(".override-list li")
        expect(made).to_contain_text("本机用户")
        expect(made).to_contain_text("已迁出岸线一公里")
        expect(page.locator(".record")).to_contain_text("已改判")
        # The engine's own decision stays what it was.
        verdict = page.locator(".view-record > .screening .verdict")
        expect(verdict).to_contain_text("引擎结论")
        expect(verdict.locator(".outcome")).to_have_text("人工复核")

        page.emulate_media(media="print")
        expect(page.locator(".view-record > .screening .map")).to_be_hidden()
        expect(page.get_by_role("navigation")).to_be_hidden()
        expect(made).to_be_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")
        page.emulate_media(media="screen")
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="打印意见书").click()
        expect(opened.value.locator("body")).to_contain_text("待改判的项目")

        with page.expect_download() as saved:
            page.get_by_role("button", name="凭证", exact=True).click()
        receipt = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
        assert receipt["decision"]["outcome"] == "review"

        page.get_by_role("link", name="研判记录").click()
        expect(page.locator(".queue tbody tr").first).to_contain_text("已改判")


def test_a_gbk_shapefile_in_a_zip_becomes_the_site(browser: Browser, address: str, tmp_path: Path) -> None:
    archive = tmp_path / "红线.zip"
    archive.write_bytes(zipped_shapefile(tmp_path))
    with visiting(browser, address) as page:
        page.get_by_test_id("file").set_input_files(archive)
        expect(page.locator(".file-read")).to_contain_text("红线.zip")
        expect(page.locator(".site-line")).to_contain_text("公顷")
        settled(page)
        choose_sector(page, "1432")
        decide(page)
        expect(page.locator(".place")).to_contain_text("示范县")


def test_with_accounts_the_page_asks_for_a_key_and_offers_an_applicant_no_override(
    browser: Browser, rulebook: Rulebook, atlas: Atlas, tmp_path: Path
) -> None:
    made = new_key()

    def prepare(store: Store) -> None:
        store.keys.create(name="甲公司", principal="key:firm", roles=["applicant"], hashed=made.hashed, actor="test")

    settings = AccessSettings(api_keys=True)
    with (
        serving(rulebook, atlas, tmp_path, settings, prepare) as address,
        visiting(browser, address, quiet=False, enters=False) as page,
    ):
        expect(page.get_by_role("heading", name="请表明身份")).to_be_visible()
        assert not violations(page)
        page.get_by_label("密钥或令牌").fill("no such key")
        page.get_by_role("button", name="进入").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("密钥或令牌").fill(made.text)
        page.get_by_role("button", name="进入").click()
        steady(page)
        paste_site(page, NEAR_RIVER)
        choose_sector(page, "2614")
        decide(page)
        with page.expect_download() as saved:
            page.get_by_role("button", name="PDF", exact=True).click()
        assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")
        page.locator(".card-holder > p a").click()
        expect(page.locator(".record")).to_be_visible()
        # Overriding is not for applicants.
        expect(page.get_by_text("作出改判")).to_have_count(0)
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_role("heading", name="请表明身份")).to_be_visible()


def test_where_a_file_tells_no_system_its_places_are_shown_to_choose_from(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    archive = tmp_path / "无坐标系.zip"
    archive.write_bytes(zipped_shapefile(tmp_path, prj=False))
    with visiting(browser, address) as page:
        page.get_by_test_id("file").set_input_files(archive)
        places = page.get_by_role("group", name="坐标系不能确定")
        expect(places.get_by_role("radio").first).to_be_visible()
        places.get_by_role("radio").first.check()
        expect(page.locator(".site-line")).to_contain_text("用地约")


def test_all_of_it_can_be_done_by_keyboard(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
        page.keyboard.press("Enter")
        tab_to(page, "坐标")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type(NEAR_RIVER)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        settled(page)
        tab_to(page, None, role="combobox")
        page.keyboard.type("2614")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        settled(page)
        tab_to(page, "暂不清楚")
        page.keyboard.press("Enter")
        # The next question has the focus: nobody starts again at the top.
        expect(page.locator("details.question summary:focus")).to_have_count(1)
        tab_to(page, "作出研判并存档")
        page.keyboard.press("Enter")
        expect(page.locator(".card-holder")).to_be_focused()


def tab_to(page: Page, name: str | None, role: str | None = None) -> None:
    """Press Tab until a control has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        there = page.evaluate(
            "() => [document.activeElement.textContent.trim(), document.activeElement.getAttribute('role')]"
        )
        if (name is not None and there[0] == name) or (role is not None and there[1] == role):
            return
    raise AssertionError(f"{name or role} cannot be reached by Tab")


def test_the_page_speaks_english_and_remembers_it(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", name="Where is the project?")).to_be_visible()
        assert page.evaluate("document.documentElement.lang") == "en"
        paste_site(page, NEAR_RIVER, "en")
        choose_sector(page, "organic chem")
        decide(page)
        expect(page.locator(".verdict .outcome")).to_have_text("Review")
        for heading in page.locator(".decision h3, .decision h4").all_inner_texts():
            assert heading.isascii(), heading
        page.reload()
        expect(page.get_by_role("link", name="Pre-check")).to_be_visible()


def test_rules_are_searched_as_of_a_day(browser: Browser, address: str) -> None:
    with visiting(browser, address) as page:
        page.get_by_role("link", name="规则查询").click()
        total = page.locator(".total strong")
        expect(total).to_be_visible()
        everything = int(total.inner_text())
        page.get_by_label("词语、文件名或者规则编号").fill("生态环境法典")
        expect(total).not_to_have_text(str(everything))
        expect(page.locator(".rules li").first).to_be_visible()
        # The code is in force from 2026-08-15; the day before no rule rests on it.
        page.locator("#rule-day").fill("2026-08-14")
        expect(total).to_have_text("0")


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_in_any_view_and_nothing_is_wider_than_the_screen(
    browser: Browser, address: str, lang: str, phone: bool
) -> None:
    def fine(page: Page, view: str) -> None:
        assert not violations(page), view
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view

    with visiting(browser, address, phone=phone, lang=lang) as page:
        fine(page, "home")
        page.locator("details.layers").evaluate("one => { one.open = true }")
        fine(page, "layers")
        page.locator("details.layers").evaluate("one => { one.open = false }")
        paste_site(page, NEAR_RIVER, lang)
        page.get_by_role("combobox").fill("26")
        expect(page.get_by_role("option").first).to_be_visible()
        fine(page, "sectors")
        choose_sector(page, "2614")
        settled(page)
        fine(page, "questions")
        decide(page, lang)
        fine(page, "decision")
        for more in page.locator(".decision details").all():
            more.evaluate("one => { one.open = true }")
        fine(page, "decision, all open")
        page.locator(".card-holder > p a").click()
        expect(page.locator(".record")).to_be_visible()
        steady(page)
        page.locator(".overrides summary").click()
        fine(page, "record")
        page.get_by_role("link", name="研判记录" if lang == "zh" else "Decisions", exact=True).click()
        expect(page.locator(".queue")).to_be_visible()
        fine(page, "queue")
        page.get_by_role("link", name="规则查询" if lang == "zh" else "Rules", exact=True).click()
        page.locator(".rule summary").first.click()
        fine(page, "rules")


def test_what_the_service_refuses_is_told_in_the_language_of_the_page(browser: Browser, address: str) -> None:
    with visiting(browser, address, quiet=False) as page:
        page.get_by_test_id("file").set_input_files(
            {"name": "空.zip", "mimeType": "application/zip", "buffer": b"PK\x05\x06" + bytes(18)}
        )
        assert any("\u4e00" <= mark <= "\u9fff" for mark in page.get_by_role("alert").first.inner_text())
