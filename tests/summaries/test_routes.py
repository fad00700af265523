from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gridsvc.actor import system
from gridsvc.audit.anchors import last_anchor, sign_day
from gridsvc.summaries.models import WeeklySummary
from gridsvc.summaries.service import plan
from gridsvc.weeks import week_of, week_span
from tests.conftest import THERE
from tests.conftest import enter as enter_jurisdiction
from tests.factories.accountability import add_person
from tests.factories.rounds import add_patrol

URL = "/api/v1/weekly-summaries"


@pytest.fixture
def last_week(session, village) -> WeeklySummary:
    now = datetime.now(UTC)
    week = week_of((now - timedelta(weeks=1)).date())
    add_patrol(session, village.officer, village.zhao, week_span(week).begins_at)
    plan(session, by=system("test"), now=now)
    session.commit()
    return session.scalars(select(WeeklySummary).where(WeeklySummary.week == week)).one()


def test_the_head_reads_explains_and_signs_and_the_county_accepts(
    client, as_, village, last_week
) -> None:
    head, office = as_(village.head), as_(village.dispatcher)
    one = f"{URL}/{last_week.id}"

    [item] = client.get(f"{URL}?week={last_week.week}", headers=head).json["items"]
    assert (item["grid"]["name"], item["state"]) == ("吴家镇", "draft")
    shut = client.post(f"{one}:sign", json={"version": 1}, headers=head)
    assert shut.json["type"] == "/problems/exception-without-word"
    for key in shut.json["keys"]:
        told = {"version": item["version"], "key": key, "word": "请假"}
        item = client.post(f"{one}:remark", json=told, headers=head).json
    signed = client.post(
        f"{one}:sign", json={"version": item["version"], "comment": "属实"}, headers=head
    )
    assert (signed.json["state"], signed.json["frozen"]) == ("signed", True)
    assert signed.json["signed_by"]["name"] == "孙卫东"
    assert signed.json["snapshot_digest"].startswith("sha256:")
    assert client.post(f"{one}:accept", headers=office).json["state"] == "accepted"


def test_the_records_behind_a_number_are_as_many_as_the_number(
    client, as_, village, last_week
) -> None:
    head, one = as_(village.head), f"{URL}/{last_week.id}"
    number = client.get(one, headers=head).json["content"]["numbers"]["patrol_days"]

    behind = client.get(f"{one}/records?number=patrol_days", headers=head).json

    assert behind["count"] == len(number["records"]) == 1
    assert client.get(f"{one}/records?number=weather", headers=head).status_code == 404


def test_the_page_shows_where_the_trail_was_anchored_last(
    client, app, session, as_, village, last_week
) -> None:
    one, head = f"{URL}/{last_week.id}", as_(village.head)
    assert client.get(one, headers=head).json["anchor"] is None
    sign_day(session, app.extensions["signer"], now=datetime(2026, 3, 2, 4, tzinfo=UTC))

    anchor = client.get(one, headers=head).json["anchor"]

    assert anchor["day"] == "2026-03-02"
    assert last_anchor(session).hash.startswith(anchor["hash"])
    assert len(anchor["hash"]) == len("sha256:") + 16


def test_who_may_read_may_not_therefore_sign(client, as_, village, last_week) -> None:
    url, body = f"{URL}/{last_week.id}:sign", {"version": 1}

    assert client.post(url, json=body, headers=as_(village.leader)).status_code == 403
    assert client.post(url, json=body, headers=as_(village.officer)).status_code == 403
    assert client.post(f"{URL}/{last_week.id}:accept", headers=as_(village.head)).status_code == 403


def test_another_jurisdiction_does_not_even_exist(session, client, as_, village, last_week) -> None:
    enter_jurisdiction(THERE)
    stranger = add_person(session, "那边的人")
    session.commit()

    assert client.get(f"{URL}/{last_week.id}", headers=as_(stranger)).status_code in {403, 404}


@pytest.mark.parametrize("query", ["week=2026-47", "state=gone", "grid=x", "colour=red"])
def test_a_wrong_filter_is_named(client, as_, village, query: str) -> None:
    answer = client.get(f"{URL}?{query}", headers=as_(village.head))

    assert answer.status_code == 422
    assert list(answer.json["errors"]["query"]) == [query.partition("=")[0]]
