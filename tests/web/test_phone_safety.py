"""A phone loses nothing: without signal, killed, full, twice open, updated."""

from pathlib import Path

from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import func, select

from gridsvc.audit.models import AuditEntry
from gridsvc.enterprises.models import Enterprise
from gridsvc.inspections.models import Inspection
from gridsvc.media.queries import missing
from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.web.conftest import Live
from tests.web.phone import (
    Phone,
    all_arrived,
    begin,
    fill_in_sign_in,
    finish,
    go,
    ready,
    sent,
    visit,
)
from tests.web.rough import Rough
from tests.web.test_phone import a_photo, sign_in, tap

ROOM, MOST_PHOTOS = 3_000_000, 20  # bytes for the client and a few photos


def test_a_day_without_signal_survives_reload_and_sigkill_and_a_server_in_bad_shape(
    live: Live, rough: Rough, app: Flask, places: list[Enterprise], tmp_path: Path
) -> None:
    """Longer than five seconds: five visits with photos by tapping, and a browser started twice."""
    phone, small = Phone(live, tmp_path), a_photo(60, (480, 360))
    page = phone.start()
    fill_in_sign_in(page, live)
    ready(page)
    phone.context.set_offline(True)
    for place in places[:3]:
        visit(page, place, small)
    begin(page, places[3], small)
    page.reload()
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    finish(page)
    begin(page, live.village.yard, small)
    phone.kill()

    page = phone.start(is_offline=True)
    go(page, f"/inspect/{live.village.yard.id}")
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    finish(page)
    expect(page.get_by_role("button", name="仅在本机")).to_contain_text("5")
    made = sent(page)
    assert len(made) == 5

    rough.faults += ["drop", "503", "none", "drop", "503", "drop"]  # of records, then of photos
    phone.context.set_offline(False)
    all_arrived(page)
    assert rough.faults == []
    phone.context.close()
    with app.app_context():
        session = enter(BUSY)
        entered = select(Inspection.id).where(Inspection.id.in_(made))
        assert len(session.scalars(entered).all()) == 5
        assert not missing(session, made)
        lines = select(func.count()).where(AuditEntry.subject_id.in_(made))
        assert session.scalar(lines) == 5
        db.session.remove()


def test_a_full_phone_says_so_and_keeps_nothing_by_half(
    live: Live, rough: Rough, places: list[Enterprise], tmp_path: Path
) -> None:
    """Longer than five seconds: photos are taken until nothing more goes in."""
    phone = Phone(live, tmp_path)
    page = phone.start(room=ROOM)
    fill_in_sign_in(page, live)
    ready(page)
    begin(page, places[0], a_photo(60))
    told = page.get_by_role("alert").filter(has_text="手机存满了")
    photos = page.get_by_role("img", name="照片")
    for taken in range(2, MOST_PHOTOS):
        page.locator("input[capture]").set_input_files(a_photo(60 + taken))
        expect(told.or_(photos.nth(taken - 1))).to_be_visible()
        if told.is_visible():
            break
    expect(told).to_be_visible()
    expect(page.get_by_text("照片没存上")).to_be_visible()

    phone.leave()
    expect(photos).to_have_count(taken - 1)
    page.locator("input[capture]").set_input_files(a_photo(90))
    expect(photos).to_have_count(taken)
    expect(told).to_have_count(0)
    finish(page)
    all_arrived(page)
    phone.context.close()


def test_two_tabs_and_the_worker_send_once(
    live: Live, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    other = page.context.new_page()
    other.goto(f"{live.url}/m/")
    ready(other)
    page.bring_to_front()  # a tab behind another is drawn once a second
    page.context.set_offline(True)
    visit(page, places[1])
    expect(other.get_by_role("button", name="仅在本机")).to_contain_text("1")

    rough.pushed.clear()
    page.context.set_offline(False)
    all_arrived(page)
    all_arrived(other)
    ids = sent(page)
    assert [id for batch in rough.pushed for id in batch] == [str(id) for id in ids]


def test_a_new_version_waits_until_nothing_is_being_filled_in(
    live: Live, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    begin(page, places[2])
    rough.is_updated = True
    page.evaluate(
        """async () => {
            const registration = await navigator.serviceWorker.ready
            await registration.update()
            const coming = registration.installing ?? registration.waiting
            if (coming.state === 'installed') return
            await new Promise((done) => coming.addEventListener('statechange', done))
        }"""
    )
    expect(page.get_by_role("heading", level=1)).to_have_text(places[2].name)
    expect(page.get_by_text("有新版本")).to_have_count(0)

    go(page, "/records")
    page.evaluate("document.isOld = true")
    tap(page, "有新版本")
    page.wait_for_function("() => !document.isOld && document.readyState === 'complete'")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    go(page, f"/inspect/{places[2].id}")
    expect(page.get_by_role("radio", name="未发现问题", checked=True).first).to_be_visible()
    finish(page)
    all_arrived(page)
