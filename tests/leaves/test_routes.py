"""Days off over HTTP: recorded, listed, taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gridsvc.accountability.models import Leave
from gridsvc.accountability.queries import leaves
from gridsvc.audit.service import lines_about
from gridsvc.clock import utc_now
from gridsvc.ids import new_id
from gridsvc.summaries.facts import on_leave
from gridsvc.weeks import Span, local_day
from tests.factories.accountability import add_person

A_DAY = timedelta(days=1)
TODAY = local_day(utc_now())


@pytest.fixture
def tell(client, village, as_):
    def post(path: str, somebody=None, **body):
        given = {name: value if value is None else str(value) for name, value in body.items()}
        headers = as_(somebody or village.head)
        return client.post(f"/api/v1/{path}", json=given, headers=headers)

    return post


@pytest.fixture
def listed(client, village, as_):
    def get(somebody=None, **query):
        headers = as_(somebody or village.head)
        answer = client.get("/api/v1/leaves", query_string=query, headers=headers)
        assert answer.status_code == 200
        return answer.json["items"]

    return get


@pytest.fixture
def away(tell, village):
    """The officer is away for three days that begin some days from today."""

    def record(begins: int, **changes):
        days = {"first_day": TODAY + begins * A_DAY, "last_day": TODAY + (begins + 2) * A_DAY}
        told = {"person_id": village.officer.id, "reason": "年休", **days} | changes
        answer = tell("leaves", **told)
        assert answer.status_code == 201
        return answer.json

    return record


LEAVE = {"first_day": "2026-03-02", "last_day": "2026-03-03", "reason": "病假"}


def test_leave_is_recorded(tell, village, session) -> None:
    answer = tell("leaves", person_id=village.officer.id, substitute_id=village.deputy.id, **LEAVE)

    assert answer.status_code == 201
    assert (answer.json["first_day"], answer.json["last_day"]) == ("2026-03-02", "2026-03-03")
    assert session.scalars(select(Leave)).one().substitute_id == village.deputy.id


def test_leave_is_recorded_only_for_one_s_own_people(tell, village, session) -> None:
    stranger = add_person(session, "路人")

    assert tell("leaves", person_id=village.leader.id, **LEAVE).status_code == 403
    assert tell("leaves", person_id=stranger.id, **LEAVE).status_code == 403
    assert tell("leaves", person_id=new_id(), **LEAVE).status_code == 404
    assert tell("leaves", village.officer, person_id=village.officer.id, **LEAVE).status_code == 403


def test_a_day_off_twice_is_a_conflict(tell, village) -> None:
    tell("leaves", person_id=village.officer.id, **LEAVE)

    answer = tell("leaves", person_id=village.officer.id, **LEAVE)

    assert (answer.status_code, answer.json["type"]) == (409, "/problems/on-leave-already")


def test_who_is_away_is_listed_with_who_stands_in(listed, away, village) -> None:
    leave = away(1, substitute_id=village.deputy.id)

    [item] = listed()

    assert item == leave
    assert (item["person"]["name"], item["substitute"]["name"]) == ("李秀英", "陈静")
    assert item["cancelled_at"] is None
    assert listed(**{"from": str(TODAY + 4 * A_DAY)}) == []
    assert listed(until=str(TODAY)) == []


def test_nobody_reads_why_somebody_of_another_place_is_away(listed, away, tell, village) -> None:
    away(1)
    days = {"first_day": TODAY + A_DAY, "last_day": TODAY + A_DAY, "reason": "住院"}
    assert (
        tell("leaves", village.leader, person_id=village.dispatcher.id, **days).status_code == 201
    )

    assert [leave["reason"] for leave in listed()] == ["年休"]
    assert [leave["reason"] for leave in listed(village.leader)] == ["年休", "住院"]


def test_a_leave_that_has_not_begun_is_taken_back_and_stays_visible(
    tell, listed, away, session
) -> None:
    leave = away(1)

    answer = tell(f"leaves/{leave['id']}:cancel")

    assert (answer.status_code, answer.json["last_day"]) == (200, leave["last_day"])
    assert answer.json["cancelled_at"] is not None
    assert listed() == []
    [row] = session.scalars(select(Leave))
    assert [line.deed for line in lines_about(session, [row.id])] == [
        "leave.record",
        "leave.cancel",
    ]
    away(1)  # the days are free again
    again = tell(f"leaves/{leave['id']}:cancel")
    assert (again.status_code, again.json["type"]) == (422, "/problems/leave-over")


def test_a_leave_that_runs_ends_yesterday_and_the_days_that_were_had_blame_nobody(
    tell, away, village, session
) -> None:
    leave = away(-1)
    span = Span(TODAY - A_DAY, TODAY + A_DAY)
    off = {(village.zhao.id, day) for day in span.days}
    assert on_leave(session, [village.zhao.id], span) == off

    answer = tell(f"leaves/{leave['id']}:cancel")

    assert answer.json["last_day"] == str(TODAY - A_DAY)
    assert answer.json["cancelled_at"] is None
    assert on_leave(session, [village.zhao.id], span) == {(village.zhao.id, TODAY - A_DAY)}
    assert leaves(session, TODAY, TODAY + 9 * A_DAY) == []


def test_what_is_over_is_not_taken_back(tell, away) -> None:
    leave = away(-9)

    answer = tell(f"leaves/{leave['id']}:cancel")

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/leave-over")


def test_leave_is_taken_back_only_by_who_may_record_it(tell, away, village) -> None:
    days = {"first_day": TODAY, "last_day": TODAY, "reason": "r"}
    above = tell("leaves", village.leader, person_id=village.dispatcher.id, **days).json

    assert tell(f"leaves/{above['id']}:cancel").status_code == 403
    assert tell(f"leaves/{above['id']}:cancel", village.officer).status_code == 403
    assert tell(f"leaves/{new_id()}:cancel").status_code == 404
