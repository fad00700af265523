from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.dispatches.models import MonthlyDispatch
from gridsvc.dispatches.service import plan
from gridsvc.ids import new_id
from gridsvc.weeks import local_day, month_before, month_of, month_span
from tests.factories.accountability import add_duty, add_person
from tests.factories.grids import add_grid
from tests.factories.rounds import add_patrol

NOW = datetime.now(UTC)
THIS_MONTH = month_of(local_day(NOW))
LAST_MONTH = month_before(THIS_MONTH)


@pytest.fixture
def months(session, village) -> dict[str, MonthlyDispatch]:
    """Last month, with a patrol on its first day, and this one."""
    first = month_span(LAST_MONTH).begins_at + timedelta(hours=9)
    add_patrol(session, village.officer, village.zhao, first)
    plan(session, by=system("test"), now=NOW)
    session.commit()
    return {row.month: row for row in session.scalars(select(MonthlyDispatch))}


@pytest.fixture
def last(months) -> MonthlyDispatch:
    return months[LAST_MONTH]


@pytest.fixture
def post(client, as_):
    def _post(url, body, person):
        return client.post(f"/api/v1/{url}", json=body, headers=as_(person))

    return _post


@pytest.fixture
def get(client, as_):
    def _get(url, person):
        return client.get(f"/api/v1/{url}", headers=as_(person))

    return _get


def an_order(village, **changes) -> dict[str, object]:
    usual = {
        "id": str(new_id()),
        "month": LAST_MONTH,
        "addressee_id": str(village.town.id),
        "requirement": "补齐巡查",
        "measured_by": "patrol_days",
        "due_on": (local_day(NOW) + timedelta(days=7)).isoformat(),
    }
    return usual | changes


def test_the_months_are_listed_and_one_is_shown_whole(get, village, last) -> None:
    listed = get("monthly-dispatches", village.head).json["items"]
    assert [item["month"] for item in listed] == [THIS_MONTH, LAST_MONTH]
    assert [item["is_over"] for item in listed] == [False, True]

    page = get(f"monthly-dispatches/{last.id}", village.head).json
    [town] = page["ranking"]
    assert town["grid"]["name"] == "吴家镇"
    assert set(town["numbers"]["patrol_days"]) == {"made", "due"}
    assert town["numbers"]["overdue"]["due"] is None
    assert page["as_of"].endswith("Z")


def test_one_month_can_be_asked_for(get, village, last) -> None:
    found = get(f"monthly-dispatches?month={LAST_MONTH}", village.leader).json["items"]

    assert [item["id"] for item in found] == [str(last.id)]
    assert get("monthly-dispatches?month=2026-13", village.leader).status_code == 422


def test_the_office_writes_the_minutes_and_the_head_of_the_county_signs(
    post, village, last
) -> None:
    minutes = {"version": 1, "minutes": "会议要求"}
    url = f"monthly-dispatches/{last.id}"

    assert post(f"{url}:minutes", minutes, village.head).status_code == 403
    assert post(f"{url}:minutes", minutes, village.dispatcher).json["minutes"] == "会议要求"
    assert post(f"{url}:sign", {"version": 2}, village.dispatcher).status_code == 403

    signed = post(f"{url}:sign", {"version": 2}, village.leader).json
    assert (signed["state"], signed["signed_by"]["name"]) == ("signed", village.leader.name)
    again = post(f"{url}:sign", {"version": 3}, village.leader)
    assert (again.status_code, again.json["type"]) == (409, "/problems/dispatch-signed")


def test_the_running_month_cannot_be_signed(post, village, months) -> None:
    answer = post(
        f"monthly-dispatches/{months[THIS_MONTH].id}:sign", {"version": 1}, village.leader
    )

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/month-not-over")


def test_an_order_is_given_by_the_county_and_answered_by_its_town(post, get, village, last) -> None:
    body = an_order(village)
    assert post("dispatch-orders", body, village.head).status_code == 403
    given = post("dispatch-orders", body, village.dispatcher)
    assert (given.status_code, given.json["month"]) == (201, LAST_MONTH)
    assert given.json["addressee"]["name"] == "吴家镇"
    assert post("dispatch-orders", body, village.dispatcher).status_code == 200

    [waiting] = get("dispatch-orders?open=true", village.head).json["items"]
    url = f"dispatch-orders/{waiting['id']}:reply"
    assert post(url, {"reply": "已补齐"}, village.leader).status_code == 403
    replied = post(url, {"reply": "已补齐"}, village.head).json
    assert (replied["reply"], replied["replied_by"]["name"]) == ("已补齐", village.head.name)
    assert replied["replied_late"] is False
    again = post(url, {"reply": "再答"}, village.head)
    assert (again.status_code, again.json["type"]) == (409, "/problems/already-replied")
    assert get("dispatch-orders?open=true", village.head).json["items"] == []


def test_the_orders_of_another_town_do_not_exist(session, post, get, village, last) -> None:
    order = post("dispatch-orders", an_order(village), village.dispatcher).json
    stranger = add_person(session, "别镇长")
    other = add_grid(session, "别镇", level=2, parent=village.county)
    add_duty(session, stranger, other, "grid_head")
    session.commit()

    url = f"dispatch-orders?addressee={village.town.id}"
    assert get(url, stranger).json["items"] == []
    replied = post(f"dispatch-orders/{order['id']}:reply", {"reply": "代答"}, stranger)
    assert replied.status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"month": None},
        {"month": "2026-13"},
        {"measured_by": "problems_found"},
        {"requirement": ""},
        {"requirement": "\0"},
        {"id": "936da01f-9abd-4d9d-80c7-02af85c822a8"},
        {"due_on": "0001-01-01"},
    ],
)
def test_what_cannot_be_ordered_is_refused(post, village, last, change) -> None:
    body = {name: value for name, value in an_order(village, **change).items() if value}
    if change.get("requirement") == "":
        body["requirement"] = ""

    assert post("dispatch-orders", body, village.dispatcher).status_code == 422


def test_a_month_without_a_dispatch_takes_no_order(post, village, last) -> None:
    assert (
        post("dispatch-orders", an_order(village, month="2020-01"), village.dispatcher).status_code
        == 404
    )
