"""A Monday at the desk: a week is signed, issues are closed, orders are answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.dispatches import service as dispatches
from gridsvc.issues.models import Issue
from gridsvc.media.models import Media
from gridsvc.media.rules import DeclaredPhoto
from gridsvc.people.models import Account, Person
from gridsvc.session import Session, db, directory
from gridsvc.store import store
from gridsvc.summaries import service as summaries
from gridsvc.summaries.models import WeeklySummary
from gridsvc.web.routes import DIST
from gridsvc.weeks import local_day, midnight, week_of, week_span
from tests.conftest import BUSY, enter
from tests.factories.issues import add_issue, do
from tests.factories.media import a_photo, sha256_of
from tests.factories.rounds import add_day_close, add_patrol, add_visit
from tests.factories.village import Village
from tests.web.conftest import Live, Served

DAY = timedelta(days=1)
SIZES = ((1440, 900), (1280, 720))
AXE = DIST.parent / "ui" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = """axe.run(document, {runOnly: ['wcag2a', 'wcag2aa']}).then(({violations}) => violations
  .filter(({impact}) => ['serious', 'critical'].includes(impact))
  .map(({id, nodes}) => `${id}: ${nodes.map(({target}) => target.join(' ')).join(' | ')}`))"""
FITS = """() => ['html', '.main'].every((name) => {
  const box = document.querySelector(name)
  return box.scrollWidth <= box.clientWidth + 1 && box.scrollHeight <= box.clientHeight + 1
})"""


@dataclass
class Work:
    """A week that is over, with a silent village and an overdue issue, and an issue of today."""

    village: Village
    week: str
    overdue: Issue
    fresh: Issue


@pytest.fixture(scope="module")
def work(app: Flask, served: Served) -> Iterator[Work]:
    with app.app_context():
        yield _work(enter(BUSY), served.village)
        db.session.remove()


def _work(session: Session, village: Village) -> Work:
    now = datetime.now(UTC)
    week = week_of(local_day(now) - 7 * DAY)
    monday = week_span(week).begins_at + timedelta(hours=10)
    for n in range(5):
        add_patrol(session, village.officer, village.zhao, monday + n * DAY)
    add_day_close(session, village.officer, village.zhao, monday + timedelta(hours=7), visits=1)
    add_visit(session, village, monday + timedelta(hours=1))
    photos = (_photo(session, "before", monday),)
    overdue = add_issue(session, village.yard, village.officer, monday, photos=photos)
    told = {"owner_id": village.officer.id, "due_on": local_day(monday) + DAY}
    assert do(session, overdue, village.head, "assign", monday, **told).verdict == "accepted"
    lately = max(now - timedelta(hours=1), midnight(local_day(now)))
    fresh = add_issue(
        session, village.yard, village.officer, lately,
        description="雨水口有油花", category="water", photos=(_photo(session, "before", now),),
    )  # fmt: skip
    session.commit()
    summaries.plan(session, by=system("test"), now=now)
    session.commit()
    dispatches.plan(session, by=system("test"), now=now)
    session.commit()
    return Work(village, week, overdue, fresh)


def _photo(session: Session, purpose: str, at: datetime) -> DeclaredPhoto:
    """A photo whose bytes are here; who declares it has sent them."""
    content = a_photo((320, 240))
    sha256, files = sha256_of(content), store(BUSY)
    files.original(sha256).write_bytes(content)
    session.add(
        Media(
            sha256=sha256, media_type="image/jpeg", length=len(content), width_px=320,
            height_px=240, received_at=at,
        )
    )  # fmt: skip
    session.flush()
    return DeclaredPhoto(sha256=sha256, purpose=purpose, taken_at=at)


def _submit(work: Work, issue: Issue) -> None:
    """The officer rectifies on the phone."""
    session, now = enter(BUSY), datetime.now(UTC)
    issue = session.get_one(Issue, (BUSY, issue.id))
    photos = (_photo(session, "after", now),)
    assert (
        do(session, issue, work.village.officer, "submit", now, photos=photos).verdict == "accepted"
    )
    session.commit()


def sign_in(live: Live, somebody: Person, lang: str = "zh-CN") -> Page:
    page = live.page("desk", lang)
    page.locator("input[name=login]").fill(somebody.login)
    page.locator("input[name=password]").fill(live.password)
    page.get_by_role("button", name="登录" if lang == "zh-CN" else "Sign in", exact=True).click()
    expect(page.get_by_role("navigation")).to_be_visible()
    return page


def rail(page: Page, name: str) -> None:
    """Go to a part of the desk, also one that is behind the button for more."""
    lines = page.get_by_role("navigation")
    expect(lines.get_by_role("link").first).to_be_visible()
    if not lines.get_by_role("link", name=name).is_visible():
        lines.get_by_role("button", name="更多").click()
    lines.get_by_role("link", name=name).click()


def button(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("button", name=name, exact=True)


def test_a_week_is_explained_signed_and_accepted(live: Live, work: Work) -> None:
    page = sign_in(live, work.village.head)
    rail(page, "周汇总")
    expect(page.get_by_role("heading", level=1)).to_have_text("周汇总 · 吴家镇")
    expect(button(page, "签字并上报")).to_be_disabled()
    expect(page.get_by_text("还没写说明，写完才能签")).to_have_count(2)

    _drill(page)
    for exception in ("未报网格", "逾期未办"):
        page.get_by_role("button", name=exception).filter(has_text="要说明").click()
        page.get_by_label("说明").fill(f"{exception}已查明，本周补上。")
        button(page, "存下说明").click()
        expect(page.get_by_role("button", name=exception).filter(has_text="已说明")).to_be_visible()

    page.get_by_label("我的意见").fill("钱家村还没有网格员。")
    button(page, "签字并上报").click()
    signing = page.get_by_role("region", name="签字")
    expect(signing).to_contain_text("已冻结")
    expect(signing).to_contain_text("孙卫东")
    assert _state(work) == "signed"

    above = sign_in(live, work.village.dispatcher)
    above.get_by_role("link", name="去接收").click()
    button(above, "退回乡镇").click()
    above.get_by_label("退回原因").fill("再写清楚一些")
    button(above, "退回乡镇").click()
    expect(above.get_by_text("退回原因：再写清楚一些")).to_be_visible()
    page.reload()
    button(page, "签字并上报").click()
    expect(signing).to_contain_text("已冻结")
    above.reload()
    button(above, "接收周汇总").click()
    expect(above.get_by_text("县里已接收")).to_be_visible()
    assert _state(work) == "accepted"


def _drill(page: Page) -> None:
    """A number opens exactly its records."""
    page.get_by_role("button", name="日巡查（网格·天） 5 / 10").click()
    records = page.get_by_role("dialog")
    expect(records).to_contain_text("和数字一致")
    expect(records.get_by_role("row")).to_have_count(1 + 6)  # five patrols and a day close
    button(page, "关闭").click()


def _state(work: Work) -> str:
    found = select(WeeklySummary.state).where(WeeklySummary.week == work.week)
    state = enter(BUSY).scalar(found)
    db.session.remove()
    assert state is not None
    return state


def test_an_issue_is_assigned_sent_back_accepted_and_closed(live: Live, work: Work) -> None:
    page = sign_in(live, work.village.head)
    rail(page, "台账")
    page.get_by_role("button", name="待交办").click()
    page.get_by_role("link", name=work.fresh.number).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("雨水口有油花")
    assert page.get_by_role("img", name="整改前").first.evaluate(
        "(img) => img.decode().then(() => img.naturalWidth)"
    )

    button(page, "交办").click()
    form = page.get_by_role("dialog")
    expect(button(form, "交办")).to_be_disabled()
    form.get_by_label("责任单位").select_option(label="住建局")
    form.get_by_role("combobox", name="整改负责人").fill("李秀英")
    page.get_by_role("option", name="李秀英").click()
    form.get_by_label("整改到哪天").fill((local_day(datetime.now(UTC)) + 3 * DAY).isoformat())
    form.get_by_label("整改要求").fill("清掉油污，装隔油池")
    button(form, "交办").click()
    expect(page.get_by_text("已交办")).to_be_visible()
    expect(page.get_by_text("清掉油污，装隔油池")).to_be_visible()

    _submit(work, work.fresh)
    page.reload()
    _note(page, "退回整改", "隔油池还没装")
    expect(page.get_by_text("验收没通过，退回整改")).to_be_visible()
    _submit(work, work.fresh)
    page.reload()
    _note(page, "验收通过", "到现场看过")
    expect(page.get_by_role("heading", name="能不能销号").locator("..")).to_contain_text("能")
    button(page, "销号").click()
    page.get_by_label("哪天回头看").fill((local_day(datetime.now(UTC)) + 30 * DAY).isoformat())
    button(page.get_by_role("dialog"), "销号").click()
    expect(page.get_by_text("已销号").first).to_be_visible()
    expect(button(page, "销号")).to_have_count(0)


def _note(page: Page, deed: str, note: str) -> None:
    button(page, deed).click()
    form = page.get_by_role("dialog")
    form.get_by_label("说明").fill(note)
    button(form, deed).click()
    expect(form).to_have_count(0)


def test_whoever_comes_second_is_told_what_happened(live: Live, work: Work) -> None:
    page = sign_in(live, work.village.head)
    page.goto(f"{live.url}/desk/issues/{work.overdue.id}")
    button(page, "退回交办").or_(button(page, "接手整改")).first.click()
    session = enter(BUSY)
    issue = session.get_one(Issue, (BUSY, work.overdue.id))
    assert (
        do(session, issue, work.village.officer, "take_on", datetime.now(UTC)).verdict == "accepted"
    )
    session.commit()
    form = page.get_by_role("dialog")
    form.get_by_role("button").last.click()
    expect(form.get_by_role("alert")).to_contain_text("刚刚有别人办过这件事。")
    button(form, "读最新的").click()
    expect(page.get_by_text("整改中").first).to_be_visible()
    assert ["409" in fault for fault in live.faults] == [True]  # the browser names the refusal
    live.faults.clear()


def test_an_order_is_given_answered_and_stands_in_the_trace(live: Live, work: Work) -> None:
    office = sign_in(live, work.village.dispatcher)
    rail(office, "月调度")
    button(office, "下调度令").click()
    form = office.get_by_role("dialog")
    form.get_by_label("下给哪个乡镇").select_option(label="吴家镇")
    form.get_by_label("要求").fill("给钱家村配上网格员")
    form.get_by_label("用哪个数字衡量").select_option(label="日巡查（网格·天）")
    form.get_by_label("哪天前回复").fill((local_day(datetime.now(UTC)) + 7 * DAY).isoformat())
    button(form, "下调度令").click()
    expect(office.get_by_role("article").filter(has_text="给钱家村配上网格员")).to_contain_text(
        "还没回复"
    )
    office.get_by_label("会上定了什么").fill("钱家村本周配齐。")
    button(office, "存下纪要").click()
    expect(office.get_by_role("status")).to_contain_text("已存")

    town = sign_in(live, work.village.head)
    town.get_by_role("link", name="去回复").click()
    button(town, "回复调度令").click()
    town.get_by_label("办得怎么样").fill("已请示，周五到岗。")
    button(town.get_by_role("dialog"), "回复调度令").click()
    expect(town.get_by_role("article").filter(has_text="周五到岗")).to_contain_text("已回复")

    rail(office, "溯源")
    office.get_by_label("企业名称或编号").fill("宏达")
    button(office, "查找").click()
    office.get_by_role("link", name="看溯源").click()
    expect(office.get_by_text("给钱家村配上网格员")).to_be_visible()
    expect(office.get_by_text("卫红").first).to_be_visible()
    button(office, "核对存证").click()
    expect(office.get_by_text("都没有改动")).to_be_visible()


def test_the_rail_shows_only_what_somebody_may_read(live: Live, work: Work) -> None:
    page = sign_in(live, work.village.liaison)
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(
        ["首页", "台账", "名录", "责任人", "规则"]
    )


def test_a_password_that_was_given_is_changed_first(live: Live, work: Work) -> None:
    _must_change(work.village.enforcer)
    page = live.page("desk")
    page.locator("input[name=login]").fill(work.village.enforcer.login)
    page.locator("input[name=password]").fill(live.password)
    button(page, "登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("先换一个密码")
    page.get_by_label("现在的密码").fill(live.password)
    page.get_by_label("新密码", exact=True).fill("xin-mima-2026")
    page.get_by_label("再写一遍新密码").fill("xin-mima-2026")
    button(page, "换密码").click()
    expect(page.get_by_role("navigation")).to_be_visible()


def _must_change(somebody: Person) -> None:
    with directory() as shared:
        found = select(Account).where(Account.login == somebody.login)
        shared.scalars(found).one().must_change_password = True


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_fits_and_reads(live: Live, work: Work, lang: str) -> None:
    page = sign_in(live, work.village.dispatcher, lang)
    for path in (
        "/", "/week?all=yes", "/month", "/ledger", f"/issues/{work.overdue.id}", "/trace?q=宏达",
        f"/trace/enterprise/{work.village.yard.id}", "/quarantine", f"/week/{_summary_id(work)}",
    ):  # fmt: skip
        page.goto(f"{live.url}/desk{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(FITS)  # the page itself never scrolls
        if lang == "zh-CN":
            page.evaluate(AXE.read_text())
            assert page.evaluate(SERIOUS) == [], path


def _summary_id(work: Work) -> object:
    found = select(WeeklySummary.id).where(WeeklySummary.week == work.week)
    id = enter(BUSY).scalar(found)
    db.session.remove()
    return id
