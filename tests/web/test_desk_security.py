"""Who comes in, on what, and what the trail says of it: at the desk, and at the phones it tells."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import requests
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from gridsvc.accountability.rules import Role
from gridsvc.audit import anchors
from gridsvc.people.models import Device, Person, RecoveryCode, SecondFactor
from gridsvc.scoped import Jurisdiction
from gridsvc.session import db, directory
from tests.conftest import BUSY, enter
from tests.factories.village import appoint
from tests.web.conftest import Live, Served, give_passwords
from tests.web.test_desk import AXE, FITS, SERIOUS, SIZES, button, rail, sign_in

STEP = timedelta(seconds=30)


@pytest.fixture(scope="module")
def keepers(app: Flask, served: Served) -> dict[str, Person]:
    """Those who look after accounts and the trail."""
    with app.app_context():
        session = enter(BUSY)
        found = {
            "security": appoint(session, "许安", served.village.county, Role.SECURITY_ADMIN),
            "auditor": appoint(session, "沈审", served.village.county, Role.AUDITOR),
        }
        session.commit()
        anchors.sign_day(session, app.extensions["signer"], now=datetime.now(UTC))
        session.commit()
        give_passwords(list(found.values()))
        db.session.remove()
    return found


@pytest.fixture
def second_factors(app: Flask) -> Iterator[None]:
    """What is set up here is taken away afterwards: accounts outlive the village."""
    yield
    with app.app_context(), directory() as shared:
        for table in (RecoveryCode, SecondFactor):
            shared.execute(delete(table))
        shared.get_one(Jurisdiction, BUSY).second_factor = "none"


def fill_in(page: Page, login: str, password: str) -> None:
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(password)
    button(page, "登录").click()


def set_up(page: Page, password: str) -> tuple[pyotp.TOTP, list[str]]:
    """Set up the second factor as it is shown; return it, and the recovery codes."""
    page.get_by_label("先填一次密码").fill(password)
    button(page, "显示二维码").click()
    expect(page.get_by_role("img", name="用验证码应用扫这个码")).to_be_visible()
    totp = pyotp.TOTP(page.locator(".key").inner_text().replace(" ", ""))
    page.get_by_label("填应用上显示的 6 位数字").fill(totp.now())
    button(page, "确认，从此登录要验证码").click()
    expect(page.locator(".codes li")).to_have_count(10)
    codes = page.locator(".codes li").all_inner_texts()
    button(page, "已经抄好").click()
    return totp, codes


@pytest.mark.usefixtures("second_factors")
def test_a_second_factor_is_set_up_and_asked_for_at_desk_and_phone(live: Live) -> None:
    somebody = live.village.dispatcher
    page = sign_in(live, somebody)
    page.get_by_role("link", name=somebody.name).click()
    totp, codes = set_up(page, live.password)
    assert len(set(codes)) == 10
    expect(page.get_by_text("还剩 10 个备用码")).to_be_visible()

    button(page, "退出").click()
    fill_in(page, somebody.login, live.password)
    expect(page.get_by_label("验证码", exact=True)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)  # to be asked is no refusal
    page.get_by_label("验证码", exact=True).fill(totp.at(datetime.now(UTC) + STEP))
    button(page, "登录").click()
    expect(page.get_by_role("navigation")).to_be_visible()

    phone = live.page("phone")
    fill_in(phone, somebody.login, live.password)
    phone.get_by_label("验证码", exact=True).fill("000000")
    button(phone, "登录").click()
    expect(phone.get_by_role("alert")).to_contain_text("验证码不对")
    phone.get_by_label("验证码", exact=True).fill(codes[0])
    button(phone, "登录").click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    expect(phone.locator("input[name=login]")).to_have_count(0)
    assert all("403" in fault for fault in live.faults)  # the browser names each refusal
    live.faults.clear()


@pytest.mark.usefixtures("second_factors")
def test_who_has_to_have_one_sets_it_up_before_anything_else(live: Live, app: Flask) -> None:
    with app.app_context(), directory() as shared:
        shared.get_one(Jurisdiction, BUSY).second_factor = "desk"
    page = live.page("desk")
    fill_in(page, live.village.leader.login, live.password)
    expect(page.get_by_role("heading", level=1)).to_have_text("设置验证码")
    page.goto(f"{live.url}/desk/ledger")
    expect(page.get_by_role("heading", level=1)).to_have_text("设置验证码")
    set_up(page, live.password)
    expect(page.get_by_role("navigation")).to_be_visible()


def test_a_phone_that_is_revoked_at_the_desk_is_told(live: Live) -> None:
    officer = live.village.officer
    phone = live.page("phone")
    fill_in(phone, officer.login, live.password)
    expect(phone.get_by_text("家，已去")).to_be_visible()

    page = sign_in(live, live.village.head)
    rail(page, "设备")
    expect(page.get_by_role("heading", level=1)).to_contain_text("都在该拿的人手里")
    row = page.get_by_role("row").filter(has_text=officer.name)
    button(row, "停用").click()
    form = page.get_by_role("dialog")
    expect(form).to_contain_text("机上还没送达的记录不会丢")
    expect(button(form, "停用")).to_be_disabled()
    form.get_by_label("原因").fill("手机丢了")
    button(form, "停用").click()
    expect(row).to_have_count(0)

    phone.reload()
    expect(phone.get_by_text("点这里重新登录")).to_be_visible()
    assert all("401" in fault for fault in live.faults)
    live.faults.clear()


def test_a_phone_changes_its_token_by_itself_and_works_on(live: Live, app: Flask) -> None:
    phone = live.page("phone")
    fill_in(phone, live.village.deputy.login, live.password)
    expect(phone.locator("input[name=login]")).to_have_count(0)
    with app.app_context():
        session = enter(BUSY)
        theirs = select(Device).where(Device.person_id == live.village.deputy.id)
        device = session.scalars(theirs).one()
        before, device.rotated_at = device.secret_digest, datetime.now(UTC) - timedelta(days=8)
        session.commit()
        db.session.remove()

    with phone.expect_response(lambda answer: answer.url.endswith(":rotate")) as rotated:
        phone.reload()
    assert rotated.value.status == 200
    with phone.expect_response(lambda answer: answer.url.endswith("/api/v1/me")) as known:
        phone.reload()
    assert known.value.status == 200
    with app.app_context():
        device = enter(BUSY).scalars(theirs).one()
        assert device.secret_digest != before == device.previous_digest
        assert device.confirmed_at is not None  # the new one has arrived, and is shown
        db.session.remove()


def test_the_trail_is_searched_opened_and_verified(live: Live, keepers: dict[str, Person]) -> None:
    page = sign_in(live, keepers["auditor"])
    rail(page, "审计")
    page.get_by_label("办了什么").select_option("device.sign_in")
    button(page, "查找").click()
    mine = page.get_by_role("row").filter(has_text="设备 · 登录").filter(has_text="沈审")
    expect(mine).to_have_count(1)
    mine.get_by_role("button").click()
    line = page.get_by_role("dialog")
    expect(line).to_contain_text("凭什么登录")
    expect(line).to_contain_text("password")
    page.keyboard.press("Escape")

    button(page, "核对全部留痕").click()
    expect(page.get_by_text("完整，没有被改过")).to_be_visible()
    expect(page.get_by_text("和 1 个锚点比对过")).to_be_visible()
    with page.expect_download() as download:
        button(page, "下载全部锚点").click()
    assert '"audit_hash"' in download.value.path().read_text()


def test_who_is_no_auditor_says_what_for(live: Live, keepers: dict[str, Person]) -> None:
    page = sign_in(live, live.village.enforcer)
    rail(page, "审计")
    expect(button(page, "查找")).to_be_disabled()
    page.get_by_label("用途").fill("核实移交")
    button(page, "查找").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()

    auditor = sign_in(live, keepers["auditor"])
    auditor.goto(f"{live.url}/desk/audit?deed=audit.read")
    expect(auditor.get_by_role("row").nth(1)).to_contain_text("用途：核实移交")


def test_a_program_gets_a_token_reads_with_it_and_is_shut_out(live: Live) -> None:
    page = sign_in(live, live.village.dispatcher)
    rail(page, "令牌")
    button(page, "给程序发令牌").first.click()
    form = page.get_by_role("dialog")
    form.get_by_label("程序").fill("县局大屏")
    form.get_by_label("用途").fill("指挥室展示")
    form.get_by_label("问题台账").check()
    button(form, "发令牌").click()
    header = page.locator("pre.token").inner_text()
    button(page, "已经存好，关上").click()

    def ask(path: str) -> int:
        name, _, value = header.partition(": ")
        return requests.get(
            f"{live.url}/api/v1{path}", headers={name: value}, timeout=20
        ).status_code

    assert (ask("/issues"), ask("/inspections")) == (200, 403)
    row = page.get_by_role("row").filter(has_text="县局大屏")
    expect(row).to_contain_text("指挥室展示")
    button(row, "停用").click()
    page.get_by_role("dialog").get_by_label("原因").fill("大屏撤了")
    button(page.get_by_role("dialog"), "停用").click()
    expect(row).to_contain_text("已停用")
    assert ask("/issues") == 401


def test_a_forgotten_password_is_chosen_anew_with_a_code_shown_once(
    live: Live, keepers: dict[str, Person]
) -> None:
    somebody = live.village.liaison
    page = sign_in(live, keepers["security"])
    rail(page, "账号")
    page.get_by_label("按姓名、登录名或拼音首字母找").fill(somebody.login)
    button(page, "查找").click()
    row = page.get_by_role("row").filter(has_text=somebody.name)
    button(row, "发新激活码").click()
    button(page.get_by_role("dialog"), "发新激活码").click()
    code = page.locator(".secret").inner_text()
    button(page, "已交给本人").click()

    theirs = live.page("desk")
    button(theirs, "第一次登录，用激活码").click()
    theirs.get_by_label("激活码", exact=True).fill(code)
    fill_in(theirs, somebody.login, "xin-mima-2027")
    expect(theirs.get_by_role("navigation")).to_be_visible()


def test_the_other_provider_is_refused_in_words(live: Live) -> None:
    page = live.page("desk")
    page.goto(f"{live.url}/desk/sign-in?problem=oidc-unknown-subject")
    expect(page.get_by_role("alert")).to_contain_text("没有和这里的账号连上")
    expect(button(page, "用单位统一登录")).to_have_count(0)  # none is offered here


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_fits_and_reads(live: Live, keepers: dict[str, Person], lang: str) -> None:
    pages = {
        "security": ("/devices", "/accounts", "/access-tokens", "/security"),
        "auditor": ("/audit",),
    }
    for name, paths in pages.items():
        page = sign_in(live, keepers[name], lang)
        for path in paths:
            page.goto(f"{live.url}/desk{path}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                page.wait_for_function(FITS)  # the page itself never scrolls
            if lang == "zh-CN":
                page.evaluate(AXE.read_text())
                assert page.evaluate(SERIOUS) == [], path
