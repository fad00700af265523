"""A phone loses nothing: without signal, killed, full, twice open, updated, signed out."""

import json
import os
import re
import shutil
import signal
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from shapely import Point
from sqlalchemy import func, select, update

from gridsvc.audit.models import AuditEntry
from gridsvc.enterprises.models import Enterprise
from gridsvc.inspections.models import Inspection
from gridsvc.media.queries import missing
from gridsvc.patrols import service as patrols
from gridsvc.people.models import Device
from gridsvc.rules.documents import LATER
from gridsvc.session import db
from gridsvc.weeks import local_day
from tests.conftest import BUSY, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.patrols import a_close
from tests.factories.village import actor
from tests.web.conftest import CHROMIUM_ARGS, PATIENCE_MS, Live, Served
from tests.web.rough import Rough
from tests.web.test_phone import AXE, a_photo, faults, sign_in, tap

NETWORK = re.compile(r"Failed to load resource|ERR_")
PIN = "204816"
ROOM, MOST_PHOTOS = 3_000_000, 20  # bytes for the client and a few photos


@pytest.fixture(scope="module", autouse=True)
def places(app: Flask, served: Served) -> list[Enterprise]:
    """Four more places in Zhao: with the yard a day has five visits."""
    with app.app_context():
        session = enter(BUSY)
        made = [
            add_enterprise(session, name, Point(122.052 + n / 1000, 41.243), served.village.zhao)
            for n, name in enumerate(["东风粮库", "鑫源防水材料厂", "辽河米业", "拌合站工地"])
        ]
        session.commit()
        db.session.remove()
    return made


@pytest.fixture
def rough(app: Flask, live: Live) -> Iterator[Rough]:
    """The server can be told to misbehave; that the browser says so is no fault of a page."""
    inside = app.wsgi_app
    app.wsgi_app = Rough(inside)  # type: ignore[assignment, method-assign]
    yield app.wsgi_app  # type: ignore[misc]
    app.wsgi_app = inside  # type: ignore[method-assign]
    live.faults[:] = [fault for fault in live.faults if not NETWORK.search(fault)]


def ready(page: Page) -> Page:
    """Signed in, lists read, and the client is held by its worker."""
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    return page


def go(page: Page, path: str) -> None:
    page.evaluate("path => { location.hash = path }", path)


def begin(page: Page, place: Enterprise, with_photo: bool = True) -> None:
    """Answer the whole checklist of a place; with a photo, one item is a problem."""
    go(page, f"/inspect/{place.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(place.name)
    groups = page.get_by_role("radiogroup")
    groups.first.wait_for()
    for n in range(groups.count()):
        answer = "发现问题" if with_photo and n == 0 else "未发现问题"
        groups.nth(n).get_by_role("radio", name=answer, exact=True).click()
    if with_photo:
        page.locator("input[capture]").set_input_files(a_photo(60))
        expect(page.get_by_role("img", name="照片")).to_have_count(1)
    expect(page.locator(".saved[aria-busy=false]")).to_be_visible()


def finish(page: Page) -> None:
    """Hand it over; these phones never tell where they are, and are asked why."""
    tap(page, "完成这家")
    page.get_by_role("radio", name="没开定位权限").click()
    expect(page).not_to_have_url(re.compile("#/inspect"))


def visit(page: Page, place: Enterprise, with_photo: bool = True) -> None:
    begin(page, place, with_photo)
    finish(page)


def all_arrived(page: Page) -> None:
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()


class Phone:
    """A browser with a disk of its own, which can be killed like one whose battery is pulled."""

    def __init__(self, live: Live, directory: Path) -> None:
        self._live, self._directory = live, directory

    def start(self, is_offline: bool = False, room: int | None = None) -> Page:
        self.context: BrowserContext = self._live.browser.browser_type.launch_persistent_context(
            str(self._directory),
            executable_path=shutil.which("chromium"),
            args=CHROMIUM_ARGS,
            viewport={"width": 360, "height": 740},
            is_mobile=True,
            has_touch=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            offline=is_offline,
        )
        self.context.set_default_timeout(PATIENCE_MS)
        page = self.context.pages[0]
        if room:
            self.leave(room)
        page.goto(f"{self._live.url}/m/")
        return page

    def leave(self, room: int | None = None) -> None:
        """Leave so many bytes for everything that the client keeps, or all there is."""
        told = {"origin": self._live.url} | ({"quotaSize": room} if room else {})
        self.context.new_cdp_session(self.context.pages[0]).send(
            "Storage.overrideQuotaForOrigin", told
        )

    def kill(self) -> None:
        """SIGKILL to the browser that this test started, and to nothing else."""
        with self.context.expect_event("close"):
            os.kill(self._pid(), signal.SIGKILL)

    def _pid(self) -> int:
        mine = f"--user-data-dir={self._directory}".encode()
        found = [
            int(process.name)
            for process in Path("/proc").iterdir()
            if process.name.isdecimal() and mine in _arguments(process)
        ]
        return min(found)


def _arguments(process: Path) -> list[bytes]:
    try:
        arguments = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []  # it has just ended
    return [] if any(one.startswith(b"--type=") for one in arguments) else arguments


def test_a_day_without_signal_survives_reload_and_sigkill_and_a_server_in_bad_shape(
    live: Live, rough: Rough, app: Flask, places: list[Enterprise], tmp_path: Path
) -> None:
    """Longer than five seconds: five visits with photos by tapping, and a browser started twice."""
    phone = Phone(live, tmp_path)
    page = phone.start()
    fill_in_sign_in(page, live)
    ready(page)
    phone.context.set_offline(True)
    for place in places[:3]:
        visit(page, place)
    begin(page, places[3])
    page.reload()
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    finish(page)
    begin(page, live.village.yard)
    phone.kill()

    page = phone.start(is_offline=True)
    go(page, f"/inspect/{live.village.yard.id}")
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    finish(page)
    expect(page.get_by_role("button", name="仅在本机")).to_contain_text("5")
    made = sent(page)
    assert len(made) == 5

    rough.faults += ["drop", "503", "drop", "503", "drop"]
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


def sent(page: Page) -> list[UUID]:
    """Return the ids of the visits in the outbox."""
    ids = page.evaluate(
        """() => new Promise((done) => {
            const asked = indexedDB.open('gridsvc')
            asked.onsuccess = () => {
                const rows = asked.result.transaction('records').objectStore('records').getAll()
                rows.onsuccess = () => {
                    asked.result.close()
                    const visits = rows.result.filter(({ kind }) => kind === 'inspection')
                    done(visits.map(({ id }) => id))
                }
            }
        })"""
    )
    return [UUID(id) for id in ids]


def test_a_full_phone_says_so_and_keeps_nothing_by_half(
    live: Live, rough: Rough, places: list[Enterprise], tmp_path: Path
) -> None:
    """Longer than five seconds: photos are taken until nothing more goes in."""
    phone = Phone(live, tmp_path)
    page = phone.start(room=ROOM)
    fill_in_sign_in(page, live)
    ready(page)
    begin(page, places[0])
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


def fill_in_sign_in(page: Page, live: Live) -> None:
    page.locator("input[name=login]").fill(live.village.officer.login)
    page.locator("input[name=password]").fill(live.password)
    page.locator("button[type=submit]").click()


def test_two_tabs_and_the_worker_send_once(
    live: Live, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    other = page.context.new_page()
    other.goto(f"{live.url}/m/")
    ready(other)
    page.context.set_offline(True)
    visit(page, places[1], with_photo=False)
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
    begin(page, places[2], with_photo=False)
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


def test_a_pin_locks_the_phone_and_forgetting_it_costs_nothing(
    live: Live, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    page.context.set_offline(True)
    visit(page, places[3], with_photo=False)
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


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss: under 48 px high, and in no row of its own."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('main button, main a, main input')]
            .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 47.5)
            .filter((one) => !(one.closest('li, .line')?.getBoundingClientRect().height >= 48))
            .map((one) => one.outerHTML)"""
    )
    return found


def test_a_phone_that_was_signed_out_elsewhere_hands_in_what_it_holds_and_sends_it_again(
    live: Live, app: Flask, rough: Rough, places: list[Enterprise]
) -> None:
    page = ready(sign_in(live, permissions=[]))
    page.context.set_offline(True)
    visit(page, places[0])
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
    visit(page, places[1])
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


def saved(page: Page, button: str, directory: Path) -> str:
    """Tap, and return what is in the file that the phone hands over."""
    with page.expect_download() as download:
        tap(page, button)
    download.value.save_as(directory / "saved.json")
    return (directory / "saved.json").read_text()


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


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_pages_of_safety_fit_and_are_usable_by_everybody(live: Live, lang: str) -> None:
    page = sign_in(live, lang)
    page.locator(".page.today").wait_for()
    page.evaluate(AXE)
    for path, sign in {
        "/me": ".gauge",
        "/me/pin": "input[name=first]",
        "/me/install": ".install .code",
    }.items():
        go(page, path)
        page.locator(sign).first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert faults(page) == [], path
        assert small_targets(page) == [], path
