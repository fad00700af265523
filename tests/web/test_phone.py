"""A day of a grid officer, on the real phone client against the real server."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from shapely import Point

from gridsvc.enterprises.models import Enterprise
from gridsvc.issues.models import Issue
from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.issues import add_issue, do
from tests.web.conftest import DIST, UI, Live, Served

AXE = (UI / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module", autouse=True)
def mill(app: Flask, served: Served) -> Enterprise:
    """A second place in Zhao, 400 metres from the yard, which nobody visits here."""
    with app.app_context():
        session = enter(BUSY)
        place = Point(122.053, 41.243)
        mill = add_enterprise(
            session, "辽河米业加工厂", place, served.village.zhao, supervision_class="key"
        )
        session.commit()
        db.session.remove()
    return mill


def a_photo(shade: int, size: tuple[int, int] = (1200, 900)) -> FilePayload:
    """What the camera hands over."""
    file = BytesIO()
    Image.effect_noise(size, shade).convert("RGB").save(file, "JPEG")
    return {"name": "camera.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def sign_in(live: Live, lang: str = "zh-CN", login: str | None = None, **options: object) -> Page:
    page = live.page("phone", lang, **options)
    page.locator("input[name=login]").fill(login or live.village.officer.login)
    page.locator("input[name=password]").fill(live.password)
    page.locator("button[type=submit]").click()
    return page


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def fill_in(page: Page, problem: int | None = None) -> None:
    """Answer every item of the checklist; one of them may be a problem, with its photo."""
    groups = page.get_by_role("radiogroup")
    groups.first.wait_for()
    for n in range(groups.count()):
        answer = "发现问题" if n == problem else "未发现问题"
        groups.nth(n).get_by_role("radio", name=answer, exact=True).click()
        if n == problem:
            page.locator("input[type=file]").first.set_input_files(a_photo(40 + n))
            expect(page.get_by_role("img", name="照片")).to_have_count(1)
    expect(page.get_by_text("退出也不会丢")).to_be_visible()
    expect(page.locator(".saved[aria-busy=false]")).to_be_visible()  # the last tap, too


def test_today_is_usable_after_less_than_180_kb(live: Live) -> None:
    """Compressed by gzip, with what signing in and the first pull bring."""
    page = sign_in(live)
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    came = page.evaluate(
        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
        ".map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize])"
    )
    assert any(path.endswith(".js") for path, _ in came)
    assert sum(gzipped(path, size) for path, size in came) < 180_000, came


def gzipped(path: str, size: int) -> int:
    """Return how large an asset is by gzip, though this browser asked for something better."""
    packed = DIST / f"{path.removeprefix('/')}.gz"
    return packed.stat().st_size if packed.is_file() else size


def test_a_day_from_sign_in_to_day_close_arrives_whole(live: Live) -> None:
    page = sign_in(live)
    expect(page.get_by_role("button", name="宏达砂石场")).to_contain_text("欠")
    expect(page.get_by_text("家，已去 0 家")).to_be_visible()

    tap(page, "开始巡查")
    expect(page.get_by_role("heading", level=1)).to_have_text("巡查中")
    tap(page, "巡查 宏达砂石场")
    expect(page.get_by_text("到场 0 米")).to_be_visible()
    fill_in(page, problem=2)
    tap(page, "完成这家")

    expect(page.get_by_text("这家发现了问题，上报吗")).to_be_visible()
    expect(page.get_by_role("radio", name="扬尘")).to_be_checked()
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.get_by_text("已送达")).to_be_visible()
    expect(page.get_by_text("照片 1 / 1 已收到")).to_be_visible()

    tap(page, "继续巡查")
    expect(page.get_by_text("今天已去")).to_be_visible()
    tap(page, "结束")
    tap(page, "去日结")
    expect(page.get_by_text("今天去了 1 家，发现 1 个问题")).to_be_visible()
    page.get_by_role("radiogroup", name="辽河米业加工厂").get_by_role("radio", name="关门").click()
    tap(page, "提交日结")
    expect(page.get_by_text("已送达")).to_be_visible()

    tap(page, "全部送达")
    rows = page.locator("[data-state]")
    expect(rows.first).to_be_visible()
    kinds = ["日结", "巡查结束", "轨迹", "问题", "巡查记录", "巡查"]
    expect(rows).to_have_count(len(kinds))
    for row, kind in zip(rows.all(), kinds, strict=True):
        expect(row).to_contain_text(kind)
        expect(row).to_have_attribute("data-state", "arrived")


def test_without_signal_or_position_a_visit_survives_a_reload_and_arrives_later(live: Live) -> None:
    page = sign_in(live, permissions=[])
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    page.get_by_role("link", name="企业").click()
    tap(page, "宏达砂石场")
    page.evaluate("navigator.serviceWorker.ready")

    page.context.set_offline(True)
    expect(page.get_by_text("没有信号，照常工作，会自动发送")).to_be_visible()
    tap(page, "巡查")
    fill_in(page)
    page.reload()
    expect(page.get_by_role("radio", name="未发现问题", checked=True)).to_have_count(5)
    tap(page, "完成这家")
    page.get_by_role("radio", name="没开定位权限").click()
    expect(page.get_by_text("已存在本机", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="仅在本机")).to_contain_text("1")

    page.context.set_offline(False)
    expect(page.get_by_text("已送达")).to_be_visible()
    expect(page.get_by_text("没有：没开定位权限")).to_be_visible()
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()


def test_a_rectification_is_shown_by_photo_and_accepted_by_somebody_else(
    live: Live, app: Flask
) -> None:
    village, at = live.village, datetime.now(UTC) - timedelta(hours=1)
    with app.app_context():
        session = enter(BUSY)
        issue = add_issue(session, village.farm, village.head, at)
        do(session, issue, village.head, "assign", at, owner_id=village.officer.id)
        session.commit()
        db.session.remove()

    page = sign_in(live)
    tap(page, "整改要拍照")
    tap(page, "提交验收")
    expect(page.get_by_text("对着原来的地方拍一张")).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(a_photo(50))
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    tap(page, "提交验收")
    expect(page.get_by_text("已送达")).to_be_visible()

    page = sign_in(live, login=village.head.login)
    tap(page, "等您验收")
    expect(page.get_by_role("img", name="照片")).to_have_count(1)
    page.get_by_role("textbox", name="验收意见").fill("已全部盖好")
    tap(page, "验收通过")
    expect(page.get_by_text("已送达")).to_be_visible()
    with app.app_context():
        assert enter(BUSY).get_one(Issue, issue.id).state == "accepted"
        db.session.remove()


def faults(page: Page) -> list[str]:
    """What axe finds serious on a page, with where. Text on a phone has 7:1."""
    found = page.evaluate(
        """axe.run({
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'wcag2aaa'],
            rules: { 'color-contrast-enhanced': { enabled: true } },
        })"""
    )
    serious = [each for each in found["violations"] if each["impact"] in {"serious", "critical"}]
    return [f"{each['id']}: {node['html']}" for each in serious for node in each["nodes"]]
