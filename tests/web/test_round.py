"""One round through all three levels, by clicking: found on a phone, closed at a desk, traced.

The week and the month are signed and answered in test_desk.py with the same village; here
one problem goes the whole way, and every screen is asked what the one before has done.
"""

from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from gridsvc.weeks import local_day
from tests.web import test_desk as desk
from tests.web import test_phone as phone
from tests.web.conftest import Live

DUST = "沙石堆在门口，没盖"


def test_a_problem_goes_from_a_phone_through_the_town_to_the_trace(live: Live) -> None:
    """Longer than five seconds: five people sign in, each in a browser of their own."""
    village = live.village
    _find(live)

    town = desk.sign_in(live, village.head)
    _assign(town, to="李秀英")
    _rectify(live)
    deputy = desk.sign_in(live, village.deputy)
    _open_issue(deputy, "待验收")
    desk._note(deputy, "验收通过", "现场看过")
    town.reload()
    desk.button(town, "销号").click()
    desk.button(town.get_by_role("dialog"), "销号").click()
    expect(town.get_by_text("已销号").first).to_be_visible()

    _trace(live)


def _find(live: Live) -> None:
    """The officer finds uncovered sand at the yard, and closes the day."""
    page = phone.sign_in(live)
    phone.tap(page, "开始巡查")
    phone.tap(page, "巡查 宏达砂石场")
    phone.fill_in(page, problem=2)
    phone.tap(page, "完成这家")
    page.get_by_role("textbox", name="想补充就写一句").fill(DUST)
    page.get_by_role("button", name="上报", exact=True).click()
    expect(page.get_by_text("已送达")).to_be_visible()
    phone.tap(page, "继续巡查")
    phone.tap(page, "结束")
    phone.tap(page, "去日结")
    phone.tap(page, "提交日结")
    expect(page.get_by_text("已送达")).to_be_visible()


def _assign(page: Page, to: str) -> None:
    _open_issue(page, "待交办")
    desk.button(page, "交办").click()
    form = page.get_by_role("dialog")
    form.get_by_role("combobox", name="整改负责人").fill(to)
    page.get_by_role("option", name=to).click()
    form.get_by_label("整改到哪天").fill(local_day(datetime.now(UTC)).isoformat())
    desk.button(form, "交办").click()
    expect(page.get_by_text("已交办").first).to_be_visible()


def _open_issue(page: Page, preset: str) -> None:
    desk.rail(page, "台账")
    page.get_by_role("button", name=preset).click()
    row = page.get_by_role("row").filter(has_text=DUST)
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(DUST)


def _rectify(live: Live) -> None:
    """The officer, who was named, covers the sand and shows it."""
    page = phone.sign_in(live)
    phone.tap(page, "整改要拍照")
    page.locator("input[type=file]").first.set_input_files(phone.a_photo(90))
    expect(page.get_by_role("img", name="照片")).to_have_count(2)  # before and after
    phone.tap(page, "提交验收")
    expect(page.get_by_text("已送达")).to_be_visible()


def _trace(live: Live) -> None:
    """Enforcement finds who answered, the visit, and every step with who took it."""
    page = desk.sign_in(live, live.village.enforcer)
    desk.rail(page, "溯源")
    page.get_by_label("企业名称或编号").fill("宏达")
    desk.button(page, "查找").click()
    page.get_by_role("link", name="看溯源").click()
    for told in (DUST, "李秀英", "卫红"):
        expect(page.get_by_text(told).first).to_be_visible()
