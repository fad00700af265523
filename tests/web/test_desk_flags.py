"""Evidence hints at the desk: a case is looked at, judged with a reason, and stays to be seen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from shapely import Point

from gridsvc.flags import service
from gridsvc.flags.models import Flag
from gridsvc.flags.rules import Finding
from gridsvc.inspections.service import register
from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.factories.village import Village, actor
from tests.web.conftest import Live, Served
from tests.web.test_desk import FITS, sign_in

FAR = Point(122.056, 41.2425)


@pytest.fixture(scope="module")
def case(app: Flask, served: Served) -> Iterator[Village]:
    with app.app_context():
        session, village = enter(BUSY), served.village
        now = datetime.now(UTC)
        report = village.visit(made_at=now - timedelta(hours=3), position=FAR, is_mock=True)
        register(session, [report], by=actor(village.officer), now=now)
        short = Finding(
            kind="dwell_too_short", record_kind="inspection", record_id=report.envelope.id,
            evidence={"at_most_s": 20, "least_s": 120.0},
        )  # fmt: skip
        service.note(session, [short], by=actor(village.officer), now=now)
        flag = session.query(Flag).filter_by(kind="off_site").one()
        service.appeal(session, flag.id, "大门在北侧", by=actor(village.officer), now=now)
        session.commit()
        yield village
        db.session.remove()


def at_desk(live: Live, lang: str) -> Page:
    page = sign_in(live, live.village.head, lang)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{live.url}/desk/flags")
    return page


@pytest.mark.parametrize(("lang", "only"), [("zh-CN", "只是提示"), ("en", "Hints only")])
def test_the_page_says_why_and_that_it_is_only_a_hint(live: Live, case, lang, only) -> None:
    page = at_desk(live, lang)
    expect(page.get_by_text(only).first).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert page.evaluate(FITS)


def test_a_case_is_judged_with_a_reason_and_what_is_dismissed_stays(live: Live, case) -> None:
    page = at_desk(live, "zh-CN")
    page.get_by_role("button", name="看", exact=True).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("大门在北侧")).to_be_visible()
    expect(drawer.get_by_role("img", name="企业和允许的范围")).to_be_visible()
    expect(drawer.locator("svg .mark")).to_have_count(2)
    one = drawer.locator("article", has_text="不在现场")
    expect(one.get_by_role("button", name="排除")).to_be_disabled()

    one.get_by_label("理由").fill("登记的坐标偏了")
    one.get_by_role("button", name="排除").click()

    expect(one.get_by_text("已排除").first).to_be_visible()
    expect(one.get_by_text("登记的坐标偏了")).to_be_visible()
    expect(drawer.locator("article")).to_have_count(3)
