"""Flags over HTTP: who would not stand in an argument, and what people say to it."""

from datetime import timedelta

import pytest
from shapely import Point
from sqlalchemy import select

from gridsvc.clock import utc_now
from gridsvc.flags.models import Flag
from gridsvc.inspections.service import register
from gridsvc.people.models import Device
from gridsvc.weeks import local_day
from tests.factories.inspections import NOON
from tests.factories.village import actor

V1 = "/api/v1"
SPAN = f"from={local_day(NOON - timedelta(days=7))}&until={local_day(NOON)}"
FAR = Point(122.06, 41.24)


@pytest.fixture
def visit(session, village):
    def _visit(**changes):
        report = village.visit(**changes)
        register(session, [report], by=actor(village.officer), now=NOON)
        session.commit()
        return report.envelope.id

    return _visit


@pytest.fixture
def listed(client, village, as_):
    def _listed(more="", who=None):
        told = client.get(f"{V1}/flags?{SPAN}{more}", headers=as_(who or village.head))
        assert told.status_code == 200, told.json
        return told.json

    return _listed


@pytest.fixture
def post(client, village, as_):
    def _post(path, body, who=None):
        return client.post(f"{V1}/{path}", json=body, headers=as_(who or village.head))

    return _post


def flag_of(session, visit_id):
    return session.scalars(select(Flag).where(Flag.record_id == visit_id)).one()


def test_what_weighs_most_stands_first_and_people_add_up(village, visit, listed) -> None:
    light = visit(accuracy_m=500.0)
    heavy = visit(position=FAR)

    told = listed()

    assert [one["record_id"] for one in told["items"]] == [str(heavy), str(light)]
    assert [one["score"] for one in told["items"]] == [1.0, 0.0]
    [person] = told["people"]
    assert (person["person"]["name"], person["score"], person["records"]) == ("李秀英", 1.0, 2)


def test_an_appeal_comes_on_top_and_what_is_dismissed_stays_to_be_seen(
    session, village, visit, listed, post
) -> None:
    heavy, light = visit(position=FAR), visit(accuracy_m=500.0)
    flag = flag_of(session, light)

    words = {"words": "山沟里信号差"}
    assert post(f"flags/{flag.id}:appeal", words, village.officer).status_code == 200
    first, second = listed()["items"]
    assert (first["record_id"], first["appealed"]) == (str(light), True)
    assert first["flags"][0]["appeal"] == "山沟里信号差"

    seen = first["flags"][0]["version"]
    verdict = {"verdict": "dismissed", "reason": "信号确实差", "version": seen}
    assert post(f"flags/{flag.id}:review", verdict).json["state"] == "dismissed"
    first, second = listed()["items"]
    assert (first["record_id"], second["record_id"]) == (str(heavy), str(light))
    assert second["flags"][0]["reviewed_by"] == "孙卫东"
    assert [one["record_id"] for one in listed("&state=dismissed")["items"]] == [str(light)]
    assert [one["record_id"] for one in listed("&kind=off_site")["items"]] == [str(heavy)]


def test_to_dismiss_one_needs_a_reason(session, visit, post) -> None:
    flag = flag_of(session, visit(position=FAR))
    said = post(f"flags/{flag.id}:review", {"verdict": "dismissed", "reason": " ", "version": 1})
    assert (said.status_code, "reason" in str(said.json)) == (422, True)


def test_a_case_tells_where_by_which_clocks_and_how_far_off(client, village, visit, as_) -> None:
    gps_at = "2026-02-28T04:00:00.000000Z"
    visit_id = visit(position=FAR)

    case = client.get(f"{V1}/flags/inspection/{visit_id}", headers=as_(village.enforcer)).json

    assert case["enterprise"]["name"] == "宏达砂石场"
    assert case["site_radius_m"] == 200
    assert case["occurred_at"] == gps_at
    assert (case["gps_at"], case["uptime_s"]) == (None, None)
    nothing = client.get(f"{V1}/flags/inspection/{village.yard.id}", headers=as_(village.enforcer))
    unheard = client.get(f"{V1}/flags/nonsense/{visit_id}", headers=as_(village.enforcer))
    assert (nothing.status_code, unheard.status_code) == (404, 404)


def test_an_external_receiver_is_noted_and_its_trust_ended(
    client, session, village, post, as_
) -> None:
    as_(village.officer)
    device = session.scalars(select(Device).where(Device.person_id == village.officer.id)).first()
    body = {"device_id": str(device.id), "reason": "外接 RTK"}

    [known] = post("trusted-receivers", body, village.dispatcher).json["items"]
    assert (known["person"]["name"], known["until"]) == ("李秀英", None)

    path = f"trusted-receivers/{known['id']}:end"
    [ended] = post(path, None, village.dispatcher).json["items"]
    assert ended["until"] is not None
    assert post(path, None, village.dispatcher).status_code == 404
    assert post("trusted-receivers", body, village.officer).status_code == 403


def test_whoever_made_a_record_sees_what_speaks_against_it(client, session, village, as_) -> None:
    now = utc_now()
    report = village.visit(position=FAR, made_at=now)
    register(session, [report], by=actor(village.officer), now=now)
    session.commit()

    [mine] = client.get(f"{V1}/my-flags", headers=as_(village.officer)).json["items"]
    assert mine["record_id"] == str(report.envelope.id)
    assert client.get(f"{V1}/my-flags", headers=as_(village.head)).json["items"] == []
