"""Whose phones and browsers there are, and shutting them."""

from datetime import UTC, datetime, timedelta

import pytest

from gridsvc.accountability.rules import Role
from gridsvc.audit.service import lines_about
from gridsvc.ids import new_id
from gridsvc.people.models import Device
from gridsvc.signin.rules import Token
from tests.conftest import THERE, enter
from tests.factories.accountability import add_duty, add_person
from tests.factories.inspections import a_record
from tests.factories.people import bearer
from tests.factories.village import appoint

REASON = {"reason": "手机丢了"}


@pytest.fixture
def security(session, village):
    return appoint(session, "许安", village.county, Role.SECURITY_ADMIN)


def device_id(headers: dict[str, str]) -> str:
    return str(Token.parse(headers["Authorization"].removeprefix("Bearer ")).device_id)


def kind(answer) -> str:
    return answer.json["type"].removeprefix("/problems/")


def test_everybody_sees_their_own_devices_and_which_one_asks(client, village, as_) -> None:
    one, other = as_(village.officer), as_(village.officer)
    as_(village.head)

    items = client.get("/api/v1/devices", headers=one).json["items"]

    assert {item["id"]: item["is_current"] for item in items} == {
        device_id(one): True,
        device_id(other): False,
    }
    assert {item["state"] for item in items} == {"active"}
    assert items[0]["person"]["name"] == "李秀英"


def test_a_device_that_was_not_seen_for_long_has_expired(session, client, village, as_) -> None:
    old = bearer(session, village.officer, expires_at=datetime.now(UTC) - timedelta(days=1))
    items = client.get("/api/v1/devices", headers=as_(village.officer)).json["items"]
    [state] = [item["state"] for item in items if item["id"] == device_id(old)]
    assert state == "expired"


@pytest.mark.parametrize(
    ("asker", "whose", "status"),
    [
        ("head", "officer", 200),
        ("deputy", "officer", 200),
        ("head", "deputy", 200),
        ("officer", "head", 403),
        ("head", "dispatcher", 403),
        ("head", "liaison", 403),
        ("head", "answerable", 200),
        ("dispatcher", "officer", 403),
        ("security", "officer", 200),
        ("security", "leader", 200),
        ("security", "liaison", 200),
    ],
)
def test_heads_of_towns_look_after_those_below_and_the_security_admin_after_all(
    client, village, security, as_, asker: str, whose: str, status: int
) -> None:
    people = vars(village) | {"security": security}
    theirs = as_(people[whose])
    mine = as_(people[asker])

    listed = client.get(f"/api/v1/devices?person={people[whose].id}", headers=mine)
    assert listed.status_code == status

    url = f"/api/v1/devices/{device_id(theirs)}:revoke"
    revoked = client.post(url, json=REASON, headers=mine)
    assert revoked.status_code == (200 if status == 200 else 404)
    assert (client.get("/api/v1/me", headers=theirs).status_code == 401) is (status == 200)


def test_who_holds_a_post_above_is_not_shut_out_from_below(session, client, village, as_) -> None:
    appoint_too(session, village.dispatcher, village.zhao)
    url = f"/api/v1/devices?person={village.dispatcher.id}"
    assert client.get(url, headers=as_(village.head)).status_code == 403


def appoint_too(session, person, grid) -> None:
    add_duty(session, person, grid, Role.GRID_OFFICER)
    session.commit()


def test_without_a_duty_the_security_admin_alone_looks_after_somebody(
    session, client, village, security, as_
) -> None:
    somebody = add_person(session, "蒋平")
    session.commit()
    url = f"/api/v1/devices?person={somebody.id}"
    assert client.get(url, headers=as_(village.head)).status_code == 403
    assert client.get(url, headers=as_(security)).status_code == 200


def test_a_revoked_phone_says_so_with_who_and_why_in_the_trail(
    session, client, village, as_
) -> None:
    lost, head = as_(village.officer), as_(village.head)
    url = f"/api/v1/devices/{device_id(lost)}:revoke"

    answer = client.post(url, json=REASON, headers=head).json

    assert (answer["state"], answer["revoked_reason"]) == ("revoked", "手机丢了")
    [line] = lines_about(session, [session.get(Device, device_id(lost)).id])
    assert (line.deed, line.person_id) == ("device.revoke", village.head.id)
    assert "手机丢了" in line.text
    again = client.post(url, json=REASON, headers=head)
    assert (again.status_code, kind(again)) == (409, "revoked-already")


def test_what_a_revoked_phone_holds_is_taken_into_quarantine(client, village, as_) -> None:
    lost = as_(village.officer)
    client.post(f"/api/v1/devices/{device_id(lost)}:revoke", json=REASON, headers=lost)
    record = a_record(village.yard, village.checklist)

    answer = client.post("/api/v1/sync/push", json={"records": [record]}, headers=lost)

    [outcome] = answer.json["verdicts"]
    assert outcome["problem"]["type"] == "/problems/device-revoked"
    kept = client.get("/api/v1/quarantine", headers=as_(village.head)).json["items"]
    assert [item["record_id"] for item in kept] == [record["id"]]


def test_a_device_of_another_jurisdiction_is_not_there(session, client, village, as_) -> None:
    mine = as_(village.head)
    here = session.jurisdiction_id
    elsewhere = enter(THERE)
    theirs = bearer(elsewhere, add_person(elsewhere, "蒋平"))
    enter(here)

    answer = client.post(f"/api/v1/devices/{device_id(theirs)}:revoke", json=REASON, headers=mine)

    assert (answer.status_code, kind(answer)) == (404, "unknown-device")


def test_nobody_lists_the_devices_of_nobody(client, village, as_) -> None:
    url = f"/api/v1/devices?person={new_id()}"
    assert kind(client.get(url, headers=as_(village.head))) == "unknown-person"
