"""What a phone does when something stands in its way: a lock, a refusal, a sign-out, its clock."""

import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from gridsvc.enterprises.models import Enterprise
from gridsvc.patrols import service as patrols
from gridsvc.people.models import Device
from gridsvc.rules.documents import LATER
from gridsvc.session import db
from gridsvc.weeks import local_day
from tests.conftest import BUSY, enter
from tests.factories.patrols import a_close
from tests.factories.village import actor
from tests.web.conftest import Live
from tests.web.phone import all_arrived, fill_in_sign_in, go, ready, saved, small_targets, visit
from tests.web.rough import Rough
from tests.web.test_desk import sign_in as at_the_desk
from tests.web.test_phone import AXE, a_photo, faults, sign_in, tap

PIN = "204816"


def test_a_pin_locks_the_phone_and_forgetting_it_costs_nothing(
    live: Live, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    page.context.set_offline(True)
    visit(page, places[3])
    go(page, "/me/pin")
    page.locator("input[name=first]").fill("123456")
    page.locator("input[name=second]").fill("123456")
    tap(page, "设好")
    expect(page.get_by_text("太好猜了")).to_be_visible()
    page.locator("input[name=first]").fill(PIN)
    page.locator("input[name=second]").fill(PIN)
    tap(page, "设好")
    expect(page).not_to_have_url(re.compile("#/me/pin"))

    locked(page)
    expect(page.get_by_text("1 条还没送达")).to_be_visible()
    page.evaluate(AXE)
    assert faults(page) == []
    page.locator("input[name=pin]").fill(PIN)
    expect(page.get_by_role("heading", name="请输开锁密码")).to_have_count(0)

    locked(page)
    for left in (9, 8, 7, 6):
        page.locator("input[name=pin]").fill("777778")
        expect(page.get_by_text(f"还可以试 {left} 次")).to_be_visible()
    page.locator("input[name=pin]").fill("777778")
    expect(page.get_by_text("错得多了")).to_be_visible()
    page.reload()
    expect(page.get_by_text("错得多了")).to_be_visible()

    page.context.set_offline(False)
    tap(page, "忘了，用账号密码登录")
    fill_in_sign_in(page, live)
    all_arrived(page)


def locked(page: Page) -> None:
    """Open the client as if it had been away."""
    page.add_init_script("sessionStorage.clear()")
    page.reload()
    expect(page.get_by_role("heading", name="请输开锁密码")).to_be_visible()


def test_what_needs_a_person_tells_what_happened_what_is_safe_and_what_to_do(
    live: Live, app: Flask, rough: Rough
) -> None:
    """The day is closed from elsewhere while this phone, without signal, closes it, too."""
    page = ready(sign_in(live, permissions=[]))
    page.context.set_offline(True)
    go(page, "/close")
    page.locator(".sentence").wait_for()
    if page.get_by_role("radiogroup").count():  # the same reason for all that were not visited
        page.get_by_role("radiogroup").first.get_by_role("radio").first.click()
    tap(page, "提交日结")
    expect(page.get_by_text("已存在本机", exact=True)).to_be_visible()
    with app.app_context():
        session, now = enter(BUSY), datetime.now(UTC)
        who = live.village.officer
        report = a_close(who, live.village.zhao.id, local_day(now), visits=3, made_at=now)
        patrols.close_day(session, [report], by=actor(who), now=now)
        session.commit()
        db.session.remove()

    page.context.set_offline(False)
    tap(page, "需处理 1")
    page.get_by_role("link", name="去处理").click()
    expect(page.get_by_text("这一天已经交过日结")).to_be_visible()
    expect(page.get_by_text("没有回执就不会删")).to_be_visible()
    expect(page.get_by_role("row", name="去了").get_by_role("cell").nth(1)).to_contain_text("3")
    page.evaluate(AXE)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert small_targets(page) == []

    tap(page, "就按服务器上的，我这份留底")
    expect(page.get_by_text("已留底，不再发送")).to_be_visible()
    go(page, "/records")
    expect(page.locator("[data-state=noted]")).to_contain_text("留底")
    all_arrived(page)


def test_a_phone_that_was_signed_out_elsewhere_hands_in_what_it_holds_and_sends_it_again(
    live: Live, app: Flask, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    page.context.set_offline(True)
    visit(page, places[0], a_photo(60, (480, 360)))
    with app.app_context():
        session = enter(BUSY)
        session.execute(update(Device).values(revoked_at=datetime.now(UTC)))
        session.commit()
        db.session.remove()

    page.context.set_offline(False)
    tap(page, "这台手机已被停用。1 条记录没有丢")
    fill_in_sign_in(page, live)
    all_arrived(page)


def test_after_a_week_without_signal_and_with_a_wrong_clock_everything_leaves_the_phone(
    live: Live, app: Flask, rough: Rough, places: list[Enterprise], tmp_path: Path
) -> None:
    """As a file, then over the network; its receipts are proved here and by the command line.

    Longer than five seconds: it goes the whole way of a record.
    """
    page = ready(sign_in(live, permissions=[]))
    page.context.set_offline(True)
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=8))
    page.reload()
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    visit(page, places[1], a_photo(60))
    expect(page.get_by_role("button", name="仅在本机")).to_contain_text("1")
    go(page, "/me")
    is_whole(json.loads(saved(page, "导出未送达的记录", tmp_path)), live)

    page.context.set_offline(False)
    all_arrived(page)
    expect(page.get_by_text("手机时间快了")).to_be_visible()
    go(page, "/records")
    page.locator("[data-state=arrived]").first.get_by_role("link").click()
    tap(page, "在本机验一验这张回执")
    expect(page.locator("[data-proof=genuine]")).to_be_visible()
    go(page, "/me")
    saved(page, "导出回执", tmp_path)
    verify = ["receipts", "verify", str(tmp_path / "saved.json")]
    told = app.test_cli_runner().invoke(args=verify).output
    assert "receipts: 2, all of them genuine" in told
    the_desk_tells_the_claim(live, places[1])


def the_desk_tells_the_claim(live: Live, place: Enterprise) -> None:
    """The photo was made smaller; what it was before, the phone alone says."""
    page = at_the_desk(live, live.village.head)
    page.goto(f"{live.url}/desk/trace/enterprise/{place.id}")
    expect(page.get_by_text("没送，只凭手机说").first).to_be_visible()


def is_whole(told: dict[str, Any], live: Live) -> None:
    """One visit with its photo, as the import takes it in."""
    assert told["format"] == "gridsvc-outbox/1"
    assert told["person_id"] == str(live.village.officer.id)
    [record] = told["records"]
    [declared], [photo] = record["body"]["photos"], told["photos"]
    assert photo["sha256"] == declared["sha256"]
    sent_bytes = b64decode(photo["data"])
    assert sha256(sent_bytes).hexdigest() == photo["sha256"]
    assert len(sent_bytes) <= LATER["photo_target_kb"] * 1024 < len(a_photo(60)["buffer"])
    assert declared["original_sha256"] != photo["sha256"]
