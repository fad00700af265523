"""Everybody gets what is held about them, and nothing about others."""

import json

import pytest

from gridsvc.accountability.leave import record_leave
from gridsvc.actor import person, system
from gridsvc.clock import utc_now
from gridsvc.inspections.service import register
from gridsvc.weeks import local_day
from tests.factories.inspections import NOON
from tests.factories.issues import add_issue
from tests.factories.rounds import add_patrol

URL = "/api/v1/me/export"


@pytest.fixture
def worked(session, village):
    """The officer patrolled, visited the yard, found a problem, and was off for a day."""
    add_patrol(session, village.officer, village.zhao, NOON)
    register(session, [village.visit()], by=person(village.officer.id), now=NOON)
    issue = add_issue(session, village.yard, village.officer)
    today = local_day(utc_now())
    record_leave(
        session, village.officer.id, first_day=today, last_day=today, reason="病假",
        by=system("test"), now=NOON,
    )  # fmt: skip
    session.commit()
    return issue


def test_it_holds_person_duties_devices_records_and_lines(client, as_, village, worked) -> None:
    answer = client.get(URL, headers=as_(village.officer))
    told = json.loads(answer.data)

    assert answer.content_length is None  # it is made piece by piece
    assert "attachment" in answer.headers["Content-Disposition"]
    assert told["person"]["name"] == "李秀英"
    assert [(term["role"], term["subject"]["name"]) for term in told["duties"]] == [
        ("grid_officer", "赵家村")
    ]
    assert [leave["reason"] for leave in told["leaves"]] == ["病假"]
    assert len(told["devices"]) == 1
    assert {kind: len(rows) for kind, rows in told["records"].items()} == {
        "day_close": 0, "enterprise_proposal": 0, "field_edit": 0, "inspection": 1, "issue": 1,
        "issue_action": 0, "patrol": 1, "patrol_end": 0,
    }  # fmt: skip
    [found] = told["records"]["issue"]
    assert (found["id"], found["body"]["description"]) == (str(worked.id), "砂石堆场未覆盖")
    assert {line["deed"] for line in told["audit"]} >= {"inspection.register", "issue.report"}
    assert {line["actor"]["name"] for line in told["audit"]} == {"李秀英"}


def test_it_tells_no_secret(client, as_, village, worked) -> None:
    text = client.get(URL, headers=as_(village.officer)).text

    assert "secret" not in text
    assert "password_hash" not in text
    assert "activation" not in text


def test_nobody_gets_what_is_held_about_others(client, as_, village, worked) -> None:
    told = json.loads(client.get(URL, headers=as_(village.deputy)).data)

    assert told["person"]["name"] == "陈静"
    assert not any(told["records"].values())
    assert told["audit"] == told["leaves"] == []


def test_a_stranger_gets_nothing(client) -> None:
    assert client.get(URL).status_code == 401
