"""A day of a grid officer, on the real phone client against the real server."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.web.conftest import UI, Live

AXE = (UI / "node_modules" / "axe-core" / "axe.min.js").read_text()


def a_photo(shade: int) -> FilePayload:
    """What the camera hands over."""
    file = BytesIO()
    Image.effect_noise((1200, 900), shade).convert("RGB").save(file, "JPEG")
    return {"name": "camera.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def sign_in(live: Live, lang: str = "zh-CN", login: str | None = None) -> Page:
    page = live.page("phone", lang)
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
            page.locator("input[type=file]").set_input_files(a_photo(40 + n))
            expect(page.get_by_role("img", name="照片")).to_have_count(1)
    expect(page.get_by_text("退出也不会丢")).to_be_visible()


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
    tap(page, "上报，没信号就先存本机")
    expect(page.get_by_text("已送达")).to_be_visible()
    expect(page.get_by_text("照片 1 / 1 已收到")).to_be_visible()

    tap(page, "继续巡查")
    expect(page.get_by_text("今天已去")).to_be_visible()
    tap(page, "结束")
    tap(page, "去日结")
    expect(page.get_by_text("今天去了 1 家，发现 1 个问题")).to_be_visible()
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


def test_without_signal_a_visit_is_kept_and_arrives_later(live: Live) -> None:
    page = sign_in(live)
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    page.get_by_role("link", name="企业").or_(page.get_by_role("tab", name="企业")).click()
    tap(page, "宏达砂石场")

    page.context.set_offline(True)
    expect(page.get_by_text("没有信号，照常工作，会自动发送")).to_be_visible()
    tap(page, "巡查")
    fill_in(page)
    tap(page, "完成这家")
    expect(page.get_by_text("已存在本机")).to_be_visible()
    expect(page.get_by_role("button", name="仅在本机")).to_contain_text("1")

    page.context.set_offline(False)
    expect(page.get_by_text("已送达")).to_be_visible()
    expect(page.get_by_role("button", name="全部送达")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_screen_fits_and_is_usable_by_everybody(live: Live, lang: str) -> None:
    page = sign_in(live, lang)
    yard = live.village.yard
    page.get_by_text(yard.name).first.wait_for()
    for path in ("/", f"/inspect/{yard.id}", "/report", "/places", f"/places/{yard.id}", "/close",
                 "/records", "/me"):  # fmt: skip
        page.evaluate("path => { location.hash = path }", path)
        page.locator("main").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert faults(page) == [], path


def faults(page: Page) -> list[str]:
    """What axe finds serious on a page, with where."""
    page.evaluate(AXE)
    found = page.evaluate(
        "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag2aaa'] })"
    )
    serious = [each for each in found["violations"] if each["impact"] in {"serious", "critical"}]
    return [f"{each['id']}: {node['html']}" for each in serious for node in each["nodes"]]
