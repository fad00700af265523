"""Formal inspections on the real phone client against the real server."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from gridsvc.accountability.rules import Role
from gridsvc.clock import utc_now
from gridsvc.enterprises.models import Enterprise
from gridsvc.flags.models import Flag
from gridsvc.inspections.models import Inspection
from gridsvc.inspections.service import register
from gridsvc.media.models import Media, Photo
from gridsvc.people.models import Person
from gridsvc.rules.service import change_checklist
from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.factories.certificates import add_certificate
from tests.factories.enterprises import add_enterprise
from tests.factories.inspections import a_report, formal_facts
from tests.factories.village import ZHAO, actor, appoint
from tests.web import test_desk as desk
from tests.web.conftest import Live, Served
from tests.web.phone import go, ready, small_targets
from tests.web.test_phone import AXE, faults, sign_in, tap


@pytest.fixture(scope="module", autouse=True)
def second(app: Flask, served: Served) -> Person:
    """The other enforcement officer; both have certificates."""
    with app.app_context():
        session = enter(BUSY)
        officer = appoint(session, "严明", served.village.county, Role.ENFORCEMENT_OFFICER)
        add_certificate(session, served.village.enforcer, "06210001", until=date(2039, 12, 31))
        add_certificate(session, officer, "06210002", until=date(2039, 12, 31))
        session.commit()
        db.session.remove()
    return officer


@pytest.fixture
def elsewhere(app: Flask, served: Served, second: Person) -> Enterprise:
    """A place that the officer inspected yesterday, by another phone; the list is another since."""
    village, now = served.village, utc_now()
    with app.app_context():
        session = enter(BUSY)
        place = add_enterprise(session, "鑫源防水材料厂", ZHAO, village.zhao)
        facts: dict[str, Any] = {
            "kind": "formal", "formal": formal_facts(village.enforcer, second), "findings": "",
        }  # fmt: skip
        told = a_report(
            place, village.enforcer, village.checklist, made_at=now - timedelta(days=1), **facts
        )
        register(session, [told], by=actor(village.enforcer), now=now)
        items = [{"item": "fence", "text": "围挡", "text_en": "Fence"}]
        change_checklist(
            session, "industrial", items, since=None, by=actor(village.enforcer), now=now
        )
        session.commit()
        db.session.remove()
    return place


def at(live: Live, place: Enterprise) -> Page:
    """The officer has opened the page of a place, and there is no signal any more."""
    page = sign_in(live, login=live.village.enforcer.login)
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready")
    go(page, f"/places/{place.id}")
    expect(page.get_by_role("button", name=re.compile("行政检查.*上限 2 次"))).to_be_visible()
    page.context.set_offline(True)
    return page


def begin(page: Page) -> None:
    """Fill in what both endings have in common."""
    page.get_by_role("button", name=re.compile("^行政检查")).click()
    expect(page.get_by_text("还差一名检查人员")).to_be_visible()
    page.get_by_role("checkbox", name="严明").click()
    expect(page.get_by_role("textbox", name="严明 的执法证号")).to_have_value("06210002")
    page.get_by_role("textbox", name="批准文号").fill("盘环检批7号")
    page.get_by_role("textbox", name="检查通知书号").fill("盘环检通7号")
    page.get_by_role("textbox", name="检查事由和依据").fill("年度检查计划")
    for item in page.locator(".item").all():
        item.get_by_role("radio", name="未发现问题", exact=True).click()
    page.get_by_role("textbox", name="姓名").fill("王厂长")
    page.get_by_role("textbox", name="职务").fill("厂长")


def need_the_whole_sheet(page: Page) -> None:
    """With half of the pad behind the bar, the first touch brings it up and draws nothing."""
    pad = page.locator(".signature canvas")
    pad.evaluate("sheet => scrollBy(0, sheet.getBoundingClientRect().top - innerHeight + 180)")
    assert not is_whole(page, pad)
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 30)
    page.mouse.up()
    assert is_whole(page, pad)
    expect(page.get_by_text("请在框内签名")).to_be_visible()


def sign(page: Page) -> None:
    """A stroke on the pad, kept as soon as the finger is lifted."""
    pad = page.locator(".signature canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 8):
        page.mouse.move(box["x"] + 30 + step * 25, box["y"] + 60 + (step % 2) * 40)
    page.mouse.up()
    expect(page.get_by_text("签名已存在本机")).to_be_visible()


def finish(page: Page) -> None:
    """Hand it in; should no fix come in time, with the reason that a person would choose."""
    tap(page, "完成检查")
    kept, no_fix = (
        page.get_by_text("已存在本机", exact=True), page.get_by_role("radio", name="在室内"),
    )  # fmt: skip
    expect(kept.or_(no_fix)).to_be_visible()
    if no_fix.is_visible():
        no_fix.click()
    expect(kept).to_be_visible()


def arrived(page: Page, app: Flask, place: Enterprise) -> list[Inspection]:
    """With signal again all of it arrives; return the formal inspections of a place."""
    page.context.set_offline(False)
    expect(page.get_by_text("已送达")).to_be_visible()
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()
    with app.app_context():
        made = select(Inspection).where(
            Inspection.kind == "formal", Inspection.enterprise_id == place.id
        )
        found = list(enter(BUSY).scalars(made.order_by(Inspection.id)))
        db.session.remove()
    return found


def test_one_that_is_signed_without_signal_arrives_once_with_its_signature(
    live: Live, app: Flask
) -> None:
    page = at(live, live.village.yard)
    begin(page)
    page.get_by_role("radio", name="计入频次").click()
    page.get_by_role("radio", name="签字", exact=True).click()
    expect(page.get_by_text("还差签名")).to_be_visible()
    need_the_whole_sheet(page)
    sign(page)
    page.reload()  # kept at every tap, the signature too
    expect(page.get_by_role("img", name="签名")).to_be_visible()
    expect(page.get_by_role("textbox", name="批准文号")).to_have_value("盘环检批7号")
    finish(page)

    [one] = arrived(page, app, live.village.yard)

    assert one.formal and "refusal" not in one.formal
    assert [officer["certificate_no"] for officer in one.formal["officers"]] == [
        "06210001", "06210002",
    ]  # fmt: skip
    with app.app_context():
        session = enter(BUSY)
        same = (Media.jurisdiction_id == Photo.jurisdiction_id) & (Media.sha256 == Photo.sha256)
        sent = select(Photo.purpose, Media.media_type).join(Media, same)
        assert session.execute(sent.where(Photo.record_id == one.id)).all() == [
            ("signature", "image/png")
        ]
        db.session.remove()


def test_beyond_the_cap_it_is_warned_of_before_and_kept_and_marked_after(
    live: Live, app: Flask
) -> None:
    farm = live.village.farm
    page = at(live, farm)
    for n in range(3):
        go(page, f"/places/{farm.id}")
        if n == 2:
            expect(page.get_by_text("今年已计入 2 次，上限 2 次")).to_be_visible()
        begin(page)
        page.get_by_role("radio", name="计入频次").click()
        page.get_by_role("radio", name="拒签", exact=True).click()
        expect(page.get_by_text("还差拒签的原因和见证")).to_be_visible()
        page.get_by_role("textbox", name="拒签的原因").fill("称负责人不在")
        page.get_by_role("textbox", name="见证人和情况").fill("村主任赵强在场")
        finish(page)

    made = arrived(page, app, farm)

    assert [one.formal["refusal"]["reason"] for one in made] == ["称负责人不在"] * 3
    with app.app_context():
        over = select(Flag.record_id).where(Flag.kind == "over_cap")
        assert enter(BUSY).scalars(over).all() == [made[2].id]
        db.session.remove()
    file = filed(live, farm)
    expect(file.get_by_text("今年计入 3 / 2 次，不计 0 次")).to_be_visible()
    expect(file.locator(".formal").filter(has_text="超过频次上限")).to_have_count(1)
    expect(file.locator(f"#entry-{made[2].id}")).to_contain_text("超过频次上限")


def filed(live: Live, place: Enterprise) -> Page:
    """The file of a place, as the county's grid office reads it."""
    page = desk.sign_in(live, live.village.dispatcher)
    page.goto(f"{live.url}/desk/registry/{place.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(place.name)
    return page


def test_one_made_by_another_phone_is_corrected_with_a_reason_and_without_a_position(
    live: Live, app: Flask, elsewhere: Enterprise
) -> None:
    page = at(live, elsewhere)
    tap(page, "更正我上次的行政检查")
    expect(page.get_by_text("这是对您上次记录的更正")).to_be_visible()
    expect(page.get_by_role("radio", name="未发现问题", checked=True)).to_have_count(
        len(live.village.checklist.items)  # those of then, not the one of today
    )
    expect(page.get_by_role("textbox", name="拒签的原因")).to_have_value("称负责人不在")
    expect(page.get_by_text("到场")).to_have_count(0)
    page.get_by_role("textbox", name="检查通知书号").fill("盘环检通8号")
    tap(page, "完成检查")
    expect(page.get_by_role("alert")).to_have_text("写一句为什么，就能完成。")
    why = page.get_by_role("textbox", name="为什么更正")
    expect(why).to_be_focused()
    why.fill("通知书号抄错了")
    tap(page, "完成检查")
    expect(page.get_by_text("已存在本机", exact=True)).to_be_visible()

    first, second = arrived(page, app, elsewhere)

    assert (second.corrects_id, second.correction_reason) == (first.id, "通知书号抄错了")
    assert (first.checklist_id, second.position) == (second.checklist_id, None)
    assert [one.formal["notice_no"] for one in (first, second)] == [
        "盘环检通〔2026〕7号", "盘环检通8号",
    ]  # fmt: skip
    file = filed(live, elsewhere)
    expect(file.get_by_text("今年计入 1 / 2 次，不计 0 次")).to_be_visible()
    for one, texts in (
        (first, ("〔2026〕7号", "已更正", "通知书号抄错了")),
        (second, ("盘环检通8号", "更正")),
    ):
        for text in texts:
            expect(file.locator(f"#entry-{one.id}")).to_contain_text(text)


def test_a_grid_officer_is_not_offered_it(live: Live) -> None:
    page = ready(sign_in(live))
    go(page, f"/places/{live.village.yard.id}")
    expect(page.get_by_role("button", name="巡查", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="行政检查")).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_form_fits_and_is_usable_by_everybody(live: Live, lang: str) -> None:
    page = sign_in(live, lang, login=live.village.enforcer.login)
    page.locator(".chip").wait_for()
    go(page, f"/formal/{live.village.yard.id}")
    page.get_by_role("checkbox").first.click()
    page.evaluate(AXE)
    for ending in ("签字", "拒签") if lang == "zh-CN" else ("Signs", "Refuses"):
        page.get_by_role("radio", name=ending, exact=True).click()
        asked = page.locator("#part-signature, #part-refusal")
        expect(asked).to_have_count(1)
        assert is_whole(page, asked)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert small_targets(page) == []
        if lang == "zh-CN":
            assert faults(page) == []


def is_whole(page: Page, part: Locator) -> bool:
    """Say whether a part of the page stands between the title and the bar at the foot."""
    top, box, foot = (
        one.bounding_box() for one in (page.locator(".top"), part, page.locator(".act"))
    )
    assert top
    assert box
    assert foot
    return top["y"] + top["height"] <= box["y"] and box["y"] + box["height"] <= foot["y"]
