"""The registry at the desk: what was found is approved, an entry is changed, the file is read."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from shapely import Point

from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.factories.enterprises import add_enterprise
from tests.factories.village import ZHAO
from tests.web.conftest import Live, Served
from tests.web.test_desk import AXE, FITS, SERIOUS, SIZES, sign_in


@pytest.fixture(scope="module")
def found(app: Flask, served: Served) -> Iterator[str]:
    """A place that somebody found beside the yard; its id."""
    with app.app_context():
        session, beside = enter(BUSY), Point(ZHAO.x + 0.0002, ZHAO.y)
        place = add_enterprise(session, "宏达砂石", beside, served.village.zhao, state="proposed")
        session.commit()
        yield str(place.id)
        db.session.remove()


@pytest.fixture
def desk(live: Live, found: str) -> Page:
    return sign_in(live, live.village.dispatcher)


def test_what_waits_is_told_first_and_kept_apart_or_approved(desk: Page, live: Live) -> None:
    desk.goto(f"{live.url}/desk/registry")
    expect(desk.get_by_role("heading", level=1)).to_have_text("有 2 件要你定")

    desk.get_by_role("button", name=re.compile("疑似重复")).click()
    desk.get_by_role("button", name="是两家").click()
    desk.get_by_label("理由").fill("前后院，两个老板")
    desk.get_by_role("dialog").get_by_role("button", name="是两家").click()
    expect(desk.get_by_text("没有看起来重复的条目。")).to_be_visible()

    desk.get_by_role("button", name=re.compile("新发现待审")).click()
    desk.get_by_role("link", name="宏达砂石").click()
    desk.get_by_role("button", name="审核入册").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("监管等级").select_option("重点")
    dialog.get_by_role("button", name="审核入册").click()
    expect(desk.get_by_text("在册", exact=True)).to_be_visible()


def test_a_change_is_a_version_and_a_penalty_stands_in_the_file(desk: Page, live: Live) -> None:
    desk.goto(f"{live.url}/desk/registry/{live.village.yard.id}")
    desk.get_by_role("button", name="修改").click()
    desk.get_by_label("地址").fill("赵家村东头")
    desk.get_by_role("button", name="保存改动").click()
    expect(desk.locator(".versions")).to_contain_text("修改")
    expect(desk.get_by_text("赵家村东头").first).to_be_visible()

    desk.get_by_role("button", name="录入处罚").click()
    for label, text in {"文号": "〔2026〕7号", "作出机关": "生态环境分局", "违法事实": "未苫盖",
                        "处罚内容": "罚款", "金额（元）": "1000"}.items():  # fmt: skip
        desk.get_by_label(label).fill(text)
    desk.get_by_label("决定日期").fill("2026-05-06")
    desk.get_by_role("button", name="登记入册").click()
    expect(desk.locator(".penalty")).to_contain_text("〔2026〕7号")


def test_an_enterprise_is_entered_by_hand(desk: Page, live: Live) -> None:
    desk.goto(f"{live.url}/desk/registry")
    desk.get_by_role("button", name="登记一家").click()
    dialog = desk.get_by_role("dialog")
    told = {"名称": "新兴木业", "地址": "赵家村西头", "经度": str(ZHAO.x), "纬度": str(ZHAO.y)}
    for label, text in told.items():
        dialog.get_by_label(label, exact=True).fill(text)
    dialog.get_by_label("类别", exact=True).select_option("工业企业")
    dialog.get_by_label("监管等级").select_option("一般")
    dialog.get_by_label("坐标是哪一种").select_option("手机、导航仪")
    dialog.get_by_role("button", name="登记入册").click()

    expect(desk.get_by_role("heading", level=1)).to_have_text("新兴木业")
    expect(desk.get_by_text("赵家村", exact=True)).to_be_visible()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_pages_fit_and_are_usable_by_everybody(live: Live, found: str, lang: str) -> None:
    desk = sign_in(live, live.village.dispatcher, lang)
    for path in ("registry", "registry/import", f"registry/{live.village.yard.id}"):
        desk.goto(f"{live.url}/desk/{path}")
        expect(desk.get_by_role("heading", level=1)).to_be_visible()
        expect(desk.locator(".skeleton")).to_have_count(0)
        for width, height in SIZES:
            desk.set_viewport_size({"width": width, "height": height})
            desk.wait_for_function(FITS)  # the page is laid out anew
        desk.evaluate(AXE.read_text())
        assert desk.evaluate(SERIOUS) == [], path
