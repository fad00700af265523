"""A day of a grid officer, on a real phone client against the real server."""

from playwright.sync_api import Page, expect

from tests.web.conftest import Live


def sign_in(live: Live, login: str, lang: str = "zh-CN") -> Page:
    page = live.page("phone", lang)
    page.get_by_label("账号" if lang == "zh-CN" else "Account").fill(login)
    page.locator("input[name=password]").fill(live.password)
    page.get_by_role("button", name="登录" if lang == "zh-CN" else "Sign in", exact=True).click()
    return page


def test_an_officer_signs_in(live: Live) -> None:
    page = sign_in(live, live.village.officer.login)
    expect(page.get_by_role("heading", level=1)).to_have_text("记录")
