"""The board in a browser, over running services: what somebody sees who watches it, and who moves about in it."""

import re

import pytest
from playwright.sync_api import expect

from tests.board.judged import CONTRAST, WIDER
from tests.board.matters import Matter

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

SCREENS = [(390, 844), (1400, 900), (1920, 1080)]
TOWN, VILLAGE = "620522101", "620522101203"
CLIMBED = "[data-link-of=village-town] [data-measure=escalated] button"


def test_figures_move_when_an_event_comes(board, tells):
    before = {one: board.counted(one) for one in ("received", "resolved", "closed", "escalated")}

    tells(Matter().reported().accepted().resolved().closed())
    tells(Matter().reported().accepted().escalated())

    board.counts("received", before["received"] + 2)
    board.counts("resolved", before["resolved"] + 1)
    board.counts("closed", before["closed"] + 1)
    board.counts("escalated", before["escalated"] + 1)
    board.sees(".tile.received .delta", "+2")


def test_the_chain_shows_each_step_at_the_tier_that_took_it_and_what_climbed(board, tells):
    before = {
        (tier, step): board.standing(tier, step)
        for tier in ("village", "town")
        for step in ("received", "accepted")
    }
    climbed = int(board.sees(CLIMBED).text_content())

    tells(Matter().reported().accepted().escalated())
    tells(Matter(TOWN, "town").reported())

    board.stands_at("village", "received", before["village", "received"] + 1)
    board.stands_at("village", "accepted", before["village", "accepted"] + 1)
    board.stands_at("town", "received", before["town", "received"] + 1)
    board.stands_at("town", "accepted", before["town", "accepted"])
    board.sees(CLIMBED, str(climbed + 1))


def test_the_language_is_switched_and_remembered(board):
    chinese = board.sees("#h-flow").text_content()

    board.page.click("[data-lang=en]")

    board.sees("#h-flow", "From report to closing")
    assert chinese.startswith("从受理到销号")
    assert board.page.evaluate("document.documentElement.lang") == "en"
    assert not re.search("[一-鿿]", board.page.locator("#rates").text_content())
    board.page.reload()
    board.sees("#h-rates", "Rates")
    board.page.click("[data-lang=zh]")
    board.sees("#h-rates", "比率")


def test_the_keyboard_goes_down_to_a_village_and_back_up(board, tells):
    tells(Matter().reported())
    board.page.locator(f'#area-table a[href="#{TOWN}"]').focus()

    board.press("Enter")
    board.sees("#crumbs [aria-current]", "莲花镇")
    board.page.locator(f'#area-table a[href="#{VILLAGE}"]').focus()
    board.press("Enter")
    board.sees("#crumbs [aria-current]", "上河村")
    board.sees("#h-areas", "按类别")
    expect(board.page.locator("#area-table td.received").first).to_have_attribute(
        "data-value", re.compile("[1-9]")
    )
    for above in (TOWN, "620522"):
        board.page.locator(f'#crumbs a[href="#{above}"]').focus()
        board.press("Enter")
        expect(board.page.locator("#board")).to_have_attribute("data-area", above)

    assert board.focused("hash") == f"#{TOWN}"
    board.press("ArrowDown")
    assert board.focused("tagName") == "A"
    assert board.focused("hash") != f"#{TOWN}"


@pytest.mark.parametrize("figure", ["closure_rate@1", "received", "time_to_accept@1"])
def test_each_number_opens_its_definition_and_gives_the_focus_back(board, figure):
    button = board.page.locator(f'.num[data-define="{figure}"]').first
    button.focus()
    name = board.focused("id")

    board.press("Enter")

    told = board.sees("#definition[open]")
    expect(told.locator("#definition-id")).to_have_text(figure if "@" in figure else f"{figure}@1")
    expect(told).to_contain_text("统计范围")
    expect(told).to_contain_text("暂定值")
    assert re.search(r"数据截至20\d\d-\d\d-\d\d ", told.text_content())
    board.press("Escape")
    expect(board.page.locator("#definition")).to_be_hidden()
    assert board.focused("id") == name


def test_a_rate_says_out_of_what_it_is_and_how_it_is_rounded(board):
    board.page.locator('#rates [data-define="closure_rate@1"]').click()

    told = board.sees("#definition[open]", "本批受理中已销号")
    for said in (
        "分子",
        "cohort.closed",
        "分母",
        "received",
        "所选期间受理的事件",
        "按受理之日计",
        "保留 2 位小数，四舍五入",
        "90 天",
    ):
        expect(told).to_contain_text(said)


def test_a_trend_is_by_day_week_or_month_of_counts_or_of_a_share(board, tells):
    tells(Matter().reported().accepted().resolved())
    board.page.click("[data-span=month]")
    board.sees("#chart[data-span=month][data-points='1']")
    board.sees("#chart-note", "每月")

    board.page.select_option("#trend-of", "resolved_in_village@1")

    expect(board.page.locator("#chart circle.open")).to_have_count(1)
    board.page.locator("#chart svg").focus()
    board.press("ArrowLeft")
    board.sees("#chart-note", "100.00 %")
    board.sees("#chart-note", "暂定")
    board.page.click("[data-span=live]")
    board.sees("#legend", "受理")
    assert board.page.locator("#trend-of").input_value() == "received"


def test_areas_are_ranked_with_how_sure_that_is_and_flags_open_their_evidence(board, tells):
    before = board.counted("closed")
    quick = (Matter(f"{TOWN}204").reported().accepted() for _ in range(20))
    tells(*(one.resolved(same_hand=True).closed() for one in quick))
    board.counts("closed", before + 20)

    board.page.click("#ranking [data-level=village]")
    board.page.select_option("#ranked-by", "closure_rate@1")

    first = board.sees(f"#ranked [data-area='{TOWN}204']")

    expect(first).to_have_attribute("data-rank", "1")
    expect(first.locator(".num")).to_have_text("100.00 %")
    expect(first.locator(".sure")).to_contain_text("83.9–100.0")
    expect(board.page.locator(f"#ranked [data-area='{VILLAGE}'] .why")).to_contain_text("分母太小")
    first.locator(".flag").click()
    told = board.sees("#flags[open]", "上报与办结为同一人且间隔极短")
    expect(told).to_contain_text("不是结论")
    board.press("Escape")
    assert board.focused("className") == "flag"
    board.page.click("#ranking [data-step='-1']")
    expect(board.page.locator("#ranked tr:not(.unranked)")).to_have_count(0)


def test_unusual_days_are_shown_where_there_are_any(board):
    told = board.sees("#unusual [data-day]", "突增")

    expect(told).to_contain_text("莲花镇")
    expect(told).to_contain_text("实际 41，往常 9.5")
    board.page.evaluate("location.hash = '#620522102'")
    expect(board.page.locator("#unusual")).to_be_hidden()


def test_a_service_that_was_killed_is_said_to_be_away_and_what_it_missed_is_there_when_it_is_back(
    board, house, killed, tells
):
    before = board.counted("received")
    killed("county-metrics")

    board.sees("#link", "已中断", data_state="down")
    board.sees("#banner-stream", "实时数据已中断")
    tells(Matter().reported())
    house.start_program("county-metrics")

    board.counts("received", before + 1)
    board.sees("#link", "实时", data_state="live")
    expect(board.page.locator("#banner-stream")).to_be_hidden()
    board.close(service_away=True)


def test_a_tier_that_stands_still_is_shown_with_its_last_time_while_the_others_go_on(board, house, tells):
    before = board.counted("received")
    house.stop_program("town-metrics")
    try:
        board.sees(".tier.town[data-stale=true] .asof", "停在")
        said = board.sees("#banner-stale", "其余各级照常").text_content()
        tells(Matter().reported())
        board.counts("received", before + 1)
        board.sees(".tier.village", data_stale="false")
    finally:
        house.start_program("town-metrics")

    assert re.search(r"镇（街道）（停在 (?:20\d\d-\d\d-\d\d )?\d\d:\d\d:\d\d）", said)
    board.sees(".tier.town", data_stale="false")
    expect(board.page.locator("#banner-stale")).to_be_hidden()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: str(one[0]))
def test_nothing_is_wider_than_the_screen(open_board, screen, language):
    board = open_board(*screen)

    board.page.click(f"[data-lang={language}]")

    width = board.page.evaluate("document.documentElement.scrollWidth")
    assert width <= screen[0]
    assert board.page.evaluate(WIDER, screen[0]) == []


def test_everything_that_can_be_used_has_a_name(board):
    tree = board.page.context.new_cdp_session(board.page).send("Accessibility.getFullAXTree")["nodes"]
    used = [one for one in tree if one.get("role", {}).get("value") in USED and not one.get("ignored")]

    assert len(used) > 80
    assert [one for one in used if not one["name"].get("value", "").strip()] == []


USED = {"button", "link", "combobox", "textbox", "checkbox", "radio", "tab", "dialog", "image", "heading"}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_is_read_easily_against_what_it_stands_on(open_board, theme):
    board = open_board(theme=theme)

    faint = board.page.evaluate(CONTRAST)

    assert board.page.evaluate("document.documentElement.dataset.theme") == theme
    assert faint == []
