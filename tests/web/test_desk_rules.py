"""The desk changes rules, the calendar and checklists, and sees who owes which visits."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from gridsvc.rules.models import Checklist, RuleSet
from gridsvc.session import db
from gridsvc.weeks import local_day
from tests.conftest import BUSY, enter
from tests.web.conftest import Live
from tests.web.test_desk import AXE, FITS, SERIOUS, SIZES, button, rail, sign_in

TODAY = local_day(datetime.now(UTC))
PAGES = ("/debt", "/marks", "/rules", "/rules/new", "/calendar", "/checklists")


def test_rules_are_put_in_force_only_after_their_effect_was_seen(app: Flask, live: Live) -> None:
    page = sign_in(live, live.village.dispatcher)
    rail(page, "规则")
    expect(page.get_by_role("heading", level=1)).to_have_text("现在按“gridsvc”")
    button(page, "改规则").click()

    expect(button(page, "启用这套规则")).to_be_disabled()
    page.get_by_label("名称", exact=True).fill("加密巡查")
    last = page.get_by_role("group", name="第 6 条")
    last.get_by_label("天", exact=True).fill("2")
    button(page, "先看影响").click()
    expect(page.get_by_text("四周要去（次）").first).to_be_visible()
    expect(page.get_by_role("cell", name="吴家镇")).to_be_visible()
    last.get_by_label("天", exact=True).fill("1")  # what was seen is not this
    expect(button(page, "启用这套规则")).to_be_disabled()
    button(page, "先看影响").click()
    button(page, "启用这套规则").click()

    to_come = page.get_by_role("button", name="加密巡查")
    expect(to_come).to_contain_text("还没开始")
    expect(to_come).to_contain_text("郑晓")
    to_come.click()
    expect(page.get_by_text("每 1 天一次")).to_be_visible()
    button(page, "撤回，不启用").click()
    expect(to_come).to_have_count(0)
    assert [rule_set.name for rule_set in _all(app, RuleSet)] == ["gridsvc"]


def test_rules_that_cannot_be_say_where(live: Live) -> None:
    page = sign_in(live, live.village.dispatcher)
    page.goto(f"{live.url}/desk/rules/new")
    page.get_by_label("到场半径（米）").fill("0")
    button(page, "先看影响").click()

    expect(page.get_by_role("alert")).to_contain_text("规则有地方不对")
    expect(page.get_by_text("site_radius_m")).to_be_visible()
    live.faults.clear()  # the browser tells of the 422 that was asked for


def test_a_day_of_the_calendar_is_marked_and_goes_by_its_weekday_again(live: Live) -> None:
    page = sign_in(live, live.village.dispatcher)
    page.goto(f"{live.url}/desk/calendar?year={TODAY.year + 1}")
    expect(page.get_by_role("alert")).to_contain_text(f"{TODAY.year + 1} 年还没有节假日安排")
    day = page.get_by_role("button", name=f"{TODAY.year + 1}-03-03")
    day.click()
    page.get_by_label("名目").fill("停电检修")
    button(page, "记入日历").click()

    expect(day).to_have_accessible_name(f"{TODAY.year + 1}-03-03 休息 停电检修")
    day.click()
    button(page, "恢复按星期算").click()
    expect(day).not_to_contain_text("休")


def test_a_changed_checklist_is_a_new_version_that_phones_read(app: Flask, live: Live) -> None:
    page = sign_in(live, live.village.dispatcher)
    page.goto(f"{live.url}/desk/checklists?kind=restaurant")
    button(page, "改成新的一版").click()
    button(page, "加一项").click()
    expect(button(page, "启用第 2 版")).to_be_disabled()
    page.get_by_role("dialog").get_by_label("检查项").last.fill("泔水桶有没有盖子")
    page.get_by_role("dialog").get_by_label("一定要拍").last.check()
    page.get_by_label("现在就启用").check()
    button(page, "启用第 2 版").click()

    row = page.get_by_role("row", name="泔水桶有没有盖子")
    expect(row).to_contain_text("一定要拍")
    [one, two] = [one for one in _all(app, Checklist) if one.object_kind == "restaurant"]
    assert (one.version, two.version, len(two.items)) == (1, 2, len(one.items) + 1)

    page.get_by_label("版本").select_option(label="第 1 版 · 以前的")
    expect(row).to_have_count(0)


def test_who_owes_what_opens_its_visits_and_an_exemption_lifts_them(live: Live) -> None:
    page = sign_in(live, live.village.head)
    rail(page, "欠账")
    expect(page.get_by_role("heading", level=1)).to_contain_text("欠 2 次巡查")
    mine = page.get_by_role("row", name="卫红")
    expect(mine).to_be_visible()
    expect(page.get_by_text("钱家村 责任人空缺")).to_be_visible()
    mine.get_by_role("button").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("和数字一致")
    expect(sheet.get_by_role("row")).to_have_count(1 + 1)
    expect(sheet.get_by_role("link", name="宏达砂石场")).to_be_visible()
    button(page, "关闭").click()
    button(page, "网格").click()
    expect(page.get_by_role("row", name="赵家村")).to_be_visible()

    page.get_by_role("link", name="重点关注、免巡和排班").click()
    button(page, "设免巡").click()
    page.get_by_role("combobox", name="企业（单位）").fill("宏达")
    page.get_by_role("option", name="宏达砂石场").click()
    page.get_by_label("到（含当天）").fill((TODAY + timedelta(days=9)).isoformat())
    page.get_by_label("理由").fill("停产检修")
    button(page, "设免巡").last.click()
    expect(page.get_by_role("row", name="宏达砂石场")).to_contain_text("停产检修")
    page.get_by_role("link", name="回到欠账").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("欠 1 次巡查")


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_fits_both_screens_and_can_be_read_by_all(live: Live, lang: str) -> None:
    page = sign_in(live, live.village.dispatcher, lang)
    for path in PAGES:
        page.goto(f"{live.url}/desk{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(FITS)
        page.evaluate(AXE.read_text())
        assert page.evaluate(SERIOUS) == [], path


def _all(app: Flask, model):  # type: ignore[no-untyped-def]
    with app.app_context():
        found = enter(BUSY).scalars(select(model).order_by(model.in_force_from)).all()
        db.session.remove()
    return found
