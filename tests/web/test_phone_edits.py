"""Two people put one enterprise right, one of them without signal; nobody's word is lost."""

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from gridsvc.actor import person
from gridsvc.clock import utc_now
from gridsvc.edits.models import FieldEdit
from gridsvc.edits.rules import EditReport
from gridsvc.edits.service import edit, settle
from gridsvc.enterprises.models import Enterprise
from gridsvc.ids import new_id
from gridsvc.records import Envelope
from gridsvc.session import Session, db
from tests.conftest import BUSY, enter
from tests.web.conftest import Live
from tests.web.test_phone import AXE, faults, sign_in, tap


def open_mending(page: Page) -> Page:
    page.get_by_role("link", name="企业").click()
    tap(page, "宏达砂石场")
    tap(page, "更正资料")
    return page


def the_head_changes_it(session: Session, live: Live, **changes: tuple[str | None, str]) -> None:
    now = utc_now()
    head, yard = live.village_head, session.get_one(Enterprise, (BUSY, live.village.yard.id))
    envelope = Envelope(
        id=new_id(), sender_id=head.id, device_id=None, made_at=now, text="{}"
    )  # fmt: skip
    told = {name: {"from": before, "to": after} for name, (before, after) in changes.items()}
    report = EditReport(
        envelope=envelope, subject_kind="enterprise", subject_id=yard.id,
        base_version=yard.version, changes=told,
    )  # fmt: skip
    edit(session, [report], by=person(head.id), now=now)
    session.commit()


def the_town_chooses(session: Session, live: Live, field: str, choice: str) -> None:
    found = session.scalars(select(FieldEdit).where(FieldEdit.state == "hard")).one()
    settle(session, found.id, {field: choice}, by=person(live.village.head.id), now=utc_now())
    session.commit()


def test_what_is_put_right_without_signal_is_merged_or_waits_for_the_town_and_says_so(
    live: Live, app: Flask
) -> None:
    page = open_mending(sign_in(live))
    page.evaluate("navigator.serviceWorker.ready")
    page.evaluate(AXE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("textbox", name="电话")).to_have_value("")
    assert faults(page) == []
    page.context.set_offline(True)
    tap(page, "交更正")
    expect(page.get_by_role("alert")).to_have_text("还没有改哪一项")
    page.get_by_role("textbox", name="电话").fill("13811112222")
    expect(page.get_by_text("原来：没有").first).to_be_visible()
    page.get_by_role("textbox", name="联系人").fill("老王")
    tap(page, "交更正")
    expect(page.get_by_text("已存在本机", exact=True)).to_be_visible()
    tap(page, "返回")
    expect(page.get_by_text("1 处更正还没送达")).to_be_visible()
    expect(page.get_by_role("link", name="打电话 13811112222")).to_be_visible()

    with app.app_context():
        the_head_changes_it(enter(BUSY), live, contact_phone=(None, "13733334444"))
        db.session.remove()
    page.context.set_offline(False)
    tap(page, "全部送达")
    row = page.locator(".rec", has_text="宏达砂石场").first
    expect(row).to_contain_text("等人定")
    expect(row).to_contain_text("电话：别人也改了，两个都留着，等镇网格长定")
    assert faults(page) == []
    row.get_by_role("link").first.click()
    expect(page.get_by_text("已送达，等人定")).to_be_visible()
    expect(page.get_by_text("别人改成：13733334444。")).to_be_visible()
    assert faults(page) == []

    with app.app_context():
        session = enter(BUSY)
        yard = session.get_one(Enterprise, (BUSY, live.village.yard.id))
        assert (yard.contact_name, yard.contact_phone) == ("老王", "13733334444")
        the_town_chooses(session, live, "contact_phone", "to")
        db.session.remove()
    page.reload()
    expect(page.get_by_text("电话：定了，用你的")).to_be_visible()
    expect(page.get_by_text("已送达").first).to_be_visible()
