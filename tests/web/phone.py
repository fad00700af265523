"""A phone in the hand of a test: what a person does with it, and what befalls it."""

import os
import re
import shutil
import signal
from pathlib import Path
from uuid import UUID

from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from gridsvc.enterprises.models import Enterprise
from tests.web.conftest import CHROMIUM_ARGS, PATIENCE_MS, Live
from tests.web.test_phone import tap


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


def begin(page: Page, place: Enterprise, photo: FilePayload | None = None) -> None:
    """Answer the whole checklist of a place; with a photo, one item is a problem."""
    go(page, f"/inspect/{place.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(place.name)
    groups = page.get_by_role("radiogroup")
    groups.first.wait_for()
    for n in range(groups.count()):
        answer = "发现问题" if photo and n == 0 else "未发现问题"
        groups.nth(n).get_by_role("radio", name=answer, exact=True).click()
    if photo:
        page.locator("input[capture]").set_input_files(photo)
        expect(page.get_by_role("img", name="照片")).to_have_count(1)
    expect(page.locator(".saved[aria-busy=false]")).to_be_visible()


def finish(page: Page) -> None:
    """Hand it over; these phones never tell where they are, and are asked why."""
    tap(page, "完成这家")
    page.get_by_role("radio", name="没开定位权限").click()
    expect(page).not_to_have_url(re.compile("#/inspect"))


def visit(page: Page, place: Enterprise, photo: FilePayload | None = None) -> None:
    begin(page, place, photo)
    finish(page)


def all_arrived(page: Page) -> None:
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()


def fill_in_sign_in(page: Page, live: Live) -> None:
    page.locator("input[name=login]").fill(live.village.officer.login)
    page.locator("input[name=password]").fill(live.password)
    page.locator("button[type=submit]").click()


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


def saved(page: Page, button: str, directory: Path) -> str:
    """Tap, and return what is in the file that the phone hands over."""
    with page.expect_download() as download:
        tap(page, button)
    download.value.save_as(directory / "saved.json")
    return (directory / "saved.json").read_text()


def small_targets(page: Page) -> list[str]:
    """What a thumb would miss: under 48 px high, and in no row of its own."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('button, a, input')]
            .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 47.5)
            .filter((one) => ![...'li, .line, label, .van-field'.split(', ')].some((around) =>
                one.closest(around)?.getBoundingClientRect().height >= 47.5))
            .map((one) => one.outerHTML)"""
    )
    return found


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
