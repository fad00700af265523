"""Who answers for what, at the desk: gaps filled, duties handed over, leave kept, rosters read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from gridsvc.accountability.rules import Role
from gridsvc.people.models import Person
from gridsvc.session import db
from gridsvc.tables import csv_text
from gridsvc.weeks import local_day
from tests.conftest import BUSY, enter
from tests.factories.issues import add_issue, do
from tests.factories.village import appoint
from tests.web.conftest import Live, Served, give_passwords
from tests.web.test_desk import AXE, FITS, SERIOUS, SIZES, button, rail, sign_in

DAY = timedelta(days=1)
TODAY = local_day(datetime.now(UTC))
HEADER = ["login", "name", "phone", "role", "subject_kind", "subject_code", "seat", "from", "until"]


@pytest.fixture(scope="module")
def admin(app: Flask, served: Served) -> Iterator[Person]:
    """An administrator; and the officer of Zhao has an issue to rectify."""
    village = served.village
    with app.app_context():
        session, now = enter(BUSY), datetime.now(UTC)
        admin = appoint(session, "许安", village.county, Role.ADMIN)
        issue = add_issue(session, village.yard, village.officer, now - 2 * DAY, photos=())
        told = {"owner_id": village.officer.id, "due_on": TODAY + DAY}
        assert do(session, issue, village.head, "assign", now, **told).verdict == "accepted"
        session.commit()
        give_passwords([admin])
        yield admin
        db.session.remove()


def pick(form: Locator, label: str, name: str) -> None:
    form.get_by_role("combobox", name=label).fill(name)
    form.get_by_role("option", name=name).first.click()


def duties_of(page: Page, live: Live, kind: str, id: object) -> None:
    page.goto(f"{live.url}/desk/duties/{kind}/{id}")
    expect(page.get_by_role("heading", name="全部职责")).to_be_visible()


def row(page: Page, *texts: str) -> Locator:
    found = page.get_by_role("row")
    for text in texts:
        found = found.filter(has_text=text)
    return found


def test_a_gap_is_shown_by_name_and_filled(live: Live, admin: Person) -> None:
    page = sign_in(live, live.village.head)
    rail(page, "责任人")
    expect(page.get_by_role("heading", level=1)).to_have_text("今天 5 处没人负责")
    expect(page.get_by_text("现有 0 人，至少要 1 人")).to_be_visible()
    button(page, "指定：钱家村 网格长").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text("先选人。")).to_be_visible()
    pick(form, "人", "褚明")
    button(form, "指定").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("今天 4 处没人负责")
    expect(button(page, "指定：钱家村 网格长")).to_have_count(0)
    expect(page.get_by_role("group", name="钱家村 网格长").get_by_role("button")).to_have_count(1)
    page.get_by_label("那一天").fill((TODAY - 9 * DAY).isoformat())
    expect(page.get_by_role("link", name="钱家村").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 处没人负责")


def test_a_taken_seat_is_refused_by_the_name_of_its_holder(live: Live, admin: Person) -> None:
    page = sign_in(live, live.village.leader)
    rail(page, "责任人")
    button(page, "指定").click()
    form = page.get_by_role("dialog")
    _choose_place(form, "wjz", "吴家镇")
    form.get_by_label("职责").select_option(label="网格长")
    pick(form, "人", "李秀英")
    button(form, "指定").click()

    expect(form.get_by_role("alert")).to_contain_text("孙卫东")
    assert ["409" in fault for fault in live.faults] == [True]  # the browser names the refusal
    live.faults.clear()


def _choose_place(form: Locator, initials: str, name: str) -> None:
    form.get_by_role("combobox", name="对哪里负责").fill(initials)
    form.get_by_role("option", name=name).click()


# Slow on a busy machine: two people at two browsers.
def test_a_duty_is_handed_over_with_its_work_and_accepted_from_the_first_page(
    live: Live, admin: Person
) -> None:
    village = live.village
    page = sign_in(live, village.head)
    duties_of(page, live, "grid", village.zhao.id)
    button(page, "办交接：李秀英 网格员").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_role("region", name="随交接移交")).to_contain_text("问题 1 件")
    pick(form, "交给谁", "陈静")
    expect(form.get_by_text("写明理由才能办。")).to_be_visible()
    form.get_by_label("理由").fill("李秀英调县里工作")
    button(form, "办交接").click()
    expect(page.get_by_text("等陈静接手")).to_be_visible()
    expect(row(page, "李秀英", "已结束")).to_be_visible()
    expect(row(page, "陈静", "在岗")).to_contain_text("交接")

    taker = sign_in(live, village.deputy)
    taker.get_by_role("button", name="接手：李秀英交接 赵家村 网格员").click()
    sheet = taker.get_by_role("dialog")
    expect(sheet).to_contain_text("李秀英调县里工作")
    expect(sheet.get_by_role("region", name="随交接移交")).to_contain_text("问题 1 件")
    button(sheet, "接手").click()
    expect(taker.get_by_text("李秀英交接")).to_have_count(0)

    page.reload()
    expect(page.get_by_text("已接手")).to_be_visible()
    bars = page.get_by_role("group", name="赵家村 网格员").get_by_role("button")
    expect(bars).to_have_text(["李秀英", "陈静"])
    that_day = page.get_by_role("heading", name="那一天谁负责").locator("../..")
    expect(that_day).to_contain_text("孙卫东")
    that_day.get_by_label("日期").fill((TODAY - 30 * DAY).isoformat())
    expect(that_day).to_contain_text("李秀英")


# Slow on a busy machine: two people at two browsers.
def test_a_past_day_is_for_the_county_and_stays_visible(live: Live, admin: Person) -> None:
    village, past = live.village, (TODAY - 30 * DAY).isoformat()
    town = sign_in(live, village.head)
    duties_of(town, live, "enterprise", village.yard.id)
    button(town, "办交接：卫红 具体责任人员").click()
    form = town.get_by_role("dialog")
    pick(form, "交给谁", "褚明")
    form.get_by_label("理由").fill("文件补录")
    form.get_by_label("以前的一天").check()
    expect(form.get_by_text("以前的日期归县网格长或管理员补录")).to_be_visible()
    expect(button(form, "办交接")).to_be_disabled()

    county = sign_in(live, village.leader)
    duties_of(county, live, "enterprise", village.yard.id)
    button(county, "办交接：卫红 具体责任人员").click()
    form = county.get_by_role("dialog")
    pick(form, "交给谁", "褚明")
    form.get_by_label("以前的一天").check()
    form.get_by_label("日期").fill(past)
    expect(form.get_by_text("写明理由才能办。")).to_be_visible()
    form.get_by_label("理由").fill("文件补录")
    button(form, "办交接").click()
    expect(row(county, "褚明", "在岗")).to_contain_text("补录")
    expect(row(county, "卫红", "已结束")).to_contain_text("补录")


def test_what_is_planned_is_drawn_ahead_and_an_end_leaves_a_gap(live: Live, admin: Person) -> None:
    village, later = live.village, (TODAY + 20 * DAY).isoformat()
    page = sign_in(live, village.head)
    duties_of(page, live, "enterprise", village.farm.id)
    expect(page.get_by_role("group", name="具体责任人员").get_by_role("button")).to_have_text(
        "从未指定"
    )
    button(page, "指定").click()
    form = page.get_by_role("dialog")
    form.get_by_label("职责").select_option(label="具体责任人员")
    pick(form, "人", "卫红")
    form.get_by_label("以后的一天").check()
    form.get_by_label("日期", exact=True).fill(later)
    button(form, "指定").click()
    expect(row(page, "卫红", "已安排")).to_be_visible()

    duties_of(page, live, "grid", village.town.id)
    button(page, "免去：陈静 副网格长").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text("免去以后这里就空着")).to_be_visible()
    form.get_by_label("理由").fill("退休")
    button(form, "免去").click()
    expect(row(page, "陈静", "已结束")).to_be_visible()


def test_a_day_off_is_kept_and_taken_back(live: Live, admin: Person) -> None:
    page = sign_in(live, live.village.head)
    rail(page, "责任人")
    expect(page.get_by_text("近一个月没有人请假。")).to_be_visible()
    button(page, "记请假").click()
    form = page.get_by_role("dialog")
    pick(form, "谁请假", "孙卫东")
    form.get_by_label("到哪天（含）").fill((TODAY + 2 * DAY).isoformat())
    pick(form, "谁来代（可以不填）", "冯力")
    form.get_by_label("理由").fill("年休")
    button(form, "记请假").click()
    expect(page.get_by_text("冯力代 · 年休")).to_be_visible()
    button(page, "撤回：孙卫东").click()
    expect(page.get_by_text("近一个月没有人请假。")).to_be_visible()


def test_a_certificate_is_entered_once_and_withdrawn(live: Live, admin: Person) -> None:
    page = sign_in(live, admin)
    rail(page, "责任人")
    button(page, "执法证").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_text("还没有登记执法证。")).to_be_visible()
    for number, lacks in (("0", "先选持证人，填证号。"), ("06210001", "")):
        pick(form, "持证人", "冯力")
        form.get_by_label("执法证号").fill(number)
        form.get_by_label("有效期至（含）").fill((TODAY + 99 * DAY).isoformat())
        if lacks:
            expect(form.get_by_text(lacks)).to_be_visible()
            expect(button(form, "登记执法证")).to_be_disabled()
    button(form, "登记执法证").click()
    kept = form.locator(".certificate").filter(has_text="06210001")
    expect(kept).to_contain_text("有效")

    pick(form, "持证人", "郑晓")
    form.get_by_label("执法证号").fill("06210001")
    form.get_by_label("有效期至（含）").fill((TODAY + 99 * DAY).isoformat())
    button(form, "登记执法证").click()
    expect(form.get_by_text("这个执法证号已经录入了。")).to_be_visible()
    assert ["409" in fault for fault in live.faults] == [True]  # the browser names the refusal
    live.faults.clear()
    expect(form.locator(".certificate")).to_have_count(1)

    button(form, "撤销：冯力 06210001").click()
    because = page.get_by_role("dialog").last
    because.get_by_label("撤销的原因").fill("调离执法岗位")
    button(because, "撤销").click()
    expect(kept).to_contain_text("已撤销")
    expect(kept).to_contain_text("调离执法岗位")
    expect(kept.get_by_role("button")).to_have_count(0)


def test_people_and_places_are_found_by_their_initials(live: Live, admin: Person) -> None:
    page = sign_in(live, admin)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="按名称或拼音首字母查找")
    expect(box).to_be_focused()
    for initials, name in (("lxy", "李秀英"), ("zjc", "赵家村"), ("hdssc", "宏达砂石场")):
        box.fill(initials)
        page.get_by_role("option", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_roster_is_told_before_it_is_entered(live: Live, admin: Person) -> None:
    village = live.village
    rows = [HEADER, ["zhoumin", "周敏", "", "grid_officer", "grid", village.qian.code, "", "", ""]]
    page = sign_in(live, admin)
    rail(page, "责任人")
    page.get_by_role("link", name="导入和导出").click()
    file = page.get_by_label("名单文件")
    file.set_input_files(_file([HEADER, [*rows[1][:3], "boss", *rows[1][4:]]]))
    expect(page.get_by_text("有几行要先改好")).to_be_visible()
    expect(button(page, "按此导入")).to_be_disabled()
    file.set_input_files(_file(rows))
    expect(row(page, "新人", "周敏")).to_be_visible()
    expect(row(page, "新职责", "zhoumin")).to_contain_text("网格员")
    button(page, "按此导入").click()
    expect(page.get_by_text("已导入。")).to_be_visible()
    with page.expect_download() as download:
        button(page, "存下激活码").click()
    assert "zhoumin" in download.value.path().read_text("utf-8-sig")

    page.get_by_label("作什么用").fill("月底核对")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "周敏" in download.value.path().read_text("utf-8-sig")


def _file(rows: list[list[str]]) -> dict[str, object]:
    return {"name": "people.csv", "mimeType": "text/csv", "buffer": csv_text(rows)}


# Slow on a busy machine: six pages in two sizes, each read by axe.
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_of_duties_fits_and_reads(live: Live, admin: Person, lang: str) -> None:
    village = live.village
    page = sign_in(live, admin, lang)
    for path in (
        "", f"/grid/{village.town.id}", f"/enterprise/{village.yard.id}",
        f"/person/{village.officer.id}", f"/unit/{village.bureau.id}", "/import",
    ):  # fmt: skip
        page.goto(f"{live.url}/desk/duties{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(FITS)
        if lang == "zh-CN":
            page.evaluate(AXE.read_text())
            assert page.evaluate(SERIOUS) == [], path
