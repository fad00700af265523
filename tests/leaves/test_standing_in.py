"""Whoever stands in for an officer does the round on those days, and on no others."""

from datetime import UTC, datetime, timedelta

import pytest

from gridsvc.accountability.leave import cancel_leave, record_leave
from gridsvc.accountability.queries import duties_of, held_by, stood_in
from gridsvc.accountability.rules import Role, may
from gridsvc.accountability.service import Dated, end_duty
from gridsvc.actor import system
from gridsvc.ids import new_id
from gridsvc.weeks import local_day, midnight
from tests.factories.village import appoint

A_DAY = timedelta(days=1)
TODAY = local_day(datetime.now(UTC))
BEGINS, ENDS = midnight(TODAY), midnight(TODAY + 2 * A_DAY)
ROBOT = {"by": system("test"), "now": BEGINS - A_DAY}


@pytest.fixture
def neighbour(session, village):
    """The officer of Qian."""
    return appoint(session, "周敏", village.qian, Role.GRID_OFFICER)


@pytest.fixture
def leave(session, village, neighbour):
    """Today and tomorrow the officer of Zhao is away, and the neighbour stands in."""
    days = {"first_day": TODAY, "last_day": TODAY + A_DAY}
    leave = record_leave(
        session, village.officer.id, substitute_id=neighbour.id, reason="年休", **days, **ROBOT
    )
    session.commit()
    return leave


@pytest.fixture
def walks(session, neighbour):
    return lambda grid, at: may(held_by(session, neighbour.id), "patrol.walk", grid.id, at)


def test_the_days_of_the_leave_and_no_others_are_theirs(leave, walks, village) -> None:
    second = timedelta(seconds=1)

    moments = (BEGINS - second, BEGINS, ENDS - second, ENDS)

    assert [walks(village.zhao, at) for at in moments] == [False, True, True, False]
    assert all(walks(village.qian, at) for at in moments)  # their own stays


def test_it_ends_with_the_duty_that_is_stood_in_for(session, leave, walks, village) -> None:
    [duty] = duties_of(session, BEGINS, person_ids=[village.officer.id])
    end_duty(session, duty.id, at=Dated(BEGINS + A_DAY), **ROBOT)

    assert walks(village.zhao, BEGINS)
    assert not walks(village.zhao, BEGINS + A_DAY)


def test_what_was_taken_back_is_nobody_s_to_stand_in_for(session, leave, walks, village) -> None:
    cancel_leave(session, leave.id, **ROBOT)

    assert not walks(village.zhao, BEGINS)
    assert stood_in(session, leave.substitute_id, BEGINS) == []


def test_nobody_signs_for_a_head_who_is_away(session, village, neighbour) -> None:
    record_leave(
        session, village.head.id, substitute_id=neighbour.id, first_day=TODAY, last_day=TODAY,
        reason="出差", **ROBOT,
    )  # fmt: skip

    assert not may(held_by(session, neighbour.id), "summary.sign", village.town.id, BEGINS)


def test_their_phone_is_told_and_their_patrol_accepted(
    client, as_, leave, village, neighbour
) -> None:
    headers = as_(neighbour)

    duties = client.get("/api/v1/me", headers=headers).json["duties"]
    told = {
        duty["subject"]["name"]: duty["stands_in_for"] and duty["stands_in_for"]["name"]
        for duty in duties
    }
    body = {"made_at": datetime.now(UTC).isoformat(), "grid_id": str(village.zhao.id)}
    answer = client.put(f"/api/v1/patrols/{new_id()}", json=body, headers=headers)

    assert told == {"钱家村": None, "赵家村": "李秀英"}
    assert answer.status_code == 201
