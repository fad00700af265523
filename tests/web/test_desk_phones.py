"""What did not arrive as it should: at the desk, by the head of the town."""

import json
from pathlib import Path

import pytest
import requests
from flask import Flask
from playwright.sync_api import expect

from gridsvc.ids import new_id
from gridsvc.session import db
from tests.conftest import BUSY, enter
from tests.factories.people import bearer
from tests.factories.phone import Officer
from tests.web.conftest import Live, Served
from tests.web.test_desk import AXE, FITS, SERIOUS, SIZES, button, rail, sign_in


class Wire:
    """A client of the served village that looks like a test client."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, **asked: object):
        answer = requests.post(self.url + path, timeout=30, **asked)  # type: ignore[arg-type]
        return type("Answer", (), {"status_code": answer.status_code, "json": answer.json()})


@pytest.fixture(scope="module")
def phones(app: Flask, served: Served) -> tuple[Officer, Officer]:
    """The phones of the officer of Zhao and of the head of the town."""
    with app.app_context():
        session = enter(BUSY)
        headers = [bearer(session, who) for who in (served.village.officer, served.village.head)]
        session.commit()
        db.session.remove()
    wire = Wire(served.url)
    mine, heads = (Officer(wire, served.village, each) for each in headers)
    return mine, heads


def test_the_head_of_a_town_settles_what_did_not_arrive(live: Live, phones, tmp_path: Path) -> None:
    officer, head = phones
    yard = live.village.yard
    lost = officer.patrol()
    assert officer.verdicts(
        officer.visit(enterprise_id=str(new_id())), officer.patrol_end(lost)
    ) == ["quarantined", "held"]  # fmt: skip
    assert head.verdicts(head.edit("enterprise", yard.id, 1, address=(yard.address, "村西"))) == [
        "accepted"
    ]
    assert officer.verdicts(
        officer.edit("enterprise", yard.id, 1, address=(yard.address, "村北"))
    ) == ["accepted"]
    officer.push(device={"battery": 0.2, "storage_free_bytes": 10**8, "app_build": "old"})

    page = sign_in(live, live.village.head)
    rail(page, "未入账")
    expect(page.get_by_role("heading", name="1 条记录没能入账")).to_be_visible()
    expect(page.get_by_text("等前面的记录").last).to_be_visible()
    page.get_by_role("row", name="名单里没有这家企业").get_by_role("button", name="打开").click()
    button(page, "现在再试一次").click()
    expect(page.get_by_text("有人点了再试")).to_be_visible()
    button(page, "不采用…").click()
    page.get_by_label("原因").fill("重复上报")
    button(page, "不采用…").click()
    expect(page.get_by_role("heading", name="没有放在一边的记录")).to_be_visible()

    page.get_by_role("button", name="需要你定的 1").click()
    expect(page.get_by_role("cell", name="村西")).to_be_visible()
    page.get_by_role("radio", name="村北").check()
    button(page, "就这么定").click()
    expect(page.get_by_text("没有两个人改得不一样的地方")).to_be_visible()

    rail(page, "手机")
    expect(page.get_by_role("row", name="李秀英").get_by_text("空间不足")).to_be_visible()
    button(page, "导入手机文件").click()
    file = tmp_path / "queue.json"
    file.write_text(json.dumps({
        "format": "gridsvc-outbox/1", "exported_at": "2026-03-02T12:00:00+08:00",
        "person_id": str(live.village.officer.id), "records": [officer.visit()], "photos": [],
    }))  # fmt: skip
    page.get_by_label("选文件").set_input_files(file)
    expect(page.get_by_text("将以 李秀英 的名义入账")).to_be_visible()
    button(page, "以 李秀英 的名义入账").click()
    expect(page.get_by_text("已以 李秀英 的名义入账")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_pages_fit_and_axe_has_nothing_serious_to_say(live: Live, lang: str) -> None:
    page = sign_in(live, live.village.head, lang)
    for path in ("/quarantine", "/quarantine?view=decide", "/phones"):
        page.goto(f"{live.url}/desk{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".g-skeleton")).to_have_count(0)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(FITS)
        page.evaluate(AXE.read_text())
        assert page.evaluate(SERIOUS) == [], path
