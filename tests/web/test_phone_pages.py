"""Every page of the phone, in both languages: it fits, a thumb hits, axe finds nothing serious."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from gridsvc.enterprises.models import Enterprise
from gridsvc.issues.models import Issue
from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.factories.rounds import add_issue
from tests.web.conftest import UI, Live, Served
from tests.web.phone import fill_in_sign_in, go, small_targets
from tests.web.test_phone import AXE, faults, sign_in

# By the path in router.ts: what is there once the page stands.
SIGNS = {
    "/": ".page.today li",
    "/patrol": ".counts",
    "/inspect/:enterprise": "[role=radiogroup]",
    "/formal/:enterprise": ".page.formal",
    "/report": ".page.report .shots",
    "/urgent": ".note.bad",
    "/search": "input[type=search]",
    "/nearby": "ol li",
    "/new-place": ".new-place .shots",
    "/my-issues": ".page",
    "/my-month": ".which",
    "/my-flags": ".page .note",
    "/places": "input[type=search]",
    "/places/:enterprise": ".facts",
    "/places/:enterprise/mend": ".mend input",
    "/tasks/:issue": ".page .card",
    "/close": ".sentence",
    "/records": ".rec",
    "/records/:record": ".stamp",
    "/records/:record/decide": ".ways",
    "/me": ".gauge",
    "/me/pin": "input[name=first]",
    "/me/install": ".install .code",
    "/sign-in": "input[name=login]",
}
NEEDS_YOU = """([id, copy]) => new Promise((done, failed) => {
    const asked = indexedDB.open('gridsvc')
    asked.onsuccess = () => {
        const records = asked.result.transaction('records', 'readwrite').objectStore('records')
        const found = records.get(id)
        found.onsuccess = () => {
            const problem = { type: '/problems/not-yours-to-edit', status: 403 }
            const far = Date.now() + 3_600_000
            records.put({ ...found.result, id: copy, state: 'needs_you', verdict: 'rejected',
                          problem, next_at: far, receipt: undefined }).onsuccess = () => done()
        }
    }
})"""


@pytest.fixture(scope="module")
def issue(app: Flask, served: Served) -> Issue:
    """Something at the yard that the officer has to put right."""
    with app.app_context():
        session = enter(BUSY)
        found = add_issue(
            session, served.village, datetime.now(UTC), state="assigned",
            owner_id=served.village.officer.id,
        )  # fmt: skip
        session.commit()
        db.session.remove()
    return found


def test_no_page_is_left_out() -> None:
    router = (UI / "src/m/router.ts").read_text()
    pages = set(re.findall(r"path: '([^']+)', component", router))
    assert pages == set(SIGNS)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_page_fits_and_is_usable_by_everybody(
    live: Live, places: list[Enterprise], issue: Issue, lang: str
) -> None:
    """Longer than five seconds: axe looks at every page there is."""
    page = sign_in(live, lang)
    page.locator(SIGNS["/"]).first.wait_for()
    page.evaluate(AXE)
    names = {"enterprise": str(places[0].id), "issue": str(issue.id)}
    names["record"] = a_record(page, names["enterprise"])
    page.locator(".act .deed").last.wait_for()
    go(page, "/")
    page.locator(".page.today li").first.wait_for()
    page.locator(".act.tabbed .deed").click()
    page.locator(SIGNS["/patrol"]).wait_for()
    page.evaluate(NEEDS_YOU, [names["record"], NEEDS])
    found = []
    for path, sign in SIGNS.items():
        told = names | ({"record": NEEDS} if path.endswith("/decide") else {})
        go(page, "/".join(told.get(part[1:], part) for part in path.split("/")))
        page.locator(sign).first.wait_for()
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            found.append(f"{path} is too wide")
        found += [f"{path}: {each}" for each in small_targets(page) + faults(page)]
    assert "\n".join(found) == ""


NEEDS = "01a20000-0000-7000-8000-000000000001"


def a_record(page: Page, enterprise: str) -> str:
    """Make a small one, and return its id."""
    go(page, f"/places/{enterprise}/mend")
    page.locator("#mend-contact_name").fill(f"老王{datetime.now(UTC):%S%f}")
    page.locator(".act .deed").click()
    expect(page).to_have_url(re.compile("#/records/"))
    return page.url.rpartition("/")[2]


def test_the_screen_stays_on_during_a_patrol_only(live: Live) -> None:
    page = live.page("phone")
    page.context.add_init_script(
        """navigator.wakeLock.request = async () => {
            const lock = new EventTarget()
            lock.release = async () => { lock.isReleased = true }
            return (window.lock = lock)
        }"""
    )
    page.reload()
    fill_in_sign_in(page, live)
    page.locator(".act.tabbed .deed").click()
    page.wait_for_function("() => window.lock && !window.lock.isReleased")
    go(page, "/records")
    page.wait_for_function("() => window.lock.isReleased")


def test_the_browser_s_offer_to_install_is_kept_for_the_page_that_explains_it(live: Live) -> None:
    page = sign_in(live)
    page.locator(SIGNS["/"]).first.wait_for()
    go(page, "/me/install")
    expect(page.get_by_text("这个浏览器没有安装按钮")).to_be_visible()
    offered = page.evaluate(
        """() => {
            const offer = new Event('beforeinstallprompt', { cancelable: true })
            offer.prompt = async () => { window.isAsked = true }
            offer.userChoice = Promise.resolve({ outcome: 'accepted' })
            dispatchEvent(offer)
            return offer.defaultPrevented
        }"""
    )
    assert offered
    page.get_by_role("button", name="现在装").click()
    expect(page.get_by_text("这台手机装好了")).to_be_visible()
    assert page.evaluate("window.isAsked")
