"""What an opinion says of a decision, and what it does not say."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from screening import Atlas, Project, Rulebook, screen
from screening.decision import Outcome
from screening.report.opinion import Letterhead, opinion, scene_of
from screening.report.opinion.document import Banner, Boxes, Document, Heading, Picture, Run, Signature, Table, text_of
from screening.report.opinion.measures import metres, percent, square_metres
from screening.report.opinion.printing import document_of
from tests.report.conftest import APPLICATIONS, DAY

Draw = Callable[..., Document]


@dataclass(frozen=True)
class Answer:
    """An officer's answer, as the store keeps it."""

    outcome: Outcome
    at: datetime = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
    officer_name: str = "李某"
    reason: str = "岸线以复测为准"
    authority: str = "授权〔2026〕1号"
    from_day: date = date(2026, 11, 23)
    until_day: date = date(2027, 11, 23)


ISSUED = Letterhead(issued=date(2026, 11, 24))


def parts(document: Document) -> list[str]:
    return [text_of(block.line) for block in document.blocks if isinstance(block, Heading) and block.level == 1]


def banner(document: Document) -> Banner:
    return next(block for block in document.blocks if isinstance(block, Banner))


def said(document: Document) -> str:
    return "\n".join(document.lines())


@pytest.mark.parametrize("name", APPLICATIONS)
def test_every_finding_stands_in_it_with_its_clauses(name: str, decided: Any, drawn_up: Draw) -> None:
    plain, _ = decided(name)
    text = said(drawn_up(name))
    for finding in plain["findings"][:60]:
        assert finding["title"]["zh"] in text
        for ground in finding["grounds"]:
            assert ground["name"]["zh"] in text and ground["clause"] in text


def test_the_outcome_is_the_decisions_and_stands_first(decided: Any, drawn_up: Draw) -> None:
    for name, words in (("01", "不符合准入"), ("02", "人工复核"), ("05", "未见障碍")):
        document = drawn_up(name)
        assert text_of(banner(document).line) == words
        assert banner(document).outcome == decided(name)[0]["outcome"]
        assert parts(document)[0] == "一、研判结论"


def test_the_notice_that_it_is_no_permit_stands_in_every_opinion(drawn_up: Draw) -> None:
    for lang, words in (("zh", "不是行政许可决定"), ("en", "not a permit decision")):
        assert words in said(drawn_up("05", lang))


def test_reasons_and_remedies_of_the_licensing_law_are_told_only_where_it_says_reject(drawn_up: Draw) -> None:
    assert "第三十八条第二款" in said(drawn_up("01")) and "行政复议" in said(drawn_up("01"))
    assert "第三十八条" not in said(drawn_up("02")) and "第三十八条" not in said(drawn_up("05"))
    assert "article 38(2)" in said(drawn_up("01", "en"))


def test_each_question_for_the_officer_has_boxes_and_a_line(decided: Any, drawn_up: Draw) -> None:
    plain, _ = decided("07")
    asked = [one for one in plain["findings"] if one["reason"] == "judgement" and one["outcome"] == "review"]
    boxes = [block for block in drawn_up("07").blocks if isinstance(block, Boxes)]
    assert len(boxes) == len(asked) == 4
    assert boxes[0] == Boxes(("是", "否"), "理由：")


def test_parts_with_nothing_to_say_are_left_out_and_the_rest_numbered(drawn_up: Draw) -> None:
    assert parts(drawn_up("14")) == [
        "一、研判结论",
        "二、项目概况",
        "三、用地位置",
        "四、项目认定（两高等）",
        "五、附条件（不影响结论）",
        "六、范围与提示",
        "七、核验",
    ]
    assert any("须补充的资料" in part for part in parts(drawn_up("11")))
    numerals = [part.partition("、")[0] for part in parts(drawn_up("07"))]
    assert numerals[:3] == ["一", "二", "三"] and numerals[9:13] == ["十", "十一", "十二", "十三"]


def test_units_and_areas_are_told_with_share_and_certainty(drawn_up: Draw) -> None:
    text = said(drawn_up("19"))
    assert "ZH42990130003 示范县北冲一般管控单元" in text and "60.3–67.8 %" in text
    assert "示范邻县" in text


def test_a_figure_is_never_told_narrower_than_it_was_measured() -> None:
    assert metres(["999.96", "1000.01"]) == "999.9–1,000.1 m"
    assert metres(["12345.6", "12355.1"]) == "12.34–12.36 km"
    assert metres(["9999.99", "10010.0"]) == "9,999.9–10,010.0 m"
    assert percent(["0.4354", "0.5078"]) == "43.5–50.8 %"
    assert percent(["0.4999", "0.5001"]) == "49.9–50.1 %"
    assert square_metres(["0.0", None]) == "≥ 0 m²"
    assert square_metres(["30000.6", "30000.6"]) == "30,001 m²"


def test_the_lists_that_make_it_two_high_are_named_with_edition_and_row(drawn_up: Draw) -> None:
    text = said(drawn_up("07"))
    assert "两高项目：是" in text
    assert "环环评〔2021〕45号" in text and "2021-05-31 起施行" in text and "“焦化和煤化工”" in text
    assert "该行文本未经核对" in text


def test_the_co_control_sheet_stands_only_where_the_decision_has_one(decided: Any, drawn_up: Draw) -> None:
    for name in ("07", "14"):
        assert ("减污降碳协同" in "".join(parts(drawn_up(name)))) == ("co_control" in decided(name)[0])
    assert "缺 配套干熄焦和除尘" in said(drawn_up("07"))


def test_what_is_missing_is_asked_and_what_would_change_it_is_told(decided: Any, drawn_up: Draw) -> None:
    plain, _ = decided("11")
    text = said(drawn_up("11"))
    for need in plain["needs"]:
        if not need["after"]:
            assert need["label"]["zh"] in text and need["question"]["zh"] in text
    for finding in plain["findings"]:
        assert finding["remedy"]["zh"] in text or finding["outcome"] == "pass"


def test_tiers_without_a_list_and_remarks_are_told(decided: Any, drawn_up: Draw) -> None:
    plain, _ = decided("12")
    text = said(drawn_up("12"))
    assert "县级 429901" in text and plain["warnings"][0]["zh"] in text


def test_the_receipt_is_told_and_its_id_is_drawn(decided: Any, drawn_up: Draw) -> None:
    plain, _ = decided("05")
    document = drawn_up("05")
    assert plain["id"] in said(document) and plain["receipt"]["rulebook"] in said(document)
    pictures = [block for block in document.blocks if isinstance(block, Picture)]
    assert len(pictures) == 2 and pictures[-1].units[0] == pictures[-1].units[1]


def test_what_is_not_listed_is_counted(decided: Any, drawn_up: Draw) -> None:
    plain, _ = decided("12")
    document = drawn_up("12")
    reviews = sum(one["outcome"] == "review" for one in plain["findings"])
    rows = [row for block in document.blocks if isinstance(block, Table) and len(block.head) == 3 for row in block.rows]
    assert reviews > 300 and rows
    assert f"以下 {reviews - 40} 项仅列名称、依据和待补资料：" in said(document)
    assert f"另有 {reviews - 200} 项未在本件列出" in said(document)


def test_an_override_that_holds_counts_and_the_engines_outcome_stays_visible(drawn_up: Draw) -> None:
    document = drawn_up("01", overrides=[Answer(Outcome.REVIEW)], letterhead=ISSUED)
    text = said(document)
    assert text_of(banner(document).line) == "人工复核（审批人员改判）" and banner(document).outcome == "review"
    assert "系统研判结论：不符合准入" in text
    assert "李某" in text and "授权〔2026〕1号" in text and "岸线以复测为准" in text
    assert "2026年11月23日至2027年11月22日" in text


def test_an_override_that_does_not_hold_is_told_and_does_not_count(drawn_up: Draw) -> None:
    late = Answer(Outcome.PASS, until_day=date(2026, 11, 24))
    document = drawn_up("01", overrides=[late], letterhead=ISSUED)
    assert text_of(banner(document).line) == "不符合准入"
    assert "未见障碍（未生效、已届满或者已被取代）" in said(document)


def test_of_two_overrides_the_later_counts(drawn_up: Draw) -> None:
    later = Answer(Outcome.PASS, at=datetime(2026, 11, 23, 9, tzinfo=UTC))
    document = drawn_up("01", overrides=[Answer(Outcome.REVIEW), later], letterhead=ISSUED)
    assert banner(document).outcome == "pass" and "第三十八条第二款" in said(document)


def test_the_office_fills_in_its_name_number_and_day(drawn_up: Draw) -> None:
    head = Letterhead("某市生态环境局", "某公司", "环准研〔2026〕7号", date(2026, 11, 24))
    document = drawn_up("05", letterhead=head)
    assert text_of(document.office) == "某市生态环境局"
    assert [text_of(one) for one in document.facts] == [
        "编号：环准研〔2026〕7号",
        "判定日：2026年11月22日",
        "出具日期：2026年11月24日",
    ]
    assert isinstance(document.blocks[-1], Signature) and document.blocks[-1].labels[-1] == "日期：2026年11月24日"
    assert "某公司" in said(document)


def test_without_a_letterhead_the_place_for_the_day_is_left_open(decided: Any, drawn_up: Draw) -> None:
    document = drawn_up("05")
    assert document.blocks[-1].labels[-1] == "日期："
    assert text_of(document.facts[0]) == f"编号：{decided('05')[0]['id'][:16]}"


def test_where_the_place_is_not_certain_each_is_told_and_none_is_the_place(rulebook: Rulebook, atlas: Atlas) -> None:
    square = [[112.1389, 30.1079], [112.1410, 30.1079], [112.1410, 30.1092], [112.1389, 30.1092], [112.1389, 30.1079]]
    site = {"geometry": {"type": "Polygon", "coordinates": [square]}, "crs": "unknown"}
    project = Project.of({"id": "x", "project": {"sector": "2521", "works": "新建"}, "site": site})
    plain = screen(project, rulebook, atlas, as_of=DAY).plain()
    scene = scene_of(project, plain, atlas)
    document = document_of(plain, vocabulary=rulebook.vocabulary, scene=scene)
    text = said(document)
    assert len(plain["places"]) > 1 and len(scene.sites) == len(plain["places"])
    assert f"用地可能在以下 {len(plain['places'])} 处之一" in text
    for place in plain["places"]:
        assert place["system"] in text
    assert "占用地比例" not in text


def test_a_fact_is_told_in_the_words_of_the_vocabulary(drawn_up: Draw) -> None:
    rows = {
        text_of(row[0][0]): text_of(row[1][0])
        for block in drawn_up("11").blocks
        if isinstance(block, Table) and not block.head
        for row in block.rows
    }
    assert rows["国民经济行业"] == "3071 建筑陶瓷制品制造" and rows["建设性质"] == "新建"
    assert rows["年综合能源消费量"] == "9000 tce/a 至 12000 tce/a"


def test_a_fact_the_vocabulary_no_longer_has_is_told_as_the_receipt_has_it(rulebook: Rulebook, decided: Any) -> None:
    plain = copy.deepcopy(decided("05")[0])
    plain["receipt"]["facts"].append(
        {"fact": "project.gone", "value": "3", "unit": "t/a", "supplier": "applicant", "source": "", "note": ""}
    )
    text = said(document_of(plain, vocabulary=rulebook.vocabulary))
    assert 'project.gone\n"3" t/a' in text


def test_the_decision_itself_gives_the_same_opinion_as_its_plain_data(rulebook: Rulebook, atlas: Atlas) -> None:
    project = Project.read(APPLICATIONS["05-food"])
    decision = screen(project, rulebook, atlas, as_of=DAY)
    words = {"vocabulary": rulebook.vocabulary, "form": "html"}
    assert opinion(decision, **words) == opinion(decision.plain(), **words)


def test_there_is_no_fourth_form(rulebook: Rulebook, decided: Any) -> None:
    with pytest.raises(ValueError, match="rtf"):
        opinion(decided("05")[0], vocabulary=rulebook.vocabulary, form="rtf")


def test_only_web_addresses_become_links() -> None:
    assert Run("法", link="https://flk.npc.gov.cn/x?a=1").link
    for wrong in ("javascript:alert(1)", "data:text/html,x", 'https://x" onclick=', "//x", "file:///etc/passwd"):
        assert Run("法", link=wrong).link == ""


def test_the_rules_shipped_are_cited_with_their_addresses(rulebook: Rulebook, decided: Any) -> None:
    plain = copy.deepcopy(decided("01")[0])
    plain["findings"][0]["grounds"][0]["url"] = "https://flk.npc.gov.cn/detail"
    content = opinion(plain, vocabulary=rulebook.vocabulary, form="html").decode()
    assert '<a href="https://flk.npc.gov.cn/detail" rel="noopener noreferrer">' in content
