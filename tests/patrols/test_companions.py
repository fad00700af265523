"""两人同行: one patrol, and both have it in their month."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from gridsvc.accountability.rules import Role
from gridsvc.ids import new_id
from gridsvc.patrols.models import Patrol
from gridsvc.signing import is_genuine, signer
from gridsvc.weeks import local_day, month_of
from tests.factories.inspections import a_body
from tests.factories.village import appoint

BEGAN_AT = datetime.fromisoformat("2026-02-27T12:00:00+08:00")


@pytest.fixture
def second(session, village):
    """Another officer of Zhao."""
    officer = appoint(session, "王芳", village.zhao, Role.GRID_OFFICER)
    session.commit()
    return officer


@pytest.fixture
def set_out(client, village, as_):
    def _set_out(*companions, at=BEGAN_AT):
        body = {
            "made_at": at.isoformat(),
            "grid_id": str(village.zhao.id),
            "companions": [str(id) for id in companions],
        }
        path = f"/api/v1/patrols/{new_id()}"
        return client.put(path, json=body, headers=as_(village.officer))

    return _set_out


def test_a_companion_does_not_make_two_patrols_of_one(session, second, set_out) -> None:
    told = set_out(second.id, second.id)

    assert told.status_code == 201
    assert told.json["patrol"]["companions"] == [str(second.id)]
    assert session.scalar(select(func.count()).select_from(Patrol)) == 1


def test_both_have_it_in_their_month_and_in_their_day(
    client, village, second, set_out, as_
) -> None:
    id = set_out(second.id).json["patrol"]["id"]

    for person in (village.officer, second):
        month = client.get("/api/v1/my-month?month=2026-02", headers=as_(person)).json
        day = client.get("/api/v1/my-day?date=2026-02-27", headers=as_(person)).json
        [patrol] = month["patrols"]
        assert (patrol["id"], patrol["officer"]["name"]) == (id, "李秀英")
        assert [one["name"] for one in patrol["companions"]] == ["王芳"]
        assert [(one["day"], one["patrols"]) for one in month["days"]] == [("2026-02-27", 1)]
        assert [one["id"] for one in day["patrols"]] == [id]


def test_who_walks_along_is_somebody_else_with_a_duty_there(session, village, set_out) -> None:
    elsewhere = appoint(session, "周杰", village.qian, Role.GRID_OFFICER)
    session.commit()

    for companion in (elsewhere.id, village.officer.id, village.liaison.id, new_id()):
        refused = set_out(companion)
        assert (refused.status_code, refused.json["type"]) == (422, "/problems/no-companion")
        assert refused.json["person_id"] == str(companion)
    assert session.scalar(select(func.count()).select_from(Patrol)) == 0


def test_the_head_of_the_town_may_walk_along(village, set_out) -> None:
    assert set_out(village.head.id).status_code == 201


def test_colleagues_are_told_with_their_initials_and_whether_they_may_walk(
    client, village, second, as_
) -> None:
    items = client.get("/api/v1/colleagues", headers=as_(village.officer)).json["items"]

    told = {one["person"]["name"]: (one["initials"].split()[0], one["may_walk"]) for one in items}
    assert told["王芳"] == ("wf", True)
    assert told["孙卫东"] == ("swd", True)
    assert told["郑晓"] == ("zx", False)
    assert "褚明" not in told


def test_a_month_counts_visits_and_closes_by_the_day(client, village, as_) -> None:
    now = datetime.now(UTC) - timedelta(minutes=5)
    headers = as_(village.officer)
    visit = a_body(village.yard, village.checklist, made_at=now.isoformat())
    close = {
        "made_at": now.isoformat(), "grid_id": str(village.zhao.id), "visits": 1, "problems": 0,
        "day": local_day(now).isoformat(),
    }  # fmt: skip
    client.put(f"/api/v1/inspections/{new_id()}", json=visit, headers=headers)
    client.put(f"/api/v1/day-closes/{new_id()}", json=close, headers=headers)

    url = f"/api/v1/my-month?month={month_of(local_day(now))}"
    month = client.get(url, headers=headers).json

    assert month["days"] == [
        {"day": local_day(now).isoformat(), "patrols": 0, "distance_m": 0.0, "visits": 1,
         "problems": 0, "closed": True}
    ]  # fmt: skip
    assert [one["enterprise"]["name"] for one in month["visits"]] == ["宏达砂石场"]
    assert client.get("/api/v1/my-month?month=2026-13", headers=headers).status_code == 422
    assert "receipts" not in month
    [receipt] = client.get(f"{url}&receipts=true", headers=headers).json["receipts"]
    assert receipt["id"] == month["visits"][0]["id"]
    assert is_genuine(receipt, signer().public_hex)
