"""The field work around the daily round, on the real phone client against the real server."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from shapely import Point
from sqlalchemy import select

from geo.crs import from_wgs84
from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.enterprises.models import Enterprise
from gridsvc.flags.rules import Finding
from gridsvc.flags.service import note
from gridsvc.inspections.models import Inspection
from gridsvc.issues.models import Issue
from gridsvc.media.models import Photo
from gridsvc.patrols.models import Patrol
from gridsvc.people.models import Person
from gridsvc.session import db
from gridsvc.weeks import local_day
from tests.conftest import BUSY, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.rounds import add_issue
from tests.factories.village import ZHAO, actor, appoint
from tests.web.conftest import Live, Served, give_passwords
from tests.web.test_phone import a_photo, fill_in, sign_in, tap


@pytest.fixture(scope="module", autouse=True)
def second(app: Flask, served: Served) -> Person:
    """Another officer of Zhao, and a mill that nobody visits here."""
    with app.app_context():
        session = enter(BUSY)
        add_enterprise(session, "辽河米业加工厂", Point(122.053, 41.243), served.village.zhao)
        officer = appoint(session, "王芳", served.village.zhao, Role.GRID_OFFICER)
        session.commit()
        give_passwords([officer])
        db.session.remove()
    return officer


def go(page: Page, path: str) -> None:
    page.evaluate("path => { location.hash = path }", path)


def ready(page: Page) -> Page:
    """Today's list has been read, and the client is held for the time without signal."""
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    expect(page.get_by_role("button", name="两人同行")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    return page


def test_an_urgent_report_is_on_top_of_the_head_s_home_and_its_sender_learns_who_saw_it(
    live: Live,
) -> None:
    page = ready(sign_in(live))
    tap(page, "紧急上报")
    page.get_by_role("textbox", name="说几句").fill("河水发红，有刺鼻味")
    tap(page, "马上报")
    expect(page.get_by_role("heading", level=1)).to_have_text("我报的问题")
    expect(page.get_by_text("还没人点已看到")).to_be_visible()

    desk = live.page("desk")
    desk.locator("input[name=login]").fill(live.village.head.login)
    desk.locator("input[name=password]").fill(live.password)
    desk.locator("button[type=submit]").click()
    first = desk.locator(".item-row").first
    expect(first).to_contain_text("紧急上报：河水发红，有刺鼻味")
    expect(first).to_contain_text("李秀英")
    first.get_by_role("button", name="已看到").click()
    expect(desk.locator(".item-row").first).to_contain_text("已看到的：孙卫东")

    page.reload()
    expect(page.get_by_text("已看到：孙卫东")).to_be_visible()
    tap(page, "返回")
    expect(page.get_by_text("已有人看到")).to_be_visible()

    phone = sign_in(live, login=live.village.deputy.login)
    tap(phone, "紧急上报，请点已看到")
    phone.get_by_role("button", name="已看到", exact=True).click()
    expect(phone.get_by_text("已送达")).to_be_visible()


def test_a_place_found_without_signal_is_proposed_visited_and_arrives_in_one_chain(
    live: Live, app: Flask
) -> None:
    page = ready(sign_in(live))
    page.context.set_offline(True)
    tap(page, "新企业")
    expect(page.get_by_text("已经登记的，是不是其中一家？")).to_be_visible()
    expect(page.get_by_role("button", name="就是这家 宏达砂石场")).to_be_visible()
    tap(page, "登记，接着巡查")
    expect(page.get_by_text("写一个名字")).to_be_visible()
    page.get_by_role("textbox", name="名字").fill("路边废品站")
    page.locator("input[type=file]").first.set_input_files(a_photo(60))
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    page.get_by_role("radio", name="工业企业").click()
    page.get_by_role("radio", name="像", exact=True).click()
    tap(page, "登记，接着巡查")
    expect(page.get_by_role("heading", level=1)).to_have_text("路边废品站")
    fill_in(page)
    tap(page, "完成这家")
    expect(page.get_by_text("已存在本机", exact=True)).to_be_visible()

    page.context.set_offline(False)
    expect(page.get_by_text("已送达")).to_be_visible()
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()
    with app.app_context():
        session = enter(BUSY)
        place = session.scalars(select(Enterprise).where(Enterprise.name == "路边废品站")).one()
        visited = select(Inspection.result).where(Inspection.enterprise_id == place.id)
        assert (place.state, place.is_scattered_polluter) == ("proposed", True)
        assert session.scalars(visited).all() == ["ok"]
        db.session.remove()


def test_who_walks_along_is_chosen_and_both_have_the_patrol_in_their_month(
    live: Live, app: Flask, second: Person
) -> None:
    page = ready(sign_in(live))
    tap(page, "两人同行")
    page.get_by_role("checkbox", name="王芳").click()
    tap(page, "开始巡查")
    expect(page.get_by_text("与 王芳 同行，算一次巡查")).to_be_visible()
    tap(page, "结束")
    expect(page.get_by_text("已送达")).to_be_visible()

    other = ready(sign_in(live, login=second.login))
    go(other, "/my-month")
    expect(other.get_by_text("与 李秀英 同行")).to_be_visible()
    with app.app_context():
        walked = select(Patrol).where(Patrol.companions != [])
        assert enter(BUSY).scalars(walked).one().companions == [str(second.id)]
        db.session.remove()


BY_INITIALS = {"hdss": "宏达砂石场", "swd": "孙卫东", "zjc": "赵家村", "米业": "辽河米业加工厂"}


def test_things_are_found_by_initials_without_signal(live: Live) -> None:
    page = ready(sign_in(live))
    page.context.set_offline(True)
    page.get_by_role("button", name="搜索").click()
    words = page.get_by_role("searchbox")

    for typed, name in {
        "hdss": "宏达砂石场",
        "swd": "孙卫东",
        "zjc": "赵家村",
        "米业": "辽河米业加工厂",
    }.items():
        words.fill(typed)
        expect(page.get_by_text(name, exact=True)).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="找到")).to_have_text("找到 1 个")
    words.fill("xyz")
    expect(page.get_by_text("名单里没有", exact=True)).to_be_visible()

    go(page, "/nearby")
    expect(page.locator("ol > li").first).to_contain_text("宏达砂石场")
    expect(page.locator("ol > li").first).to_contain_text("0 米")
    page.context.set_offline(False)


def test_map_apps_get_the_place_in_their_own_datum(live: Live) -> None:
    page = ready(sign_in(live))
    go(page, f"/places/{live.village.yard.id}")
    links = page.get_by_role("group", name="带我去").get_by_role("link")
    expect(links).to_have_text(["高德", "百度", "腾讯"])

    gcj, bd = from_wgs84(ZHAO, "gcj02"), from_wgs84(ZHAO, "bd09")
    amap, baidu, tencent = (unquote(link.get_attribute("href") or "") for link in links.all())

    assert f"to={gcj.x:.6f},{gcj.y:.6f},宏达砂石场" in amap
    assert f"latlng:{bd.y:.6f},{bd.x:.6f}|name:宏达砂石场" in baidu
    assert f"tocoord={gcj.y:.6f},{gcj.x:.6f}" in tencent


def test_a_small_problem_is_fixed_on_the_spot_and_a_picked_photo_says_so(
    live: Live, app: Flask
) -> None:
    page = ready(sign_in(live))
    go(page, f"/report?enterprise={live.village.yard.id}")
    page.get_by_role("radio", name="固废").click()
    page.get_by_role("radio", name="能", exact=True).click()
    before, after = page.locator(".shots").nth(0), page.locator(".shots").nth(1)
    before.locator("input[type=file]").set_input_files(a_photo(70))
    expect(before.get_by_role("img")).to_have_count(1)
    tap(page, "上报，没信号就先存本机")
    expect(page.get_by_text("改好后再拍一张")).to_be_visible()
    page.get_by_label("从相册选").nth(1).set_input_files(a_photo(71))
    expect(after.get_by_text("选自相册")).to_be_visible()
    tap(page, "上报，没信号就先存本机")
    expect(page.get_by_text("照片 2 / 2 已收到")).to_be_visible()

    with app.app_context():
        session = enter(BUSY)
        issue = session.scalars(select(Issue).where(Issue.category == "solid_waste")).one()
        photos = session.scalars(select(Photo).where(Photo.record_id == issue.id)).all()
        told = {one.purpose: (one.source, one.position is not None) for one in photos}
        assert issue.state == "submitted"
        assert told == {"before": ("camera", True), "after": ("picked", False)}
        db.session.remove()


def test_a_look_back_that_is_due_is_a_task_and_what_is_back_is_a_relapse(
    live: Live, app: Flask
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=90)
    with app.app_context():
        session = enter(BUSY)
        days = {"closed_at": long_ago, "look_back_on": local_day(long_ago)}
        closed = add_issue(session, live.village, long_ago, state="closed", **days)
        session.commit()
        db.session.remove()

    page = ready(sign_in(live))
    tap(page, "回头看")
    tap(page, "又犯了")
    expect(page.get_by_text("又犯了要写明是什么情况。")).to_be_visible()
    page.get_by_role("textbox", name="现在怎么样").fill("夜里又开工")
    tap(page, "又犯了")
    expect(page.get_by_text("已送达")).to_be_visible()
    with app.app_context():
        again = enter(BUSY).get_one(Issue, (BUSY, closed.id))
        assert (again.state, again.relapses) == ("rectifying", 1)
        db.session.remove()


def test_my_month_is_one_page_and_one_file_with_the_receipts(
    live: Live, app: Flask, tmp_path: Path
) -> None:
    page = ready(sign_in(live))
    go(page, f"/inspect/{live.village.yard.id}")
    fill_in(page)
    tap(page, "完成这家")
    expect(page.get_by_text("已送达")).to_be_visible()
    number = page.locator(".quoted").inner_text()

    go(page, "/my-month")
    expect(page.locator(".entry").filter(has_text="宏达砂石场").first).to_contain_text(number)
    with page.expect_download() as saved:
        tap(page, "存成一个文件")
    saved.value.save_as(tmp_path / "month.csv")
    rows = list(csv.DictReader(StringIO((tmp_path / "month.csv").read_text("utf-8-sig"))))
    [visit] = [row for row in rows if row["回执号"] == number]
    assert (visit["类型"], visit["地点"]) == ("巡查记录", "宏达砂石场")
    assert (visit["结果"], visit["状态"]) == ("未发现问题", "已送达")
    assert int(visit["存证序号"]) > 0
    assert saved.value.suggested_filename.startswith("李秀英-20")


def test_a_visit_is_corrected_without_signal_and_a_hint_on_it_is_appealed(
    live: Live, app: Flask
) -> None:
    page = ready(sign_in(live))
    go(page, f"/inspect/{live.village.yard.id}")
    fill_in(page)
    tap(page, "完成这家")
    expect(page.get_by_text("已送达")).to_be_visible()
    page.context.set_offline(True)
    tap(page, "更正这条记录")
    expect(page.get_by_text("这是对您上次记录的更正")).to_be_visible()
    expect(page.get_by_role("radio", name="未发现问题", checked=True)).not_to_have_count(0)
    page.get_by_role("radio", name="发现问题", exact=True).first.click()
    tap(page, "完成这家")
    expect(page.get_by_text("写一句为什么，就能完成。")).to_be_visible()
    page.get_by_placeholder("例如：第二项看错了").fill("看漏了一项")
    tap(page, "完成这家")
    expect(page.get_by_text("已存在本机", exact=True)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("已送达")).to_be_visible()
    page.locator("a.correction").click()
    expect(page.locator("a.correction")).to_contain_text("已由")
    go(page, "/records")
    expect(page.get_by_text("这是一条更正")).to_have_count(1)

    with app.app_context():
        session = enter(BUSY)
        entry = session.scalars(select(Inspection).where(Inspection.corrects_id.is_not(None))).one()
        assert (entry.result, entry.correction_reason, entry.position) == (
            "problem", "看漏了一项", None,
        )  # fmt: skip
        found = Finding(kind="off_site", record_kind="inspection", record_id=entry.corrects_id,
                        evidence={"distance_m": 640, "allowed_m": 200})  # fmt: skip
        note(session, [found], by=actor(live.village.head), now=utc_now())
        session.commit()
        db.session.remove()
    go(page, "/my-flags")
    expect(page.get_by_text("离企业 640 米，允许 200 米")).to_be_visible()
    tap(page, "我要申诉")
    page.context.set_offline(True)
    page.get_by_placeholder("当时是怎么回事").fill("大门在北侧，登记的坐标偏了")
    tap(page, "交申诉")
    expect(page.get_by_text("没有信号，写的先留着")).to_be_visible()
    page.context.set_offline(False)
    tap(page, "交申诉")
    expect(page.get_by_text("您申诉")).to_be_visible()
    page.context.set_offline(True)
    tap(page, "返回")
    go(page, "/my-flags")
    expect(page.get_by_text("大门在北侧")).to_be_visible()
